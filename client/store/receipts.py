"""The coordinator's receipts: checked before they are kept, kept for ever; one for no entry of ours is a rollback."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from client.clocks import APART, went_back
from client.store import Store, rounds
from client.store import entries as table
from client.store import ledger as kept
from common.canonical import canonical
from common.database import transaction
from common.errors import InputError, LedgerBroken, PlanRefused, StoreError
from common.keys import PublicIdentity
from common.ledger import LedgerEntry, utc
from common.ledger_check import Problem
from common.receipts import Receipt

_FORKED = "The coordinator showed this shop two histories of its book: it was forked."
_SELF = {
    "receipt-signature": "The receipt is not signed by this league's coordinator.",
    "receipt-entry": "The receipt's entry of the book is not sealed by this league's coordinator.",
    "receipt-inclusion": "The receipt does not prove that the report is in its round.",
}


def take(
    store: Store,
    merchant: PublicIdentity,
    coordinator: PublicIdentity,
    receipt: Receipt,
    now: datetime,
) -> None:
    """Check a receipt and keep it; taking the same one again changes nothing.

    Args:
        store: The shop.
        merchant: This shop.
        coordinator: The pinned key.
        receipt: As received.
        now: Aware time.

    Raises:
        PlanRefused: the receipt does not hold (code "bad-receipt"); nothing was kept.
        LedgerBroken: it holds, but this ledger does not have the entry that it co-signs: it was
            rolled back. The receipt is kept as evidence, and nothing is trained until the ledger
            has that entry again.
    """
    found = _by_itself(receipt, merchant, coordinator)
    if found:
        raise _bad(found)
    entry = table.at(store.db.conn, receipt.head.sequence)
    if entry is None or entry.hash != receipt.head.hash:
        _keep_evidence(store, receipt, now)
        at_head = table.head(store)
        last = at_head.sequence if at_head else -1
        raise kept.broken([kept.rolled_back(receipt.head, last)])
    found = _against_what_was_sent(store, receipt) + _against_the_book(store, coordinator, receipt)
    if found:
        raise _bad(found)
    _keep(store, coordinator, receipt, now)


def last(store: Store, coordinator: PublicIdentity | None = None) -> Receipt | None:
    """The receipt for the last entry that somebody (or this coordinator) co-signed.

    Raises:
        LedgerBroken: a kept receipt is damaged.
    """
    found = all(store, coordinator)
    return found[-1] if found else None


def all(  # noqa: A001 - read as receipts.all
    store: Store, coordinator: PublicIdentity | None = None
) -> tuple[Receipt, ...]:
    """Every receipt that was taken (from this coordinator), in order of the entry that it co-signs.

    Raises:
        LedgerBroken: a kept receipt is damaged.
    """
    try:
        return table.receipts(store.db.conn, coordinator.hex if coordinator else None)
    except ValueError as e:
        raise kept.broken([Problem("unreadable", "A kept receipt is damaged.")]) from e


def verify_all(store: Store, merchant: PublicIdentity, now: datetime) -> list[Problem]:
    """Everything that does not hold of this shop's side, in words: chain, receipts, book and clocks."""
    found = kept.verify_store(store, merchant)
    try:
        entries = kept.entries(store)
        for key in table.coordinators(store.db.conn):
            found += _problems(store, merchant, PublicIdentity.from_hex(key), entries)
    except (LedgerBroken, InputError, StoreError) as e:
        return found or [Problem("unreadable", e.what)]
    if entries and went_back(now, entries[-1].at):
        text = (
            f"The ledger's last entry is from {entries[-1].at}: this computer's clock was set back."
        )
        found.append(Problem("clock", text, entries[-1].sequence))
    return found


def _problems(
    store: Store,
    merchant: PublicIdentity,
    coordinator: PublicIdentity,
    entries: Sequence[LedgerEntry],
) -> list[Problem]:
    """Of the receipts of one coordinator."""
    out = []
    dated = {e.sequence: e.at for e in entries}
    for r in all(store, coordinator):
        n = r.head.sequence
        found = _by_itself(r, merchant, coordinator) or _against_what_was_sent(store, r)
        out += [Problem("receipt", f"The receipt for entry {n}: {text}", n) for text in found]
        if not found and _before(r.entry.at, dated.get(n, "")):
            text = f"Entry {n} is dated {dated[n]}, after the coordinator co-signed it: "
            out.append(Problem("clock", f"{text}the clock was wrong, or set back since.", n))
    places = [h.sequence for h in table.book_heads(store.db.conn, coordinator.hex)]
    if len(places) != len(set(places)):
        out.append(Problem("book-forked", _FORKED))
    return out


def _before(book_at: str, at: str) -> bool:
    """Whether the book's time lies clearly before the ledger's; a time that is none is not judged."""
    try:
        return went_back(datetime.fromisoformat(book_at), at, APART)
    except (ValueError, OverflowError):
        return False


def _by_itself(r: Receipt, merchant: PublicIdentity, coordinator: PublicIdentity) -> list[str]:
    found = [_SELF[code] for code in r.problems(coordinator)]
    if r.merchant != merchant.fingerprint:
        found.append("The receipt is for another merchant.")
    return found


def _against_what_was_sent(store: Store, r: Receipt) -> list[str]:
    """The report is one that was sent with that very head, and the round is that of its plan."""
    report = rounds.sent_at(store, r.head.sequence)
    if report is None or report.digest() != r.report_digest or report.ledger_head != r.head:
        return ["The receipt is for a report that was not sent from here."]
    e = r.entry
    asked = (report.plan_digest, report.run_id, report.round, report.task.value)
    if (e.subject, e.run_id, e.round, e.task) != asked:
        return ["The receipt's round is not the one of its report."]
    return []


def _against_the_book(store: Store, coordinator: PublicIdentity, r: Receipt) -> list[str]:
    """A number of the book has one hash, and an entry of the ledger one receipt."""
    heads = table.book_heads(store.db.conn, coordinator.hex)
    two = any(h.sequence == r.entry.sequence and h.hash != r.entry.hash for h in heads)
    other = any(o.head == r.head and o != r for o in all(store))
    return [_FORKED] if two or other else []


def _keep(store: Store, coordinator: PublicIdentity, receipt: Receipt, now: datetime) -> None:
    """Once; two processes that got the same one do not hinder each other."""
    text = canonical(receipt.as_dict()).decode("utf-8")
    n = receipt.head.sequence
    with transaction(store.db) as conn:
        conn.execute(
            "INSERT INTO receipts (sequence, coordinator, book_sequence, received_at, content) "
            "SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM receipts WHERE sequence = ?)",
            (n, coordinator.hex, receipt.entry.sequence, utc(now), text, n),
        )


def _keep_evidence(store: Store, receipt: Receipt, now: datetime) -> None:
    text = canonical(receipt.as_dict()).decode("utf-8")
    head = receipt.head
    with transaction(store.db) as conn:
        conn.execute(
            "INSERT INTO foreign_heads (sequence, hash, received_at, content) "
            "SELECT ?, ?, ?, ? WHERE NOT EXISTS "
            "(SELECT 1 FROM foreign_heads WHERE sequence = ? AND hash = ?)",
            (head.sequence, head.hash, utc(now), text, head.sequence, head.hash),
        )


def _bad(found: list[str]) -> PlanRefused:
    error = PlanRefused(
        " ".join(found),
        where="the coordinator's receipt",
        safe="The receipt was not kept; nothing was trained, charged or sent.",
        todo="Ask the operator; 'hansa ledger verify' checks this shop's side.",
    )
    error.code = "bad-receipt"
    return error
