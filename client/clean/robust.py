"""Robust limits of amounts: median and median absolute deviation of logarithms, from counts of values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: A normal distribution's standard deviation in median absolute deviations.
NORMAL = 1.4826
#: Smallest spread of a logarithm: in a category where all prices are equal, a third more is not odd.
LEAST_SPREAD = 0.3


@dataclass(frozen=True, slots=True)
class Limits:
    """What is usual: amounts outside of `low` to `high` are outliers, in hundredths."""

    low: int
    high: int
    median: int


def weighted_median(values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    """The lower median of values that occur so many times; values [N] in any order."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(counts[order])
    return float(values[order][np.searchsorted(total, (total[-1] + 1) // 2)])


def limits(amounts: NDArray[np.int64], counts: NDArray[np.int64], spread: float) -> Limits:
    """Limits of log amounts by the modified z-score (Iglewicz and Hoaglin 1993, How to Detect Outliers).

    Args:
        amounts: int64 [N], distinct, above 0, in hundredths.
        counts: int64 [N], how often each occurs.
        spread: Robust standard deviations that are still usual.
    """
    logs = np.log(amounts.astype(np.float64))
    middle = weighted_median(logs, counts)
    deviation = NORMAL * weighted_median(np.abs(logs - middle), counts)
    reach = spread * max(deviation, LEAST_SPREAD)
    # a sum of money fits into 62 bits, the exponential of a wide spread may not
    high = int(min(np.exp(min(middle + reach, 42.0)), 4e18))
    return Limits(int(np.floor(np.exp(middle - reach))), high, round(float(np.exp(middle))))
