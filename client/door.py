"""answer(): the only way out. A signed plan in; consent, charge, train, commit; a signed report out.

What a crash (kill -9) leaves behind, step by step:

- before `reserve`: nothing happened;
- between `reserve` and `release`: charged, nothing left; the same plan again is a new charge;
- after `release` (one transaction: commit, signature, bytes): the same plan again gets the same
  bytes, nothing is trained and nothing is charged.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from client import consent, reckoning
from client.inside import Work, check, make
from client.reckoning import Cost
from client.refusals import code_of, reason_of, refused
from client.store import Store, held, ledger, receipts, rounds
from client.watch import preview
from common.errors import (
    BudgetExhausted,
    DatabaseBusy,
    LedgerBroken,
    PlanRefused,
    Refusal,
    StoreError,
    UserFacing,
)
from common.features import default_spec
from common.heads import LedgerHead
from common.keys import Identity, PublicIdentity
from common.ledger import LedgerEntry
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport, Tensors
from common.settings import Settings

__all__ = ["Work", "answer", "code_of", "reason_of"]

_ATTEMPTS = 5
_NOWHERE = LedgerHead(-1, "")
_HELD = Refusal("held", "The report was made and waits for the merchant's yes.")


@dataclass(frozen=True, slots=True)
class _Visit:
    """One plan at the door: everything that all steps need."""

    store: Store
    settings: Settings
    identity: Identity
    plan: RoundPlan
    coordinator: PublicIdentity
    now: datetime
    code_digest: str
    work: Work | None


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
    receipt: Receipt | None = None,
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
        receipt: For an earlier report, if one came with the plan; kept before anything else.

    Raises:
        PlanRefused: the plan or the receipt is not the coordinator's, the policy says no, or the
            report is held until the merchant says yes (code "held").
        BudgetExhausted: it would pass the merchant's limit.
        LedgerBroken: the ledger does not hold, or the receipt proves that it was rolled back.
        TrainingError: the update is not sound. It stays charged.
    """
    if not coordinator.verify(plan.signed_bytes(), plan.signature):
        raise refused([Refusal("wrong-signature", "The plan is not signed by the coordinator.")])
    visit = _Visit(store, settings, identity, plan, coordinator, now, code_digest, work)
    entries = ledger.checked(store, identity.public)
    if receipt is not None:
        _take(visit, receipt)
    if not settings.policy.paused:
        made = _made_before(visit, entries)
        if made is not None:
            return made
    reservation, cost = _agree_and_reserve(visit, entries)
    return _perform(visit, reservation, cost)


def _take(visit: _Visit, receipt: Receipt) -> None:
    """Keep the receipt, or refuse the plan that came with it."""
    store, me = visit.store, visit.identity.public
    try:
        receipts.take(store, me, visit.coordinator, receipt, visit.now)
    except PlanRefused as e:
        raise _refuse(visit, [Refusal("bad-receipt", e.what)]) from e
    except LedgerBroken as e:
        _note(visit, "refused", visit.now, (Refusal(e.code, e.what),))
        raise


def _made_before(visit: _Visit, entries: Sequence[LedgerEntry]) -> RoundReport | None:
    """The report that was made for this very plan, if one was and it may leave.

    Raises:
        PlanRefused: it is held, or the merchant (or time) said no to it.
    """
    store, plan = visit.store, visit.plan
    stored = rounds.answered(store, plan)
    if stored is not None:
        _note(visit, "resent", visit.now)
        return stored
    state = held.state(store, plan.digest(), visit.now)
    if state is None:
        return None
    if state == "held":
        raise _held()
    if state != "approved":
        no = Refusal("declined", "The merchant did not let this report go.")
        raise refused([no], safe="Nothing was sent. The charge stays in the ledger.")
    waiting = held.load(store, plan.digest(), visit.now)
    tensors = held.tensors(store, plan.digest())
    check(plan, tensors)
    report = _release(visit, entries[waiting.reservation], tensors, visit.now)
    held.sent(store, plan.digest())
    _note(visit, "answered", visit.now)
    return report


