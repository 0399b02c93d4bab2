"""Tails: a merchant's ledger as its reports showed it to the coordinator, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from common.keys import PublicIdentity
from common.ledger import EntryKind, LedgerEntry, genesis
from common.rounds import RoundReport


@dataclass(slots=True)
class Tails:
    """The pieces put together: every report must extend what was shown before.

    Attributes:
        merchant: Whose ledger.
        entries: By number, everything that was shown.
    """

    merchant: PublicIdentity
    entries: dict[int, LedgerEntry] = field(default_factory=dict)

    def take(self, report: RoundReport) -> Iterator[tuple[str, str]]:
        """Add a report's tail; (code, words) for everything that does not hold of it."""
        tail = report.ledger_tail
        if not tail:
            yield "tail", "it shows nothing of its merchant's ledger."
            return
        yield from self._begins(tail[0])
        shown = max(self.entries, default=-1)
        for i, e in enumerate(tail):
            if e.hash != e.computed_hash() or not self.merchant.verify(
                e.signed_bytes(), e.signature
            ):
                yield "tail", f"entry {e.sequence} of its ledger was edited or is not its own."
            if i and (e.sequence != tail[i - 1].sequence + 1 or e.previous != tail[i - 1].hash):
                yield (
                    "tail",
                    f"entry {e.sequence} of its ledger does not follow from the one before.",
                )
            known = self.entries.setdefault(e.sequence, e)
            if known.hash != e.hash:
                yield (
                    "ledger-forked",
                    f"entry {e.sequence} of its ledger is not what it showed before: the history was "
                    "forked, or the client was reinstalled and began a new ledger.",
                )
        if tail[-1].sequence <= shown:
            yield (
                "ledger-went-back",
                f"its ledger stands at entry {tail[-1].sequence}, but stood at entry {shown} before: "
                "it was cut, or restored from a backup.",
            )

    def _begins(self, first: LedgerEntry) -> Iterator[tuple[str, str]]:
        """The tail follows from an entry that was shown before, or opens the ledger."""
        if first.sequence == 0 or not self.entries:
            opens = first.sequence == 0 and first.kind is EntryKind.OPEN
            if not opens or first.previous != genesis(self.merchant):
                yield "tail", "the ledger it shows does not begin with this merchant's opening."
            return
        before = self.entries.get(first.sequence - 1)
        if before is None:
            yield "tail", f"entries before entry {first.sequence} of its ledger were never shown."
        elif before.hash != first.previous:
            yield (
                "ledger-forked",
                f"entry {first.sequence} of its ledger does not follow from what it showed before.",
            )
