"""The coordinator's receipts: checked before they are kept, kept for ever; one for no entry of ours is a rollback."""

from __future__ import annotations

from datetime import datetime

from client.store import Store, rounds
from client.store import entries as table
from client.store import ledger as kept
from common.canonical import canonical
from common.database import transaction
from common.errors import PlanRefused
from common.keys import PublicIdentity
from common.ledger import utc
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
    found = listing(store, coordinator)
    return found[-1] if found else None


def listing(store: Store, coordinator: PublicIdentity | None = None) -> tuple[Receipt, ...]:
    """Every receipt that was taken (from this coordinator), in order of the entry that it co-signs.

    Raises:
        LedgerBroken: a kept receipt is damaged.
    """
    try:
        return table.receipts(store.db.conn, coordinator.hex if coordinator else None)
    except ValueError as e:
        raise kept.broken([Problem("unreadable", "A kept receipt is damaged.")]) from e


def problems(store: Store, merchant: PublicIdentity, coordinator: PublicIdentity) -> list[Problem]:
    """Everything that does not hold of this coordinator's receipts; the chain: `ledger.verify_store`.

    Raises:
        LedgerBroken: a row is not even a receipt.
    """
    out = []
    for r in listing(store, coordinator):
        n = r.head.sequence
        found = _by_itself(r, merchant, coordinator) or _against_what_was_sent(store, r)
        out += [Problem("receipt", f"The receipt for entry {n}: {text}", n) for text in found]
    heads = table.book_heads(store.db.conn, coordinator.hex)
    places = [h.sequence for h in heads]
    out += [Problem("book-forked", _FORKED) for _ in range(len(places) - len(set(places)))]
    return out


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
    other = any(o.head == r.head and o != r for o in listing(store))
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
