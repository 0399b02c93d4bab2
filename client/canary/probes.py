"""What the canary worker runs: sums with and without a shopper, noise alone, draws, planted canaries."""

from __future__ import annotations

import numpy as np

from client.canary.asking import Seen, plan_of, released_histogram, rows_seen, update
from client.canary.scratch import answer_consent, scratch_shop
from client.prepared import rows_for
from client.store import Store
from common.audit import canary_scenario as scenario
from common.audit.canary_plan import (
    BINS,
    BUCKETS,
    DIVISOR,
    HEADS,
    RATE,
    SLOW,
    STEPS,
    WEIGHTS,
    WITH_ROWS,
    CanaryPlan,
    audit_spec,
)
from common.features import FeatureSpec, default_spec
from common.model import initial_tensors
from common.rounds import Task, Tensors

_CATEGORIES = 128


def weights_of(spec: FeatureSpec, which: str) -> Tensors:
    """Public weights at which the sums are looked at: the first ones, moved ones, far ones."""
    start = initial_tensors(spec)
    if which == "initial":
        return start
    rng, size = np.random.default_rng(1), 0.2 if which == "moved" else 1.0
    return {n: v + rng.normal(0, size, v.shape).astype(np.float32) for n, v in start.items()}


def sums(canary: CanaryPlan) -> Seen:
    """Clipped sums and histograms of one shop, one canary shopper withdrawn after the other.

    Then the shopper with too many rows alone (which K are taken?), and real noise over rows.
    """
    spec, planted = default_spec(), scenario.kinds()
    seen: Seen = {}
    for which in WEIGHTS:
        seen |= {f"weights/{which}/{n}": v for n, v in weights_of(spec, which).items()}
    with scratch_shop(planted, scenario.names(scenario.N_SAMPLED, _CATEGORIES)) as store:
        later = plan_of(canary, spec, task=Task.EVALUATE)
        seen |= rows_seen(rows_for(store, spec, plan_of(canary, spec)), "train")
        seen |= rows_seen(rows_for(store, spec, later), "later")
        seen |= _state(canary, spec, store, 0)
        for number, shopper in enumerate(scenario.special_kinds(), start=1):
            answer_consent(store, [(shopper.customer, False)])
            seen |= _state(canary, spec, store, number)
        seen["noise/rows"] = np.stack(
            [
                update(store, spec, plan_of(canary, spec, noise_multiplier=canary.noise_multiplier))
                for _ in range(min(canary.n_noise, WITH_ROWS))
            ]
        )
        answer_consent(store, [(s.customer, s is planted[0]) for s in planted])
        seen["impressions/draws"] = np.stack(
            [update(store, spec, plan_of(canary, spec)) for _ in range(canary.n_draws)]
        )
    return seen


def _state(canary: CanaryPlan, spec: FeatureSpec, store: Store, number: int) -> Seen:
    seen: Seen = {}
    for which in WEIGHTS:
        tensors = weights_of(spec, which)
        for heads in HEADS:
            plan = plan_of(canary, spec, tensors, heads=heads)
            seen[f"sum/{which}/{len(heads)}/{number}"] = update(store, spec, plan)
        # C = 1 as in the recipe, so that several rows of a shopper are more than the bound
        plan = plan_of(canary, spec, tensors, task=Task.EVALUATE, clip_norm=1.0)
        seen[f"histogram/{which}/{number}"] = released_histogram(store, spec, plan)
    return seen


def noise(canary: CanaryPlan) -> Seen:
    """Answers of a shop without a row: nothing but noise, in one step, in several, in bins."""
    spec, sigma = default_spec(), canary.noise_multiplier
    one = plan_of(
        canary, spec, noise_multiplier=sigma, sampling_rate=canary.sampling_rate, heads=HEADS[1]
    )
    several = plan_of(
        canary,
        spec,
        noise_multiplier=sigma,
        sampling_rate=canary.sampling_rate,
        local_steps=STEPS,
        learning_rate=RATE,
        expected_batch=DIVISOR,
        heads=HEADS[1],
    )
    cells = plan_of(canary, spec, noise_multiplier=sigma, task=Task.EVALUATE, clip_norm=1.0)
    runs = range(canary.n_noise)
    with scratch_shop() as store:
        return {
            "noise/one": np.stack([update(store, spec, one) for _ in runs]),
            "noise/several": np.stack([update(store, spec, several) for _ in runs]),
            "noise/histogram": np.stack(
                [released_histogram(store, spec, cells).reshape(2 * BINS) for _ in runs]
            ),
        }


def draws(canary: CanaryPlan) -> Seen:
    """Batches: each shopper's own category tells whether, and how often, they were in."""
    spec, q = default_spec(), canary.sampling_rate
    tensors = initial_tensors(spec)
    slow = plan_of(
        canary,
        spec,
        tensors,
        sampling_rate=q,
        local_steps=2 * STEPS,
        learning_rate=SLOW / canary.clip_norm,
    )
    once = plan_of(canary, spec, tensors, sampling_rate=q)
    shoppers = scenario.sampled()
    with scratch_shop(shoppers, scenario.names(scenario.N_SAMPLED, _CATEGORIES)) as store:
        seen = rows_seen(rows_for(store, spec, once), "sampled")
        seen["draws/one"] = np.stack([update(store, spec, once) for _ in range(canary.n_draws)])
        seen["draws/several"] = np.stack(
            [update(store, spec, slow) for _ in range(max(canary.n_draws // 4, 8))]
        )
    return seen


def planted(canary: CanaryPlan) -> Seen:
    """The claimed plan, every round, over a shop with the canaries whose coin says so."""
    spec, shoppers = audit_spec(), scenario.canaries(canary)
    tensors = loud_weights(spec)
    plan = plan_of(
        canary,
        spec,
        tensors,
        noise_multiplier=canary.noise_multiplier,
        sampling_rate=canary.sampling_rate,
    )
    inside = scenario.coins(canary)
    with scratch_shop(shoppers, scenario.names(canary.n_canaries, BUCKETS)) as store:
        answers = [(s.customer, bool(x)) for s, x in zip(shoppers, inside, strict=True)]
        answer_consent(store, answers)
        seen = {f"weights/loud/{n}": v for n, v in tensors.items()}
        rounds = [update(store, spec, plan) for _ in range(canary.rounds)]
        return {**seen, "planted/updates": np.stack(rounds)}


def loud_weights(spec: FeatureSpec) -> Tensors:
    """Weights that a curious coordinator would send: a canary's gradient is on its own ids only.

    The vectors of the two columns are large and stand on different axes, so that a pair of them
    says nothing (log-odds stay at the prior, the pair weights get no gradient) but each pulls on
    the other with nearly all of the canary's clipped norm.
    """
    tensors = dict(initial_tensors(spec))
    first = np.zeros_like(tensors["vectors.weight"])
    half = first.shape[1] // 2
    first[:BUCKETS, :half] = 300.0
    first[BUCKETS:, half:] = 300.0
    tensors["vectors.weight"] = first
    return tensors
