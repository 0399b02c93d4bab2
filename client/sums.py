"""One clipped sum over this merchant's shoppers, without noise yet: what a secure sum is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from client.dataset import ShopperData
from client.engine.choose import EngineName, engine_for
from client.engine.nouns import Clip
from client.noise import Noise, SystemNoise
from client.train import network, pick_device, shopper_gradients, shopper_histograms
from common.model import HasSizes, trainable
from common.rounds import RoundPlan, Task
from common.secagg.encoding import clipped_sum

#: Shoppers whose gradients are held at once: [512, 2,400] float32 is 5 MB.
_AT_ONCE = 512


def clipped_total(
    plan: RoundPlan,
    spec: HasSizes,
    data: ShopperData,
    noise: Noise | None = None,
    device: str = "cpu",
    engine: EngineName = "auto",
) -> NDArray[np.float64]:
    """The sum that a league-noise plan asks for. It protects nobody yet and must not be kept or sent.

    TRAIN: a fresh Poisson sample of shoppers, each gradient over all trained tensors together
    scaled down to norm C, summed (DP-FedSGD; Abadi et al. 2016, per shopper); there is one such sum
    a round, and no division by a count. EVALUATE: everybody's score histogram, each scaled to C.

    Args:
        plan: Agreed to and charged.
        spec: FeatureSpec of the tensors.
        data: The merchant's rows of the plan's pool.
        noise: Source of the sampling; only tests bring their own.
        device: "cpu", "cuda" or "auto".
        engine: How gradients are summed; with Opacus' hooks their rows are summed in float64 here.

    Returns:
        float64 [d]: the trained tensors in order of name, each one flat; or 2 * n_bins cells.
    """
    source = noise or SystemNoise()
    if plan.task is Task.EVALUATE:
        added = shopper_histograms(plan, spec, data, source, device)
        return clipped_sum(added.reshape(len(added), -1), plan.clip_norm)
    names = trainable(spec, plan.heads)
    place = pick_device(device)
    # no margin: the league's noise allows for float64 rounding, and the bound is exactly C
    clip = Clip.of(plan, names, margin=0.0)
    how = engine_for(network(plan, spec, names, place), clip, place, engine)
    total = np.zeros(sum(plan.tensors[n].size for n in names))
    taken = data.draw(plan.sampling_rate, source)
    for start in range(0, len(taken), _AT_ONCE):
        some = data.pick(taken[start : start + _AT_ONCE], plan.unit.max_impressions, source)
        if how.name == "hooks":
            total += clipped_sum(shopper_gradients(plan, spec, some, device), plan.clip_norm)
        else:
            sums = how.total(plan.tensors, some)
            total += np.concatenate([sums[n].ravel() for n in names])
    return total
