"""What waits for the merchant's yes, the answer to it, and what the coordinator has countersigned."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from client.shop import IDENTITY_PATH
from client.store import Store, held, ledger, receipts
from client.store.held import HeldReport
from common.errors import UserFacing
from common.keys import Identity

#: Every state, for lists that leave nothing out.
EVERY: tuple[held.State, ...] = ("held", "approved", "sent", "dropped", "lapsed")


@dataclass(frozen=True, slots=True)
class Countersigned:
    """How far the coordinator has signed this shop's ledger.

    Attributes:
        n_receipts: Receipts that were kept.
        sequence: Newest entry of the ledger under its signature; -1 when there is none yet.
        n_entries: Entries of the ledger.
        at: When the newest receipt's round was written into the coordinator's book.
        run_id: Of that round.
        round: That round.
        book_sequence: Its entry in the coordinator's book.
        book_hash: That entry's hash: equal at every member, which they can compare.
    """

    n_receipts: int = 0
    sequence: int = -1
    n_entries: int = 0
    at: str = ""
    run_id: str = ""
    round: int = 0
    book_sequence: int = -1
    book_hash: str = ""


def waiting(store: Store, now: datetime | None = None) -> tuple[HeldReport, ...]:
    """Reports that wait for the merchant, or for the coordinator to fetch them, newest first."""
    return tuple(held.listing(store, ("held", "approved"), now))


def send(store: Store, name: str, now: datetime | None = None) -> HeldReport:
    """Say yes: it leaves when the coordinator asks for it again, before the deadline.

    Raises:
        InputError: no such report.
        PrivacyError: it cannot be sent any more.
    """
    return held.approve(store, name, now)


def drop(store: Store, name: str, now: datetime | None = None) -> HeldReport:
    """Say no: the figures are deleted, the charge stays.

    Raises:
        InputError: no such report.
        PrivacyError: it left already.
    """
    report = held.drop(store, name, now)
    if report.state == "dropped":
        # what counts is done; the ledger's own "nothing left" is a courtesy to its reader
        with suppress(UserFacing, LookupError):
            identity = Identity.load(store.home / IDENTITY_PATH)
            charge = next(e for e in ledger.entries(store) if e.sequence == report.reservation)
            ledger.void(store, identity, charge, now or datetime.now(UTC))
    return report


def countersigned(store: Store) -> Countersigned:
    """The newest receipt, in a few figures.

    Raises:
        LedgerBroken: a kept receipt is damaged.
    """
    head = ledger.head(store)
    n_entries = head.sequence + 1 if head else 0
    kept = receipts.all(store)
    if not kept:
        return Countersigned(n_entries=n_entries)
    newest = max(kept, key=lambda r: r.head.sequence)
    entry = newest.entry
    return Countersigned(
        n_receipts=len(kept),
        sequence=newest.head.sequence,
        n_entries=n_entries,
        at=entry.at,
        run_id=entry.run_id,
        round=entry.round,
        book_sequence=entry.sequence,
        book_hash=entry.hash,
    )
