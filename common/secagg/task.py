"""SumTask: the public terms of one secure sum, and the RoundMemory that no round is answered twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from common.canonical import digest
from common.errors import Refusal
from common.heads import is_digest
from common.secagg.masks import MAX_BITS, MIN_BITS

MAX_LENGTH = 1 << 26
MAX_NAME = 128


@dataclass(frozen=True, slots=True)
class SumTask:
    """One attempt at one sum. Every key, mask, share and signature is bound to its digest.

    Attributes:
        run_id: From the plan.
        round: From the plan; 1-based.
        attempt: 1-based; a new one has new keys. Possible until a masked sum was sent.
        plan_digest: The plan that is answered.
        roster_digest: The roster that everybody has pinned.
        threshold: t, the fewest merchants in a sum.
        colluders: f that threshold, graph and noise shares count on.
        bits: The sum is modulo 2^bits, 16..64.
        length: Numbers in a vector.
    """

    run_id: str
    round: int
    attempt: int
    plan_digest: str
    roster_digest: str
    threshold: int
    colluders: int
    bits: int
    length: int

    def __post_init__(self) -> None:
        numbers = (self.round, self.attempt, self.threshold, self.colluders, self.bits, self.length)
        if not all(type(n) is int for n in numbers) or not isinstance(self.run_id, str):
            raise ValueError("not a sum's task")
        if not is_digest(self.plan_digest) or not is_digest(self.roster_digest):
            raise ValueError("a task names its plan and its roster by digest")
        if not 1 <= len(self.run_id) <= MAX_NAME or min(self.round, self.attempt) < 1:
            raise ValueError("a task has a run, a round and an attempt")
        if not MIN_BITS <= self.bits <= MAX_BITS or not 1 <= self.length <= MAX_LENGTH:
            raise ValueError("the modulus or the length is out of bounds")
        if self.threshold < 2 or self.colluders < 0:
            raise ValueError("the threshold is out of bounds")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "run_id": self.run_id,
            "round": self.round,
            "attempt": self.attempt,
            "plan_digest": self.plan_digest,
            "roster_digest": self.roster_digest,
            "threshold": self.threshold,
            "colluders": self.colluders,
            "bits": self.bits,
            "length": self.length,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> SumTask:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown, out of bounds or of the wrong type.
        """
        try:
            return cls(**raw)
        except TypeError as e:
            raise ValueError("not a sum's task") from e

    def digest(self) -> str:
        """Names this very attempt."""
        return digest({"format": "hansa-sum-task-v1", **self.as_dict()})


@dataclass(frozen=True, slots=True)
class Joined:
    """The last round of a run in which this merchant took part."""

    round: int
    attempt: int
    plan_digest: str
    sent: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "round": self.round,
            "attempt": self.attempt,
            "plan_digest": self.plan_digest,
            "sent": self.sent,
        }


@dataclass(frozen=True, slots=True)
class RoundMemory:
    """What must outlive the process: the newest round of every run. Kept on disk by the caller.

    Two sums over almost the same merchants, with the same vectors, give the vectors of those in
    which they differ. So there is one masked sum a round: another needs a new round, a new plan, new
    noise and a new charge. Before it is sent, nothing depends on a row and an attempt costs nothing.
    """

    runs: Mapping[str, Joined] = field(default_factory=dict)

    def joined(self, task: SumTask) -> RoundMemory | Refusal:
        """The memory with this attempt in it, or why the merchant must not take part.

        Codes: "round-went-back", "round-reused", "round-answered", "attempt-went-back".
        """
        last = self.runs.get(task.run_id)
        if last is None or task.round > last.round:
            return self._with(task, sent=False)
        if task.round < last.round:
            why = f"Round {last.round} of this run was joined already; {task.round} is over."
            return Refusal("round-went-back", why)
        if task.plan_digest != last.plan_digest:
            why = f"Round {task.round} was joined under another plan."
            return Refusal("round-reused", why)
        if last.sent:
            why = f"A masked sum was sent in round {task.round}; there is one a round."
            return Refusal("round-answered", why)
        if task.attempt <= last.attempt:
            why = f"Attempt {last.attempt} of round {task.round} was joined already."
            return Refusal("attempt-went-back", why)
        return self._with(task, sent=False)

    def sending(self, task: SumTask) -> RoundMemory | Refusal:
        """The memory in which this task's masked sum is sent; to be on disk before it leaves."""
        joined = Joined(task.round, task.attempt, task.plan_digest, sent=False)
        if self.runs.get(task.run_id) != joined:
            return Refusal("round-answered", "This attempt was overtaken by another one.")
        return self._with(task, sent=True)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {run: j.as_dict() for run, j in self.runs.items()}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> RoundMemory:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or of the wrong type.
        """
        try:
            runs = {str(run): Joined(**j) for run, j in raw.items()}
        except (TypeError, AttributeError) as e:
            raise ValueError("not a memory of rounds") from e
        for j in runs.values():
            numbers = type(j.round) is int and type(j.attempt) is int
            if not numbers or not is_digest(j.plan_digest) or type(j.sent) is not bool:
                raise ValueError("not a memory of rounds")
        return cls(runs)

    def _with(self, task: SumTask, *, sent: bool) -> RoundMemory:
        now = Joined(task.round, task.attempt, task.plan_digest, sent)
        return replace(self, runs={**self.runs, task.run_id: now})
