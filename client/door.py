"""answer(): the only way out. A signed plan in; consent, charge, train, commit; a signed report out.

What a crash (kill -9) leaves behind, step by step:

- before `reserve`: nothing happened;
- between `reserve` and `release`: charged, nothing left; the same plan again is a new charge;
- after `release` (one transaction: commit, signature, bytes): the same plan again gets the same
  bytes, nothing is trained and nothing is charged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import numpy as np

from client import consent
from client.store import Store, ledger, rounds
from common import accounting
from common.errors import (
    BudgetExhausted,
    DatabaseBusy,
    HansaError,
    PlanRefused,
    Refusal,
    StoreError,
    TrainingError,
    UserFacing,
)
from common.features import default_spec
from common.heads import LedgerHead
from common.keys import Identity, PublicIdentity
from common.ledger import LedgerEntry, mechanisms
from common.privacy import DELTA_BY_TIER, PrivacySpent
from common.rounds import RoundPlan, RoundReport, Task, Tensors
from common.settings import Settings

#: What does the private work: plan in, noised tensors out.
Work = Callable[[Store, Settings, RoundPlan], Tensors]

_ATTEMPTS = 5
_NOWHERE = LedgerHead(-1, "")


def answer(
    store: Store,
    settings: Settings,
    identity: Identity,
    plan: RoundPlan,
    coordinator: PublicIdentity,
    now: datetime,
    *,
    code_digest: str = "",
    work: Work | None = None,
) -> RoundReport:
    """Answer a plan, or raise and send nothing.

    Args:
        store: The shop.
        settings: With the merchant's policy, which wins.
        identity: The merchant's.
        plan: As received.
        coordinator: The pinned key; no other's plan is looked at.
        now: Aware time; the policy's hours are read in its zone.
        code_digest: Of the program that runs, if known; kept in the ledger.
        work: Only tests bring their own.

    Raises:
        PlanRefused: the plan is not the coordinator's, or the policy says no.
        BudgetExhausted: it would pass the merchant's limit.
        LedgerBroken: the ledger does not hold.
        TrainingError: the update is not sound. It stays charged.
    """
    if not coordinator.verify(plan.signed_bytes(), plan.signature):
        raise _refused([Refusal("wrong-signature", "The plan is not signed by the coordinator.")])
    ledger.checked(store, identity.public)
    stored = rounds.answered(store, plan)
    if stored is not None and not settings.policy.paused:
        _note(store, plan, "resent", now)
        return stored
    reservation = _agree_and_reserve(store, settings, identity, plan, now, code_digest)
    return _perform(store, settings, identity, plan, reservation, now, work or _work)


def code_of(error: BaseException) -> str:
    """The only thing about an error that may leave: a stable code of ours, else "internal"."""
    return str(getattr(error, "code", "internal")) if isinstance(error, HansaError) else "internal"


def _perform(
    store: Store,
    settings: Settings,
    identity: Identity,
    plan: RoundPlan,
    reservation: LedgerEntry,
    now: datetime,
    work: Work,
) -> RoundReport:
    """The charged work. Whatever fails, nothing leaves and the charge stays."""
    began_s = time.monotonic()

    def later() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began_s)

    try:
        tensors = work(store, settings, plan)
        _check_output(plan, tensors)
        report = _release(store, identity, reservation, plan, tensors, later())
    except Exception as e:
        # Best effort: without the void the reservation is charged all the same.
        with suppress(UserFacing):
            ledger.void(store, identity, reservation, later())
        _note(store, plan, "failed", later(), (Refusal(code_of(e), type(e).__name__),))
        raise
    _note(store, plan, "answered", later())
    return report


def _agree_and_reserve(
    store: Store,
    settings: Settings,
    identity: Identity,
    plan: RoundPlan,
    now: datetime,
    code_digest: str,
) -> LedgerEntry:
    """Decide on the ledger as it is, charge only if it is still so; else look again."""
    for _ in range(_ATTEMPTS):
        entries = ledger.checked(store, identity.public)
        would_be = _decide(store, settings, plan, entries, now)
        expected = entries[-1].head if entries else None
        try:
            reservation = ledger.reserve(
                store, identity, plan, now, expected=expected, code_digest=code_digest
            )
        except ledger.LedgerMoved:
            continue
        ledger.remember(store, reservation.head, would_be)
        return reservation
    raise DatabaseBusy(
        "Another process keeps writing to the privacy ledger.",
        safe="Nothing was charged or sent.",
        todo="Run only one node for this shop.",
    )


def _decide(
    store: Store,
    settings: Settings,
    plan: RoundPlan,
    entries: Sequence[LedgerEntry],
    now: datetime,
) -> PrivacySpent:
    """What would be spent then.

    Raises:
        PlanRefused: a rule says no.
        BudgetExhausted: the budget says no.
    """
    policy, spec_digest = settings.policy, default_spec().digest()
    refusals = consent.screen(plan, policy, now, spec_digest)
    if rounds.answered_otherwise(store, plan):
        reason = "This round was answered already, for another plan."
        refusals.append(Refusal("round-reused", reason))
    if refusals:
        raise _refuse(store, plan, refusals, now)
    would_be = _would_be(settings, plan, entries)
    refusals = consent.agree(plan, policy, would_be, now, spec_digest)
    if refusals:
        raise _refuse(store, plan, refusals, now)
    return would_be


def _would_be(settings: Settings, plan: RoundPlan, entries: Sequence[LedgerEntry]) -> PrivacySpent:
    """Everything that was ever reserved, lost attempts too, and this plan on top."""
    delta = DELTA_BY_TIER[settings.policy.tier]
    return accounting.spent([*mechanisms(entries), plan.mechanism()], delta)


def _refuse(
    store: Store, plan: RoundPlan, refusals: Sequence[Refusal], now: datetime
) -> PlanRefused | BudgetExhausted:
    _note(store, plan, "refused", now, tuple(refusals))
    return _refused(refusals)


def _note(
    store: Store,
    plan: RoundPlan,
    outcome: str,
    now: datetime,
    reasons: tuple[Refusal, ...] = (),
) -> None:
    """The diary for people. The ledger is what counts, so a diary that cannot be written is let go."""
    with suppress(StoreError):
        rounds.note(store, plan, outcome, now, reasons)


def _refused(refusals: Sequence[Refusal]) -> PlanRefused | BudgetExhausted:
    exhausted = [r for r in refusals if r.code == "budget-exhausted"]
    kind = BudgetExhausted if exhausted else PlanRefused
    error = kind(
        " ".join(r.reason for r in (exhausted or refusals)),
        safe="Nothing was trained, charged or sent.",
        todo="The policy is in hansa.toml; 'hansa privacy' shows what was spent.",
    )
    # the rule's name is public and may be told to the coordinator; the sentence stays here
    error.code = (exhausted or refusals)[0].code
    return error


def _work(store: Store, settings: Settings, plan: RoundPlan) -> Tensors:
    """The real work: this shop's rows through DP-SGD, or into a noised histogram."""
    # imported here: refusing a plan must not cost the start of torch
    from client.prepared import rows_for
    from client.train import histogram, train

    spec = default_spec()
    data = rows_for(store, spec, plan)
    if plan.task is Task.TRAIN:
        return train(plan, spec, data, device=settings.device)
    return {"histogram": histogram(plan, spec, data, device=settings.device)}


