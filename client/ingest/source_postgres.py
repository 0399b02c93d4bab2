"""A PostgreSQL table or query as blocks: one read-only snapshot, a cursor on the server, texts."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from client.ingest.blocks import BLOCK_ROWS, Layout
from client.ingest.source_errors import bad_cursor, no_header, unreadable
from client.ingest.source_header import sound, told_apart
from client.ingest.source_sqlite import piece_of
from client.ingest.source_table import Piece, TableSource
from common.errors import UserFacing

_INSTALL = "pip install 'hansa[postgresql]'  (or: pip install pg8000)"
#: Counting the rows of a large table takes minutes.
_TIMEOUT_S = 600
_QUERY = re.compile(r"\s*(select|with)\s", re.IGNORECASE)


class Connection(Protocol):
    """What we use of `pg8000.native.Connection`."""

    columns: Sequence[dict[str, object]] | None

    def run(self, sql: str) -> Sequence[Sequence[object]]:
        """Rows of a statement."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An address without its secret.

    Attributes:
        shown: Host and database, for people.
        query: What is selected from.
        table: For people.
    """

    shown: str
    query: str
    table: str


def open_postgres(address: str) -> TableSource:
    """Open a table or a query of a server.

    Args:
        address: "postgresql://user:password@host:port/database#table" or "...#SELECT ...".

    Raises:
        InputError: the driver is missing, the server does not answer, or there is no such table.
    """
    wanted = _wanted(address)
    db = _connect(address, wanted.shown)
    try:
        with _in_words(wanted.shown):
            for statement in (
                "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                "SET LOCAL TimeZone = 'UTC'",
                "SET LOCAL DateStyle = 'ISO, YMD'",
                "SET LOCAL IntervalStyle = 'iso_8601'",
                "SET LOCAL bytea_output = 'hex'",
            ):
                db.run(statement)
            db.run(f"SELECT * FROM {wanted.query} LIMIT 0")
            found = list(db.columns or ())
            total = int(str(db.run(f"SELECT count(*) FROM {wanted.query}")[0][0]))
        names = tuple(str(c["name"]) for c in found)
        if not sound(names):
            raise no_header("The table has no columns with names.", wanted.shown)
    except BaseException:
        _close(db)
        raise
    kinds = [int(str(c["type_oid"])) for c in found]
    return TableSource(
        f"{wanted.shown}#{wanted.table}",
        Layout("postgresql", sheet=wanted.table),
        told_apart(names),
        lambda following: _pieces(db, wanted, kinds, following, total),
        wanted.shown,
        lambda: hashlib.sha256(
            f"{wanted.shown}\0{wanted.query}\0{names}\0{total}".encode()
        ).hexdigest(),
        lambda: _close(db),
    )


def _wanted(address: str) -> _Wanted:
    place, _, what = address.partition("#")
    try:
        parts = urlsplit(place)
        shown = f"{parts.hostname or 'localhost'}:{parts.port or 5432}/{parts.path.strip('/')}"
    except ValueError as e:
        raise _bad_address() from e
    what = unquote(what).strip().rstrip(";")
    if not what or not parts.path.strip("/"):
        raise _bad_address()
    if _QUERY.match(what):
        return _Wanted(shown, f"({what}) AS source", "query")
    names = [n.strip('"') for n in what.split(".")]
    return _Wanted(shown, ".".join('"' + n.replace('"', '""') + '"' for n in names), what)


def _bad_address() -> Exception:
    # never the address itself: it may hold a password
    return unreadable(
        "The address of the database is not complete.",
        "postgresql://",
        "Write postgresql://USER:PASSWORD@HOST:5432/DATABASE#TABLE; odd characters as %40.",
    )


def _connect(address: str, shown: str) -> Connection:
    try:
        native = importlib.import_module("pg8000.native")
    except ImportError as e:
        raise unreadable(
            "Reading PostgreSQL needs a driver that is not installed.", shown, f"Run: {_INSTALL}"
        ) from e
    parts = urlsplit(address.partition("#")[0])
    options = parse_qs(parts.query)
    secure = options.get("sslmode", ["prefer"])[0]
    with _in_words(shown):
        made: Connection = native.Connection(
            unquote(parts.username or "postgres"),
            host=parts.hostname or "localhost",
            port=parts.port or 5432,
            database=unquote(parts.path.strip("/")),
            password=unquote(parts.password) if parts.password else None,
            timeout=_TIMEOUT_S,
            ssl_context={"disable": False, "prefer": None}.get(secure, True),
            application_name="hansa import",
        )
    return made


@contextmanager
def _in_words(shown: str) -> Iterator[None]:
    """A driver's errors in words of ours: theirs may hold values of rows, or the password."""
    try:
        yield
    except UserFacing:
        raise
    except Exception as e:
        code = e.args[0].get("C", "") if e.args and isinstance(e.args[0], dict) else ""
        what, todo = _WORDS.get(
            str(code), ("The database does not answer as it should.", "Check address and network.")
        )
        # from None: the driver's own words stay out of every log
        raise unreadable(what, shown, todo) from None


