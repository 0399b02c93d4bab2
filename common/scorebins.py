"""The public bins of the score histogram that evaluation releases, and what is read from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
        pcoc: Predicted over observed conversions (1 = calibrated); NaN where the noise alone
            would move it by half or more.
        auc_std: Standard error of `auc` by the noise of the release; 0 without noise.
    """

    auc: float
    log_loss: float
    pcoc: float
    auc_std: float = 0.0


#: A PCOC whose logarithm the noise moves by more than this (one standard error) is no figure.
MAX_LOG_PCOC_STD = 0.4
_DRAWS = 200
_NOTHING = CurveMetrics(float("nan"), float("nan"), float("nan"), float("nan"))


def read(histogram: NDArray[np.floating], noise_std: float = 0.0) -> CurveMetrics:
    """Metrics from a (noised) histogram, with what the noise does to them.

    How far the noise can move a figure is found by adding as much again, 200 times: that is
    post-processing of the release and costs nothing. A histogram whose noise exceeds its
    conversions gives NaN instead of a made-up figure.

    Args:
        histogram: [2, n_bins]; row 0 without conversion (times NEGATIVE_WEIGHT), row 1 with.
        noise_std: Standard deviation of the noise in each cell; public.
    """
    found = _read(histogram.astype(np.float64), noise_std)
    if noise_std <= 0 or not np.isfinite(found.auc):
        return found
    rng = np.random.default_rng(0)
    noise = noise_std * rng.standard_normal((_DRAWS, *histogram.shape))
    draws = [_read(histogram + more, noise_std) for more in noise]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log([d.pcoc for d in draws])
    auc_std = float(np.std([d.auc for d in draws]))
    trusted = np.isfinite(logs).all() and float(np.std(logs)) <= MAX_LOG_PCOC_STD
    return replace(found, auc_std=auc_std, pcoc=found.pcoc if trusted else float("nan"))


def _read(histogram: NDArray[np.float64], noise_std: float) -> CurveMetrics:
    # High bins are nearly empty of rows without conversion; noise there would predict crowds.
    kept = np.where(np.abs(histogram[0]) < 2 * noise_std, 0.0, histogram[0])
    negative, positive = kept / NEGATIVE_WEIGHT, histogram[1]
    n_negative, n_positive = negative.sum(), positive.sum()
    if n_positive < 1 or n_negative < 1:
        return _NOTHING
    below = np.cumsum(negative) - negative
    auc = float((positive * (below + negative / 2)).sum() / (n_positive * n_negative))
    p = centres(histogram.shape[1])
    total = n_positive + n_negative
    loss = float(-(positive * np.log(p) + negative * np.log1p(-p)).sum() / total)
    pcoc = float((p * (positive + negative)).sum() / n_positive)
    return CurveMetrics(min(max(auc, 0.0), 1.0), max(loss, 0.0), max(pcoc, 0.0))
