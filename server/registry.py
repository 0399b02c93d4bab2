"""The coordinator's SQLite: merchants and bundles here, runs and rounds in their modules, one book."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from common.book import BookKind
from common.canonical import canonical
from common.database import open_database, transaction
from common.errors import InputError
from common.keys import Identity
from server.book import Book, entry
from server.folder import Folder
from server.rounds import Rounds
from server.rows import Merchant, now
from server.runs import Runs
from server.schema import MIGRATIONS
from server.sums import Sums


class Registry(Runs, Rounds, Sums):
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

    # bundles

    def add_bundle(
        self, digest: str, run_id: str, path: str, provenance: dict[str, Any], weights: str
    ) -> None:
        """A published bundle.

        Args:
            digest: Names the bundle.
            run_id: Whose weights it holds.
            path: Inside the coordinator's folder.
            provenance: Public JSON values.
            weights: `tensors_digest` of the weights that were published.
        """
        text = canonical(provenance).decode("utf-8")
        with transaction(self.db) as conn:
            conn.execute(
                "INSERT INTO bundles (digest, run_id, path, provenance, created_at) "
                "VALUES (?,?,?,?,?)",
                (digest, run_id, path, text, now()),
            )
            draft = entry(BookKind.BUNDLE, digest, run_id=run_id, before=weights)
            self.book.append(conn, draft)

    def note_installed(self, digest: str, n_installed: int) -> None:
        """How many merchants said that they installed it."""
        with transaction(self.db) as conn:
            conn.execute(
                "UPDATE bundles SET n_installed = ? WHERE digest = ?", (n_installed, digest)
            )

    def bundles(self) -> list[dict[str, Any]]:
        """Published bundles, the newest first."""
        rows = self.db.execute(
            "SELECT digest, run_id, path, provenance, created_at, n_installed FROM bundles "
            "ORDER BY created_at DESC"
        ).fetchall()
        names = ("digest", "run_id", "path", "provenance", "created_at", "n_installed")
        return [dict(zip(names, (*r[:3], json.loads(r[3]), *r[4:]), strict=True)) for r in rows]
