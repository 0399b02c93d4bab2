"""What an opened sum of league noise says: the step of the shared weights, or the score histogram; pure.

The coordinator moves the weights with it, and an auditor repeats it from the opened sum, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from common.layout import unflatten
from common.rounds import RoundPlan
from common.secagg.masks import Words
from common.secagg.terms import LeagueTerms


def league_update(
    plan: RoundPlan, names: Collection[str], total: Words, n_members: int
) -> dict[str, NDArray[np.float32]]:
    """The update of a DP-FedSGD round: minus the mean clipped gradient times the learning rate.

    -(learning_rate / (expected_batch * n_members)) * sum, in float64 and then float32: public
    figures only, so post-processing of the sum (Abadi et al. 2016; McMahan et al. 2018, with one
    step a round).

    Args:
        plan: Of the round; its tensors give names and shapes.
        names: Tensors that are trained.
        total: The opened sum modulo 2^bits, shape [length].
        n_members: Merchants in the sum.

    Raises:
        ValueError: the plan asks for no sum, or the sum is not of its length.
    """
    terms = _terms(plan)
    if n_members < 1:
        raise ValueError("nobody is in the sum")
    rate = plan.learning_rate / (plan.expected_batch * n_members)
    step = -rate * terms.codec.decode(total)
    parts = unflatten(step, plan.tensors, names)
    return {name: part.astype(np.float32) for name, part in parts.items()}


def league_histogram(plan: RoundPlan, total: Words) -> NDArray[np.float64]:
    """The summed noised score histogram of an EVALUATE round, [2, n_bins].

    Raises:
        ValueError: the plan asks for no sum, or the sum is not of its length.
    """
    return _terms(plan).codec.decode(total).reshape(2, plan.n_bins)


def league_noise_std(plan: RoundPlan, n_members: int) -> float:
    """Standard deviation of the noise in one value of the decoded sum: all shares that arrived.

    A rotation keeps it: every value of the sum carries the same noise before and after.

    Raises:
        ValueError: the plan asks for no sum.
    """
    noise = _terms(plan).noise
    return noise.share_std * math.sqrt(n_members) / noise.scale


def _terms(plan: RoundPlan) -> LeagueTerms:
    if plan.league is None:
        raise ValueError("the plan asks for no secure sum")
    return plan.league
