"""Bits of `aside`: rows that a rule found are marked in chunks, others unmarked; counts; records of runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from client.store import Store
from common.database import transaction

#: Table -> what a row is addressed by: the rowid, but conversions have none.
PLACES = {
    "shoppers": "shopper",
    "events": "rowid",
    "impressions": "rowid",
    "conversions": "impression_id",
}
_KEYS = {
    "shoppers": "t.shopper_key",
    "events": "t.event_key",
    "impressions": "t.impression_id",
    "conversions": "t.impression_id",
}
CHUNK = 50_000
CACHE_KIB = 131_072
#: Rows whose bits are written, all of them.
Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One line of `cleaning_runs`."""

    run_id: int
    ran_at: str
    rules: Mapping[str, Mapping[str, object]]
    seconds: float


@contextmanager
def hits(store: Store) -> Iterator[sqlite3.Connection]:
    """Empty temporary tables for what a rule finds; gone afterwards, nothing else is written."""
    conn = store.db.conn
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    try:
        for table in PLACES:
            kind = "TEXT" if table == "conversions" else "INTEGER"
            conn.execute(
                f"CREATE TEMP TABLE IF NOT EXISTS hit_{table} (place {kind} PRIMARY KEY, why TEXT)"
            )
        empty(conn)
        yield conn
    finally:
        for table in PLACES:
            conn.execute(f"DROP TABLE IF EXISTS temp.hit_{table}")


def empty(conn: sqlite3.Connection) -> None:
    """Forget what was found."""
    for table in PLACES:
        conn.execute(f"DELETE FROM temp.hit_{table}")


class _DryRun(Exception):
    """Leaves the transaction without a trace."""


@contextmanager
def whole(store: Store, dry_run: bool) -> Iterator[None]:
    """One transaction; a dry run is the same work taken back."""
    try:
        with transaction(store.db):
            yield
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass


def settle(conn: sqlite3.Connection, table: str, bit: int, watch: Watch | None = None) -> int:
    """Set the bit of exactly the rows that were found, clear it everywhere else.

    The tables' partial indexes over `aside != 0` make clearing and counting quick; setting goes
    through the rows by place in chunks.

    Returns:
        Rows that changed.
    """
    place, before = PLACES[table], conn.total_changes
    conn.execute(
        f"UPDATE {table} SET aside = aside & ~:bit WHERE aside != 0 AND aside & :bit"
        f" AND {place} NOT IN (SELECT place FROM temp.hit_{table})",
        {"bit": bit},
    )
    total = int(conn.execute(f"SELECT count(*) FROM temp.hit_{table}").fetchone()[0])
    after: str | int = "" if table == "conversions" else -1
    compare = ">="
    for done in range(0, total, CHUNK):
        chunk = (
            f"SELECT place FROM temp.hit_{table} WHERE place {compare} :after"
            " ORDER BY place LIMIT :chunk"
        )
        values = {"bit": bit, "after": after, "chunk": CHUNK}
        conn.execute(
            f"UPDATE {table} SET aside = aside | :bit"
            f" WHERE {place} IN ({chunk}) AND aside & :bit = 0",
            values,
        )
        after = conn.execute(f"SELECT max(place) FROM ({chunk})", values).fetchone()[0]
        compare = ">"
        if watch is not None:
            watch(min(done + CHUNK, total), total)
    return conn.total_changes - before


def rows_in(store: Store, table: str) -> int:
    """Rows of a table, set aside or not."""
    return int(store.db.execute(f"SELECT count(*) FROM {_named(table)}").fetchone()[0])


def by_aside(store: Store, table: str) -> dict[int, int]:
    """`aside` -> rows, of the rows that are set aside: a look into the partial index."""
    return dict(
        store.db.execute(
            f"SELECT aside, count(*) FROM {_named(table)} WHERE aside != 0 GROUP BY aside"
        ).fetchall()
    )


def reasons(conn: sqlite3.Connection, table: str) -> dict[str, int]:
    """Code of a reason -> rows found, in one table."""
    return dict(
        conn.execute(
            f"SELECT why, count(*) FROM temp.hit_{_named(table)} GROUP BY why ORDER BY why"
        ).fetchall()
    )


def some(
    conn: sqlite3.Connection, table: str, bit: int, limit: int
) -> list[tuple[str, str, str, int]]:
    """Rows with the bit, in the order of their place.

    Returns:
        Natural key, pseudonym of the shopper or "", reason found now or "", number of the shopper or 0.
    """
    join = {
        "shoppers": "JOIN shoppers AS s ON s.shopper = t.shopper",
        "conversions": "LEFT JOIN impressions AS i ON i.impression_id = t.impression_id"
        " LEFT JOIN shoppers AS s ON s.shopper = i.shopper",
    }.get(table, "JOIN shoppers AS s ON s.shopper = t.shopper")
    place = PLACES[table]
    return conn.execute(
        f"SELECT {_KEYS[table]}, coalesce(s.shopper_key, ''), coalesce(h.why, ''),"
        f" coalesce(s.shopper, 0) FROM {table} AS t {join}"
        f" LEFT JOIN temp.hit_{table} AS h ON h.place = t.{place}"
        f" WHERE t.aside != 0 AND t.aside & ? ORDER BY +t.{place} LIMIT ?",
        [bit, limit],
    ).fetchall()


def begin_run(store: Store, ran_at: str) -> int:
    """A line in `cleaning_runs` that the rules fill one after the other."""
    with transaction(store.db) as conn:
        return int(
            conn.execute(
                "INSERT INTO cleaning_runs (ran_at, rules, seconds) VALUES (?, '{}', 0)"
                " RETURNING run_id",
                [ran_at],
            ).fetchone()[0]
        )


def write_run(
    conn: sqlite3.Connection, run_id: int, rules: Mapping[str, object], seconds: float
) -> None:
    """What the rules did so far; in the transaction of the rule that ran last."""
    text = json.dumps(rules, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    conn.execute(
        "UPDATE cleaning_runs SET rules = ?, seconds = ? WHERE run_id = ?", [text, seconds, run_id]
    )


def last_run(store: Store) -> RunRecord | None:
    """The newest run; None before the first."""
    row = store.db.execute(
        "SELECT run_id, ran_at, rules, seconds FROM cleaning_runs ORDER BY run_id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else RunRecord(row[0], row[1], json.loads(row[2]), row[3])


def bits_of(store: Store, shopper: int) -> int:
    """`aside` of one shopper; 0 for somebody who is not there."""
    row = store.db.execute("SELECT aside FROM shoppers WHERE shopper = ?", [shopper]).fetchone()
    return 0 if row is None else int(row[0])


def _named(table: str) -> str:
    if table not in PLACES:
        raise KeyError(table)
    return table
