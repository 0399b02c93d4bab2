"""Amounts of the shop by group, counted; and the rows whose amount lies outside of a group's limits."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

#: Table -> (amount, group, where from, condition): sales by category, costs by placement.
_SOURCES: dict[str, tuple[str, str, str, str]] = {
    "events": (
        "t.value_minor",
        "coalesce(p.category, '')",
        "events AS t LEFT JOIN products AS p ON p.product_id = t.product_id",
        "t.kind = 'purchase' AND t.value_minor > 0",
    ),
    "impressions": ("t.cost_minor", "t.placement", "impressions AS t", "t.cost_minor > 0"),
    "conversions": (
        "t.value_minor",
        "coalesce(p.category, '')",
        "conversions AS t CROSS JOIN impressions AS i ON i.impression_id = t.impression_id"
        " LEFT JOIN products AS p ON p.product_id = i.product_id",
        "t.value_minor > 0",
    ),
}
_PLACE = {"events": "t.rowid", "impressions": "t.rowid", "conversions": "t.impression_id"}


@dataclass(frozen=True, slots=True)
class AmountCount:
    """An amount above zero, in hundredths, and how often its group has it."""

    group: str
    amount: int
    n: int


def amounts(conn: sqlite3.Connection, table: str) -> list[AmountCount]:
    """Distinct amounts of a table by group; the memory is that of the distinct ones."""
    amount, group, source, condition = _SOURCES[table]
    # counted here: GROUP BY would sort millions of rows that have a few thousand amounts
    found = Counter(conn.execute(f"SELECT {group}, {amount} FROM {source} WHERE {condition}"))
    return [AmountCount(grp, value, n) for (grp, value), n in sorted(found.items())]


def outside(conn: sqlite3.Connection, table: str, limits: Iterable[tuple[str, int, int]]) -> None:
    """Mark the rows outside of (group, low, high), in the temporary table of hits."""
    amount, group, source, condition = _SOURCES[table]
    conn.execute(
        "CREATE TEMP TABLE IF NOT EXISTS amount_limits (grp TEXT PRIMARY KEY, low INT, high INT)"
    )
    conn.execute("DELETE FROM temp.amount_limits")
    conn.executemany("INSERT INTO temp.amount_limits VALUES (?, ?, ?)", limits)
    conn.execute(
        f"INSERT OR IGNORE INTO temp.hit_{table}"
        f" SELECT {_PLACE[table]}, iif({amount} < l.low, 'far-below', 'far-above')"
        f" FROM {source} CROSS JOIN temp.amount_limits AS l ON l.grp = {group}"
        f" WHERE {condition} AND {amount} NOT BETWEEN l.low AND l.high"
    )
    conn.execute("DROP TABLE temp.amount_limits")
