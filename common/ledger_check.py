"""verify(): everything that does not hold in a privacy ledger, in words; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.heads import LedgerHead
from common.keys import PublicIdentity
from common.ledger import ENTRY_DOMAIN, EntryKind, LedgerEntry, genesis, note_fault, utc
from common.seals import SealCheck


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not hold in a ledger, in words.

    Attributes:
        code: Short stable name.
        text: One sentence for a person.
        sequence: The entry it is about; None when it is about the whole.
    """

    code: str
    text: str
    sequence: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {"code": self.code, "text": self.text, "sequence": self.sequence}


def verify(
    entries: Sequence[LedgerEntry],
    merchant: PublicIdentity,
    witnessed: Sequence[LedgerHead] = (),
) -> list[Problem]:
    """Everything that does not hold; empty means the ledger is whole.

    Args:
        entries: In the order in which they were kept.
        merchant: Whose ledger it must be.
        witnessed: Heads that somebody else saw (in reports, in older exports): each must be
            an entry of this very chain.
    """
    if not entries:
        return [Problem("empty", "The ledger has no entry at all, not even its opening.")]
    seals = SealCheck(merchant, ENTRY_DOMAIN, [(e.hash, e.signature) for e in entries])
    found: list[tuple[int, Problem]] = []
    edited: set[int] = set()
    for i, e in enumerate(entries):
        found += [(i, p) for p in _check_place(i, e, entries[i - 1] if i else None, merchant)]
        if e.hash != e.computed_hash():
            edited.add(i)
            text = f"Entry {e.sequence} was edited after it was sealed."
            found.append((i, Problem("edited", text, e.sequence)))
    rest = _check_pairs(entries) + _check_witnessed(entries, witnessed)
    for i in seals.bad() - edited:
        n = entries[i].sequence
        text = f"The signature of entry {n} is not this merchant's."
        found.append((i, Problem("signature", text, n)))
    found.sort(key=lambda at: at[0])
    return [p for _, p in found] + rest


def _check_place(
    i: int, e: LedgerEntry, before: LedgerEntry | None, merchant: PublicIdentity
) -> list[Problem]:
    """Number, link to the entry before, and time."""
    n = e.sequence
    if before is None:
        if n != 0 or e.kind is not EntryKind.OPEN:
            return [Problem("missing", "The opening entry is missing: the beginning was cut.", n)]
        if e.previous != genesis(merchant) or e.plan_digest != merchant.hex:
            return [Problem("stranger", "The ledger was opened by another identity.", n)]
        return _check_time(e, None)
    if e.kind is EntryKind.OPEN:
        return [Problem("forked", f"Entry {n} opens the ledger a second time.", n)]
    if n == before.sequence:
        return [Problem("forked", f"There are two entries with the number {n}.", n)]
    if n < before.sequence:
        return [Problem("reordered", f"Entry {n} stands after entry {before.sequence}.", n)]
    if n > before.sequence + 1:
        text = f"Entries {before.sequence + 1} to {n - 1} are missing before entry {n}."
        return [Problem("missing", text, n)]
    if e.previous != before.hash:
        text = f"Entry {n} does not follow from entry {n - 1}: the history was forked or edited."
        return [Problem("forked", text, n)]
    return _check_time(e, before)


def is_time(text: str) -> bool:
    """Whether it is a time the way a ledger writes it (`common.ledger.utc`)."""
    try:
        return utc(datetime.fromisoformat(text)) == text
    except (ValueError, TypeError, OverflowError):
        return False


def _check_time(e: LedgerEntry, before: LedgerEntry | None) -> list[Problem]:
    if before is not None and e.at == before.at:
        return []  # looked at already
    if not is_time(e.at):
        return [Problem("time", f"The time of entry {e.sequence} cannot be read.", e.sequence)]
    if before is not None and e.at < before.at:
        text = f"Entry {e.sequence} is earlier than the one before: the clock was set back."
        return [Problem("clock", text, e.sequence)]
    return []


@dataclass(slots=True)
class _Pairing:
    """Which reserves are still to be settled while walking through the entries."""

    pending: dict[int, LedgerEntry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, e: LedgerEntry) -> None:
        """Look at one entry."""
        fault = note_fault(e)
        if fault:
            self._say("note", e, fault)
        if e.kind is EntryKind.NOTE:
            return
        if e.kind is EntryKind.RESERVE:
            if e.mechanism is None:
                self._say("mechanism", e, "reserves nothing: its mechanism is missing")
            self.pending[e.sequence] = e
            return
        if e.mechanism is not None:
            self._say("mechanism", e, f"is a {e.kind.value} and must not name a mechanism")
        if e.witnessed is not None:
            self._say("witness", e, f"is a {e.kind.value} and must not witness a book")
        if e.kind is EntryKind.OPEN:
            return
        reserve = self.pending.pop(e.reservation, None)
        if reserve is None:
            self._say("unpaired", e, f"is a {e.kind.value} without an open reserve before it")
        elif _subject(reserve) != _subject(e):
            self._say("unpaired", e, f"settles entry {e.reservation}, which is about another plan")
        if (e.kind is EntryKind.COMMIT) != bool(e.report_digest):
            self._say("report", e, "must name a report exactly when it is a commit")

    def _say(self, code: str, e: LedgerEntry, what: str) -> None:
        self.problems.append(Problem(code, f"Entry {e.sequence} {what}.", e.sequence))


def _subject(e: LedgerEntry) -> tuple[str, int, str, str]:
    return (e.run_id, e.round, e.task, e.plan_digest)


def _check_pairs(entries: Sequence[LedgerEntry]) -> list[Problem]:
    pairing = _Pairing()
    for e in entries:
        pairing.take(e)
    return pairing.problems


def _check_witnessed(
    entries: Sequence[LedgerEntry], witnessed: Sequence[LedgerHead]
) -> list[Problem]:
    by_number = {e.sequence: e.hash for e in entries}
    problems = []
    for head in witnessed:
        if head.sequence not in by_number:
            text = f"Entry {head.sequence} was seen by others but is gone: the end was cut off."
            problems.append(Problem("cut", text, head.sequence))
        elif by_number[head.sequence] != head.hash:
            text = f"Others saw a different entry {head.sequence}: the history was forked."
            problems.append(Problem("forked", text, head.sequence))
    return problems
