"""A table of somebody else's SQLite database as blocks: read only, by rowid, never locked for long."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from client.ingest.blocks import BLOCK_ROWS, BadRow, Layout
from client.ingest.source_bytes import FileBytes
from client.ingest.source_errors import bad_cursor, changed, damaged, no_header, unreadable
from client.ingest.source_header import sound, told_apart
from client.ingest.source_split import columns
from client.ingest.source_table import Piece, TableSource, csv_line, texts

_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that is read.

    Attributes:
        name: As it is called.
        columns: Its columns.
        rowid: A name of its row id that no column has; empty for views and tables without one.
    """

    name: str
    columns: tuple[str, ...]
    rowid: str


def open_sqlite(path: Path, wanted: str = "") -> TableSource:
    """Open a table of a database file.

    Args:
        path: The file.
        wanted: Table or view; empty: the only table.

    Raises:
        InputError: it is no database, or has no such table.
    """
    file = FileBytes(path)
    try:
        db = _connect(file)
        with _in_words(file.name):
            table = _table(db, wanted, file.name)
            version = _version(db)
            total = db.execute(f"SELECT count(*) FROM {_q(table.name)}").fetchone()[0]
    except BaseException:
        file.close()
        raise
    if not sound(table.columns):
        raise no_header("The table has no columns with names.", f"{file.name}#{table.name}")

    def read(following: tuple[int | str, ...]) -> Iterator[Piece]:
        for piece in _pieces(db, table, following, int(total), file.name):
            with _in_words(file.name):
                same = _version(db) == version
            if not same:
                raise changed(file.name)
            yield piece

    def close() -> None:
        db.close()
        file.close()

    return TableSource(
        f"{file.name}#{table.name}",
        Layout("sqlite", sheet=table.name),
        told_apart(table.columns),
        read,
        file.name,
        lambda: _digest(file, table),
        close,
    )


def _connect(file: FileBytes) -> sqlite3.Connection:
    """Read only: the database of a running shop must not notice."""
    with _in_words(file.name):
        uri = f"file:{quote(str(file.path.absolute()))}?mode=ro"
        db = sqlite3.connect(uri, uri=True, timeout=_WAIT_S, check_same_thread=False)
        # texts that are no UTF-8 are refused row by row; a database may bring its own functions
        db.text_factory = bytes
        db.execute("PRAGMA query_only = ON")
        db.execute("PRAGMA trusted_schema = OFF")
        if db.execute("PRAGMA journal_mode").fetchone()[0] == b"wal":
            # a snapshot that holds up nobody; without WAL writers would have to wait for us
            db.execute("BEGIN")
    return db


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as e:
        if "locked" in str(e) or "busy" in str(e):
            raise unreadable(
                "Another program holds the database.", name, "Try again, or import a copy."
            ) from e
        raise damaged(name, "The database cannot be read.") from e
    except (sqlite3.Error, OverflowError, UnicodeError, MemoryError) as e:
        # a damaged length asks for more memory than there is
        raise damaged(name, "The database is damaged or protected by a password.") from e


def _version(db: sqlite3.Connection) -> int:
    """Changes when another program commits, but not inside of a snapshot."""
    return int(db.execute("PRAGMA data_version").fetchone()[0])


def _table(db: sqlite3.Connection, wanted: str, name: str) -> _Table:
    rows = db.execute(
        "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    kinds = {bytes(n).decode("utf-8", "replace"): bytes(k) for n, k in rows}
    tables = [n for n, k in kinds.items() if k == b"table"]
    if not wanted and len(tables) == 1:
        wanted = tables[0]
    if wanted not in kinds:
        shown = ", ".join(f"'{t[:40]}'" for t in list(kinds)[:12]) or "none"
        what = "There is no such table." if wanted else "It is not clear which table to read."
        raise unreadable(what, name, f"Say it as sqlite:///FILE#TABLE; there are: {shown}.")
    found = db.execute(f"PRAGMA table_info({_q(wanted)})").fetchall()
    names = tuple(bytes(r[1]).decode("utf-8", "replace") for r in found)
    return _Table(wanted, names, _rowid(db, wanted, names) if kinds[wanted] == b"table" else "")


def _rowid(db: sqlite3.Connection, table: str, names: Sequence[str]) -> str:
    lower = {n.lower() for n in names}
    for rowid in ("rowid", "_rowid_", "oid"):
        if rowid not in lower:
            try:
                db.execute(f"SELECT {rowid} FROM {_q(table)} LIMIT 0")
            except sqlite3.OperationalError:
                return ""
            return rowid
    return ""


def _pieces(
    db: sqlite3.Connection, table: _Table, following: tuple[int | str, ...], total: int, name: str
) -> Iterator[Piece]:
    """Rows after a row id; where there is none, after a number of rows."""
    done, after = _start(following, name)
    chosen = ", ".join(_q(c) for c in table.columns)
    source = _q(table.name)
    while True:
        with _in_words(name):
            if table.rowid:
                where = f"WHERE {table.rowid} > ?" if done else ""
                found = db.execute(
                    f"SELECT {chosen}, {table.rowid} FROM {source} {where} "
                    f"ORDER BY {table.rowid} LIMIT {BLOCK_ROWS}",
                    (after,) if done else (),
                ).fetchall()
            else:
                found = db.execute(
                    f"SELECT {chosen}, 0 FROM {source} LIMIT {BLOCK_ROWS} OFFSET ?", (done,)
                ).fetchall()
        if not found:
            return
        after = found[-1][-1]
        yield piece_of([r[:-1] for r in found], done, (done + len(found), after), total)
        done += len(found)


def _start(following: tuple[int | str, ...], name: str) -> tuple[int, int]:
    if not following:
        return 0, 0
    if len(following) != 2 or not all(isinstance(v, int) for v in following):
        raise bad_cursor(name)
    return int(following[0]), int(following[1])


def piece_of(
    rows: Sequence[Sequence[object]], done: int, following: tuple[int | str, ...], total: int
) -> Piece:
    """Rows of a database's values as a piece.

    Args:
        rows: At least one.
        done: Rows before these.
        following: Where the next piece begins.
        total: Rows of the table.
    """
    broken: set[int] = set()
    turned = []
    for values in zip(*rows, strict=True):
        out, bad = texts(values)
        turned.append(out)
        broken.update(bad)
    all_rows = list(zip(*turned, strict=True))
    good = [i for i in range(len(rows)) if i not in broken]
    return Piece(
        columns([all_rows[i] for i in good], len(turned)),
        np.array(good, np.int64) + done + 1,
        tuple(
            BadRow(
                done + 1 + i, "bad-encoding", "holds bytes that are no text", csv_line(all_rows[i])
            )
            for i in sorted(broken)
        ),
        following,
        min((done + len(rows)) / max(total, 1), 1.0),
    )


def _digest(file: FileBytes, table: _Table) -> str:
    """The bytes of the file and of what is not yet merged into it, and which table."""
    total = hashlib.sha256(table.name.encode())
    for path in (file.path, file.path.with_name(file.path.name + "-wal")):
        if path.exists():
            with path.open("rb") as f:
                total.update(hashlib.file_digest(f, "sha256").digest())
    return total.hexdigest()


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
