"""How good a score is: AUC, log-loss, normalised entropy, calibration, lift; plain numpy."""

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


def grouped_auc(
    label: NDArray[np.integer], score: NDArray[np.floating], group: NDArray[np.integer]
) -> float:
    """Mean of the AUC within each group, weighted by its rows (GAUC; Zhou et al. 2018, sec. 6.2).

    Groups with one class only have no order to be right about and are left out.

    Args:
        label: [N] of 0 and 1.
        score: [N], higher means likelier.
        group: [N] codes, here of merchants.

    Returns:
        NaN where no group has both classes.
    """
    total, weight = 0.0, 0
    for code in np.unique(group):
        inside = group == code
        one = auc(label[inside], score[inside])
        if not np.isnan(one):
            n = int(inside.sum())
            total, weight = total + n * one, weight + n
    return total / weight if weight else float("nan")


def normalised_entropy(label: NDArray[np.integer], p: NDArray[np.floating]) -> float:
    """Log-loss over that of always saying the observed rate (He et al. 2014, sec. 3).

    Below 1 says more than the rate alone; NaN without rows or with one class only.
    """
    if not len(label):
        return float("nan")
    rate = float((label == 1).mean())
    if rate in (0.0, 1.0):
        return float("nan")
    entropy = -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    return float(log_loss(label, p) / entropy)


def calibration_error(
    label: NDArray[np.integer], p: NDArray[np.floating], n_bins: int = 15
) -> float:
    """Expected calibration error over bins of equal mass (Naeini et al. 2015; Nixon et al. 2019).

    Rows sorted by p are cut into `n_bins` parts of as equal size as can be; the error is the mean
    of |mean p - observed rate| over parts, weighted by their rows. With rare outcomes bins of equal
    width would put nearly all rows into one.

    Args:
        label: [N] of 0 and 1.
        p: [N] probabilities.
        n_bins: Parts; fewer where there are fewer rows.

    Returns:
        NaN without rows.
    """
    n = len(label)
    if not n:
        return float("nan")
    order = np.argsort(p, kind="stable")
    q, y = p[order].astype(np.float64), (label[order] == 1).astype(np.float64)
    # Equal scores share their mean outcome, so that ties cut by a border do not depend on the
    # order of the rows.
    _, first, counts = np.unique(q, return_index=True, return_counts=True)
    y = np.repeat(np.add.reduceat(y, first) / counts, counts)
    ends = np.linspace(0, n, min(n_bins, n) + 1).round().astype(np.int64)[:-1]
    return float(np.abs(np.add.reduceat(q - y, ends)).sum() / n)


def pcoc(label: NDArray[np.integer], p: NDArray[np.floating]) -> float:
    """Predicted over observed positives (1 = calibrated; above, too much); NaN without positives."""
    n_positive = int((label == 1).sum())
    return float(p.astype(np.float64).sum() / n_positive) if n_positive else float("nan")


def top_lift(label: NDArray[np.integer], score: NDArray[np.floating], share: float = 0.1) -> float:
    """Rate among the best-scored `share` of rows over the rate of all; 1 is what chance gives.

    Rows that tie at the border count by the part of them that fits (their expected outcome).

    Args:
        label: [N] of 0 and 1.
        score: [N], higher means likelier.
        share: In (0, 1]; 0.1 is the top decile.

    Returns:
        NaN without positives.
    """
    n_positive = int((label == 1).sum())
    if not n_positive:
        return float("nan")
    wanted = share * len(label)
    _, inverse, counts = np.unique(
        -score.astype(np.float64), return_inverse=True, return_counts=True
    )
    hits = np.bincount(inverse, weights=(label == 1).astype(np.float64))
    taken = np.clip(wanted - (np.cumsum(counts) - counts), 0, counts)
    return float((hits * taken / counts).sum() / n_positive / share)


def quality(label: NDArray[np.integer], p: NDArray[np.floating]) -> Quality:
    """All figures at once.

    Args:
        label: [N] of 0, 1, and -1 for unknown, which are left out.
        p: [N] probabilities.
    """
    known = label >= 0
    y, q = label[known], p[known]
    n_positive = int((y == 1).sum())
    return Quality(len(y), n_positive, auc(y, q), log_loss(y, q), pcoc(y, q))


def sigmoid(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probability of log-odds, without overflow."""
    z = np.exp(-np.abs(x.astype(np.float64)))
    return np.where(x >= 0, 1 / (1 + z), z / (1 + z))
