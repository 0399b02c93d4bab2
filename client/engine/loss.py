"""The loss of one shopper, which every engine differentiates, and its slope at each row in closed form."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from client.dataset import ShopperBatch
from common.errors import InternalError
from common.model_parts import entire_space


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


def slopes(logits: Tensor, labels: Tensor, heads: tuple[str, ...], funnel: bool) -> Tensor:
    """Slope of the loss in each head's log-odds at each row, before the division by K: float64 [R, H].

    Direct heads: sigmoid(z) - y. With a funnel a conversion's log-odds z are made of both heads'
    (`entire_space`), so its loss pulls at both. For a, of the click or of the conversion given a click,
    dz/da = sigmoid(-a) / (1 - p), and so the slope is -sigmoid(-a) with a conversion (where the loss
    is -log of a product) and p sigmoid(-a) / (1 - p) = exp(z + log sigmoid(-a)) without one: z <= a, so
    nothing overflows, and no 0 / 0 near p = 0 and 1.

    Args:
        logits: float64 [R, H], of the heads themselves; changed in place.
        labels: float32 [R, H]; 0, 1, or -1 where unknown.
        heads: Names of the columns.
        funnel: Whether the conversion head's log-odds are those given a click.
    """
    if funnel:
        own, given = heads.index("click"), heads.index("conversion")
        said = labels[:, given : given + 1]
        z = entire_space(logits[:, own], logits[:, given]).unsqueeze(1)
        quiet = nn.functional.logsigmoid(-logits)
        pull = torch.where(said > 0, -quiet.exp(), (z + quiet).exp()).mul_(said >= 0)
    # sigmoid(z) - y, without a difference of nearly equal figures
    sign = 1.0 - 2.0 * labels.double()
    direct = torch.sigmoid(logits.mul_(sign)).mul_(sign).mul_(labels >= 0)
    if not funnel:
        return direct
    pull[:, own] += direct[:, own]
    return pull
