"""Folds by shopper and cross-fitted heads: every row judged by a head that never saw its shopper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client import personal
from client.personal_fit import Design, Floats, prior, solve
from client.personal_head import Linear
from common.features import Encoded
from common.metrics import sigmoid

N_FOLDS = 5
#: Rows that a head is fitted on: every outcome, and as many of the rest as fit, weighted up.
MAX_ROWS = 60_000


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's labelled past under one head of one bundle.

    Attributes:
        encoded: N rows.
        shared: float64 [N], the shared model's log-odds.
        label: int8 [N] of 0 and 1; -1 where unknown.
        shopper: int64 [N], dense codes.
        fold: int64 [N], 0..N_FOLDS-1, the same for all rows of a shopper.
    """

    encoded: Encoded
    shared: Floats
    label: NDArray[np.int8]
    shopper: NDArray[np.int64]
    fold: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Crossed:
    """One way to fit a head: on everybody, and N_FOLDS times without a fold.

    Attributes:
        whole: Fitted on all rows.
        folds: The k-th never saw a shopper of fold k.
        logit: float64 [N], each row by the head of its own fold.
    """

    whole: Linear
    folds: tuple[Linear, ...]
    logit: Floats


def folds_of(
    shopper: NDArray[np.int64], label: NDArray[np.integer], rng: np.random.Generator
) -> NDArray[np.int64]:
    """A fold [N] for each row, by shopper; shoppers with an outcome are spread evenly."""
    n = int(shopper.max()) + 1 if len(shopper) else 0
    won = np.bincount(shopper[label == 1], minlength=n) > 0
    fold = np.zeros(n, np.int64)
    for group in (won, ~won):
        who = rng.permutation(np.flatnonzero(group))
        fold[who] = np.arange(len(who)) % N_FOLDS
    return fold[shopper]


def sampled(
    label: NDArray[np.integer], rng: np.random.Generator
) -> tuple[NDArray[np.int64], Floats]:
    """(rows to fit on, their weights): all outcomes, and of the rest as many as MAX_ROWS allows."""
    won, rest = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    room = max(MAX_ROWS - len(won), MAX_ROWS // 2)
    kept = rest if len(rest) <= room else np.sort(rng.choice(rest, room, replace=False))
    rows = np.concatenate([won, kept])
    weight = np.ones(len(rows))
    weight[len(won) :] = len(rest) / max(1, len(kept))
    order = np.argsort(rows)
    return rows[order], weight[order]


def crossed(
    shop: Shop,
    design: Design,
    rows: NDArray[np.int64],
    ridges: Sequence[float],
    told: Callable[[int], object] = lambda _: None,
) -> dict[tuple[bool, float], Crossed]:
    """Heads for several penalties, each cross-fitted, from the strongest penalty to the weakest.

    Args:
        shop: All rows.
        design: Of the rows that are fitted, in the order of `rows`.
        rows: Their numbers in `shop`.
        ridges: Precisions of the weights' prior.
        told: Hears after each penalty how many are done.

    Returns:
        (whether it is without the shared score: the shop's own model alone, penalty) -> heads.
    """
    fold = shop.fold[rows]
    platt = personal.fit(shop.shared[rows], shop.label[rows], design.weight)
    curves = _curvatures(design, fold, (platt or personal.Platt()).p(shop.shared[rows]))
    # no row is in fold N_FOLDS: the last column of a kind sees them all
    seen = np.tile(fold[:, None] != np.arange(N_FOLDS + 1), 2)
    weight = design.weight[:, None] * seen
    out, theta = {}, None
    for at, ridge in enumerate(sorted(ridges, reverse=True)):
        # half way down the losses have bent enough to look again
        if theta is not None and at == len(ridges) // 2:
            curves = _curvatures(design, fold, sigmoid(design.x @ theta[:, N_FOLDS]))
        theta = solve(design, weight, *_priors(design, ridge), curves, theta)
        heads = [design.linear(t) for t in theta.T]
        for own, found in ((False, heads[: N_FOLDS + 1]), (True, heads[N_FOLDS + 1 :])):
            logit = by_fold(found[:-1], shop)
            out[own, ridge] = Crossed(found[-1], tuple(found[:-1]), logit)
        told(at + 1)
    return out


def _priors(design: Design, ridge: float) -> tuple[Floats, Floats]:
    """(mean, precision), [P, 2 (N_FOLDS + 1)] each: with the shared score, then without it."""
    both = [prior(design, ridge, own=own) for own in (False, True)]
    mean, precision = (np.stack(pair, 1) for pair in zip(*both, strict=True))
    return np.repeat(mean, N_FOLDS + 1, 1), np.repeat(precision, N_FOLDS + 1, 1)


def _curvatures(design: Design, fold: NDArray[np.int64], p: Floats) -> list[Floats]:
    """Those of all rows but a fold's, then of all rows; twice, for both kinds."""
    everybody = np.arange(len(fold))
    parts = [design.curvature(everybody[fold == k], p[fold == k]) for k in range(N_FOLDS)]
    total = np.sum(parts, 0)
    return 2 * [*(total - part for part in parts), total]


def by_fold(heads: Sequence[Linear], shop: Shop) -> Floats:
    """Log-odds [N], each row by the head of its own fold, which never saw its shopper."""
    out = np.empty(len(shop.shared))
    for k, head in enumerate(heads):
        mine = shop.fold == k
        part = Encoded(shop.encoded.ids[mine], shop.encoded.numeric[mine])
        out[mine] = head.logit(shop.shared[mine], part)
    return out
