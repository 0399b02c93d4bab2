"""TargetingNet alone and together: without privacy, with own noise, with league noise; no network.

Clipping, sampling, encoding, shares of noise, decoding, the step and the accounting are the
product's own functions; only the messages are left out (a sum under masks is the plain sum,
tests/common/secagg). All merchants' shoppers go through one call, since a sum of sums is a sum:
their order, by number of rows, only spares padding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from client.comparator import predict, train_plain
from client.evaluate.arrange import by_size, parts, pooled
from client.evaluate.nouns import Case, NotPossible, Scored
from client.evaluate.plain import (
    LOCAL_DECAY,
    PLAIN_ROUNDS,
    alone,
    make_plan,
    without_privacy,
)
from client.noise import Noise
from client.sums import clipped_total
from client.train import train
from common.accounting import calibrate
from common.averaging import Arrays, aggregate, tail_mean
from common.keys import Identity
from common.layout import unflatten
from common.league_plan import league_terms, least_league, with_rate
from common.league_step import league_update
from common.model import initial_tensors, trainable
from common.privacy import (
    Mechanism,
    MechanismKind,
    PrivacyBudget,
    PrivacyMode,
    PrivacyUnit,
)
from common.recipe import Recipe, for_epsilon
from common.rounds import RoundPlan
from common.secagg.discrete import Source, gaussian, system_source
from common.secagg.encoding import MAX_WEIGHT
from common.secagg.masks import Words
from common.secagg.roster import Roster
from common.secagg.terms import LeagueTerms

Update = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class LeagueOptions:
    """What `hansa-server run --mode league` takes unless the operator says otherwise."""

    colluders: int = 1
    threshold: int = 0
    bits: int = 32


def local(case: Case, noise: Noise) -> Scored:
    """Each merchant alone, no privacy: the same network and steps, with weight decay."""
    start, every = initial_tensors(case.spec), []
    recipe = replace(case.own, heads=case.heads)
    for m in case.merchants:
        if not m.before.data.n_rows:
            every.append(start)
            continue
        plan = make_plan(case.spec, alone(recipe, m.before.data), start, 1, 1.0, case.delta)
        update = train_plain(
            plan, case.spec, m.before.data, noise, weight_decay=LOCAL_DECAY
        ).tensors
        every.append({k: start[k] + update[k] if k in update else start[k] for k in start})
    return scored(case, every)


def federated(case: Case, noise: Noise, rounds: int = PLAIN_ROUNDS) -> Scored:
    """All together, no privacy: the mean of everybody's steps."""
    shops = [m.before.data for m in case.merchants]
    recipe = without_privacy(replace(case.own, heads=case.heads), shops, rounds)
    groups, n = list(parts(by_size(pooled(shops)))), len(shops)

    def step(tensors: Arrays, number: int) -> Update:
        plan = make_plan(case.spec, recipe, tensors, number, 1.0, case.delta)
        plan = replace(plan, expected_batch=recipe.expected_batch * n)
        return added([train_plain(plan, case.spec, g, noise).tensors for g in groups])

    return scored(case, [learned(case, recipe, step)] * n)


def own_noise(case: Case, noise: Noise, epsilon: float) -> Scored:
    """Every merchant adds the whole noise to its own update."""
    recipe = for_epsilon(replace(case.own, heads=case.heads), epsilon)
    shops = [m.before.data for m in case.merchants]
    sigma = noise_multiplier(case, recipe, epsilon)
    everybody, names = by_size(pooled(shops)), trainable(case.spec, recipe.heads)

    def each(tensors: Arrays, number: int) -> Update:
        plan = make_plan(case.spec, recipe, tensors, number, sigma, case.delta)
        updates = [train(plan, case.spec, d, noise) for d in shops]
        return {k: v / np.float32(len(shops)) for k, v in added(updates).items()}

    def at_once(tensors: Arrays, number: int) -> Update:
        plan = make_plan(case.spec, recipe, tensors, number, sigma, case.delta)
        total = clipped_total(plan, case.spec, everybody, noise)
        # n independent N(0, (sigma C)^2) add up to one N(0, n (sigma C)^2)
        std = plan.noise_multiplier * plan.clip_norm * np.sqrt(len(shops))
        total = total + std * noise.normal(len(total))
        rate = plan.learning_rate / (plan.expected_batch * len(shops))
        return as_update(plan, names, -rate * total)

    step = at_once if recipe.local_steps == 1 else each
    return scored(case, [learned(case, recipe, step)] * len(shops), sigma)


