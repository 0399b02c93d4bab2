"""The merchant's answer to each stage of a secure sum: agreed to before the first, charged at the masked one.

What a crash (kill -9) leaves behind: before the charge, nothing; between charge and commit, a charge
and nothing sent; after the commit (one transaction: commit, report, memory of the round), a round
whose vector is gone or on its way. In none of them can a second vector leave: the session is lost
with the process, and the disk says that the round was joined.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from client.inside import SumWork, dimension_of
from client.league import rules
from client.league.masking import masked
from client.league.sessions import SESSIONS, Session
from client.refusals import refused
from client.store import Store, roster, rounds, sums
from client.visit import Visit, begin, decide, note, refuse
from common.errors import HansaError, Refusal, StoreError
from common.keys import Identity, PublicIdentity
from common.privacy import PrivacyMode
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport
from common.secagg.client_side import SumClient
from common.secagg.messages import (
    AdvertiseKeys,
    KeyList,
    MaskedSum,
    Message,
    ShareList,
    SurvivorList,
    SurvivorProof,
    Up,
)
from common.secagg.roster import Roster
from common.secagg.task import SumTask
from common.settings import Settings

_log = logging.getLogger(__name__)

#: What a stage gives: the message that leaves, the masked sum with its report, or why not.
Answer = Up | tuple[RoundReport, MaskedSum] | Refusal

_LOST = (
    "This process knows nothing of the round: the node was restarted in the middle of it, or its "
    "deadline has passed. The secrets are gone and the round is lost for this shop."
)
_UNSENT = "Nothing that depends on a row was sent, and nothing was charged for this round."
_SENT = "The masked sum is charged; what would help to open it was not sent."


@dataclass(frozen=True, slots=True)
class Desk:
    """The shop at the moment a message comes in.

    Attributes:
        store: The shop.
        settings: As they are now; the policy may have changed since the stage before.
        identity: The merchant's.
        coordinator: The pinned key.
        now: Aware time; the policy's hours are read in its zone.
        code_digest: Of the program that runs, if known; kept in the ledger.
        work: Only tests bring their own.
    """

    store: Store
    settings: Settings
    identity: Identity
    coordinator: PublicIdentity
    now: datetime
    code_digest: str = ""
    work: SumWork | None = None

    @property
    def home(self) -> str:
        """Names the shop among the sessions of this process."""
        return str(self.store.home.resolve())

    def visit(self, plan: RoundPlan) -> Visit:
        """The plan at this shop's door."""
        who, code = self.coordinator, self.code_digest
        return Visit(self.store, self.settings, self.identity, plan, who, self.now, code)


def invited(
    desk: Desk, plan: RoundPlan, attempt: int, members: Roster, receipt: Receipt | None
) -> AdvertiseKeys:
    """Stage 1: agree to the plan, without a charge, and take part under two fresh keys.

    Args:
        desk: The shop.
        plan: As received.
        attempt: Of the round.
        members: The list of merchants that the plan's terms name by digest.
        receipt: For an earlier report, if one came with the plan; kept before anything else.

    Raises:
        PlanRefused: plan, terms, list or receipt do not hold, or the policy says no.
        BudgetExhausted: it would pass the merchant's limit.
        LedgerBroken: the ledger does not hold, or the receipt proves that it was rolled back.
    """
    visit = desk.visit(plan)
    entries = begin(visit, receipt, PrivacyMode.LEAGUE)
    terms = plan.league
    decide(visit, entries, rules.problems(plan, desk.settings.policy))
    if terms is None:  # consent said so already
        raise refuse(visit, [Refusal("league-terms", "The plan states no terms of a sum.")])
    found = rules.dimension_problem(plan, dimension_of(plan))
    if found is None and rounds.answered(desk.store, plan) is not None:
        found = Refusal(
            "round-answered", "This plan was answered already; there is one sum a round."
        )
    if found is not None:
        raise refuse(visit, [found])
    try:
        task = terms.task(plan.run_id, plan.round, attempt, plan.digest())
    except ValueError as e:
        raise refuse(visit, [Refusal("league-terms", f"The sum's terms: {e}.")]) from e
    return _join(desk, visit, task, members)


def _join(desk: Desk, visit: Visit, task: SumTask, members: Roster) -> AdvertiseKeys:
    """Compare the list of merchants with the pinned one; remember the round; open a session."""
    plan, policy, store = visit.plan, desk.settings.policy, desk.store
    before = sums.memory(store, plan.run_id, plan.task)
    opened = SumClient.open(desk.identity, members, rules.floors(policy), task, before)
    if isinstance(opened, Refusal):
        raise refuse(visit, [opened])
    client, after = opened
    first_use = policy.league_pin == "first-use"
    changed = roster.offered(store, desk.coordinator, members, desk.now, first_use=first_use)
    if changed is not None:
        raise refuse(visit, [changed])
    keys = client.advertise()
    if isinstance(keys, Refusal):
        raise refuse(visit, [keys])
    sums.join(store, plan, task, before, after, desk.now)
    deadline = datetime.fromisoformat(plan.deadline_at)
    SESSIONS.add(Session(desk.home, plan, task, client, after, deadline))
    return keys


def went_on(desk: Desk, message: Message) -> Up | tuple[RoundReport, MaskedSum]:
    """Stages 2 to 5: the answer to one of the coordinator's lists.

    The masked stage agrees again, on what is known now, and charges before any row is touched.

    Raises:
        PlanRefused: the list does not hold, comes twice, late or early, the policy says no by now,
            or this process knows nothing of the round (code "round-lost").
        BudgetExhausted: it would pass the merchant's limit by now.
        LedgerBroken: the ledger does not hold.
        TrainingError: the work failed. It stays charged.
    """
    session = SESSIONS.find(desk.home, message.task, desk.now)
    if session is None:
        raise _lost(desk, message.task)
    visit = desk.visit(session.plan)
    if desk.settings.policy.paused:
        session.client.close("The merchant has paused taking part.")
        said: Answer = Refusal("paused", "The merchant has paused taking part.")
    else:
        said = _answer(desk, visit, session, message)
    if not isinstance(said, Refusal):
        return said
    note(visit, "refused", desk.now, (said,))
    _log.warning("round %d of %s: %s", session.plan.round, session.plan.run_id, said.reason)
    raise refused([said], safe=_SENT if session.sent else _UNSENT, todo="")


def _answer(desk: Desk, visit: Visit, session: Session, message: Message) -> Answer:
    match message:
        case KeyList():
            found = rules.group_problem(session.plan, len(message.keys))
            if found is not None:
                session.client.close(found.reason)
            return found or session.client.share(message)
        case ShareList():
            return masked(visit, session, message, desk.work)
        case SurvivorList():
            return session.client.confirm(message)
        case SurvivorProof():
            return session.client.unmask(message)
        case _:
            return Refusal("bad-message", "This is not a message of a coordinator.")


def _lost(desk: Desk, task: str) -> HansaError:
    """Nobody's message: the process was restarted, the deadline passed, or it was never joined."""
    no = Refusal("round-lost", _LOST)
    joined = sums.named(desk.store, task)
    if joined is not None:
        about = rounds.About(joined.plan_digest, joined.run_id, joined.round, joined.task)
        with suppress(StoreError):
            rounds.note(desk.store, about, "refused", desk.now, (no,))
    return refused([no], safe=_SENT if joined is not None and joined.sent else _UNSENT, todo="")
