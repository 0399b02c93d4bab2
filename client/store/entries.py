"""Rows of the ledger's table as LedgerEntry values and back: the table's SQL, and nothing decided here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from client.store import Store
from common.canonical import canonical
from common.heads import LedgerHead
from common.ledger import LedgerEntry
from common.receipts import Receipt

_COLUMNS = (
    "sequence, at, kind, run_id, round, task, plan_digest, mechanism, reservation, "
    "report_digest, code_digest, witnessed, note_digest, previous, hash, signature"
)
_INSERT = f"INSERT INTO ledger ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_JSON = ("mechanism", "witnessed")


def after(conn: sqlite3.Connection, sequence: int) -> tuple[LedgerEntry, ...]:
    """Every entry with a higher number, in order; -1 gives the whole ledger.

    Raises:
        ValueError: a row is not an entry.
    """
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM ledger WHERE sequence > ? ORDER BY sequence", (sequence,)
    ).fetchall()
    return tuple(_entry(row) for row in rows)


def last(conn: sqlite3.Connection) -> LedgerEntry | None:
    """The entry at the end; None for an empty ledger.

    Raises:
        ValueError: the row is not an entry.
    """
    row = conn.execute(f"SELECT {_COLUMNS} FROM ledger ORDER BY sequence DESC LIMIT 1").fetchone()
    return _entry(row) if row else None


def at(conn: sqlite3.Connection, sequence: int) -> LedgerEntry | None:
    """The entry with this number; None if there is none.

    Raises:
        ValueError: the row is not an entry.
    """
    row = conn.execute(f"SELECT {_COLUMNS} FROM ledger WHERE sequence = ?", (sequence,)).fetchone()
    return _entry(row) if row else None


def head(store: Store) -> LedgerHead | None:
    """The last entry's number and hash; None before the first plan was agreed to."""
    row = store.db.execute(
        "SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    return LedgerHead(int(row[0]), str(row[1])) if row else None


def settled(conn: sqlite3.Connection, reservation: int) -> bool:
    """Whether a reserve was committed or voided."""
    found = conn.execute("SELECT 1 FROM ledger WHERE reservation = ?", (reservation,)).fetchone()
    return found is not None


def signed_by(conn: sqlite3.Connection, reserve: LedgerEntry, coordinator: str) -> None:
    """Write down whose plan a reserve answers, in the caller's transaction."""
    conn.execute(
        "INSERT INTO plan_signers (sequence, coordinator) VALUES (?, ?)",
        (reserve.sequence, coordinator),
    )


def signer(conn: sqlite3.Connection, sequence: int | None = None) -> str:
    """Public key of whose plan this reserve answers (of the newest one for None); "" if unknown."""
    row = conn.execute(
        "SELECT coordinator FROM plan_signers WHERE sequence = coalesce(?, sequence) "
        "ORDER BY sequence DESC LIMIT 1",
        (sequence,),
    ).fetchone()
    return str(row[0]) if row else ""


def cosigned(conn: sqlite3.Connection, coordinator: str) -> int:
    """Number of the last entry that this coordinator co-signed; -1 when there is none."""
    found = conn.execute(
        "SELECT coalesce(max(sequence), -1) FROM receipts WHERE coordinator = ?", (coordinator,)
    )
    return int(found.fetchone()[0])


def coordinators(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Public keys of everybody whose receipts are kept, hexadecimal."""
    rows = conn.execute("SELECT DISTINCT coordinator FROM receipts ORDER BY coordinator")
    return tuple(str(key) for (key,) in rows.fetchall())


def book_heads(conn: sqlite3.Connection, coordinator: str) -> tuple[LedgerHead, ...]:
    """Every entry of this coordinator's book that was seen, by its plans and in its receipts."""
    rows = conn.execute(
        "SELECT json_extract(witnessed, '$.sequence'), json_extract(witnessed, '$.hash') "
        "FROM ledger JOIN plan_signers USING (sequence) "
        "WHERE coordinator = ? AND witnessed IS NOT NULL "
        "UNION SELECT book_sequence, json_extract(content, '$.entry.hash') "
        "FROM receipts WHERE coordinator = ? ORDER BY 1",
        (coordinator, coordinator),
    ).fetchall()
    return tuple(LedgerHead(int(sequence), str(hashed)) for sequence, hashed in rows)


def receipts(conn: sqlite3.Connection, coordinator: str | None = None) -> tuple[Receipt, ...]:
    """Every receipt that was taken (of one coordinator), in order of the entry that it co-signs.

    Raises:
        ValueError: a row is not a receipt, or not the one for its entry.
    """
    rows = conn.execute(
        "SELECT sequence, content FROM receipts WHERE coordinator = coalesce(?, coordinator) "
        "ORDER BY sequence",
        (coordinator,),
    ).fetchall()
    found = tuple(Receipt.from_dict(json.loads(content)) for _, content in rows)
    if [r.head.sequence for r in found] != [sequence for sequence, _ in rows]:
        raise ValueError("a receipt stands beside another entry")
    return found


def foreign_heads(conn: sqlite3.Connection) -> tuple[LedgerHead, ...]:
    """Heads that the coordinator proved to have had of this merchant, but not this ledger."""
    rows = conn.execute("SELECT sequence, hash FROM foreign_heads ORDER BY sequence").fetchall()
    return tuple(LedgerHead(int(sequence), str(hashed)) for sequence, hashed in rows)


def insert(conn: sqlite3.Connection, e: LedgerEntry) -> LedgerEntry:
    """Put a sealed entry at the end, in the caller's transaction; the table's triggers watch."""
    conn.execute(
        _INSERT,
        (
            e.sequence,
            e.at,
            e.kind.value,
            e.run_id,
            e.round,
            e.task,
            e.plan_digest,
            canonical(e.mechanism.as_dict()).decode() if e.mechanism else None,
            e.reservation,
            e.report_digest,
            e.code_digest,
            canonical(e.witnessed.as_dict()).decode() if e.witnessed else None,
            e.note_digest or None,
            e.previous,
            e.hash,
            e.signature,
        ),
    )
    return e


def _entry(row: Sequence[Any]) -> LedgerEntry:
    """A row as an entry.

    Raises:
        ValueError: a value is not what an entry can hold.
    """
    raw = dict(zip(_COLUMNS.split(", "), row, strict=True))
    # NULL in every entry that is older than the column
    raw["note_digest"] = raw["note_digest"] or ""
    for name in _JSON:
        if raw[name] is not None:
            raw[name] = json.loads(raw[name])
    return LedgerEntry.from_dict(raw)
