"""All checks of `hansa-audit canary` over one worker's observations, and the verdict.

What is trusted, and what is not:

- The worker (`python -m client.canary`) hands the code under test nothing but plans and a real
  shop's store, and uses the generator of production: no argument, flag or generator tells an audit
  from a round. Sums are looked at through plans with a noise a millionth of C.
- The judge trusts that the worker writes down what `train` and `histogram` returned. Code that
  was made to deceive this audit (that knows the planted names, say) is not found by it: compare
  `code_digest` with the digest of the released program for that.
- Clipping, sampling, noise and the model's gradients are computed again here with NumPy, the
  claim by `common.accounting`; nothing of the client is imported.
- Gaussian separation assumes that the noise is normal, which other checks test; the one-run bound
  assumes nothing, and shows less.
"""

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
