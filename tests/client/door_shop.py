"""A small shop, a coordinator and a fake of the private work, for the tests of the door."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from client.door import answer
from client.store import Store
from common.features import default_spec
from common.heads import LedgerHead
from common.keys import Identity
from common.ledger import utc
from common.privacy import PrivacyUnit
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport, Task, Tensors
from common.settings import Policy, Settings

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
#: Where the coordinator's book stands in every plan that no `FakeBook` made.
BOOK = LedgerHead(3, "b0" * 32)


def a_plan(**changes: Any) -> RoundPlan:
    """An unsigned plan that the default policy agrees to."""
    plan = RoundPlan(
        run_id="run-1",
        round=1,
        task=Task.TRAIN,
        unit=PrivacyUnit(16),
        sampling_rate=0.1,
        noise_multiplier=2.0,
        clip_norm=1.0,
        local_steps=4,
        learning_rate=0.5,
        expected_batch=100.0,
        heads=("conversion",),
        spec_digest=default_spec().digest(),
        train_before_at="2026-10-01T00:00:00Z",
        delta=1e-5,
        issued_at="2026-11-02T09:59:00Z",
        deadline_at="2026-11-02T10:30:00Z",
        book=BOOK,
        tensors={"a": np.zeros((3, 2), np.float32), "b": np.zeros(2, np.float32)},
    )
    return replace(plan, **changes)


def at(now: datetime) -> dict[str, str]:
    """The times of a plan that was issued a minute ago and is open for half an hour."""
    issued, deadline = now - timedelta(minutes=1), now + timedelta(minutes=30)
    return {"issued_at": utc(issued), "deadline_at": utc(deadline)}


def fresh_noise(store: Store, settings: Settings, plan: RoundPlan) -> Tensors:
    """Like the real work: other bytes every time."""
    rng = np.random.default_rng(int.from_bytes(os.urandom(8)))
    if plan.task is Task.EVALUATE:
        return {"histogram": rng.normal(size=(2, plan.n_bins)).astype(np.float32)}
    name, like = min(plan.tensors.items())
    return {name: rng.normal(size=like.shape).astype(np.float32)}


@dataclass
class Shop:
    """One merchant in a folder, and the coordinator it knows."""

    home: Path
    identity: Identity = field(default_factory=Identity.generate)
    coordinator: Identity = field(default_factory=Identity.generate)
    policy: Policy = field(default_factory=Policy)
    calls: int = 0

    def open(self) -> Store:
        """Its store."""
        return Store.open(self.home, create=True)

    def signed(self, plan: RoundPlan) -> RoundPlan:
        """As the coordinator would send it."""
        return plan.signed(self.coordinator.sign(plan.signed_bytes()))

    def ask(
        self,
        plan: RoundPlan,
        now: datetime = NOW,
        work: Any = None,
        receipt: Receipt | None = None,
    ) -> RoundReport:
        """Sign the plan and let the merchant answer."""

        def counted(store: Store, settings: Settings, plan: RoundPlan) -> Tensors:
            self.calls += 1
            return (work or fresh_noise)(store, settings, plan)

        with self.open() as store:
            return answer(
                store,
                Settings(policy=self.policy),
                self.identity,
                self.signed(plan),
                self.coordinator.public,
                now,
                work=counted,
                receipt=receipt,
            )
