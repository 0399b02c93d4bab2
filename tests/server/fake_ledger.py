"""A merchant's ledger in memory: what a sound merchant writes, and reports that prove it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from common.heads import LedgerHead
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, open_ledger
from common.rounds import RoundPlan, RoundReport, Task

AT = "2026-11-02T10:00:00Z"


def an_update(plan: RoundPlan, value: float = 0.01) -> dict[str, np.ndarray]:
    if plan.task is Task.TRAIN:
        return {n: np.full(a.shape, value, np.float32) for n, a in plan.tensors.items()}
    return {"histogram": np.ones((2, plan.n_bins), np.float32)}


class FakeLedger:
    """Entries of one merchant and the last co-signed head."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.entries: list[LedgerEntry] = [open_ledger(identity, AT)]
        self.base: LedgerHead | None = None

    def add(self, draft: LedgerEntry) -> LedgerEntry:
        self.entries.append(append(self.identity, self.entries[-1], draft))
        return self.entries[-1]

    def reserve(self, plan: RoundPlan, **changes: Any) -> LedgerEntry:
        draft = LedgerEntry(
            0, AT, EntryKind.RESERVE, plan.run_id, plan.round, plan.task.value, plan.digest(),
            plan.mechanism(), witnessed=plan.book,
        )  # fmt: skip
        return self.add(replace(draft, **changes))

    def settle(self, reserve: LedgerEntry, digest: str = "", **changes: Any) -> LedgerEntry:
        kind = EntryKind.COMMIT if digest else EntryKind.VOID
        draft = replace(
            reserve, kind=kind, mechanism=None, witnessed=None, reservation=reserve.sequence,
            report_digest=digest,
        )  # fmt: skip
        return self.add(replace(draft, **changes))

    def tail(self) -> tuple[LedgerEntry, ...]:
        after = self.base.sequence if self.base else -1
        return tuple(e for e in self.entries if e.sequence > after)

    def report(self, plan: RoundPlan, tensors: Any = None, **changes: Any) -> RoundReport:
        """Reserve, commit, sign: an honest report; `changes` are in it before the commit."""
        reserve = self.reserve(plan)
        report = RoundReport(
            plan.run_id, plan.round, plan.task, plan.digest(), self.identity.public.fingerprint,
            plan.mechanism(), LedgerHead(0, "0" * 64), an_update(plan) if tensors is None else tensors,
        )  # fmt: skip
        report = replace(report, **changes)
        try:
            digest = report.content_digest()
        except ValueError:  # a figure that has no canonical bytes
            digest = "0" * 64
        self.settle(reserve, digest)
        return self.signed(report)

    def signed(self, report: RoundReport, by: Identity | None = None) -> RoundReport:
        """With the tail and the head as they are now."""
        tail = self.tail()
        report = replace(report, ledger_head=tail[-1].head, ledger_tail=tail)
        return report.signed((by or self.identity).sign(report.signed_bytes()))
