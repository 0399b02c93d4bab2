"""The personal part: Platt's calibration fitted on this merchant's rows, kept here, never sent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.metrics import sigmoid

#: Fewer rows than this say nothing: the shared model's probabilities stay as they are.
MIN_ROWS = 50
#: Priors: slope ~ N(1, 1/8), shift at the mean score ~ N(0, 1/0.25). They carry the fit where a
#: shop has few outcomes, and hardly matter where it has many.
_PRECISION = (8.0, 0.25)


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


def fit(
    logit: NDArray[np.floating],
    label: NDArray[np.integer],
    weight: NDArray[np.float64] | None = None,
) -> Platt | None:
    """Fit slope and intercept by Newton's method with a prior at "leave it as it is".

    Fitted after the shared weights are final and on rows that stay here, so it costs no budget
    and nothing of it may ever be released.

    Args:
        logit: [N] the shared model's log-odds on this merchant's own rows.
        label: [N] of 0, 1, and -1 for unknown, which are left out.
        weight: [N], above 1 for a row that stands for several; 1 each if None.

    Returns:
        None with fewer than MIN_ROWS labelled rows, or where a score is not a number.
    """
    known = label >= 0
    x, y = logit[known].astype(np.float64), (label[known] == 1).astype(np.float64)
    if len(y) < MIN_ROWS or not np.isfinite(x).all():
        return None
    w = np.ones(len(y)) if weight is None else weight[known]
    # Centred, so that slope and shift do not fight; undone at the end.
    middle = float(np.average(x, weights=w))
    centred = x - middle
    start, precision = np.array([1.0, middle]), np.array(_PRECISION)
    weights = start.copy()
    for _ in range(100):
        p = sigmoid(weights[0] * centred + weights[1])
        error, curve = w * (p - y), w * p * (1 - p)
        gradient = np.array([error @ centred, error.sum()]) + precision * (weights - start)
        cross = float(curve @ centred)
        hessian = np.array([[float(curve @ centred**2), cross], [cross, float(curve.sum())]])
        step = np.linalg.solve(hessian + np.diag(precision), gradient)
        weights = weights - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    slope = float(max(weights[0], 0.05))
    return Platt(slope, float(weights[1]) - slope * middle, len(y), int(y.sum()))
