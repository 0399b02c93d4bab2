"""How many merchants a run with league noise needs; what its plans say is common.league_plan's."""

from __future__ import annotations

from common.errors import InputError
from common.league_plan import league_terms, least_league, threshold_of, with_rate
from common.league_plan import roomy as _roomy
from server.options import RunOptions

__all__ = [
    "_roomy",
    "check_league",
    "league_terms",
    "least_merchants",
    "threshold_of",
    "with_rate",
]


def least_merchants(options: RunOptions) -> int:
    """Fewest merchants that a league round can be asked of; a sum of fewer would protect nobody."""
    return max(least_league(options), options.merchants_min)


def check_league(options: RunOptions, n_enrolled: int) -> None:
    """Before a run is opened.

    Raises:
        InputError: the league is too small for league noise with these options.
    """
    least = least_merchants(options) * (2 if options.halves else 1)
    if n_enrolled >= least:
        return
    raise InputError(
        f"A run with league noise and {options.colluders} colluding merchants needs at least "
        f"{least} merchants; {n_enrolled} are enrolled.",
        safe="No merchant was asked anything.",
        todo="Enrol more merchants, or run with: --mode own",
    )
