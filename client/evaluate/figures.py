"""Scores to figures: all rows, each merchant, raw and calibrated, and the gain over learning alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from client.evaluate.nouns import (
    Case,
    Figures,
    Floats,
    Gain,
    Merchant,
    MerchantFigures,
    Pair,
    Run,
    Scored,
)
from client.personal import fit
from client.personal_head import Calibration
from common import metrics

#: Later positives that a merchant needs to be in a mean per merchant.
MIN_LATER = 3
N_RESAMPLED = 2_000


def judge(case: Case, head: str, scored: Scored) -> Run:
    """Figures on later rows with a known outcome.

    Calibration is Platt's (`client.personal`), fitted by each merchant on the rows that it learned
    from; later rows only judge.

    Args:
        case: Merchants and rows.
        head: Which outcome.
        scored: Log-odds of each merchant's rows, and calibrations that come with them.
    """
    labels, raws, fitted, whose, merchants = [], [], [], [], []
    for i, (m, pair) in enumerate(zip(case.merchants, scored.by_head[head], strict=True)):
        y = m.later.data.labels(head)
        known = y >= 0
        raw = metrics.sigmoid(pair[1][known])
        p = calibrated(m, head, pair, scored.own(head, i))[known]
        positive = int((m.before.data.labels(head) == 1).sum())
        merchants.append(_merchant(m.name, m.n_rows, positive, y[known], raw, p))
        labels.append(y[known])
        raws.append(raw)
        fitted.append(p)
        whose.append(np.full(int(known.sum()), i))
    y_all, group = np.concatenate(labels), np.concatenate(whose)
    judged = [m.auc for m in merchants if _judged(m)]
    return Run(
        raw=_figures(y_all, np.concatenate(raws), group),
        calibrated=_figures(y_all, np.concatenate(fitted), group),
        mean_auc=float(np.mean(judged)) if judged else float("nan"),
        sigma=scored.sigma,
        merchants=tuple(merchants),
    )


def calibrated(m: Merchant, head: str, pair: Pair, own: Calibration | None) -> Floats:
    """Probabilities [N] of a merchant's later rows after its calibration at home.

    Args:
        m: The merchant.
        head: Which outcome.
        pair: Log-odds of its rows.
        own: The calibration that came with them; None = Platt's, fitted here.
    """
    found = own or fit(pair[0], m.before.data.labels(head))
    return found.p(pair[1]) if found else metrics.sigmoid(pair[1])


def gain(
    runs: Sequence[Run],
    reference: Sequence[Run],
    rng: np.random.Generator,
    names: frozenset[str] | None = None,
) -> Gain | None:
    """Mean AUC per merchant minus the reference's, with a percentile interval.

    Merchants are drawn with replacement (the cluster bootstrap: Davison and Hinkley 1997, sec. 3.8;
    a merchant's later rows stay together) and so are runs; both methods always on the same rows.
    A household that several merchants know is taken as several, and few merchants give an interval
    that is a little narrow.

    Args:
        runs: Of the method, one a seed, or one for all.
        reference: The same of what it is compared with.
        rng: For the drawing.
        names: Only these merchants.

    Returns:
        None where fewer than two merchants can be compared.
    """
    s = max(len(runs), len(reference))
    a, b = (np.array([_aucs(r[i % len(r)], names) for i in range(s)]) for r in (runs, reference))
    difference = a - b
    difference = difference[:, ~np.isnan(difference).all(axis=0)]
    n = difference.shape[1]
    if n < 2:
        return None
    drawn = np.empty(N_RESAMPLED)
    for k in range(N_RESAMPLED):
        which = difference[np.ix_(rng.integers(s, size=s), rng.integers(n, size=n))]
        drawn[k] = _mean_of(which)
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Gain(_mean_of(difference), float(low), float(high), n)


def _mean_of(difference: NDArray[np.float64]) -> float:
    """Mean over merchants of each merchant's mean over the runs in which it can be judged."""
    known = ~np.isnan(difference)
    count = known.sum(axis=0)
    total = np.where(known, difference, 0).sum(axis=0)
    return float((total[count > 0] / count[count > 0]).mean()) if count.any() else float("nan")


def _aucs(run: Run, names: frozenset[str] | None) -> list[float]:
    return [
        m.auc if _judged(m) and (names is None or m.name in names) else float("nan")
        for m in run.merchants
    ]


def _judged(m: MerchantFigures) -> bool:
    return m.n_positive >= MIN_LATER and not np.isnan(m.auc)


def _merchant(
    name: str, n_rows: int, n_before: int, y: NDArray[np.int8], raw: Floats, p: Floats
) -> MerchantFigures:
    return MerchantFigures(
        name=name,
        n_rows=n_rows,
        n_positive_before=n_before,
        n_later=len(y),
        n_positive=int((y == 1).sum()),
        auc=metrics.auc(y, raw),
        log_loss=metrics.log_loss(y, raw),
        log_loss_calibrated=metrics.log_loss(y, p),
        pcoc=metrics.pcoc(y, raw),
        pcoc_calibrated=metrics.pcoc(y, p),
    )


def _figures(y: NDArray[np.int8], p: Floats, group: NDArray[np.int64]) -> Figures:
    return Figures(
        auc=metrics.auc(y, p),
        grouped_auc=metrics.grouped_auc(y, p, group),
        log_loss=metrics.log_loss(y, p),
        normalised_entropy=metrics.normalised_entropy(y, p),
        ece=metrics.calibration_error(y, p),
        pcoc=metrics.pcoc(y, p),
        top_decile_lift=metrics.top_lift(y, p),
    )
