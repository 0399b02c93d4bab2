"""LeagueNoise: each merchant's share of the noise, and what it protects from whom."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from common.errors import Refusal

KIND = "discrete-gaussian"
#: tau^2: variance given away so that a lattice is exactly a rounding of a continuous Gaussian
#: (docs/league-noise.md, section 4). At 8 the two differ by less than 1e-67 a value.
SMOOTHING = 8.0
#: Smaller shares are refused: the sum of n of them is no discrete Gaussian to 1e-300 any more.
MIN_SHARE = 32
#: Allowance, relative to the clip norm, for adding at most 2^16 clipped vectors in float64.
SLACK_FLOAT64 = 2.0**-19


class Adversary(StrEnum):
    """Against whom an epsilon holds.

    LEAGUE: the coordinator, the public and up to f colluding merchants of the round.
    OTHERS: the coordinator and all other merchants together; only the own share protects.
    """

    LEAGUE = "league"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class LeagueNoise:
    """The noise of one league-noise sum, as it was run. All values are public.

    Attributes:
        share_std: Standard deviation of the discrete Gaussian that one merchant adds to each
            value, in units of the lattice; whole.
        n_min: With fewer survivors the round is void and the sum stays hidden.
        n_max: At most so many merchants are in the sum.
        f: So many of them may collude; their shares are not counted.
        dimension: Values that are released (after padding).
        scale: Lattice units per unit of gradient, s.
        clip_norm: C, bound on one shopper's gradient.
        slack: Allowance for float arithmetic, relative to C.
        kind: Always "discrete-gaussian".
    """

    share_std: int
    n_min: int
    n_max: int
    f: int
    dimension: int
    scale: float
    clip_norm: float
    slack: float = SLACK_FLOAT64
    kind: str = KIND

    def __post_init__(self) -> None:
        """Refuse noise that protects nobody."""
        if self.kind != KIND:
            raise ValueError("the kind of league noise is 'discrete-gaussian'")
        whole = (self.share_std, self.n_min, self.n_max, self.f, self.dimension)
        if any(type(value) is not int for value in whole):
            raise ValueError("share_std, n_min, n_max, f and dimension are whole numbers")
        if self.share_std < MIN_SHARE or self.dimension < 1:
            raise ValueError(f"share_std must be at least {MIN_SHARE}, dimension at least 1")
        if not 0 <= self.f < self.n_min <= self.n_max:
            raise ValueError("0 <= f < n_min <= n_max must hold")
        if not (_positive(self.scale) and _positive(self.clip_norm) and 0 <= self.slack < 1):
            raise ValueError("scale and clip_norm must be above 0, slack in [0, 1)")

    @property
    def sensitivity(self) -> float:
        """L2 bound, in lattice units, on what one shopper changes (see `sensitivity`)."""
        return sensitivity(self.scale, self.clip_norm, self.dimension, self.slack)

    def honest(self, adversary: Adversary) -> int:
        """How many shares the adversary does not know, at the least."""
        return self.n_min - self.f if adversary is Adversary.LEAGUE else 1

    def multiplier(self, adversary: Adversary = Adversary.LEAGUE) -> float:
        """Noise multiplier of the continuous Gaussian mechanism that is no more private than this one.

        sqrt(honest * share_std^2 - tau^2) / sensitivity: the sum of the unknown shares is, to
        `log_ratio`, a random rounding of a Gaussian with this much noise.
        """
        variance = self.honest(adversary) * self.share_std**2 - SMOOTHING
        return math.sqrt(variance) / self.sensitivity

    def log_ratio(self) -> float:
        """Bound on |ln p/q| for a whole release: this mechanism p, the rounded Gaussian q.

        D * ((n - 1) e_c + n e_share + e_tau) with e_t = 2 sum_j exp(-2 pi^2 t^2 j^2) (Poisson
        summation) and c^2 = share_std^2 / 2, the smallest variance met when n equal shares are
        added one by one (Kairouz, Liu, Steinke 2021; Peikert 2010 for the rounding).
        """
        steps = self.n_max * (_theta(self.share_std**2 / 2) + _theta(float(self.share_std) ** 2))
        return self.dimension * (steps + _theta(SMOOTHING))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, stable names."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> LeagueNoise:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or out of bounds.
        """
        try:
            return cls(**raw)
        except TypeError as e:
            raise ValueError("not league noise") from e


def sensitivity(scale: float, clip_norm: float, dimension: int, slack: float) -> float:
    """How far one shopper moves a merchant's rounded vector at most, in L2.

    s C (1 + slack) + sqrt(D): |round(a) - round(b)| <= |a - b| + 1 in every value, and Minkowski.
    """
    return scale * clip_norm * (1 + slack) + math.sqrt(dimension)


def share_std(sigma: float, reach: float, n_min: int, f: int) -> int:
    """The smallest whole share with which n_min - f of them carry sigma * reach (and tau^2).

    Args:
        sigma: Noise multiplier that the sum must reach.
        reach: `sensitivity`, in lattice units.
        n_min: Survivors at the least.
        f: Colluders whose shares do not count.

    Raises:
        ValueError: no share is left to count.
    """
    if not 0 <= f < n_min:
        raise ValueError("0 <= f < n_min must hold")
    if not _positive(sigma):
        raise ValueError("sigma must be finite and above 0")
    variance = ((sigma * reach) ** 2 + SMOOTHING) / (n_min - f)
    # one more than the root, so that no rounding of the root takes away from sigma
    return max(MIN_SHARE, math.isqrt(math.ceil(variance)) + 1)


@dataclass(frozen=True, slots=True)
class Floors:
    """What a merchant asks of a round's noise before it adds its share; from plan and policy.

    Attributes:
        sigma: The noise multiplier that is charged.
        clip_norm: C of the plan.
        length: Values that will be sent (`Codec.length`).
        n_min: Fewest survivors that the merchant's policy accepts.
        f: Fewest colluders that must be allowed for.
        slack: Allowance that the merchant's own arithmetic needs.
    """

    sigma: float
    clip_norm: float
    length: int
    n_min: int
    f: int
    slack: float = SLACK_FLOAT64


def refusals(noise: LeagueNoise, floors: Floors) -> tuple[Refusal, ...]:
    """Why a merchant must not use this noise; empty when it may. Pure."""
    out = []
    if (noise.clip_norm, noise.dimension) != (floors.clip_norm, floors.length):
        out.append(Refusal("noise-of-another-plan", "The noise was made for another plan."))
    if noise.slack < floors.slack:
        out.append(Refusal("noise-slack", "The noise does not allow for this program's rounding."))
    if noise.multiplier() < floors.sigma:
        out.append(Refusal("noise-too-small", "The shares do not add up to the plan's noise."))
    if noise.n_min < floors.n_min:
        out.append(
            Refusal("noise-few-survivors", "The plan goes on with fewer merchants than you allow.")
        )
    if noise.f < floors.f:
        out.append(
            Refusal("noise-few-colluders", "The plan allows for fewer colluders than you do.")
        )
    return tuple(out)


def _theta(variance: float) -> float:
    """2 sum_{j>=1} exp(-2 pi^2 t^2 j^2), a little enlarged to cover -ln(1 - e) as well."""
    return 2.1 * math.exp(-2 * math.pi**2 * variance)


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0
