from dataclasses import replace

import numpy as np
import pytest

from common.heads import LedgerHead
from common.keys import Identity
from common.privacy import MechanismKind, PrivacyUnit
from common.rounds import RoundPlan, RoundReport, Task, pool_of, tensors_digest


def make_plan(**more):
    values = {
        "run_id": "r1",
        "round": 1,
        "task": Task.TRAIN,
        "unit": PrivacyUnit(16),
        "sampling_rate": 0.25,
        "noise_multiplier": 2.0,
        "clip_norm": 1.0,
        "local_steps": 3,
        "learning_rate": 0.5,
        "expected_batch": 100.0,
        "heads": ("conversion",),
        "spec_digest": "s",
        "train_before_at": "2017-08-01T00:00:00Z",
        "delta": 1e-4,
        "issued_at": "2026-11-22T00:00:00Z",
        "deadline_at": "2026-11-22T00:10:00Z",
        "tensors": {"a": np.ones((2, 3), np.float32)},
    }
    return RoundPlan(**{**values, **more})


def test_plan_survives_its_header():
    plan = make_plan()
    assert RoundPlan.from_header(plan.header(), plan.tensors, "").digest() == plan.digest()


def test_a_plan_without_a_proximal_pull_has_the_bytes_of_one_from_before_it():
    plan = make_plan()
    assert "proximal" not in plan.header() and plan.digest().startswith("e686eb31d48d51a8")
    old = {k: v for k, v in plan.header().items() if k != "proximal"}
    assert RoundPlan.from_header(old, plan.tensors, "").proximal == 0.0
    pulled = make_plan(proximal=0.25)
    again = RoundPlan.from_header(pulled.header(), pulled.tensors, "")
    assert again.proximal == 0.25 and again.digest() == pulled.digest() != plan.digest()
    assert pulled.mechanism() == plan.mechanism()


def test_a_plan_without_a_funnel_has_the_bytes_of_one_from_before_it():
    plan = make_plan()
    assert "funnel" not in plan.header() and plan.digest().startswith("e686eb31d48d51a8")
    asked = make_plan(funnel=True)
    again = RoundPlan.from_header(asked.header(), asked.tensors, "")
    assert again.funnel is True and again.digest() == asked.digest() != plan.digest()
    assert asked.mechanism() == plan.mechanism()


def test_a_signature_holds_for_the_tensors_too():
    identity = Identity.generate()
    plan = make_plan()
    signature = identity.sign(plan.signed_bytes())
    changed = replace(plan, tensors={"a": np.zeros((2, 3), np.float32)})
    assert identity.public.verify(plan.signed_bytes(), signature)
    assert not identity.public.verify(changed.signed_bytes(), signature)
    with pytest.raises(ValueError, match="tensors"):
        RoundPlan.from_header(plan.header(), changed.tensors, signature)


def test_evaluation_takes_everybody_and_one_release():
    mechanism = make_plan(task=Task.EVALUATE).mechanism()
    assert (mechanism.kind, mechanism.sampling_rate, mechanism.steps) == (
        MechanismKind.HISTOGRAM,
        1.0,
        1,
    )
    assert mechanism.pool == pool_of(make_plan(task=Task.EVALUATE))
    assert mechanism.pool.startswith("later:")


def test_report_survives_its_header_and_unknown_fields_are_refused():
    plan = make_plan()
    report = RoundReport(
        "r1",
        1,
        Task.TRAIN,
        plan.digest(),
        "f",
        plan.mechanism(),
        LedgerHead(3, "ab" * 32),
        {"a": np.zeros((2, 3), np.float32)},
    )
    header = report.header()
    assert RoundReport.from_header(header, report.tensors, "").digest() == report.digest()
    with pytest.raises(ValueError):
        RoundReport.from_header({**header, "n_examples": 7}, report.tensors, "")


def test_digest_of_tensors_sees_name_shape_and_value():
    a = np.arange(6, dtype=np.float32)
    names = [{"a": a}, {"b": a}, {"a": a.reshape(2, 3)}, {"a": a + 1}]
    assert len({tensors_digest(t) for t in names}) == 4
