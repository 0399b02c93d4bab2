"""A federation on public rows, told round by round: what a trial of the search is judged by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from client.comparator import predict
from client.dataset import ShopperData
from client.evaluate.arrange import by_size, pooled
from client.evaluate.figures import MIN_LATER
from client.evaluate.plain import make_plan
from client.noise import Noise
from client.sums import clipped_total
from client.train import train
from common.accounting import calibrate
from common.averaging import aggregate, tail_mean
from common.features import FeatureSpec
from common.keys import Identity
from common.layout import unflatten
from common.league_plan import league_terms, with_rate
from common.league_step import league_noise_std
from common.metrics import auc
from common.model import initial_tensors, trainable
from common.privacy import PrivacyBudget
from common.rounds import RoundPlan
from common.secagg.roster import Roster
from server.aggregation import Arrays
from server.flat import noise_std
from server.options import RunOptions
from server.runner import evaluation
from tunelib.servers import Server

#: (name, rows to learn from, later rows to judge by)
Shop = tuple[str, ShopperData, ShopperData]


class Repeated:
    """A generator that repeats itself: every trial sees the same draws, so that trials can be compared.

    For public rows only; nothing that it protects may leave a merchant.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def normal(self, n: int) -> NDArray[np.float64]:
        """Standard normals [n]."""
        return self._rng.standard_normal(n)

    def uniform(self, n: int) -> NDArray[np.float64]:
        """Uniform values in [0, 1), [n]."""
        return self._rng.random(n)


def rounds_of(
    shops: Sequence[Shop],
    spec: FeatureSpec,
    options: RunOptions,
    noise: Noise,
    server: Server | None = None,
) -> Iterator[Arrays]:
    """The weights that would be published after each round, for one run with these options.

    The budget covers the evaluation too. League noise: one sum over everybody's shoppers, and the
    Gaussian that the shares of all merchants add up to; another server than the product's may move
    the weights by it.
    """
    recipe = options.recipe
    steps, budget = (
        recipe.rounds * recipe.local_steps,
        PrivacyBudget(options.epsilon, options.delta),
    )
    sigma = calibrate(budget, recipe.sampling_rate, steps, [evaluation(options)])
    everybody = by_size(pooled([before for _, before, _ in shops]))
    tensors, velocity, recent = initial_tensors(spec), None, []
    for number in range(1, recipe.rounds + 1):
        plan = make_plan(spec, recipe, tensors, number, sigma, options.delta)
        if options.league:
            update, std = league_update(plan, everybody, len(shops), options, spec, noise)
            if server is not None:
                tensors = moved(tensors, update, server, std)
                yield tensors
                continue
            updates = [update]
        else:
            updates = [train(plan, spec, d, noise) for _, d, _ in shops]
        done = aggregate(tensors, updates, momentum=recipe.server_momentum, velocity=velocity)
        tensors, velocity = done.tensors, done.velocity
        recent = [*recent, tensors][-recipe.averaged :]
        yield tail_mean(recent)


def moved(tensors: Arrays, update: Arrays, server: Server, std: float) -> Arrays:
    """The weights after a mean update whose values have this much noise."""
    flat = np.concatenate([update[name].ravel() for name in sorted(update)]).astype(np.float64)
    step = unflatten(server.step(flat, std), tensors, list(update))
    return tensors | {k: (tensors[k] + v).astype(np.float32) for k, v in step.items()}


def league_update(
    draft: RoundPlan,
    everybody: ShopperData,
    n: int,
    options: RunOptions,
    spec: FeatureSpec,
    noise: Noise,
) -> tuple[Arrays, float]:
    """The mean step of n merchants from one noised sum over all shoppers, and the noise in a value."""
    names = trainable(spec, draft.heads)
    roster = Roster.of(Identity.generate().public for _ in range(n))
    draft = replace(draft, mode=options.mode)
    terms = league_terms(draft, options, names, roster, n)
    plan = with_rate(replace(draft, league=terms), options.recipe, n)
    total = clipped_total(replace(plan, league=None), spec, everybody, noise)
    total = total + league_noise_std(plan, n) * noise.normal(len(total))
    step = unflatten(-plan.learning_rate / (plan.expected_batch * n) * total, plan.tensors, names)
    return {name: part.astype(np.float32) for name, part in step.items()}, noise_std(plan, n)


def figures(
    shops: Sequence[Shop], spec: FeatureSpec, tensors: Arrays, head: str = "conversion"
) -> tuple[float, float]:
    """AUC over all later rows, and its mean over merchants with enough later outcomes."""
    scores = [predict(spec, tensors, later, head) for _, _, later in shops]
    labels = [later.labels(head) for _, _, later in shops]
    each = [auc(y, x) for x, y in zip(scores, labels, strict=True) if (y == 1).sum() >= MIN_LATER]
    return auc(np.concatenate(labels), np.concatenate(scores)), float(np.mean(each))
