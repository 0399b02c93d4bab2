"""The two figures of a ledger with league noise: against coordinator and f colluders, and if all others collude."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from common.privacy import Mechanism, PrivacyMode


def figures(released: Sequence[Mechanism], delta: float) -> dict[str, Any]:
    """What to show of a ledger beside its mechanisms; empty when all noise was this shop's own.

    Args:
        released: Everything that was ever reserved.
        delta: The policy's.

    Returns:
        "modes" in order of name, "epsilon" and "adversary" (the figure that the limit is for),
        "epsilon_if_all_collude" and "adversary_if_all_collude" (the weaker one beside it).
    """
    if all(m.league is None for m in released):
        return {}
    # imported here: the accountants take a second to load, --help must not
    from common.accounting import EVERYBODY, spent
    from common.accounting_discrete import spent_against_all

    return {
        "modes": sorted({m.mode.value for m in released}),
        "epsilon": spent(released, delta).epsilon,
        "adversary": adversary(released),
        "epsilon_if_all_collude": spent_against_all(released, delta).epsilon,
        "adversary_if_all_collude": EVERYBODY,
    }


def adversary(released: Sequence[Mechanism]) -> str:
    """Against whom the smaller figure holds: the fewest colluders that any of the sums allows for."""
    f = min((m.league.f for m in released if m.league is not None), default=0)
    own = any(m.mode is PrivacyMode.OWN for m in released)
    most = f"the coordinator, the public and up to {f} colluding merchant{'' if f == 1 else 's'}"
    return f"{most} (own-noise releases in it: against everybody)" if own else most


def both_in_words(both: dict[str, Any]) -> list[str]:
    """The same for a person, one line a figure."""
    if not both:
        return []
    return [
        f"epsilon  {both['epsilon']:.3f} against {both['adversary']}",
        f"weaker   epsilon {both['epsilon_if_all_collude']:.3f} if the coordinator and all other "
        "merchants collude: league noise counts on the others",
    ]
