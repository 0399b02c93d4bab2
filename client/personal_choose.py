"""Which head a shop gets: grouped cross-validation, and the simplest within one standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from client import personal, personal_isotonic
from client.personal_fit import Design, Floats
from client.personal_folds import N_FOLDS, Crossed, Shop, by_fold, crossed, folds_of, sampled
from client.personal_head import (
    BLEND,
    CALIBRATED,
    ISOTONIC,
    OWN,
    REFIT,
    WORDS,
    Chosen,
    mixed,
)
from client.personal_isotonic import Isotonic
from common.features import Encoded
from common.metrics import sigmoid

#: Precisions of a weight's prior, in order of trial: a standard deviation of .03 to .3.
RIDGES = (1000.0, 300.0, 100.0, 30.0, 10.0)
#: Shoppers with an outcome below which no head is tried: one a fold.
MIN_WINNERS = N_FOLDS
#: Prior of a blend's two shares: precision around one half each.
_SHARE_PRECISION = 8.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A way to score, and the loss [n] of each kept row under heads that never saw its shopper."""

    kind: str
    ridge: float
    crossed: Crossed | None
    loss: Floats


def choose(
    encoded: Encoded,
    shared: NDArray[np.floating],
    label: NDArray[np.int8],
    shopper: NDArray[np.int64],
    n_ids: int,
) -> Chosen:
    """Fit and compare all heads; take the simplest that is not worse than the best beyond noise.

    The shared weights are final when this runs and its result stays in the shop: nothing here is
    released, and no private gradient ever goes through a head (research/dp.md, "private local head
    trap"). Simplest first: calibration alone, calibration in steps, own weights over the shared
    score by falling penalty, own weights alone, a blend. The rule is Breiman's (1984), with the
    standard error of the *difference* of two losses, shopper by shopper.

    Args:
        encoded: N rows.
        shared: [N] log-odds of the shared model.
        label: [N] of 0, 1, and -1 for unknown.
        shopper: int64 [N], dense codes.
        n_ids: V.
    """
    if sentence := _too_little(shared, label, shopper):
        known, won = int((label >= 0).sum()), int((label == 1).sum())
        return Chosen(CALIBRATED, sentence, n_rows=known, n_positive=won)
    rng = np.random.default_rng(0)  # the folds alone: the same rows give the same head
    fold = folds_of(shopper, label, rng)
    shop = Shop(encoded, shared.astype(np.float64), label, shopper, fold)
    rows, weight = sampled(label, rng)
    # matrices of some hundred columns: more threads than one only wait for each other
    with threadpool_limits(1):
        tried = _candidates(shop, rows, weight, n_ids)
    taken = tried[one_standard_error([c.loss for c in tried], shopper[rows])]
    losses: dict[str, float] = {}
    for c in tried:
        losses[c.kind] = min(losses.get(c.kind, np.inf), float(c.loss.sum() / weight.sum()))
    return _as_chosen(taken, shop, len(tried), tuple(losses.items()))


def _as_chosen(
    taken: _Candidate, shop: Shop, n_tried: int, losses: tuple[tuple[str, float], ...]
) -> Chosen:
    isotonic = personal_isotonic.fit(shop.shared, shop.label) if taken.kind == ISOTONIC else None
    return Chosen(
        kind=taken.kind,
        why=f"Chosen by cross-validation over {n_tried} ways: {WORDS[taken.kind]}.",
        linear=taken.crossed.whole if taken.crossed else None,
        folds=taken.crossed.folds if taken.crossed else (),
        isotonic=isotonic,
        ridge=taken.ridge,
        losses=losses,
        n_rows=int((shop.label >= 0).sum()),
        n_positive=int((shop.label == 1).sum()),
    )


