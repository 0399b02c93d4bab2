"""One line of what the merchant's node does, and what a message that came in is about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from client.league.sessions import SESSIONS
from client.league.words import in_words, is_stage
from common import wire
from common.flower.fleet import Message
from common.rounds import RoundPlan


def now_text() -> str:
    """The time, as a status line says it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Status:
    """One line of what the node does.

    Attributes:
        state: connecting, online, training, sent, refused, installed, offline or stopped.
        note: One sentence for a person; no value of a row.
        run_id: Of the plan, if any.
        round: Of the plan, 0 if none.
        code: Why something was refused.
    """

    state: str
    note: str = ""
    run_id: str = ""
    round: int = 0
    task: str = ""
    code: str = ""
    at: str = field(default_factory=now_text)


def about_message(home: Path, message: Message) -> Status:
    """What the message is about."""
    if message.metadata.message_type == wire.BUNDLE:
        return Status("training", task="bundle")
    content = message.content
    try:
        if message.metadata.message_type != wire.SUM:
            return _of(wire.plan_from_records(wire.take_receipt(content)[0]))
        if not is_stage(content):
            plan, _, members = wire.invite_from_records(wire.take_receipt(content)[0])
            n = len(members.members)
            return replace(_of(plan), note=f"Invited to a secure sum; {n} merchants in the list.")
        told = wire.sum_from_records(content)
    except ValueError:
        return Status("training")
    session = SESSIONS.find(str(home.resolve()), told.task, datetime.now(UTC))
    about = _of(session.plan) if session else Status("training")
    return replace(about, note=in_words(told))


def _of(plan: RoundPlan) -> Status:
    return Status("training", run_id=plan.run_id, round=plan.round, task=plan.task.value)
