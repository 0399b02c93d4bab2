"""How a no leaves: a stable code of ours and a type's name, and nothing that depends on rows."""

from __future__ import annotations

from collections.abc import Sequence

from client import consent
from common.errors import BudgetExhausted, HansaError, PlanRefused, Refusal

#: Leaves in place of whatever depends on rows: a rule on their number, a failure of the work.
UNAVAILABLE = "unavailable"

_LIMITS = ("budget-exhausted", "quarter-exhausted")


def code_of(error: BaseException) -> str:
    """The only thing about an error that may leave: a stable code of ours, else "internal"."""
    return str(getattr(error, "code", "internal")) if isinstance(error, HansaError) else "internal"


def reason_of(error: BaseException) -> str:
    """Type and code as they leave; one and the same text for everything that depends on rows."""
    code = code_of(error)
    name = PlanRefused.__name__ if code == UNAVAILABLE else type(error).__name__
    return f"{name}:{code}"


def refused(
    refusals: Sequence[Refusal],
    safe: str = "Nothing was trained, charged or sent.",
    todo: str = "The policy is in hansa.toml; 'hansa privacy' shows what was spent.",
) -> PlanRefused | BudgetExhausted:
    """The error for one or more refusals; an exhausted limit is named before anything else."""
    exhausted = [r for r in refusals if r.code in _LIMITS]
    kind = BudgetExhausted if exhausted else PlanRefused
    told = exhausted or refusals
    error = kind(" ".join(r.reason for r in told), safe=safe, todo=todo)
    # a rule's name is public and may be told to the coordinator, unless the rule looks at rows;
    # the sentence always stays here
    public = [r.code for r in told if r.code not in consent.PRIVATE]
    error.code = public[0] if public else UNAVAILABLE
    return error
