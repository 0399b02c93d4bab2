"""A coordinator with nothing but its book: signed plans that name it, rounds that close, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common import merkle
from common.book import BookEntry, BookKind, append, leaves, open_book
from common.keys import Identity
from common.ledger import utc
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport, tensors_digest
from tests.client.door_shop import NOW, Shop, a_plan, at


@dataclass
class FakeBook:
    """The coordinator's side of the two-sided ledger, in memory.

    `plan()` enters a plan and gives it signed; `close(plan, reports)` enters the round and gives
    a receipt per report, in the order of the reports.
    """

    identity: Identity = field(default_factory=Identity.generate)
    entries: list[BookEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open it, unless entries were given."""
        if not self.entries:
            self.entries.append(open_book(self.identity, utc(NOW)))

    @classmethod
    def of(cls, shop: Shop) -> FakeBook:
        """The book of the coordinator that this shop knows."""
        return cls(shop.coordinator)

    @property
    def last(self) -> BookEntry:
        """The newest entry."""
        return self.entries[-1]

    def add(self, kind: BookKind, subject: str, now: datetime = NOW, **rest: Any) -> BookEntry:
        """One more entry."""
        draft = BookEntry(0, utc(now), kind, subject, **rest)
        self.entries.append(append(self.identity, self.last, draft))
        return self.last

    def plan(self, now: datetime = NOW, **changes: Any) -> RoundPlan:
        """Enter a plan that is issued now, and sign it."""
        made = a_plan(**{**at(now), "book": self.last.head, **changes})
        about = {"run_id": made.run_id, "round": made.round, "task": made.task.value}
        self.add(BookKind.PLAN, made.digest(), now, **about)
        return made.signed(self.identity.sign(made.signed_bytes()))

    def close(
        self, plan: RoundPlan, reports: Sequence[RoundReport], now: datetime = NOW, status: str = ""
    ) -> list[Receipt]:
        """Enter the round's end; a receipt for every report, in the order given."""
        ordered = sorted(reports, key=lambda r: r.merchant)
        tree = leaves([r.digest() for r in ordered])
        entry = self.add(
            BookKind.ROUND,
            plan.digest(),
            now,
            run_id=plan.run_id,
            round=plan.round,
            task=plan.task.value,
            status=status or "closed",
            root=merkle.root(tree),
            n_leaves=len(tree),
            before=tensors_digest(plan.tensors),
            after="" if status == "void" else tensors_digest(plan.tensors),
        )
        return [self._receipt(r, ordered.index(r), tree, entry) for r in reports]

    def _receipt(
        self, report: RoundReport, index: int, tree: Sequence[bytes], entry: BookEntry
    ) -> Receipt:
        return Receipt(
            report.merchant,
            report.ledger_head,
            report.digest(),
            index,
            merkle.path(tree, index),
            entry,
        ).signed(self.identity)
