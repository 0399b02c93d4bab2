"""What a plan of league noise says of its sum, and its learning rate: from public figures only; pure.

The coordinator makes its plans with it, and `client.evaluate` the same ones without a network.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from common import layout
from common.errors import InputError
from common.league_step import league_noise_std
from common.privacy import DELTA_BY_TIER, TIER_LIMIT
from common.recipe import Recipe
from common.rounds import RoundPlan, Task
from common.secagg.encoding import MAX_BITS, MAX_WEIGHT, Codec, League, choose
from common.secagg.roster import (
    LEAST_GROUP,
    LEAST_HONEST,
    Roster,
    least_threshold,
    usual_threshold,
)
from common.secagg.shares import LeagueNoise
from common.secagg.terms import LeagueTerms

#: How far above its own standard deviation a noisy figure may be before it is no accident.
SLACK = 6.0


class LeagueOptions(Protocol):
    """What an operator chooses for a league; `server.options.RunOptions` is one."""

    @property
    def colluders(self) -> int:
        """f, so many merchants of a round may be on the coordinator's side."""

    @property
    def threshold(self) -> int:
        """Fewest merchants in a sum; 0 = two thirds of those asked."""

    @property
    def bits(self) -> int:
        """Sums are modulo 2^bits, or more where a league is too large for it."""


def least_league(options: LeagueOptions) -> int:
    """Fewest merchants whose sum protects anybody."""
    return max(LEAST_GROUP, options.colluders + LEAST_HONEST, options.threshold)


def threshold_of(options: LeagueOptions, n: int) -> int:
    """Survivors that a sum of n merchants needs: the operator's choice, never below what is safe."""
    if options.threshold:
        return max(options.threshold, least_threshold(n, options.colluders))
    return usual_threshold(n, options.colluders)


def most_shoppers(plan: RoundPlan) -> float:
    """Public bound on the shoppers in one sum: a merchant of the largest tier that may answer.

    A merchant refuses a plan whose delta is too large for its size, so delta bounds the size.
    """
    tiers = [tier for tier, delta in DELTA_BY_TIER.items() if delta >= plan.delta]
    rate = plan.sampling_rate if plan.task is Task.TRAIN else 1.0
    expected = rate * max((TIER_LIMIT[tier] for tier in tiers), default=0)
    return expected + SLACK * math.sqrt(expected)


def league_terms(
    plan: RoundPlan, options: LeagueOptions, names: Collection[str], roster: Roster, n_asked: int
) -> LeagueTerms:
    """What the plan says of its sum.

    Args:
        plan: The draft, with noise and clip norm, without a league.
        options: Of the run: colluders, threshold, bits.
        names: Tensors that the run trains.
        roster: Whose keys may take part.
        n_asked: How many merchants are asked; at least `least_league`.

    Raises:
        InputError: no modulus is large enough for a league of this size.
        ValueError: too few merchants for these options.
    """
    train = plan.task is Task.TRAIN
    dimension = layout.size(plan.tensors, names) if train else 2 * plan.n_bins
    threshold = threshold_of(options, n_asked)
    wanted = League(
        dimension=dimension,
        clip_norm=plan.clip_norm,
        sigma=plan.noise_multiplier,
        n_min=threshold,
        n_max=n_asked,
        f=options.colluders,
        weight=min(most_shoppers(plan), MAX_WEIGHT),
        bits=options.bits,
    )
    codec, noise = roomy(wanted, f"{plan.run_id}/{plan.round}")
    return LeagueTerms(codec, noise, roster.digest(), threshold, options.colluders)


def roomy(wanted: League, seed: str) -> tuple[Codec, LeagueNoise]:
    """With the modulus that was asked for, or a larger one where the sum would not fit.

    Raises:
        InputError: even the largest does not fit.
    """
    for bits in range(wanted.bits, MAX_BITS, 8):
        with contextlib.suppress(InputError):
            return choose(replace(wanted, bits=bits), seed=seed)
    return choose(replace(wanted, bits=MAX_BITS), seed=seed)


def with_rate(plan: RoundPlan, recipe: Recipe, n_asked: int) -> RoundPlan:
    """The plan with the learning rate at which this round's noise moves a weight by `step_noise`.

    The noise of a sum is the same for a small league and a large one, the divisor is not: at one
    rate for all, a league of eight would drown in noise and one of two hundred would crawl.
    Public figures only. Never above the recipe's rate.
    """
    if plan.league is None or not recipe.step_noise:
        return plan
    noise = league_noise_std(plan, n_asked)
    rate = recipe.step_noise * plan.expected_batch * n_asked / noise
    return replace(plan, learning_rate=min(recipe.learning_rate, rate))
