"""Visit: a plan at the door. Whose it is, whether it is agreed to, the charge, and the commit that lets a report go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from client import consent, reckoning
from client.inside import Work
from client.reckoning import Cost
from client.refusals import code_of, refused
from client.store import Store, held, ledger, receipts, rounds
from client.store.rounds import Also
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
from common.privacy import PrivacyMode
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport, Tensors
from common.settings import Settings

_ATTEMPTS = 5
_NOWHERE = LedgerHead(-1, "")


@dataclass(frozen=True, slots=True)
class Visit:
    """One plan at the door: everything that all steps need."""

    store: Store
    settings: Settings
    identity: Identity
    plan: RoundPlan
    coordinator: PublicIdentity
    now: datetime
    code_digest: str = ""
    work: Work | None = None


def begin(visit: Visit, receipt: Receipt | None, mode: PrivacyMode) -> tuple[LedgerEntry, ...]:
    """Whose plan it is, whether the ledger holds, the receipt, and the kind of message; in this order.

    Returns:
        The verified ledger.

    Raises:
        PlanRefused: the plan or the receipt is not the coordinator's, or the plan came with the
            wrong kind of message: league noise is answered by a secure sum and nowhere else.
        LedgerBroken: the ledger does not hold, or the receipt proves that it was rolled back.
    """
    plan = visit.plan
    if not visit.coordinator.verify(plan.signed_bytes(), plan.signature):
        raise refused([Refusal("wrong-signature", "The plan is not signed by the coordinator.")])
    entries = ledger.checked(visit.store, visit.identity.public)
    if receipt is not None:
        _take(visit, receipt)
    if plan.mode is not mode:
        why = f"A plan with {plan.mode.value} came with the wrong kind of message."
        raise refuse(visit, [Refusal("wrong-message", why)])
    return entries


def _take(visit: Visit, receipt: Receipt) -> None:
    """Keep the receipt, or refuse the plan that came with it."""
    store, me = visit.store, visit.identity.public
    try:
        receipts.take(store, me, visit.coordinator, receipt, visit.now)
    except PlanRefused as e:
        raise refuse(visit, [Refusal("bad-receipt", e.what)]) from e
    except LedgerBroken as e:
        note(visit, "refused", visit.now, (Refusal(e.code, e.what),))
        raise


def decide(visit: Visit, entries: Sequence[LedgerEntry], found: Sequence[Refusal] = ()) -> Cost:
    """What would be spent then.

    Args:
        visit: The plan.
        entries: The verified ledger.
        found: What else is against it already.

    Raises:
        PlanRefused: a rule says no.
        BudgetExhausted: the budget says no.
    """
    plan, policy, now = visit.plan, visit.settings.policy, visit.now
    spec_digest = default_spec().digest()
    standing = reckoning.standing(visit.store, entries, visit.coordinator)
    refusals = [*consent.screen(plan, policy, now, spec_digest, standing), *found]
    if rounds.answered_otherwise(visit.store, plan):
        reason = "This round was answered already, for another plan."
        refusals.append(Refusal("round-reused", reason))
    if refusals:
        raise refuse(visit, refusals)
    cost = reckoning.cost(policy, plan, entries, now)
    refusals = consent.agree(plan, policy, cost.after, now, spec_digest, standing, cost.quarter)
    if refusals:
        raise refuse(visit, reckoning.with_rounds_left(refusals, policy, plan, entries, now))
    return cost


def agree_and_reserve(
    visit: Visit, entries: Sequence[LedgerEntry], found: Sequence[Refusal] = ()
) -> tuple[LedgerEntry, Cost]:
    """Decide on the ledger as it is, charge only if it is still so; else look again.

    Args:
        visit: The plan.
        entries: The verified ledger.
        found: What else is against it already.

    Raises:
        PlanRefused: a rule says no.
        BudgetExhausted: the budget says no.
        DatabaseBusy: another process keeps writing.
    """
    store, plan = visit.store, visit.plan
    for _ in range(_ATTEMPTS):
        cost = decide(visit, entries, found)
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


def clock(now: datetime) -> Callable[[], datetime]:
    """What time it is now that so much of it has passed since `now`."""
    began_s = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began_s)


@contextmanager
def voided_on_failure(
    visit: Visit, reservation: LedgerEntry, later: Callable[[], datetime]
) -> Iterator[None]:
    """Whatever fails in charged work, nothing leaves, the charge stays, and the diary says so."""
    try:
        yield
    except Exception as e:
        # Best effort: without the void the reservation is charged all the same.
        with suppress(UserFacing):
            ledger.void(visit.store, visit.identity, reservation, later())
        note(visit, "failed", later(), (Refusal(code_of(e), type(e.__cause__ or e).__name__),))
        raise


def release(
    visit: Visit,
    reservation: LedgerEntry,
    tensors: Tensors,
    now: datetime,
    masked: str = "",
    also: Also | None = None,
) -> RoundReport:
    """Commit, sign and keep the report: what this returns may leave.

    Args:
        visit: The plan that is answered.
        reservation: What was charged.
        tensors: Noised; empty in a secure sum.
        now: Aware time.
        masked: SHA-256 of the masked vector, in a secure sum.
        also: What else is written in the same transaction.
    """
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
        masked=masked,
    )
    return rounds.release(visit.store, visit.identity, reservation, report, now, also)


def refuse(visit: Visit, refusals: Sequence[Refusal]) -> PlanRefused | BudgetExhausted:
    """Write the refusals into the diary; the error to raise."""
    note(visit, "refused", visit.now, tuple(refusals))
    return refused(refusals)


def note(visit: Visit, outcome: str, now: datetime, reasons: tuple[Refusal, ...] = ()) -> None:
    """The diary for people. The ledger is what counts, so a diary that cannot be written is let go."""
    with suppress(StoreError):
        rounds.note(visit.store, visit.plan, outcome, now, reasons)
