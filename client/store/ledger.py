"""The merchant's ledger in SQLite: reserve, commit, void, verify, export."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from client.store import Store
from client.store import entries as table
from client.store.entries import head
from client.store.spent import SpentView, remember, spent_history
from common import __version__
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
from common.ledger_file import LedgerExport, Stated
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
    "rolled_back",
    "spent_history",
    "taken_over",
    "verify_store",
    "void",
]


class LedgerMoved(Exception):
    """Somebody else appended since we looked: look again, decide again."""


def entries(store: Store) -> tuple[LedgerEntry, ...]:
    """The whole ledger in order.

    Raises:
        LedgerBroken: a row is not even an entry.
    """
    try:
        return table.after(store.db.conn, -1)
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
        todo="Restore hansa.db from a backup that holds the whole ledger; 'hansa ledger verify' lists "
        "every problem. A new shop folder would start a new ledger, but what was spent stays spent.",
    )


def mechanisms(store: Store) -> tuple[Mechanism, ...]:
    """Everything that was ever reserved."""
    return reserved_mechanisms(entries(store))


def reserve(
    store: Store,
    identity: Identity,
    plan: RoundPlan,
    now: datetime,
    *,
    expected: LedgerHead | None,
    code_digest: str = "",
    coordinator: str = "",
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
        coordinator: Public key that signed the plan, hexadecimal; "" only in tests.

    Raises:
        LedgerMoved: the head is another one by now.
    """
    with transaction(store.db) as conn:
        if head(store) != expected:
            raise LedgerMoved
        last = table.last(conn) or table.insert(conn, open_ledger(identity, utc(now)))
        for lost in open_reservations(entries(store)):
            if lost.run_id == plan.run_id:
                draft = _settle(lost, EntryKind.VOID, now)
                last = table.insert(conn, append(identity, last, draft))
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
            witnessed=plan.book,
        )
        reservation = table.insert(conn, append(identity, last, draft))
        if coordinator:
            table.signed_by(conn, reservation, coordinator)
        return reservation


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
    last = table.last(conn)
    if last is None or table.settled(conn, reservation.sequence):
        raise taken_over()
    draft = _settle(reservation, EntryKind.COMMIT, now, report_digest)
    return table.insert(conn, append(identity, last, draft))


def void(store: Store, identity: Identity, reservation: LedgerEntry, now: datetime) -> None:
    """Say that nothing left for this reservation. It stays charged."""
    with transaction(store.db) as conn:
        last = table.last(conn)
        if last is not None and not table.settled(conn, reservation.sequence):
            draft = _settle(reservation, EntryKind.VOID, now)
            table.insert(conn, append(identity, last, draft))


def taken_over() -> DatabaseBusy:
    """Two processes worked for the same shop; this one lost and sends nothing."""
    return DatabaseBusy(
        "Another process of this shop took over this round.",
        safe="Nothing was sent from here. The attempt stays charged.",
        todo="Run only one node for this shop.",
    )


def export(
    store: Store, identity: Identity, budget: PrivacyBudget, coordinator: str | None = None
) -> dict[str, Any]:
    """The whole ledger as one signed document; write it with `common.ledger_file.dump`.

    Args:
        store: The shop.
        identity: The merchant's.
        budget: The policy's; figures at its delta are stated in the file.
        coordinator: Public key of the site kit, hexadecimal; None: of who signed the last plan.

    Raises:
        LedgerBroken: it does not hold, or there is nothing in it yet.
    """
    kept = checked(store, identity.public)
    if not kept:
        raise StoreError(
            "There is nothing to export: this shop has never taken part in a round.",
            safe="Nothing ever left this computer.",
        )
    pinned = table.signer(store.db.conn) if coordinator is None else coordinator
    unsigned = LedgerExport(
        identity.public,
        budget,
        utc(datetime.now(UTC)),
        f"hansa {__version__}",
        kept,
        coordinator=pinned,
        receipts=table.receipts(store.db.conn, pinned),
        stated=_stated(store, kept, budget),
    )
    return unsigned.signed(identity).as_dict()


def _stated(store: Store, kept: Sequence[LedgerEntry], budget: PrivacyBudget) -> tuple[Stated, ...]:
    """The live figures after each charge, as they were shown: the auditor's replay must meet them."""
    charges = {e.sequence for e in kept if e.kind is EntryKind.RESERVE}
    return tuple(
        Stated(v.sequence, v.spent.accountant, v.spent.epsilon)
        for v in spent_history(store, budget.delta)
        if v.sequence in charges
    )


def _problems(store: Store, kept: Sequence[LedgerEntry], merchant: PublicIdentity) -> list[Problem]:
    """The chain; that all that was sent or co-signed has its entry; that nothing was rolled back."""
    conn = store.db.conn
    rows = conn.execute("SELECT sequence, ledger_hash FROM sent_reports").fetchall()
    witnessed = [LedgerHead(int(r[0]), str(r[1])) for r in rows]
    try:
        witnessed += [r.head for r in table.receipts(conn)]
    except ValueError:
        return [Problem("unreadable", "A kept receipt is damaged.")]
    problems = verify(kept, merchant, witnessed) if kept or witnessed else []
    own = {e.sequence: e.hash for e in kept}
    lost = [h for h in table.foreign_heads(conn) if own.get(h.sequence) != h.hash]
    return problems + [rolled_back(h, kept[-1].sequence if kept else -1) for h in lost]


def rolled_back(co_signed: LedgerHead, last: int) -> Problem:
    """What it means that the coordinator co-signed an entry which this ledger does not have.

    Args:
        co_signed: The entry that the coordinator knows.
        last: Number of this ledger's last entry; -1 when it is empty.
    """
    n = co_signed.sequence
    if last < 0:
        how, code = "is empty: Hansa was reinstalled, or the database is a new one", "reinstalled"
    elif last < n:
        how, code = f"ends at entry {last}: it was restored from a backup", "rolled-back"
    else:
        how, code = "has another one there: it was restored from a backup and went on", "forked"
    text = f"The coordinator co-signed entry {n}, but this ledger {how}. It was rolled back."
    return Problem(code, text, n)


def _settle(
    reservation: LedgerEntry, kind: EntryKind, now: datetime, report_digest: str = ""
) -> LedgerEntry:
    return replace(
        reservation,
        at=utc(now),
        kind=kind,
        mechanism=None,
        witnessed=None,
        reservation=reservation.sequence,
        report_digest=report_digest,
    )
