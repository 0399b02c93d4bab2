"""A report is admitted only if every rule holds; each rule has a report that breaks it alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from common.keys import Identity
from common.privacy import Mechanism
from common.rounds import RoundReport, Task
from server.admission import admit, most_shoppers, norm_bound
from tests.client.door_shop import a_plan
from tests.server.fake_ledger import FakeLedger

ME = Identity.generate()
PLAN = a_plan()


def a_report(plan: Any = PLAN, by: Identity = ME, **changes: Any) -> RoundReport:
    """The first report of a merchant: its tail is the whole ledger."""
    ledger = FakeLedger(ME)
    report = ledger.report(plan, **changes)
    return ledger.signed(report, by)


def codes(report: RoundReport, plan: Any = PLAN, **more: Any) -> set[str]:
    args = {"merchant": ME.public, "last_head": None, **more}
    return {
        r.code for r in admit(plan, report, args.pop("merchant"), args.pop("last_head"), **args)
    }


def test_a_sound_report_is_admitted() -> None:
    assert codes(a_report()) == set()
    assert codes(a_report(), trainable=("a", "b")) == set()
    evaluation = a_plan(task=Task.EVALUATE)
    assert codes(a_report(evaluation), evaluation) == set()


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("wrong-merchant", {"merchant": "0" * 32}),
    ("wrong-protocol", {"protocol": 99}),
    ("wrong-plan", {"plan_digest": "0" * 64}),
    ("wrong-round", {"round": 2}),
    ("wrong-round", {"run_id": "other"}),
    ("wrong-round", {"task": Task.EVALUATE}),
    ("wrong-mechanism", {"mechanism": replace(PLAN.mechanism(), noise_multiplier=1.0)}),
    ("wrong-tensors", {"tensors": {}}),
    ("wrong-tensors", {"tensors": {"a": np.zeros((2, 3), np.float32)}}),
    ("wrong-tensors", {"tensors": {"n_rows": np.zeros(1, np.float32)}}),
    ("too-large", {"tensors": {"b": np.full(2, 1e9, np.float32)}}),
    ("not-finite", {"tensors": {"b": np.array([np.inf, 0], np.float32)}}),
    ("not-finite", {"tensors": {"b": np.array([np.nan, 0], np.float32)}}),
    ("wrong-type", {"tensors": {"b": np.zeros(2, np.float64)}}),
]


@pytest.mark.parametrize(("code", "changes"), WRONG)
def test_each_rule_alone(code: str, changes: dict[str, Any]) -> None:
    assert codes(a_report(**changes)) == {code}


def test_who_it_is_from() -> None:
    assert codes(a_report(), merchant=None) == {"unknown-merchant"}
    assert codes(a_report(by=Identity.generate())) == {"wrong-signature"}
    assert codes(replace(a_report(), signature="")) == {"wrong-signature"}
    assert codes(a_report(), answered=[ME.public.fingerprint]) == {"twice"}
    other = Identity.generate().public
    assert codes(a_report(), merchant=other) == {"wrong-merchant", "wrong-signature"}


def test_frozen_heads_are_not_taken() -> None:
    assert codes(a_report(), trainable=("a",)) == {"wrong-tensors"}


def test_the_bound_knows_only_public_figures_and_lets_noise_pass() -> None:
    """An honest report of a merchant of the largest size that may answer is below the bound."""
    plan = replace(a_plan(), tensors={"a": np.zeros((500, 8), np.float32)}, delta=1e-4)
    assert 400 <= most_shoppers(plan) < 600
    rng = np.random.default_rng(0)
    scale = plan.learning_rate / plan.expected_batch * plan.clip_norm
    noise = rng.normal(0, plan.noise_multiplier * plan.local_steps**0.5, (500, 8))
    pull = np.zeros((500, 8))
    pull[0, 0] = plan.local_steps * 400  # everybody pulls the same way
    honest = (scale * (noise + pull)).astype(np.float32)
    assert codes(a_report(plan, tensors={"a": honest}), plan) == set()
    assert codes(a_report(plan, tensors={"a": honest * 3}), plan) == {"too-large"}
    assert norm_bound(plan, 4000) > np.linalg.norm(honest)


def test_a_mechanism_that_is_a_lie_in_a_figure() -> None:
    lie = Mechanism(**{**_fields(PLAN.mechanism()), "steps": 3})
    assert codes(a_report(mechanism=lie)) == {"wrong-mechanism"}


def _fields(m: Mechanism) -> dict[str, Any]:
    return {n: getattr(m, n) for n in m.__dataclass_fields__}
