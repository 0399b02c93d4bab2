"""league_terms(): the secure sum of one round, from public figures and from who is online; pure."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import replace

from common import layout
from common.errors import InputError
from common.league_step import league_noise_std
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
from server.admission import most_shoppers
from server.options import RunOptions


def least_merchants(options: RunOptions) -> int:
    """Fewest merchants that a league round can be asked of; a sum of fewer would protect nobody."""
    least = max(LEAST_GROUP, options.colluders + LEAST_HONEST, options.threshold)
    return max(least, options.merchants_min)


def threshold_of(options: RunOptions, n: int) -> int:
    """Survivors that a sum of n merchants needs: the operator's choice, never below what is safe."""
    if options.threshold:
        return max(options.threshold, least_threshold(n, options.colluders))
    return usual_threshold(n, options.colluders)


def check_league(options: RunOptions, n_enrolled: int) -> None:
    """Before a run is opened.

    Raises:
        InputError: the league is too small for league noise with these options.
    """
    least = least_merchants(options) * (2 if options.halves else 1)
    if n_enrolled >= least:
        return
    raise InputError(
        f"A run with league noise and {options.colluders} colluding merchants needs at least "
        f"{least} merchants; {n_enrolled} are enrolled.",
        safe="No merchant was asked anything.",
        todo="Enrol more merchants, or run with: --mode own",
    )


def league_terms(
    plan: RoundPlan, options: RunOptions, names: Collection[str], roster: Roster, n_asked: int
) -> LeagueTerms:
    """What the plan says of its sum.

    Args:
        plan: The draft, with noise and clip norm, without a league.
        options: Of the run: colluders, threshold, bits.
        names: Tensors that the run trains.
        roster: Whose keys may take part.
        n_asked: How many merchants are asked; at least `least_merchants`.

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
    codec, noise = _roomy(wanted, f"{plan.run_id}/{plan.round}")
    return LeagueTerms(codec, noise, roster.digest(), threshold, options.colluders)


def _roomy(wanted: League, seed: str) -> tuple[Codec, LeagueNoise]:
    """With the modulus that was asked for, or a larger one where the sum would not fit."""
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
