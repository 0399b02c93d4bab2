"""What the data report counts: filled columns, ranges, hours, matches, rows of each shopper, rows set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from client.store import Store

#: Longest time from an impression to its conversion that is usual, seconds (30 days).
LATE_S = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Filled:
    """How much of one column is filled in.

    Attributes:
        table: Its table.
        column: Its name in the database.
        n_filled: Rows with more than nothing there: text, or a number that is known (and, where
            zero means "not said", above zero).
        n_rows: All rows of the table.
        low: Least value, of numbers and times only; "" where there is none.
        high: Largest value.
    """

    table: str
    column: str
    n_filled: int
    n_rows: int
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class HourCount:
    """Rows of one table in one UTC hour, "2024-05-31T18"."""

    hour: str
    n_rows: int
    n_aside: int
    n_second: int
    amount_minor: int


# column -> what counts as filled: "text" is not '', "known" is not NULL, "above" is above zero,
# "tier" too, but without a range; a "time" is always filled and its range is read from its index
_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "products": (
        *((c, "text") for c in ("department", "category", "product_type", "brand", "description")),
        ("price_minor", "known"),
        *((c, "text") for c in ("currency", "url", "image", "gtin", "taxonomy_id")),
        ("stock", "known"),
    ),
    "shoppers": (("consent", "tier"), ("personalise", "tier"), ("minor", "tier")),
    "events": (
        ("product_id", "text"),
        ("value_minor", "above"),
        *((c, "text") for c in ("query", "device", "city")),
        ("happened_at", "time"),
    ),
    "impressions": (
        *((c, "text") for c in ("campaign_id", "campaign_type", "placement", "device", "city")),
        ("creative_id", "text"),
        ("position", "above"),
        ("propensity", "known"),
        ("cost_minor", "above"),
        *((f"platform_{c}", "tier") for c in ("activity", "affinity", "redemptions")),
        ("clicked", "known"),
        ("shown_at", "time"),
    ),
    "conversions": (
        ("value_minor", "above"),
        ("order_id", "text"),
        ("refund_minor", "above"),
        ("converted_at", "time"),
    ),
    "costs": (
        *((c, "text") for c in ("campaign_id", "product_id", "creative_id", "placement")),
        ("cost_minor", "above"),
        ("n_impressions", "known"),
        ("n_clicks", "known"),
        ("day", "time"),
    ),
}
_TEST = {"text": "<> ''", "above": "> 0", "tier": "> 0"}
#: table -> its time, what is counted beside the rows, and what is summed up, by hour
_TIMES = {
    "impressions": ("shown_at", "clicked", "cost_minor"),
    "events": ("happened_at", "kind = 'purchase'", "value_minor"),
    "conversions": ("converted_at", "refunded_at <> ''", "value_minor"),
}
TABLES: tuple[str, ...] = tuple(_COLUMNS)


def coverage(store: Store) -> dict[str, float]:
    """Raw column -> share of exposures of consenting shoppers that have more than nothing there.

    Empty text, unknown (negative) and zero count as nothing. {} for a shop without exposures.
    Weekday and hour are always known and left out.
    """
    # imported here: a window that only asks whether its report is fresh needs no arrays
    from client.store.exposures import load
    from common.features import default_spec

    exposures = load(store)
    if not len(exposures):
        return {}
    out = {}
    for name in default_spec().sources:
        if name in ("weekday", "hour"):
            continue
        values = exposures.columns[name]
        filled = values != "" if values.dtype == object else values > 0
        out[name] = float(filled.mean())
    return out


def filled(store: Store, table: str) -> list[Filled]:
    """Every column of a table of `TABLES`, in one pass."""
    parts = ["count(*)"]
    for name, kind in _COLUMNS[table]:
        parts.append(f"sum({name} {_TEST[kind]})" if kind in _TEST else f"count({name})")
        if kind == "time":
            parts += [f"(SELECT {f}({name}) FROM {table})" for f in ("min", "max")]
        else:
            parts.append("'', ''" if kind in ("text", "tier") else f"min({name}), max({name})")
    row = store.db.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()
    n_rows, values = int(row[0]), row[1:]
    return [
        Filled(
            table,
            name,
            int(values[3 * i] or 0),
            n_rows,
            *("" if v is None else str(v) for v in values[3 * i + 1 : 3 * i + 3]),
        )
        for i, (name, _) in enumerate(_COLUMNS[table])
    ]


def hours(store: Store, table: str) -> list[HourCount]:
    """Rows by UTC hour, oldest first: all, set aside, clicked (or bought, or given back), and money."""
    at, second, amount = _TIMES[table]
    rows = store.db.execute(
        f"SELECT substr({at}, 1, 13), count(*), total(aside <> 0), total({second}),"
        f" total({amount}) FROM {table} GROUP BY 1 ORDER BY 1"
    )
    return [HourCount(str(r[0]), *(int(v) for v in r[1:])) for r in rows]


def costs_by_day(store: Store) -> list[tuple[str, int]]:
    """Day and money of the costs that the platform reported, oldest first."""
    rows = store.db.execute("SELECT day, sum(cost_minor) FROM costs GROUP BY 1 ORDER BY 1")
    return [(str(r[0]), int(r[1])) for r in rows]


def known_products(store: Store, table: str) -> tuple[int, int]:
    """Rows of "impressions" or "events" whose product is in the catalogue, and rows that name one."""
    row = store.db.execute(
        "SELECT total(n * (p.product_id IS NOT NULL)), total(n) FROM ("
        f" SELECT product_id, count(*) AS n FROM {table} WHERE product_id <> '' GROUP BY 1)"
        " LEFT JOIN products AS p USING (product_id)"
    ).fetchone()
    return int(row[0]), int(row[1])


def by_shopper(store: Store, table: str) -> tuple[int, int, int, int]:
    """Of "impressions" or "events": rows of consenting shoppers, all rows, the most of one, shoppers."""
    row = store.db.execute(
        "SELECT total(n * consent), total(n), coalesce(max(n), 0), count(*) FROM ("
        f" SELECT shopper, count(*) AS n FROM {table} GROUP BY 1) JOIN shoppers USING (shopper)"
    ).fetchone()
    return int(row[0]), int(row[1]), int(row[2]), int(row[3])


def conversions(store: Store) -> tuple[int, int, int, int]:
    """Conversions with an impression, all of them, those before it, and those later than `LATE_S`."""
    lag = "unixepoch(converted_at) - unixepoch(shown_at)"
    row = store.db.execute(
        f"SELECT count(i.shown_at), count(*), total({lag} < 0), total({lag} > {LATE_S})"
        " FROM conversions LEFT JOIN impressions AS i USING (impression_id)"
    ).fetchone()
    return int(row[0]), int(row[1]), int(row[2]), int(row[3])


def costs(store: Store) -> tuple[int, int]:
    """Costs whose campaign was shown, and all costs."""
    row = store.db.execute("SELECT count(*) FROM costs").fetchone()
    if not row[0]:
        return 0, 0
    known = store.db.execute(
        "SELECT count(*) FROM costs WHERE campaign_id <> '' AND campaign_id IN"
        " (SELECT DISTINCT campaign_id FROM impressions)"
    ).fetchone()
    return int(known[0]), int(row[0])


def refused_groups(store: Store) -> list[tuple[str, str, str, int]]:
    """Code, column, reason and rows of what was refused and waits, most first."""
    rows = store.db.execute(
        "SELECT code, column, min(reason), count(*) FROM refused_rows WHERE state = 'waiting'"
        " GROUP BY code, column, CASE WHEN code = '' THEN reason END ORDER BY 4 DESC, 1, 2"
    )
    return [(str(c), str(k), str(r), int(n)) for c, k, r, n in rows]


def open_imports(store: Store) -> Sequence[str]:
    """Names of files whose import was cut off and can go on."""
    rows = store.db.execute(
        "SELECT DISTINCT file_name FROM imports WHERE state = 'open' ORDER BY 1"
    )
    return [str(r[0]) for r in rows]


def state(store: Store) -> str:
    """A short text that is another one once the report would be; quick at any number of rows."""
    parts: list[object] = []
    for table, at in (("impressions", "shown_at"), ("events", "happened_at")):
        sql = f"SELECT max(rowid), (SELECT min({at}) FROM {table}) FROM {table}"
        parts += store.db.execute(sql).fetchone()
    parts += store.db.execute(
        "SELECT count(*), sum(consent), sum(personalise), sum(minor) FROM shoppers"
    ).fetchone()
    parts += store.db.execute(
        "SELECT count(*), max(import_id), sum(n_rows), sum(state = 'open'),"
        " (SELECT max(run_id) FROM cleaning_runs), (SELECT count(*) FROM forgotten),"
        " (SELECT count(*) FROM refused_rows WHERE state = 'waiting') FROM imports"
    ).fetchone()
    return "|".join("" if p is None else str(p) for p in parts)
