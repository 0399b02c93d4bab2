"""Isotonic calibration: steps where a shop has outcomes enough, each rising a little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.metrics import sigmoid

#: Fewer outcomes than this make steps of chance.
MIN_POSITIVE = 100
#: Log-odds outside the outermost knots go on with this slope, so that the order of shoppers stays.
_OUTSIDE = 1.0
#: Slope inside a block.
_INSIDE = 0.05


@dataclass(frozen=True, slots=True)
class Isotonic:
    """log-odds -> log-odds on a rising line through knots.

    Attributes:
        x: float64 [knots], rising.
        y: float64 [knots], rising.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def logit(self, logit: NDArray[np.floating]) -> NDArray[np.float64]:
        """Calibrated log-odds, same shape."""
        given = logit.astype(np.float64)
        inside = np.clip(given, self.x[0], self.x[-1])
        return np.interp(inside, self.x, self.y) + _OUTSIDE * (given - inside)

    def p(self, logit: NDArray[np.floating]) -> NDArray[np.float64]:
        """Calibrated probability, same shape."""
        return sigmoid(self.logit(logit))


def fit(
    logit: NDArray[np.floating],
    label: NDArray[np.integer],
    weight: NDArray[np.float64] | None = None,
) -> Isotonic | None:
    """Pool adjacent violators (Ayer et al. 1955), two knots for each block.

    A block rises a little instead of being flat, so that shoppers keep their order.

    Args:
        logit: [N] log-odds.
        label: [N] of 0, 1, and -1 for unknown, which are left out.
        weight: [N], 1 each if None.

    Returns:
        None with fewer than MIN_POSITIVE outcomes, or where a line cannot be drawn.
    """
    known = (label >= 0) & np.isfinite(logit)
    x, y = logit[known].astype(np.float64), (label[known] == 1).astype(np.float64)
    w = np.ones(len(x)) if weight is None else weight[known]
    if y.sum() < MIN_POSITIVE:
        return None
    from scipy import optimize  # type: ignore[import-untyped]

    at = np.unique(x, return_inverse=True)[1]
    n = np.bincount(at, weights=w)
    mean = np.bincount(at, weights=w * y) / n
    level = np.asarray(optimize.isotonic_regression(mean, weights=n).x, np.float64)
    _, block = np.unique(level[at], return_inverse=True)
    size = np.bincount(block, weights=w)
    won = np.bincount(block, weights=w * y)
    # worth one row of the shop's own rate: a block without an outcome is rare, not impossible
    rate = (won + y.mean()) / (size + 1.0)
    low, high = np.full(len(size), np.inf), np.full(len(size), -np.inf)
    np.minimum.at(low, block, x)
    np.maximum.at(high, block, x)
    half = _INSIDE * (high - low) / 2
    value = np.log(rate / (1 - rate))
    knots: NDArray[np.float64] = np.stack([low, high], 1).ravel()
    levels = np.maximum.accumulate(np.stack([value - half, value + half], 1).ravel())
    first: NDArray[np.bool_] = np.concatenate([[True], np.diff(knots) > 0])
    return Isotonic(knots[first], levels[first]) if first.sum() >= 3 else None
