"""The coordinator's SQLite: merchants here, runs, rounds, sums and bundles in their modules, one book."""

from __future__ import annotations

from pathlib import Path

from common.book import BookKind
from common.database import Database, open_database, transaction
from common.errors import InputError
from common.keys import Identity
from server.book import Book, entry
from server.bundles import Bundles
from server.folder import Folder
from server.rounds import Rounds
from server.rows import Merchant, now
from server.runs import Runs
from server.schema import MIGRATIONS
from server.sums import Sums


class Registry(Runs, Rounds, Sums, Bundles):
    """One open registry. Every method is one transaction.

    Args:
        path: The SQLite file.
        identity: The coordinator's; without it nothing can be written that the book records.

    Raises:
        LedgerBroken: the book is another coordinator's.
    """

    def __init__(self, path: Path, identity: Identity | None = None) -> None:
        self.db: Database = open_database(path, MIGRATIONS)
        self.book = Book(self.db, identity)

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    @classmethod
    def of(cls, folder: Folder) -> Registry:
        """The registry of a coordinator's folder, with its key: what is written is in its book.

        Raises:
            InputError: there is no coordinator in the folder.
            LedgerBroken: the book is another coordinator's.
        """
        folder.config()
        return cls(folder.registry, folder.identity())

    # merchants

    def add_merchant(self, merchant: Merchant) -> None:
        """Enrol; a merchant that was there before is replaced, and its ban is lifted."""
        sql = """INSERT INTO merchants (fingerprint, name, merchant_key, node_key_pem, node_id,
                 enrolled_at) VALUES (?,?,?,?,?,?) ON CONFLICT (fingerprint) DO UPDATE SET
                 name = excluded.name, node_key_pem = excluded.node_key_pem,
                 node_id = excluded.node_id, enrolled_at = excluded.enrolled_at,
                 banned_at = NULL, ban_reason = ''"""
        m = merchant
        row = (m.fingerprint, m.name, m.merchant_key, m.node_key_pem, str(m.node_id), m.enrolled_at)
        with transaction(self.db) as conn:
            if self._banned(m.fingerprint):
                self.book.append(conn, entry(BookKind.UNBAN, m.fingerprint))
            conn.execute(sql, row)
            self.book.append(conn, entry(BookKind.ENROL, m.merchant_key, label=m.name))

    def merchants(self) -> list[Merchant]:
        """All, in order of enrolment, the banned ones too."""
        rows = self.db.execute(
            """SELECT fingerprint, name, merchant_key, node_key_pem, node_id, enrolled_at,
               banned_at, ban_reason FROM merchants ORDER BY enrolled_at, name"""
        ).fetchall()
        return [Merchant(r[0], r[1], r[2], r[3], int(r[4]), r[5], r[6] or "", r[7]) for r in rows]

    def merchant(self, who: str) -> Merchant:
        """By name or by the beginning of the fingerprint; of two keys the one that is not banned.

        Raises:
            InputError: nobody, or more than one.
        """
        found = [m for m in self.merchants() if m.name == who or m.fingerprint.startswith(who)]
        if len(found) > 1:
            found = [m for m in found if not m.banned_at] or found
        if len(found) != 1:
            many = "More than one merchant has" if found else "No merchant has"
            raise InputError(
                f"{many} this name or fingerprint.",
                where=who,
                safe="Nothing was changed.",
                todo="Copy the fingerprint from: hansa-server merchants",
            )
        return found[0]

    def set_ban(self, fingerprint: str, reason: str | None) -> None:
        """Ban with a reason, or lift the ban with None."""
        with transaction(self.db) as conn:
            if self._banned(fingerprint) != (reason is not None):
                kind = BookKind.UNBAN if reason is None else BookKind.BAN
                self.book.append(conn, entry(kind, fingerprint))
            conn.execute(
                "UPDATE merchants SET banned_at = ?, ban_reason = ? WHERE fingerprint = ?",
                (None if reason is None else now(), reason or "", fingerprint),
            )

    def _banned(self, fingerprint: str) -> bool:
        row = self.db.execute(
            "SELECT banned_at FROM merchants WHERE fingerprint = ?", (fingerprint,)
        ).fetchone()
        return row is not None and row[0] is not None
