"""The masked stage: agree again, charge, add up, noise, mask; commit and memory in one transaction, then send."""

from __future__ import annotations

from client.inside import SumWork, noised_sum
from client.league import rules
from client.league.sessions import Session
from client.refusals import refused
from client.store import ledger, roster, sums
from client.visit import Visit, agree_and_reserve, clock, note, release, voided_on_failure
from common.errors import Refusal
from common.rounds import RoundReport
from common.secagg.messages import MaskedSum, ShareList


def masked(
    visit: Visit, session: Session, told: ShareList, work: SumWork | None
) -> tuple[RoundReport, MaskedSum] | Refusal:
    """The one message of a round that depends on rows, and the report that names it.

    Whatever fails, the session is over and nothing leaves; what was charged by then stays charged.

    Raises:
        PlanRefused: the policy, the list of merchants or the budget say no by now.
        LedgerBroken: the ledger does not hold.
        TrainingError: the work failed.
    """
    found = session.client.prepare(told)
    if found is not None:
        return found
    try:
        return _charged(visit, session, work)
    except BaseException:
        session.client.close("This shop could not answer the masked stage.")
        raise


def _charged(visit: Visit, session: Session, work: SumWork | None) -> tuple[RoundReport, MaskedSum]:
    plan, later = visit.plan, clock(visit.now)
    entries = ledger.checked(visit.store, visit.identity.public)
    found = [*rules.problems(plan, visit.settings.policy), *_pin(visit, session)]
    reservation, _ = agree_and_reserve(visit, entries, found)
    with voided_on_failure(visit, reservation, later):
        vector = noised_sum(visit.store, visit.settings, plan, work)
        made = session.client.masked(vector, session.memory)
        if isinstance(made, Refusal):
            raise refused([made], safe="Nothing was sent. The attempt stays charged.")
        message, remembered = made
        report = release(
            visit,
            reservation,
            {},
            later(),
            masked=message.statement.content,
            also=lambda conn: sums.sending(conn, session.task, plan.task),
        )
    session.memory = remembered
    note(visit, "answered", later())
    return report, message


def _pin(visit: Visit, session: Session) -> list[Refusal]:
    """The owner may have changed the list since the round began."""
    pinned = roster.standing(visit.store, visit.coordinator).pinned
    if pinned is not None and pinned.roster == session.client.terms.roster:
        return []
    why = "The list of merchants that this shop goes by was changed during the round."
    return [Refusal("other-roster", why)]
