"""Training without any privacy, to compare with: for simulations and benchmarks only, never for a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from client.dataset import ShopperData
from client.noise import Noise, SystemNoise
from client.train import difference, network, shopper_loss
from common.model import HasSizes, TargetingNet, load_tensors, tensors_of, trainable
from common.rounds import RoundPlan


@dataclass(frozen=True, slots=True)
class PlainUpdate:
    """New minus old of a step set without any privacy. No codec of the wire takes this type."""

    tensors: dict[str, NDArray[np.float32]]


def train_plain(
    plan: RoundPlan,
    spec: HasSizes,
    data: ShopperData,
    noise: Noise | None = None,
    *,
    weight_decay: float = 0.0,
) -> PlainUpdate:
    """The comparator: the same sampling, loss and steps, no clipping and no noise.

    Used by simulations only. Its result is no mapping of tensors on purpose, so that it cannot be
    handed to a report by mistake.

    Args:
        plan: As for `train`; `clip_norm` and `noise_multiplier` are not used.
        spec: FeatureSpec of the tensors.
        data: Rows for training.
        noise: Source of the sampling.
        weight_decay: Pull towards zero of all tables, for a merchant on its own.
    """
    source = noise or SystemNoise()
    names = trainable(spec, plan.heads)
    net = network(plan, spec, names, torch.device("cpu"))
    decayed = [p for n, p in net.named_parameters() if p.requires_grad and "numeric" not in n]
    rest = [p for n, p in net.named_parameters() if p.requires_grad and "numeric" in n]
    groups: list[dict[str, Any]] = [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": rest},
    ]
    optimizer = torch.optim.SGD(groups, lr=plan.learning_rate)
    k = plan.unit.max_impressions
    for _ in range(plan.local_steps):
        batch = data.sample(plan.sampling_rate, k, source)
        optimizer.zero_grad()
        loss = shopper_loss(net, batch.or_nobody(), plan.heads, k).sum()
        torch.autograd.backward(loss / plan.expected_batch)
        optimizer.step()
    return PlainUpdate(difference(tensors_of(net), plan, names))


def predict(
    spec: HasSizes,
    tensors: Mapping[str, NDArray[np.float32]],
    data: ShopperData,
    head: str,
    *,
    funnel: bool = False,
) -> NDArray[np.float32]:
    """Log-odds [N] of all rows, for simulations; merchants score with `client.score`."""
    net = TargetingNet(spec.n_ids, spec.n_numeric, funnel=funnel)
    load_tensors(net, tensors)
    with torch.inference_mode():
        out = net(torch.from_numpy(data.ids), torch.from_numpy(data.numeric))
    logits: NDArray[np.float32] = out[0 if head == "click" else 1].numpy()
    return logits
