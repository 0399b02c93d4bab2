"""A lower bound on epsilon, computed without dp-accounting: the other end of the bracket."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from common.composition import Gaussian, merge
from common.privacy import Mechanism

#: Rounding may move the lower bound by this share of epsilon: well inside the alarm at 1 %.
ROUNDING = 0.003
#: Longest grid: 16 million losses, some hundred megabytes for a few seconds.
MOST_BINS = 1 << 24
#: Mass that may be cut from the ends of a distribution; far below any delta.
_CUT = 1e-16
_BLOCK = 16
_ORDERS = np.geomspace(0.25, 64, 17)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Losses:
    """Chances of the privacy losses `(first + i) * interval` of one release."""

    first: int
    chances: Floats
    count: int


def lower_epsilon(
    mechanisms: Sequence[Mechanism], delta: float, about: float, rounding: float = ROUNDING
) -> float | None:
    """An epsilon that the mechanisms certainly have.

    "Privacy buckets" (Meiser & Mohammadi 2018; Koskela et al. 2020) from below: the privacy loss of
    every release is rounded down to a grid and composed by one Fourier transform. Adding and
    removing a shopper are looked at apart, and the larger figure counts.

    Args:
        mechanisms: Everything that was released.
        delta: In (0, 1).
        about: Epsilon, roughly: says how fine the grid must be.
        rounding: Share of it that rounding may take away.

    Returns:
        None when so fine a grid would be too long.
    """
    groups = merge(mechanisms)
    steps = sum(g.count for g in groups)
    if not groups or about <= 0:
        return 0.0
    # each loss loses half a bin on average, and so many are added up
    interval = 2 * rounding * about / steps
    found = []
    for removed in (True, False):
        singles = [_single(g, interval, removed) for g in groups]
        if any(s is None for s in singles):
            return None
        epsilon = _composed([s for s in singles if s is not None], interval, delta)
        if epsilon is None:
            return None
        found.append(epsilon)
    return max(found)


def _single(g: Gaussian, interval: float, removed: bool) -> _Losses | None:
    """One sampled Gaussian: P = (1-q) N(0, sigma^2) + q N(1, sigma^2) against Q = N(0, sigma^2).

    The loss log(P/Q) grows with the outcome x. If a shopper is removed, x is drawn from P and the
    loss is log(P/Q); if one is added, x is drawn from Q and the loss is log(Q/P).
    """
    far = -special.ndtri(_CUT)
    low, high = _loss(g, -far * g.sigma), _loss(g, 1 + far * g.sigma)
    if not removed:
        low, high = -high, -low
    first, last = math.floor(low / interval), math.ceil(high / interval)
    if last - first > MOST_BINS:
        return None
    edges = _grid(first, last + 1 - first, interval)
    outcome = _outcome(g, edges if removed else -edges)
    if removed:
        parts = [(1 - g.q, outcome / g.sigma), (g.q, (outcome - 1) / g.sigma)]
    else:
        parts = [(1.0, outcome / g.sigma)]
    chances = np.zeros(len(edges) - 1)
    for share, z in parts:
        if share > 0:
            chances += share * _between(z[:-1], z[1:])
    return _Losses(first, chances, g.count)


def _loss(g: Gaussian, x: float) -> float:
    tilt = (2 * x - 1) / (2 * g.sigma**2)
    if g.q >= 1:
        return tilt
    return float(np.logaddexp(math.log1p(-g.q), math.log(g.q) + tilt))


def _outcome(g: Gaussian, loss: Floats) -> Floats:
    """Inverse of `_loss`; minus infinity for a loss that no outcome has."""
    if g.q >= 1:
        return g.sigma**2 * loss + 0.5
    least = math.log1p(-g.q)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = loss + np.log(-np.expm1(least - loss))  # log(e^loss - (1 - q))
    tilt = np.where(loss > least, above - math.log(g.q), -np.inf)
    return g.sigma**2 * tilt + 0.5


def _between(a: Floats, b: Floats) -> Floats:
    """|Phi(b) - Phi(a)|, taken in the tail where it is exact."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    flip = low > 0
    out: Floats = np.where(
        flip, special.ndtr(-low) - special.ndtr(-high), special.ndtr(high) - special.ndtr(low)
    )
    return out


def _composed(singles: Sequence[_Losses], interval: float, delta: float) -> float | None:
    bounds = _bounds(singles, interval)
    if bounds is None:
        return None
    begin, end = bounds
    length = int(_length(end - begin + 1))
    if length > MOST_BINS:
        return None
    spectrum = np.ones(length // 2 + 1, np.complex128)
    offset = 0
    for s in singles:
        folded = np.zeros(length)
        for at in range(0, len(s.chances), length):
            part = s.chances[at : at + length]
            folded[: len(part)] += part
        spectrum *= np.fft.rfft(folded) ** s.count
        offset += s.first * s.count
    chances = np.roll(np.fft.irfft(spectrum, length), (offset - begin) % length)
    losses = _grid(begin, length, interval)
    return _epsilon(np.clip(chances, 0, None), losses, delta)


def _length(n: int) -> int:
    """A length of at least n that the transform is quick with."""
    return 1 << max(n - 1, 1).bit_length()


def _bounds(singles: Sequence[_Losses], interval: float) -> tuple[int, int] | None:
    """Where all but a negligible mass of the sum lies, in bins (Chernoff)."""
    slack = math.log(2 / _CUT)
    up, down = np.full(len(_ORDERS), slack), np.full(len(_ORDERS), slack)
    for s in singles:
        # blocks of bins are enough here; each is taken at its outer end
        blocks = np.add.reduceat(s.chances, np.arange(0, len(s.chances), _BLOCK))
        lowest = s.first * interval + _grid(0, len(blocks), _BLOCK * interval)
        highest = lowest + (_BLOCK - 1) * interval
        up += s.count * np.array([_log_mgf(highest, blocks, t) for t in _ORDERS])
        down += s.count * np.array([_log_mgf(lowest, blocks, -t) for t in _ORDERS])
    low, high = float(np.max(-down / _ORDERS)), float(np.min(up / _ORDERS))
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return None
    return math.floor(low / interval), math.ceil(high / interval)


def _grid(first: int, n: int, interval: float) -> Floats:
    """[n] losses from `first * interval` on."""
    out: Floats = (np.arange(n, dtype=np.float64) + first) * interval
    return out


def _log_mgf(losses: Floats, chances: Floats, order: float) -> float:
    shift = order * (losses[-1] if order > 0 else losses[0])
    with np.errstate(under="ignore"):
        total = float(np.sum(chances * np.exp(order * losses - shift)))
    return shift + math.log(total) if total > 0 else math.inf


def _epsilon(chances: Floats, losses: Floats, delta: float) -> float:
    """The largest loss on the grid at which the hockey-stick divergence still reaches delta."""
    above = losses >= 0
    p, loss = chances[above], losses[above]
    if not len(p):
        return 0.0
    mass = np.cumsum(p[::-1])[::-1]
    with np.errstate(under="ignore"):
        tilted = np.cumsum((p * np.exp(-loss))[::-1])[::-1]
        divergence = mass - np.exp(loss) * tilted
    reached = np.flatnonzero(divergence >= delta)
    return float(loss[reached[-1]]) if len(reached) else 0.0
