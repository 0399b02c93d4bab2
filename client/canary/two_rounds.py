"""Two rounds and an evaluation through the client's only door, as the canary audit reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from client.canary.asking import Seen, flat, plan_of
from client.canary.scratch import scratch_shop
from client.door import answer
from client.shop import IDENTITY_PATH
from client.store import ledger
from common.audit.canary_plan import CUT, CanaryPlan
from common.features import default_spec
from common.heads import LedgerHead
from common.keys import Identity
from common.ledger import EntryKind
from common.privacy import DELTA_BY_TIER
from common.rounds import RoundPlan, Task
from common.settings import Policy, Settings

_NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)


def through_the_door(canary: CanaryPlan) -> tuple[Seen, dict[str, Any]]:
    """A shop without rows answers two TRAIN plans and an EVALUATE plan of the claim.

    Returns:
        The answers, and: the mechanisms that the ledger was charged with, the epsilon that was
        stated after each charge, the delta it was stated at, whether a plan that came twice was
        answered with the same bytes and without a charge.
    """
    coordinator = Identity.generate()
    settings = Settings(policy=Policy(epsilon=20.0, min_noise_multiplier=1e-3))
    delta = DELTA_BY_TIER[settings.policy.tier]
    reports = []
    with scratch_shop() as store:
        identity = Identity.load(store.home / IDENTITY_PATH)
        plans = [_signed(canary, number, coordinator) for number in (1, 2, 3)]
        for plan in plans:
            reports.append(answer(store, settings, identity, plan, coordinator.public, _NOW))
        before = len(ledger.entries(store))
        again = answer(store, settings, identity, plans[-1], coordinator.public, _NOW)
        kept = ledger.entries(store)
        stated = [v.spent.epsilon for v in ledger.spent_history(store, delta)]
    facts = {
        "mechanisms": [
            e.mechanism.as_dict() for e in kept if e.kind is EntryKind.RESERVE and e.mechanism
        ],
        "asked": [p.mechanism().as_dict() for p in plans],
        "stated": stated,
        "delta": delta,
        "same_bytes": again.digest() == reports[-1].digest() and len(kept) == before,
    }
    seen: Seen = {"door/train": np.stack([flat(r.tensors) for r in reports[:2]])}
    return {**seen, "door/histogram": flat(reports[2].tensors)}, facts


def _signed(canary: CanaryPlan, number: int, coordinator: Identity) -> RoundPlan:
    task = Task.EVALUATE if number == 3 else Task.TRAIN
    plan = plan_of(
        canary,
        default_spec(),
        task=task,
        round=number,
        noise_multiplier=canary.noise_multiplier,
        sampling_rate=canary.sampling_rate,
        train_before_at=CUT,
        issued_at="2024-07-01T11:00:00Z",
        deadline_at="2024-07-01T13:00:00Z",
        delta=min(canary.delta, DELTA_BY_TIER["small"]),
        book=LedgerHead(number, f"{number:064x}"),
    )
    return plan.signed(coordinator.sign(plan.signed_bytes()))
