"""Stopping when the last rounds moved nothing beyond their noise: free, the same after a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from common.errors import InputError
from server.flat import Move, excess, is_flat, move
from server.options import RunOptions
from tests.server.fake_league import RECIPE, League, Shop, options

STD = 0.3


def moves(signal: float, rounds: int = 5, seed: int = 0, d: int = 400) -> list[Move]:
    rng = np.random.default_rng(seed)
    way = rng.normal(size=d) / np.sqrt(d)
    return [Move(signal * way + STD * rng.normal(size=d), STD) for _ in range(rounds)]


def test_noise_alone_is_flat_and_its_excess_is_standard() -> None:
    found = np.array([excess(moves(0.0, seed=s)) for s in range(300)])
    assert abs(found.mean()) < 0.2 and abs(found.std() - 1) < 0.2
    assert np.mean([is_flat(moves(0.0, seed=s), 5) for s in range(300)]) > 0.93


def test_steps_one_way_add_up_where_one_of_them_drowns() -> None:
    one = 1.5  # a round's noise has norm 6
    alone = np.mean([is_flat(moves(one, 1, seed=s), 1) for s in range(100)])
    assert alone > 0.8
    assert not any(is_flat(moves(one, 10, seed=s), 10) for s in range(100))


def test_too_few_rounds_are_never_flat() -> None:
    assert not is_flat(moves(0.0, 4), 5)
    assert not is_flat(moves(0.0, 4), 0)


def test_a_move_is_the_update_without_momentum() -> None:
    before = {"a": np.full(2, 4.0, np.float32)}
    after = {"a": np.full(2, 3.0, np.float32)}
    np.testing.assert_allclose(move(after, before, 0.5, STD).mean, [1.0, 1.0])
    np.testing.assert_allclose(move(after, {}, 0.5, STD).mean, [3.0, 3.0])


def league(folder: Path, value: float, stop: int) -> League:
    shops = [Shop("a", 1, value=value), Shop("b", 2, value=value)]
    recipe = replace(RECIPE, rounds=6)
    return League(folder, shops, options(recipe=recipe, stop_when_flat=stop))


def play(one: League) -> int:
    run = one.run()
    while run.wants_training:
        run.train_round()
        run = one.run()  # as after a crash: everything comes from the registry
    run.evaluate()
    assert run.state.evaluated
    return run.state.trained


def test_a_run_that_goes_nowhere_stops_and_nobody_is_asked_for_more(tmp_path: Path) -> None:
    one = league(tmp_path, 0.0, 2)
    assert play(one) == 2
    assert all(len(s.asked) == 3 for s in one.shops)  # two rounds and the evaluation
    assert not one.run().wants_training


def test_a_run_that_moves_trains_on(tmp_path: Path) -> None:
    assert play(league(tmp_path, 10.0, 2)) == 6


def test_without_the_option_nothing_stops(tmp_path: Path) -> None:
    one = league(tmp_path, 0.0, 0)
    assert play(one) == 6
    assert all("noise_std" not in r.metrics for r in one.registry.rounds("r1"))
    with pytest.raises(InputError, match="stop-when-flat"):
        options(stop_when_flat=-1)
    old = options().as_dict()
    del old["stop_when_flat"]
    assert RunOptions.from_dict(old) == options()


def test_the_noise_is_that_of_the_mean_of_the_merchants(tmp_path: Path) -> None:
    one = league(tmp_path, 0.0, 2)
    run = one.run()
    run.train_round()
    row = one.registry.rounds("r1")[0]
    # sigma 1, C 1, two steps, rate .1, divisor 10, two merchants
    assert row.metrics["noise_std"] == pytest.approx(0.1 / 10 * np.sqrt(2) / np.sqrt(2))
