"""Halves: what a coordinator that sees only sums can still tell, by asking one half of the league at a time; pure.

Each pair of rounds splits the league anew, so that every merchant is in one round of the pair: its
epsilon is that of half as many rounds. Two honest halves differ by their noise and by their shoppers; a
merchant that sends something else moves the sums it is in, and over many splits the rounds that it
was in stand out. It can't prove anything about one merchant, and it can't see what stays within the
noise (docs/threat-model.md).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Rounds with and without a merchant from which on it may be named at all.
LEAST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class HalfSum:
    """What one half's opened sum says.

    Attributes:
        pair: Number of the pair of rounds.
        half: 0 or 1.
        mean: float64 [d], the decoded sum over its merchants.
        noise_std: Of one value of `mean`.
    """

    pair: int
    half: int
    mean: NDArray[np.float64]
    noise_std: float

    @property
    def signal(self) -> float:
        """Norm of the mean beyond its noise: sqrt(max(0, |mean|^2 - d std^2))."""
        noise = len(self.mean) * self.noise_std**2
        return math.sqrt(max(0.0, float(self.mean @ self.mean) - noise))


@dataclass(frozen=True, slots=True)
class Compared:
    """Two halves of one pair.

    Attributes:
        cosine: Between the two means; noise pulls it towards 0.
        z: |difference|^2 against what noise alone gives, in its standard deviations.
    """

    cosine: float
    z: float


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How the rounds that a merchant was in differ from those it was not in.

    Attributes:
        merchant: Fingerprint.
        t: Welch's t of the rounds' signal with and without it.
        n_with: Rounds with it.
        n_without: Rounds without it.
    """

    merchant: str
    t: float
    n_with: int
    n_without: int


def half_of(run_id: str, trained: int, members: Collection[str]) -> frozenset[str]:
    """Who is asked in the TRAIN round with this index: one half of the members, by fingerprint.

    The order is that of a hash of run, pair and merchant: public, the same after a restart, and drawn
    anew for every pair. The rounds of a pair have nobody in common and leave nobody out.

    Args:
        run_id: The run.
        trained: TRAIN rounds of the run that are over and were paid for.
        members: Fingerprints of everybody who may take part in the run.
    """
    pair, half = divmod(trained, 2)

    def place(who: str) -> bytes:
        return hashlib.sha256(f"{run_id}\n{pair}\n{who}".encode()).digest()

    ordered = sorted(members, key=place)
    middle = (len(ordered) + 1) // 2
    return frozenset(ordered[middle:] if half else ordered[:middle])


def most_charged(rounds: int) -> int:
    """In so many TRAIN rounds a merchant takes part when halves are asked."""
    return (rounds + 1) // 2


def compare(a: HalfSum, b: HalfSum) -> Compared:
    """Two halves of a pair.

    |a - b|^2 of pure noise has mean d v and standard deviation v sqrt(2 d), v the sum of the two
    variances (chi-squared with d degrees of freedom).

    Raises:
        ValueError: the sums are of different lengths.
    """
    if a.mean.shape != b.mean.shape:
        raise ValueError("the halves are of different lengths")
    difference, d = a.mean - b.mean, len(a.mean)
    v = a.noise_std**2 + b.noise_std**2
    z = (float(difference @ difference) - d * v) / (v * math.sqrt(2 * d)) if v and d else 0.0
    norms = float(np.linalg.norm(a.mean) * np.linalg.norm(b.mean))
    return Compared(float(a.mean @ b.mean) / norms if norms else 0.0, z)


def suspicions(rounds: Sequence[tuple[Collection[str], float]]) -> list[Suspicion]:
    """Merchants by how much the sums that they are in stand out, the most striking first.

    Args:
        rounds: Of each round: who was in the sum, and its `HalfSum.signal`.
    """
    everybody = sorted({who for members, _ in rounds for who in members})
    found = []
    for who in everybody:
        inside = [signal for members, signal in rounds if who in members]
        outside = [signal for members, signal in rounds if who not in members]
        if min(len(inside), len(outside)) >= LEAST_ROUNDS:
            found.append(Suspicion(who, _welch(inside, outside), len(inside), len(outside)))
    return sorted(found, key=lambda s: -s.t)


def _welch(a: Sequence[float], b: Sequence[float]) -> float:
    """Welch's t (1947) of two samples; 0 where neither varies and both are equal."""
    x, y = np.asarray(a), np.asarray(b)
    error = math.sqrt(float(x.var(ddof=1)) / len(x) + float(y.var(ddof=1)) / len(y))
    gap = float(x.mean() - y.mean())
    if error == 0.0:
        return math.copysign(math.inf, gap) if gap else 0.0
    return gap / error
