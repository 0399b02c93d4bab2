"""All checks of `hansa-audit canary` over one worker's observations, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.audit.canary_bounds import check_bounds, claimed
from common.audit.canary_check import LEVEL, Check
from common.audit.canary_door import check_door
from common.audit.canary_noise import check_noise
from common.audit.canary_observed import Observed
from common.audit.canary_plan import SCHEMA
from common.audit.canary_sampler import check_sampler
from common.audit.canary_sensitivity import check_histogram, check_sums, check_units


@dataclass(frozen=True, slots=True)
class CanaryVerdict:
    """What the audit says of the client's training code.

    Attributes:
        checks: Every finding.
        claimed: Epsilon of the audited plan.
        delta: Of it.
        code_digest: Of the program that the worker ran, by its own word.
        versions: Of its libraries, by its own word.
        plan: What was run, plain values.
    """

    checks: tuple[Check, ...]
    claimed: float
    delta: float
    code_digest: str
    versions: Mapping[str, str]
    plan: Mapping[str, Any]

    @property
    def sound(self) -> bool:
        """True when no check was failed."""
        return all(c.passed for c in self.checks)

    @property
    def flagged(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(c for c in self.checks if not c.passed)

    @property
    def false_alarm(self) -> float:
        """Bound on the chance that a sound client is flagged."""
        n = sum(c.p_value is not None for c in self.checks)
        # the two bounds on epsilon are tests too
        return LEVEL * (n + 2)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "schema": SCHEMA,
            "verdict": "sound" if self.sound else "flagged",
            "flagged": [c.code for c in self.flagged],
            "claimed_epsilon": self.claimed,
            "delta": self.delta,
            "false_alarm_at_most": self.false_alarm,
            "code_digest": self.code_digest,
            "versions": dict(self.versions),
            "plan": dict(self.plan),
            "checks": [c.as_dict() for c in self.checks],
        }


def judge(seen: Observed) -> CanaryVerdict:
    """Judge one worker's observations.

    Raises:
        InputError: they cannot be judged.
    """
    checks = [
        *check_units(seen),
        *check_sums(seen),
        *check_histogram(seen),
        *check_noise(seen),
        *check_sampler(seen),
        *check_door(seen),
        *check_bounds(seen),
    ]
    return CanaryVerdict(
        tuple(checks),
        claimed(seen.plan),
        seen.plan.delta,
        seen.code_digest,
        seen.versions,
        seen.plan.as_dict(),
    )
