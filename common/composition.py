"""Merging mechanisms before they are composed: equal ones become one with a count; pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from common.privacy import Mechanism


@dataclass(frozen=True, slots=True)
class Gaussian:
    """`count` releases of one sum with noise `sigma` (in units of C), each sampled at rate q."""

    sigma: float
    q: float
    count: int


@dataclass(slots=True)
class _Tally:
    """Equal mechanisms become one with a count; releases to everybody become one Gaussian.

    n Gaussians over all rows with sigma_i are exactly one with sigma^-2 = sum sigma_i^-2.
    The clip norm does not matter here: sigma is in units of it.
    """

    counts: dict[tuple[float, float], int] = field(default_factory=dict)
    #: Parts that add up to the precision without any rounding (Shewchuk 1997), so that the figure
    #: does not depend on the order of the entries.
    precision: list[float] = field(default_factory=list)

    def add(self, m: Mechanism) -> None:
        """One more release."""
        if m.sampling_rate < 1:
            key = (m.noise_multiplier, m.sampling_rate)
            self.counts[key] = self.counts.get(key, 0) + m.steps
            return
        x, kept = m.steps / m.noise_multiplier**2, []
        for y in self.precision:
            x, y = (x, y) if abs(x) >= abs(y) else (y, x)
            high = x + y
            low = y - (high - x)
            kept += [low] if low else []
            x = high
        self.precision = [*kept, x]

    def merged(self) -> tuple[Gaussian, ...]:
        """All of them."""
        merged = [Gaussian(sigma, q, n) for (sigma, q), n in sorted(self.counts.items())]
        if self.precision:
            merged.append(Gaussian(1 / math.sqrt(math.fsum(self.precision)), 1.0, 1))
        return tuple(merged)


def merge(mechanisms: Sequence[Mechanism]) -> tuple[Gaussian, ...]:
    """Everything that was ever released, as few Gaussians as possible; in any order."""
    tally = _Tally()
    for m in mechanisms:
        tally.add(m)
    return tally.merged()


def prefixes(mechanisms: Iterable[Mechanism]) -> Iterator[tuple[Gaussian, ...]]:
    """What is merged after each mechanism: for a whole history in one pass."""
    tally = _Tally()
    for m in mechanisms:
        tally.add(m)
        yield tally.merged()
