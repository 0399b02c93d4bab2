"""What every engine is: weights and a batch in, the sum of clipped gradients out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from client.dataset import ShopperBatch
from common.rounds import RoundPlan, Tensors

#: The sum of clipped gradients, by tensor.
Sums = Mapping[str, NDArray[np.float64]]
#: Opacus divides by the norm plus this; an engine that is to give the same sum does so too.
OPACUS_MARGIN = 1e-6


@dataclass(frozen=True, slots=True)
class Clip:
    """What is summed, and how each shopper is bounded.

    Attributes:
        heads: Which heads' losses are added.
        names: The trained tensors, in order of name.
        norm: C, bound on a shopper's gradient over all those tensors together.
        max_impressions: K, the public divisor of a shopper's loss.
        margin: Added to a gradient's norm before C is divided by it.
        funnel: The conversion head's log-odds are those given a click (`common.model.TargetingNet`).
    """

    heads: tuple[str, ...]
    names: tuple[str, ...]
    norm: float
    max_impressions: int
    margin: float = OPACUS_MARGIN
    funnel: bool = False

    @classmethod
    def of(cls, plan: RoundPlan, names: tuple[str, ...], margin: float = OPACUS_MARGIN) -> Clip:
        """The plan's clip over these tensors."""
        k = plan.unit.max_impressions
        return cls(plan.heads, names, plan.clip_norm, k, margin, plan.funnel)


class ClippedSums(Protocol):
    """One way to the same sum: sum over shoppers of g * min(1, C / (|g| + margin))."""

    @property
    def name(self) -> str:
        """What it is called in settings and in the log."""

    def total(self, tensors: Tensors, batch: ShopperBatch) -> Sums:
        """The sum over the batch at these weights; an empty batch gives zeros.

        Args:
            tensors: All weights of the model, float32, by name.
            batch: At most K rows of each of B shoppers.

        Returns:
            float64, shapes of the trained tensors. Not noised: it protects nobody.
        """
