"""A ledger against the coordinator and all other merchants together: of league noise only the own share is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from common.accounting import Accountant, spent
from common.privacy import Mechanism, PrivacyMode, PrivacySpent
from common.secagg.shares import Adversary


def alone(m: Mechanism) -> Mechanism:
    """A ledger's mechanism against all other merchants together: only the own share is left."""
    if m.league is None:
        return m
    multiplier = m.league.multiplier(Adversary.OTHERS)
    return replace(m, noise_multiplier=multiplier, mode=PrivacyMode.OWN, league=None)


def spent_against_all(
    mechanisms: Sequence[Mechanism], delta: float, accountant: Accountant = "pld"
) -> PrivacySpent:
    """The weaker figure of a ledger: what holds even if the coordinator and all others collude.

    For a ledger without league noise it is the figure of `common.accounting.spent`.
    """
    return spent([alone(m) for m in mechanisms], delta, accountant)
