"""Sessions: the secure sums that this process is in the middle of. In memory only: a restart loses them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common.rounds import RoundPlan
from common.secagg.client_side import SumClient
from common.secagg.messages import Stage
from common.secagg.task import RoundMemory, SumTask

#: A coordinator has a few runs on at once; the oldest session makes room.
MOST = 16
_OVER = (Stage.DONE, Stage.CLOSED)


@dataclass(slots=True)
class Session:
    """One merchant in one attempt at one sum.

    Attributes:
        home: The shop's folder.
        plan: As it was agreed to.
        task: The attempt.
        client: The protocol's state, with its secrets.
        memory: As it stands on the disk.
        deadline: The plan's; the session is closed then.
    """

    home: str
    plan: RoundPlan
    task: SumTask
    client: SumClient
    memory: RoundMemory
    deadline: datetime

    @property
    def is_open(self) -> bool:
        """Whether a stage is still to come."""
        return self.client.stage not in _OVER

    @property
    def sent(self) -> bool:
        """Whether the masked sum was made."""
        return self.client.stage in (Stage.CONFIRM, Stage.UNMASK, Stage.DONE) or any(
            j.sent for j in self.memory.runs.values()
        )


class Sessions:
    """All of one process, by shop and digest of the task."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], Session] = {}

    def add(self, session: Session) -> None:
        """Keep it; an older one of the same run and kind is over, as its coordinator went on."""
        for key, other in list(self._all.items()):
            same = (other.plan.run_id, other.plan.task) == (session.plan.run_id, session.plan.task)
            if other.home == session.home and same:
                self.drop(key, "The coordinator went on to another round.")
        mine = [key for key in self._all if key[0] == session.home]
        for key in mine[: max(0, len(mine) - MOST + 1)]:
            self.drop(key, "Too many sums are open at once.")
        self._all[session.home, session.task.digest()] = session

    def find(self, home: str, task: str, now: datetime) -> Session | None:
        """The session that a message belongs to; None if there is none (any more)."""
        self.expire(now)
        return self._all.get((home, task))

    def expire(self, now: datetime) -> None:
        """Close whatever is past its plan's deadline."""
        for key, session in list(self._all.items()):
            if now > session.deadline:
                self.drop(key, "The plan's deadline has passed.")

    def drop(self, key: tuple[str, str], why: str) -> None:
        """Close one and let its secrets go."""
        session = self._all.pop(key, None)
        if session is not None:
            session.client.close(why)

    def is_open(self, home: str, now: datetime) -> bool:
        """Whether this shop waits for the next stage of a sum."""
        self.expire(now)
        return any(s.home == home and s.is_open for s in list(self._all.values()))


#: Of this process.
SESSIONS = Sessions()
