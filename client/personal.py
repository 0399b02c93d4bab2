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
#: Scores far too sure of themselves are drawn together so much and no more.
LEAST_SLOPE = 0.02
#: The prior of the shift lies no further from the shop's own rate, in log-odds.
MOST_SHIFT = 4.0
_WIDE = 3.0


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
    # a model that did not converge must not drag the shift with it
    rate = (float(w @ y) + 0.5) / (float(w.sum()) + 1)
    base = float(np.log(rate / (1 - rate)))
    start = min(max(middle, base - MOST_SHIFT), base + MOST_SHIFT)
    slope, shift = _newton(x - middle, y, w, start, held=None)
    if slope < LEAST_SLOPE:  # the order stays; the shift is fitted anew beside it
        slope, shift = _newton(x - middle, y, w, start, held=LEAST_SLOPE)
    return Platt(slope, shift - slope * middle, len(y), int(y.sum()))


def logistic(
    logit: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(probabilities, log-losses) of log-odds and labels that go with them, from one exponential."""
    small = np.abs(logit)
    np.exp(np.negative(small, out=small), out=small)
    whole = small + 1
    lost = np.log(whole)
    lost += np.maximum(logit, 0)
    lost -= y * logit
    np.copyto(small, 1.0, where=logit >= 0)
    small /= whole
    return small, lost


def _newton(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    w: NDArray[np.float64],
    shift: float,
    held: float | None,
) -> tuple[float, float]:
    """(slope, shift) of least penalised loss for centred log-odds; a slope that is held stays."""
    start, precision = np.array([1.0, shift]), np.array(_PRECISION)

    def at(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Loss and probabilities."""
        logit, off = weights[0] * x + weights[1], weights - start
        p, lost = logistic(logit, y)
        return float(w @ lost + 0.5 * precision @ off**2), p

    # begun where no probability is 0 or 1; steps are halved until they descend
    first = min(1.0, _WIDE / max(float(x.std()), 1e-9)) if held is None else held
    weights = np.array([first, shift])
    value, p = at(weights)
    for _ in range(100):
        error, curve = w * (p - y), w * p * (1 - p)
        gradient = np.array([error @ x, error.sum()]) + precision * (weights - start)
        bent = curve * x
        cross = float(bent.sum())
        hessian = np.array([[float(bent @ x), cross], [cross, float(curve.sum())]])
        hessian += np.diag(precision)
        step = np.linalg.solve(hessian, gradient)
        if held is not None:
            step = np.array([0.0, gradient[1] / hessian[1, 1]])
        found, p = at(weights - step)
        while found > value and np.abs(step).max() > 1e-9:
            step = step / 2
            found, p = at(weights - step)
        weights, value = weights - step, found
        if np.abs(step).max() < 1e-9:
            break
    return float(weights[0]), float(weights[1])
