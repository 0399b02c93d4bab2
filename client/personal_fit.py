"""The head's arithmetic: ridge logistic regression on a shop's own rows, over the shared log-odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, sparse  # type: ignore[import-untyped]

from client.personal_head import Linear
from common.metrics import sigmoid

Floats = NDArray[np.float64]
#: Numbers lie in [0, 1] and say more than one id of many: they are penalised less by this factor,
#: squared. The shared model uses the same gain.
NUMERIC_GAIN = 4.0
#: Precision of the prior of slope and of shift at the mean score, as of Platt's calibration.
SLOPE_PRECISION, SHIFT_PRECISION = 8.0, 0.25
_STEPS, _TOLERANCE = 60, 1e-7


@dataclass(frozen=True, slots=True)
class Design:
    """One shop's labelled rows as a sparse matrix: [shared log-odds, used ids, numbers, 1].

    Attributes:
        x: float64 [N, 1 + U + D + 1], sparse; the first column is centred.
        y: [N] of 0.0 and 1.0.
        weight: [N]; above 1 for a row that stands for others which were left out.
        used: int64 [U], ids that occur.
        n_ids: V.
        n_numeric: D.
        middle: Mean shared log-odds, taken off the first column.
    """

    x: sparse.csr_array
    y: Floats
    weight: Floats
    used: NDArray[np.int64]
    n_ids: int
    n_numeric: int
    middle: float

    @classmethod
    def build(
        cls,
        ids: NDArray[np.int64],
        numeric: NDArray[np.float32],
        shared: NDArray[np.floating],
        y: Floats,
        weight: Floats,
        n_ids: int,
    ) -> Design:
        """From N encoded rows with their shared log-odds [N], labels and weights [N]."""
        n, width = ids.shape
        used, code = np.unique(ids, return_inverse=True)
        place = (np.repeat(np.arange(n), width), code.ravel())
        one_hot = sparse.csr_array((np.ones(n * width), place), shape=(n, len(used)))
        middle = float(np.average(shared, weights=weight))
        first = sparse.csr_array((shared.astype(np.float64) - middle)[:, None])
        numbers = sparse.csr_array(NUMERIC_GAIN * numeric.astype(np.float64))
        x = sparse.hstack([first, one_hot, numbers, np.ones((n, 1))], format="csr")
        return cls(x, y, weight, used.astype(np.int64), n_ids, numeric.shape[1], middle)

    def curvature(self, rows: NDArray[np.int64], p: Floats) -> Floats:
        """Sum over rows of weight p (1 - p) x x^T, [P, P] with P columns."""
        part = self.x[rows]
        scaled = part.multiply((self.weight[rows] * p * (1 - p))[:, None]).tocsr()
        return np.asarray((part.T @ scaled).todense(), np.float64)

    def linear(self, theta: Floats) -> Linear:
        """Solved columns [P] as a head over all V ids."""
        ids = np.zeros(self.n_ids, np.float32)
        ids[self.used] = theta[1 : 1 + len(self.used)]
        numeric = NUMERIC_GAIN * theta[1 + len(self.used) : -1]
        slope = float(theta[0])
        shift = float(theta[-1]) - slope * self.middle
        return Linear(slope, shift, ids, numeric.astype(np.float32))


def prior(design: Design, ridge: float, *, own: bool) -> tuple[Floats, Floats]:
    """(mean [P], precision [P]): "leave the shared score as it is", or without it at all.

    Args:
        design: The rows.
        ridge: Precision of every id's and every number's weight around 0.
        own: The shop's own model alone: the slope is held at 0.
    """
    size = design.x.shape[1]
    mean, precision = np.zeros(size), np.full(size, ridge)
    positive = float(design.weight @ design.y) + 0.5
    rate = positive / (float(design.weight.sum()) + 1.0)
    precision[0] = 1e6 if own else SLOPE_PRECISION
    mean[0] = 0.0 if own else 1.0
    mean[-1] = float(np.log(rate / (1 - rate))) if own else design.middle
    precision[-1] = SHIFT_PRECISION
    return mean, precision


def solve(
    design: Design,
    rows: NDArray[np.int64],
    mean: Floats,
    precision: Floats,
    curvature: Floats,
    start: Floats | None = None,
) -> Floats:
    """The weights [P] of least penalised log-loss over some rows.

    L-BFGS (Nocedal 1980) in coordinates in which the loss is about round: those of the curvature at
    the start. A handful of passes over the rows, whatever the penalty.

    Args:
        design: All rows.
        rows: Which of them to fit.
        mean: Of the Gaussian prior, [P].
        precision: Of the prior, [P].
        curvature: [P, P], about that of these rows.
        start: Weights to begin at, the prior's mean if None.
    """
    x, y, weight = design.x[rows], design.y[rows], design.weight[rows]
    transposed = x.T.tocsr()
    root = linalg.cholesky(curvature + np.diag(precision), lower=True, check_finite=False)
    begin = mean if start is None else start

    def back(z: Floats) -> Floats:
        moved: Floats = linalg.solve_triangular(root, z, lower=True, trans="T", check_finite=False)
        return begin + moved

    def loss(z: Floats) -> tuple[float, Floats]:
        theta = back(z)
        logit, off = x @ theta, theta - mean
        value = weight @ (np.logaddexp(0.0, logit) - y * logit) + 0.5 * off @ (precision * off)
        slope = transposed @ (weight * (sigmoid(logit) - y)) + precision * off
        return float(value), linalg.solve_triangular(root, slope, lower=True, check_finite=False)

    options = {"maxiter": _STEPS, "gtol": 1e-4, "ftol": _TOLERANCE}
    done = optimize.minimize(
        loss, np.zeros(len(mean)), jac=True, method="L-BFGS-B", options=options
    )
    return back(np.asarray(done.x, np.float64))
