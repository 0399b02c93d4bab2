"""How good a score is: AUC, log-loss, normalised entropy, calibration; plain numpy."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

_TINY = 1e-7


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of one set of scores against what happened.

    Attributes:
        n_rows: Rows with a known outcome.
        n_positive: Of them, with the outcome.
        auc: Chance that a positive row scores above a negative one; NaN with one class only.
        log_loss: Mean negative log-likelihood a row, natural logarithm.
        pcoc: Predicted over observed positives (1 = calibrated); NaN without positives.
    """

    n_rows: int
    n_positive: int
    auc: float
    log_loss: float
    pcoc: float

    def as_dict(self) -> dict[str, float | int]:
        """Plain JSON values."""
        return asdict(self)


def auc(label: NDArray[np.integer], score: NDArray[np.floating]) -> float:
    """Area under the ROC curve with ties counted half (Mann and Whitney 1947); NaN if undefined.

    Args:
        label: [N] of 0 and 1.
        score: [N], higher means likelier.
    """
    n_positive = int((label == 1).sum())
    n_negative = len(label) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    rank = last - (counts - 1) / 2
    total = float(rank[inverse][label == 1].sum())
    return (total - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)


def log_loss(label: NDArray[np.integer], p: NDArray[np.floating]) -> float:
    """Mean negative log-likelihood a row, natural logarithm; NaN without rows."""
    if not len(label):
        return float("nan")
    q = np.clip(p.astype(np.float64), _TINY, 1 - _TINY)
    return float(-np.where(label == 1, np.log(q), np.log1p(-q)).mean())


def quality(label: NDArray[np.integer], p: NDArray[np.floating]) -> Quality:
    """All figures at once.

    Args:
        label: [N] of 0, 1, and -1 for unknown, which are left out.
        p: [N] probabilities.
    """
    known = label >= 0
    y, q = label[known], p[known]
    n_positive = int((y == 1).sum())
    pcoc = float(q.sum() / n_positive) if n_positive else float("nan")
    return Quality(len(y), n_positive, auc(y, q), log_loss(y, q), pcoc)


def sigmoid(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probability of log-odds, without overflow."""
    z = np.exp(-np.abs(x.astype(np.float64)))
    return np.where(x >= 0, 1 / (1 + z), z / (1 + z))
