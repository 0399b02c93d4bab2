"""Drift: what moved is named, what chance moves is not, and too little says so."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from client.commands.drift import drift
from client.drift import ACT, STEADY, UNKNOWN, WATCH, by_weeks, compare, interval, psi, status
from client.store import models
from client.targeting import open_scorer
from common.features import Encoded
from tests.client.made_up import SPEC, encoded
from tests.client.made_up_shop import COORDINATOR, model, shop


def days(n: int, last: int = 120) -> list[str]:
    """n times, evenly over `last` days."""
    at = np.datetime64("2024-01-01") + np.linspace(0, last, n).astype(int)
    return [f"{d}T10:00:00Z" for d in at]


def test_the_index_of_equal_counts_is_nothing_and_grows_with_the_difference() -> None:
    same, chance = psi(np.array([500, 300, 200]), np.array([50, 30, 20]))
    assert same < 0.001 < chance
    moved, _ = psi(np.array([500, 300, 200]), np.array([200, 300, 500]))
    assert moved == pytest.approx(0.3 * np.log(2.5) * 2, rel=0.02)
    assert psi(np.array([5, 0]), np.array([5, 0])) == (0.0, 0.0)
    assert np.isfinite(psi(np.array([5, 0, 9]), np.array([0, 4, 0]))[0])


def test_chance_stays_below_its_bound_nineteen_times_of_twenty() -> None:
    rng, over = np.random.default_rng(0), 0
    for _ in range(400):
        a, b = (rng.multinomial(n, np.full(10, 0.1)) for n in (2000, 150))
        value, chance = psi(a, b)
        over += value > chance
    assert over / 400 < 0.08


def test_a_poisson_interval_is_that_of_the_tables() -> None:
    # Garwood 1936: 10 outcomes, 4.795 to 18.39; none, 0 to 3.689
    low, high = interval(10)
    assert (low, high) == (pytest.approx(4.795, abs=0.02), pytest.approx(18.39, abs=0.02))
    assert interval(0) == (0.0, pytest.approx(3.69, abs=0.1))


def test_what_did_not_move_is_steady() -> None:
    rng, n = np.random.default_rng(1), 4000
    p = rng.uniform(0.02, 0.2, n)
    label = (rng.random(n) < p).astype(np.int8)
    found = compare(encoded(n), p, label, days(n), SPEC)
    assert found.verdict == STEADY and found.recent.low < 1 < found.recent.high
    assert found.shifts[0].name == "score" and len(found.shifts) == len(SPEC.groups()) + 1
    assert all(s.verdict == STEADY for s in found.shifts)


def test_a_group_that_moved_is_named_with_its_column() -> None:
    rng, n = np.random.default_rng(2), 4000
    e, p = encoded(n), rng.uniform(0.02, 0.2, n)
    ids = e.ids.copy()
    ids[3000:, 1] = SPEC.offsets[1] + 3
    label = (rng.random(n) < p).astype(np.int8)
    found = compare(Encoded(ids, e.numeric), p, label, days(n), SPEC)
    group = SPEC.categorical[1].group
    first = found.shifts[1]
    assert (first.name, first.column, first.verdict) == (group, SPEC.categorical[1].name, ACT)
    assert found.verdict == WATCH and group in found.words


def test_wrong_rates_and_moved_scores_are_told() -> None:
    rng, n = np.random.default_rng(3), 4000
    p = rng.uniform(0.02, 0.2, n)
    label = (rng.random(n) < p).astype(np.int8)
    label[3200:] = 0
    low = compare(encoded(n), p, label, days(n), SPEC)
    assert low.verdict == ACT and "fewer" in low.words and low.weeks[-1].observed == 0
    q = p.copy()
    q[3000:] *= 3
    label = (rng.random(n) < q).astype(np.int8)
    moved = compare(encoded(n), q, label, days(n), SPEC)
    assert moved.verdict == ACT and moved.shifts[0].verdict == ACT and "PSI" in moved.words


def test_too_little_is_unknown_and_says_why() -> None:
    none = compare(encoded(0), np.zeros(0), np.zeros(0, np.int8), [], SPEC)
    assert none.verdict == UNKNOWN and "no exposures" in none.words
    few = compare(encoded(60), np.full(60, 0.1), np.zeros(60, np.int8), days(60), SPEC)
    assert few.verdict == UNKNOWN and "too few" in few.words and few.weeks
    nan = compare(encoded(9), np.full(9, np.nan), np.zeros(9, np.int8), days(9), SPEC)
    assert nan.verdict == UNKNOWN and "not numbers" in nan.words
    unlabelled = compare(encoded(900), np.full(900, 0.1), np.full(900, -1), days(900), SPEC)
    assert unlabelled.recent is None and unlabelled.weeks == () and unlabelled.verdict == STEADY


def test_weeks_begin_on_mondays() -> None:
    day = np.array(["2024-01-07", "2024-01-08", "2024-01-14"], "datetime64[D]")
    found = by_weeks(np.full(3, 0.5), np.array([1, 0, 1]), day)
    assert [w.monday for w in found] == ["2024-01-01", "2024-01-08"]
    assert [(w.n_rows, w.observed, w.expected) for w in found] == [(1, 1, 0.5), (2, 1, 1.0)]


def test_the_verb_and_the_status_of_a_shop(tmp_path) -> None:
    with shop(tmp_path, 120, rate=0.2) as store:
        assert status(store).verdict == UNKNOWN and "No model" in status(store).words
        digest = models.install(store, model().pack(), COORDINATOR.public)
        assert status(store).bundle_digest == digest  # before anything was fitted
        open_scorer(store)
        home = store.home
    done = CliRunner().invoke(drift, ["--home", str(home), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output.strip().splitlines()[-1])
    found = found.get("result", found)
    assert found["verdict"] == UNKNOWN and found["n_new"] == 324
    words = CliRunner().invoke(drift, ["--home", str(home), "--weeks", "1"])
    assert "UNKNOWN" in words.output and "Week of" in words.output
    assert replace(status_of(home)).as_dict()["verdict"] == UNKNOWN


def status_of(home):
    from client.store import Store

    with Store.open(home, read_only=True) as store:
        return status(store)