def _check_output(plan: RoundPlan, tensors: Tensors) -> None:
    """Nothing leaves but what the plan asked for: known names, known shapes, finite float32."""
    if plan.task is Task.TRAIN:
        allowed = {name: a.shape for name, a in plan.tensors.items()}
        fits = bool(tensors) and all(allowed.get(n) == a.shape for n, a in tensors.items())
    else:
        fits = {n: a.shape for n, a in tensors.items()} == {"histogram": (2, plan.n_bins)}
    finite = all(a.dtype == np.float32 and bool(np.isfinite(a).all()) for a in tensors.values())
    if not (fits and finite):
        raise TrainingError(
            "Training gave something else than the plan asked for.",
            safe="Nothing was sent. The attempt stays charged.",
        )


def _release(
    store: Store,
    identity: Identity,
    reservation: LedgerEntry,
    plan: RoundPlan,
    tensors: Tensors,
    now: datetime,
) -> RoundReport:
    report = RoundReport(
        run_id=plan.run_id,
        round=plan.round,
        task=plan.task,
        plan_digest=plan.digest(),
        merchant=identity.public.fingerprint,
        mechanism=plan.mechanism(),
        ledger_head=_NOWHERE,
        tensors=tensors,
    )
    return rounds.release(store, identity, reservation, report, now)
