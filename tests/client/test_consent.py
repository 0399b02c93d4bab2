"""The policy wins over the plan: each rule has a plan that breaks it alone."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.consent import LEAST_SHOPPERS, PRIVATE, Standing, agree, quarter_of, within_hours
from common.features import default_spec
from common.heads import LedgerHead
from common.ledger import utc
from common.privacy import TIER_LIMIT, PrivacyMode, PrivacySpent, PrivacyUnit
from common.rounds import RoundPlan, Task
from common.secagg.encoding import League as SumOf
from common.secagg.encoding import choose
from common.secagg.terms import LeagueTerms
from common.settings import Policy
from tests.client.door_shop import BOOK, NOW, a_plan

SPEC = default_spec().digest()
LITTLE = PrivacySpent(1.0, 1e-4, "pld", "one shopper")


def codes(
    policy: Policy | None = None,
    would_be: PrivacySpent = LITTLE,
    now: datetime = NOW,
    **changes: Any,
) -> set[str]:
    refusals = agree(a_plan(**changes), policy or Policy(), would_be, now, SPEC)
    assert all(r.reason and r.code == r.code.lower() for r in refusals)
    return {r.code for r in refusals}


def test_a_sound_plan_is_agreed_to() -> None:
    assert codes() == set()
    assert codes(task=Task.EVALUATE) == set()


NAN = {"a": np.array([[math.nan]], np.float32)}
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("wrong-protocol", {"protocol": 1}),
    ("league-terms", {"mode": PrivacyMode.LEAGUE}),
    ("wrong-spec", {"spec_digest": "0" * 64}),
    ("wrong-unit", {"unit": PrivacyUnit(16, "click")}),
    ("wrong-heads", {"heads": ()}),
    ("wrong-heads", {"heads": ("click", "income")}),
    ("wrong-heads", {"heads": ("click", "click")}),
    ("wrong-heads", {"funnel": True}),
    ("wrong-heads", {"funnel": 1, "heads": ("click", "conversion")}),
    ("bad-rate", {"learning_rate": math.inf}),
    ("bad-rate", {"learning_rate": 1e6}),
    ("bad-rate", {"expected_batch": 0.0}),
    ("bad-rate", {"expected_batch": math.nan}),
    ("bad-rate", {"proximal": -0.1}),
    ("bad-rate", {"proximal": math.nan}),
    ("bad-rate", {"proximal": 1e9}),
    ("bad-sampling", {"sampling_rate": 1.5}),
    ("bad-sampling", {"sampling_rate": math.nan}),
    ("bad-bins", {"n_bins": 100_000}),
    ("bad-bins", {"n_bins": 0}),
    ("bad-round", {"round": 0}),
    ("bad-round", {"run_id": ""}),
    ("bad-size", {"tensors": {}}),
    ("bad-weights", {"tensors": NAN}),
    ("deadline-passed", {"deadline_at": "2026-11-02T09:59:59Z"}),
    ("bad-time", {"deadline_at": "tomorrow"}),
    ("bad-time", {"deadline_at": "2026-11-02T10:30:00"}),
    ("too-little-noise", {"noise_multiplier": 0.29}),
    ("too-little-noise", {"noise_multiplier": math.nan}),
    ("too-little-noise", {"noise_multiplier": math.inf}),
    ("clip-too-large", {"clip_norm": 10.1}),
    ("clip-too-large", {"clip_norm": math.nan}),
    ("too-many-steps", {"local_steps": 51}),
    ("too-many-steps", {"local_steps": 0}),
    ("too-many-impressions", {"unit": PrivacyUnit(65)}),
    ("delta-too-large", {"delta": 1e-3}),
    ("delta-too-large", {"delta": math.nan}),
    ("no-book", {"book": None}),
    ("no-book", {"book": LedgerHead(-1, "0" * 64)}),
    ("no-book", {"book": LedgerHead(3, "")}),
    (
        "clocks-apart",
        {"issued_at": "2026-11-02T11:00:01Z", "deadline_at": "2026-11-02T12:00:00Z"},
    ),
]


@pytest.mark.parametrize(("code", "changes"), WRONG)
def test_each_rule_alone(code: str, changes: dict[str, Any]) -> None:
    assert codes(**changes) == {code}


def test_what_the_merchant_decides() -> None:
    assert codes(Policy(paused=True)) == {"paused"}
    assert codes(Policy(hours="22-6")) == {"outside-hours"}
    assert codes(Policy(tier="large")) == {"delta-too-large", "budget-exhausted"}
    assert codes(Policy(allow_evaluation=False), task=Task.EVALUATE) == {"evaluation-off"}
    assert codes(Policy(epsilon=0.9)) == {"budget-exhausted"}
    assert codes(Policy(min_noise_multiplier=2.5)) == {"too-little-noise"}
    assert codes(Policy(max_clip_norm=0.5)) == {"clip-too-large"}
    assert codes(Policy(max_local_steps=3)) == {"too-many-steps"}
    assert codes(Policy(max_impressions=15)) == {"too-many-impressions"}


def league(policy: Policy | None = None, n_shoppers: int = 100, **changes: Any) -> set[str]:
    """Codes against a league-noise plan, whose terms `client.league.rules` looks at."""
    given = {"mode": PrivacyMode.LEAGUE, "local_steps": 1, "league": some_terms(), **changes}
    standing = Standing(n_shoppers=n_shoppers)
    found = agree(a_plan(**given), policy or Policy(), LITTLE, NOW, SPEC, standing)
    return {r.code for r in found}


def some_terms() -> LeagueTerms:
    codec, noise = choose(SumOf(8, 1.0, 2.0, 4, 5, 1, 100.0), seed="run-1/1")
    return LeagueTerms(codec, noise, "ab" * 32, 4, 1)


def test_who_has_to_be_trusted_is_the_merchants_choice() -> None:
    assert league() == set()
    assert league(task=Task.EVALUATE, local_steps=7, n_shoppers=0) == set()
    assert league(Policy(modes=("own-noise",))) == {"mode-refused"}
    assert codes(Policy(modes=("league-noise",))) == {"mode-refused"}
    assert league(league=None) == {"league-terms"}
    assert codes(league=some_terms()) == {"league-terms"}
    assert league(Policy(hold=True)) == {"hold-needs-own-noise"}
    assert codes(Policy(hold=True)) == set()
    assert league(local_steps=2) == {"many-local-steps-in-league"}
    assert league(n_shoppers=LEAST_SHOPPERS) == set()
    assert league(n_shoppers=LEAST_SHOPPERS - 1) == {"too-few-shoppers"}
    assert {"too-few-shoppers"} <= PRIVATE


def test_a_figure_at_a_weaker_delta_is_no_yes() -> None:
    assert codes(would_be=replace(LITTLE, delta=1e-3)) == {"budget-exhausted"}
    assert codes(would_be=replace(LITTLE, epsilon=math.nan)) == {"budget-exhausted"}
    assert codes(would_be=replace(LITTLE, epsilon=math.inf)) == {"budget-exhausted"}


def standing_codes(plan: RoundPlan | None = None, now: datetime = NOW, **where: Any) -> set[str]:
    found = agree(plan or a_plan(), Policy(), LITTLE, now, SPEC, Standing(**where))
    return {r.code for r in found}


def test_the_book_may_stand_still_or_grow_but_not_go_back() -> None:
    seen = BOOK
    assert standing_codes(book=seen) == set()
    assert standing_codes(a_plan(book=LedgerHead(seen.sequence + 1, "c" * 64)), book=seen) == set()
    earlier = LedgerHead(seen.sequence - 1, "c" * 64)
    assert standing_codes(a_plan(book=earlier), book=seen) == {"book-went-back"}
    forked = replace(seen, hash="c" * 64)
    assert standing_codes(a_plan(book=forked), book=seen) == {"book-went-back"}
    assert standing_codes(a_plan(book=None), book=seen) == {"no-book"}


def test_a_clock_may_step_back_a_little() -> None:
    now = utc(NOW)
    assert standing_codes(last_at=now) == set()
    assert standing_codes(now=NOW - timedelta(minutes=10), last_at=now) == set()
    late = standing_codes(now=NOW - timedelta(minutes=10, seconds=1), last_at=now)
    assert late == {"clock-went-back"}
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    assert standing_codes(now=shanghai, last_at=now) == set()


def test_the_tier_holds_the_shop() -> None:
    limit = TIER_LIMIT["small"]
    assert standing_codes(n_shoppers=limit) == set()
    assert standing_codes(n_shoppers=limit + 1) == {"tier-too-small"}
    assert {"tier-too-small"} <= PRIVATE


def test_a_quarter_that_was_not_computed_is_no_yes() -> None:
    policy = Policy(epsilon_quarter=1.0)

    def said(quarter: PrivacySpent | None, chosen: Policy = policy) -> set[str]:
        found = agree(a_plan(), chosen, LITTLE, NOW, SPEC, Standing(), quarter)
        return {r.code for r in found}

    assert said(LITTLE) == set() and said(None, Policy()) == set()
    bad = [None, replace(LITTLE, epsilon=1.01), replace(LITTLE, epsilon=math.nan)]
    bad += [replace(LITTLE, delta=1e-3)]
    assert all(said(q) == {"quarter-exhausted"} for q in bad)


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_a_moment_is_in_its_quarter(moment: datetime) -> None:
    first, after = quarter_of(moment)
    assert first <= utc(moment) < after
    assert quarter_of(datetime.fromisoformat(first)) == (first, after)
    assert quarter_of(datetime.fromisoformat(after))[0] == after
    assert 89 < (datetime.fromisoformat(after) - datetime.fromisoformat(first)).days < 93


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.01, 20),
    st.floats(0.01, 20),
    st.floats(0.01, 20),
    st.integers(1, 100),
    st.integers(1, 100),
)
def test_the_policy_always_wins(
    epsilon: float, noise: float, clip: float, steps: int, k: int
) -> None:
    """Whatever is agreed to is within every one of the policy's figures."""
    policy = Policy(epsilon=3.0, min_noise_multiplier=1.0, max_clip_norm=2.0)
    said = codes(
        policy,
        replace(LITTLE, epsilon=epsilon),
        noise_multiplier=noise,
        clip_norm=clip,
        local_steps=steps,
        unit=PrivacyUnit(k),
    )
    fits = epsilon <= 3 and noise >= 1 and clip <= 2 and steps <= 50 and k <= 64
    assert (not said) == fits


@pytest.mark.parametrize(
    ("hours", "hour", "allowed"),
    [
        ("", 3, True),
        ("9-17", 9, True),
        ("9-17", 17, False),
        ("22-6", 23, True),
        ("22-6", 5, True),
        ("22-6", 6, False),
        ("0-24", 12, True),
        ("5-5", 1, True),
        ("30-40", 12, False),
    ],
)
def test_hours(hours: str, hour: int, allowed: bool) -> None:
    assert within_hours(hours, datetime(2026, 11, 2, hour, 30, tzinfo=UTC)) is allowed


def test_hours_are_local_and_deadlines_are_not() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert codes(Policy(hours="17-19"), now=NOW.astimezone(shanghai)) == set()
    assert codes(Policy(hours="9-11"), now=NOW.astimezone(shanghai)) == {"outside-hours"}
