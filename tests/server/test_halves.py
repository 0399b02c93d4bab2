"""Halves of the league: fair splits, noise alone is no alarm, a merchant that sends something else stands out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.halves import HalfSum, compare, half_of, most_charged, suspicions

SHOPS = [f"shop{i:02}" for i in range(12)]


@settings(max_examples=40)
@given(st.sets(st.text(min_size=1, max_size=6), min_size=2, max_size=30), st.integers(0, 50))
def test_a_pair_asks_everybody_once(members: set[str], pair: int) -> None:
    a, b = half_of("r", 2 * pair, members), half_of("r", 2 * pair + 1, members)
    assert a | b == members and not a & b and 0 <= len(a) - len(b) <= 1
    assert half_of("r", 2 * pair, sorted(members)) == a


def test_pairs_are_drawn_anew_and_nobody_is_charged_more_often() -> None:
    assert len({half_of("r", 2 * pair, SHOPS) for pair in range(10)}) > 5
    for rounds in (1, 2, 7, 8):
        for who in SHOPS:
            n = sum(who in half_of("r", i, SHOPS) for i in range(rounds))
            assert n <= most_charged(rounds)


def play(liar: str, boost: float, pairs: int = 12) -> tuple[list[float], list]:
    rng, d, std = np.random.default_rng(0), 400, 0.05
    truth, zs, rounds = rng.normal(size=d) * 0.05, [], []
    for pair in range(pairs):
        sums = []
        for half in (0, 1):
            members = half_of("r", 2 * pair + half, SHOPS)
            total = sum(truth * (boost if who == liar else 1.0) for who in members)
            mean = (total + rng.normal(size=d) * std * len(members)) / len(members)
            sums.append(HalfSum(pair, half, mean, std))
            rounds.append((members, sums[-1].signal))
        zs.append(compare(*sums).z)
    return zs, rounds


def test_honest_halves_differ_by_their_noise_only() -> None:
    zs, rounds = play("nobody", 1.0)
    assert abs(float(np.mean(zs))) < 1.0 and max(map(abs, zs)) < 4.0
    assert all(s.t < 5 for s in suspicions(rounds))


def test_who_moves_the_sums_is_named_first() -> None:
    zs, rounds = play("shop07", -25.0)
    assert float(np.mean(zs)) > 4.0
    first, second = suspicions(rounds)[:2]
    assert first.merchant == "shop07" and first.t > 2 * abs(second.t)


def test_too_few_rounds_name_nobody() -> None:
    assert suspicions(play("shop07", -25.0, pairs=3)[1]) == []
    with pytest.raises(ValueError, match="lengths"):
        compare(HalfSum(0, 0, np.zeros(2), 1.0), HalfSum(0, 1, np.zeros(3), 1.0))
