"""The model's per-shopper gradient once more, in NumPy: what the client's clipped sum must equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.scorebins import NEGATIVE_WEIGHT, bin_of

Floats = NDArray[np.float64]
Weights = Mapping[str, Floats]
#: The same constants as in `common.model`, which an auditor cannot import without torch; a test
#: holds the two together.
VECTOR_GAIN, NUMERIC_GAIN = 0.3, 4.0


@dataclass(frozen=True, slots=True)
class Unit:
    """The rows of one privacy unit.

    Attributes:
        ids: int64 [n, F].
        numeric: float64 [n, D].
        click: [n]; 0, 1 or -1.
        conversion: [n]; 0, 1 or -1.
    """

    ids: NDArray[np.int64]
    numeric: Floats
    click: Floats
    conversion: Floats

    def labels(self, head: str) -> Floats:
        """The head's labels [n]."""
        return self.click if head == "click" else self.conversion


def logits(weights: Weights, unit: Unit, head: str) -> tuple[Floats, Floats, Floats]:
    """(log-odds [n], pair terms [n, E], pooled vectors [n, E]) of one head.

    Pair terms: sum over i < j of (g v_i) * (g v_j), by component (Rendle 2010).
    """
    vectors = VECTOR_GAIN * weights["vectors.weight"][unit.ids]
    pooled = vectors.sum(1)
    pairs = 0.5 * (pooled**2 - (vectors**2).sum(1))
    z = (
        weights[f"first_{head}.weight"][unit.ids, 0].sum(1)
        + pairs @ weights[f"pair_{head}.weight"][0]
    )
    z = z + NUMERIC_GAIN * unit.numeric @ weights[f"numeric_{head}.weight"][0]
    return z + weights[f"numeric_{head}.bias"][0], pairs, pooled


def gradient(
    weights: Weights, unit: Unit, heads: Sequence[str], max_impressions: int
) -> dict[str, Floats]:
    """Gradient of one shopper's loss: the sum over rows and heads of the log-loss, over K.

    Of direct heads: no plan of the audit has a funnel (`RoundPlan.funnel`), whose slopes other tests hold
    against autograd; clipping, noise and sampling are the same code for both.

    Args:
        weights: All of the model's, by name.
        unit: At most K rows.
        heads: Heads that are trained.
        max_impressions: K.

    Returns:
        By name, of the tensors that train.
    """
    out: dict[str, Floats] = {"vectors.weight": np.zeros_like(weights["vectors.weight"])}
    for head in heads:
        z, pairs, pooled = logits(weights, unit, head)
        y = unit.labels(head)
        residual = np.where(y >= 0, 1 / (1 + np.exp(-z)) - y, 0.0) / max_impressions
        pull = weights[f"pair_{head}.weight"][0]
        first = np.zeros_like(weights[f"first_{head}.weight"])
        np.add.at(first[:, 0], unit.ids, residual[:, None])
        own = VECTOR_GAIN * weights["vectors.weight"][unit.ids]
        each = VECTOR_GAIN * pull * (pooled[:, None, :] - own)
        np.add.at(out["vectors.weight"], unit.ids, residual[:, None, None] * each)
        out[f"first_{head}.weight"] = first
        out[f"pair_{head}.weight"] = residual[None, :] @ pairs
        out[f"numeric_{head}.weight"] = NUMERIC_GAIN * residual[None, :] @ unit.numeric
        out[f"numeric_{head}.bias"] = residual.sum()[None]
    return out


def flat(tensors: Weights) -> Floats:
    """All tensors as one vector, in order of name."""
    return np.concatenate([tensors[name].ravel() for name in sorted(tensors)])


def clipped(vector: Floats, clip_norm: float) -> Floats:
    """Scaled down to an L2 norm of at most C (Abadi et al. 2016)."""
    return vector * min(1.0, clip_norm / max(float(np.linalg.norm(vector)), 1e-12))


def histogram(weights: Weights, unit: Unit, n_bins: int, clip_norm: float) -> Floats:
    """[2, n_bins] what one shopper adds to the score histogram, scaled down to a norm of C."""
    z, _, _ = logits(weights, unit, "conversion")
    y = unit.conversion.astype(np.int64)
    out = np.zeros((2, n_bins))
    known = y >= 0
    np.add.at(
        out, (y[known], bin_of(z[known], n_bins)), np.where(y[known] == 1, 1.0, NEGATIVE_WEIGHT)
    )
    return clipped(out.ravel(), clip_norm).reshape(2, n_bins)
