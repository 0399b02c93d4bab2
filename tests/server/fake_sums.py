"""A league with secure sums without a network: merchants with the protocol's real clients, over a fake grid."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from flwr.app import Error, Message

from common import wire
from common.errors import Refusal
from common.privacy import PrivacyMode
from common.recipe import Recipe
from common.rounds import RoundPlan, Task
from common.secagg.client_side import SumClient
from common.secagg.discrete import system_source
from common.secagg.messages import KeyList, MaskedSum, ShareList, Stage, SurvivorList
from common.secagg.roster import Floors
from common.secagg.task import RoundMemory
from server.options import RunOptions
from tests.server.fake_league import League, Shop, options

SUMS = Recipe(
    rounds=3, local_steps=1, sampling_rate=0.25, clip_norm=0.2, learning_rate=6.0,
    expected_batch=10.0, server_momentum=0.5, n_bins=4, evaluate_noise_multiplier=0.5,
)  # fmt: skip


def sum_options(**changes: object) -> RunOptions:
    base = {
        "mode": PrivacyMode.LEAGUE, "recipe": SUMS, "stage_s": 0.15, "straggler_s": 0.15,
        "round_s": 2.0, "merchants_min": 3,
    }  # fmt: skip
    return options(**(base | changes))


class SumShop(Shop):
    """A merchant in secure sums. `leaves[round]`: the stage from which on it says nothing.

    `refuses[round]`: the stage that it answers with an error; `changes` is what it does to its
    masked stage's report and vector.
    """

    def __init__(self, name: str, node_id: int, value: float = 1.0) -> None:
        super().__init__(name, node_id, value=value)
        self.leaves: dict[int, Stage] = {}
        self.refuses: dict[int, Stage] = {}
        self.changes: Callable[[object, MaskedSum], tuple[object, MaskedSum]] | None = None
        self.floors = Floors(3, 3, 1)
        self.memory, self.round, self.stages = RoundMemory(), 0, []
        self.pinned = None
        self.client: SumClient | None = None
        self.plan: RoundPlan | None = None
        self.sums: dict[int, np.ndarray] = {}

    def answer(self, message: Message) -> Message | None:
        if message.metadata.message_type != wire.SUM:
            return super().answer(message)
        stage, made = self._made(message)
        self.stages.append((self.round, stage))
        gone = [Stage.KEYS, Stage.SHARES, Stage.MASKED, Stage.CONFIRM, Stage.UNMASK]
        last = self.leaves.get(self.round)
        if last is not None and gone.index(stage) >= gone.index(last):
            return None
        if self.refuses.get(self.round) is stage:
            return Message(Error(code=2, reason="PlanRefused:no-league"), reply_to=message)
        if isinstance(made, Refusal):
            return Message(Error(code=2, reason=f"PlanRefused:{made.code}"), reply_to=message)
        return Message(made, reply_to=message)

    def _made(self, message: Message) -> tuple[Stage, object]:
        content, receipt = wire.take_receipt(message.content)
        if "invite" in content:
            self.take(receipt)
            return Stage.KEYS, self._join(*wire.invite_from_records(content))
        told = wire.sum_from_records(content)
        if isinstance(told, ShareList):
            return Stage.MASKED, self._masked(told)
        if isinstance(told, KeyList):
            stage, said = Stage.SHARES, self.client.share(told)
        elif isinstance(told, SurvivorList):
            stage, said = Stage.CONFIRM, self.client.confirm(told)
        else:
            stage, said = Stage.UNMASK, self.client.unmask(told)
        return stage, said if isinstance(said, Refusal) else wire.sum_to_records(said)

    def _join(self, plan: RoundPlan, attempt: int, roster: object) -> object:
        self.plan, self.round = plan, plan.round
        self.asked.append((plan.round, plan.digest()))
        self.pinned = self.pinned or roster
        task = plan.league.task(plan.run_id, plan.round, attempt, plan.digest())
        opened = SumClient.open(self.identity, self.pinned, self.floors, task, self.memory)
        if isinstance(opened, Refusal):
            return opened
        self.client, self.memory = opened
        return wire.sum_to_records(self.client.advertise())

    def total(self, plan: RoundPlan) -> np.ndarray:
        """What a test's merchant has learned: a clipped sum."""
        n = plan.league.codec.dimension
        if plan.task is Task.EVALUATE:
            return np.array([9.0, 5, 2, 1, 1, 1, 3, 4])
        return np.full(n, self.value, np.float64)

    def _masked(self, told: ShareList) -> object:
        found = self.client.prepare(told)
        if found:
            return found
        terms = self.plan.league
        self.sums[self.plan.round] = self.total(self.plan)
        vector = terms.codec.noised(self.sums[self.plan.round], terms.noise, system_source())
        made = self.client.masked(vector, self.memory)
        if isinstance(made, Refusal):
            return made
        said, self.memory = made
        self.trained += 1
        digest = hashlib.sha256(said.vector).hexdigest()
        report = self.ledger.report(self.plan, {}, masked=digest)
        if self.changes:
            report, said = self.changes(report, said)
        return wire.masked_to_records(report, said)


def sum_shops(n: int) -> list[SumShop]:
    return [SumShop(f"shop{i}", 2**63 + i, value=(i + 1) / 10) for i in range(n)]


def sum_league(folder: Path, n: int, chosen: RunOptions | None = None) -> League:
    return League(folder, sum_shops(n), chosen or sum_options())
