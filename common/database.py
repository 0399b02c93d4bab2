"""Open and migrate a sqlite-utils Database: WAL, foreign keys, one writer at a time."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# sqlite-utils imports pandas, and so pyarrow, where it finds them, only to know their types: half a
# second of every start for types that Hansa never hands it. A None here reads as "not installed".
_hidden = sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
from sqlite_utils import Database as Database  # noqa: E402

if _hidden is None:
    del sys.modules["pandas"]

from common.errors import (  # noqa: E402
    DatabaseBusy,
    NewerDatabase,
    OlderDatabase,
    StoreError,
)

BUSY_TIMEOUT_MS = 10_000


def open_database(path: Path, migrations: Sequence[str], *, read_only: bool = False) -> Database:
    """Open the file, making or migrating it as needed.

    Args:
        path: The SQLite file.
        migrations: Ordered SQL scripts; `PRAGMA user_version` counts those that ran.
            A script that has been released is never edited, only followed by another.
        read_only: Refuse to write or migrate.

    Raises:
        NewerDatabase: more migrations ran on the file than this program knows.
        OlderDatabase: fewer did, and `read_only` forbids to run the others.
        DatabaseBusy: another process holds the write lock.
        StoreError: the file is no database or cannot be opened.
    """
    try:
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        uri = f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        conn = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        conn.execute("PRAGMA foreign_keys = ON")
        # what is deleted is overwritten: a shopper that is forgotten is in no free page either
        conn.execute("PRAGMA secure_delete = ON")
        version = int(conn.execute("PRAGMA user_version").fetchone()[0])
        if version > len(migrations):
            raise NewerDatabase(
                f"This database was written by a newer Hansa (version {version}; this program knows {len(migrations)}).",
                where=str(path),
                safe="The file was not changed.",
                todo="Update Hansa on this computer, or open the file with the version that wrote it.",
            )
        if read_only and version < len(migrations):
            conn.close()
            raise OlderDatabase(
                f"This database is of an older Hansa (version {version} of {len(migrations)}).",
                where=str(path),
                safe="The file was not changed.",
                todo="Run a command that writes to it, for example: hansa data",
            )
        if not read_only:
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA synchronous = FULL")
            _migrate(conn, migrations, version)
    except sqlite3.Error as e:
        raise explain(e, path) from e
    return Database(conn)


def _migrate(conn: sqlite3.Connection, migrations: Sequence[str], version: int) -> None:
    for number in range(version, len(migrations)):
        conn.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have migrated while we waited for the lock.
            if int(conn.execute("PRAGMA user_version").fetchone()[0]) > number:
                conn.execute("ROLLBACK")
                continue
            for statement in split_statements(migrations[number]):
                conn.execute(statement)
            conn.execute(f"PRAGMA user_version = {number + 1}")
            conn.execute("COMMIT")
        except sqlite3.Error:
            conn.execute("ROLLBACK")
            raise


def split_statements(script: str) -> Iterator[str]:
    """The single statements of a script; triggers with inner semicolons stay whole."""
    pending = ""
    for part in script.split(";"):
        pending += part + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \n;"):
                yield pending
            pending = ""


@contextmanager
def transaction(db: Database) -> Iterator[sqlite3.Connection]:
    """All or nothing, with the write lock from the start.

    Raises:
        DatabaseBusy: another process holds the write lock.
        StoreError: SQLite refused (disk full, broken file).
    """
    conn = db.conn
    try:
        conn.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as e:
        raise explain(e, None) from e
    try:
        yield conn
        conn.execute("COMMIT")
    except BaseException as e:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        if isinstance(e, sqlite3.OperationalError | sqlite3.DatabaseError) and not isinstance(
            e, sqlite3.IntegrityError
        ):
            raise explain(e, None) from e
        raise


def explain(error: sqlite3.Error, path: Path | None) -> StoreError:
    """An SQLite error in words a person can act on."""
    where, text = str(path or ""), str(error)
    if "locked" in text or "busy" in text:
        return DatabaseBusy(
            "Another program is writing to the shop's database.",
            where=where,
            safe="Nothing was changed.",
            todo="Wait for the other job to end, then try again.",
        )
    if "full" in text:
        return StoreError(
            "The disk is full.",
            where=where,
            safe="The last whole step is kept; nothing is half written.",
            todo="Free some space, then run the same command again.",
        )
    if "not a database" in text or "malformed" in text:
        return StoreError(
            "This file is not a Hansa database, or it is damaged.",
            where=where,
            safe="The file was not changed.",
            todo="Restore it from a backup, or import the shop's files into a new folder.",
        )
    return StoreError(
        "The database cannot be opened or written.",
        where=where,
        safe="Nothing was half written.",
        todo=f"Check that the folder exists and is writable ({text}).",
    )
