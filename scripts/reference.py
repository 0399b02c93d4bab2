"""Logistic regression on the shipped sample: pooled over all merchants, and each merchant alone."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store
from client.store.exposures import Exposures, load
from common.features import FeatureSpec, default_spec, encode
from scripts.sample import SHIPPED, federation

GRID = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
INNER_SHARE = 0.7  # of the training rows, by time, to choose C on the rest
MIN_TEST = 3  # conversions after the cut for a merchant's own AUC to count


def shop_rows(folder: Path) -> Exposures:
    """Import one merchant's files into a throw-away shop and read its exposures."""
    with tempfile.TemporaryDirectory() as home:
        make_shop(Path(home), folder.name, "en", {})
        with Store.open(Path(home)) as store:
            import_files(store, [folder])
            return load(store)


def matrix(spec: FeatureSpec, exposures: Exposures, numeric: bool) -> csr_matrix:
    """One-hot ids [N, V], with the numeric columns behind them if wanted."""
    encoded = encode(spec, exposures.columns)
    n, f = encoded.ids.shape
    start = np.arange(0, n * f + 1, f)
    one_hot = csr_matrix((np.ones(n * f, np.float32), encoded.ids.ravel(), start), (n, spec.n_ids))
    return csr_matrix(hstack([one_hot, encoded.numeric])) if numeric else one_hot


def fit(x: csr_matrix, y: NDArray[np.int8], c: float) -> LogisticRegression:
    return LogisticRegression(C=c, max_iter=1000).fit(x, y)


def choose_c(x: csr_matrix, y: NDArray[np.int8], at: NDArray[np.str_]) -> float:
    """C with the least log-loss on the later part of the training rows; the test is not seen."""
    border = np.sort(at)[int(len(at) * INNER_SHARE)]
    early, late = at < border, at >= border
    if not y[early].any() or not y[late].any():
        return GRID[2]
    losses = {
        c: log_loss(y[late], fit(x[early], y[early], c).predict_proba(x[late])[:, 1], labels=[0, 1])
        for c in GRID
    }
    return min(losses, key=lambda c: losses[c])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHIPPED)
    parser.add_argument("--no-numeric", action="store_true", help="one-hot ids only")
    args = parser.parse_args()
    shipped = federation(args.data)
    spec = default_spec()
    sets = [shop_rows(m.folder) for m in shipped.merchants]

    parts = [matrix(spec, e, not args.no_numeric) for e in sets]

    x = csr_matrix(vstack(parts))
    y = np.concatenate([e.converted for e in sets])
    at = np.concatenate([np.array(e.shown_at) for e in sets])
    who = np.repeat(np.arange(len(sets)), [len(e) for e in sets])
    print(json.dumps(compare(x, y, at, who, shipped.cut_at)))


def compare(
    x: csr_matrix,
    y: NDArray[np.int8],
    at: NDArray[np.str_],
    who: NDArray[np.int64],
    cut_at: str,
) -> dict[str, Any]:
    """Pooled against local, trained before the cut and tested after it."""
    train, test = at < cut_at, at >= cut_at
    c = choose_c(x[train], y[train], at[train])
    pooled = np.zeros(len(y))
    pooled[test] = fit(x[train], y[train], c).predict_proba(x[test])[:, 1]
    local = np.full(len(y), y[train].mean())
    for k in np.unique(who):
        a, b = train & (who == k), test & (who == k)
        local[b] = y[a].mean()
        if y[a].sum() >= MIN_TEST:
            own_c = choose_c(x[a], y[a], at[a])
            local[b] = fit(x[a], y[a], own_c).predict_proba(x[b])[:, 1]
    judged = [k for k in np.unique(who) if y[test & (who == k)].sum() >= MIN_TEST]
    result: dict[str, Any] = {
        "n_train": int(train.sum()),
        "n_test": int(test.sum()),
        "n_test_converted": int(y[test].sum()),
        "n_merchants": len(np.unique(who)),
        "n_merchants_judged": len(judged),
        "c": c,
    }
    for name, p in (("pooled", pooled), ("local", local)):
        own = [roc_auc_score(y[test & (who == k)], p[test & (who == k)]) for k in judged]
        result[name] = {
            "auc": float(roc_auc_score(y[test], p[test])),
            "log_loss": float(log_loss(y[test], p[test])),
            "pcoc": float(p[test].sum() / y[test].sum()),
            "mean_merchant_auc": float(np.mean(own)),
        }
    return result


if __name__ == "__main__":
    main()
