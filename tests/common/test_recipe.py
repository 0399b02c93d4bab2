"""Constants of an own-noise run: by declared size and budget, from public figures only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from common.accounting import calibrate
from common.privacy import (
    DELTA_BY_TIER,
    TIER_LIMIT,
    Mechanism,
    MechanismKind,
    PrivacyBudget,
)
from common.recipe import DEFAULT, LEAGUE, OWN_DIVISOR, own_recipe
from server.commands.runs import _options, run


def test_small_merchants_with_the_usual_budget_get_the_usual_run() -> None:
    assert own_recipe("small", 3.0) == own_recipe("small", 1.5) == DEFAULT
    assert own_recipe("medium", 3.0) == replace(DEFAULT, expected_batch=300.0)
    assert own_recipe("small", 0.0) == DEFAULT, "the run's options say what is wrong with it"


def test_the_divisor_grows_with_the_root_of_the_declared_size() -> None:
    for tier, limit in TIER_LIMIT.items():
        root = 100 * (limit / TIER_LIMIT["small"]) ** 0.5
        assert OWN_DIVISOR[tier] == pytest.approx(root, rel=0.05)


@pytest.mark.parametrize("tier", ["small", "large"])
def test_the_evaluation_leaves_a_small_budget_to_training(tier: str) -> None:
    recipe, budget = own_recipe(tier, 1.0), PrivacyBudget(1.0, DELTA_BY_TIER[tier])
    looked = Mechanism(MechanismKind.HISTOGRAM, recipe.evaluate_noise_multiplier, 1.0, 1, 1.0)
    without = calibrate(budget, recipe.sampling_rate, recipe.rounds)
    # with the 4 of larger budgets it is 1.6 times for small merchants and impossible for large ones
    assert calibrate(budget, recipe.sampling_rate, recipe.rounds, [looked]) < 1.45 * without


def test_the_operators_tier_and_epsilon_choose_and_a_word_of_the_operator_wins() -> None:
    def chosen(*words: str) -> object:
        params = dict(run.make_context("run", list(words)).params)
        for name in ("home", "resume", "as_json"):
            params.pop(name)
        return _options(params).recipe

    assert chosen() == DEFAULT
    assert chosen("--tier", "medium", "--epsilon", "1") == own_recipe("medium", 1.0)
    assert chosen("--tier", "large", "--expected-batch", "50") == replace(
        own_recipe("large", 3.0), expected_batch=50.0
    )
    assert chosen("--tier", "large", "--mode", "league") == LEAGUE
