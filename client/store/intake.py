"""Write imported rows: upserts by natural key, each transaction with the place reached in the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING

from client.store import Store
from client.store.intake_columns import COLUMNS, COST_KEY, INSERT, UPSERT, Row, Value
from client.store.intake_keys import Occurrences, Shoppers, cost_keys, event_digests
from client.store.intake_record import Record, Refused, keep, now, start
from client.store.people import Suppressed
from common.database import explain

if TYPE_CHECKING:
    import polars as pl

__all__ = ["COLUMNS", "Intake", "Record", "Refused", "Row", "Value", "intake"]

#: Room for the pages of the indexes: a large file would else write them again and again.
CACHE_KIB = 262_144
#: Pages of the WAL after which they are carried over into the database: 256 MiB.
CHECKPOINT_PAGES = 65_536
#: Rows in a transaction: a page of an index that many rows touch is then written once.
CHUNK_ROWS = 250_000

#: What an unknown value becomes where the table takes no null; texts become "".
_ZERO = ("value_minor", "position", "cost_minor", "refund_minor")
_TIERS = ("platform_activity", "platform_affinity", "platform_redemptions")
_ABSENT = {**dict.fromkeys((*_ZERO, *_TIERS), 0), "breadth": 1}
_RIGHTS = ("consent", "personalise", "minor")
_NULL = {"price_minor", "stock", "propensity", "clicked", "n_impressions", "n_clicks", *_RIGHTS}


@dataclass(slots=True)
class Intake:
    """One file on its way into one table. What was there at the last `commit` stays.

    Attributes:
        conn: The database.
        key_of: The shop's own customer id -> pseudonym.
        record: What is written of the file so far.
        dry_run: Nothing stays.
        gone: Who was forgotten: their rows are dropped.
        n_gone: Rows that were dropped.
    """

    conn: sqlite3.Connection
    key_of: Callable[[str], str]
    record: Record
    dry_run: bool = False
    gone: Suppressed | None = None
    n_gone: int = 0
    _waiting: int = 0
    _shoppers: Shoppers = field(init=False)
    _seen: Occurrences = field(init=False)

    def __post_init__(self) -> None:
        """Start with empty memories of shoppers and events."""
        self._shoppers = Shoppers(self.conn, self.key_of)
        self._seen = Occurrences(self.conn)

    @property
    def kind(self) -> str:
        """The table."""
        return self.record.kind

    def put(self, frame: pl.DataFrame) -> None:
        """Insert or update rows.

        Args:
            frame: Columns in the order of `COLUMNS[kind]`, whatever their names, typed; customers
                by the shop's own ids.
        """
        if not frame.height:
            return
        rows = self._rows(self._without_gone(frame))
        if not rows:
            return
        before = self.conn.total_changes
        self.conn.executemany(INSERT[self.kind], rows)
        n_new = self.conn.total_changes - before
        if n_new < len(rows):
            self.conn.executemany(UPSERT[self.kind], rows)
        self._waiting += len(rows)
        self.record = replace(
            self.record,
            n_rows=self.record.n_rows + len(rows),
            n_new=self.record.n_new + n_new,
            n_changed=self.record.n_changed + self.conn.total_changes - before - n_new,
        )

    def replay(self, frame: pl.DataFrame) -> None:
        """Remember the events of a block that was written before the import was cut off."""
        if self.kind == "events" and frame.height:
            self._event_keys(_lists(frame, "events"))

    def refuse(self, refused: Sequence[Refused]) -> None:
        """Keep rows that were refused; the same line of the same bytes is kept once."""
        keep(self.conn, self.record, refused)
        self._waiting += len(refused)
        self.record = replace(self.record, n_refused=self.record.n_refused + len(refused))

    def step(self, cursor: str) -> None:
        """A block is through: commit if enough rows wait.

        Args:
            cursor: Where reading goes on, after this block.
        """
        self.record = replace(self.record, cursor=cursor)
        if self._waiting >= CHUNK_ROWS and not self.dry_run:
            self.commit()
            self.conn.execute("BEGIN IMMEDIATE")

    def commit(self, *, done: bool = False) -> None:
        """Make everything so far stay; `done`: the file was read to its end."""
        self.record = self.record.write(self.conn, done=done)
        self.conn.execute("ROLLBACK" if self.dry_run else "COMMIT")
        self._waiting = 0

    def finish(self) -> None:
        """The file was read to its end: commit, and only now wait for the disk."""
        if not self.dry_run and self._waiting:
            self.commit()
        if not self.conn.in_transaction:
            self.conn.execute("PRAGMA synchronous = FULL")
            self.conn.execute("BEGIN IMMEDIATE")
        self.commit(done=True)

    def _rows(self, lists: dict[str, list[Value]]) -> list[tuple[Value, ...]]:
        """Rows as they are written, in the order of their keys; equal keys keep their order."""
        if self.kind == "events":
            lists["event_key"] = list(self._event_keys(lists))
        elif self.kind == "costs":
            lists = {"cost_key": list(cost_keys([lists[c] for c in COST_KEY])), **lists}
        elif self.kind == "shoppers":
            lists["shopper_key"] = [self.key_of(str(i)) for i in lists["shopper_key"]]
        if "shopper" in lists:
            lists["shopper"] = list(self._shoppers.numbers([str(i) for i in lists["shopper"]]))
        rows = list(zip(*lists.values(), strict=True))
        # the tree of the key is walked once
        rows.sort(key=itemgetter(0))
        return rows

    def _without_gone(self, frame: pl.DataFrame) -> dict[str, list[Value]]:
        """Rows of people who were not forgotten."""
        lists = _lists(frame, self.kind)
        if self.gone:
            lists, n = self.gone.without(self.conn, self.kind, lists, self.key_of, now())
            self.n_gone += n
        return lists

    def _event_keys(self, lists: dict[str, list[Value]]) -> list[str]:
        """An event's own id, else a digest of its values and of how often the file had them.

        Two equal lines of one file are two events; the same file again brings no new ones.
        """
        keys = [f"id:{i}" for i in lists["event_key"]]
        own = [n for n, i in enumerate(lists["event_key"]) if not i]
        if own:
            parts = [[lists[c][n] for n in own] for c in COLUMNS["events"][1:]]
            digests = event_digests([self.key_of(str(i)) for i in parts[0]], parts[1:])
            for n, digest, k in zip(own, digests, self._seen.number(digests), strict=True):
                keys[n] = f"{digest.hex()}:{k}"
        return keys


@contextmanager
def intake(
    store: Store,
    record: Record,
    key_of: Callable[[str], str],
    *,
    dry_run: bool = False,
    gone: Suppressed | None = None,
) -> Iterator[Intake]:
    """Write one file, from the place that its record names.

    Inside, a commit does not wait for the disk (synchronous NORMAL): the place in the file is
    committed with the rows, so that a power cut costs time and no row. The last commit waits.

    Args:
        store: The shop.
        record: A new one (import_id 0), or one that was cut off.
        key_of: The shop's own customer id -> pseudonym.
        dry_run: Count everything, then leave the database as it was.
        gone: Who was forgotten: their rows are dropped.

    Raises:
        DatabaseBusy: another process writes.
        StoreError: SQLite refused (disk full, read-only, broken); the last commit stays.
    """
    conn = store.db.conn
    try:
        with _bulk(conn):
            conn.execute("BEGIN IMMEDIATE")
            if not record.import_id:
                record = start(conn, record)
            yield Intake(conn, key_of, record, dry_run, gone)
    except sqlite3.DatabaseError as e:
        raise explain(e, store.home) from e


@contextmanager
def _bulk(conn: sqlite3.Connection) -> Iterator[None]:
    """Settings for many rows; as they were on the way out, with nothing pending."""
    before = conn.execute("PRAGMA cache_size").fetchone()[0]
    conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    conn.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    conn.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):
            if conn.in_transaction:
                conn.execute("ROLLBACK")
        with suppress(sqlite3.Error):
            conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
            conn.execute("DELETE FROM temp.seen")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute("PRAGMA wal_autocheckpoint = 1000")
        conn.execute(f"PRAGMA cache_size = {before}")


def _lists(frame: pl.DataFrame, kind: str) -> dict[str, list[Value]]:
    """Our columns as lists, without nulls where the table takes none."""
    out: dict[str, list[Value]] = {}
    for name, series in zip(COLUMNS[kind], frame.get_columns(), strict=True):
        if name not in _NULL and series.null_count():
            absent = _ABSENT.get(name, "")
            out[name] = [absent if v is None else v for v in series.to_list()]
        else:
            out[name] = series.to_list()
    return out
