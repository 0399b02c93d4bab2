"""What the rules about single rows find, as SQL: each fills the temporary tables of hits."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

#: As every time in the store is written; GLOB, so that the check is one pass without parsing.
_DAY = "[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]"
TIME_GLOB = f"{_DAY}T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z"
#: Rows that are compared at a time.
CHUNK = 100_000
_TIMES = {"events": "happened_at", "impressions": "shown_at", "conversions": "converted_at"}
_PLACE = {"events": "rowid", "impressions": "rowid", "conversions": "impression_id"}


def missing(conn: sqlite3.Connection) -> None:
    """Rows without a usable time, product or content; a search may have lost its words."""
    _put(
        conn,
        "events",
        f"CASE WHEN happened_at NOT GLOB '{TIME_GLOB}' THEN 'no-time'"
        " WHEN product_id = '' AND value_minor = 0 AND query = '' AND kind != 'search'"
        " THEN 'says-nothing' END",
    )
    _put(
        conn,
        "impressions",
        f"CASE WHEN shown_at NOT GLOB '{TIME_GLOB}' THEN 'no-time'"
        " WHEN product_id = '' THEN 'no-product' END",
    )
    _put(
        conn,
        "conversions",
        f"CASE WHEN converted_at NOT GLOB '{TIME_GLOB}' THEN 'no-time'"
        " WHEN impression_id = '' THEN 'no-impression' END",
    )


def duplicates(conn: sqlite3.Connection, event_s: int, impression_s: int, purchases: bool) -> None:
    """Equal rows that follow one another within some seconds, all but one of each chain.

    First the neighbours in time are found from the index (shopper, time) alone, which needs no
    sorting; only these are compared in full.

    Args:
        conn: With the tables of hits.
        event_s: Seconds between two events.
        impression_s: Seconds between two impressions.
        purchases: Whether purchases and returns are compared too: two equal lines of one receipt may be
            two pieces.
    """
    _neighbours(conn, "events", event_s)
    same = "shopper, product_id, kind, value_minor, query, device, city"
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_events SELECT place, 'repeated-event' FROM ("
        f" SELECT rowid AS place, unixepoch(happened_at) - lag(unixepoch(happened_at)) OVER"
        f"  (PARTITION BY {same} ORDER BY happened_at, event_key) AS gap"
        "  FROM events WHERE rowid IN (SELECT place FROM temp.near)"
        "  AND (:purchases OR kind NOT IN ('purchase', 'return'))) WHERE gap <= :s",
        {"s": event_s, "purchases": purchases},
    )
    _neighbours(conn, "impressions", impression_s)
    same = "shopper, product_id, campaign_id, creative_id, placement, position, device"
    # of a chain the one stays that has an outcome from the shop's files, else a click, else the first
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_impressions SELECT place, 'double-report' FROM ("
        " SELECT place, row_number() OVER (PARTITION BY "
        f" {same}, chain ORDER BY won DESC, clicked DESC, shown_at, impression_id) AS n FROM ("
        f"  SELECT *, sum(gap IS NULL OR gap > ?) OVER (PARTITION BY {same}"
        "    ORDER BY shown_at, impression_id) AS chain FROM ("
        f"   SELECT rowid AS place, {same}, shown_at, impression_id, coalesce(clicked, 0) AS clicked,"
        "     EXISTS (SELECT 1 FROM conversions AS c WHERE c.impression_id = i.impression_id"
        "      AND c.source = 'file') AS won,"
        f"    unixepoch(shown_at) - lag(unixepoch(shown_at)) OVER (PARTITION BY {same}"
        "     ORDER BY shown_at, impression_id) AS gap"
        "   FROM impressions AS i WHERE rowid IN (SELECT place FROM temp.near)))) WHERE n > 1",
        [impression_s],
    )
    conn.execute("DROP TABLE temp.near")


def amounts(conn: sqlite3.Connection, max_value_minor: int, max_cost_minor: int) -> None:
    """Amounts below zero (a return may be) or above a limit, chances and places that cannot be."""
    value, cost = int(max_value_minor), int(max_cost_minor)
    _put(
        conn,
        "events",
        "CASE WHEN value_minor < 0 AND kind != 'return' THEN 'below-zero'"
        f" WHEN abs(value_minor) > {value} THEN 'too-large' END",
    )
    _put(
        conn,
        "impressions",
        "CASE WHEN cost_minor < 0 THEN 'below-zero'"
        f" WHEN cost_minor > {cost} THEN 'too-large'"
        " WHEN propensity <= 0 OR propensity > 1 THEN 'bad-chance'"
        " WHEN position < 0 THEN 'bad-position' END",
    )
    _put(
        conn,
        "conversions",
        "CASE WHEN value_minor < 0 OR refund_minor < 0 THEN 'below-zero'"
        f" WHEN value_minor > {value} THEN 'too-large' END",
    )


def clock(conn: sqlite3.Connection, opened: str, tolerance_s: int, whole_hours: int) -> None:
    """Times before the opening; conversions before their impression or whole hours off."""
    for table, at in _TIMES.items():
        # reads the index over time from its beginning on, where there is one
        conn.execute(
            f"INSERT OR IGNORE INTO temp.hit_{table} SELECT {_PLACE[table]},"
            f" iif({at} < '1970-01-03', 'epoch', 'before-opening') FROM {table} WHERE {at} < ?",
            [opened],
        )
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_conversions SELECT c.impression_id, 'before-shown'"
        " FROM conversions AS c CROSS JOIN impressions AS i USING (impression_id)"
        " WHERE c.converted_at < i.shown_at"
        "  AND unixepoch(i.shown_at) - unixepoch(c.converted_at) > ?",
        [tolerance_s],
    )
    if whole_hours:
        _whole_hours(conn, whole_hours)
    # without its conversion an impression would count as one that did not convert
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_impressions SELECT i.rowid, h.why"
        " FROM temp.hit_conversions AS h CROSS JOIN impressions AS i ON i.impression_id = h.place"
    )


def future(conn: sqlite3.Connection, latest: str) -> None:
    """Times after `latest`, ISO-8601 UTC."""
    for table, at in _TIMES.items():
        conn.execute(
            f"INSERT OR IGNORE INTO temp.hit_{table} SELECT {_PLACE[table]}, 'future'"
            f" FROM {table} WHERE {at} > ?",
            [latest],
        )


def orphans(conn: sqlite3.Connection, tables: Sequence[str]) -> None:
    """References into nothing in these tables; a catalogue that is empty accuses nobody."""
    unknown = "NOT EXISTS (SELECT 1 FROM products AS p WHERE p.product_id = t.product_id)"
    catalogue = "EXISTS (SELECT 1 FROM products)"
    for table in ("events", "impressions"):
        if table in tables:
            conn.execute(
                f"INSERT OR IGNORE INTO temp.hit_{table} SELECT t.rowid, 'unknown-product'"
                f" FROM {table} AS t WHERE {catalogue} AND t.product_id != '' AND {unknown}"
            )
    if "conversions" in tables:
        conn.execute(
            "INSERT OR IGNORE INTO temp.hit_conversions SELECT c.impression_id,"
            " 'unknown-impression' FROM conversions AS c WHERE NOT EXISTS"
            " (SELECT 1 FROM impressions AS i WHERE i.impression_id = c.impression_id)"
        )


def _put(conn: sqlite3.Connection, table: str, why: str) -> None:
    """One pass over a table with all reasons of a rule; `why` is NULL for sound rows."""
    conn.execute(
        f"INSERT OR IGNORE INTO temp.hit_{table}"
        f" SELECT {_PLACE[table]}, {why} AS why FROM {table} WHERE why IS NOT NULL"
    )


def _neighbours(conn: sqlite3.Connection, table: str, within_s: int) -> None:
    """Rows that have another one of the same shopper within some seconds, in `temp.near`."""
    at = _TIMES[table]
    conn.execute("CREATE TEMP TABLE IF NOT EXISTS near (place INTEGER PRIMARY KEY)")
    conn.execute("DELETE FROM temp.near")
    rows = conn.execute(
        f"SELECT rowid, shopper, coalesce(unixepoch({at}), -1) FROM {table} INDEXED BY {table}_by_shopper"
        f" WHERE substr({at}, 14) != ':00:00Z'"
        f" ORDER BY shopper, {at}"
    )
    last = np.zeros((0, 3), np.int64)
    while chunk := rows.fetchmany(CHUNK):
        # the last row of the chunk before may have its neighbour in this one
        block = np.concatenate([last, np.array(chunk, np.int64)])
        close = (block[1:, 1] == block[:-1, 1]) & (block[1:, 2] - block[:-1, 2] <= within_s)
        near = np.union1d(block[1:][close, 0], block[:-1][close, 0])
        conn.executemany(
            "INSERT OR IGNORE INTO temp.near VALUES (?)", [(p,) for p in near.tolist()]
        )
        last = block[-1:]


def _whole_hours(conn: sqlite3.Connection, most: int) -> None:
    """Conversions with a purchase exactly whole hours away and none at their own time."""
    near = (
        " FROM events AS e WHERE e.shopper = i.shopper AND e.kind = 'purchase'"
        "  AND e.product_id = i.product_id"
        "  AND e.happened_at BETWEEN strftime('%Y-%m-%dT%H:%M:%SZ', c.converted_at, {low})"
        "  AND strftime('%Y-%m-%dT%H:%M:%SZ', c.converted_at, {high})"
    )
    apart = "unixepoch(e.happened_at) - unixepoch(c.converted_at)"
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_conversions SELECT c.impression_id, 'whole-hours'"
        " FROM conversions AS c CROSS JOIN impressions AS i USING (impression_id)"
        " WHERE c.source = 'file' AND c.converted_at NOT LIKE '%:00:00Z'"
        f"  AND EXISTS (SELECT 1 {near.format(low=':before', high=':after')} AND"
        f"   e.happened_at NOT LIKE '%:00:00Z' AND abs({apart}) >= 3598"
        f"   AND (abs({apart}) + 1) % 3600 <= 2)"
        "  AND NOT EXISTS (SELECT 1" + near.format(low="'-30 minutes'", high="'+30 minutes'") + ")",
        {"before": f"-{3600 * most + 1} seconds", "after": f"+{3600 * most + 1} seconds"},
    )
