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

from client.consent import agree, within_hours
from common.features import default_spec
from common.privacy import PrivacyMode, PrivacySpent, PrivacyUnit
from common.rounds import Task
from common.settings import Policy
from tests.client.door_shop import NOW, a_plan

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
    ("mode-unsupported", {"mode": PrivacyMode.LEAGUE}),
    ("wrong-spec", {"spec_digest": "0" * 64}),
    ("wrong-unit", {"unit": PrivacyUnit(16, "click")}),
    ("wrong-heads", {"heads": ()}),
    ("wrong-heads", {"heads": ("click", "income")}),
    ("wrong-heads", {"heads": ("click", "click")}),
    ("bad-rate", {"learning_rate": math.inf}),
    ("bad-rate", {"learning_rate": 1e6}),
    ("bad-rate", {"expected_batch": 0.0}),
    ("bad-rate", {"expected_batch": math.nan}),
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


def test_a_figure_at_a_weaker_delta_is_no_yes() -> None:
    assert codes(would_be=replace(LITTLE, delta=1e-3)) == {"budget-exhausted"}
    assert codes(would_be=replace(LITTLE, epsilon=math.nan)) == {"budget-exhausted"}
    assert codes(would_be=replace(LITTLE, epsilon=math.inf)) == {"budget-exhausted"}


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
