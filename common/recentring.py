"""Moving a head's bias so that predicted and observed totals agree; pure numpy.

The coordinator recentres with it before it publishes, and an auditor with the very same function.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

#: Factors beyond it are noise, and are not followed.
MOST_PCOC = 20.0


def recentre(
    tensors: Mapping[str, NDArray[np.float32]], head: str, pcoc: float
) -> dict[str, NDArray[np.float32]]:
    """Move a head's bias by the logarithm of predicted over observed.

    Clipping takes most from the rare rows with an outcome, so private training predicts too
    little. `pcoc` must come from the noised evaluation histogram: then this is post-processing
    of a release and costs nothing.

    Args:
        tensors: The shared weights, by name.
        head: "click" or "conversion".
        pcoc: Predicted over observed; NaN, or a factor beyond 20, leaves everything as it is.
    """
    out = {name: value.copy() for name, value in tensors.items()}
    name = f"numeric_{head}.bias"
    if name in out and math.isfinite(pcoc) and 1 / MOST_PCOC <= pcoc <= MOST_PCOC:
        # For rare outcomes the odds and the probability move by the same factor.
        out[name] -= np.float32(np.log(pcoc))
    return out
