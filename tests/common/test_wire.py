"""Plans, reports and bundles survive the wire; anything else is refused."""

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord, ConfigRecord, RecordDict
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from common import wire
from common.canonical import canonical
from common.heads import LedgerHead
from common.privacy import Mechanism, MechanismKind, PrivacyUnit
from common.rounds import RoundPlan, RoundReport, Task

NAMES = st.text("abcdefghij._0123456789", min_size=1, max_size=12)
TENSORS = st.dictionaries(
    NAMES,
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
        elements=st.floats(width=32, allow_nan=False),
    ),
    max_size=4,
)
TEXT = st.text(max_size=20)
POSITIVE = st.floats(1e-3, 1e3)


@st.composite
def plans(draw):
    return RoundPlan(
        run_id=draw(TEXT),
        round=draw(st.integers(1, 10**6)),
        task=draw(st.sampled_from(Task)),
        unit=PrivacyUnit(draw(st.integers(1, 64))),
        sampling_rate=draw(st.floats(0.001, 1)),
        noise_multiplier=draw(POSITIVE),
        clip_norm=draw(POSITIVE),
        local_steps=draw(st.integers(1, 50)),
        learning_rate=draw(POSITIVE),
        expected_batch=draw(POSITIVE),
        heads=tuple(draw(st.lists(st.sampled_from(["click", "conversion"]), max_size=2))),
        spec_digest=draw(TEXT),
        train_before_at="2026-01-01T00:00:00+00:00",
        delta=draw(st.sampled_from([1e-4, 1e-5])),
        issued_at="2026-01-01T00:00:00+00:00",
        deadline_at="2026-01-01T00:01:00+00:00",
        tensors=draw(TENSORS),
        proximal=draw(st.sampled_from([0.0, 0.5])),
        signature=draw(st.text("0123456789abcdef", max_size=128)),
    )


@st.composite
def reports(draw):
    mechanism = Mechanism(
        MechanismKind.DP_SGD, draw(POSITIVE), draw(st.floats(0.001, 1)), 3, draw(POSITIVE)
    )
    return RoundReport(
        run_id=draw(TEXT),
        round=draw(st.integers(1, 10**6)),
        task=Task.TRAIN,
        plan_digest=draw(TEXT),
        merchant=draw(TEXT),
        mechanism=mechanism,
        ledger_head=LedgerHead(draw(st.integers(0, 10**6)), "ab" * 32),
        tensors=draw(TENSORS),
        signature=draw(st.text("0123456789abcdef", max_size=128)),
    )


def same(a, b):
    assert a.header() == b.header() and a.signature == b.signature
    assert a.signed_bytes() == b.signed_bytes()
    assert set(a.tensors) == set(b.tensors)
    for name, value in a.tensors.items():
        assert b.tensors[name].dtype == np.float32 and b.tensors[name].shape == value.shape
        np.testing.assert_array_equal(b.tensors[name], value)


@settings(max_examples=40, deadline=None)
@given(plans())
def test_a_plan_survives_the_wire(plan):
    same(plan, wire.plan_from_records(wire.plan_to_records(plan)))


@settings(max_examples=40, deadline=None)
@given(reports())
def test_a_report_survives_the_wire(report):
    same(report, wire.report_from_records(wire.report_to_records(report)))


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200))
def test_a_bundle_survives_the_wire(packed):
    assert wire.bundle_from_records(wire.bundle_to_records(packed)) == packed


def test_a_receipt_survives_the_wire():
    assert wire.installed_from_records(wire.installed_to_records("ab")) == "ab"


def a_plan():
    return RoundPlan(
        "r", 1, Task.TRAIN, PrivacyUnit(16), 0.5, 1.0, 1.0, 2, 0.1, 10.0, ("conversion",), "s",
        "2026-01-01", 1e-4, "2026-01-01", "2026-01-02", {"w": np.ones((2, 3), np.float32)},
    )  # fmt: skip


def broken(change):
    records = wire.plan_to_records(a_plan())
    change(records)
    return records


def header(change):
    def run(records):
        raw = a_plan().header()
        change(raw)
        records["plan"]["header"] = canonical(raw).decode()

    return run


def field(name, value):
    return lambda records: records["plan"].__setitem__(name, value)


ONES = np.ones((2, 3), np.float32).tobytes()
CASES = {
    "no plan": lambda r: r.pop("plan"),
    "no tensors": lambda r: r["plan"].pop("tensors"),
    "no layout": lambda r: r["plan"].pop("layout"),
    "another record": lambda r: r.__setitem__("rows", ConfigRecord({"a": 1})),
    "wrong kind of record": lambda r: r.__setitem__("plan", ArrayRecord({"w": Array(np.ones(2))})),
    "extra config field": field("extra", 1),
    "no signature": lambda r: r["plan"].pop("signature"),
    "header of another type": field("header", 3),
    "header is no JSON": field("header", "{"),
    "header is a list": field("header", "[]"),
    "header with white space": lambda r: field("header", " " + str(r["plan"]["header"]))(r),
    "header too long": field("header", "x" * 70_000),
    "nested too deep": field("header", "[" * 60_000),
    "unknown field": header(lambda raw: raw.__setitem__("num_examples", 3)),
    "missing field": header(lambda raw: raw.pop("round")),
    "unknown task": header(lambda raw: raw.__setitem__("task", "exec")),
    "other tensors": field("tensors", bytes(len(ONES))),
    "float64": field("tensors", np.ones((2, 3)).tobytes()),
    "tensors are text": field("tensors", "x"),
    "empty": field("tensors", b""),
    "cut off": field("tensors", ONES[:-4]),
    "one value more": field("tensors", ONES + ONES[:4]),
    "odd bytes": field("tensors", ONES + b"x"),
    "layout too long": field("layout", "[" * 70_000),
    "layout nested too deep": field("layout", "[" * 60_000),
    "layout is a dictionary": field("layout", "{}"),
    "a lie about the shape": field("layout", '[["w",[3,2]]]'),
    "a lie about the name": field("layout", '[["v",[2,3]]]'),
    "the same name twice": field("layout", '[["w",[1,3]],["w",[1,3]]]'),
    "a negative size": field("layout", '[["w",[-2,-3]]]'),
    "a size that is no number": field("layout", '[["w",[true,6]]]'),
    "a size beyond memory": field("layout", '[["w",[536870912,536870912]]]'),
    "a shape that is no list": field("layout", '[["w",6]]'),
    "a name that is no text": field("layout", "[[1,[2,3]]]"),
    "too many dimensions": field("layout", '[["w",[2,3,1,1,1,1,1,1,1]]]'),
    "three things": field("layout", '[["w",[2,3],1]]'),
}


@pytest.mark.parametrize("case", CASES)
def test_anything_else_is_refused(case):
    with pytest.raises(ValueError):
        wire.plan_from_records(broken(CASES[case]))


def test_a_report_is_no_plan():
    with pytest.raises(ValueError):
        wire.report_from_records(wire.plan_to_records(a_plan()))
    with pytest.raises(ValueError):
        wire.bundle_from_records(RecordDict({"bundle": ConfigRecord({"zip": "text"})}))
    with pytest.raises(ValueError):
        wire.installed_from_records(RecordDict({"receipt": ConfigRecord({"digest": 1})}))
