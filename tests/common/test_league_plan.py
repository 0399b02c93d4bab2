"""The terms of a league round are the same for the coordinator and for a simulation of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from common import league_plan
from common.keys import Identity
from common.league_step import league_noise_std
from common.model import trainable
from common.recipe import LEAGUE
from common.rounds import RoundPlan
from common.secagg.roster import LEAST_GROUP, Roster
from server import admission, league_terms
from server.options import RunOptions
from tests.client.made_up import SPEC, plan


@dataclass(frozen=True)
class Options:
    colluders: int = 1
    threshold: int = 0
    bits: int = 32


def drafted(n: int, options: Options | RunOptions) -> RoundPlan:
    draft = replace(plan(), delta=1e-4, clip_norm=LEAGUE.clip_norm, local_steps=1)
    roster = Roster.of(Identity.generate().public for _ in range(n))
    names = trainable(SPEC, draft.heads)
    return replace(draft, league=league_plan.league_terms(draft, options, names, roster, n))


def test_plain_options_and_those_of_a_run_give_the_same_noise() -> None:
    ours, theirs = drafted(8, Options()), drafted(8, RunOptions(train_before_at=""))
    assert ours.league and theirs.league
    assert ours.league.noise == theirs.league.noise
    assert replace(ours.league.codec, seed="") == replace(theirs.league.codec, seed="")


def test_the_rate_falls_until_noise_moves_a_weight_by_step_noise_and_never_rises() -> None:
    draft = drafted(5, Options())
    slow = league_plan.with_rate(draft, LEAGUE, 5)
    moved = slow.learning_rate * league_noise_std(draft, 5) / (draft.expected_batch * 5)
    assert moved <= LEAGUE.step_noise * (1 + 1e-9)
    assert slow.learning_rate <= LEAGUE.learning_rate
    assert league_plan.with_rate(draft, replace(LEAGUE, step_noise=0.0), 5) is draft
    own = plan()
    assert league_plan.with_rate(own, LEAGUE, 5) is own


@pytest.mark.parametrize("colluders", [0, 1, 4])
def test_a_smaller_league_protects_nobody(colluders: int) -> None:
    least = league_plan.least_league(Options(colluders))
    assert least >= LEAST_GROUP and least > colluders + 1
    assert league_plan.least_league(Options(colluders, threshold=40)) == 40


def test_the_server_uses_the_very_same_functions() -> None:
    assert league_terms.league_terms is league_plan.league_terms
    assert league_terms.with_rate is league_plan.with_rate
    assert admission.most_shoppers is league_plan.most_shoppers
