"""Epsilon of league noise as it is run, on a lattice and in shares: the proof's figures and the document's table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from dp_accounting.pld import privacy_loss_distribution as pld
from numpy.typing import NDArray

from common.accounting import Accountant, spent
from common.privacy import Mechanism, MechanismKind, PrivacyMode, PrivacyUnit
from common.secagg.encoding import League, choose
from common.secagg.shares import Adversary, LeagueNoise

#: Grid of losses for the check on the lattice.
LATTICE_INTERVAL = 1e-4


@dataclass(frozen=True, slots=True)
class LeagueRelease:
    """One or more league-noise sums that a merchant took part in.

    Attributes:
        noise: As it was run.
        sampling_rate: q of the merchant's Poisson sample.
        rounds: How many sums.
        unit: Whose contribution was bounded.
        pool: As in `Mechanism`.
    """

    noise: LeagueNoise
    sampling_rate: float
    rounds: int = 1
    unit: PrivacyUnit = field(default_factory=PrivacyUnit)
    pool: str = "train"

    def mechanism(self, adversary: Adversary = Adversary.LEAGUE) -> Mechanism:
        """The Poisson-subsampled Gaussian that is no more private (docs/league-noise.md, 4)."""
        return Mechanism(
            kind=MechanismKind.DP_SGD,
            noise_multiplier=self.noise.multiplier(adversary),
            sampling_rate=self.sampling_rate,
            steps=self.rounds,
            clip_norm=self.noise.clip_norm,
            unit=self.unit,
            mode=PrivacyMode.LEAGUE if adversary is Adversary.LEAGUE else PrivacyMode.OWN,
            pool=self.pool,
            league=self.noise if adversary is Adversary.LEAGUE else None,
        )


def epsilon(
    releases: Sequence[LeagueRelease],
    delta: float,
    others: Sequence[Mechanism] = (),
    adversary: Adversary = Adversary.LEAGUE,
    accountant: Accountant = "pld",
) -> float:
    """Joint composition of league-noise sums with everything else in the ledger.

    Every release is within e^(+-eta) of a post-processed Gaussian mechanism, so with eta summed
    over all: P(E) <= e^eta (e^eps' P''(E) + delta') <= e^(eps' + 2 eta) P'(E) + e^eta delta'.

    Args:
        releases: League-noise sums.
        delta: Target delta in (0, 1).
        others: Own-noise mechanisms, histograms, statistics.
        adversary: Against whom.
        accountant: "pld" or "rdp".

    Raises:
        ValueError: delta is out of bounds or the accountant is unknown.
    """
    eta = math.fsum(r.rounds * r.noise.log_ratio() for r in releases)
    mechanisms = [*others, *(r.mechanism(adversary) for r in releases)]
    return spent(mechanisms, delta * math.exp(-eta), accountant).epsilon + 2 * eta


def both(
    releases: Sequence[LeagueRelease], delta: float, others: Sequence[Mechanism] = ()
) -> Mapping[Adversary, float]:
    """The two figures that a ledger shows: against a league with f colluders, and all others."""
    return {a: epsilon(releases, delta, others, a) for a in Adversary}


def concentrated(noise: LeagueNoise, adversary: Adversary = Adversary.LEAGUE) -> float:
    """A second opinion without sampling: x of x^2/2 concentrated DP (Kairouz, Liu, Steinke 2021).

    Proposition 14, for every order: min(sqrt(r^2 + 2 tau D), r + tau sqrt D), r = sensitivity /
    noise, tau = 10 sum_k exp(-2 pi^2 share^2 k / (k + 1)). Ours is 1 / `LeagueNoise.multiplier`.
    """
    n = noise.honest(adversary)
    variance = noise.share_std**2
    ratio = noise.sensitivity / math.sqrt(n * variance)
    tau = 10 * math.fsum(math.exp(-2 * math.pi**2 * variance * k / (k + 1)) for k in range(1, n))
    square = math.sqrt(ratio**2 + 2 * tau * noise.dimension)
    return min(square, ratio + tau * math.sqrt(noise.dimension))


def share_sum(std: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Points and probabilities of a sum of n discrete Gaussian shares, by real convolution.

    Cut at 12 standard deviations of a share on each side: 1e-32 of each share is left out.
    """
    points = np.arange(-12 * std, 12 * std + 1)
    one = np.exp(-(points.astype(np.float64) ** 2) / (2 * std**2))
    one /= one.sum()
    total = one
    for _ in range(n - 1):
        total = np.convolve(total, one)
    edge = (total.size - 1) // 2
    return np.arange(-edge, edge + 1), total


def lattice_epsilon(
    noise: tuple[int, int], shift: int, q: float, rounds: int, delta: float, *, upper: bool
) -> float:
    """Epsilon of one value on the lattice, from its very probabilities: a check, not a bound.

    Shares are convolved, mixed with the shifted sum at rate q, and the privacy loss composed. It
    knows nothing of continuous Gaussians, but shows one value only (all of the shift in it).

    Args:
        noise: A share's standard deviation (some hundreds at most) and how many shares.
        shift: What one shopper changes, in lattice units.
        q: Poisson sampling rate.
        rounds: Releases.
        delta: Target delta.
        upper: Whether the grid of losses is rounded up or down: the truth is between.
    """
    points, p = share_sum(*noise)
    wide = np.arange(points[0], points[-1] + shift + 1)
    without = np.zeros(wide.size)
    without[: p.size] = p
    moved = np.zeros(wide.size)
    moved[shift:] = p
    mixed = (1 - q) * without + q * moved
    # log(0) may not be asked of the library: such points lie beyond 1e-32
    keep = (without > 1e-100) & (mixed > 1e-100)
    single = pld.from_two_probability_mass_functions(
        dict(zip(wide[keep].tolist(), np.log(without[keep]).tolist(), strict=True)),
        dict(zip(wide[keep].tolist(), np.log(mixed[keep]).tolist(), strict=True)),
        pessimistic_estimate=upper,
        value_discretization_interval=LATTICE_INTERVAL,
        log_mass_truncation_bound=-60.0,
        symmetric=False,
    )
    return float(single.self_compose(rounds).get_epsilon_for_delta(delta))


@dataclass(frozen=True, slots=True)
class Example:
    """A league of docs/league-noise.md."""

    name: str
    league: League
    sampling_rate: float
    rounds: int
    delta: float

    def row(self) -> dict[str, str]:
        """Its figures as the table prints them; `gap` is against the same noise without a lattice.

        The continuous mechanism adds exactly the noise that n_min - f shares hold to the sum, and
        one shopper moves it by C only: the gap is what rounding, tau^2 and float slack cost.
        """
        _, noise = choose(self.league)
        release = LeagueRelease(noise, self.sampling_rate, self.rounds)
        unit = noise.scale * noise.clip_norm
        held = math.sqrt(noise.honest(Adversary.LEAGUE)) * noise.share_std / unit
        plain = replace(release.mechanism(Adversary.OTHERS), noise_multiplier=held)
        league = epsilon([release], self.delta)
        smooth = spent([plain], self.delta).epsilon
        return {
            "league": self.name,
            "scale x C": f"{unit:.0f}",
            "share": str(noise.share_std),
            "growth": f"{noise.sensitivity / unit - 1:.3%}",
            "sigma, f collude": f"{noise.multiplier():.3f}",
            "epsilon": f"{league:.4f}",
            "continuous": f"{smooth:.4f}",
            "gap": f"{league / smooth - 1:.2%}",
            "RDP": f"{epsilon([release], self.delta, accountant='rdp'):.4f}",
            "all others": f"{epsilon([release], self.delta, adversary=Adversary.OTHERS):.2f}",
            "noise, all arrive": f"{math.sqrt(noise.n_max) * noise.share_std / unit:.2f} C",
        }


#: What the document's table is made of; a test computes it again.
EXAMPLES = (
    Example("8 merchants, 1,500 values", League(1_500, 0.3, 2.573, 6, 8, 1, 256), 0.25, 60, 1e-4),
    Example("8 merchants, 50,000 values", League(50_000, 0.3, 2.573, 6, 8, 1, 256), 0.25, 60, 1e-4),
    Example("32 merchants, 50,000", League(50_000, 0.3, 2.573, 22, 32, 4, 256), 0.25, 60, 1e-4),
    Example("238 merchants, 1,500", League(1_500, 0.3, 2.573, 159, 238, 23, 512), 0.25, 60, 1e-4),
    Example("the same, more noise", League(1_500, 0.3, 6.339, 159, 238, 23, 512), 0.25, 60, 1e-4),
    Example("238, 50,000 values", League(50_000, 0.3, 2.573, 159, 238, 23, 512), 0.25, 60, 1e-4),
    Example("238, 1,500, 24 bits", League(1_500, 0.3, 2.573, 159, 238, 23, 32, 24), 0.25, 60, 1e-4),
)
