"""The merchant's ledger in SQLite: reserve, commit, void, verify, export."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from client.store import Store
from client.store.spent import SpentView, remember, spent_history
from common import __version__
from common.canonical import canonical
from common.database import transaction
from common.errors import DatabaseBusy, LedgerBroken, StoreError
from common.heads import LedgerHead
from common.keys import Identity, PublicIdentity
from common.ledger import (
    EntryKind,
    LedgerEntry,
    append,
    open_ledger,
    open_reservations,
    utc,
)
from common.ledger import mechanisms as reserved_mechanisms
from common.ledger_check import Problem, verify
from common.ledger_file import LedgerExport
from common.privacy import Mechanism, PrivacyBudget
from common.rounds import RoundPlan

__all__ = [
    "LedgerMoved",
    "SpentView",
    "broken",
    "checked",
    "commit_within",
    "entries",
    "export",
    "head",
    "mechanisms",
    "remember",
    "reserve",
    "spent_history",
    "taken_over",
    "verify_store",
    "void",
]

_COLUMNS = (
    "sequence, at, kind, run_id, round, task, plan_digest, mechanism, reservation, "
    "report_digest, code_digest, previous, hash, signature"
)
_INSERT = f"INSERT INTO ledger ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


class LedgerMoved(Exception):
    """Somebody else appended since we looked: look again, decide again."""


def entries(store: Store) -> tuple[LedgerEntry, ...]:
    """The whole ledger in order.

    Raises:
        LedgerBroken: a row is not even an entry.
    """
    rows = store.db.execute(f"SELECT {_COLUMNS} FROM ledger ORDER BY sequence").fetchall()
    try:
        return tuple(_entry(row) for row in rows)
    except ValueError as e:
        raise broken([Problem("unreadable", "A row of the ledger is not an entry.")]) from e


def checked(store: Store, merchant: PublicIdentity) -> tuple[LedgerEntry, ...]:
    """The whole ledger, verified; a shop that never took part has an empty one.

    Raises:
        LedgerBroken: anything does not hold. Nothing may be trained or sent then.
    """
    kept = entries(store)
    problems = _problems(store, kept, merchant)
    if problems:
        raise broken(problems)
    return kept


def verify_store(store: Store, merchant: PublicIdentity) -> list[Problem]:
    """Everything that does not hold, in words; empty for a whole ledger or a new shop."""
    try:
        kept = entries(store)
    except LedgerBroken as e:
        return [Problem("unreadable", e.what)]
    return _problems(store, kept, merchant)


def broken(problems: Sequence[Problem]) -> LedgerBroken:
    """The error that names what does not hold."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return LedgerBroken(
        f"The privacy ledger does not hold: {problems[0].text}{more}",
        where="hansa.db, table ledger",
        safe="Nothing was trained or sent, and nothing will be until this is solved.",
        todo="Restore hansa.db from a backup that holds the whole ledger, or start a new shop folder; "
        "'hansa ledger verify' lists every problem.",
    )


def mechanisms(store: Store) -> tuple[Mechanism, ...]:
    """Everything that was ever reserved."""
    return reserved_mechanisms(entries(store))


