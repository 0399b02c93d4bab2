"""A whole federation in one process: the same client and server code, no network.

A library for scripts: `simulate` learns together (with each merchant's own noise, or without
privacy), `simulate_local` alone. Nothing is tuned here; the constants are `common/recipe.py`.
`scripts/simulate_shops.py` runs it on shop folders and prints a table.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from client.comparator import predict, train_plain
from client.dataset import ShopperData
from client.evaluate.figures import MIN_LATER
from client.evaluate.plain import (
    LOCAL_DECAY,
    PLAIN_MOMENTUM,
    PLAIN_RATE,
    PLAIN_ROUNDS,
    alone,
    make_plan,
    without_privacy,
)
from client.noise import Noise, SystemNoise
from client.personal import fit as fit_platt
from client.train import train
from common.accounting import calibrate
from common.averaging import tail_mean
from common.features import FeatureSpec
from common.metrics import Quality, quality, sigmoid
from common.model import initial_tensors
from common.privacy import DELTA_BY_TIER, PrivacyBudget
from common.recipe import DEFAULT, Recipe
from server.aggregation import Arrays, aggregate

#: Other scripts take these from here.
__all__ = [
    "LOCAL_DECAY",
    "MIN_LATER",
    "PLAIN_MOMENTUM",
    "PLAIN_RATE",
    "PLAIN_ROUNDS",
    "Merchant",
    "MerchantResult",
    "SimResult",
    "alone",
    "judge",
    "make_plan",
    "simulate",
    "simulate_local",
]
Merchant = tuple[str, ShopperData, ShopperData]


@dataclass(frozen=True)
class MerchantResult:
    """One merchant's figures on later rows, raw and after its own calibration."""

    name: str
    raw: Quality
    calibrated: Quality


@dataclass(frozen=True)
class SimResult:
    """Figures of one way to learn.

    `mean_auc` is over merchants with MIN_LATER or more later conversions; all else over all rows.
    """

    label: str
    epsilon: float | None
    noise_multiplier: float
    auc: float
    mean_auc: float
    log_loss: float
    pcoc: float
    calibrated: Quality
    merchants: tuple[MerchantResult, ...]
    seconds: float
    tensors: Arrays

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, without the weights."""
        out = asdict(replace(self, tensors={}))
        del out["tensors"]
        return out


def simulate(
    merchants: Sequence[Merchant],
    spec: FeatureSpec,
    epsilon: float | None,
    recipe: Recipe = DEFAULT,
    *,
    delta: float = DELTA_BY_TIER["small"],
    noise: Noise | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SimResult:
    """Federated learning over the merchants; `epsilon` None means no privacy at all.

    Args:
        merchants: (name, rows to learn from, later rows to judge by).
        spec: FeatureSpec of the rows.
        epsilon: Each merchant's budget for the run, for one shopper.
        recipe: Constants of the run.
        delta: Of the budget.
        noise: Source of sampling and noise; the system's by default.
        progress: Called with (rounds done, rounds).
    """
    began, source = time.perf_counter(), noise or SystemNoise()
    sigma = 1.0
    if epsilon is None:
        recipe = without_privacy(recipe, [d for _, d, _ in merchants])
    else:
        steps = recipe.rounds * recipe.local_steps
        sigma = calibrate(PrivacyBudget(epsilon, delta), recipe.sampling_rate, steps)
    tensors, velocity, recent = initial_tensors(spec, funnel=recipe.funnel), None, []
    for number in range(1, recipe.rounds + 1):
        plan = make_plan(spec, recipe, tensors, number, sigma, delta)
        if epsilon is None:
            updates = [train_plain(plan, spec, d, source).tensors for _, d, _ in merchants]
        else:
            updates = [train(plan, spec, d, source) for _, d, _ in merchants]
        done = aggregate(tensors, updates, momentum=recipe.server_momentum, velocity=velocity)
        tensors, velocity = done.tensors, done.velocity
        recent = [*recent, tensors][-recipe.averaged :]
        if progress:
            progress(number, recipe.rounds)
    label = "federated" if epsilon is None else f"federated, epsilon {epsilon:g}"
    sigma = 0.0 if epsilon is None else sigma
    every = [tail_mean(recent)] * len(merchants)
    head, funnel = recipe.heads[-1], recipe.funnel
    return judge(label, epsilon, sigma, merchants, spec, every, began, head, funnel=funnel)


def simulate_local(
    merchants: Sequence[Merchant],
    spec: FeatureSpec,
    recipe: Recipe = DEFAULT,
    *,
    noise: Noise | None = None,
) -> SimResult:
    """Each merchant alone, no privacy: the same network and steps, with weight decay."""
    began, source = time.perf_counter(), noise or SystemNoise()
    start = initial_tensors(spec, funnel=recipe.funnel)
    every: list[Arrays] = []
    for _, data, _ in merchants:
        own = alone(recipe, data)
        plan = make_plan(spec, own, start, 1, 1.0, 1e-4)
        update = train_plain(plan, spec, data, source, weight_decay=LOCAL_DECAY).tensors
        every.append({k: start[k] + update[k] if k in update else start[k] for k in start})
    head, funnel = recipe.heads[-1], recipe.funnel
    return judge("each alone", None, 0.0, merchants, spec, every, began, head, funnel=funnel)


def judge(
    label: str,
    epsilon: float | None,
    sigma: float,
    merchants: Sequence[Merchant],
    spec: FeatureSpec,
    every: Sequence[Arrays],
    began: float,
    head: str,
    *,
    funnel: bool = False,
) -> SimResult:
    """Score later rows with each merchant's weights, raw and after local calibration."""
    results, labels, raws, fitted = [], [], [], []
    for (name, before, later), tensors in zip(merchants, every, strict=True):
        x, learned = (predict(spec, tensors, d, head, funnel=funnel) for d in (later, before))
        platt = fit_platt(learned, before.labels(head))
        raw, p = sigmoid(x), platt.p(x) if platt else sigmoid(x)
        y = later.labels(head)
        results.append(MerchantResult(name, quality(y, raw), quality(y, p)))
        labels.append(y)
        raws.append(raw)
        fitted.append(p)
    y_all = np.concatenate(labels)
    raw_all, cal_all = quality(y_all, np.concatenate(raws)), quality(y_all, np.concatenate(fitted))
    judged = [r.raw.auc for r in results if r.raw.n_positive >= MIN_LATER]
    return SimResult(
        label=label,
        epsilon=epsilon,
        noise_multiplier=sigma,
        auc=raw_all.auc,
        mean_auc=float(np.nanmean(judged)) if judged else float("nan"),
        log_loss=raw_all.log_loss,
        pcoc=raw_all.pcoc,
        calibrated=cal_all,
        merchants=tuple(results),
        seconds=time.perf_counter() - began,
        tensors=dict(every[0]),
    )
