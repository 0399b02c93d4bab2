"""given(): what a merchant has after installing a bundle: the shared model and the head fitted at home."""

from __future__ import annotations

import numpy as np

from client.evaluate.nouns import Case, Merchant, NotPossible, Pair, Scored
from client.personal_choose import choose, cross_fitted
from client.personal_head import Calibration
from common.features import Encoded


def given(case: Case, league: Scored | NotPossible) -> Scored | NotPossible:
    """The heads that `client.targeting.calibrate` would fit, on rows to learn from alone.

    Log-odds of those rows are cross-fitted, so that Platt's calibration on them (`figures.judge`)
    is the product's own; a head calibrated in steps brings its calibration along.

    Args:
        case: Merchants and rows.
        league: Scores of the shared model.
    """
    if isinstance(league, NotPossible):
        return league
    by_head: dict[str, tuple[Pair, ...]] = {}
    steps: dict[str, tuple[Calibration | None, ...]] = {}
    for head, pairs in league.by_head.items():
        found = [_one(case, m, head, pair) for m, pair in zip(case.merchants, pairs, strict=True)]
        by_head[head] = tuple(pair for pair, _ in found)
        steps[head] = tuple(calibration for _, calibration in found)
    return Scored(by_head, league.sigma, steps)


def _one(case: Case, m: Merchant, head: str, pair: Pair) -> tuple[Pair, Calibration | None]:
    past, later = (x.astype(np.float32) for x in pair)
    data, label = m.before.data, m.before.data.labels(head)
    who = np.unique(m.before.shopper, return_inverse=True)[1].astype(np.int64)
    rows = Encoded(data.ids, data.numeric)
    chosen = choose(rows, past, label, who, case.spec.n_ids)
    inner = cross_fitted(chosen, rows, past, label, who)
    if chosen.linear:
        later = chosen.linear.logit(later, Encoded(m.later.data.ids, m.later.data.numeric))
    return (inner.astype(np.float64), later.astype(np.float64)), chosen.isotonic
