"""Several noisy steps on large tables: the noise of rows that no step reads is drawn once, before anything leaves.

Plain SGD adds independent N(0, s^2) to every row in every step. A row that no shopper of a step has is
neither read nor moved by anything else in that step, so n such draws in a row may be one draw of
N(0, n s^2): the weights that leave, and all that is computed on the way, have the same distribution.
It does not hold with momentum or a pull at the client, which read every row in every step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from client.dataset import ShopperBatch
from client.engine.nouns import ClippedSums, Sums
from client.noise import Noise, add_noise
from common.errors import InternalError
from common.rounds import RoundPlan

#: From so many ids on it pays (docs/model.md); below, to find out which rows are read costs more.
WORTH_FROM = 50_000


def lends_itself(plan: RoundPlan, engine: ClippedSums, n_ids: int) -> bool:
    """Whether rows' noise may be owed in this round, and whether that saves anything."""
    whole = plan.proximal == 0 and engine.name == "fast"
    return whole and plan.local_steps > 1 and n_ids >= WORTH_FROM


@dataclass(slots=True)
class Owed:
    """Tables whose rows owe noise.

    Attributes:
        tables: float32 [V, m] by name, written in place.
        plan: Its noise, rate and divisor.
        steps: int64 [V], noisy steps that a row has not had yet.
    """

    tables: dict[str, NDArray[np.float32]]
    plan: RoundPlan
    steps: NDArray[np.int64]

    @classmethod
    def of(cls, plan: RoundPlan, names: Iterable[str]) -> Owed:
        """Copies of the plan's tables; nothing is owed yet.

        Raises:
            InternalError: the tables are of different lengths.
        """
        tables = {n: np.array(plan.tensors[n], np.float32) for n in names}
        lengths = {len(t) for t in tables.values()}
        if len(lengths) != 1:
            raise InternalError("tables that share ids must be of one length")
        return cls(tables, plan, np.zeros(lengths.pop(), np.int64))

    def settle(self, rows: NDArray[np.int64], noise: Noise) -> None:
        """Give these rows (int64 [M], each once) all the noise that they owe."""
        owing = self.steps[rows]
        for number in range(1, int(owing.max(initial=0)) + 1):
            self._move(rows[owing == number], None, float(np.sqrt(number)), noise)
        self.steps[rows] = 0

    def step(self, rows: NDArray[np.int64], sums: Sums, noise: Noise) -> None:
        """One noisy step: of these rows now, of all others later.

        Args:
            rows: Those that the step's shoppers have; they owe nothing.
            sums: Their clipped sums, by table, [M, m].
            noise: The generator.
        """
        self.steps += 1
        self.steps[rows] = 0
        self._move(rows, sums, 1.0, noise)

    def _move(self, rows: NDArray[np.int64], sums: Sums | None, times: float, noise: Noise) -> None:
        std = times * self.plan.noise_multiplier * self.plan.clip_norm
        rate, divisor = np.float32(self.plan.learning_rate), np.float32(self.plan.expected_batch)
        for name, table in self.tables.items():
            total = np.zeros((len(rows), table.shape[1])) if sums is None else sums[name]
            table[rows] -= rate * (add_noise(total, std, noise) / divisor)

    def done(self, noise: Noise) -> dict[str, NDArray[np.float32]]:
        """The tables, with no noise owed."""
        self.settle(np.flatnonzero(self.steps), noise)
        if self.steps.any():
            raise InternalError("a table owes noise and must not leave")
        return self.tables


def compact(batch: ShopperBatch, n_ids: int) -> tuple[NDArray[np.int64], ShopperBatch]:
    """The ids of a batch, each once and rising, and the batch with their places instead of them."""
    there = np.zeros(n_ids, bool)
    ids = batch.ids.numpy()
    if ids.size and (ids.min() < 0 or ids.max() >= n_ids):
        raise InternalError("an id is outside of the table")
    there[ids.reshape(-1)] = True
    rows = np.flatnonzero(there)
    place = np.cumsum(there) - 1
    return rows, replace(batch, ids=torch.from_numpy(place[ids]))
