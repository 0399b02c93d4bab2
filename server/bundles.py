"""Bundles of the registry: what was signed, what was held back, which one merchants are given."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.book import BookKind
from common.canonical import canonical
from common.database import Database, transaction
from common.errors import InputError
from common.rounds import Tensors
from server.book import Book, entry
from server.rows import Arrays, now, pack, unpack

#: What was done with a bundle. The last promotion or rollback says which one is current.
HOLD, PROMOTE, ROLLBACK = "hold", "promote", "rollback"
#: Its state as a list shows it.
CURRENT, HELD, EARLIER = "current", "held", "earlier"


@dataclass(frozen=True, slots=True)
class BundleRow:
    """A bundle as the registry holds it.

    Attributes:
        digest: Names the bundle.
        run_id: The run that learned it.
        path: Inside the coordinator's folder.
        provenance: Public JSON values.
        created_at: ISO-8601 UTC.
        n_installed: How many merchants said that they installed it.
        state: "current", "held" or "earlier".
        why: What was said when it got there.
    """

    digest: str
    run_id: str
    path: str
    provenance: Mapping[str, Any]
    created_at: str
    n_installed: int
    state: str
    why: str


class Bundles:
    """The part of the registry that keeps bundles. Every method is one transaction."""

    db: Database
    book: Book

    def add_bundle(
        self,
        digest: str,
        run_id: str,
        path: str,
        provenance: dict[str, Any],
        weights: str,
        *,
        tensors: Tensors | None = None,
        held: bool = False,
        why: str = "",
    ) -> None:
        """A bundle that was signed: in the book whether it is handed out or held back.

        Args:
            digest: Names the bundle.
            run_id: Whose weights it holds.
            path: Inside the coordinator's folder.
            provenance: Public JSON values.
            weights: `tensors_digest` of the weights that were published.
            tensors: These weights, for runs that start from them.
            held: It is not handed out.
            why: Why so, for people.
        """
        text = canonical(provenance).decode("utf-8")
        blob = None if tensors is None else pack(tensors)
        with transaction(self.db) as conn:
            conn.execute(
                "INSERT INTO bundles (digest, run_id, path, provenance, created_at, weights) "
                "VALUES (?,?,?,?,?,?)",
                (digest, run_id, path, text, now(), blob),
            )
            draft = entry(BookKind.BUNDLE, digest, run_id=run_id, before=weights)
            self.book.append(conn, draft)
            _move(conn, digest, HOLD if held else PROMOTE, why)

    def hand_out(self, digest: str, action: str, why: str) -> None:
        """Make a bundle the current one, by hand: a second entry in the book, and why in the table.

        Args:
            digest: The whole digest of a bundle of this registry.
            action: PROMOTE or ROLLBACK.
            why: In the operator's words.
        """
        with transaction(self.db) as conn:
            signed = self.book.of(BookKind.BUNDLE, digest)
            if signed:  # a bundle from before the book has no entry to repeat
                draft = entry(
                    BookKind.BUNDLE, digest, run_id=signed[0].run_id, before=signed[0].before
                )
                self.book.append(conn, draft)
            _move(conn, digest, action, why)

    def note_installed(self, digest: str, n_installed: int) -> None:
        """How many merchants said that they installed it."""
        with transaction(self.db) as conn:
            conn.execute(
                "UPDATE bundles SET n_installed = ? WHERE digest = ?", (n_installed, digest)
            )

    def bundle_rows(self) -> list[BundleRow]:
        """Every bundle, the newest first."""
        rows = self.db.execute(
            """SELECT digest, run_id, path, provenance, created_at, n_installed,
               (SELECT action FROM bundle_moves m WHERE m.digest = b.digest
                ORDER BY m.number DESC LIMIT 1),
               coalesce((SELECT why FROM bundle_moves m WHERE m.digest = b.digest
                ORDER BY m.number DESC LIMIT 1), '')
               FROM bundles b ORDER BY created_at DESC, rowid DESC"""
        ).fetchall()
        order = self._handed_out()
        current = order[-1] if order else ""
        return [
            BundleRow(
                r[0], r[1], r[2], json.loads(r[3]), r[4], r[5],
                CURRENT if r[0] == current else HELD if r[6] == HOLD else EARLIER, r[7],
            )
            for r in rows
        ]  # fmt: skip

    def bundles(self) -> list[dict[str, Any]]:
        """Every bundle as plain JSON values, the newest first."""
        names = (
            "digest",
            "run_id",
            "path",
            "provenance",
            "created_at",
            "n_installed",
            "state",
            "why",
        )
        return [{n: getattr(row, n) for n in names} for row in self.bundle_rows()]

    def bundle(self, name: str) -> BundleRow:
        """One bundle by the beginning of its digest.

        Raises:
            InputError: none, or more than one, begins like that.
        """
        found = [row for row in self.bundle_rows() if row.digest.startswith(name)]
        if len(found) != 1 or not name:
            raise InputError(
                "No single bundle has this digest.",
                where=name[:64],
                safe="Nothing was changed.",
                todo="Copy the digest from: hansa-server bundles",
            )
        return found[0]

    def current_bundle(self) -> BundleRow | None:
        """The one that merchants are given; None before the first."""
        return next((row for row in self.bundle_rows() if row.state == CURRENT), None)

    def bundle_before(self) -> BundleRow | None:
        """What merchants had before the current one was first handed out; None if nothing."""
        order = self._handed_out()
        if not order:
            return None
        first = order.index(order[-1])
        earlier = [d for d in order[:first] if d != order[-1]]
        return self.bundle(earlier[-1]) if earlier else None

    def earlier_bundles(self) -> list[BundleRow]:
        """Every bundle that was handed out once and is not the current one, the newest first."""
        handed = set(self._handed_out())
        return [r for r in self.bundle_rows() if r.digest in handed and r.state != CURRENT]

    def bundle_weights(self, digest: str) -> Arrays | None:
        """The published weights, float32; None for a bundle that is older than this column."""
        row = self.db.execute("SELECT weights FROM bundles WHERE digest = ?", (digest,)).fetchone()
        return unpack(row[0]) if row and row[0] else None

    def _handed_out(self) -> list[str]:
        """Digests in the order in which they were made current."""
        rows = self.db.execute(
            "SELECT digest FROM bundle_moves WHERE action <> ? ORDER BY number", (HOLD,)
        )
        return [r[0] for r in rows.fetchall()]


def _move(conn: sqlite3.Connection, digest: str, action: str, why: str) -> None:
    conn.execute(
        "INSERT INTO bundle_moves (digest, action, why, at) VALUES (?,?,?,?)",
        (digest, action, why, now()),
    )
