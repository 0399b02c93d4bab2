"""The exact sampler: its distribution against the exact probabilities, moments, sums, limits."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.secagg.discrete import MAX_STD, Source, below, gaussian, system_source

#: 99.99 % points of chi-squared, by Wilson and Hilferty's cube (good to .1 % from 5 cells on).
Z = 3.719


def chi_squared_limit(cells: int) -> float:
    free = cells - 1
    return free * (1 - 2 / (9 * free) + Z * math.sqrt(2 / (9 * free))) ** 3


def chi_squared(samples: np.ndarray, edges: np.ndarray, p: np.ndarray) -> tuple[float, int]:
    """Statistic over [.., edges[0]), [edges[0], edges[1]), .. and its number of cells."""
    counts = np.bincount(np.searchsorted(edges, samples, side="right"), minlength=edges.size + 1)
    expected = p * samples.size
    assert expected.min() > 5 and abs(p.sum() - 1) < 1e-9
    return float(((counts - expected) ** 2 / expected).sum()), p.size


def cells(std: float, wanted: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges, and the exact discrete Gaussian's probabilities between them."""
    x = np.arange(-12 * math.ceil(std), 12 * math.ceil(std) + 1)
    p = np.exp(-(x.astype(float) ** 2) / (2 * std**2))
    p /= p.sum()
    cut = np.unique(np.searchsorted(np.cumsum(p), np.arange(1, wanted) / wanted))
    edges = x[cut]
    return edges, np.add.reduceat(p, np.concatenate([[0], cut]))


def seeded(seed: int) -> Source:
    return np.random.default_rng(seed).bytes


@pytest.mark.parametrize("std", [1, 2, 3, 7, 8, 100, 1000, 1024, 32749, 1 << 15])
def test_it_has_the_exact_distribution(std: int) -> None:
    edges, p = cells(std, 60)
    found, n_cells = chi_squared(gaussian(std, 200_000, seeded(std)), edges, p)
    assert found < chi_squared_limit(n_cells)


def test_the_test_would_find_a_wrong_distribution() -> None:
    edges, p = cells(100, 60)
    wrong = np.rint(np.random.default_rng(1).normal(0, 101.5, 200_000)).astype(int)
    found, n_cells = chi_squared(wrong, edges, p)
    assert found > chi_squared_limit(n_cells)


@pytest.mark.parametrize("std", [1, 2, 3, 5])
def test_every_small_value_and_the_tail(std: int) -> None:
    """Cell by cell: nothing wrong at zero (both signs!), at whole standard deviations, far out."""
    x = gaussian(std, 400_000, seeded(20 + std))
    points = np.arange(-4 * std, 4 * std + 1)
    p = np.exp(-(points.astype(float) ** 2) / (2 * std**2))
    p /= np.exp(-(np.arange(-40 * std, 40 * std + 1.0) ** 2) / (2 * std**2)).sum()
    counts = (x[:, None] == points[None, :]).sum(0)
    off = (counts - p * x.size) / np.sqrt(p * (1 - p) * x.size)
    assert np.abs(off).max() < 4.5
    far = 1 - p.sum()
    assert abs((np.abs(x) > 4 * std).sum() - far * x.size) < 4.5 * math.sqrt(far * x.size) + 1


@pytest.mark.parametrize("std", [1, 37, 1 << 15, (1 << 30) + 7, 1 << 40])
def test_moments(std: int) -> None:
    x = gaussian(std, 200_000, seeded(3)).astype(float) / std
    assert abs(x.mean()) < 4.5 / math.sqrt(x.size)
    assert abs((x**2).mean() - 1) < 4.5 * math.sqrt(2 / x.size)
    assert abs((x**3).mean()) < 4.5 * math.sqrt(15 / x.size)
    assert abs((x**4).mean() - 3) < 4.5 * math.sqrt(96 / x.size)
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 4.5 / math.sqrt(x.size)


def test_low_bits_are_even() -> None:
    """What rounding a float could not give: all low bits of a wide sample are uniform."""
    x = gaussian(1 << 40, 100_000, seeded(5))
    for bits in (1, 4, 8):
        counts = np.bincount(x & ((1 << bits) - 1), minlength=1 << bits)
        expected = x.size / (1 << bits)
        assert ((counts - expected) ** 2 / expected).sum() < max(25, chi_squared_limit(1 << bits))


def test_shares_sum_to_one_discrete_gaussian() -> None:
    """Kairouz, Liu, Steinke 2021: nine shares of 40 are one of 120, to more than can be seen."""
    total = gaussian(40, 9 * 150_000, seeded(6)).reshape(9, -1).sum(0)
    edges, p = cells(120, 60)
    found, n_cells = chi_squared(total, edges, p)
    assert found < chi_squared_limit(n_cells)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 1 << 62), st.integers(0, 50), st.integers(0, 1000))
def test_below_stays_below(bound: int, n: int, seed: int) -> None:
    x = below(bound, n, seeded(seed))
    assert x.shape == (n,) and x.dtype == np.int64
    assert ((x >= 0) & (x < bound)).all()


@pytest.mark.parametrize("bound", [2, 3, 7, 10, 1000])
def test_below_is_even(bound: int) -> None:
    counts = np.bincount(below(bound, 200_000, seeded(bound)), minlength=bound)
    expected = 200_000 / bound
    limit = 16 if bound == 2 else chi_squared_limit(bound) * 1.05
    assert ((counts - expected) ** 2 / expected).sum() < limit


@pytest.mark.parametrize("width", [4, 8])
def test_words_of_the_last_incomplete_run_are_refused(width: int) -> None:
    """All bits set would be bound's remainder: it is drawn again, never folded back."""
    answers = [b"\xff" * width, (5).to_bytes(width, "little")]
    bound = 3 << 10 if width == 4 else 3 << 40
    assert below(bound, 1, lambda n: answers.pop(0)).tolist() == [5]
    assert answers == []


@settings(max_examples=25, deadline=None)
@given(st.integers(1, MAX_STD), st.integers(0, 300), st.integers(0, 1000))
def test_any_size_from_a_seed(std: int, n: int, seed: int) -> None:
    x = gaussian(std, n, seeded(seed))
    assert x.shape == (n,) and x.dtype == np.int64
    assert np.array_equal(x, gaussian(std, n, seeded(seed)))
    assert (np.abs(x) < 12 * std).all()


@pytest.mark.parametrize(
    "call", [lambda: gaussian(0, 1, seeded(0)), lambda: gaussian(1, -1, seeded(0))]
)
def test_out_of_bounds_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        call()
    with pytest.raises(ValueError):
        gaussian(MAX_STD + 1, 1, seeded(0))


@pytest.mark.privacy
def test_the_system_source_takes_no_seed_and_never_repeats() -> None:
    assert list(inspect.signature(system_source).parameters) == []
    one, two = system_source(), system_source()
    pieces = {one(32), one(32), two(32), two(32)}
    assert len(pieces) == 4 and all(len(p) == 32 for p in pieces)
    assert gaussian(1000, 10_000, one).std() == pytest.approx(1000, rel=0.05)
