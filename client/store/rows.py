"""Browse and count the shop's rows: products, pages of any table, days, imports, refused rows."""

from __future__ import annotations

from dataclasses import dataclass

from client.store import Store
from client.store.history import outcomes_known
from common.domain import Product
from common.errors import InputError

#: Tables that a person may browse, with their columns and order; nothing else reaches the SQL.
TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "products": (
        ("product_id", "title", "department", "category", "product_type", "brand", "breadth"),
        "product_id",
    ),
    "shoppers": (("shopper_key", "consent", "personalise"), "shopper"),
    "events": (("shopper_key", "kind", "happened_at", "product_id", "value_minor"), "happened_at"),
    "impressions": (
        ("impression_id", "shopper_key", "product_id", "shown_at", "campaign_type", "clicked"),
        "shown_at, impression_id",
    ),
    "conversions": (("impression_id", "converted_at", "value_minor"), "converted_at"),
}
_PSEUDONYMS = frozenset({"events", "impressions"})


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of one table.

    Attributes:
        columns: Names.
        rows: Values in that order; None where unknown.
        total: Rows in the whole table.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class ProductCount:
    """A product and how its offers did."""

    product: Product
    n_impressions: int
    n_converted: int


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One imported file."""

    import_id: int
    imported_at: str
    file_name: str
    kind: str
    n_rows: int
    n_new: int
    n_changed: int
    n_refused: int


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that could not be imported: where it is and why; its bytes stay sealed."""

    refused_id: int
    file_name: str
    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The shop's data in numbers.

    Attributes:
        tables: Table -> rows.
        first_at: First event or impression, ISO-8601 UTC; empty for an empty shop.
        last_at: Last event or impression.
        n_consenting: Shoppers who consented.
        n_labelled: Impressions whose outcome is known.
        n_converted: Impressions that converted.
        n_clicks_known: Impressions for which the source records clicks.
        n_clicked: Impressions that were clicked.
        n_refused: Rows that were refused and wait for repair.
        n_unmatched: Conversions whose impression was not imported.
    """

    tables: dict[str, int]
    first_at: str
    last_at: str
    n_consenting: int
    n_labelled: int
    n_converted: int
    n_clicks_known: int
    n_clicked: int
    n_refused: int
    n_unmatched: int

    @property
    def consent_share(self) -> float | None:
        """Share of shoppers who consented; None without shoppers."""
        return _share(self.n_consenting, self.tables["shoppers"])

    @property
    def conversion_rate(self) -> float | None:
        """Conversions per impression; None where outcomes are unknown."""
        return _share(self.n_converted, self.n_labelled)


def summary(store: Store) -> Summary:
    """Count everything once."""
    tables = {name: _one(store, f"SELECT count(*) FROM {name}") for name in TABLES}
    first_at, last_at = store.db.execute(
        "SELECT min(a), max(b) FROM ("
        " SELECT min(happened_at) AS a, max(happened_at) AS b FROM events"
        " UNION ALL SELECT min(shown_at), max(shown_at) FROM impressions)"
    ).fetchone()
    labelled = outcomes_known(store)
    clicks, clicked = store.db.execute(
        "SELECT count(clicked), coalesce(sum(clicked), 0) FROM impressions"
    ).fetchone()
    n_converted = _one(
        store, "SELECT count(*) FROM conversions JOIN impressions USING (impression_id)"
    )
    return Summary(
        tables=tables,
        first_at=first_at or "",
        last_at=last_at or "",
        n_consenting=_one(store, "SELECT count(*) FROM shoppers WHERE consent = 1"),
        n_labelled=tables["impressions"] if labelled else 0,
        n_converted=n_converted,
        n_clicks_known=int(clicks),
        n_clicked=int(clicked),
        n_refused=_one(store, "SELECT count(*) FROM refused_rows WHERE state = 'waiting'"),
        n_unmatched=tables["conversions"] - n_converted,
    )


def revision(store: Store) -> tuple[int, ...]:
    """Changes whenever what the shop knows may have changed: imports, consent, removed rows."""
    return (
        _one(store, "SELECT coalesce(max(import_id), 0) FROM imports"),
        _one(store, "SELECT count(*) FROM shoppers"),
        _one(store, "SELECT coalesce(sum(consent), 0) FROM shoppers"),
        _one(store, "SELECT coalesce(sum(personalise), 0) FROM shoppers"),
        _one(store, "SELECT count(*) FROM impressions"),
        _one(store, "SELECT count(*) FROM events"),
        _one(store, "SELECT count(*) FROM conversions"),
        _one(store, "SELECT coalesce(sum(value_minor), 0) FROM conversions"),
        _one(store, "SELECT coalesce(max(run_id), 0) FROM cleaning_runs"),
    )


def products(
    store: Store, *, search: str = "", offset: int = 0, limit: int = 100
) -> list[ProductCount]:
    """Products with the counts of their offers, those shown most first.

    Args:
        store: The shop.
        search: Part of the title, the id, the category or the department.
        offset: Products to skip.
        limit: Products to return.
    """
    words = "%" + search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    rows = store.db.execute(
        f"SELECT {_PRODUCT}, coalesce(n, 0), coalesce(won, 0) FROM products LEFT JOIN ("
        "  SELECT product_id, count(*) AS n, count(c.impression_id) AS won"
        "  FROM impressions LEFT JOIN conversions AS c USING (impression_id)"
        "  GROUP BY product_id) USING (product_id)"
        r" WHERE title LIKE :w ESCAPE '\' OR product_id LIKE :w ESCAPE '\'"
        r"  OR category LIKE :w ESCAPE '\' OR department LIKE :w ESCAPE '\'"
        " ORDER BY coalesce(n, 0) DESC, product_id LIMIT :limit OFFSET :offset",
        {"w": words, "limit": limit, "offset": offset},
    )
    return [ProductCount(Product(*r[:-2]), r[-2], r[-1]) for r in rows]


def product(store: Store, product_id: str) -> Product:
    """One product.

    Raises:
        InputError: the shop has no such product.
    """
    row = store.db.execute(
        f"SELECT {_PRODUCT} FROM products WHERE product_id = ?", [product_id]
    ).fetchone()
    if row is None:
        raise InputError(
            "The shop has no such product.",
            safe="Nothing was changed.",
            todo="List the products with 'hansa data --products', or import the products file.",
        )
    return Product(*row)


def page(store: Store, table: str, *, offset: int = 0, limit: int = 100) -> Page:
    """Some rows of a table of `TABLES`; shoppers appear by pseudonym.

    Raises:
        InputError: there is no such table.
    """
    if table not in TABLES:
        raise InputError(
            f"There is no table '{table}'.", todo=f"Choose one of: {', '.join(TABLES)}."
        )
    columns, order = TABLES[table]
    join = " JOIN shoppers USING (shopper)" if table in _PSEUDONYMS else ""
    rows = store.db.execute(
        f"SELECT {', '.join(columns)} FROM {table}{join} ORDER BY {order} LIMIT ? OFFSET ?",
        [limit, offset],
    ).fetchall()
    return Page(columns, tuple(rows), _one(store, f"SELECT count(*) FROM {table}"))


def imports(store: Store) -> list[ImportRecord]:
    """Imported files, newest first."""
    rows = store.db.execute(
        "SELECT import_id, imported_at, file_name, kind, n_rows, n_new, n_changed, n_refused"
        " FROM imports ORDER BY import_id DESC"
    )
    return [ImportRecord(*r) for r in rows]


def refused(store: Store, *, offset: int = 0, limit: int = 100) -> list[RefusedRow]:
    """Rows that wait for repair, in the order of import and line."""
    rows = store.db.execute(
        "SELECT refused_id, file_name, line, column, reason FROM refused_rows"
        " WHERE state = 'waiting' ORDER BY import_id, line LIMIT ? OFFSET ?",
        [limit, offset],
    )
    return [RefusedRow(*r) for r in rows]


def refused_lines(store: Store) -> list[bytes]:
    """The sealed bytes of every refused row, in the order of import and line."""
    rows = store.db.execute(
        "SELECT sealed FROM refused_rows WHERE state = 'waiting' ORDER BY import_id, line"
    )
    return [bytes(r[0]) for r in rows]


_PRODUCT = (
    "product_id, title, department, category, product_type, brand, description,"
    " price_minor, currency, url, image, breadth"
)


def _one(store: Store, sql: str) -> int:
    return int(store.db.execute(sql).fetchone()[0])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
