"""Held reports: kept, shown, approved, dropped, lapsed; the charge stays whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.preview import Membership, Preview, TensorPreview
from client.store import Store, held, ledger, rounds
from client.store.tensor_bytes import pack_tensors, unpack_tensors
from common.errors import InputError, PrivacyError, StoreError
from common.heads import LedgerHead
from common.keys import Identity
from common.ledger import LedgerEntry
from common.rounds import RoundPlan, RoundReport
from tests.client.door_shop import NOW, a_plan

IDENTITY = Identity.generate()
TENSORS = {"a": np.arange(6, dtype=np.float32).reshape(3, 2), "b": np.ones(2, np.float32)}
PREVIEW = Preview(
    tensors=(
        TensorPreview("a", (3, 2), 24, 0.25, 7.4),
        TensorPreview("b", (2,), 8, None, 1.4),
    ),
    norm_before=0.25,
    norm_after=7.5,
    epsilon_before=0.5,
    epsilon_after=0.75,
    delta=1e-4,
    membership=Membership(0.52, 0.42, 0.62, 200, 200),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, create=True) as opened:
        yield opened


def held_one(store: Store, plan: RoundPlan) -> LedgerEntry:
    """Charge a plan and hold its tensors."""
    charge = ledger.reserve(store, IDENTITY, plan, NOW, expected=ledger.head(store))
    held.keep(store, charge, plan, TENSORS, PREVIEW, NOW)
    return charge


def test_a_held_report_is_shown_with_its_preview_and_its_bytes_stay(store: Store) -> None:
    plan = a_plan()
    assert held.state(store, plan.digest(), NOW) is None
    charge = held_one(store, plan)
    assert held.state(store, plan.digest(), NOW) == "held"
    (report,) = held.listing(store, now=NOW)
    assert report.preview == PREVIEW and report.reservation == charge.sequence
    assert report.preview.n_bytes == 32
    assert held.load(store, plan.digest()[:8], NOW) == report
    back = held.tensors(store, plan.digest())
    assert {n: a.tobytes() for n, a in back.items()} == {n: a.tobytes() for n, a in TENSORS.items()}


def test_a_yes_keeps_the_bytes_and_a_no_deletes_them_but_not_the_charge(store: Store) -> None:
    plan = a_plan()
    held_one(store, plan)
    assert held.approve(store, plan.digest(), NOW).state == "approved"
    assert held.tensors(store, plan.digest())
    # a change of mind is possible until it has left
    assert held.drop(store, plan.digest(), NOW).state == "dropped"
    with pytest.raises(InputError):
        held.tensors(store, plan.digest())
    with pytest.raises(PrivacyError, match="no longer"):
        held.approve(store, plan.digest(), NOW)
    assert len(ledger.mechanisms(store)) == 1


def test_after_the_deadline_nothing_can_be_sent(store: Store) -> None:
    plan = a_plan()
    held_one(store, plan)
    late = NOW + timedelta(hours=1)
    assert held.state(store, plan.digest(), late) == "lapsed"
    with pytest.raises(PrivacyError) as caught:
        held.approve(store, plan.digest(), late)
    assert caught.value.code == "lapsed"
    assert held.listing(store, now=late) == []
    assert held.lapse(store, now=late) == 1
    with pytest.raises(InputError):
        held.tensors(store, plan.digest())


def test_a_newer_round_of_the_run_lets_it_lapse(store: Store) -> None:
    first, second = a_plan(), a_plan(round=2)
    held_one(store, first)
    # reserve settles the open charge of the same run: what the ledger says wins
    held_one(store, second)
    assert held.state(store, first.digest(), NOW) == "lapsed"
    assert held.state(store, second.digest(), NOW) == "held"
    assert held.lapse(store, "run-1", NOW, apart_from=second.digest()) == 1
    assert [r.plan_digest for r in held.listing(store, now=NOW)] == [second.digest()]
    assert len(ledger.mechanisms(store)) == 2


def test_what_left_is_sent_even_if_the_note_about_it_was_lost(store: Store) -> None:
    plan = a_plan()
    charge = held_one(store, plan)
    held.approve(store, plan.digest(), NOW)
    report = RoundReport(
        plan.run_id, plan.round, plan.task, plan.digest(), IDENTITY.public.fingerprint,
        plan.mechanism(), LedgerHead(-1, ""), held.tensors(store, plan.digest()),
    )  # fmt: skip
    rounds.release(store, IDENTITY, charge, report, NOW)
    # killed here, before `held.sent`
    assert held.state(store, plan.digest(), NOW) == "sent"
    with pytest.raises(PrivacyError):
        held.drop(store, plan.digest(), NOW)
    held.sent(store, plan.digest())
    assert held.state(store, plan.digest(), NOW) == "sent"


def test_names_must_be_known_and_a_plan_is_held_once(store: Store) -> None:
    plan = a_plan()
    charge = held_one(store, plan)
    for name in ("", "abc", "*" * 8, "0" * 64, "' OR 1 --"):
        with pytest.raises(InputError):
            held.load(store, name, NOW)
    with pytest.raises(StoreError, match="held already"):
        held.keep(store, charge, plan, TENSORS, PREVIEW, NOW)


@given(
    st.dictionaries(
        st.text("abc._", min_size=1, max_size=6),
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
        max_size=3,
    )
)
@settings(max_examples=25, deadline=None)
def test_bytes_come_back_as_they_were(shapes: dict[str, tuple[int, int]]) -> None:
    rng = np.random.default_rng(0)
    given_ = {n: rng.normal(size=s).astype(np.float32) for n, s in shapes.items()}
    data = pack_tensors(given_)
    back = unpack_tensors(data)
    assert {n: (a.shape, a.tobytes()) for n, a in back.items()} == {
        n: (a.shape, a.tobytes()) for n, a in given_.items()
    }
    with pytest.raises(ValueError):
        unpack_tensors(data + b"\0\0\0\0")


def test_a_preview_comes_back_and_nonsense_does_not() -> None:
    for shown in (PREVIEW, replace(PREVIEW, membership=None, norm_before=None)):
        assert Preview.from_dict(shown.as_dict()) == shown
    for wrong in ({}, {"tensors": 3}, {**PREVIEW.as_dict(), "more": 1}):
        with pytest.raises(ValueError):
            Preview.from_dict(wrong)
