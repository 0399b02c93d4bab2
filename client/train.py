"""DP-SGD: one round's private update, per shopper, on whichever engine of `client.engine` is exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from client.dataset import ShopperBatch, ShopperData
from client.engine.choose import EngineName, Net, engine_for
from client.engine.hooks import per_shopper
from client.engine.lazy import Owed, compact, lends_itself
from client.engine.loss import shopper_loss as shopper_loss  # the loss that is trained
from client.engine.nouns import Clip, ClippedSums, Sums
from client.noise import Noise, SystemNoise, add_noise
from client.watch import Watch
from common.errors import TrainingError
from common.model import (
    HasSizes,
    TargetingNet,
    check_tensors,
    freeze,
    initial_tensors,
    load_tensors,
    trainable,
)
from common.rounds import RoundPlan, Tensors
from common.scorebins import NEGATIVE_WEIGHT, bin_of
from common.secagg.encoding import clipped_sum

_SAFE = "Nothing was sent. What the ledger reserved for this round stays spent."


def train(
    plan: RoundPlan,
    spec: HasSizes,
    data: ShopperData,
    noise: Noise | None = None,
    device: str = "cpu",
    watch: Watch | None = None,
    engine: EngineName = "auto",
) -> dict[str, NDArray[np.float32]]:
    """One merchant's private update for a TRAIN plan (Abadi et al. 2016, per shopper).

    Each of `plan.local_steps` steps takes a fresh Poisson sample of shoppers, clips every
    shopper's gradient to C over all trained tensors together, adds N(0, (sigma*C)^2) to the sum,
    divides by the public `expected_batch` and moves by the learning rate, pulled back to where the
    round began if the plan says so. An empty sample is a step of noise alone, and counts.

    Args:
        plan: The coordinator's plan, already agreed to and charged.
        spec: FeatureSpec of the tensors.
        data: The merchant's rows for training.
        noise: Only tests bring their own.
        device: "cpu", "cuda" or "auto".
        watch: Sees every step and changes nothing; what it saw is private and stays here.
        engine: How the clipped sums are taken; every engine gives the same ones.

    Returns:
        New minus old, by name, of the trained tensors only.

    Raises:
        TrainingError: a weight became infinite or NaN; nothing is returned.
        InternalError: the plan's tensors are not those of the model.
    """
    source = noise or SystemNoise()
    place = pick_device(device)
    names = trainable(spec, plan.heads)
    tensors: dict[str, NDArray[np.float32]] = dict(plan.tensors)
    # the network is made only where an engine needs it, but wrong tensors are refused by every one
    check_tensors(initial_tensors(spec), plan.tensors)
    net = Net(lambda: network(plan, spec, names, place))
    sums = engine_for(net, Clip.of(plan, names), place, engine)
    if watch is None and lends_itself(plan, sums, spec.n_ids):
        return _lazily(plan, spec.n_ids, names, data, sums, source)
    for _ in range(plan.local_steps):
        batch = data.sample(plan.sampling_rate, plan.unit.max_impressions, source)
        total = sums.total(tensors, batch)
        before, tensors = tensors, step(plan, tensors, total, source)
        if watch is not None:
            watch.step(before, batch, {n: v.astype(np.float32) for n, v in total.items()})
    update = difference(tensors, plan, names)
    if watch is not None:
        watch.done(update)
    return update


def _lazily(
    plan: RoundPlan,
    n_ids: int,
    names: tuple[str, ...],
    data: ShopperData,
    sums: ClippedSums,
    source: Noise,
) -> dict[str, NDArray[np.float32]]:
    """`train` where rows of large tables owe their noise until a step reads them, or the round ends."""
    tables = Owed.of(plan, [n for n in names if len(plan.tensors[n]) == n_ids])
    tensors: dict[str, NDArray[np.float32]] = dict(plan.tensors)
    for _ in range(plan.local_steps):
        batch = data.sample(plan.sampling_rate, plan.unit.max_impressions, source)
        rows, small = compact(batch, n_ids)
        tables.settle(rows, source)
        read = {n: table[rows] for n, table in tables.tables.items()}
        total = sums.total({**tensors, **read}, small)
        tables.step(rows, total, source)
        dense = {n: total[n] for n in names if n not in read}
        tensors = step(plan, tensors, dense, source)
    return difference({**tensors, **tables.done(source)}, plan, names)


def step(
    plan: RoundPlan, tensors: Tensors, total: Sums, noise: Noise
) -> dict[str, NDArray[np.float32]]:
    """The weights after one noisy step of plain SGD; `tensors` stay as they are.

    The sum and the noise meet in float64 and leave on a public grid (`client.noise`).

    With a proximal pull mu (FedProx; Li et al. 2020) the step also goes along mu (w - w_start). That is
    no gradient of anybody's rows: w_start is the plan's, and w has left this function before as the
    output of noised steps. So it is post-processing: it is in no shopper's norm, it is not clipped,
    and the sensitivity of the sum is C as without it.
    """
    std = plan.noise_multiplier * plan.clip_norm
    rate, divisor = np.float32(plan.learning_rate), np.float32(plan.expected_batch)
    after = dict(tensors)
    for name, value in total.items():
        direction = add_noise(value, std, noise) / divisor
        if plan.proximal:
            direction += np.float32(plan.proximal) * (tensors[name] - plan.tensors[name])
        after[name] = tensors[name] - rate * direction
    return after


def clipped_gradients(
    plan: RoundPlan, spec: HasSizes, weights: Mapping[str, NDArray[np.float32]], batch: ShopperBatch
) -> NDArray[np.float32]:
    """Each shopper's clipped gradient, taken as in `train`, for audits on this computer.

    Returns:
        float32 [B, P]: the trained tensors in order of name, each one flat.
    """
    flat = shopper_gradients(replace(plan, tensors=weights), spec, batch)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    out: NDArray[np.float32] = flat * np.minimum(1.0, plan.clip_norm / np.maximum(norm, 1e-12))
    return out


def shopper_gradients(
    plan: RoundPlan, spec: HasSizes, batch: ShopperBatch, device: str = "cpu"
) -> NDArray[np.float32]:
    """Each shopper's gradient at the plan's weights, before any clipping: float32 [B, P].

    P: the trained tensors in order of name, each one flat; an empty batch has one row of zeros.
    """
    names, place = trainable(spec, plan.heads), pick_device(device)
    net = network(plan, spec, names, place)
    samples = per_shopper(net, Clip.of(plan, names), batch, place)
    return np.concatenate([samples[n].reshape(len(samples[n]), -1) for n in names], axis=1)


def histogram(
    plan: RoundPlan,
    spec: HasSizes,
    data: ShopperData,
    noise: Noise | None = None,
    device: str = "cpu",
) -> NDArray[np.float32]:
    """The noised score histogram that answers an EVALUATE plan.

    A shopper adds their at most K labelled rows to public bins of log-odds (see
    `common.scorebins`); what they add is scaled down to an L2 norm of at most C, everybody's is
    summed, and N(0, (sigma*C)^2) is added to every cell, empty merchants' too.

    Returns:
        float32 [2, n_bins]; row 0 without the outcome (times NEGATIVE_WEIGHT), row 1 with it.
    """
    source = noise or SystemNoise()
    added = shopper_histograms(plan, spec, data, source, device)
    total = clipped_sum(added.reshape(len(added), -1), plan.clip_norm).reshape(2, plan.n_bins)
    return add_noise(total, plan.noise_multiplier * plan.clip_norm, source)


def shopper_histograms(
    plan: RoundPlan, spec: HasSizes, data: ShopperData, source: Noise, device: str = "cpu"
) -> NDArray[np.float64]:
    """What each shopper adds to the histogram, before any clipping: [B, 2, n_bins]."""
    place = pick_device(device)
    net = network(plan, spec, (), place)
    head = "conversion" if "conversion" in plan.heads else "click"
    batch = data.everybody(plan.unit.max_impressions, source).or_nobody()
    moved = batch.to(place)
    with torch.inference_mode():
        logits = net(moved.ids, moved.numeric)[0 if head == "click" else 1].cpu().numpy()
    labels = batch.labels(head).numpy()
    owner, column = np.nonzero((batch.mask.numpy() > 0) & (labels >= 0))
    outcome = labels[owner, column].astype(np.int64)
    bins = bin_of(logits[owner, column], plan.n_bins)
    added = np.zeros((batch.n_shoppers, 2, plan.n_bins))
    np.add.at(added, (owner, outcome, bins), np.where(outcome == 1, 1.0, NEGATIVE_WEIGHT))
    return added


def pick_device(device: str) -> torch.device:
    """The named device; "auto" is the GPU where there is one."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(device)


def network(
    plan: RoundPlan, spec: HasSizes, names: tuple[str, ...], place: torch.device
) -> TargetingNet:
    """The plan's network; only the named tensors take gradients."""
    net = TargetingNet(spec.n_ids, spec.n_numeric, funnel=plan.funnel)
    load_tensors(net, plan.tensors)
    freeze(net, names)
    return net.to(place)


def difference(
    new: dict[str, NDArray[np.float32]], plan: RoundPlan, names: tuple[str, ...]
) -> dict[str, NDArray[np.float32]]:
    """New minus old of the named tensors.

    Raises:
        TrainingError: a value is not finite.
    """
    update = {name: new[name] - plan.tensors[name] for name in names}
    if not all(np.isfinite(value).all() for value in update.values()):
        raise TrainingError(
            "Training gave figures that are not finite, so the round was dropped.",
            where=f"run {plan.run_id}, round {plan.round}",
            safe=_SAFE,
            todo="Tell the operator: the learning rate of this run is too high for the data.",
        )
    return update
