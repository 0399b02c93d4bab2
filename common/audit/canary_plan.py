"""CanaryPlan: what the judge of `hansa-audit canary` asks the worker to run; public values only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from common.columns import Categorical, Numeric
from common.features import FeatureSpec
from common.privacy import DELTA_BY_TIER, Mechanism, MechanismKind, PrivacyUnit
from common.recipe import DEFAULT

#: Layout of what judge and worker say to each other; another one is refused.
SCHEMA = "hansa-canary-v1"
#: sigma of runs that look at the clipped sum itself: noise a million times below C, which no code
#: can tell from any other plan by a flag or an argument.
TINY = 1e-6
#: Rows shown before are for TRAIN, later ones for EVALUATE.
CUT = "2024-04-01T00:00:00Z"
#: Sets of weights that the sums are looked at with.
WEIGHTS = ("initial", "moved", "far")
#: Heads that are trained together, each direct: the audit asks for no funnel.
HEADS = (("conversion",), ("click", "conversion"))
#: Steps of a run that looks at how steps go together, its step size and its public divisor.
STEPS, RATE, DIVISOR = 4, 0.5, 8.0
#: Step size of runs of 2 * STEPS steps in which the weights are to stay where they are, over C:
#: every step then adds the same for the same shopper, and counts are whole numbers.
SLOW = 5e-5
#: Runs over a shop's rows with real noise, at most.
WITH_ROWS = 24
BINS = 16
#: Hash buckets of each of the two columns of `audit_spec`.
BUCKETS = 8192


@dataclass(frozen=True, slots=True)
class CanaryPlan:
    """Sizes and privacy parameters of one audit.

    Attributes:
        noise_multiplier: sigma of the claim.
        epsilon: What the claim was calibrated for; the judge computes the claim again.
        delta: Of the claim.
        sampling_rate: q of the claim.
        rounds: TRAIN rounds of the claim, one noisy step each.
        clip_norm: C.
        max_impressions: K.
        seed: Of the coins that say which canaries are in the shop; new in every audit.
        n_canaries: m, canaries of the one-run audit.
        n_noise: Noise-only runs.
        n_draws: Batches drawn for the sampler's test.
    """

    noise_multiplier: float
    epsilon: float = 3.0
    delta: float = DELTA_BY_TIER["small"]
    sampling_rate: float = DEFAULT.sampling_rate
    rounds: int = DEFAULT.rounds
    clip_norm: float = DEFAULT.clip_norm
    max_impressions: int = DEFAULT.max_impressions
    seed: int = 0
    n_canaries: int = 1000
    n_noise: int = 200
    n_draws: int = 200

    def __post_init__(self) -> None:
        """Check the bounds, so that a worker is never asked for something endless.

        Raises:
            ValueError: a value is out of bounds.
        """
        for figure in (self.noise_multiplier, self.epsilon, self.clip_norm):
            if not (math.isfinite(figure) and 0 < figure < 1e6):
                raise ValueError("epsilon, sigma and C must be above 0")
        if not (0 < self.sampling_rate <= 1 and 0 < self.delta < 1):
            raise ValueError("q must be in (0, 1] and delta in (0, 1)")
        counts = (self.rounds, self.max_impressions, self.n_noise, self.n_draws)
        if not all(1 <= n <= 10_000 for n in counts) or not 50 <= self.n_canaries <= 4000:
            raise ValueError("a count is out of bounds")

    def mechanism(self, steps: int) -> Mechanism:
        """What a merchant would charge for that many steps of the claim."""
        return Mechanism(
            kind=MechanismKind.DP_SGD,
            noise_multiplier=self.noise_multiplier,
            sampling_rate=self.sampling_rate,
            steps=steps,
            clip_norm=self.clip_norm,
            unit=PrivacyUnit(self.max_impressions),
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> CanaryPlan:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or out of bounds.
        """
        try:
            return cls(**raw)
        except TypeError as e:
            raise ValueError("not a canary plan") from e


def audit_spec() -> FeatureSpec:
    """Two wide hashed columns and a number that stays 0: every canary has two ids of its own."""
    columns = (
        Categorical("category", "canary", "hash", BUCKETS),
        Categorical("product_type", "canary", "hash", BUCKETS),
    )
    return FeatureSpec(1, columns, (Numeric("n_position", "canary", "position", "linear", 64.0),))
