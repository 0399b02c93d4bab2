"""Receipts of what was deleted: their bodies in the shop, their digests as notes in the ledger."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from client.store import Store
from client.store import entries as table
from client.store.ledger import broken
from common.canonical import canonical, digest
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, note, open_ledger, utc
from common.ledger_check import Problem


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted, when, and where the ledger says so; it names nobody.

    Attributes:
        receipt_id: SHA-256 of the canonical body, 64 hexadecimal digits: the ledger's note.
        what: "forget", "retention", "minors" or "allow-again".
        at: ISO-8601 UTC.
        counts: Table -> rows deleted, in the order of the tables' names.
        nonce: 32 random bytes, hexadecimal: without it nobody can guess the body from its digest.
        sequence: The ledger's entry.
        remarks: What a person should know beside it; not kept and not in the digest.
    """

    receipt_id: str
    what: str
    at: str
    counts: tuple[tuple[str, int], ...]
    nonce: str
    sequence: int
    remarks: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows deleted in all tables."""
        return sum(n for _, n in self.counts)

    def with_remarks(self, remarks: Sequence[str]) -> Receipt:
        """The same with words for a person."""
        return replace(self, remarks=tuple(remarks))

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        more = {"receipt_id": self.receipt_id, "ledger_sequence": self.sequence}
        return {**self.body(), **more, "n_rows": self.n_rows, "remarks": list(self.remarks)}

    def body(self) -> dict[str, Any]:
        """What the digest is of."""
        return {
            "what": self.what,
            "at": self.at,
            "counts": dict(self.counts),
            "nonce": self.nonce,
        }


def write(
    conn: sqlite3.Connection,
    identity: Identity,
    what: str,
    counts: Mapping[str, int],
    now: datetime,
) -> Receipt:
    """Keep a receipt and put its digest into the ledger, in the transaction that deletes.

    Args:
        conn: In a transaction.
        identity: The merchant's.
        what: See `Receipt`.
        counts: Table -> rows deleted.
        now: Aware UTC time.

    Raises:
        LedgerBroken: the ledger's last row is not an entry, so nothing can be chained to it.
    """
    # a commitment, not a figure: it must not be guessed, so it is never seeded
    draft = Receipt("", what, utc(now), tuple(sorted(counts.items())), secrets.token_hex(32), -1)
    receipt_id = digest(draft.body())
    entry = note_within(conn, identity, receipt_id, now)
    conn.execute(
        "INSERT INTO forgotten (receipt_id, at, body, ledger_sequence) VALUES (?, ?, ?, ?)",
        (receipt_id, draft.at, canonical(draft.body()).decode(), entry.sequence),
    )
    return Receipt(receipt_id, what, draft.at, draft.counts, draft.nonce, entry.sequence)


def note_within(
    conn: sqlite3.Connection, identity: Identity, note_digest: str, now: datetime
) -> LedgerEntry:
    """Put a note at the ledger's end, in the caller's transaction; opens the ledger if need be.

    Args:
        conn: In the transaction that does what the receipt says.
        identity: The merchant's.
        note_digest: SHA-256 of the receipt's canonical body, 64 hexadecimal digits.
        now: Aware UTC time.

    Raises:
        LedgerBroken: the last row is not an entry, so nothing can be chained to it.
    """
    try:
        last = table.last(conn) or table.insert(conn, open_ledger(identity, utc(now)))
    except ValueError as e:
        raise broken([Problem("unreadable", "A row of the ledger is not an entry.")]) from e
    return table.insert(conn, append(identity, last, note(utc(now), note_digest)))


def receipts(store: Store, what: str | None = None) -> tuple[Receipt, ...]:
    """Every receipt (of one kind), newest first."""
    rows = store.db.execute(
        "SELECT receipt_id, body, ledger_sequence FROM forgotten ORDER BY ledger_sequence DESC"
    ).fetchall()
    found = (_receipt(*row) for row in rows)
    return tuple(r for r in found if what in (None, r.what))


def holds(store: Store, receipt: Receipt) -> bool:
    """Whether the body is the one whose digest the ledger carries."""
    entry = table.at(store.db.conn, receipt.sequence)
    return (
        entry is not None
        and entry.kind is EntryKind.NOTE
        and entry.note_digest == receipt.receipt_id == digest(receipt.body())
    )


def last_at(store: Store, what: str) -> str:
    """When something was last done; "" for never."""
    row = store.db.execute(
        "SELECT max(at) FROM forgotten WHERE json_extract(body, '$.what') = ?", [what]
    ).fetchone()
    return str(row[0] or "")


def _receipt(receipt_id: str, body: str, sequence: int) -> Receipt:
    raw = json.loads(body)
    counts = tuple(sorted((str(k), int(n)) for k, n in raw["counts"].items()))
    return Receipt(
        receipt_id, str(raw["what"]), str(raw["at"]), counts, str(raw["nonce"]), sequence
    )
