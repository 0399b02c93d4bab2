"""The coordinator's book in its SQLite: opened once, append-only, sealed with the coordinator's key."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

from common import book_check
from common.book import BookEntry, BookKind, append, open_book
from common.canonical import canonical
from common.database import Database, transaction
from common.errors import InternalError, LedgerBroken
from common.heads import LedgerHead
from common.keys import Identity
from common.ledger import utc
from common.ledger_check import Problem

_INSERT = "INSERT INTO book (sequence, kind, subject, previous, hash, content) VALUES (?,?,?,?,?,?)"
_LAST = "SELECT content FROM book ORDER BY sequence DESC LIMIT 1"


class Book:
    """The book of one registry. Without the key it can be read, not written."""

    def __init__(self, db: Database, identity: Identity | None) -> None:
        self.db, self.identity = db, identity
        if identity is not None:
            self._open(identity)

    def head(self) -> LedgerHead:
        """Where the book stands.

        Raises:
            InternalError: it was never opened.
        """
        return self._last(self.db.conn).head

    def entries(self) -> tuple[BookEntry, ...]:
        """The whole book in order.

        Raises:
            LedgerBroken: a row is not even an entry.
        """
        rows = self.db.execute("SELECT content FROM book ORDER BY sequence").fetchall()
        return tuple(_read(row[0]) for row in rows)

    def of(self, kind: BookKind, subject: str) -> list[BookEntry]:
        """Entries of one kind about one subject, the oldest first."""
        rows = self.db.execute(
            "SELECT content FROM book WHERE subject = ? AND kind = ? ORDER BY sequence",
            (subject, kind.value),
        )
        return [_read(row[0]) for row in rows.fetchall()]

    def at(self, sequence: int) -> BookEntry:
        """The entry of this number.

        Raises:
            InternalError: there is none.
        """
        sql = "SELECT content FROM book WHERE sequence = ?"
        row = self.db.execute(sql, (sequence,)).fetchone()
        if row is None:
            raise InternalError("the book has no such entry")
        return _read(row[0])

    def closed_since(self, sequence: int) -> bool:
        """Whether a round was closed or void after this entry."""
        sql = "SELECT 1 FROM book WHERE kind = ? AND sequence > ? LIMIT 1"
        return self.db.execute(sql, (BookKind.ROUND.value, sequence)).fetchone() is not None

    def append(self, conn: sqlite3.Connection, draft: BookEntry) -> BookEntry:
        """Write an entry, in the transaction that records what it says.

        Args:
            conn: In a transaction with the write lock.
            draft: See `entry`.

        Raises:
            LedgerBroken: the entry before is not sealed by this coordinator.
            InternalError: the registry was opened without the key.
        """
        if self.identity is None:
            raise InternalError("the book is written with the coordinator's key")
        last = self._last(conn)
        public = self.identity.public
        if last.hash != last.computed_hash() or not public.verify(
            last.signed_bytes(), last.signature
        ):
            raise broken([Problem("edited", "Its last entry was edited or is another's.")])
        return _insert(conn, append(self.identity, last, draft))

    def problems(self) -> list[Problem]:
        """Everything that does not hold of the chain by itself, in words."""
        if self.identity is None:
            raise InternalError("the book is checked against the coordinator's key")
        try:
            return book_check.verify(self.entries(), self.identity.public)
        except LedgerBroken as e:
            return [Problem("unreadable", e.what)]

    def _open(self, identity: Identity) -> None:
        """The opening entry; for a registry older than its book, who is in the league already."""
        first = self.db.execute("SELECT content FROM book WHERE sequence = 0").fetchone()
        if first is None:
            with transaction(self.db) as conn:
                if conn.execute("SELECT 1 FROM book").fetchone() is None:  # nobody was faster
                    _insert(conn, open_book(identity, _now()))
                    self._enrol_the_known(conn)
        elif _read(first[0]).subject != identity.public.hex:
            raise broken([Problem("stranger", "It was opened by another coordinator.")])

    def _enrol_the_known(self, conn: sqlite3.Connection) -> None:
        known = conn.execute(
            "SELECT merchant_key, name, fingerprint, banned_at FROM merchants "
            "ORDER BY enrolled_at, name"
        ).fetchall()
        for key, name, fingerprint, banned_at in known:
            self.append(conn, entry(BookKind.ENROL, key, label=name))
            if banned_at:
                self.append(conn, entry(BookKind.BAN, fingerprint))

    def _last(self, conn: sqlite3.Connection) -> BookEntry:
        row = conn.execute(_LAST).fetchone()
        if row is None:
            raise InternalError("the book was never opened")
        return _read(row[0])


def entry(
    kind: BookKind,
    subject: str,
    *,
    label: str = "",
    run_id: str = "",
    round_: int = 0,
    task: str = "",
    before: str = "",
) -> BookEntry:
    """A draft of now; its number, link and seal are filled in by `Book.append`."""
    return BookEntry(0, _now(), kind, subject, label, run_id, round_, task, before=before)


def broken(problems: list[Problem]) -> LedgerBroken:
    """The error that names what does not hold."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return LedgerBroken(
        f"The coordinator's book does not hold: {problems[0].text}{more}",
        where="registry.db, table book",
        safe="No merchant was asked anything and nothing was written.",
        todo="See every problem with 'hansa-server ledger verify'. Restore registry.db from the newest "
        "backup that holds; merchants refuse a book that is older than the one they signed under.",
    )


def _insert(conn: sqlite3.Connection, e: BookEntry) -> BookEntry:
    text = canonical(e.as_dict()).decode("utf-8")
    conn.execute(_INSERT, (e.sequence, e.kind.value, e.subject, e.previous, e.hash, text))
    return e


def _read(text: str) -> BookEntry:
    try:
        return BookEntry.from_dict(json.loads(text))
    except (ValueError, RecursionError) as e:
        raise broken([Problem("unreadable", "A row of the book is not an entry.")]) from e


def _now() -> str:
    return utc(datetime.now(UTC))
