"""Watch: what one training really did, kept for this shop's own eyes; nothing of it is ever sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from client.preview import Membership, Preview, TensorPreview
from common.privacy import PrivacySpent
from common.rounds import RoundPlan, Tensors

if TYPE_CHECKING:  # torch lives there; this file is arithmetic
    from client.dataset import ShopperBatch


class Watch:
    """Sees every step of `client.train.train`; draws no randomness and changes nothing.

    Attributes:
        clipped: By tensor, the sum over all steps of the clipped per-shopper gradients before
            noise. Private.
        seen: Numbers of all shoppers that were in any step's batch. Private.
        n_steps: Steps seen.
        weights: Before the last step.
        batch: Of the last step. Private.
        update: What `train` returned.
    """

    def __init__(self) -> None:
        self.clipped: dict[str, NDArray[np.float64]] = {}
        self.seen: NDArray[np.int64] = np.zeros(0, np.int64)
        self.n_steps = 0
        self.weights: Tensors = {}
        self.batch: ShopperBatch | None = None
        self.update: Tensors = {}

    def step(
        self,
        weights: Tensors,
        batch: ShopperBatch,
        clipped: Mapping[str, NDArray[np.float32]],
    ) -> None:
        """One step was taken.

        Args:
            weights: Before it.
            batch: Its shoppers; B may be 0.
            clipped: By tensor, the sum of their clipped gradients before noise.
        """
        self.n_steps += 1
        self.weights, self.batch = weights, batch
        if batch.shoppers is not None:
            self.seen = np.union1d(self.seen, batch.shoppers)
        for name, value in clipped.items():
            before = self.clipped.get(name, np.zeros(value.shape))
            self.clipped[name] = before + value

    def done(self, update: Tensors) -> None:
        """The training ended with this update."""
        self.update = dict(update)


def preview(
    plan: RoundPlan,
    tensors: Tensors,
    before: PrivacySpent,
    after: PrivacySpent,
    watch: Watch | None = None,
    membership: Membership | None = None,
) -> Preview:
    """What a report would tell and cost.

    The norm before noise is that of the clipped sums in the update's own scale (learning rate over
    the expected batch), so that before and after can be compared.

    Args:
        plan: That is answered.
        tensors: The noised tensors that would leave.
        before: Epsilon of the ledger without this charge.
        after: With it.
        watch: That saw the training; without it the norms before noise are unknown.
        membership: Score of the quick attack.
    """
    scale = plan.learning_rate / plan.expected_batch
    clipped = watch.clipped if watch is not None else {}
    rows = tuple(
        TensorPreview(
            name=name,
            shape=tensors[name].shape,
            n_bytes=4 * tensors[name].size,
            norm_before=scale * _norm(clipped[name]) if name in clipped else None,
            norm_after=_norm(tensors[name]),
        )
        for name in sorted(tensors)
    )
    known = [r.norm_before for r in rows if r.norm_before is not None]
    return Preview(
        tensors=rows,
        norm_before=math.hypot(*known) if rows and len(known) == len(rows) else None,
        norm_after=math.hypot(*(r.norm_after for r in rows)),
        epsilon_before=before.epsilon,
        epsilon_after=after.epsilon,
        delta=after.delta,
        membership=membership,
    )


def _norm(values: NDArray[np.floating]) -> float:
    return float(np.linalg.norm(values.astype(np.float64).ravel()))
