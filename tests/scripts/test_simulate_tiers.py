"""Divisors and weights by declared size: terms come from bounds alone, equal ways are run once."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import simulate_tiers as tiers

from client.evaluate.nouns import Case, Merchant, Rows
from tests.client.made_up import SPEC, shop


def rows(n: int, seed: int) -> Rows:
    data = shop(n, seed, 0.3)
    zeros = np.zeros(data.n_rows, np.int64)
    return Rows(data, np.repeat(np.arange(n), np.diff(data.start)), zeros, zeros)


def case() -> Case:
    merchants = tuple(Merchant(f"m{i}", rows(60, i), rows(40, 9 + i)) for i in range(2))
    return Case(merchants, SPEC, ("conversion",), 1e-4)


def test_terms_are_those_of_a_bound_and_not_of_the_count() -> None:
    assert tiers.each([1, 4_000], "small") == [tiers.Terms(100.0, 1e-4)] * 2
    assert tiers.each([4_000, 4_001], "medium")[1] == tiers.Terms(300.0, 1e-5)
    assert tiers.finer(501) == tiers.finer(1_000) == tiers.Terms(100.0, 1e-4)
    assert tiers.finer(4_001) == tiers.finer(8_000) != tiers.finer(8_001)


def test_ways_that_say_the_same_are_one_run_and_weights_are_paired() -> None:
    one, small = case(), {"m0": 60, "m1": 90}
    mixed = small | {"m1": 9_000}
    equal, weighted = tiers.WAYS[3], tiers.WAYS[4]
    assert tiers.said(one, small, equal, 3.0) == tiers.said(one, small, weighted, 3.0)
    assert tiers.said(one, mixed, equal, 3.0) != tiers.said(one, mixed, weighted, 3.0)
    first, again = (tiers.run(one, mixed, weighted, 3.0, 5) for _ in range(2))
    assert first == again and np.isfinite(list(first.values())).all()
    assert first != tiers.run(one, mixed, equal, 3.0, 5)
    assert tiers.words([first, first], [again, again]).endswith(f"{first['log_loss']:.2f}")


def test_without_weights_it_is_the_product_s_mean() -> None:
    # two merchants of the same terms weigh alike, whatever the way says of weights
    one, small = case(), {"m0": 60, "m1": 90}
    ways = [replace(tiers.WAYS[2], weighted=w) for w in (False, True)]
    a, b = (tiers.run(one, small, way, 3.0, 1) for way in ways)
    assert a == b