def league_noise(case: Case, noise: Noise, epsilon: float) -> Scored | NotPossible:
    """The noise is in the secure sum once: shares, encoding and step as in a round of a league."""
    recipe, options = replace(case.league, heads=case.heads), LeagueOptions()
    n, least = len(case.merchants), least_league(options)
    if n < least:
        return NotPossible(f"a sum needs {least} merchants or more, here are {n}")
    sigma = noise_multiplier(case, recipe, epsilon)
    everybody = by_size(pooled([m.before.data for m in case.merchants]))
    roster = Roster.of(Identity.generate().public for _ in range(n))
    names, source = trainable(case.spec, recipe.heads), system_source()

    def step(tensors: Arrays, number: int) -> Update:
        draft = make_plan(case.spec, recipe, tensors, number, sigma, case.delta)
        terms = league_terms(draft, options, names, roster, n)
        plan = with_rate(replace(draft, league=terms), recipe, n)
        total = clipped_total(plan, case.spec, everybody, noise)
        return league_update(plan, names, summed(plan, terms, total, n, source), n)

    return scored(case, [learned(case, recipe, step)] * n, sigma)


def summed(
    plan: RoundPlan,
    terms: LeagueTerms,
    total: NDArray[np.float64],
    n: int,
    source: Source,
) -> Words:
    """The opened sum: everybody's clipped total, encoded once, and n shares of noise."""
    # one encoding for all: its bound is that of one merchant's sum
    wide = replace(terms.codec, radius=MAX_WEIGHT * plan.clip_norm)
    whole = wide.encode(total)
    for _ in range(n):
        whole += gaussian(terms.noise.share_std, terms.codec.length, source)
    return terms.codec.modular(whole)


def learned(case: Case, recipe: Recipe, step: Callable[[Arrays, int], Update]) -> Arrays:
    """The rounds of a run: momentum, and the mean of the last weights, as the coordinator does."""
    tensors, velocity = initial_tensors(case.spec), None
    recent: list[Arrays] = []
    for number in range(1, recipe.rounds + 1):
        update = step(tensors, number)
        done = aggregate(tensors, [update], momentum=recipe.server_momentum, velocity=velocity)
        tensors, velocity = done.tensors, done.velocity
        recent = [*recent, tensors][-recipe.averaged :]
    return tail_mean(recent)


def noise_multiplier(case: Case, recipe: Recipe, epsilon: float) -> float:
    """Sigma of a run whose evaluation round is paid from the same budget."""
    steps = recipe.rounds * recipe.local_steps
    histogram = Mechanism(
        MechanismKind.HISTOGRAM, recipe.evaluate_noise_multiplier, 1.0, 1,
        recipe.evaluate_clip_norm, PrivacyUnit(recipe.max_impressions), PrivacyMode.OWN, "later",
    )  # fmt: skip
    budget = PrivacyBudget(epsilon, case.delta)
    return calibrate(budget, recipe.sampling_rate, steps, [histogram])


def as_update(plan: RoundPlan, names: Sequence[str], step: NDArray[np.float64]) -> Update:
    """A flat step as tensors."""
    found = unflatten(step, plan.tensors, names)
    return {name: value.astype(np.float32) for name, value in found.items()}


def added(updates: Sequence[Update]) -> Update:
    """The sum of updates."""
    out = {k: v.copy() for k, v in updates[0].items()}
    for update in updates[1:]:
        for k, v in update.items():
            out[k] += v
    return out


def scored(case: Case, every: Sequence[Arrays], sigma: float = 0.0) -> Scored:
    """Log-odds of all rows with each merchant's weights."""
    by_head = {}
    for head in case.heads:
        by_head[head] = tuple(
            (
                predict(case.spec, t, m.before.data, head).astype(np.float64),
                predict(case.spec, t, m.later.data, head).astype(np.float64),
            )
            for m, t in zip(case.merchants, every, strict=True)
        )
    return Scored(by_head, sigma)
