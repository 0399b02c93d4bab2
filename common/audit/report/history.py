"""Rounds as the files tell them: from ledgers, receipts and the operator's book; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from common.audit.report.facts import RoundFacts
from common.audit.report.words import plain
from common.book import BookKind
from common.book_file import BookExport
from common.ledger import EntryKind
from common.ledger_file import LedgerExport

#: The stronger statement wins: the coordinator's signature over the merchant's own word.
_RANK = {"charged": 0, "sent": 1, "admitted": 2}

_Key = tuple[str, int, str]


@dataclass(slots=True)
class _Rounds:
    """What is known so far of each round."""

    at: dict[_Key, str] = field(default_factory=dict)
    status: dict[_Key, str] = field(default_factory=dict)
    states: dict[_Key, dict[str, str]] = field(default_factory=dict)

    def seen(self, key: _Key, at: str) -> dict[str, str]:
        """Note a round; the earliest time counts."""
        self.at[key] = min(self.at.get(key, at), at)
        return self.states.setdefault(key, {})

    def say(self, key: _Key, at: str, merchant: str, state: str) -> None:
        """Note what became of one merchant's report."""
        states = self.seen(key, at)
        if _RANK[state] >= _RANK[states.get(merchant, "charged")]:
            states[merchant] = state


def rounds(ledgers: Sequence[LedgerExport], books: Sequence[BookExport]) -> tuple[RoundFacts, ...]:
    """Every round that any file names, in order of time."""
    known = _Rounds()
    for ledger in ledgers:
        _from_ledger(ledger, known)
    for book in books:
        _from_book(book, known)
    ordered = sorted(known.at, key=lambda k: (known.at[k], k))
    return tuple(
        RoundFacts(
            run_id=plain(key[0]),
            round=key[1],
            task=plain(key[2]),
            at=plain(known.at[key]),
            status=known.status.get(key, ""),
            states=tuple(sorted(known.states[key].items())),
        )
        for key in ordered
    )


def _from_ledger(ledger: LedgerExport, known: _Rounds) -> None:
    merchant = ledger.merchant.fingerprint
    for e in ledger.entries:
        if e.kind in (EntryKind.RESERVE, EntryKind.COMMIT):
            state = "sent" if e.kind is EntryKind.COMMIT else "charged"
            known.say((e.run_id, e.round, e.task), e.at, merchant, state)
    own = {e.sequence: e.hash for e in ledger.entries}
    for r in ledger.receipts:
        # a receipt for a head that is not in this ledger says nothing about it
        if r.merchant == merchant and own.get(r.head.sequence) == r.head.hash:
            known.say(
                (r.entry.run_id, r.entry.round, r.entry.task), r.entry.at, merchant, "admitted"
            )


def _from_book(book: BookExport, known: _Rounds) -> None:
    for e in book.entries:
        if e.kind in (BookKind.PLAN, BookKind.ROUND):
            key = (e.run_id, e.round, e.task)
            known.seen(key, e.at)
            if e.kind is BookKind.PLAN:
                known.status.setdefault(key, "open")
            elif e.status in ("closed", "void"):
                known.status[key] = e.status
    for evidence in book.rounds:
        plan = evidence.plan
        run_id, number, task = plan.get("run_id"), plan.get("round"), plan.get("task")
        if not (isinstance(run_id, str) and isinstance(task, str) and type(number) is int):
            continue
        for report in evidence.reports:
            merchant, at = report.header.get("merchant"), plan.get("issued_at")
            if isinstance(merchant, str) and isinstance(at, str):
                known.say((run_id, number, task), at, plain(merchant), "admitted")