_WORDS = {
    "28P01": ("User name or password are not right.", "Check them with whoever runs the database."),
    "28000": ("The database does not let this user in.", "Ask whoever runs the database."),
    "3D000": ("There is no such database.", "Check its name."),
    "42P01": ("There is no such table.", "Check its name; write SCHEMA.TABLE where it is in one."),
    "42501": ("This user may not read the table.", "Ask for the right to SELECT from it."),
    "42601": ("The query is not understood.", "Try it in psql first."),
    "25006": ("The query would change something.", "Only reading is allowed."),
}


def _pieces(
    db: Connection,
    wanted: _Wanted,
    kinds: Sequence[int],
    following: tuple[int | str, ...],
    total: int,
) -> Iterator[Piece]:
    """Rows in the order of the server's own cursor; going on moves over those that are known."""
    done = following[0] if following else 0
    if not isinstance(done, int) or done < 0:
        raise bad_cursor(wanted.shown)
    chosen = ", ".join(_as_text(i, kind) for i, kind in enumerate(kinds))
    aliases = ", ".join(f"c{i}" for i in range(len(kinds)))
    order = "" if wanted.table == "query" else " ORDER BY ctid" * _has_ctid(db, wanted)
    source = f"SELECT * FROM {wanted.query}{order}"
    with _in_words(wanted.shown):
        db.run("CLOSE ALL")
        db.run(
            f"DECLARE hansa_rows NO SCROLL CURSOR FOR SELECT {chosen} FROM ({source}) AS t({aliases})"
        )
        if done:
            db.run(f"MOVE FORWARD {done} FROM hansa_rows")
    while True:
        with _in_words(wanted.shown):
            rows = db.run(f"FETCH FORWARD {BLOCK_ROWS} FROM hansa_rows")
        if not rows:
            return
        yield piece_of(rows, done, (done + len(rows),), total)
        done += len(rows)


def _has_ctid(db: Connection, wanted: _Wanted) -> bool:
    """Whether rows have a place; views and foreign tables do not."""
    try:
        db.run("SAVEPOINT hansa_look")
        db.run(f"SELECT ctid FROM {wanted.query} LIMIT 0")
    except Exception:
        db.run("ROLLBACK TO SAVEPOINT hansa_look")
        return False
    return True


def _as_text(i: int, kind: int) -> str:
    """A column as canonical text: times ISO, all else as PostgreSQL writes it."""
    name = f"c{i}"
    pattern = """'YYYY-MM-DD"T"HH24:MI:SS'"""
    if kind == 1184:
        return f"""to_char({name}, {pattern}) || 'Z'"""
    if kind == 1114:
        return f"to_char({name}, {pattern})"
    return f"{name}::text"


def _close(db: Connection) -> None:
    try:
        db.close()
    except Exception:
        # the server has hung up already
        return
