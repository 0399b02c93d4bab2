"""DP-SGD: one round's private update, per shopper, on Opacus' hooks; opacus lives here."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from opacus.grad_sample import GradSampleModule
from opacus.optimizers import DPOptimizer
from torch import Tensor, nn

from client.dataset import ShopperBatch, ShopperData
from client.noise import Noise, SystemNoise, add_noise
from client.watch import Watch
from common.errors import InternalError, TrainingError
from common.model import HasSizes, TargetingNet, freeze, load_tensors, tensors_of, trainable
from common.rounds import RoundPlan
from common.scorebins import NEGATIVE_WEIGHT, bin_of
from common.secagg.encoding import clipped_sum

_SAFE = "Nothing was sent. What the ledger reserved for this round stays spent."


class NoisedSGD(DPOptimizer):  # type: ignore[misc]  # Opacus ships no types
    """Opacus' optimiser with our generator in place of its noise hook.

    Opacus' own secure mode needs a library that no longer installs, so `add_noise` is ours: the
    clipped sum and the noise meet in float64 and leave on a public grid.
    """

    def __init__(self, inner: torch.optim.Optimizer, plan: RoundPlan, noise: Noise) -> None:
        super().__init__(
            inner,
            noise_multiplier=plan.noise_multiplier,
            max_grad_norm=plan.clip_norm,
            expected_batch_size=plan.expected_batch,
            loss_reduction="mean",
        )
        self._noise = noise

    def add_noise(self) -> None:
        """Put the noised sum of clipped per-shopper gradients into each parameter's `grad`."""
        std = self.noise_multiplier * self.max_grad_norm
        for p in self.params:
            noised = add_noise(p.summed_grad.detach().cpu().numpy(), std, self._noise)
            p.grad = torch.from_numpy(noised).to(p.device).view_as(p)


def shopper_loss(
    net: nn.Module, batch: ShopperBatch, heads: tuple[str, ...], max_impressions: int
) -> Tensor:
    """Loss of each shopper: the sum over their at most K labelled rows and the heads, over K.

    Dividing by the plan's K, not by the shopper's own count, keeps the loss a plain sum over rows.

    Returns:
        float32 [B].

    Raises:
        InternalError: the loss is not one figure a shopper (clipping would be broken).
    """
    logits = dict(zip(("click", "conversion"), net(batch.ids, batch.numeric), strict=True))
    total = torch.zeros(batch.n_shoppers, device=batch.mask.device)
    if any(logit.shape != batch.mask.shape for logit in logits.values()):
        # a shape that broadcasts would multiply every shopper's weight, without a word
        raise InternalError("the model must give one figure a row")
    for head in heads:
        labels = batch.labels(head)
        weight = batch.mask * (labels >= 0)
        rows = nn.functional.binary_cross_entropy_with_logits(
            logits[head], labels.clamp(min=0), reduction="none"
        )
        total = total + (rows * weight).sum(1) / max_impressions
    if total.dim() != 1 or total.shape[0] != batch.n_shoppers:
        raise InternalError("the loss must be one figure a shopper")
    return total


def train(
    plan: RoundPlan,
    spec: HasSizes,
    data: ShopperData,
    noise: Noise | None = None,
    device: str = "cpu",
    watch: Watch | None = None,
) -> dict[str, NDArray[np.float32]]:
    """One merchant's private update for a TRAIN plan (Abadi et al. 2016, per shopper).

    Each of `plan.local_steps` steps takes a fresh Poisson sample of shoppers, clips every
    shopper's gradient to C over all trained tensors together, adds N(0, (sigma*C)^2) to the sum,
    divides by the public `expected_batch` and moves by the learning rate. An empty sample is a
    step of noise alone, and counts.

    Args:
        plan: The coordinator's plan, already agreed to and charged.
        spec: FeatureSpec of the tensors.
        data: The merchant's rows for training.
        noise: Only tests bring their own.
        device: "cpu", "cuda" or "auto".
        watch: Sees every step and changes nothing; what it saw is private and stays here.

    Returns:
        New minus old, by name, of the trained tensors only.

    Raises:
        TrainingError: a weight became infinite or NaN; nothing is returned.
        InternalError: the plan's tensors are not those of the model.
    """
    source = noise or SystemNoise()
    place = pick_device(device)
    names = trainable(spec, plan.heads)
    net = network(plan, spec, names, place)
    wrapped = GradSampleModule(net, batch_first=True, loss_reduction="sum")
    parameters = [p for p in net.parameters() if p.requires_grad]
    inner = torch.optim.SGD(parameters, lr=plan.learning_rate)
    optimizer = NoisedSGD(inner, plan, source)
    for _ in range(plan.local_steps):
        batch = data.sample(plan.sampling_rate, plan.unit.max_impressions, source)
        before = tensors_of(net) if watch is not None else {}
        optimizer.zero_grad()
        _backward(wrapped, batch, plan, place)
        optimizer.step()
        if watch is not None:
            watch.step(before, batch, _arrays(net, "summed_grad"))
    wrapped.remove_hooks()
    update = difference(tensors_of(net), plan, names)
    if watch is not None:
        watch.done(update)
    return update


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
    wrapped = GradSampleModule(net, batch_first=True, loss_reduction="sum")
    _backward(wrapped, batch, plan, place)
    samples = _arrays(net, "grad_sample")
    wrapped.remove_hooks()
    return np.concatenate([samples[n].reshape(len(samples[n]), -1) for n in names], axis=1)


def _backward(net: nn.Module, batch: ShopperBatch, plan: RoundPlan, place: torch.device) -> None:
    """Per-shopper gradients of the loss into every parameter's `grad_sample`."""
    moved = batch.or_nobody().to(place)
    loss = shopper_loss(net, moved, plan.heads, plan.unit.max_impressions)
    with warnings.catch_warnings():
        # ids and numbers need no gradient; the hooks get the outputs', which is all they use
        warnings.filterwarnings("ignore", message="Full backward hook is firing")
        torch.autograd.backward(loss.sum())


def _arrays(net: nn.Module, field: str) -> dict[str, NDArray[np.float32]]:
    """What Opacus left at the trained parameters, by name."""
    trained = ((n, p) for n, p in net.named_parameters() if p.requires_grad)
    return {n: getattr(p, field).detach().cpu().numpy().copy() for n, p in trained}


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
    net = TargetingNet(spec.n_ids, spec.n_numeric)
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
