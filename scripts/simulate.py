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
from client.noise import Noise, SystemNoise
from client.personal import fit as fit_platt
from client.train import train
from common.accounting import calibrate
from common.averaging import tail_mean
from common.features import FeatureSpec
from common.metrics import Quality, quality, sigmoid
from common.model import NUMERIC_GAIN, initial_tensors
from common.privacy import DELTA_BY_TIER, PrivacyBudget, PrivacyUnit
from common.recipe import DEFAULT, Recipe
from common.rounds import RoundPlan, Task
from server.aggregation import Arrays, aggregate

Merchant = tuple[str, ShopperData, ShopperData]
MIN_LATER = 3
#: Of the comparators, chosen on the same inner split as `common.recipe`. Step sizes are in units
#: of one over the curvature of the loss, since without clipping a step must fit the data.
PLAIN_ROUNDS, PLAIN_RATE, PLAIN_MOMENTUM = 60, 1.0, 0.8
LOCAL_STEPS, LOCAL_RATE, LOCAL_DECAY = 60, 1.5, 0.001


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


def make_plan(
    spec: FeatureSpec, recipe: Recipe, tensors: Arrays, number: int, sigma: float, delta: float
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
        tensors=tensors,
    )


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
    tensors, velocity, recent = initial_tensors(spec), None, []
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
    return judge(label, epsilon, sigma, merchants, spec, every, began, recipe.heads[-1])


def simulate_local(
    merchants: Sequence[Merchant],
    spec: FeatureSpec,
    recipe: Recipe = DEFAULT,
    *,
    noise: Noise | None = None,
) -> SimResult:
    """Each merchant alone, no privacy: the same network and steps, with weight decay."""
    began, source = time.perf_counter(), noise or SystemNoise()
    start = initial_tensors(spec)
    every: list[Arrays] = []
    for _, data, _ in merchants:
        own = alone(recipe, data)
        plan = make_plan(spec, own, start, 1, 1.0, 1e-4)
        update = train_plain(plan, spec, data, source, weight_decay=LOCAL_DECAY).tensors
        every.append({k: start[k] + update[k] if k in update else start[k] for k in start})
    return judge("each alone", None, 0.0, merchants, spec, every, began, recipe.heads[-1])


def without_privacy(recipe: Recipe, shops: Sequence[ShopperData]) -> Recipe:
    """The comparator's constants: more rounds, each one step on the mean of all merchants.

    They look at the rows, as nothing private may: sizes and curvature set the step.
    """
    mean = float(np.mean([d.n_shoppers for d in shops]))
    return replace(
        recipe,
        rounds=max(recipe.rounds, PLAIN_ROUNDS),
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
    """Upper estimate of the logistic loss' curvature: p(1-p) * |x|^2 * rows a shopper / K."""
    k, head = recipe.max_impressions, recipe.heads[-1]
    rows = sum(int(np.minimum(np.diff(d.start), k).sum()) for d in shops)
    n = sum(d.n_shoppers for d in shops)
    labels = np.concatenate([d.labels(head) for d in shops])
    known = labels[labels >= 0]
    # one outcome more than there are, so that no merchant gets endless steps
    p = ((known == 1).sum() + 1) / (len(known) + 2)
    numeric = np.concatenate([d.numeric for d in shops])
    square = NUMERIC_GAIN**2 * float((numeric**2).sum(1).mean()) if len(numeric) else 0.0
    width = shops[0].ids.shape[1] + 1 + square
    return float(p * (1 - p) * width * max(rows, 1) / max(n, 1) / k)


def judge(
    label: str,
    epsilon: float | None,
    sigma: float,
    merchants: Sequence[Merchant],
    spec: FeatureSpec,
    every: Sequence[Arrays],
    began: float,
    head: str,
) -> SimResult:
    """Score later rows with each merchant's weights, raw and after local calibration."""
    results, labels, raws, fitted = [], [], [], []
    for (name, before, later), tensors in zip(merchants, every, strict=True):
        x = predict(spec, tensors, later, head)
        platt = fit_platt(predict(spec, tensors, before, head), before.labels(head))
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
