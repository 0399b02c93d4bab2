"""Epsilon from mechanisms: spent(), calibrate(), rounds_left() by PLD and RDP (dp-accounting lives here).

Adjacency is add-or-remove one privacy unit. PLD (Koskela et al. 2020; Doroshenko et al. 2022,
"connect the dots") is the figure that counts; RDP (Mironov 2017) is an independent, looser check.
Opacus' `gdp` accountant is not used: it is a central-limit approximation that reports too little.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from typing import Literal

import numpy as np
from dp_accounting import dp_event as events
from dp_accounting import rdp
from dp_accounting.pld import privacy_loss_distribution as pld
from numpy.typing import NDArray

from common.composition import Gaussian, merge
from common.errors import BudgetExhausted
from common.privacy import (
    Mechanism,
    MechanismKind,
    PrivacyBudget,
    PrivacyMode,
    PrivacySpent,
    PrivacyUnit,
)

Accountant = Literal["pld", "rdp"]

#: Grid of privacy losses. One constant for the live figure, the replay and the auditor,
#: so that they are equal to the last digit.
VALUE_INTERVAL = 1e-4
#: A coarser grid gives a slightly larger epsilon: good for searching, never below the fine one.
SEARCH_INTERVAL = 1e-3
MAX_NOISE_MULTIPLIER = 1e4
MIN_NOISE_MULTIPLIER = 0.2
#: PLD is tighter than RDP; it may pass it only by the grid. More is an alarm (see `agreement`).
TOLERANCE = 0.01
#: Above it nothing is private any more: RDP, an upper bound too, is reported without PLD's work
#: (a hostile file could otherwise ask for a grid of any length).
CEILING = 100.0

_ORDERS = rdp.RdpAccountant().orders

EVERYBODY = "everybody: the coordinator, other merchants and the public"
LEAGUE = "the coordinator, the public and a bounded number of colluding merchants"


def spent(
    mechanisms: Sequence[Mechanism], delta: float, accountant: Accountant = "pld"
) -> PrivacySpent:
    """Joint composition of everything that was ever released.

    Args:
        mechanisms: In any order; an empty sequence gives epsilon 0.
        delta: Target delta in (0, 1).
        accountant: "pld" (the figure that counts) or "rdp" (the check).

    Raises:
        ValueError: delta is out of bounds or the accountant is unknown.
    """
    if not 0 < delta < 1:
        raise ValueError("delta must be in (0, 1)")
    if accountant not in ("pld", "rdp"):
        raise ValueError("the accountant is 'pld' or 'rdp'; no other is sound for these mechanisms")
    return PrivacySpent(
        epsilon=epsilon_of(merge(mechanisms), delta, accountant),
        delta=delta,
        accountant=f"{accountant} dp-accounting {version('dp-accounting')}",
        unit=_unit(mechanisms),
        adversary=LEAGUE if any(m.mode is PrivacyMode.LEAGUE for m in mechanisms) else EVERYBODY,
    )


def epsilon_of(groups: tuple[Gaussian, ...], delta: float, accountant: Accountant) -> float:
    """Epsilon of merged mechanisms: what `spent` computes, without its words."""
    if accountant == "pld":
        return _epsilon(groups, delta, VALUE_INTERVAL)
    return _rdp(groups, delta)


def agreement(by_pld: PrivacySpent, by_rdp: PrivacySpent) -> str:
    """Empty when the two accountants agree (PLD at most RDP), else what is wrong, in words."""
    if by_pld.epsilon <= by_rdp.epsilon * (1 + TOLERANCE):
        return ""
    return (
        f"The two accountants disagree: PLD says {by_pld.epsilon:.4f}, RDP only "
        f"{by_rdp.epsilon:.4f}. RDP is an upper bound, so one of the two is wrong."
    )


def calibrate(
    budget: PrivacyBudget,
    sampling_rate: float,
    steps: int,
    extra: Sequence[Mechanism] = (),
    unit: PrivacyUnit | None = None,
) -> float:
    """Smallest noise multiplier (to 0.1 %) for which everything stays within the budget.

    Args:
        budget: (epsilon, delta) that must not be passed.
        sampling_rate: Poisson rate q of the DP-SGD steps.
        steps: All DP-SGD steps of the run, rounds times local steps.
        extra: What else is released from the same budget (earlier rounds, an evaluation).
        unit: Only named in the mechanism; the noise does not depend on it.

    Raises:
        BudgetExhausted: `extra` alone passes the budget, or no usable noise is enough.
    """
    probe = Mechanism(
        kind=MechanismKind.DP_SGD,
        noise_multiplier=1.0,
        sampling_rate=sampling_rate,
        steps=steps,
        clip_norm=1.0,
        unit=unit or PrivacyUnit(),
    )

    def over(sigma: float) -> bool:
        groups = merge([*extra, replace(probe, noise_multiplier=sigma)])
        return _epsilon(groups, budget.delta, SEARCH_INTERVAL) > budget.epsilon

    if spent(extra, budget.delta).epsilon >= budget.epsilon:
        raise _cannot(budget)
    low, high = _bracket(over)
    while high / low > 1.001:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if over(middle) else (low, middle)
    if high > MAX_NOISE_MULTIPLIER:
        raise _cannot(budget)
    return high


def rounds_left(
    mechanisms: Sequence[Mechanism],
    next_round: Mechanism,
    budget: PrivacyBudget,
    limit: int = 10_000,
) -> int:
    """How many more rounds like `next_round` the budget allows (at most `limit` are counted)."""

    def fits(rounds: int, interval: float = VALUE_INTERVAL) -> bool:
        groups = merge([*mechanisms, replace(next_round, steps=next_round.steps * rounds)])
        return _epsilon(groups, budget.delta, interval) <= budget.epsilon

    if not fits(1):
        return 0
    # the coarse grid comes within a few rounds of the answer at a tenth of the work
    near = _most(lambda n: fits(n, SEARCH_INTERVAL), 1, limit)
    return _most(fits, near if fits(near) else 1, limit)


def _most(holds: Callable[[int], bool], least: int, limit: int) -> int:
    """The largest n up to `limit` that holds; `least` does, or is taken for it."""
    low, step = least, 1
    while low + step <= limit and holds(low + step):
        low, step = low + step, step * 2
    high = min(low + step, limit + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _bracket(over: Callable[[float], bool]) -> tuple[float, float]:
    """A noise that is too little and one that is enough, at most a factor 2 apart."""
    low, high = 0.5, 1.0
    while over(high) and high <= MAX_NOISE_MULTIPLIER:
        low, high = high, high * 2
    while low >= MIN_NOISE_MULTIPLIER and not over(low):
        low, high = low / 2, low
    return low, high


@lru_cache(maxsize=64)
def _single(sigma: float, q: float, interval: float) -> pld.PrivacyLossDistribution:
    """The privacy loss of one release. Default adjacency of the library: add or remove one."""
    return pld.from_gaussian_mechanism(
        sigma, sampling_prob=q, value_discretization_interval=interval
    )


@dataclass(frozen=True, slots=True)
class Losses:
    """Chances of the privacy losses `(first + i) * VALUE_INTERVAL` of one release, as the live figure has them.

    Attributes:
        first: Number of the smallest loss on the grid.
        chances: [n].
        infinite: Chance of a loss without bound.
    """

    first: int
    chances: NDArray[np.float64]
    infinite: float


@lru_cache(maxsize=64)
def losses(g: Gaussian) -> tuple[Losses, Losses] | None:
    """One release of `g` when a shopper is removed, and when one is added; None if not to be had.

    The library has no public name for them; a version without these names only costs speed.
    """
    whole = _single(g.sigma, g.q, VALUE_INTERVAL)
    try:
        sides = [p.to_dense_pmf() for p in (whole._pmf_remove, whole._pmf_add)]
        removed, added = (
            Losses(int(p._lower_loss), np.asarray(p._probs, np.float64), float(p._infinity_mass))
            for p in sides
        )
    except AttributeError:
        return None
    return removed, added


@lru_cache(maxsize=512)
def _epsilon(groups: tuple[Gaussian, ...], delta: float, interval: float) -> float:
    if not groups:
        return 0.0
    if _without_sampling(groups, delta) > CEILING and (loose := _rdp(groups, delta)) > CEILING:
        return loose
    return float(_total(groups, interval).get_epsilon_for_delta(delta))


@lru_cache(maxsize=16)
def _total(groups: tuple[Gaussian, ...], interval: float) -> pld.PrivacyLossDistribution:
    """All groups in their order; what stands before the one that grows is composed once."""
    if len(groups) % 64:  # a ledger may have more groups than a stack is deep
        return _total(groups[:-1], interval).compose(_many(groups[-1], interval))
    total = pld.identity(value_discretization_interval=interval)
    for g in groups:
        total = total.compose(_many(g, interval))
    return total


@lru_cache(maxsize=16)
def _many(g: Gaussian, interval: float) -> pld.PrivacyLossDistribution:
    """The privacy loss of `count` releases; most groups of a ledger do not grow any more."""
    return _single(g.sigma, g.q, interval).self_compose(g.count)


def _without_sampling(groups: tuple[Gaussian, ...], delta: float) -> float:
    """A quick upper bound on epsilon: zero-concentrated DP (Bun & Steinke 2016), q ignored."""
    rho = sum(g.count / (2 * g.sigma**2) for g in groups)
    return rho + 2 * math.sqrt(rho * math.log(1 / delta))


@lru_cache(maxsize=512)
def _rdp(groups: tuple[Gaussian, ...], delta: float) -> float:
    if not groups:
        return 0.0
    total = np.sum([g.count * _rdp_single(g.sigma, g.q) for g in groups], axis=0)
    with _quiet():
        return float(rdp.compute_epsilon(_ORDERS, total, delta)[0])


@lru_cache(maxsize=512)
def _rdp_single(sigma: float, q: float) -> NDArray[np.float64]:
    """RDP of one release at every order."""
    accountant = rdp.RdpAccountant(_ORDERS)
    event = events.GaussianDpEvent(sigma)
    with _quiet():
        accountant.compose(events.PoissonSampledDpEvent(q, event) if q < 1 else event)
    curve: NDArray[np.float64] = accountant.rdp
    return curve


@contextmanager
def _quiet() -> Iterator[None]:
    """RDP warns for every order that it leaves out; leaving one out only makes epsilon larger."""
    logger = logging.getLogger("absl")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def _unit(mechanisms: Sequence[Mechanism]) -> str:
    """The unit in words; with several K the largest, which holds for all."""
    k = max((m.unit.max_impressions for m in mechanisms), default=PrivacyUnit().max_impressions)
    return str(PrivacyUnit(max_impressions=k))


def _cannot(budget: PrivacyBudget) -> BudgetExhausted:
    return BudgetExhausted(
        f"No noise is enough for epsilon {budget.epsilon:g} at delta {budget.delta:g}.",
        safe="Nothing was trained or sent.",
        todo="Plan fewer rounds or steps, or a larger epsilon.",
    )
