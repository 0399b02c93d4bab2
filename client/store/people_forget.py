"""Delete one person from every table, in one transaction, so that the freed bytes are overwritten."""

from __future__ import annotations

import mmap
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from client.store import DATABASE_NAME, Store
from client.store.people import Person
from common.database import BUSY_TIMEOUT_MS, transaction

#: How long readers are waited for before the log is left to them.
READERS_WAIT_MS = 300
#: What goes, in this order: who points to others goes first. (:shopper, :key)
DELETE: tuple[tuple[str, str], ...] = (
    (
        "conversions",
        "DELETE FROM conversions WHERE impression_id IN"
        " (SELECT impression_id FROM impressions WHERE shopper = :shopper)",
    ),
    ("impressions", "DELETE FROM impressions WHERE shopper = :shopper"),
    ("events", "DELETE FROM events WHERE shopper = :shopper"),
    ("profiles", "DELETE FROM profiles WHERE shopper = :shopper"),
    (
        "audience_members",
        "DELETE FROM audience_members WHERE shopper_key = :key"
        " AND audience_id IN (SELECT audience_id FROM audiences)",
    ),
    ("audience_exclusions", "DELETE FROM audience_exclusions WHERE shopper_key = :key"),
    ("consent_log", "DELETE FROM consent_log WHERE shopper = :shopper"),
    ("shoppers", "DELETE FROM shoppers WHERE shopper = :shopper"),
)
#: Deletes a person's own row only where the person is forgotten: who is known to be a minor stays
#: known, else the next file would bring a grown-up.
KEPT_OF_MINORS = ("shoppers", "consent_log", "audience_exclusions")


@contextmanager
def erasing(store: Store) -> Iterator[sqlite3.Connection]:
    """A transaction whose deleted rows are overwritten on the disk, in the file and in its log.

    Raises:
        DatabaseBusy: another process holds the write lock.
        StoreError: SQLite refused; nothing is deleted then.
    """
    # SQLite's documentation of the pragma: deleted content is overwritten with zeros
    store.db.conn.execute("PRAGMA secure_delete = ON").fetchall()
    with transaction(store.db) as conn:
        yield conn
    truncate_log(store)


def truncate_log(store: Store) -> bool:
    """Move the write-ahead log into the file and cut it to nothing; False while others read it."""
    conn = store.db.conn
    # somebody may read for long, and what was deleted is deleted: not waited for as for a write
    conn.execute(f"PRAGMA busy_timeout = {READERS_WAIT_MS}").fetchall()
    try:
        row = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}").fetchall()
    return row is not None and row[0] == 0


def log_is_cut(store: Store) -> bool:
    """Whether the write-ahead log holds nothing; False: it does until its readers are done."""
    path = store.home / f"{DATABASE_NAME}-wal"
    return not path.exists() or path.stat().st_size == 0


def impression_ids(conn: sqlite3.Connection, person: Person) -> list[str]:
    """Ids of a person's impressions."""
    rows = conn.execute(
        "SELECT impression_id FROM impressions WHERE shopper = ?", (person.shopper,)
    )
    return [str(r[0]) for r in rows.fetchall()]


def queries(conn: sqlite3.Connection, person: Person) -> list[str]:
    """What a person searched for, each text once."""
    rows = conn.execute(
        "SELECT DISTINCT query FROM events WHERE shopper = ? AND query <> ''", (person.shopper,)
    )
    return [str(r[0]) for r in rows.fetchall()]


def delete_person(
    conn: sqlite3.Connection, person: Person, *, keep: Sequence[str] = ()
) -> dict[str, int]:
    """Delete a person's rows, in the caller's transaction.

    Args:
        conn: Of `erasing`.
        person: Who.
        keep: Tables that are left as they are.

    Returns:
        Table -> rows deleted.
    """
    who = {"shopper": person.shopper, "key": person.shopper_key}
    return {table: conn.execute(sql, who).rowcount for table, sql in DELETE if table not in keep}


def delete_vectors(conn: sqlite3.Connection, digests: Sequence[str]) -> int:
    """Delete cached vectors of texts, in the caller's transaction; they are made anew when needed."""
    n, model = 0, ""
    while True:
        # the next model by the index: DISTINCT would read every vector
        row = conn.execute("SELECT min(model) FROM text_vectors WHERE model > ?", (model,))
        found = row.fetchone()[0]
        if found is None:
            return n
        model = str(found)
        gone = conn.executemany(
            "DELETE FROM text_vectors WHERE model = ? AND digest = ?", [(model, d) for d in digests]
        )
        n += max(0, gone.rowcount)


def refused(conn: sqlite3.Connection) -> Iterator[tuple[int, bytes]]:
    """Number and sealed bytes of every refused row."""
    for number, sealed in conn.execute("SELECT refused_id, sealed FROM refused_rows"):
        yield int(number), bytes(sealed)


def delete_refused(conn: sqlite3.Connection, numbers: Sequence[int]) -> int:
    """Delete refused rows, in the caller's transaction."""
    conn.executemany("DELETE FROM refused_rows WHERE refused_id = ?", [(n,) for n in numbers])
    return len(numbers)


def explain(store: Store) -> list[tuple[str, str]]:
    """(table, line of SQLite's plan) of every statement above: tests hold them to their indexes."""
    who = {"shopper": 1, "key": "0" * 32}
    return [
        (table, str(row[3]))
        for table, sql in DELETE
        for row in store.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", who).fetchall()
    ]


def copies(store: Store, word: str) -> int:
    """How often a text still lies in the raw files of the database, log included."""
    n = 0
    for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal"):
        path = store.home / name
        if not path.exists() or not path.stat().st_size:
            continue
        with path.open("rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as raw:
            at = raw.find(word.encode())
            while at >= 0:
                n, at = n + 1, raw.find(word.encode(), at + 1)
    return n


def compact(store: Store) -> None:
    """Write the whole database anew: nothing of what was ever deleted is left in it."""
    store.db.conn.execute("VACUUM")
    truncate_log(store)
