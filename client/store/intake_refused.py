"""Refused rows by file, column and reason, and their way back in."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from client.store import Store
from client.store.intake import Intake, Record
from client.store.people import Suppressed
from common.database import transaction

#: Rows that are opened at a time.
BATCH = 5_000
_SAME = "sha256 = ? AND column = ? AND code = ? AND reason = ?"


@dataclass(frozen=True, slots=True)
class Group:
    """Refused rows of one file that were refused for one reason.

    Attributes:
        group_id: Stable name, 8 hexadecimal digits.
        file_name: Name without folder.
        sha256: Of the file.
        kind: The table.
        mapping: How the file was read, as the import's record has it.
        column: Ours; empty where the whole row cannot be read.
        code: Stable name of the reason.
        reason: For people.
        n_waiting: Rows that wait.
        n_left: Rows that were left alone on purpose.
        first_line: Of the file.
    """

    group_id: str
    file_name: str
    sha256: str
    kind: str
    mapping: str
    column: str
    code: str
    reason: str
    n_waiting: int
    n_left: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One refused row."""

    refused_id: int
    line: int
    sealed: bytes


def groups(store: Store) -> list[Group]:
    """Groups with rows that wait or were left, the largest first."""
    rows = store.db.execute(
        "SELECT r.file_name, r.sha256, i.kind, max(i.mapping), r.column, r.code, r.reason,"
        " sum(r.state = 'waiting'), sum(r.state = 'left'), min(r.line)"
        " FROM refused_rows AS r JOIN imports AS i USING (import_id) WHERE r.state <> 'fixed'"
        " GROUP BY r.sha256, r.column, r.code, r.reason"
        " ORDER BY sum(r.state = 'waiting') DESC, r.file_name, r.column, r.code, r.reason"
    )
    return [Group(_name(*(str(r[n]) for n in (1, 4, 5, 6))), *r) for r in rows]


def waiting(store: Store, group: Group) -> Iterator[list[Kept]]:
    """Rows of a group that wait, some at a time, in the order of the file."""
    after = 0
    while True:
        rows = store.db.execute(
            f"SELECT refused_id, line, sealed FROM refused_rows WHERE {_SAME}"
            " AND state = 'waiting' AND line > ? ORDER BY line LIMIT ?",
            [*_key(group), after, BATCH],
        ).fetchall()
        if not rows:
            return
        yield [Kept(int(r[0]), int(r[1]), bytes(r[2])) for r in rows]
        after = int(rows[-1][1])


def mark(store: Store, group: Group, state: str) -> int:
    """Set the state of rows that wait or were left; how many."""
    with transaction(store.db) as conn:
        return conn.execute(
            f"UPDATE refused_rows SET state = ? WHERE {_SAME} AND state <> 'fixed' AND state <> ?",
            [state, *_key(group), state],
        ).rowcount


@dataclass(frozen=True, slots=True)
class Fixing:
    """Rows on their way back in: all of a group or, after an error, none."""

    conn: sqlite3.Connection
    work: Intake

    @property
    def put(self) -> Callable[..., None]:
        """Insert or update rows, as an import does."""
        return self.work.put

    def fixed(self, refused_ids: Sequence[int]) -> None:
        """These rows are in the shop now."""
        self.conn.executemany(
            "UPDATE refused_rows SET state = 'fixed' WHERE refused_id = ?",
            [(i,) for i in refused_ids],
        )


@contextmanager
def fixing(
    store: Store, group: Group, key_of: Callable[[str], str], gone: Suppressed
) -> Iterator[Fixing]:
    """One transaction for a group.

    Raises:
        DatabaseBusy: another process writes.
        StoreError: SQLite refused.
    """
    with transaction(store.db) as conn:
        record = Record(0, group.kind, group.file_name, group.sha256)
        yield Fixing(conn, Intake(conn, key_of, record, gone=gone))


def _key(group: Group) -> tuple[str, str, str, str]:
    return group.sha256, group.column, group.code, group.reason


def _name(sha256: str, column: str, code: str, reason: str) -> str:
    text = "\x1f".join((sha256, column, code, reason))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
