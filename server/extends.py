"""extends(): a report's tail proves that its merchant's ledger only grew since the last co-signed head; pure.

Each rule has a line in docs/threat-model.md under the same code.
"""

from __future__ import annotations

from datetime import datetime

from common.errors import Refusal
from common.heads import LedgerHead
from common.keys import PublicIdentity
from common.ledger import EntryKind, LedgerEntry, genesis, note_fault, utc
from common.rounds import RoundPlan, RoundReport


def extends(
    plan: RoundPlan, report: RoundReport, merchant: PublicIdentity, last: LedgerHead | None
) -> list[Refusal]:
    """Whether the tail follows the last co-signed head and ends with the charge for this report.

    Args:
        plan: What was asked, as it was sent.
        report: With its ledger tail and head.
        merchant: Whose key every entry must be sealed with.
        last: The head of this merchant's newest receipt; None when nothing was co-signed yet.

    Returns:
        The first thing that does not hold of the chain, else of the charge; empty is a yes.
    """
    tail = report.ledger_tail
    if not tail:
        return [_bad("The report proves nothing about the merchant's ledger: its tail is empty.")]
    broken = _start(tail[0], merchant, last) or _chain(tail, merchant) or _pairs(tail, last)
    if broken is not None:
        return [broken]
    if report.ledger_head != tail[-1].head:
        return [_bad("The report's ledger head is not the last entry of its tail.")]
    return _charge(plan, report)


def _start(first: LedgerEntry, merchant: PublicIdentity, last: LedgerHead | None) -> Refusal | None:
    """Where the tail begins."""
    if last is None:
        opens = first.sequence == 0 and first.kind is EntryKind.OPEN
        if not opens or first.previous != genesis(merchant) or first.plan_digest != merchant.hex:
            return _bad(
                "Nothing was co-signed yet, and the tail does not open this merchant's ledger."
            )
        return None
    if first.sequence <= last.sequence:
        return Refusal(
            "ledger-went-back",
            f"The merchant's ledger stood at entry {last.sequence} when it was last co-signed, and its "
            f"tail begins at entry {first.sequence}: it was restored from a backup, cut or started anew.",
        )
    if first.sequence > last.sequence + 1:
        return _bad(
            f"Entries {last.sequence + 1} to {first.sequence - 1} are missing between the last "
            "co-signed head and the tail."
        )
    if first.previous != last.hash:
        return Refusal(
            "ledger-forked",
            f"Entry {first.sequence} does not follow from the co-signed entry {last.sequence}: the "
            "merchant's history was forked or edited.",
        )
    return None


def _chain(tail: tuple[LedgerEntry, ...], merchant: PublicIdentity) -> Refusal | None:
    """Numbers, links, times and seals from one entry to the next."""
    for i, e in enumerate(tail):
        if i:
            before = tail[i - 1]
            if e.sequence != before.sequence + 1:
                return _bad(f"Entry {e.sequence} stands after entry {before.sequence} in the tail.")
            if e.kind is EntryKind.OPEN:
                return _bad(f"Entry {e.sequence} opens the ledger a second time.")
            if e.previous != before.hash or e.at < before.at:
                return _bad(f"Entry {e.sequence} of the tail does not follow from the one before.")
        if not _timed(e):
            return _bad(f"The time of entry {e.sequence} of the tail cannot be read.")
        if not _sealed(e, merchant):
            return _bad(f"Entry {e.sequence} of the tail was edited, or is not this merchant's.")
    return None


def _timed(e: LedgerEntry) -> bool:
    try:
        return utc(datetime.fromisoformat(e.at)) == e.at
    except (ValueError, TypeError, OverflowError):
        return False


def _sealed(e: LedgerEntry, merchant: PublicIdentity) -> bool:
    try:
        if e.hash != e.computed_hash():
            return False
    except ValueError:  # a figure in it is not finite, so there are no bytes to hash
        return False
    plain = len(e.signature) == 128 and e.signature == e.signature.lower()
    return plain and merchant.verify(e.signed_bytes(), e.signature)


def _pairs(tail: tuple[LedgerEntry, ...], last: LedgerHead | None) -> Refusal | None:
    """Only a reserve charges, and whatever else settles a reserve, once.

    A reserve of before the co-signed head may be settled in the tail; that it was open an auditor
    sees, who has the whole ledger.
    """
    known = last.sequence if last is not None else -1
    pending: dict[int, LedgerEntry] = {}
    settled: set[int] = set()
    for e in tail:
        if (e.mechanism is not None) != (e.kind is EntryKind.RESERVE):
            return _bad(f"Entry {e.sequence} must name a mechanism exactly when it is a reserve.")
        if e.witnessed is not None and e.kind is not EntryKind.RESERVE:
            return _bad(f"Entry {e.sequence} names a book, which only a reserve does.")
        if note_fault(e):
            return _bad(f"Entry {e.sequence} {note_fault(e)}.")
        if bool(e.report_digest) != (e.kind is EntryKind.COMMIT):
            return _bad(f"Entry {e.sequence} must name a report exactly when it is a commit.")
        if e.kind is EntryKind.RESERVE:
            pending[e.sequence] = e
        if e.kind not in (EntryKind.COMMIT, EntryKind.VOID):
            continue
        reserve = pending.pop(e.reservation, None)
        older = 0 < e.reservation <= known and e.reservation not in settled
        if reserve is None and not older:
            return _bad(
                f"Entry {e.sequence} settles entry {e.reservation}, which is no open reserve."
            )
        if reserve is not None and _subject(reserve) != _subject(e):
            return _bad(f"Entry {e.sequence} settles a reserve that is about another plan.")
        settled.add(e.reservation)
    return None


def _charge(plan: RoundPlan, report: RoundReport) -> list[Refusal]:
    """The last entry commits this very report; its reserve charged this very plan, under its book."""
    last = report.ledger_tail[-1]
    by_number = {e.sequence: e for e in report.ledger_tail}
    reserve = by_number.get(last.reservation)
    turn = (plan.run_id, plan.round, plan.task.value, plan.digest())
    if last.kind is not EntryKind.COMMIT or last.report_digest != report.content_digest():
        return [_unpaid("The ledger's last entry does not commit this report.")]
    if reserve is None or _subject(last) != turn:
        return [_unpaid("The ledger's last entry commits no reserve for this plan.")]
    if reserve.mechanism != plan.mechanism():
        return [_unpaid("The merchant's ledger charged another mechanism than the plan's.")]
    if reserve.witnessed != plan.book:
        return [_unpaid("The charge does not name the coordinator's book as the plan did.")]
    return []


def _subject(e: LedgerEntry) -> tuple[str, int, str, str]:
    return (e.run_id, e.round, e.task, e.plan_digest)


def _bad(reason: str) -> Refusal:
    return Refusal("bad-tail", reason)


def _unpaid(reason: str) -> Refusal:
    return Refusal("not-reserved", reason)
