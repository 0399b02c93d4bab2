"""The loss of one shopper, which every engine differentiates."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from client.dataset import ShopperBatch
from common.errors import InternalError


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
