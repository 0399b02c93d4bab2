"""Which head a shop gets: ways compared by grouped cross-validation, and mixed by what they are worth."""

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
    Linear,
    Told,
    quiet,
)
from client.personal_isotonic import Isotonic
from client.personal_mix import mix, shares
from common.features import Encoded

#: Precisions of a weight's prior, in order of trial: a standard deviation of .03 to .3.
RIDGES = (1000.0, 300.0, 100.0, 30.0, 10.0)
#: Shoppers with an outcome below which no head is tried: one a fold.
MIN_WINNERS = N_FOLDS
#: A kind with this share of the mixture names it; the shared model with it stays as it is.
MOST = 0.9
#: Shares below this are not worth a word.
_SAID = 0.005
#: Steps of a fit, as it tells them: the penalties one by one, then the comparison.
N_STEPS = len(RIDGES) + 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to score, and the loss [n] of each kept row under heads that never saw its shopper."""

    kind: str
    ridge: float
    crossed: Crossed
    loss: Floats


def choose(
    encoded: Encoded,
    shared: NDArray[np.floating],
    label: NDArray[np.int8],
    shopper: NDArray[np.int64],
    n_ids: int,
    told: Told = quiet,
) -> Chosen:
    """Fit and compare all heads; mix them by what each is worth on shoppers that it never saw.

    The shared weights are final when this runs and its result stays in the shop: nothing here is
    released, and no private gradient ever goes through a head (research/dp.md, "private local head
    trap"). The ways: the shared model calibrated, own weights over the shared score by falling
    penalty, own weights alone. Their log-odds are added up by `personal_mix.shares`, so that what
    cannot be told apart is averaged and a shop whose own rows say more gets its own model. Where
    the calibrated shared model has nearly all shares, it stays as it is, calibrated in steps where
    steps are better beyond one standard error (Breiman 1984).

    Args:
        encoded: N rows.
        shared: [N] log-odds of the shared model.
        label: [N] of 0, 1, and -1 for unknown.
        shopper: int64 [N], dense codes.
        n_ids: V.
        told: Hears how far it is.
    """
    if sentence := too_little(shared, label, shopper):
        known, won = int((label >= 0).sum()), int((label == 1).sum())
        return Chosen(CALIBRATED, sentence, n_rows=known, n_positive=won)
    rng = np.random.default_rng(0)  # folds and draws alone: the same rows give the same head
    fold = folds_of(shopper, label, rng)
    shop = Shop(encoded, shared.astype(np.float64), label, shopper, fold)
    # matrices of some hundred columns: more threads than one only wait for each other
    with threadpool_limits(1):
        return _mixture(shop, n_ids, rng, told)


def compared(
    encoded: Encoded,
    shared: NDArray[np.floating],
    label: NDArray[np.int8],
    shopper: NDArray[np.int64],
    n_ids: int,
    told: Told = quiet,
) -> tuple[Floats, Floats] | str:
    """Log-odds [N] of the shop's own model alone and of what it has with the shared one; or why not.

    Both are cross-fitted: each row is judged by a head that never saw its shopper. Of the own
    models the best is taken, after the fact: the shared one gets no advantage by that.
    Arguments as of `choose`.
    """
    if sentence := too_little(shared, label, shopper):
        return sentence
    rng = np.random.default_rng(0)
    fold = folds_of(shopper, label, rng)
    shop = Shop(encoded, shared.astype(np.float64), label, shopper, fold)
    with threadpool_limits(1):
        rows, weight = sampled(label, rng)
        tried = candidates(shop, rows, weight, n_ids, told)
        share = shares(*_by_shopper(tried, shop, rows), rng)
        together = mix([c.crossed for c in tried], share, shop)
    alone = min((c for c in tried if c.kind == OWN), key=lambda c: float(c.loss.sum()))
    return alone.crossed.logit, together.logit


def _mixture(shop: Shop, n_ids: int, rng: np.random.Generator, told: Told) -> Chosen:
    rows, weight = sampled(shop.label, rng)
    tried = candidates(shop, rows, weight, n_ids, told)
    share = shares(*_by_shopper(tried, shop, rows), rng)
    mixture = mix([c.crossed for c in tried], share, shop)
    loss = _loss(mixture.logit, shop, rows, weight)
    mass = {
        kind: sum(float(v) for c, v in zip(tried, share[-1], strict=True) if c.kind == kind)
        for kind in (CALIBRATED, REFIT, OWN)
    }
    all_losses = [*((c.kind, c.loss) for c in tried), (BLEND, loss)]
    if mass[CALIBRATED] >= MOST:
        return _shared_alone(shop, rows, weight, all_losses)
    kind = next((k for k, v in mass.items() if v >= MOST), BLEND)
    parts = ", ".join(f"{v:.0%} {WORDS[k]}" for k, v in mass.items() if v >= _SAID)
    return Chosen(
        kind=kind,
        why=f"Mixed by cross-validation over {len(tried)} ways: {parts}.",
        linear=mixture.whole,
        folds=mixture.folds,
        ridge=tried[int(share[-1].argmax())].ridge,
        losses=_means(all_losses, weight),
        n_rows=int((shop.label >= 0).sum()),
        n_positive=int((shop.label == 1).sum()),
    )


def _shared_alone(
    shop: Shop, rows: NDArray[np.int64], weight: Floats, tried: list[tuple[str, Floats]]
) -> Chosen:
    """The shared order as it is; calibration in steps where that is better beyond chance."""
    isotonic = None
    if (shop.label == 1).sum() >= 2 * personal_isotonic.MIN_POSITIVE:
        steps = _loss(shop.shared, shop, rows, weight, personal_isotonic.fit)
        pair = [tried[0][1], steps]
        tried = [*tried, (ISOTONIC, steps)]
        if one_standard_error(pair, shop.shopper[rows]):
            isotonic = personal_isotonic.fit(shop.shared, shop.label)
    kind = ISOTONIC if isotonic else CALIBRATED
    return Chosen(
        kind=kind,
        why=f"Chosen by cross-validation over {len(tried)} ways: {WORDS[kind]}.",
        isotonic=isotonic,
        losses=_means(tried, weight),
        n_rows=int((shop.label >= 0).sum()),
        n_positive=int((shop.label == 1).sum()),
    )


def _means(tried: Sequence[tuple[str, Floats]], weight: Floats) -> tuple[tuple[str, float], ...]:
    """The best of each kind: loss a row."""
    out: dict[str, float] = {}
    for kind, loss in tried:
        out[kind] = min(out.get(kind, np.inf), float(loss.sum() / weight.sum()))
    return tuple(out.items())


def _by_shopper(
    tried: Sequence[Candidate], shop: Shop, rows: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.int64]]:
    """(loss [S, M] of each shopper under each way, fold [S])."""
    _, first, code = np.unique(shop.shopper[rows], return_index=True, return_inverse=True)
    loss = np.stack([np.bincount(code, weights=c.loss).astype(np.float64) for c in tried], 1)
    return loss, shop.fold[rows][first]


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


def candidates(
    shop: Shop, rows: NDArray[np.int64], weight: Floats, n_ids: int, told: Told = quiet
) -> list[Candidate]:
    """All ways, the calibrated shared model first; what is fitted sees the kept rows alone."""
    told(0, N_STEPS)
    part = Encoded(shop.encoded.ids[rows], shop.encoded.numeric[rows])
    y = (shop.label[rows] == 1).astype(np.float64)
    design = Design.build(part.ids, part.numeric, shop.shared[rows], y, weight, n_ids)
    plain = _platts(shop, rows, weight, (n_ids, part.numeric.shape[1]))
    out = [Candidate(CALIBRATED, 0.0, plain, _loss(shop.shared, shop, rows, weight))]
    found = crossed(shop, design, rows, RIDGES, lambda n: told(n, N_STEPS))
    for kind in (REFIT, OWN):
        for ridge in RIDGES:
            heads = found[kind == OWN, ridge]
            out.append(Candidate(kind, ridge, heads, _loss(heads.logit, shop, rows, weight)))
    told(N_STEPS, N_STEPS)
    return out


def _platts(shop: Shop, rows: NDArray[np.int64], weight: Floats, size: tuple[int, int]) -> Crossed:
    """The calibrated shared model as heads without weights of their own."""
    fold, heads = shop.fold[rows], []
    nothing = [np.zeros(n, np.float32) for n in size]
    for k in range(N_FOLDS + 1):
        left = rows[fold != k]
        platt = personal.fit(shop.shared[left], shop.label[left], weight[fold != k])
        platt = platt or personal.Platt()
        heads.append(Linear(platt.slope, platt.intercept, nothing[0], nothing[1]))
    return Crossed(heads[-1], tuple(heads[:-1]), by_fold(heads[:-1], shop))


def _loss(
    logit: Floats,
    shop: Shop,
    rows: NDArray[np.int64],
    weight: Floats,
    fit: Callable[..., object] = personal.fit,
) -> Floats:
    """Weighted negative log-likelihood [n] of the kept rows, calibrated on the other folds.

    Args:
        logit: [N] cross-fitted log-odds of all rows.
        shop: All rows.
        rows: [n] that are kept.
        weight: [n] of them.
        fit: Of the calibration.
    """
    x, fold, label = logit[rows].copy(), shop.fold[rows], shop.label[rows]
    out = x.copy()
    for k in range(N_FOLDS):
        mine = fold == k
        found = fit(x[~mine], label[~mine], weight[~mine])
        if isinstance(found, personal.Platt | Isotonic):
            out[mine] = found.logit(x[mine])
    loss: Floats = weight * (np.logaddexp(0.0, out) - (label == 1) * out)
    return loss


def too_little(
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
