"""The search for constants: it goes on from its file, prunes, and says what it chose."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

optuna = pytest.importorskip("optuna")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import tune
from tunelib import compare
from tunelib.learn import Repeated, figures, rounds_of
from tunelib.servers import Adam, Momentum, Way, pace
from tunelib.space import MODES, recipe_of, shipped

from common.model import initial_tensors
from common.privacy import PrivacyMode
from common.recipe import DEFAULT, LEAGUE
from server.options import RunOptions
from tests.client.made_up import SPEC, shop

SHOPS = [(f"m{i}", shop(60, i, 0.3), shop(40, 50 + i, 0.3)) for i in range(5)]
FACTS: dict[str, Any] = {"sample": "made up"}


def options(league: bool, **changes: Any) -> RunOptions:
    base = LEAGUE if league else DEFAULT
    mode = PrivacyMode.LEAGUE if league else PrivacyMode.OWN
    recipe = replace(base, rounds=3, expected_batch=20.0, **changes)
    return RunOptions("", epsilon=8.0, mode=mode, recipe=recipe)


@pytest.mark.parametrize("league", [False, True])
def test_rounds_repeat_themselves_and_learn(league: bool) -> None:
    asked = options(league)
    told = [list(rounds_of(SHOPS, SPEC, asked, Repeated(1))) for _ in range(2)]
    assert len(told[0]) == 3
    for name, value in told[0][-1].items():
        assert (value == told[1][-1][name]).all()
    assert figures(SHOPS, SPEC, told[0][-1])[0] > figures(SHOPS, SPEC, initial_tensors(SPEC))[0]


def test_the_servers_momentum_is_the_products() -> None:
    asked = options(True)
    (*_, theirs), (*_, ours) = (
        rounds_of(SHOPS, SPEC, asked, Repeated(1), server) for server in (None, Momentum(3))
    )
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, atol=1e-6)


def test_the_same_noise_in_half_as_many_rounds() -> None:
    one, two = compare.Walk(3, 1), compare.Walk(3, 2)
    np.testing.assert_allclose((one.normal(4) + one.normal(4)) / 2**0.5, two.normal(4))
    assert (one.uniform(3) == two.uniform(3)).all()


def test_adam_takes_known_noise_out_of_the_second_moment() -> None:
    update = np.array([3.0, 1.0])
    step = Adam(floor=0.5).step(update, 1.0)
    np.testing.assert_allclose(step, 0.5 / 0.2 * update / np.sqrt([8.0, 0.25]), rtol=1e-6)


def test_rates_of_columns_reach_their_ids_only() -> None:
    rates = pace(SPEC, SPEC.n_ids + 9, 2.0, 0.5)
    assert set(np.unique(rates)) <= {0.5, 1.0, 2.0}
    assert (rates[SPEC.n_ids :] == 1).all()


def test_ways_are_compared_on_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = options(True)
    ways = [Way("a", asked.recipe), Way("b", asked.recipe, lambda spec, size: Momentum(3))]
    monkeypatch.setattr(compare, "ways", lambda recipe: ways)
    first, second = compare.compared([SHOPS], SPEC, "conversion", asked, 2)
    (apart, error), _ = second.against(first)
    assert abs(apart) < 1e-3 and error < 1e-3
    assert compare.line(first, first).count("|") == 3 and "±" in compare.line(second, first)


@pytest.mark.parametrize("mode", list(MODES))
def test_the_shipped_recipe_is_the_first_trial(mode: str) -> None:
    assert recipe_of(optuna.trial.FixedTrial(shipped(mode)), mode == "league") == MODES[mode]
    again = tomllib.loads(tune.as_toml(MODES[mode]))["recipe"]
    assert type(MODES[mode])(**again | {"heads": tuple(again["heads"])}) == MODES[mode]


def test_a_search_goes_on_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    monkeypatch.setattr(tune, "DRAWS", 1)
    short = {"rounds": 2, "local_steps": 1, "sampling_rate": 0.5, "proximal": 0.0}
    monkeypatch.setattr(tune, "recipe_of", lambda *a: replace(recipe_of(*a), **short))
    file = tmp_path / "study.db"
    for wanted in (2, 3, 3):
        study = tune.study_of(file, "own", FACTS, 0)
        tune.search(study, SHOPS[:2], SPEC, options(False), wanted)
        assert len(study.trials) == wanted
    assert study.trials[0].params["learning_rate"] == DEFAULT.learning_rate
    assert "shipped" in tune.table(study)
    study.ask()
    again = tune.study_of(file, "own", FACTS, 0)  # the program was ended in a trial
    states = [t.state.name for t in again.trials]
    assert "RUNNING" not in states and states[-1] == "WAITING"
    with pytest.raises(Exception, match="another file"):
        tune.study_of(file, "own", {"sample": "other"}, 0)


def test_what_is_worse_on_the_way_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cut(optuna.trial.FixedTrial):
        def should_prune(self) -> bool:
            return True

    monkeypatch.setattr(tune, "DRAWS", 1)
    with pytest.raises(optuna.TrialPruned):
        tune.goodness(SHOPS[:2], SPEC, options(False), Cut({}))


def test_private_folders_are_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(tune.main, ["--sample", str(tmp_path)])
    assert done.exit_code != 0 and "public sample" in done.output