def _perform(visit: _Visit, reservation: LedgerEntry, cost: Cost) -> RoundReport:
    """The charged work. Whatever fails, nothing leaves and the charge stays."""
    began_s = time.monotonic()

    def later() -> datetime:
        return visit.now + timedelta(seconds=time.monotonic() - began_s)

    holds = visit.settings.policy.hold
    try:
        made = make(visit.store, visit.settings, visit.plan, visit.work, watched=holds)
        if not holds:
            report = _release(visit, reservation, made.tensors, later())
        else:
            shown = preview(
                visit.plan, made.tensors, cost.before, cost.after, made.watch, made.membership
            )
            held.keep(visit.store, reservation, visit.plan, made.tensors, shown, later())
    except Exception as e:
        # Best effort: without the void the reservation is charged all the same.
        with suppress(UserFacing):
            ledger.void(visit.store, visit.identity, reservation, later())
        _note(visit, "failed", later(), (Refusal(code_of(e), type(e.__cause__ or e).__name__),))
        raise
    if holds:
        _note(visit, "refused", later(), (_HELD,))
        raise _held()
    _note(visit, "answered", later())
    return report


def _agree_and_reserve(visit: _Visit, entries: Sequence[LedgerEntry]) -> tuple[LedgerEntry, Cost]:
    """Decide on the ledger as it is, charge only if it is still so; else look again."""
    store, plan = visit.store, visit.plan
    for _ in range(_ATTEMPTS):
        cost = _decide(visit, entries)
        try:
            reservation = ledger.reserve(
                store,
                visit.identity,
                plan,
                visit.now,
                expected=entries[-1].head if entries else None,
                code_digest=visit.code_digest,
                coordinator=visit.coordinator.hex,
            )
        except ledger.LedgerMoved:
            entries = ledger.checked(store, visit.identity.public)
            continue
        with suppress(StoreError):  # a view and some tidying: the charge is what counts
            ledger.remember(store, reservation.head, cost.after)
            held.lapse(store, plan.run_id, visit.now, apart_from=plan.digest())
        return reservation, cost
    raise DatabaseBusy(
        "Another process keeps writing to the privacy ledger.",
        safe="Nothing was charged or sent.",
        todo="Run only one node for this shop.",
    )


def _decide(visit: _Visit, entries: Sequence[LedgerEntry]) -> Cost:
    """What would be spent then.

    Raises:
        PlanRefused: a rule says no.
        BudgetExhausted: the budget says no.
    """
    plan, policy, now = visit.plan, visit.settings.policy, visit.now
    spec_digest = default_spec().digest()
    standing = reckoning.standing(visit.store, entries, visit.coordinator)
    refusals = consent.screen(plan, policy, now, spec_digest, standing)
    if rounds.answered_otherwise(visit.store, plan):
        reason = "This round was answered already, for another plan."
        refusals.append(Refusal("round-reused", reason))
    if refusals:
        raise _refuse(visit, refusals)
    cost = reckoning.cost(policy, plan, entries, now)
    refusals = consent.agree(plan, policy, cost.after, now, spec_digest, standing, cost.quarter)
    if refusals:
        raise _refuse(visit, reckoning.with_rounds_left(refusals, policy, plan, entries, now))
    return cost


def _refuse(visit: _Visit, refusals: Sequence[Refusal]) -> PlanRefused | BudgetExhausted:
    _note(visit, "refused", visit.now, tuple(refusals))
    return refused(refusals)


def _held() -> PlanRefused | BudgetExhausted:
    return refused(
        [_HELD],
        safe="Nothing was sent. The charge is in the ledger.",
        todo="'hansa hold list' shows what waits; 'hansa hold send' lets it go.",
    )


def _note(visit: _Visit, outcome: str, now: datetime, reasons: tuple[Refusal, ...] = ()) -> None:
    """The diary for people. The ledger is what counts, so a diary that cannot be written is let go."""
    with suppress(StoreError):
        rounds.note(visit.store, visit.plan, outcome, now, reasons)


def _release(
    visit: _Visit, reservation: LedgerEntry, tensors: Tensors, now: datetime
) -> RoundReport:
    plan = visit.plan
    report = RoundReport(
        run_id=plan.run_id,
        round=plan.round,
        task=plan.task,
        plan_digest=plan.digest(),
        merchant=visit.identity.public.fingerprint,
        mechanism=plan.mechanism(),
        ledger_head=_NOWHERE,
        tensors=tensors,
    )
    return rounds.release(visit.store, visit.identity, reservation, report, now)
