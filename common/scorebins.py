"""The public bins of the score histogram that evaluation releases, and what is read from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Bins are equal steps of log-odds between these; the outer bins take the rest.
LOW, HIGH = -9.0, 1.0
#: A row without conversion weighs this much, one with conversion 1: conversions are a thousand
#: times rarer, so the noise is spent where it matters. Public, the same for everybody.
NEGATIVE_WEIGHT = 1 / 16


def bin_of(logit: NDArray[np.floating], n_bins: int) -> NDArray[np.int64]:
    """Which bin each log-odds falls into, 0..n_bins-1, same shape."""
    edges = np.linspace(LOW, HIGH, n_bins + 1)[1:-1]
    return np.searchsorted(edges, logit, side="right").astype(np.int64)


def centres(n_bins: int) -> NDArray[np.float64]:
    """Probability at the middle of each bin, [n_bins]."""
    edges = np.linspace(LOW, HIGH, n_bins + 1)
    out: NDArray[np.float64] = 1 / (1 + np.exp(-(edges[:-1] + edges[1:]) / 2))
    return out


@dataclass(frozen=True, slots=True)
class CurveMetrics:
    """What a histogram of scores says of a model.

    Attributes:
        auc: Probability that a converting row scores above another one.
        log_loss: Mean negative log-likelihood a row, natural logarithm.
        pcoc: Predicted over observed conversions (1 = calibrated).
    """

    auc: float
    log_loss: float
    pcoc: float


def read(histogram: NDArray[np.floating]) -> CurveMetrics:
    """Metrics from a (noised) histogram.

    Noise can make bins negative: counts are kept as they are in sums, which stay unbiased, and
    only the final figures are put back into their range. A histogram whose noise exceeds its
    conversions gives NaN instead of a made-up figure.

    Args:
        histogram: [2, n_bins]; row 0 without conversion (times NEGATIVE_WEIGHT), row 1 with.
    """
    negative = histogram[0].astype(np.float64) / NEGATIVE_WEIGHT
    positive = histogram[1].astype(np.float64)
    n_negative, n_positive = negative.sum(), positive.sum()
    if n_positive < 1 or n_negative < 1:
        return CurveMetrics(float("nan"), float("nan"), float("nan"))
    below = np.cumsum(negative) - negative
    auc = float((positive * (below + negative / 2)).sum() / (n_positive * n_negative))
    p = centres(histogram.shape[1])
    total = n_positive + n_negative
    loss = float(-(positive * np.log(p) + negative * np.log1p(-p)).sum() / total)
    pcoc = float((p * (positive + negative)).sum() / n_positive)
    return CurveMetrics(min(max(auc, 0.0), 1.0), max(loss, 0.0), max(pcoc, 0.0))
