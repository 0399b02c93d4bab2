"""Plans, reports and bundles survive the wire; anything else is refused."""

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord, ConfigRecord, RecordDict
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from common import wire
from common.canonical import canonical
from common.privacy import Mechanism, MechanismKind, PrivacyUnit
from common.rounds import LedgerHead, RoundPlan, RoundReport, Task

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
        ledger_head=LedgerHead(draw(st.integers(0, 10**6)), draw(TEXT)),
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
    assert wire.receipt_from_records(wire.receipt_to_records("ab")) == "ab"


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
        records["plan"] = ConfigRecord({"header": canonical(raw).decode(), "signature": ""})

    return run


def tensor(array):
    return lambda records: records.__setitem__("tensors", ArrayRecord({"w": array}))


GOOD = Array(np.ones((2, 3), np.float32))
CASES = {
    "no plan": lambda r: r.pop("plan"),
    "no tensors": lambda r: r.pop("tensors"),
    "another record": lambda r: r.__setitem__("rows", ConfigRecord({"a": 1})),
    "wrong kind of record": lambda r: r.__setitem__("tensors", ConfigRecord({"a": 1})),
    "extra config field": lambda r: r["plan"].__setitem__("extra", 1),
    "no signature": lambda r: r["plan"].pop("signature"),
    "header of another type": lambda r: r["plan"].__setitem__("header", 3),
    "header is no JSON": lambda r: r["plan"].__setitem__("header", "{"),
    "header is a list": lambda r: r["plan"].__setitem__("header", "[]"),
    "header with white space": lambda r: r["plan"].__setitem__(
        "header", " " + str(r["plan"]["header"])
    ),
    "header too long": lambda r: r["plan"].__setitem__("header", "x" * 70_000),
    "nested too deep": lambda r: r["plan"].__setitem__("header", "[" * 60_000),
    "unknown field": header(lambda raw: raw.__setitem__("num_examples", 3)),
    "missing field": header(lambda raw: raw.pop("round")),
    "unknown task": header(lambda raw: raw.__setitem__("task", "exec")),
    "other tensors": tensor(Array(np.zeros((2, 3), np.float32))),
    "float64": tensor(Array(np.ones((2, 3)))),
    "a lie about the type": tensor(
        Array("float32", (2, 3), "numpy.ndarray", Array(np.ones((2, 3))).data)
    ),
    "a lie about the shape": tensor(Array("float32", (3, 2), "numpy.ndarray", GOOD.data)),
    "no numpy bytes": tensor(Array("float32", (2, 3), "numpy.ndarray", b"pickle")),
    "empty": tensor(Array("float32", (2, 3), "numpy.ndarray", b"")),
    "cut off": tensor(Array("float32", (2, 3), "numpy.ndarray", GOOD.data[:-4])),
    "another serialisation": tensor(Array("float32", (2, 3), "pickle", GOOD.data)),
}


@pytest.mark.parametrize("case", CASES)
def test_anything_else_is_refused(case):
    with pytest.raises(ValueError):
        wire.plan_from_records(broken(CASES[case]))


def test_a_pickle_is_never_loaded(tmp_path):
    import io

    class Bomb:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    data = io.BytesIO()
    np.save(data, np.array([Bomb()], dtype=object), allow_pickle=True)
    bomb = Array("float32", (1,), "numpy.ndarray", data.getvalue())
    with pytest.raises(ValueError):
        wire.plan_from_records(broken(tensor(bomb)))
    assert not tmp_path.joinpath("ran").exists()


def test_a_report_is_no_plan():
    with pytest.raises(ValueError):
        wire.report_from_records(wire.plan_to_records(a_plan()))
    with pytest.raises(ValueError):
        wire.bundle_from_records(RecordDict({"bundle": ConfigRecord({"zip": "text"})}))
    with pytest.raises(ValueError):
        wire.receipt_from_records(RecordDict({"receipt": ConfigRecord({"digest": 1})}))
