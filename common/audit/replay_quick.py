"""Epsilon after each of many charges, quickly: the live figure's own losses, their spectra kept from charge to charge."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from common.accounting import CEILING, VALUE_INTERVAL, Losses, losses
from common.composition import Gaussian

#: As `dp_accounting`: so much of the mass is cut from the ends, and counted as lost to delta.
_CUT = 1e-15
#: More kinds of release than this, or longer sums, are left to the accountant itself.
MOST_KINDS, MOST_BINS = 6, 1 << 21
_ORDERS = np.concatenate([-np.geomspace(64, 0.25, 25), np.geomspace(0.25, 64, 25)])
#: The count's lower bits are multiplied in at every charge, the higher ones once.
_LOW_BITS = 5
_BLOCK = 4096
#: Spectra that are kept at once.
_MOST_SPECTRA = 96

Floats = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


@dataclass(slots=True)
class Quick:
    """The composed figure for a growing ledger at one delta.

    Every sum of losses is one inverse Fourier transform of a product of spectra (Koskela et al. 2020).
    The losses, the grid and the rounding are those of `common.accounting`; what differs is the order
    of floating-point operations: 1e-13 to 1e-9 in epsilon at delta 1e-4, up to 1e-7 at 1e-6, where the
    accountant's own rounding is as large. Spectra to the powers of two are kept, so
    that a charge more is a few multiplications.

    Attributes:
        delta: Target delta.
    """

    delta: float
    _powers: dict[tuple[Gaussian, int, int], Spectrum] = field(default_factory=dict)
    _length: int = 0
    _moments: dict[tuple[Gaussian, int], Floats] = field(default_factory=dict)

    def epsilon(self, groups: tuple[Gaussian, ...]) -> float | None:
        """As `common.accounting.epsilon_of(groups, delta, "pld")`; None = ask that."""
        if not 0 < len(groups) <= MOST_KINDS:
            return None
        sides = [losses(Gaussian(g.sigma, g.q, 1)) for g in groups]
        worst = 0.0
        for side in (0, 1):
            parts = [both[side] for both in sides if both is not None]
            if len(parts) < len(groups):
                return None
            found = self._side(side, groups, parts)
            if found is None:
                return None
            worst = max(worst, found)
        return worst if worst < 0.9 * CEILING else None

    def _side(self, side: int, groups: tuple[Gaussian, ...], parts: list[Losses]) -> float | None:
        bounds = self._bounds(side, groups, parts)
        if bounds is None:
            return None
        low, high = bounds
        length = 1 << max(high - low, 1).bit_length()
        if length > MOST_BINS:
            return None
        if length != self._length or len(self._powers) > _MOST_SPECTRA:
            self._powers.clear()
            self._length = length
        total: Spectrum | None = None
        for g, part in zip(groups, parts, strict=True):
            own = self._power(side, g, part, length)
            total = own if total is None else total * own
        if total is None:
            return None
        first = sum(p.first * g.count for g, p in zip(groups, parts, strict=True))
        chances = np.roll(np.fft.irfft(total, length), (first - low) % length)[: high - low + 1]
        kept = math.fsum(
            g.count * math.log1p(-p.infinite) for g, p in zip(groups, parts, strict=True)
        )
        infinite = len(groups) * _CUT - math.expm1(kept)
        return _epsilon(chances, high, infinite, self.delta)

    def _power(self, side: int, g: Gaussian, part: Losses, length: int) -> Spectrum:
        """The spectrum of one kind of release to the power of its count."""
        high, low = g.count >> _LOW_BITS, g.count & ((1 << _LOW_BITS) - 1)
        total = self._bits(side, g, part, length, low)
        if high:
            name = (Gaussian(g.sigma, g.q, -high), side, length)
            if name not in self._powers:
                whole = self._bits(side, g, part, length, high << _LOW_BITS)
                self._powers[name] = whole
            total = self._powers[name] if low == 0 else total * self._powers[name]
        return total

    def _bits(self, side: int, g: Gaussian, part: Losses, length: int, count: int) -> Spectrum:
        """A power made of kept powers of two."""
        total: Spectrum | None = None
        for bit in range(count.bit_length()):
            name = (Gaussian(g.sigma, g.q, bit), side, length)
            if name not in self._powers:
                before = self._powers.get((Gaussian(g.sigma, g.q, bit - 1), side, length))
                self._powers[name] = _spectrum(part, length) if before is None else before * before
            if count >> bit & 1:
                own = self._powers[name]
                total = own if total is None else total * own
        return np.ones(length // 2 + 1, np.complex128) if total is None else total

    def _bounds(
        self, side: int, groups: tuple[Gaussian, ...], parts: list[Losses]
    ) -> tuple[int, int] | None:
        """Bins outside which the sum has less than the cut (Chernoff)."""
        log_moment = np.full(len(_ORDERS), math.log(2 / _CUT))
        for g, part in zip(groups, parts, strict=True):
            name = (Gaussian(g.sigma, g.q, 1), side)
            if name not in self._moments:
                self._moments[name] = _log_moments(part)
            log_moment += g.count * self._moments[name]
        ends = log_moment / _ORDERS / VALUE_INTERVAL
        below, above = ends[_ORDERS < 0], ends[_ORDERS > 0]
        if not (np.isfinite(below).any() and np.isfinite(above).any()):
            return None
        low, high = math.floor(np.nanmax(below)), math.ceil(np.nanmin(above))
        return (low, high) if low < high else None


def _spectrum(part: Losses, length: int) -> Spectrum:
    folded = np.zeros(length)
    for at in range(0, len(part.chances), length):
        some = part.chances[at : at + length]
        folded[: len(some)] += some
    out: Spectrum = np.fft.rfft(folded)
    return out


def _log_moments(part: Losses) -> Floats:
    """Log E exp(t loss) at every order."""
    grid = (np.arange(len(part.chances)) + part.first) * VALUE_INTERVAL
    found = []
    for t in _ORDERS:
        exponent = t * grid
        top = float(exponent.max())
        with np.errstate(under="ignore"):
            found.append(top + math.log(float(np.sum(part.chances * np.exp(exponent - top)))))
    return np.array(found)


def _epsilon(chances: Floats, high: int, infinite: float, delta: float) -> float | None:
    """The smallest epsilon whose hockey-stick divergence is at most delta; None = at most 0 or none."""
    if infinite > delta:
        return None
    n = min(high, len(chances))  # losses above 0 only: a smaller epsilon is 0
    if n < 2:
        return None
    p = chances[::-1][:n]
    # before each loss: the mass of all larger ones, under both distributions
    upper = np.cumsum(np.concatenate([[infinite], p[:-1]]))
    begin = int(np.argmax(upper > delta))
    if not upper[begin] > delta:
        return None
    falling = _falling(1 << high.bit_length())[high - n + 1 : high + 1][::-1]
    lower = np.cumsum(np.concatenate([[0.0], (falling * p)[:-1]]))
    for at in range(begin, n, _BLOCK):
        up, low = upper[at : at + _BLOCK], lower[at : at + _BLOCK]
        loss = (high - np.arange(at, at + len(up))) * VALUE_INTERVAL
        usable = (up > delta) & (low > 0)
        found = np.full(len(up), -np.inf)
        found[usable] = np.log((up[usable] - delta) / low[usable])
        stop = int(np.argmax(found >= loss))
        if found[stop] >= loss[stop]:
            return float(found[stop]) if found[stop] > 0 else None
    return None


@lru_cache(maxsize=4)
def _falling(n: int) -> Floats:
    """exp(-loss) of the first n losses of the grid, [n + 1]."""
    out: Floats = np.exp(-VALUE_INTERVAL * np.arange(n + 1))
    return out
