"""The proof's steps as figures, the lattice against the continuous PLD, the document's table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.accounting import calibrate, spent
from common.privacy import Mechanism, MechanismKind, PrivacyBudget, PrivacyMode
from common.secagg.encoding import League, choose
from common.secagg.shares import (
    SMOOTHING,
    Adversary,
    Floors,
    LeagueNoise,
    _theta,
    refusals,
    share_std,
)
from tests.common.secagg_noise.league_figures import (
    EXAMPLES,
    Example,
    LeagueRelease,
    both,
    concentrated,
    epsilon,
    lattice_epsilon,
    share_sum,
)

pytestmark = pytest.mark.privacy

DOC = Path(__file__).resolve().parents[3] / "docs" / "league-noise.md"
NOISE = LeagueNoise(
    share_std=20_000, n_min=6, n_max=8, f=1, dimension=1536, scale=2.0**17, clip_norm=0.25
)


def gaussians(x: np.ndarray, variance: float) -> np.ndarray:
    return np.exp(-(x**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)


# --- step 1: a sum of shares is a discrete Gaussian


@pytest.mark.parametrize(("std", "n"), [(0.6, 2), (0.6, 5), (0.8, 4), (1.0, 3), (2.0, 6)])
def test_a_sum_of_shares_is_within_the_bound_of_the_gaussians_values(std: float, n: int) -> None:
    """Small shares, where the bound can be seen: it holds, and a tenth of it would not at .6."""
    points = np.arange(-60, 61)
    one = gaussians(points.astype(float), std**2)
    total = one / one.sum()
    for _ in range(n - 1):
        total = np.convolve(total, one / one.sum())
    k = np.arange(total.size) - (total.size - 1) // 2
    near = np.abs(k) < 5 * std * math.sqrt(n)
    off = np.abs(np.log(total[near] / gaussians(k[near].astype(float), n * std**2))).max()
    bound = (n - 1) * _theta(std**2 / 2) + n * _theta(std**2)
    assert off <= bound + 1e-12
    assert std != 0.6 or off > bound / 10


# --- step 2: a discrete Gaussian is a random rounding of a continuous one


@pytest.mark.parametrize(("tau2", "variance"), [(0.2, 1.0), (0.3, 2.0), (0.5, 9.0), (2.0, 30.0)])
def test_random_rounding_of_a_smaller_gaussian_is_the_discrete_one(
    tau2: float, variance: float
) -> None:
    y = np.arange(-90, 90, 1 / 256)
    kernel = gaussians(y[:, None] - np.arange(-100, 101)[None, :], tau2)
    kernel /= kernel.sum(1, keepdims=True)
    k = np.arange(-4 * math.isqrt(int(variance)), 4 * math.isqrt(int(variance)) + 1)
    rounded = (gaussians(y, variance - tau2) @ kernel)[k + 100] / 256
    off = np.abs(np.log(rounded / gaussians(k.astype(float), variance))).max()
    assert off <= _theta(tau2) + 1e-9


# --- both together: every direction in the plane, with sampling


def tail(x: float) -> float:
    return 0.5 * math.erfc(x / math.sqrt(2))


def smooth_delta(eps: float, sigma: float, q: float) -> tuple[float, float]:
    """Hockey-stick of the Poisson-subsampled Gaussian of shift 1: remove, add (closed form)."""
    remove, add = 0.0, 0.0
    lift = (math.exp(eps) - 1 + q) / q
    cut = sigma**2 * math.log(lift) + 0.5
    remove = (
        (1 - q) * tail(cut / sigma)
        + q * tail((cut - 1) / sigma)
        - math.exp(eps) * tail(cut / sigma)
    )
    drop = (math.exp(-eps) - 1 + q) / q
    if drop > 0:
        cut = sigma**2 * math.log(drop) + 0.5
        mixed = (1 - q) * tail(-cut / sigma) + q * tail(-(cut - 1) / sigma)
        add = tail(-cut / sigma) - math.exp(eps) * mixed
    return remove, add


@pytest.mark.parametrize("q", [0.2, 0.6, 1.0])
def test_no_direction_on_the_lattice_leaks_more_than_one_continuous_value(q: float) -> None:
    points, p = share_sum(3, 2)
    size, reach, tau2 = points.size, 5, 2.0
    plane = np.zeros((size + reach, size + reach))
    plane[:size, :size] = np.outer(p, p)
    for a, b in itertools.product(range(reach + 1), repeat=2):
        if a == b == 0 or a * a + b * b > reach**2:
            continue
        moved = np.roll(plane, (a, b), (0, 1))
        mixed = (1 - q) * plane + q * moved
        sigma = math.sqrt(18 - tau2) / math.hypot(a, b)
        for eps in (0.1, 0.5, 1.0, 2.0):
            remove = np.maximum(mixed - math.exp(eps) * plane, 0).sum()
            add = np.maximum(plane - math.exp(eps) * mixed, 0).sum()
            bound = smooth_delta(eps, sigma, q)
            assert remove <= bound[0] + 1e-12 and add <= bound[1] + 1e-12
            plain = smooth_delta(eps, math.sqrt(18) / math.hypot(a, b), q)
            assert remove == pytest.approx(plain[0], rel=0.2, abs=1e-4)


@pytest.mark.parametrize(
    ("share", "n", "shift", "q", "rounds"), [(30, 4, 40, 0.2, 10), (24, 5, 30, 1.0, 1)]
)
def test_the_lattice_itself_composed(share: int, n: int, shift: int, q: float, rounds: int) -> None:
    """From real convolutions of real shares: between its brackets, below ours, near Gaussian."""
    low = lattice_epsilon((share, n), shift, q, rounds, 1e-5, upper=False)
    high = lattice_epsilon((share, n), shift, q, rounds, 1e-5, upper=True)
    assert low <= high <= low + 2e-3

    def by_pld(variance: float) -> float:
        sigma = math.sqrt(variance) / shift
        return spent([Mechanism(MechanismKind.DP_SGD, sigma, q, rounds, 1.0)], 1e-5).epsilon

    assert low <= by_pld(n * share**2 - SMOOTHING)
    assert by_pld(n * share**2) == pytest.approx(high, rel=2e-3)
    assert by_pld(n * share**2 - SMOOTHING) == pytest.approx(high, rel=5e-3)


# --- shares


def test_what_the_shares_hold_against_each() -> None:
    one = 2.0**15 * (1 + 2.0**-19) + math.sqrt(1536)
    assert NOISE.sensitivity == pytest.approx(one, rel=1e-12)
    assert NOISE.multiplier() == pytest.approx(math.sqrt(5) * 20_000 / one, rel=1e-8)
    assert NOISE.multiplier(Adversary.OTHERS) == pytest.approx(20_000 / one, rel=2e-8)
    assert 0 < NOISE.log_ratio() < 1e-60


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 100), st.floats(100, 1e7), st.integers(1, 500), st.data())
def test_a_share_is_the_smallest_that_is_enough(
    sigma: float, reach: float, n_min: int, data: st.DataObject
) -> None:
    f = data.draw(st.integers(0, n_min - 1))
    share = share_std(sigma, reach, n_min, f)

    def carried(one: int) -> float:
        return math.sqrt(max(0.0, (n_min - f) * one**2 - SMOOTHING)) / reach

    assert carried(share) >= sigma
    assert share == 32 or carried(share - 2) < sigma


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "skellam"},
        {"share_std": 31},
        {"share_std": 100.0},
        {"share_std": True},
        {"f": 6},
        {"f": -1},
        {"n_max": 5},
        {"dimension": 0},
        {"scale": math.nan},
        {"clip_norm": 0.0},
        {"slack": -0.1},
        {"slack": math.nan},
        {"unknown": 1},
    ],
)
def test_noise_that_protects_nobody_is_refused(wrong: dict[str, object]) -> None:
    assert LeagueNoise.from_dict(NOISE.as_dict()) == NOISE
    with pytest.raises(ValueError):
        LeagueNoise.from_dict({**NOISE.as_dict(), **wrong})


@pytest.mark.parametrize(
    "call",
    [
        lambda: share_std(1.0, 100.0, 3, 3),
        lambda: share_std(1.0, 100.0, 3, -1),
        lambda: share_std(0.0, 100.0, 3, 1),
        lambda: share_std(math.nan, 100.0, 3, 1),
    ],
)
def test_no_share_without_honest_merchants_or_noise(call: Callable[[], int]) -> None:
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"sigma": NOISE.multiplier() * 1.0001}, "noise-too-small"),
        ({"clip_norm": 0.3}, "noise-of-another-plan"),
        ({"length": 1500}, "noise-of-another-plan"),
        ({"n_min": 7}, "noise-few-survivors"),
        ({"f": 2}, "noise-few-colluders"),
        ({"slack": 0.01}, "noise-slack"),
    ],
)
def test_a_merchant_refuses_noise_below_its_floors(wrong: dict[str, float], code: str) -> None:
    floors = Floors(sigma=1.3, clip_norm=0.25, length=1536, n_min=6, f=1)
    assert refusals(NOISE, floors) == ()
    assert [r.code for r in refusals(NOISE, replace(floors, **wrong))] == [code]  # type: ignore[arg-type]


# --- epsilon


def test_epsilon_is_that_of_the_plan_that_was_calibrated() -> None:
    sigma = calibrate(PrivacyBudget(3.0, 1e-4), 0.25, 60)
    _, noise = choose(League(1_500, 0.3, sigma, 6, 8, 1, 256))
    release = LeagueRelease(noise, 0.25, 60)
    figures = both([release], 1e-4)
    assert 2.98 < figures[Adversary.LEAGUE] <= 3.0
    assert figures[Adversary.OTHERS] > 2 * figures[Adversary.LEAGUE]
    assert release.mechanism().mode is PrivacyMode.LEAGUE
    rdp = epsilon([release], 1e-4, accountant="rdp")
    assert figures[Adversary.LEAGUE] < rdp < 1.2 * figures[Adversary.LEAGUE]


def test_it_composes_with_the_rest_of_the_ledger() -> None:
    release = LeagueRelease(NOISE, 0.1, 20)
    own = Mechanism(MechanismKind.HISTOGRAM, 6.0, 1.0, 1, 1.0)
    alone, other = epsilon([release], 1e-5), spent([own], 1e-5).epsilon
    together = epsilon([release], 1e-5, [own])
    assert max(alone, other) < together < alone + other
    halves = [replace(release, rounds=10), replace(release, rounds=10)]
    assert epsilon(halves, 1e-5) == pytest.approx(alone, abs=1e-9)
    assert epsilon([], 1e-5, [own]) == other
    assert epsilon([], 1e-5) == 0.0


@pytest.mark.parametrize("adversary", list(Adversary))
def test_kairouz_liu_and_steinke_say_the_same_without_sampling(adversary: Adversary) -> None:
    assert 1 / NOISE.multiplier(adversary) == pytest.approx(
        concentrated(NOISE, adversary), rel=1e-7
    )
    assert 1 / NOISE.multiplier(adversary) >= concentrated(NOISE, adversary)


@pytest.mark.parametrize(
    "example",
    [*EXAMPLES[-1:], *(pytest.param(e, marks=pytest.mark.slow) for e in EXAMPLES[:-1])],
    ids=lambda e: e.name,
)
def test_the_documents_table_is_what_is_computed(example: Example) -> None:
    row = example.row()
    text = DOC.read_text(encoding="utf-8")
    assert "| " + " | ".join(row) + " |" in text
    assert "| " + " | ".join(row.values()) + " |" in text
    assert 0 < float(row["gap"].rstrip("%")) < 2
