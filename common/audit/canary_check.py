"""Check: one finding of `hansa-audit canary`, with its figures, its level and what it can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: A statistical check is failed below this p-value, Bonferroni's correction for all it looked at
#: included. There are about 20 of them, so a sound client is flagged about once in 25,000 audits.
LEVEL = 2e-6
#: z of a one-sided bound that is wrong with probability LEVEL.
Z_LEVEL = 4.611


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Attributes:
        code: Stable name, "part.what".
        passed: False is a flag.
        text: What was seen, one sentence.
        power: What this check would have seen, in words.
        p_value: Corrected for all that this check looked at; None for a deterministic check.
        figures: Numbers behind the sentence.
    """

    code: str
    passed: bool
    text: str
    power: str = ""
    p_value: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "code": self.code,
            "passed": self.passed,
            "text": self.text,
            "power": self.power,
            "p_value": self.p_value,
            "figures": dict(self.figures),
        }


def statistical(
    code: str, p: float, looked_at: int, text: str, power: str, figures: Mapping[str, float]
) -> Check:
    """A check on the smallest of `looked_at` p-values."""
    corrected = min(1.0, p * looked_at)
    return Check(code, corrected >= LEVEL, text, power, corrected, figures)
