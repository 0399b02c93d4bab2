"""What a released score histogram says: AUC, log-loss, calibration; the mean is common.averaging's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from common import scorebins
from common.averaging import Aggregate, Arrays, aggregate
from common.errors import InternalError

__all__ = ["Aggregate", "Arrays", "aggregate", "curve_metrics"]


def curve_metrics(
    histogram: NDArray[np.floating], noise_std: float = 0.0
) -> scorebins.CurveMetrics:
    """AUC, log-loss, PCOC of a summed noised histogram [2, n_bins]; NaN where noise wins.

    Args:
        histogram: Sum over merchants.
        noise_std: Of the noise in each cell of the sum: sigma * C * sqrt(merchants).

    Raises:
        InternalError: wrong shape or not finite.
    """
    if histogram.ndim != 2 or histogram.shape[0] != 2 or not np.isfinite(histogram).all():
        raise InternalError("a histogram has two finite rows")
    return scorebins.read(histogram, noise_std)
