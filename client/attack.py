"""A quick membership attack on the merchant's own rows: how much would this very update tell?

It sees more than anybody outside: the weights inside the round, the rows, who was in. A high score
is a warning; a low one is no proof, which only the noise in the ledger gives. Nothing of it leaves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.dataset import ShopperBatch, ShopperData
from client.noise import Noise, SystemNoise
from client.prepared import rows_for
from client.preview import Membership
from client.store import Store
from client.train import clipped_gradients, histogram, train
from client.watch import Watch
from common.features import default_spec
from common.model import HasSizes
from common.rounds import RoundPlan, Task, Tensors
from common.settings import Settings

#: Shoppers tried on each side, and the fewest that say anything.
MOST, FEWEST = 200, 20
CONFIDENCE = 0.95
#: Shoppers whose gradients are held in memory at once.
_CHUNK = 25


@dataclass(frozen=True, slots=True)
class Watched:
    """Private work with what only the merchant may see of it.

    Attributes:
        tensors: What would leave; the only part that ever may.
        watch: What happened; None for an EVALUATE plan.
        membership: Score of the attack, None if not computable.
    """

    tensors: Tensors
    watch: Watch | None
    membership: Membership | None


def work(store: Store, settings: Settings, plan: RoundPlan) -> Watched:
    """The door's work for a merchant who wants to see a report before it leaves."""
    spec = default_spec()
    data = rows_for(store, spec, plan)
    if plan.task is not Task.TRAIN:
        noised = histogram(plan, spec, data, device=settings.device)
        return Watched({"histogram": noised}, None, None)
    watch = Watch()
    update = train(plan, spec, data, device=settings.device, watch=watch)
    return Watched(update, watch, membership(plan, spec, data, watch))


def membership(
    plan: RoundPlan,
    spec: HasSizes,
    data: ShopperData,
    watch: Watch,
    noise: Noise | None = None,
) -> Membership | None:
    """Tell shoppers of the last step from shoppers of no step, by the update that would leave.

    A step moves the weights against the clipped gradients of its shoppers, so theirs should point
    against the update more than anybody's (the white-box attack of Nasr, Shokri and Houmansadr
    2019, reduced to its strongest feature, the alignment of gradients). What all shoppers have in
    common tells nobody apart and would drown it: the direction of the mean gradient of further
    shoppers that were not in is taken out of the update first.

    Args:
        plan: That was answered.
        spec: FeatureSpec of the tensors.
        data: The rows that were trained on.
        watch: That saw the training.
        noise: Draws who is tried; only tests bring their own.

    Returns:
        The score, or None: no training, or fewer than `FEWEST` shoppers on a side.
    """
    if plan.task is not Task.TRAIN or watch.batch is None or watch.batch.shoppers is None:
        return None
    source, k = noise or SystemNoise(), plan.unit.max_impressions
    out = np.setdiff1d(np.arange(data.n_shoppers), watch.seen)
    out = _some(out, source, 2 * MOST)
    # the one half is tried, the other half is what an attacker knows of shoppers in general
    tried, known = out[: len(out) // 2], out[len(out) // 2 :]
    inside = _some(np.arange(watch.batch.n_shoppers), source, MOST)
    if min(len(inside), len(tried)) < FEWEST:
        return None
    # the very rows that were in, not others of the same shoppers
    were_in, were_not, general = (
        _gradients(plan, spec, watch, batch)
        for batch in (
            rows_of(watch.batch, inside),
            data.pick(tried, k, source),
            data.pick(known, k, source),
        )
    )
    against = -np.concatenate([watch.update[n].ravel() for n in sorted(watch.update)])
    common = general.mean(0)
    against = against - (against @ common) / max(float(common @ common), 1e-24) * common
    return score(were_in @ against, were_not @ against)


def score(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> Membership:
    """Area under the ROC curve with an interval that holds for any distribution.

    The area is the share of pairs in the right order, ties counting half (Hanley and McNeil 1982),
    a two-sample U-statistic: |area - truth| <= sqrt(ln(2/a) / (2 min(m, n))) with confidence 1-a
    (Hoeffding 1963, section 5b). Wider than a bootstrap, and right at 0 and 1 too.

    Args:
        inside: Scores [m] of shoppers that were in.
        outside: Scores [n] of shoppers that were not.
    """
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    not_above = np.searchsorted(ordered, inside, side="right")
    area = float((below + not_above).sum() / (2 * len(inside) * len(outside)))
    smaller = min(len(inside), len(outside))
    half = math.sqrt(math.log(2 / (1 - CONFIDENCE)) / (2 * smaller))
    return Membership(
        auc=area,
        low=max(area - half, 0.0),
        high=min(area + half, 1.0),
        n_in=len(inside),
        n_out=len(outside),
        confidence=CONFIDENCE,
    )


def rows_of(batch: ShopperBatch, chosen: NDArray[np.int64]) -> ShopperBatch:
    """Some shoppers of a batch, with the same rows."""
    shoppers = None if batch.shoppers is None else batch.shoppers[chosen]
    return ShopperBatch(
        batch.ids[chosen],
        batch.numeric[chosen],
        batch.click[chosen],
        batch.conversion[chosen],
        batch.mask[chosen],
        shoppers,
    )


def _some(shoppers: NDArray[np.int64], noise: Noise, most: int) -> NDArray[np.int64]:
    """At most so many of them, drawn uniformly."""
    return shoppers[np.argsort(noise.uniform(len(shoppers)))[:most]]


def _gradients(
    plan: RoundPlan, spec: HasSizes, watch: Watch, batch: ShopperBatch
) -> NDArray[np.float64]:
    """Clipped gradients [B, P] of the shoppers at the weights before the last step."""
    parts = np.array_split(np.arange(batch.n_shoppers), math.ceil(batch.n_shoppers / _CHUNK))
    each = (clipped_gradients(plan, spec, watch.weights, rows_of(batch, part)) for part in parts)
    return np.concatenate(list(each)).astype(np.float64)
