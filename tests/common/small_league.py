"""Both sides of a league in memory, with the nouns of common alone: what an auditor is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from common import book_file, ledger_file, merkle
from common.accounting import spent
from common.averaging import aggregate
from common.book import BookEntry, BookKind, append, leaves, open_book
from common.book_file import BookExport, ReportEvidence, RoundEvidence, RunEvidence
from common.heads import LedgerHead
from common.keys import Identity
from common.ledger import EntryKind, mechanisms
from common.ledger_file import LedgerExport, Stated
from common.privacy import PrivacyBudget, PrivacyUnit
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport, Task, tensors_digest
from tests.server.fake_ledger import AT, FakeLedger

LATER = "2026-11-03T00:00:00Z"
DELTA = 1e-4
MOMENTUM = 0.5


def a_plan(run_id: str, number: int, task: Task, weights: dict[str, Any]) -> RoundPlan:
    return RoundPlan(
        run_id=run_id,
        round=number,
        task=task,
        unit=PrivacyUnit(16),
        sampling_rate=0.1 if task is Task.TRAIN else 1.0,
        noise_multiplier=2.0 if task is Task.TRAIN else 4.0,
        clip_norm=1.0,
        local_steps=2 if task is Task.TRAIN else 1,
        learning_rate=0.5,
        expected_batch=10.0,
        heads=("conversion",),
        spec_digest="5" * 64,
        train_before_at="2026-10-01T00:00:00Z",
        delta=DELTA,
        issued_at=AT,
        deadline_at=LATER,
        tensors=weights,
        n_bins=4,
    )


@dataclass
class Member:
    """A merchant: its key, its ledger, what it was given."""

    identity: Identity
    ledger: FakeLedger
    receipts: list[Receipt]


class SmallLeague:
    """A run of sound rounds; a test changes what it likes before it exports."""

    def __init__(self, n: int = 2, run_id: str = "r1") -> None:
        self.identity, self.run_id = Identity.generate(), run_id
        self.book: list[BookEntry] = [open_book(self.identity, AT)]
        self.members: list[Member] = []
        self.weights = {"numeric_conversion.bias": np.zeros(1, np.float32)}
        self.initial, self.velocity = self.weights, None
        self.rounds: list[RoundEvidence] = []
        for i in range(n):
            self.join(Identity.generate(), f"shop {i}")

    def write(self, kind: BookKind, subject: str, **said: Any) -> BookEntry:
        self.book.append(
            append(self.identity, self.book[-1], BookEntry(0, AT, kind, subject, **said))
        )
        return self.book[-1]

    def join(self, identity: Identity, name: str) -> Member:
        self.write(BookKind.ENROL, identity.public.hex, label=name)
        self.members.append(Member(identity, FakeLedger(identity), []))
        return self.members[-1]

    def plan(self, task: Task = Task.TRAIN) -> RoundPlan:
        plan = a_plan(self.run_id, len(self.rounds) + 1, task, self.weights)
        plan = replace(plan, book=self.book[-1].head)
        plan = plan.signed(self.identity.sign(plan.signed_bytes()))
        self.write(BookKind.PLAN, plan.digest(), **self.turn(plan))
        return plan

    def turn(self, plan: RoundPlan) -> dict[str, Any]:
        return {"run_id": plan.run_id, "round": plan.round, "task": plan.task.value}

    def answers(self, plan: RoundPlan) -> list[RoundReport]:
        rng = np.random.default_rng(plan.round)
        reports = []
        for m in self.members:
            tensors = {
                n: rng.normal(size=a.shape).astype(np.float32) for n, a in plan.tensors.items()
            }
            if plan.task is Task.EVALUATE:
                tensors = {
                    "histogram": np.array([[900, 500, 200, 100], [10, 20, 30, 40]], np.float32)
                }
            reports.append(m.ledger.report(plan, tensors))
        return reports

    def close(self, plan: RoundPlan, reports: list[RoundReport], status: str = "closed") -> None:
        reports = sorted(reports, key=lambda r: r.merchant)
        after, velocity = self.result(plan, reports) if status == "closed" else ("", "")
        digests = [r.digest() for r in reports]
        entry = self.write(
            BookKind.ROUND,
            plan.digest(),
            status=status,
            root=merkle.root(leaves(digests)),
            n_leaves=len(reports),
            before=tensors_digest(plan.tensors),
            after=after,
            velocity=velocity,
            **self.turn(plan),
        )
        shown = tuple(ReportEvidence(r.header(), r.signature, dict(r.tensors)) for r in reports)
        self.rounds.append(RoundEvidence(plan.header(), plan.signature, status, shown))
        for m in self.members:
            self.countersign(m, entry, reports, digests)

    def result(self, plan: RoundPlan, reports: list[RoundReport]) -> tuple[str, str]:
        if plan.task is Task.EVALUATE:
            total = np.stack([r.tensors["histogram"] for r in reports]).astype(np.float64).sum(0)
            return tensors_digest({"histogram": total.astype(np.float32)}), ""
        updates = [r.tensors for r in reports]
        done = aggregate(self.weights, updates, momentum=MOMENTUM, velocity=self.velocity)
        self.weights, self.velocity = done.tensors, done.velocity
        return tensors_digest(done.tensors), tensors_digest(done.velocity)

    def countersign(
        self, m: Member, entry: BookEntry, reports: list[RoundReport], digests: list[str]
    ) -> None:
        own = [i for i, r in enumerate(reports) if r.merchant == m.identity.public.fingerprint]
        for i in own:
            proof = merkle.path(leaves(digests), i)
            head = reports[i].ledger_head
            receipt = Receipt(reports[i].merchant, head, digests[i], i, proof, entry)
            m.receipts.append(receipt.signed(self.identity))
            m.ledger.base = head

    def play(self, task: Task = Task.TRAIN) -> None:
        plan = self.plan(task)
        self.close(plan, self.answers(plan))

    def publish(self, weights: Any = None) -> None:
        self.write(
            BookKind.BUNDLE,
            "b" * 64,
            run_id=self.run_id,
            before=tensors_digest(weights or self.weights),
        )

    def ledger(self, i: int, **changes: Any) -> LedgerExport:
        m = self.members[i]
        figures = []
        for e in m.ledger.entries:
            if e.kind is EntryKind.RESERVE:
                until = mechanisms(m.ledger.entries[: e.sequence + 1])
                s = spent(until, DELTA)
                figures.append(Stated(e.sequence, s.accountant, s.epsilon))
        export = LedgerExport(
            m.identity.public,
            PrivacyBudget(3.0, DELTA),
            LATER,
            "test",
            tuple(m.ledger.entries),
            coordinator=self.identity.public.hex,
            receipts=tuple(m.receipts),
            stated=tuple(figures),
        )
        return replace(export, **changes).signed(m.identity)

    def operator(self, **changes: Any) -> BookExport:
        run = RunEvidence(self.run_id, "5" * 64, MOMENTUM, self.initial)
        export = BookExport(
            self.identity.public,
            "Test",
            LATER,
            "test",
            tuple(self.book),
            (run,),
            tuple(self.rounds),
        )
        return replace(export, **changes).signed(self.identity)

    def write_all(self, folder: Path) -> list[Path]:
        paths = [save(self.operator(), folder / "book.json")]
        for i in range(len(self.members)):
            paths.append(save(self.ledger(i), folder / f"shop{i}.json"))
        return paths


def save(export: LedgerExport | BookExport, path: Path) -> Path:
    dump = book_file.dump if isinstance(export, BookExport) else ledger_file.dump
    path.write_bytes(dump(export.as_dict()))
    return path


def head(e: BookEntry) -> LedgerHead:
    return e.head
