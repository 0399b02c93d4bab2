"""How much to trust each of several ways to score: weights by cross-validated loss, chance included."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from client.personal_folds import N_FOLDS, Crossed, Shop, by_fold
from client.personal_head import Linear, mixed

Floats = NDArray[np.float64]
#: Bayesian bootstrap draws of the shoppers.
N_DRAWS = 200


def shares(loss: Floats, fold: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Shares [N_FOLDS + 1, M] of M ways, each row adding up to 1; row k without fold k, the last of all.

    Pseudo-BMA+ (Yao, Vehtari, Simpson and Gelman 2018, sec. 3.4): exp(-loss) normalised over the
    ways, averaged over Bayesian bootstrap draws of the shoppers (Rubin 1981). Two ways that cannot
    be told apart share about evenly, one that is clearly better takes all; no choice hangs on a
    hair, as picking the best or the simplest within noise does.

    Args:
        loss: [S, M] cross-validated loss of each shopper under each way, summed over its rows.
        fold: [S] of 0..N_FOLDS-1.
        rng: For the draws.
    """
    n = len(loss)
    found = np.zeros((N_FOLDS + 1, loss.shape[1]))
    inside = [fold == k for k in range(N_FOLDS)]
    for _ in range(N_DRAWS):
        drawn = rng.standard_exponential(n)
        parts = np.stack([drawn[m] @ loss[m] for m in inside])
        size = np.array([drawn[m].sum() for m in inside])
        left = np.concatenate([size.sum() - size, [size.sum()]])
        rows = np.concatenate([n - np.array([m.sum() for m in inside]), [n]])
        total = np.concatenate([parts.sum(0) - parts, [parts.sum(0)]])
        total *= (rows / np.maximum(left, 1e-12))[:, None]
        weight = np.exp(total.min(1, keepdims=True) - total)
        found += weight / weight.sum(1, keepdims=True)
    return found / N_DRAWS


def mix(ways: Sequence[Crossed], share: Floats, shop: Shop) -> Crossed:
    """Heads added up by their shares; each fold's by shares that its shoppers had no part in.

    Args:
        ways: M cross-fitted heads.
        share: [N_FOLDS + 1, M], of `shares`.
        shop: All rows.
    """
    heads: list[Linear] = []
    for k in range(N_FOLDS + 1):
        parts = [w.folds[k] if k < N_FOLDS else w.whole for w in ways]
        heads.append(mixed(parts, share[k].tolist(), 0.0))
    return Crossed(heads[-1], tuple(heads[:-1]), by_fold(heads[:-1], shop))