def cross_fitted(
    chosen: Chosen,
    encoded: Encoded,
    shared: NDArray[np.float32],
    label: NDArray[np.int8],
    shopper: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Log-odds [N] of the rows that the head was fitted on, each as if its shopper had been away.

    What calibration and intervals are fitted on: a head is too sure of rows that it has seen.
    """
    if not chosen.folds:
        return shared
    fold = folds_of(shopper, label, np.random.default_rng(0))
    shop = Shop(encoded, shared.astype(np.float64), label, shopper, fold)
    return by_fold(chosen.folds, shop).astype(np.float32)


def one_standard_error(losses: Sequence[Floats], shopper: NDArray[np.int64]) -> int:
    """The first of several ways that is not worse than the best beyond one standard error.

    Args:
        losses: Simplest first; each [n], the weighted loss of each row.
        shopper: [n] whose row it is.
    """
    _, code = np.unique(shopper, return_inverse=True)
    totals = [np.bincount(code, weights=loss) for loss in losses]
    best = min(totals, key=lambda t: float(t.sum()))
    for at, total in enumerate(totals):
        worse = total - best
        if worse.sum() <= np.sqrt(len(worse)) * worse.std():
            return at
    return len(losses) - 1


def _candidates(
    shop: Shop, rows: NDArray[np.int64], weight: Floats, n_ids: int
) -> list[_Candidate]:
    part = Encoded(shop.encoded.ids[rows], shop.encoded.numeric[rows])
    y = (shop.label[rows] == 1).astype(np.float64)
    design = Design.build(part.ids, part.numeric, shop.shared[rows], y, weight, n_ids)

    def loss(logit: Floats, fit: Callable[..., object] = personal.fit) -> Floats:
        return weight * _loss(y, _calibrated(logit[rows], shop, rows, weight, fit))

    out = [_Candidate(CALIBRATED, 0.0, None, loss(shop.shared))]
    if y.sum() >= 2 * personal_isotonic.MIN_POSITIVE:
        out.append(_Candidate(ISOTONIC, 0.0, None, loss(shop.shared, personal_isotonic.fit)))
    for kind in (REFIT, OWN):
        found = crossed(shop, design, rows, RIDGES, own=kind == OWN)
        out += [_Candidate(kind, r, c, loss(c.logit)) for r, c in found.items()]
    pair = [_best(out, kind) for kind in (REFIT, OWN)]
    blend = _blend([c.crossed for c in pair if c.crossed], shop, rows, y, weight)
    return [*out, _Candidate(BLEND, pair[0].ridge, blend, loss(blend.logit))]


def _best(tried: Sequence[_Candidate], kind: str) -> _Candidate:
    return min((c for c in tried if c.kind == kind), key=lambda c: float(c.loss.sum()))


def _blend(
    pair: Sequence[Crossed], shop: Shop, rows: NDArray[np.int64], y: Floats, weight: Floats
) -> Crossed:
    """Stacking (Wolpert 1992): shares fitted on cross-fitted log-odds, by fold and for all."""
    x = np.stack([c.logit[rows] for c in pair], 1)
    fold = shop.fold[rows]
    heads = []
    for k in range(N_FOLDS + 1):
        left = fold != k
        share = _shares(x[left], y[left], weight[left])
        parts = [c.folds[k] if k < N_FOLDS else c.whole for c in pair]
        heads.append(mixed(parts, share.tolist(), 0.0))
    return Crossed(heads[-1], tuple(heads[:-1]), by_fold(heads[:-1], shop))


def _shares(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Two shares [2], none below 0, around one half each; Newton's method with a shift beside them."""
    x = np.column_stack([x, np.ones(len(x))])
    start, precision = np.array([0.5, 0.5, 0.0]), np.array([_SHARE_PRECISION] * 2 + [0.25])
    share = start.copy()
    for _ in range(50):
        p = sigmoid(x @ share)
        gradient = x.T @ (weight * (p - y)) + precision * (share - start)
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(precision)
        step = np.clip(np.linalg.solve(hessian, gradient), -1, 1)
        share = share - step
        if np.abs(step).max() < 1e-8:
            break
    out: Floats = np.maximum(share[:2], 0.0)
    return out


def _calibrated(
    logit: Floats, shop: Shop, rows: NDArray[np.int64], weight: Floats, fit: Callable[..., object]
) -> Floats:
    """Log-odds [n] of the kept rows, calibrated on the other folds."""
    out, fold, label = logit.copy(), shop.fold[rows], shop.label[rows]
    for k in range(N_FOLDS):
        mine = fold == k
        found = fit(logit[~mine], label[~mine], weight[~mine])
        if isinstance(found, personal.Platt | Isotonic):
            out[mine] = found.logit(logit[mine])
    return out


def _loss(y: Floats, logit: Floats) -> Floats:
    """Negative log-likelihood [n] of each row."""
    out: Floats = np.logaddexp(0.0, logit) - y * logit
    return out


def _too_little(
    shared: NDArray[np.floating], label: NDArray[np.int8], shopper: NDArray[np.int64]
) -> str:
    """Why no head can be fitted; empty if one can."""
    known = label >= 0
    winners = len(np.unique(shopper[label == 1]))
    losers = len(np.unique(shopper[label == 0]))
    if not np.isfinite(shared).all():
        return "No own head: the shared model gives scores that are not numbers on some rows."
    if known.sum() < personal.MIN_ROWS:
        return (
            f"No own head: {int(known.sum())} rows with a known outcome are too few;"
            f" {personal.MIN_ROWS} are needed."
        )
    if not winners:
        return "No own head: no row of this shop has the outcome yet."
    if min(winners, losers) < MIN_WINNERS:
        return (
            f"No own head: the outcomes come from too few shoppers ({winners} with,"
            f" {losers} without); {MIN_WINNERS} of each are needed."
        )
    return ""
