"""answer(): the only way out. A signed plan in; consent, charge, train, commit; a signed report out.

What a crash (kill -9) leaves behind, step by step:

- before `reserve`: nothing happened;
- between `reserve` and `release`: charged, nothing left; the same plan again is a new charge;
- after `release` (one transaction: commit, signature, bytes): the same plan again gets the same
  bytes, nothing is trained and nothing is charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from client.consent import fits
from client.inside import Work, check, make
from client.reckoning import Cost
from client.refusals import code_of, reason_of, refused
from client.store import Store, held, rounds
from client.visit import (
    Visit,
    agree_and_reserve,
    begin,
    clock,
    note,
    release,
    voided_on_failure,
)
from client.watch import preview
from common.errors import BudgetExhausted, PlanRefused, Refusal
from common.keys import Identity, PublicIdentity
from common.ledger import LedgerEntry
from common.privacy import PrivacyMode
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport
from common.settings import Settings

__all__ = ["Work", "answer", "code_of", "reason_of"]

_HELD = Refusal("held", "The report was made and waits for the merchant's yes.")


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
    visit = Visit(store, settings, identity, plan, coordinator, now, code_digest, work)
    entries = begin(visit, receipt, PrivacyMode.OWN)
    if not settings.policy.paused:
        made = _made_before(visit, entries)
        if made is not None:
            return made
    found = tuple(fits(plan)) if work is None else ()
    reservation, cost = agree_and_reserve(visit, entries, found)
    return _perform(visit, reservation, cost)


def _made_before(visit: Visit, entries: Sequence[LedgerEntry]) -> RoundReport | None:
    """The report that was made for this very plan, if one was and it may leave.

    Raises:
        PlanRefused: it is held, or the merchant (or time) said no to it.
    """
    store, plan = visit.store, visit.plan
    stored = rounds.answered(store, plan)
    if stored is not None:
        note(visit, "resent", visit.now)
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
    report = release(visit, entries[waiting.reservation], tensors, visit.now)
    held.sent(store, plan.digest())
    note(visit, "answered", visit.now)
    return report


def _perform(visit: Visit, reservation: LedgerEntry, cost: Cost) -> RoundReport:
    """The charged work. Whatever fails, nothing leaves and the charge stays."""
    later = clock(visit.now)
    holds = visit.settings.policy.hold
    with voided_on_failure(visit, reservation, later):
        made = make(visit.store, visit.settings, visit.plan, visit.work, watched=holds)
        if not holds:
            report = release(visit, reservation, made.tensors, later())
        else:
            shown = preview(
                visit.plan, made.tensors, cost.before, cost.after, made.watch, made.membership
            )
            held.keep(visit.store, reservation, visit.plan, made.tensors, shown, later())
    if holds:
        note(visit, "refused", later(), (_HELD,))
        raise _held()
    note(visit, "answered", later())
    return report


def _held() -> PlanRefused | BudgetExhausted:
    return refused(
        [_HELD],
        safe="Nothing was sent. The charge is in the ledger.",
        todo="'hansa hold list' shows what waits; 'hansa hold send' lets it go.",
    )
