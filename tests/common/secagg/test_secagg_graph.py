"""The graph: regular, the same for all, and in one piece without any n - t + f merchants."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.secagg import graph
from common.secagg.roster import usual_threshold
from tests.common.secagg.random_drops import random_degree


def names(n):
    return [f"{i:032x}" for i in range(n)]


def in_one_piece(built, gone):
    left = set(built.neighbours) - set(gone)
    reached, edge = set(), [min(left)]
    while edge:
        at = edge.pop()
        if at not in reached:
            reached.add(at)
            edge += [p for p in built.neighbours[at] if p in left]
    return reached == left


@pytest.mark.parametrize("n", [3, 8, 49])
def test_small_leagues_are_complete(n):
    t = usual_threshold(n, 0)
    built = graph.build(names(n), t, 0, "s")
    assert built.degree == n - 1 and built.share_threshold == t
    assert all(len(p) == n - 1 for p in built.neighbours.values())


@settings(max_examples=30, deadline=None)
@given(st.integers(50, 90), st.data())
def test_it_is_regular_symmetric_and_drawn_from_the_seed(n, data):
    f = data.draw(st.integers(0, 5))
    t = data.draw(st.integers(usual_threshold(n, f), n))
    built = graph.build(names(n), t, f, "one")
    k = built.degree
    assert k == n - 1 or (k % 2 == 0 and k in (n - t + f + 1, n - t + f + 2))
    for m, near in built.neighbours.items():
        assert len(near) == len(set(near)) == k and m not in near and list(near) == sorted(near)
        assert all(m in built.neighbours[p] for p in near)
    assert built == graph.build(names(n)[::-1], t, f, "one")
    if k < n - 1:
        assert built != graph.build(names(n), t, f, "two")
    # the secrets can be rebuilt in the worst case, and not by the colluders alone
    assert k + 1 - (n - t) >= built.share_threshold > f


@settings(max_examples=60, deadline=None)
@given(st.integers(50, 70), st.integers(0, 4), st.integers(1, 8), st.data())
def test_no_n_minus_t_plus_f_merchants_part_it(n, f, spare, data):
    """The coordinator knows the graph and takes away whom it likes: neighbours, gaps of the ring."""
    t = n - spare
    built = graph.build(names(n), t, f, "seed")
    assert built.degree < n - 1
    away = spare + f
    victim = data.draw(st.sampled_from(names(n)))
    near = list(built.neighbours[victim])
    assert in_one_piece(built, near[:away])
    anyone = data.draw(st.lists(st.sampled_from(names(n)), max_size=away, unique=True))
    assert in_one_piece(built, anyone)
    assert not in_one_piece(built, near), "as many as k do part it: the bound is tight"


def test_every_choice_of_merchants_on_a_small_ring(monkeypatch):
    monkeypatch.setattr(graph, "SPARSE_FROM", 4)
    for n, t, f in [(9, 7, 1), (10, 7, 0), (11, 9, 1)]:
        built = graph.build(names(n), t, f, "seed")
        assert built.degree < n - 1
        for gone in itertools.combinations(names(n), n - t + f):
            assert in_one_piece(built, gone)


def test_failure_is_nought_up_to_f_and_certain_from_2t_minus_n():
    assert graph.failure(100, 67, 5, 5) == 0.0
    assert graph.failure(100, 67, 5, 34) == 1.0
    assert graph.failure(30, 20, 5, 9) == 0.0
    assert graph.failure(30, 20, 5, 10) == 1.0
    risks = [graph.failure(100, 90, 12, g) for g in range(13, 60)]
    assert risks == sorted(risks)
    # 23 neighbours would do for f = 12; an even degree, 24, does for 13 as well
    assert risks[0] == 0.0 < risks[1] < 1e-6


def test_the_bound_is_above_what_is_met():
    """Colluders at random places, worst drop-outs: parted at most as often as the bound says."""
    n, t, f, g = 50, 47, 1, 9
    bound = graph.failure(n, t, f, g)
    rng = np.random.default_rng(1)
    k = graph.degree(n, t, f)
    half, met = k // 2, 0
    for _ in range(3000):
        bad = np.zeros(n, dtype=bool)
        bad[rng.choice(n, g, replace=False)] = True
        windows = [int(np.take(bad, range(i, i + half), mode="wrap").sum()) for i in range(n)]
        pairs = [
            windows[i] + windows[j]
            for i in range(n)
            for j in range(i + half + 1, min(n, n + i - half))
        ]
        met += max(pairs) >= k - (n - t)
    assert 0 < met / 3000 <= bound


def test_the_degree_with_random_drop_outs_for_comparison():
    k = random_degree(1000, 50, 333)
    assert 60 <= k < graph.degree(1000, 667, 50)
    assert random_degree(20, 4, 6) == 12
    assert random_degree(8, 2, 5) == 7
    tail = graph._at_least(50, 10, 20, 8)
    exact = sum(math.comb(10, x) * math.comb(40, 20 - x) for x in range(8, 11)) / math.comb(50, 20)
    assert tail == pytest.approx(exact)
