"""Reading for a window: what changed, weeks of shown ads, and keyset pages of any table."""

from __future__ import annotations

from dataclasses import dataclass

from client.store import Store
from common.errors import InputError

Key = tuple[str | int, ...]
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class _Table:
    """How a table is paged: columns to show, and a unique order with an index of its own."""

    source: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    keys_from: str


_TABLES: dict[str, _Table] = {
    "impressions": _Table(
        "impressions JOIN shoppers USING (shopper)"
        " LEFT JOIN products USING (product_id) LEFT JOIN conversions USING (impression_id)",
        ("shown_at", "shopper_key", "title", "campaign_type", "device", "clicked", "converted_at"),
        ("shown_at", "impression_id"),
        "impressions",
    ),
    "events": _Table(
        "events JOIN shoppers USING (shopper) LEFT JOIN products USING (product_id)",
        ("happened_at", "shopper_key", "kind", "title", "value_minor"),
        ("happened_at", "event_key"),
        "events",
    ),
    "products": _Table(
        "products",
        ("product_id", "title", "department", "category", "brand", "price_minor", "currency"),
        ("product_id",),
        "products",
    ),
    "shoppers": _Table(
        "shoppers", ("shopper_key", "consent", "personalise"), ("shopper",), "shoppers"
    ),
}
TABLES: tuple[str, ...] = tuple(_TABLES)


@dataclass(frozen=True, slots=True)
class DayTotals:
    """One UTC day of shown ads. `n_clicks` is None where the source records no clicks."""

    day: str
    n_impressions: int
    n_clicks: int | None
    n_conversions: int
    spend_minor: int
    value_minor: int


def version(store: Store) -> int:
    """Changes whenever another connection commits to the database."""
    return int(store.db.execute("PRAGMA data_version").fetchone()[0])


def last_shown(store: Store) -> str:
    """When the last ad was shown, ISO-8601 UTC; "" when none was."""
    return str(store.db.execute("SELECT max(shown_at) FROM impressions").fetchone()[0] or "")


def first_shown(store: Store) -> str:
    """When the first ad was shown, ISO-8601 UTC; "" when none was."""
    return str(store.db.execute("SELECT min(shown_at) FROM impressions").fetchone()[0] or "")


def currency(store: Store) -> str:
    """The commonest currency of the catalogue; "" when no price has one."""
    found = store.db.execute(
        "SELECT currency FROM products WHERE currency <> '' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    return "" if found is None else str(found[0])


def title(store: Store, product_id: str) -> str:
    """Title of a product; its number if the catalogue lacks it."""
    found = store.db.execute(
        "SELECT title FROM products WHERE product_id = ?", [product_id]
    ).fetchone()
    return product_id if found is None else str(found[0])


def days(store: Store, start: str, end: str) -> list[DayTotals]:
    """Totals of each day with impressions, `start` to before `end` (ISO-8601), oldest first."""
    rows = store.db.execute(
        "SELECT substr(shown_at, 1, 10), count(*), sum(clicked), count(converted_at),"
        " sum(cost_minor), coalesce(sum(value_minor), 0)"
        " FROM impressions LEFT JOIN conversions USING (impression_id)"
        " WHERE shown_at >= ? AND shown_at < ? GROUP BY 1 ORDER BY 1",
        [start, end],
    )
    return [DayTotals(*r) for r in rows]


def columns(table: str) -> tuple[str, ...]:
    """Columns of a table as they are shown."""
    return _table(table).columns


def count(store: Store, table: str) -> int:
    """Rows of a table."""
    source = _table(table).keys_from
    return int(store.db.execute(f"SELECT count(*) FROM {source}").fetchone()[0])


def key_at(store: Store, table: str, row: int) -> Key | None:
    """Key of a row by its number: for a jump; reads the index only. None past the end."""
    t = _table(table)
    names = ", ".join(t.key)
    found = store.db.execute(
        f"SELECT {names} FROM {t.keys_from} ORDER BY {names} LIMIT 1 OFFSET ?", [row]
    ).fetchone()
    return None if found is None else tuple(found)


def rows_from(
    store: Store, table: str, key: Key, limit: int
) -> tuple[list[tuple[Cell, ...]], Key | None]:
    """Rows from a key on (itself first), and the key that follows them, None at the end."""
    t = _table(table)
    names = ", ".join(f"{t.keys_from}.{k}" for k in t.key)
    marks = ", ".join("?" for _ in t.key)
    found = store.db.execute(
        f"SELECT {', '.join(t.columns)}, {names} FROM {t.source}"
        f" WHERE ({names}) >= ({marks}) ORDER BY {names} LIMIT ?",
        [*key, limit + 1],
    ).fetchall()
    width = len(t.columns)
    following = tuple(found[limit][width:]) if len(found) > limit else None
    return [tuple(r[:width]) for r in found[:limit]], following


def _table(name: str) -> _Table:
    if name not in _TABLES:
        raise InputError(
            f"There is no table '{name}'.", todo=f"Choose one of {', '.join(_TABLES)}."
        )
    return _TABLES[name]
