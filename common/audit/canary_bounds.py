"""Lower bounds on epsilon from planted canaries: one run with many coins, and Gaussian separation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from common.accounting import spent
from common.audit import canary_scenario as scenario
from common.audit.canary_check import LEVEL, Z_LEVEL, Check
from common.audit.canary_observed import Observed, split, trained
from common.audit.canary_plan import CanaryPlan
from common.audit.canary_reference import Floats, Unit, gradient
from common.audit.canary_stats import gaussian_epsilon, one_run_bound

#: Shares of the canaries for which a guess is made, fixed before the run (Bonferroni over them).
SHARES = (0.05, 0.1, 0.25, 0.5, 1.0)
_USUAL, _Z_USUAL = 0.05, 1.645


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the canaries say.

    Attributes:
        claimed: epsilon by common.accounting from the plan's mechanism.
        one_run: Largest lower bound of the one-run audit, at LEVEL.
        one_run_usual: The same at 95 %.
        separation: Distance of the two groups in standard deviations.
        gaussian: Lower bound by Gaussian separation, at LEVEL.
        gaussian_usual: The same at 95 %.
    """

    claimed: float
    one_run: float
    one_run_usual: float
    separation: float
    gaussian: float
    gaussian_usual: float


@lru_cache(maxsize=16)
def claimed(plan: CanaryPlan) -> float:
    """Epsilon of the claim: all rounds of the plan, composed jointly."""
    return spent([plan.mechanism(plan.rounds)], plan.delta).epsilon


def check_bounds(seen: Observed) -> list[Check]:
    """Both lower bounds against the claim."""
    b = bounds(scores(seen), scenario.coins(seen.plan), seen.plan)
    m, sure = seen.plan.n_canaries, f"{100 * (1 - LEVEL):.4f} %"
    shared = f"claimed {b.claimed:.3f} at delta {seen.plan.delta:g}; "
    words = ["VIOLATION: " if bound > b.claimed else "" for bound in (b.one_run, b.gaussian)]
    steinke = Check(
        "epsilon.one_run",
        b.one_run <= b.claimed,
        f"{words[0]}One run, {m} coins: epsilon is at least {b.one_run_usual:.2f} with 95 %, "
        f"{b.one_run:.2f} with {sure}; {shared}assumes nothing of the noise.",
        f"No noise on what a shopper touches; it cannot show more than about {math.log(m) - 2:.1f} here.",
        figures={"bound": b.one_run, "bound_95": b.one_run_usual, "claimed": b.claimed},
    )
    normal = Check(
        "epsilon.separation",
        b.gaussian <= b.claimed,
        f"{words[1]}Gaussian separation {b.separation:.2f}: epsilon is at least {b.gaussian_usual:.2f} with "
        f"95 %, {b.gaussian:.2f} with {sure}; {shared}assumes normal noise.",
        f"Noise below {_reach(seen.plan, b.claimed):.2f} of the claimed sigma.",
        figures={
            "bound": b.gaussian,
            "bound_95": b.gaussian_usual,
            "claimed": b.claimed,
            "separation": b.separation,
        },
    )
    return [steinke, normal]


def scores(seen: Observed) -> Floats:
    """[m] how much each canary's own direction is in what was released, summed over the rounds.

    In units of C: with the canary about q * rounds, without 0, both with noise of
    sigma * sqrt(rounds).
    """
    weights, plan = seen.weights("loud"), seen.plan
    names = trained(weights, ("conversion",))
    size = sum(weights[n].size for n in names)
    total = -seen.floats("planted/updates", plan.rounds, size).sum(0)
    parts = split(total, weights, names)
    ids = scenario.canary_rows(plan.n_canaries)
    pattern = _direction(weights, ids[0], plan.max_impressions)
    found: Floats = np.zeros(len(ids))
    for name, direction in pattern.items():
        own = parts[name].reshape(weights[name].shape)[ids]
        found += (own * direction).sum((1, 2))
    return found / plan.clip_norm


def bounds(found: Floats, inside: NDArray[np.bool_], plan: CanaryPlan) -> Bounds:
    """Lower bounds from scores [m] and coins [m]."""
    a, b = found[inside], found[~inside]
    spread = float(b.std(ddof=1))
    # no noise at all: as far apart as the figures allow
    distance = float(a.mean() - b.mean()) / max(spread, 1e-9)
    # who is planted is in some rounds and not in others, so that group spreads more
    wider = float(a.var(ddof=1)) / max(spread, 1e-9) ** 2
    error = math.sqrt(wider / len(a) + 1 / len(b) + distance**2 / (2 * (len(b) - 1)))
    strict, usual = (
        gaussian_epsilon(distance - z * error, plan.delta) for z in (Z_LEVEL, _Z_USUAL)
    )
    return Bounds(
        claimed(plan),
        one_run(found, inside, plan.delta, LEVEL),
        one_run(found, inside, plan.delta, _USUAL),
        distance,
        strict,
        usual,
    )


def one_run(found: Floats, inside: NDArray[np.bool_], delta: float, level: float) -> float:
    """The best one-run bound over the fixed shares of guesses (Steinke et al. 2023)."""
    order, m, best = np.argsort(found, kind="stable"), len(found), 0.0
    for share in SHARES:
        k = max(1, int(m * share / 2))
        right = int(inside[order[-k:]].sum() + (~inside[order[:k]]).sum())
        best = max(best, one_run_bound(m, 2 * k, right, delta, level / len(SHARES)))
    return best


def _direction(weights: dict[str, Floats], ids: NDArray[np.int64], k: int) -> dict[str, Floats]:
    """Unit vector of a canary's gradient on its own two rows, by tensor [2, width].

    All canaries have the same, for the weights of all hashed rows are the same two vectors.
    """
    unit = Unit(ids[None, :], np.zeros((1, 1)), np.full(1, -1.0), np.ones(1))
    whole = gradient(weights, unit, ("conversion",), k)
    own = {n: whole[n][ids] for n in ("first_conversion.weight", "vectors.weight")}
    norm = math.sqrt(sum(float((v**2).sum()) for v in own.values()))
    return {n: v / norm for n, v in own.items()}


def _reach(plan: CanaryPlan, limit: float) -> float:
    """The share of the claimed noise that is flagged with even odds."""
    q, m = plan.sampling_rate, plan.n_canaries
    for percent in range(99, 0, -1):
        sigma = plan.noise_multiplier * percent / 100
        distance = q * math.sqrt(plan.rounds) / sigma
        error = math.sqrt(4 / m + distance**2 / m)
        if gaussian_epsilon(distance - Z_LEVEL * error, plan.delta) > limit:
            return percent / 100
    return 0.0
