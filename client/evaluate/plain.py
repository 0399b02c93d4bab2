"""Constants of the comparators without privacy, and the plan of one simulated round.

Chosen on the same inner split of public data as `common.recipe`. They may look at the rows, as
nothing private may: without clipping a step must fit the data, so sizes and curvature set it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from client.dataset import ShopperData
from common.features import FeatureSpec
from common.model import NUMERIC_GAIN
from common.privacy import PrivacyUnit
from common.recipe import Recipe
from common.rounds import RoundPlan, Task

#: Step sizes are in units of one over the curvature of the loss.
PLAIN_ROUNDS, PLAIN_RATE, PLAIN_MOMENTUM = 60, 1.0, 0.8
LOCAL_STEPS, LOCAL_RATE, LOCAL_DECAY = 60, 1.5, 0.001


def make_plan(
    spec: FeatureSpec,
    recipe: Recipe,
    tensors: Mapping[str, NDArray[np.float32]],
    number: int,
    sigma: float,
    delta: float,
) -> RoundPlan:
    """The plan a coordinator would send for one round, unsigned."""
    return RoundPlan(
        run_id="simulation",
        round=number,
        task=Task.TRAIN,
        unit=PrivacyUnit(recipe.max_impressions),
        sampling_rate=recipe.sampling_rate,
        noise_multiplier=sigma,
        clip_norm=recipe.clip_norm,
        local_steps=recipe.local_steps,
        learning_rate=recipe.learning_rate,
        expected_batch=recipe.expected_batch,
        heads=recipe.heads,
        spec_digest=spec.digest(),
        train_before_at="",
        delta=delta,
        issued_at="",
        deadline_at="",
        tensors=dict(tensors),
        proximal=recipe.proximal,
        funnel=recipe.funnel,
    )


def without_privacy(
    recipe: Recipe, shops: Sequence[ShopperData], rounds: int = PLAIN_ROUNDS
) -> Recipe:
    """The comparator's constants: more rounds, each one step on the mean of all merchants."""
    mean = float(np.mean([d.n_shoppers for d in shops]))
    return replace(
        recipe,
        rounds=max(recipe.rounds, rounds),
        local_steps=1,
        learning_rate=PLAIN_RATE / curvature(recipe, shops),
        server_momentum=PLAIN_MOMENTUM,
        expected_batch=max(1.0, recipe.sampling_rate * mean),
    )


def alone(recipe: Recipe, data: ShopperData) -> Recipe:
    """Constants for one merchant on its own: all steps at once, divided by its own batch."""
    return replace(
        recipe,
        rounds=1,
        local_steps=LOCAL_STEPS,
        learning_rate=LOCAL_RATE / curvature(recipe, [data]),
        expected_batch=max(1.0, recipe.sampling_rate * data.n_shoppers),
    )


def curvature(recipe: Recipe, shops: Sequence[ShopperData]) -> float:
    """Upper estimate of the logistic loss' curvature: p(1-p) * |x|^2 * rows a shopper / K.

    Of the head with the largest.
    """
    k = recipe.max_impressions
    rows = sum(int(np.minimum(np.diff(d.start), k).sum()) for d in shops)
    n = sum(d.n_shoppers for d in shops)
    numeric = np.concatenate([d.numeric for d in shops])
    square = NUMERIC_GAIN**2 * float((numeric**2).sum(1).mean()) if len(numeric) else 0.0
    width = shops[0].ids.shape[1] + 1 + square
    found = []
    for head in recipe.heads:
        labels = np.concatenate([d.labels(head) for d in shops])
        known = labels[labels >= 0]
        # one outcome more than there are, so that no merchant gets endless steps
        p = ((known == 1).sum() + 1) / (len(known) + 2)
        found.append(p * (1 - p))
    return float(max(found) * width * max(rows, 1) / max(n, 1) / k)
