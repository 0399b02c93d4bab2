"""Flower's side of the door: what comes back over the wire, and that no text of an error does."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import Context, Message, Metadata, RecordDict

from client import enrol, inside
from client.app import app
from client.shop import IDENTITY_PATH, make_shop
from client.store import Store, browse, held, ledger, receipts
from common import wire
from common.errors import TrainingError
from common.features import default_spec
from common.keys import Identity, PublicIdentity
from common.privacy import TIER_LIMIT
from common.rounds import RoundPlan, Task, Tensors
from tests.client.door_shop import a_plan, at, fresh_noise
from tests.client.fake_book import FakeBook


class Kit:
    """Stands in for the site kit: only its pinned key is looked at."""

    def __init__(self, coordinator: PublicIdentity) -> None:
        self.coordinator = coordinator


@pytest.fixture
def coordinator(monkeypatch: pytest.MonkeyPatch) -> Identity:
    key = Identity.generate()
    monkeypatch.setattr(enrol, "load_kit", lambda home: Kit(key.public))
    return key


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_shop(tmp_path / "shop", "Shop", "en", {})
    return tmp_path / "shop"


def weights() -> Tensors:
    from common.model import initial_tensors  # torch, only where a plan is answered

    return initial_tensors(default_spec())


def timed(**changes: Any) -> RoundPlan:
    now = datetime.now(UTC)
    changes.setdefault("tensors", weights())
    return replace(a_plan(**changes), **at(now))


def send(home: Path, content: RecordDict, kind: str = "train", key: str = "home") -> Message:
    metadata = Metadata(1, "m", 1, 7, "", "", time.time(), 3600.0, kind)
    message = Message(content, metadata=metadata)
    context = Context(
        run_id=1, node_id=7, node_config={key: str(home)}, state=RecordDict(), run_config={}
    )
    return app(message, context)


def asked(plan: RoundPlan, by: Identity) -> RecordDict:
    return wire.plan_to_records(plan.signed(by.sign(plan.signed_bytes())))


def test_a_plan_over_the_wire(
    home: Path, coordinator: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside, "_work", fresh_noise)
    content = asked(timed(), coordinator)
    first = wire.report_from_records(send(home, content).content)
    again = wire.report_from_records(send(home, content).content)
    assert first.digest() == again.digest() and first.signature == again.signature
    me = Identity.load(home / IDENTITY_PATH).public
    assert me.verify(first.signed_bytes(), first.signature)
    with Store.open(home) as store:
        assert all(e.code_digest for e in ledger.entries(store)[1:2])


@pytest.mark.privacy
@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
def test_real_training_passes_the_door(home: Path, coordinator: Identity) -> None:
    """An empty shop answers with noise alone, from the real engine."""
    model = pytest.importorskip("common.model")
    start = model.initial_tensors(default_spec())
    plan = timed(tensors=start, local_steps=1)
    report = wire.report_from_records(send(home, asked(plan, coordinator)).content)
    assert set(report.tensors) <= set(start)
    assert all(float(np.abs(a).sum()) > 0 for a in report.tensors.values())
    plan = timed(tensors=start, round=2, task=Task.EVALUATE)
    report = wire.report_from_records(send(home, asked(plan, coordinator), kind="evaluate").content)
    assert report.tensors["histogram"].shape == (2, plan.n_bins)


@pytest.mark.privacy
@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
def test_real_training_is_held_until_the_merchant_says_yes(
    tmp_path: Path, coordinator: Identity
) -> None:
    model = pytest.importorskip("common.model")
    home = tmp_path / "holding"
    make_shop(home, "Shop", "en", {"hold": True})
    plan = timed(tensors=model.initial_tensors(default_spec()), local_steps=1)
    content = asked(plan, coordinator)
    for _ in range(2):
        reply = send(home, content)
        assert reply.error.reason == "PlanRefused:held" and not reply.has_content()
    with Store.open(home) as store:
        shown = held.approve(store, plan.digest()).preview
        assert shown.norm_before is not None and shown.norm_after > 0
        assert len(ledger.mechanisms(store)) == 1
    report = wire.report_from_records(send(home, content).content)
    norm = float(np.sqrt(sum(float((a.astype(float) ** 2).sum()) for a in report.tensors.values())))
    assert norm == pytest.approx(shown.norm_after)


@pytest.mark.privacy
@pytest.mark.parametrize(
    ("changes", "kind", "reason"),
    [
        ({"noise_multiplier": 0.1}, "train", "PlanRefused:too-little-noise"),
        ({"spec_digest": "x"}, "train", "PlanRefused:wrong-spec"),
        ({}, "evaluate", "PlanRefused:plan-refused"),
    ],
)
def test_refusals_leave_as_codes(
    home: Path, coordinator: Identity, changes: dict[str, Any], kind: str, reason: str
) -> None:
    reply = send(home, asked(timed(**changes), coordinator), kind=kind)
    assert reply.has_error() and reply.error.reason == reason


@pytest.mark.privacy
def test_no_text_of_an_error_leaves(
    home: Path, coordinator: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError("shopper 4711 bought a ring")

    monkeypatch.setattr(inside, "_work", fails)
    reply = send(home, asked(timed(), coordinator))
    assert reply.error.reason == "PlanRefused:unavailable"
    stranger = send(home, asked(timed(), Identity.generate()))
    assert stranger.error.reason == "PlanRefused:wrong-signature"
    assert send(home, RecordDict()).error.reason == "ValueError:internal"
    assert send(home / "nowhere", RecordDict()).error.reason == "InputError:bad-input"
    assert send(home, RecordDict(), key="other").error.reason == "InputError:bad-input"


def test_a_receipt_comes_with_a_plan_or_a_bundle(
    home: Path, coordinator: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside, "_work", fresh_noise)
    book, now = FakeBook(coordinator), datetime.now(UTC)
    me, kept = Identity.load(home / IDENTITY_PATH).public, []
    for number in (1, 2):
        plan = book.plan(now, round=number, tensors=weights())
        content = wire.with_receipt(wire.plan_to_records(plan), kept[-1] if kept else None)
        report = wire.report_from_records(send(home, content).content)
        kept += book.close(plan, [report], now)
    # whatever becomes of the bundle, its receipt is kept
    content = wire.with_receipt(wire.bundle_to_records(b"not a zip"), kept[-1])
    assert send(home, content, kind="query.bundle").error.reason == "BadSignature:bundle-signature"
    with Store.open(home) as store:
        assert list(receipts.all(store)) == kept
        assert receipts.verify_all(store, me, now) == []


@pytest.mark.privacy
def test_a_wrong_receipt_and_a_rollback_are_refused_by_code(
    home: Path, coordinator: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside, "_work", fresh_noise)
    book, now = FakeBook(coordinator), datetime.now(UTC)
    plan = book.plan(now, tensors=weights())
    report = wire.report_from_records(send(home, wire.plan_to_records(plan)).content)
    [receipt] = book.close(plan, [report], now)
    wrong = replace(receipt, index=1)
    for packed, kind in (
        (wire.plan_to_records(book.plan(now, round=2, tensors=weights())), "train"),
        (wire.bundle_to_records(b"not a zip"), "query.bundle"),
    ):
        reply = send(home, wire.with_receipt(packed, wrong), kind=kind)
        assert reply.error.reason == "PlanRefused:bad-receipt"
    (home / "hansa.db").unlink()
    Store.open(home, create=True).close()
    again = wire.with_receipt(wire.plan_to_records(book.plan(now, round=3)), receipt)
    assert send(home, again).error.reason == "LedgerBroken:ledger-broken"
    later = wire.plan_to_records(book.plan(now, round=4))
    assert send(home, later).error.reason == "LedgerBroken:ledger-broken"
    broken = RecordDict({**later, "receipt": later["plan"]})
    assert send(home, broken).error.reason == "ValueError:internal"


@pytest.mark.privacy
def test_a_tier_that_is_too_small_leaves_like_a_failure(
    home: Path, coordinator: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody outside can tell a rule on the number of shoppers from work that failed."""

    def fails(*_: Any) -> Any:
        raise TrainingError("too few")

    monkeypatch.setattr(inside, "_work", fails)
    said = {send(home, asked(timed(), coordinator)).error.reason}
    monkeypatch.setattr(browse, "count", lambda *_: TIER_LIMIT["small"] + 1)
    said.add(send(home, asked(timed(), coordinator)).error.reason)
    assert said == {"PlanRefused:unavailable"}


def test_a_bundle_that_is_none_is_refused(home: Path, coordinator: Identity) -> None:
    reply = send(home, wire.bundle_to_records(b"not a zip"), kind="query.bundle")
    assert reply.error.reason == "BadSignature:bundle-signature"
