"""LeagueTerms: what a plan says of its secure sum; all of it public, all of it signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.heads import is_digest
from common.secagg.encoding import Codec
from common.secagg.shares import LeagueNoise
from common.secagg.task import SumTask


@dataclass(frozen=True, slots=True)
class LeagueTerms:
    """The secure sum that a league-noise plan asks for.

    Attributes:
        codec: How a sum becomes whole numbers; its seed is the round's own.
        noise: Each merchant's share, and what the sum of them protects.
        roster_digest: The roster that everybody must have pinned.
        threshold: Fewest merchants in the sum.
        colluders: f.
    """

    codec: Codec
    noise: LeagueNoise
    roster_digest: str
    threshold: int
    colluders: int

    def __post_init__(self) -> None:
        """The noise must be that of this codec, threshold and number of colluders."""
        own = (self.codec.length, self.codec.scale, self.codec.clip_norm)
        if (self.noise.dimension, self.noise.scale, self.noise.clip_norm) != own:
            raise ValueError("the noise was made for another codec")
        if (self.noise.n_min, self.noise.f) != (self.threshold, self.colluders):
            raise ValueError("the noise was made for another threshold")
        if not is_digest(self.roster_digest):
            raise ValueError("the terms name no roster")

    def task(self, run_id: str, round_: int, attempt: int, plan_digest: str) -> SumTask:
        """One attempt at this sum."""
        return SumTask(
            run_id=run_id,
            round=round_,
            attempt=attempt,
            plan_digest=plan_digest,
            roster_digest=self.roster_digest,
            threshold=self.threshold,
            colluders=self.colluders,
            bits=self.codec.bits,
            length=self.codec.length,
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "codec": self.codec.as_dict(),
            "noise": self.noise.as_dict(),
            "roster_digest": self.roster_digest,
            "threshold": self.threshold,
            "colluders": self.colluders,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> LeagueTerms:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or out of bounds.
        """
        try:
            rest = dict(raw)
            codec, noise = (
                Codec.from_dict(rest.pop("codec")),
                LeagueNoise.from_dict(rest.pop("noise")),
            )
            return cls(codec=codec, noise=noise, **rest)
        except (KeyError, TypeError) as e:
            raise ValueError("not the terms of a secure sum") from e
