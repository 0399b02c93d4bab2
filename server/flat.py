"""Flat: whether the last rounds together moved the weights by more than their noise; free of charge, pure.

Only released updates are looked at, so it is post-processing of what merchants were charged for already
(Dwork & Roth 2014, proposition 2.1). A run is calibrated for all of its rounds, and one that stops early
spends less. Another evaluation on the way would tell more, but every merchant would pay for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.league_step import league_noise_std
from common.rounds import RoundPlan, Tensors

#: Standard deviations above pure noise from which on rounds count as moving: noise alone is above
#: it in one window of forty.
STRIKING = 2.0


@dataclass(frozen=True, slots=True)
class Move:
    """What one round's merchants moved the weights by, on average, before the server's momentum.

    Attributes:
        mean: float64 [d].
        noise_std: Of one value of `mean`.
    """

    mean: NDArray[np.float64]
    noise_std: float


def move(velocity: Tensors, before: Tensors, momentum: float, noise_std: float) -> Move:
    """The mean update of a round, from the server's velocity after and before it."""
    parts = []
    for name in sorted(velocity):
        old = before.get(name)
        now = velocity[name].astype(np.float64)
        parts.append((now if old is None else now - momentum * old.astype(np.float64)).ravel())
    return Move(np.concatenate(parts), noise_std)


def noise_std(plan: RoundPlan, n: int) -> float:
    """Standard deviation of the noise in one value of the mean of n merchants' updates.

    Own noise of s steps adds up to sqrt(s) sigma C each; a proximal pull only makes it smaller.
    """
    scale = plan.learning_rate / (plan.expected_batch * n)
    if plan.league is not None:
        return scale * league_noise_std(plan, n)
    return scale * plan.noise_multiplier * plan.clip_norm * math.sqrt(plan.local_steps * n)


def excess(moves: Sequence[Move]) -> float:
    """|sum of moves|^2 against what their noise alone gives, in its standard deviations.

    Noise alone has mean d v and standard deviation v sqrt(2 d), v the sum of the variances (chi-squared
    with d degrees of freedom). Steps that go one way add up; noise does not.
    """
    total = np.sum([m.mean for m in moves], axis=0)
    v, d = sum(m.noise_std**2 for m in moves), len(total)
    if not v or not d:
        return math.inf
    return (float(total @ total) - d * v) / (v * math.sqrt(2 * d))


def is_flat(moves: Sequence[Move], rounds: int) -> bool:
    """Whether so many rounds are over and the last of them, together, went nowhere; 0 rounds = never."""
    if rounds < 1 or len(moves) < rounds:
        return False
    return excess(moves[-rounds:]) <= STRIKING
