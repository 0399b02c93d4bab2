"""The nouns of privacy: PrivacyUnit, Mechanism, PrivacyBudget, PrivacySpent; no library is needed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from common.secagg.shares import LeagueNoise


class PrivacyMode(StrEnum):
    """Who has to be trusted for the noise to protect.

    OWN: every merchant adds the whole noise alone; it holds against everybody.
    LEAGUE: merchants add shares under secure aggregation; it holds against the coordinator,
        the public and up to f colluding merchants.
    """

    OWN = "own-noise"
    LEAGUE = "league-noise"


class MechanismKind(StrEnum):
    """What kind of release was made. Names are never removed, meanings never change."""

    DP_SGD = "poisson-subsampled-gaussian"
    HISTOGRAM = "gaussian-histogram"
    STATISTICS = "gaussian-statistics"


@dataclass(frozen=True, slots=True)
class PrivacyUnit:
    """Whose presence is hidden: one shopper of one merchant, with at most K impressions.

    Adjacency is add-or-remove one shopper (all their rows at once).
    """

    max_impressions: int = 16
    name: str = "shopper"

    def __post_init__(self) -> None:
        """Check the bounds."""
        if self.max_impressions < 1:
            raise ValueError("max_impressions must be 1 or more")

    def __str__(self) -> str:
        """In words, as shown beside every epsilon."""
        return f"one {self.name} of one merchant, at most {self.max_impressions} impressions"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One private release, as it was run: what the ledger records instead of an epsilon.

    Attributes:
        kind: Which mechanism (Abadi et al. 2016 for DP_SGD; Dwork & Roth 2014 for HISTOGRAM
            and STATISTICS: counts and sums for reports, A/B and ROI.
        noise_multiplier: sigma: noise standard deviation divided by `clip_norm`.
        sampling_rate: q: Poisson probability for a shopper to be in a step's batch; 1 = everybody.
        steps: How many noisy sums were released.
        clip_norm: C: bound on the L2 norm of one shopper's contribution to a step.
        unit: Whose contribution was bounded.
        mode: Who has to be trusted for the noise.
        pool: Which rows it was computed on: "train" or "later", then the digest of the public rule
            that says which (`common.rounds.pool_of`): same shoppers, so it all composes.
        league: League noise: the share that this merchant added and whom it counts on. The
            noise multiplier above is then what all honest shares together carry at the least.
    """

    kind: MechanismKind
    noise_multiplier: float
    sampling_rate: float
    steps: int
    clip_norm: float
    unit: PrivacyUnit = field(default_factory=PrivacyUnit)
    mode: PrivacyMode = PrivacyMode.OWN
    pool: str = "train"
    league: LeagueNoise | None = None

    def __post_init__(self) -> None:
        """Refuse a mechanism that gives no privacy at all."""
        if not (math.isfinite(self.noise_multiplier) and self.noise_multiplier > 0):
            raise ValueError("noise_multiplier must be finite and above 0")
        if not 0 < self.sampling_rate <= 1:
            raise ValueError("sampling_rate must be in (0, 1]")
        if self.steps < 1:
            raise ValueError("steps must be 1 or more")
        if not (math.isfinite(self.clip_norm) and self.clip_norm > 0):
            raise ValueError("clip_norm must be finite and above 0")
        if (self.mode is PrivacyMode.LEAGUE) != (self.league is not None):
            raise ValueError("league noise, and only it, names its shares")
        if self.league is not None and not self._carried(self.league):
            raise ValueError("the shares do not carry the noise that the mechanism claims")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, stable names."""
        out: dict[
            str, Any
        ] = {  # by hand: `asdict` copies deeply, and a long ledger asks for very many
            "kind": self.kind.value,
            "noise_multiplier": self.noise_multiplier,
            "sampling_rate": self.sampling_rate,
            "steps": self.steps,
            "clip_norm": self.clip_norm,
            "unit": {"max_impressions": self.unit.max_impressions, "name": self.unit.name},
            "mode": self.mode.value,
            "pool": self.pool,
        }
        if self.league is not None:  # absent in own noise, and in ledgers of before
            out["league"] = self.league.as_dict()
        return out

    def _carried(self, shares: LeagueNoise) -> bool:
        enough = shares.multiplier() >= self.noise_multiplier * (1 - 1e-12)
        return enough and shares.clip_norm == self.clip_norm

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Mechanism:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or out of bounds.
        """
        try:
            unit = PrivacyUnit(**raw["unit"])
            apart = ("unit", "kind", "mode", "league")
            rest = {k: v for k, v in raw.items() if k not in apart}
            shares = raw.get("league")
            league = None if shares is None else LeagueNoise.from_dict(shares)
            return cls(
                kind=MechanismKind(raw["kind"]),
                mode=PrivacyMode(raw["mode"]),
                unit=unit,
                league=league,
                **rest,
            )
        except (KeyError, TypeError) as e:
            raise ValueError("not a mechanism") from e


@dataclass(frozen=True, slots=True)
class PrivacyBudget:
    """A promise: never more than (epsilon, delta) over the life of the shop."""

    epsilon: float
    delta: float

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not self.epsilon > 0:
            raise ValueError("epsilon must be above 0")
        if not 0 < self.delta < 1:
            raise ValueError("delta must be in (0, 1)")


@dataclass(frozen=True, slots=True)
class PrivacySpent:
    """A computed view of the ledger. Never stored as truth.

    Attributes:
        epsilon: At `delta`, by joint composition of every mechanism.
        delta: As promised.
        accountant: "pld" or "rdp", with the library's version.
        unit: Whose presence it hides, in words.
        adversary: Against whom it holds, in words.
    """

    epsilon: float
    delta: float
    accountant: str
    unit: str
    adversary: str = "everybody: the coordinator, other merchants and the public"


#: delta by declared size tier (upper bound on shoppers): at most N^-1.1 (dp.md, section 3).
DELTA_BY_TIER: dict[str, float] = {"small": 1e-4, "medium": 1e-5, "large": 1e-6}
TIER_LIMIT: dict[str, int] = {"small": 4_000, "medium": 35_000, "large": 280_000}
