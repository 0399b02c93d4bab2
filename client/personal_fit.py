"""The head's arithmetic: ridge logistic regression on a shop's own rows, over the shared log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, sparse  # type: ignore[import-untyped]

from client.personal import logistic
from client.personal_head import Linear

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
        used = np.flatnonzero(np.bincount(ids.ravel(), minlength=n_ids))
        column = np.zeros(n_ids, np.int32)
        column[used] = np.arange(1, 1 + len(used))
        middle = float(np.average(shared, weights=weight))
        size = 1 + len(used) + numeric.shape[1] + 1
        # every row has as many entries; an id that it has twice stays two entries, which add up
        entries = np.ones((n, 1 + width + numeric.shape[1] + 1))
        entries[:, 0] = shared.astype(np.float64) - middle
        entries[:, 1 + width : -1] = NUMERIC_GAIN * numeric
        where = np.empty(entries.shape, np.int32)
        where[:, 0], where[:, 1 : 1 + width] = 0, column[ids]
        where[:, 1 + width :] = np.arange(1 + len(used), size)
        ends = np.arange(n + 1, dtype=np.int32) * entries.shape[1]
        x = sparse.csr_array((entries.ravel(), where.ravel(), ends), shape=(n, size))
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
    weight: Floats,
    mean: Floats,
    precision: Floats,
    curvature: Sequence[Floats],
    start: Floats | None = None,
) -> Floats:
    """The weights [P, M] of M least penalised log-losses over differently weighted rows.

    All M at once: the rows are read once for all of them, and nothing is copied. L-BFGS (Nocedal
    1980) in coordinates in which each loss is about round: those of the curvature at the start. A
    handful of passes over the rows, whatever the penalty.

    Args:
        design: All N rows.
        weight: [N, M]; 0 leaves a row out.
        mean: Of the Gaussian priors, [P, M].
        precision: Of the priors, [P, M].
        curvature: M of [P, P], about those of the weighted rows.
        start: Weights [P, M] to begin at, the priors' mean if None.
    """
    x, transposed, y = design.x, design.x.T, design.y[:, None]
    pairs = zip(curvature, precision.T, strict=True)
    roots = [linalg.cholesky(c + np.diag(p), lower=True, check_finite=False) for c, p in pairs]
    begin = mean if start is None else start

    def turned(columns: Floats, trans: str) -> Floats:
        out = np.empty_like(columns)
        for i, root in enumerate(roots):
            out[:, i] = linalg.solve_triangular(
                root, columns[:, i], lower=True, trans=trans, check_finite=False
            )
        return out

    def loss(z: Floats) -> tuple[float, Floats]:
        theta = begin + turned(z.reshape(begin.shape), "T")
        logit, off = x @ theta, theta - mean
        p, lost = logistic(logit, y)
        value = np.vdot(weight, lost) + 0.5 * np.vdot(precision, off**2)
        p -= y
        p *= weight
        slope = transposed @ p + precision * off
        return float(value), turned(slope, "N").ravel()

    options = {"maxiter": _STEPS, "gtol": 1e-4, "ftol": _TOLERANCE / len(roots)}
    done = optimize.minimize(
        loss, np.zeros(begin.size), jac=True, method="L-BFGS-B", options=options
    )
    return begin + turned(np.asarray(done.x, np.float64).reshape(begin.shape), "T")
