"""The personal part: Platt's calibration fitted on this merchant's rows, kept here, never sent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.metrics import sigmoid

#: Fewer outcomes than this say too little: the shared model's probabilities stay as they are.
MIN_POSITIVE = 5
#: Precision of the prior slope ~ N(1, 1/8); the intercept is free: base rates differ by shop.
_SLOPE_PRECISION = 8.0


@dataclass(frozen=True, slots=True)
class Platt:
    """log-odds -> slope * log-odds + intercept (Platt 1999), for one bundle and one head.

    Attributes:
        slope: 1 = as the shared model says. Never below 0: the order of shoppers stays.
        intercept: 0 = as the shared model says.
        n_rows: Rows it was fitted on.
        n_positive: Of them, with the outcome.
    """

    slope: float = 1.0
    intercept: float = 0.0
    n_rows: int = 0
    n_positive: int = 0

    def logit(self, logit: NDArray[np.floating]) -> NDArray[np.float64]:
        """Calibrated log-odds, same shape."""
        return self.slope * logit.astype(np.float64) + self.intercept

    def p(self, logit: NDArray[np.floating]) -> NDArray[np.float64]:
        """Calibrated probability, same shape."""
        return sigmoid(self.logit(logit))


def fit(logit: NDArray[np.floating], label: NDArray[np.integer]) -> Platt | None:
    """Fit slope and intercept by Newton's method with a prior at "leave it as it is".

    Fitted after the shared weights are final and on rows that stay here, so it costs no budget
    and nothing of it may ever be released.

    Args:
        logit: [N] the shared model's log-odds on this merchant's own rows.
        label: [N] of 0, 1, and -1 for unknown, which are left out.

    Returns:
        None with fewer than MIN_POSITIVE positives or negatives.
    """
    known = label >= 0
    x, y = logit[known].astype(np.float64), (label[known] == 1).astype(np.float64)
    n_positive = int(y.sum())
    if n_positive < MIN_POSITIVE or len(y) - n_positive < MIN_POSITIVE:
        return None
    # Centred, so that slope and intercept do not fight; undone at the end.
    middle = float(x.mean())
    centred = x - middle
    weights = np.array([1.0, math.log(n_positive / (len(y) - n_positive))])
    prior = np.array([_SLOPE_PRECISION, 0.0])
    for _ in range(50):
        p = sigmoid(weights[0] * centred + weights[1])
        error = p - y
        gradient = np.array([error @ centred, error.sum()]) + prior * (weights - [1.0, 0.0])
        curve = p * (1 - p)
        cross = float(curve @ centred)
        hessian = np.array([[curve @ centred**2, cross], [cross, curve.sum()]]) + np.diag(
            prior + 1e-6
        )
        step = np.linalg.solve(hessian, gradient)
        weights = weights - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    slope = float(max(weights[0], 0.05))
    return Platt(slope, float(weights[1]) - slope * middle, len(y), n_positive)
