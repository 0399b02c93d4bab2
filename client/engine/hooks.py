"""Opacus as an engine: per-shopper gradients by hooks (the reference), and its ghost clipping."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from opacus.grad_sample import GradSampleModule
from opacus.grad_sample.grad_sample_module_fast_gradient_clipping import (
    GradSampleModuleFastGradientClipping,
)
from opacus.optimizers import DPOptimizer
from torch import nn

from client.dataset import ShopperBatch
from client.engine.loss import shopper_loss
from client.engine.nouns import OPACUS_MARGIN, Clip, Sums
from common.errors import InternalError
from common.model import TargetingNet
from common.rounds import Tensors


def backward(loss: torch.Tensor, *, keep: bool = False) -> None:
    """Backward through Opacus' hooks without their word about inputs that take no gradient."""
    with warnings.catch_warnings():
        # ids and numbers need no gradient; the hooks get the outputs', which is all they use
        warnings.filterwarnings("ignore", message="Full backward hook is firing")
        torch.autograd.backward(loss, retain_graph=keep)


def per_shopper(
    net: TargetingNet, clip: Clip, batch: ShopperBatch, place: torch.device
) -> dict[str, NDArray[np.float32]]:
    """Each shopper's gradient by tensor, [B, ...]; an empty batch has one row of zeros."""
    wrapped = GradSampleModule(net, batch_first=True, loss_reduction="sum")
    try:
        moved = batch.or_nobody().to(place)
        backward(shopper_loss(wrapped, moved, clip.heads, clip.max_impressions).sum())
        trained = [(n, p) for n, p in net.named_parameters() if p.requires_grad]
        samples = {n: getattr(p, "grad_sample").detach().cpu().numpy().copy() for n, p in trained}  # noqa: B009
        return samples
    finally:
        wrapped.remove_hooks()


class Clipper(DPOptimizer):  # type: ignore[misc]  # Opacus ships no types
    """Opacus' optimiser for its clipping only: noise and step are `client.train`'s, for all engines.

    Opacus' own secure noise needs a library that no longer installs.
    """

    def __init__(self, net: nn.Module, clip: Clip) -> None:
        trained = [p for p in net.parameters() if p.requires_grad]
        super().__init__(
            torch.optim.SGD(trained, lr=1.0),
            noise_multiplier=0.0,
            max_grad_norm=clip.norm,
            expected_batch_size=1,
            loss_reduction="sum",
        )


class Hooks:
    """Opacus' `GradSampleModule` and `DPOptimizer`: one gradient a shopper is held, [B, P].

    Args:
        net: A network with the trained tensors unfrozen; this engine owns it.
        clip: What is summed; its margin must be Opacus'.
        place: Device of the network.

    Raises:
        InternalError: another margin than Opacus' own was asked for.
    """

    name = "hooks"

    def __init__(self, net: TargetingNet, clip: Clip, place: torch.device) -> None:
        _check_margin(clip)
        self._net, self._clip, self._place = net, clip, place

    def total(self, tensors: Tensors, batch: ShopperBatch) -> Sums:
        """See `ClippedSums.total`."""
        _load(self._net, tensors)
        wrapped = GradSampleModule(self._net, batch_first=True, loss_reduction="sum")
        try:
            clipper = Clipper(self._net, self._clip)
            clipper.zero_grad()
            moved = batch.or_nobody().to(self._place)
            k = self._clip.max_impressions
            backward(shopper_loss(wrapped, moved, self._clip.heads, k).sum())
            clipper.clip_and_accumulate()
            return _arrays(self._net, "summed_grad")
        finally:
            wrapped.remove_hooks()


class Ghost:
    """Opacus' ghost clipping: norms first, then one more backward pass of the weighted losses.

    Sound here because each shopper has one loss ([B], `shopper_loss` refuses any other shape) and
    every table is looked up once: with a loss [B, 1] it scales everybody by everybody's weight.

    Args:
        net: As for `Hooks`.
        clip: As for `Hooks`.
        place: As for `Hooks`.

    Raises:
        InternalError: another margin than Opacus' own was asked for.
    """

    name = "ghost"

    def __init__(self, net: TargetingNet, clip: Clip, place: torch.device) -> None:
        _check_margin(clip)
        self._net, self._clip, self._place = net, clip, place

    def total(self, tensors: Tensors, batch: ShopperBatch) -> Sums:
        """See `ClippedSums.total`.

        Raises:
            InternalError: the loss is not one figure a shopper.
        """
        _load(self._net, tensors)
        wrapped = GradSampleModuleFastGradientClipping(
            self._net,
            batch_first=True,
            loss_reduction="sum",
            max_grad_norm=self._clip.norm,
            use_ghost_clipping=True,
        )
        try:
            moved = batch.or_nobody().to(self._place)
            loss = shopper_loss(wrapped, moved, self._clip.heads, self._clip.max_impressions)
            if loss.shape != (moved.n_shoppers,):
                raise InternalError("the loss must be one figure a shopper")
            backward(loss.sum(), keep=True)
            factors = wrapped.get_clipping_coef().detach()
            self._net.zero_grad()
            wrapped.disable_hooks()
            backward((factors * loss).sum())
            return _arrays(self._net, "grad")
        finally:
            wrapped.remove_hooks()


def _load(net: nn.Module, tensors: Tensors) -> None:
    """Put the weights into the network; figures that are not finite pass, and end the round later."""
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(torch.from_numpy(np.array(tensors[name], np.float32)))


def _check_margin(clip: Clip) -> None:
    if clip.margin != OPACUS_MARGIN:
        raise InternalError("Opacus has a margin of its own")


def _arrays(net: nn.Module, field: str) -> dict[str, NDArray[np.float64]]:
    """What Opacus left at the trained parameters, by name; zeros where there is nothing."""
    out = {}
    for name, p in net.named_parameters():
        if p.requires_grad:
            value = getattr(p, field)
            value = torch.zeros_like(p) if value is None else value
            out[name] = value.detach().cpu().numpy().astype(np.float64)
    return out