def head(store: Store) -> LedgerHead | None:
    """The last entry's number and hash; None before the first plan was agreed to."""
    row = store.db.execute(
        "SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    return LedgerHead(int(row[0]), str(row[1])) if row else None


def reserve(
    store: Store,
    identity: Identity,
    plan: RoundPlan,
    now: datetime,
    *,
    expected: LedgerHead | None,
    code_digest: str = "",
) -> LedgerEntry:
    """Charge the plan's mechanism, before any row is touched.

    Opens the ledger if this is its first use, and voids reservations of the same run that a
    crash left behind (they stay charged).

    Args:
        store: The shop.
        identity: The merchant's.
        plan: Agreed to.
        now: Aware UTC time.
        expected: The head on which the decision to agree was based.
        code_digest: Of the program that runs, if known.

    Raises:
        LedgerMoved: the head is another one by now.
    """
    with transaction(store.db) as conn:
        if head(store) != expected:
            raise LedgerMoved
        last = _last(conn) or _insert(conn, open_ledger(identity, utc(now)))
        for lost in open_reservations(entries(store)):
            if lost.run_id == plan.run_id:
                last = _insert(conn, append(identity, last, _settle(lost, EntryKind.VOID, now)))
        draft = LedgerEntry(
            0,
            utc(now),
            EntryKind.RESERVE,
            plan.run_id,
            plan.round,
            plan.task.value,
            plan.digest(),
            plan.mechanism(),
            code_digest=code_digest,
        )
        return _insert(conn, append(identity, last, draft))


def commit_within(
    conn: sqlite3.Connection,
    identity: Identity,
    reservation: LedgerEntry,
    report_digest: str,
    now: datetime,
) -> LedgerEntry:
    """Settle a reservation with the digest of what is about to leave, in the caller's transaction.

    The caller stores the report in the same transaction (`client.store.rounds.release`), so that
    a crash leaves both or neither.

    Raises:
        DatabaseBusy: the reservation is not open (any more).
    """
    settled = conn.execute(
        "SELECT 1 FROM ledger WHERE reservation = ?", (reservation.sequence,)
    ).fetchone()
    last = _last(conn)
    if settled or last is None:
        raise taken_over()
    draft = _settle(reservation, EntryKind.COMMIT, now, report_digest)
    return _insert(conn, append(identity, last, draft))


def void(store: Store, identity: Identity, reservation: LedgerEntry, now: datetime) -> None:
    """Say that nothing left for this reservation. It stays charged."""
    with transaction(store.db) as conn:
        last = _last(conn)
        still_open = {e.sequence for e in open_reservations(entries(store))}
        if last is not None and reservation.sequence in still_open:
            _insert(conn, append(identity, last, _settle(reservation, EntryKind.VOID, now)))


def taken_over() -> DatabaseBusy:
    """Two processes worked for the same shop; this one lost and sends nothing."""
    return DatabaseBusy(
        "Another process of this shop took over this round.",
        safe="Nothing was sent from here. The attempt stays charged.",
        todo="Run only one node for this shop.",
    )


def export(store: Store, identity: Identity, budget: PrivacyBudget) -> dict[str, Any]:
    """The whole ledger as one signed document; write it with `common.ledger_file.dump`.

    Raises:
        LedgerBroken: it does not hold, or there is nothing in it yet.
    """
    kept = checked(store, identity.public)
    if not kept:
        raise StoreError(
            "There is nothing to export: this shop has never taken part in a round.",
            safe="Nothing ever left this computer.",
        )
    at = utc(datetime.now(UTC))
    unsigned = LedgerExport(identity.public, budget, at, f"hansa {__version__}", kept)
    return unsigned.signed(identity).as_dict()


def _problems(store: Store, kept: Sequence[LedgerEntry], merchant: PublicIdentity) -> list[Problem]:
    """The chain, and that everything that was sent still has its entry."""
    rows = store.db.execute("SELECT sequence, ledger_hash FROM sent_reports").fetchall()
    witnessed = [LedgerHead(int(r[0]), str(r[1])) for r in rows]
    return verify(kept, merchant, witnessed) if kept or witnessed else []


def _settle(
    reservation: LedgerEntry, kind: EntryKind, now: datetime, report_digest: str = ""
) -> LedgerEntry:
    return replace(
        reservation,
        at=utc(now),
        kind=kind,
        mechanism=None,
        reservation=reservation.sequence,
        report_digest=report_digest,
    )


def _last(conn: sqlite3.Connection) -> LedgerEntry | None:
    row = conn.execute(f"SELECT {_COLUMNS} FROM ledger ORDER BY sequence DESC LIMIT 1").fetchone()
    return _entry(row) if row else None


def _insert(conn: sqlite3.Connection, e: LedgerEntry) -> LedgerEntry:
    mechanism = canonical(e.mechanism.as_dict()).decode() if e.mechanism else None
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
            mechanism,
            e.reservation,
            e.report_digest,
            e.code_digest,
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
    if raw["mechanism"] is not None:
        raw["mechanism"] = json.loads(raw["mechanism"])
    return LedgerEntry.from_dict(raw)
