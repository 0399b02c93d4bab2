"""What the terms of a secure sum must be before this merchant joins it; pure, torch-free.

Beside `client.consent`, which says whether league noise is wanted at all. Each rule has a line in
docs/threat-model.md under the same code.
"""

from __future__ import annotations

from collections.abc import Iterator

from common.errors import Refusal
from common.rounds import RoundPlan, Task
from common.secagg import shares
from common.secagg.encoding import League, reach
from common.secagg.roster import LEAST_HONEST, MAX_MERCHANTS, Floors
from common.secagg.terms import LeagueTerms
from common.settings import Policy

#: A sum that leaves its modulus is wrong, not less private: the coordinator plans for 2^-40 a round.
P_WRAP = 2.0**-30
#: Padding to whole blocks may cost so much.
MOST_PADDING = 4
_SMALL = 1024


def floors(policy: Policy) -> Floors:
    """What this merchant demands of every secure sum, whatever its plan says.

    Two honest merchants are in every sum: a threshold that is too low for the colluders that are
    allowed for counts as the lowest one that is not.
    """
    least = policy.league_colluders + LEAST_HONEST
    return Floors(
        group=policy.league_group,
        threshold=max(policy.league_threshold, least),
        colluders=policy.league_colluders,
    )


def seed_of(run_id: str, round_: int) -> str:
    """The rotation's public seed: another one in every round, and nobody's choice."""
    return f"{run_id}/{round_}"


def problems(plan: RoundPlan, policy: Policy) -> list[Refusal]:
    """Every reason against the terms of a plan; none for a plan without terms (consent has it)."""
    terms = plan.league
    if terms is None:
        return []
    own = floors(policy)
    noise = shares.Floors(
        sigma=plan.noise_multiplier,
        clip_norm=plan.clip_norm,
        length=terms.codec.length,
        n_min=own.threshold,
        f=own.colluders,
    )
    return [
        *_codec(plan, terms),
        *_modulus(plan, terms),
        *(() if _too_large(terms) else shares.refusals(terms.noise, noise)),
    ]


def dimension_problem(plan: RoundPlan, dimension: int) -> Refusal | None:
    """Whether the sum has as many values as there are trained weights, or cells.

    Args:
        plan: With terms.
        dimension: Values of a gradient (TRAIN); EVALUATE has 2 * n_bins cells.
    """
    terms = plan.league
    if terms is not None and terms.codec.dimension == dimension:
        return None
    what = "trained weights" if plan.task is Task.TRAIN else "cells of the histogram"
    return Refusal("league-dimension", f"The sum is not one of the plan's {what} ({dimension:,}).")


def group_problem(plan: RoundPlan, n: int) -> Refusal | None:
    """Whether a key list holds more merchants than noise and modulus were planned for."""
    terms = plan.league
    if terms is not None and n <= terms.noise.n_max:
        return None
    return Refusal("group-too-large", f"{n} merchants are in the sum; it was planned for fewer.")


def _codec(plan: RoundPlan, terms: LeagueTerms) -> Iterator[Refusal]:
    codec = terms.codec
    if codec.seed != seed_of(plan.run_id, plan.round):
        yield Refusal("league-seed", "The rotation's seed is not that of this run and round.")
    if codec.length > MOST_PADDING * codec.dimension + _SMALL:
        yield Refusal("league-padding", "The sum is padded beyond all need.")


def _modulus(plan: RoundPlan, terms: LeagueTerms) -> Iterator[Refusal]:
    """Too small a modulus gives a wrong sum: nobody should be charged for it."""
    codec, noise = terms.codec, terms.noise
    if not _too_large(terms):
        league = League(
            dimension=codec.dimension,
            clip_norm=codec.clip_norm,
            sigma=noise.multiplier(),
            n_min=noise.n_min,
            n_max=noise.n_max,
            f=noise.f,
            weight=codec.radius / codec.clip_norm,
            bits=codec.bits,
            slack=noise.slack,
        )
        if reach(league, codec.block, codec.scale, P_WRAP) <= 2.0 ** (codec.bits - 1):
            return
    yield Refusal(
        "modulus-too-small",
        f"A sum of up to {noise.n_max} merchants does not fit the plan's modulus of "
        f"{codec.bits} bits: it would be wrong, and charged all the same.",
    )


def _too_large(terms: LeagueTerms) -> bool:
    """Figures that no modulus holds and no arithmetic should be tried on."""
    codec, noise = terms.codec, terms.noise
    return noise.n_max > MAX_MERCHANTS or noise.share_std >= 1 << codec.bits
