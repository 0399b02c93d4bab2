"""Records of imports: what is written of a file, where reading goes on, and the rows that were refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

_FIELDS = "import_id, kind, file_name, sha256, state, cursor, mapping, n_rows, n_new, n_changed, n_refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be imported; `sealed` is its bytes, encrypted."""

    line: int
    column: str
    code: str
    reason: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One import of one file.

    Attributes:
        import_id: Its number; 0 before it is written.
        kind: The table.
        file_name: Name without folder.
        sha256: Digest of the file's bytes.
        state: "open" until the file was read to its end, then "done".
        cursor: Where reading goes on.
        mapping: Canonical JSON of how the file was read.
        n_rows: Rows that were taken.
        n_new: Of these, natural keys that were not there before.
        n_changed: Of these, known natural keys with another value.
        n_refused: Rows that were refused.
    """

    import_id: int
    kind: str
    file_name: str
    sha256: str
    state: str = "open"
    cursor: str = ""
    mapping: str = ""
    n_rows: int = 0
    n_new: int = 0
    n_changed: int = 0
    n_refused: int = 0

    def write(self, conn: sqlite3.Connection, *, done: bool) -> Record:
        """Write the counts and the cursor; the caller holds the transaction."""
        state, at = ("done", now()) if done else ("open", "")
        conn.execute(
            "UPDATE imports SET n_rows = ?, n_new = ?, n_changed = ?, n_refused = ?, state = ?,"
            " cursor = ?, finished_at = ? WHERE import_id = ?",
            [
                *(self.n_rows, self.n_new, self.n_changed, self.n_refused, state),
                *("" if done else self.cursor, at, self.import_id),
            ],
        )
        if done:
            # read again, perhaps in another way, and not refused this time
            conn.execute(
                "UPDATE refused_rows SET state = 'fixed'"
                " WHERE sha256 = ? AND import_id <> ? AND state = 'waiting'",
                [self.sha256, self.import_id],
            )
        return replace(self, state=state)


def known(conn: sqlite3.Connection, sha256: str, kind: str, mapping: str) -> Record | None:
    """The whole import of the same bytes, read the same way, if nothing has changed its rows since.

    A later file of the kind that changed rows makes this one worth reading again: the last file wins.
    """
    row = conn.execute(
        f"SELECT {_FIELDS} FROM imports AS i WHERE sha256 = ? AND kind = ? AND state = 'done'"
        " AND mapping IN (?, '') AND NOT EXISTS (SELECT 1 FROM imports AS later"
        " WHERE later.kind = i.kind AND later.sha256 <> i.sha256"
        " AND (later.import_id > i.import_id OR later.finished_at > i.finished_at)"
        " AND (later.n_changed > 0 OR later.state = 'open'))"
        " ORDER BY import_id DESC LIMIT 1",
        [sha256, kind, mapping],
    ).fetchone()
    return Record(*row) if row else None


def unfinished(conn: sqlite3.Connection, sha256: str, kind: str, mapping: str) -> Record | None:
    """The import of the same bytes, read the same way, that was cut off."""
    row = conn.execute(
        f"SELECT {_FIELDS} FROM imports WHERE sha256 = ? AND kind = ? AND mapping = ?"
        " AND state = 'open' ORDER BY import_id DESC LIMIT 1",
        [sha256, kind, mapping],
    ).fetchone()
    return Record(*row) if row else None


def start(conn: sqlite3.Connection, record: Record) -> Record:
    """Write a new import; another one of the same bytes that was cut off is given up."""
    conn.execute(
        "UPDATE imports SET state = 'done', finished_at = ?, cursor = ''"
        " WHERE sha256 = ? AND kind = ? AND state = 'open'",
        [now(), record.sha256, record.kind],
    )
    row = conn.execute(
        "INSERT INTO imports (imported_at, file_name, sha256, kind, n_rows, n_new, n_changed,"
        " n_refused, state, mapping) VALUES (?, ?, ?, ?, 0, 0, 0, 0, 'open', ?)"
        " RETURNING import_id",
        [now(), record.file_name, record.sha256, record.kind, record.mapping],
    ).fetchone()
    return replace(record, import_id=int(row[0]))


def keep(conn: sqlite3.Connection, record: Record, refused: Sequence[Refused]) -> None:
    """Keep refused rows; the same line of the same bytes is kept once, and stays fixed or left."""
    conn.executemany(
        "INSERT INTO refused_rows (import_id, file_name, sha256, line, column, code, reason, sealed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256, line) DO UPDATE SET"
        " import_id = excluded.import_id, column = excluded.column, code = excluded.code,"
        " reason = excluded.reason, sealed = excluded.sealed",
        [
            (
                *(record.import_id, record.file_name, record.sha256, r.line),
                *(r.column, r.code, r.reason, r.sealed),
            )
            for r in refused
        ],
    )


def first_refused(
    conn: sqlite3.Connection, sha256: str, limit: int
) -> tuple[tuple[int, str, str], ...]:
    """Line, column and reason of the first rows of a file that were refused."""
    return tuple(
        conn.execute(
            "SELECT line, column, reason FROM refused_rows WHERE sha256 = ? ORDER BY line LIMIT ?",
            [sha256, limit],
        )
    )


def now() -> str:
    """This moment, ISO-8601 UTC to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
