"""What others would do: a product's own rate, logistic regression, boosted trees; local or pooled.

Their constants are ordinary ones that no later row has chosen. Pooled is an upper bound, named as
what nobody may do: it puts everybody's rows in one place.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from client.evaluate.arrange import pooled
from client.evaluate.nouns import Case, Floats, NotPossible, Pair, Rows, Scored
from common.features import FeatureSpec
from common.model import BASE_RATE

#: Popularity: as many rows at the public base rate are added to every product.
PRIOR_ROWS = 50.0
#: Logistic regression: inverse weight of the squared weights; the first figure of this project.
INVERSE_DECAY = 0.3
#: Boosted trees: small and slow, since most merchants have few outcomes.
TREES: dict[str, Any] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 50,
    "lambda_l2": 5.0, "num_threads": 1, "verbosity": -1, "deterministic": True, "seed": 0,
}  # fmt: skip
N_TREES = 150

#: (spec, head, rows to learn from, all that is to be scored) -> log-odds of each.
Learner = Callable[[FeatureSpec, str, Rows, Sequence[Rows]], list[Floats]]


def popularity(case: Case) -> Scored:
    """A product's rate so far, drawn to the public base rate (`common.model.BASE_RATE`)."""
    return alone(case, _rates)


def logistic(case: Case) -> Scored:
    """Logistic regression of each merchant: one-hot ids and numbers."""
    return alone(case, _logistic)


def trees(case: Case) -> Scored | NotPossible:
    """LightGBM of each merchant (Ke et al. 2017)."""
    return alone(case, _trees) if has_lightgbm() else NotPossible(_NO_LIGHTGBM)


def pooled_logistic(case: Case) -> Scored:
    """Logistic regression on everybody's rows in one place."""
    return together(case, _logistic)


def pooled_trees(case: Case) -> Scored | NotPossible:
    """LightGBM on everybody's rows in one place."""
    return together(case, _trees) if has_lightgbm() else NotPossible(_NO_LIGHTGBM)


def alone(case: Case, learn: Learner) -> Scored:
    """Each merchant from its own rows."""
    out: dict[str, tuple[Pair, ...]] = {}
    for head in case.heads:
        pairs = []
        for m in case.merchants:
            x = learn(case.spec, head, m.before, [m.before, m.later])
            pairs.append((x[0], x[1]))
        out[head] = tuple(pairs)
    return Scored(out)


def together(case: Case, learn: Learner) -> Scored:
    """One model from all rows."""
    everybody = _joined([m.before for m in case.merchants])
    sides = [side for m in case.merchants for side in (m.before, m.later)]
    out: dict[str, tuple[Pair, ...]] = {}
    for head in case.heads:
        x = learn(case.spec, head, everybody, sides)
        out[head] = tuple(zip(x[::2], x[1::2], strict=True))
    return Scored(out)


def has_lightgbm() -> bool:
    """Whether the optional library is there and loads."""
    try:
        importlib.import_module("lightgbm")
    except (ImportError, OSError):
        return False
    return True


_NO_LIGHTGBM = "LightGBM is not installed (pip install lightgbm)"


def _joined(sides: Sequence[Rows]) -> Rows:
    """Rows of everybody; whose they are is of no use to those who learn from them."""
    data = pooled([s.data for s in sides])
    nobody = np.zeros(data.n_rows, np.int64)
    return Rows(data, nobody, nobody, nobody)


def _rates(spec: FeatureSpec, head: str, before: Rows, sides: Sequence[Rows]) -> list[Floats]:
    label = before.data.labels(head)
    known = label >= 0
    n_products = 1 + max(
        (int(s.product.max()) for s in (before, *sides) if len(s.product)), default=0
    )
    shown = np.bincount(before.product[known], minlength=n_products)
    hits = np.bincount(before.product[known], weights=label[known] == 1, minlength=n_products)
    rate = (hits + PRIOR_ROWS * BASE_RATE[head]) / (shown + PRIOR_ROWS)
    odds = np.log(rate / (1 - rate))
    return [odds[s.product] for s in sides]


def _logistic(spec: FeatureSpec, head: str, before: Rows, sides: Sequence[Rows]) -> list[Floats]:
    label = before.data.labels(head)
    known = label >= 0
    y = (label[known] == 1).astype(np.int64)
    if len(np.unique(y)) < 2:
        return [_constant(y, s) for s in sides]
    fitted = LogisticRegression(C=INVERSE_DECAY, max_iter=500)
    fitted.fit(_one_hot(spec, before)[known], y)
    return [
        fitted.decision_function(_one_hot(spec, s)) if s.data.n_rows else np.zeros(0) for s in sides
    ]


def _trees(spec: FeatureSpec, head: str, before: Rows, sides: Sequence[Rows]) -> list[Floats]:
    import lightgbm  # only here: the package stays optional

    label = before.data.labels(head)
    known = label >= 0
    y = (label[known] == 1).astype(np.int64)
    if len(np.unique(y)) < 2:
        return [_constant(y, s) for s in sides]
    names = [i for i, c in enumerate(spec.categorical) if c.kind in ("hash", "cross")]
    data = lightgbm.Dataset(
        _codes(spec, before)[known], y, categorical_feature=names, free_raw_data=True
    )
    fitted = lightgbm.train(TREES, data, N_TREES)
    return [
        np.asarray(fitted.predict(_codes(spec, s), raw_score=True), np.float64)
        if s.data.n_rows
        else np.zeros(0)
        for s in sides
    ]


def _constant(y: NDArray[np.int64], side: Rows) -> Floats:
    """One outcome only: the rate with one of each added (Laplace)."""
    rate = (y.sum() + 1) / (len(y) + 2)
    return np.full(side.data.n_rows, np.log(rate / (1 - rate)))


def _one_hot(spec: FeatureSpec, rows: Rows) -> csr_matrix:
    n, f = rows.data.ids.shape
    place = (np.repeat(np.arange(n), f), rows.data.ids.ravel())
    one_hot = csr_matrix((np.ones(n * f, np.float32), place), shape=(n, spec.n_ids))
    return hstack([one_hot, csr_matrix(rows.data.numeric)]).tocsr()


def _codes(spec: FeatureSpec, rows: Rows) -> NDArray[np.float32]:
    codes = rows.data.ids - np.array(spec.offsets)
    return np.concatenate([codes.astype(np.float32), rows.data.numeric], axis=1)
