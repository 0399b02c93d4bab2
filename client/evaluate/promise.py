"""promise_of(): does what a merchant is given cost it accuracy against its own model? Merchant by merchant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.evaluate.figures import MIN_LATER, calibrated
from client.evaluate.nouns import Case, Floats, Merchant, Scored

#: A merchant with so many exposures is promised not to lose by joining (issue C, item 4).
PROMISED = 1_000
N_DRAWS = 500
_SIDE = 0.025


@dataclass(frozen=True, slots=True)
class Difference:
    """Given minus alone for one figure of one merchant, worse below 0, with a 95 % interval.

    `p` is one-sided: how likely so low a value is where being given costs nothing.
    """

    value: float
    low: float
    high: float
    p: float

    @property
    def worse(self) -> bool:
        """The interval lies wholly below zero."""
        return self.high < 0


@dataclass(frozen=True, slots=True)
class Kept:
    """One merchant: what joining does to its AUC and its calibrated log-loss.

    Log-loss is in nats a row with its sign turned, so that below 0 is worse for both.
    """

    name: str
    auc: Difference
    log_loss: Difference


@dataclass(frozen=True, slots=True)
class Promise:
    """All merchants with PROMISED exposures."""

    merchants: tuple[Kept, ...]

    def worse(self, figure: str) -> tuple[Kept, ...]:
        """Those that lose beyond their own chance; `figure` is "auc" or "log_loss"."""
        return tuple(m for m in self.merchants if getattr(m, figure).worse)

    def surely_worse(self, figure: str) -> tuple[str, ...]:
        """Names that stay so when all tests are taken together (Holm 1979, at 2.5 % one-sided)."""
        found = [(getattr(m, figure).p, m.name) for m in self.merchants]
        out = []
        for i, (p, name) in enumerate(sorted(found)):
            if p > _SIDE / (len(found) - i):
                break
            out.append(name)
        return tuple(out)

    @property
    def holds(self) -> bool:
        """Nobody loses AUC or log-loss beyond chance, all tests taken together."""
        return not (self.surely_worse("auc") or self.surely_worse("log_loss"))

    def lines(self) -> list[str]:
        """Plain sentences."""
        said = [self._line("auc", "AUC", 3), self._line("log_loss", "log-loss", 4)]
        verdict = "kept" if self.holds else "BROKEN"
        return [
            f"Never worse than alone beyond noise, merchants with {PROMISED:,} exposures (what is "
            f"given against TargetingNet alone): {verdict}. {' '.join(s for s in said if s)}"
        ]

    def _line(self, figure: str, words: str, digits: int) -> str:
        found: list[Difference] = [getattr(m, figure) for m in self.merchants]
        if not found:
            return ""
        values = [d.value for d in found]
        better, worse = sum(d.low > 0 for d in found), self.worse(figure)
        named = ", ".join(
            f"{m.name} {getattr(m, figure).value:+.{digits}f} to at most "
            f"{getattr(m, figure).high:+.{digits}f}" for m in worse
        )  # fmt: skip
        sure = self.surely_worse(figure)
        tail = f" ({named})" if named else ""
        holm = f"{len(sure)} by Holm's test" + (f" ({', '.join(sure)})" if sure else "")
        return (
            f"{words}: {better} of {len(found)} better beyond noise, {len(worse)} worse{tail} where "
            f"chance alone would show {_SIDE * len(found):.1f}, {holm}; "
            f"mean {np.mean(values):+.{digits}f}."
        )


def promise_of(
    cases: Sequence[Case], head: str, given: Sequence[Scored], alone: Sequence[Scored]
) -> Promise:
    """Paired bootstrap over a merchant's later shoppers, both ways on the same draw (Efron 1979).

    The interval is the bootstrap's standard error times Student's t with one degree less than there
    are shoppers with the outcome: percentiles of three of them would be far too narrow. Merchants
    with fewer than MIN_LATER such shoppers are not judged. With several runs on the same rows the
    difference is their mean in every draw. Where every run has another random split, standard
    errors are averaged instead, since the runs share most rows: rather too wide.

    Args:
        cases: One, or one a run.
        head: Which outcome.
        given: Scores of what is given, one a run.
        alone: Scores of the merchants' own models.
    """
    n_runs = max(len(given), len(alone))
    out = []
    for i, m in enumerate(cases[0].merchants):
        if m.n_rows < PROMISED:
            continue
        drawn: list[_Draws] = []
        for run in range(n_runs):
            case = cases[run % len(cases)]
            pair = [s[run % len(s)] for s in (given, alone)]
            drawn += _drawn(case.merchants[i], head, [_logits(case, head, s, i) for s in pair])
        kept = _kept(m.name, drawn, len(cases) > 1)
        if kept:
            out.append(kept)
    return Promise(tuple(out))


def _kept(name: str, drawn: Sequence[_Draws], spread: bool) -> Kept | None:
    if not drawn:
        return None
    free = float(np.mean([d.n_won for d in drawn])) - 1
    auc, loss = (np.stack([getattr(d, f) for d in drawn]) for f in ("auc", "log_loss"))
    return Kept(name, _difference(auc, free, spread), _difference(loss, free, spread))


def _difference(runs: Floats, free: float, spread: bool) -> Difference:
    """From [runs, 1 + N_DRAWS]: the value itself, then the draws; `free` degrees of freedom."""
    from scipy import stats  # type: ignore[import-untyped]  # slow to import

    value, draws = float(runs[:, 0].mean()), runs[:, 1:]
    error = float(np.nanstd(draws, axis=1).mean() if spread else np.nanstd(draws.mean(0)))
    error *= float(np.sqrt((free + 1) / free))
    wide = float(stats.t.ppf(1 - _SIDE, free)) * error
    p = float(stats.t.cdf(value / error, free)) if error else float(value >= 0)
    return Difference(value, value - wide, value + wide, p)


@dataclass(frozen=True, slots=True)
class _Draws:
    """Differences [1 + N_DRAWS] of one run, and the later shoppers with the outcome."""

    auc: Floats
    log_loss: Floats
    n_won: int


def _logits(case: Case, head: str, scored: Scored, i: int) -> tuple[Floats, Floats]:
    """(log-odds that order the later rows, probabilities after calibration at home)."""
    before, later = scored.by_head[head][i]
    return later, calibrated(case.merchants[i], head, (before, later), scored.own(head, i))


def _drawn(m: Merchant, head: str, ways: Sequence[tuple[Floats, Floats]]) -> list[_Draws]:
    """One run; empty with fewer than MIN_LATER later shoppers with the outcome."""
    y = m.later.data.labels(head)
    known = y >= 0
    y, n_won = y[known], len(np.unique(m.later.shopper[y == 1]))
    if n_won < MIN_LATER or (y == 1).all():
        return []
    who = np.unique(m.later.shopper[known], return_inverse=True)[1]
    code = [np.unique(x[known], return_inverse=True)[1] for x, _ in ways]
    loss = [_loss(y, p[known]) for _, p in ways]
    off = np.bincount(who, weights=loss[1] - loss[0])
    size = np.bincount(who).astype(np.float64)
    rng, n = np.random.default_rng(0), len(size)
    found = np.full((2, 1 + N_DRAWS), np.nan)
    for draw in range(1 + N_DRAWS):
        counts = np.bincount(rng.integers(0, n, n), minlength=n) if draw else np.ones(n)
        taken = counts.astype(np.float64)
        found[1, draw] = taken @ off / (taken @ size)
        weight = taken[who]
        found[0, draw] = _auc(y, code[0], weight) - _auc(y, code[1], weight)
    return [_Draws(found[0], found[1], n_won)]


def _loss(y: NDArray[np.integer], p: Floats) -> Floats:
    q = np.clip(p, 1e-7, 1 - 1e-7)
    out: Floats = -np.where(y == 1, np.log(q), np.log1p(-q))
    return out


def _auc(y: NDArray[np.integer], code: NDArray[np.int64], weight: Floats) -> float:
    """Area under the ROC curve of weighted rows whose rising score levels are `code`, ties half."""
    n = int(code.max()) + 1
    won = np.bincount(code, weights=weight * (y == 1), minlength=n)
    lost = np.bincount(code, weights=weight * (y == 0), minlength=n)
    total = won.sum() * lost.sum()
    return float(won @ (np.cumsum(lost) - lost / 2) / total) if total else float("nan")
