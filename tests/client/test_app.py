"""Flower's side of the door: what comes back over the wire, and that no text of an error does."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import Context, Message, Metadata, RecordDict

from client import enrol, inside
from client.app import app
from client.shop import IDENTITY_PATH, make_shop
from client.store import Store, ledger
from common import wire
from common.keys import Identity, PublicIdentity
from common.rounds import RoundPlan, Task
from tests.client.door_shop import a_plan, fresh_noise


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


def timed(**changes: Any) -> RoundPlan:
    now = datetime.now(UTC)
    return replace(
        a_plan(**changes),
        issued_at=now.isoformat(),
        deadline_at=(now + timedelta(minutes=5)).isoformat(),
    )


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
    from common.features import default_spec

    weights = model.initial_tensors(default_spec())
    plan = timed(tensors=weights, local_steps=1)
    report = wire.report_from_records(send(home, asked(plan, coordinator)).content)
    assert set(report.tensors) <= set(weights)
    assert all(float(np.abs(a).sum()) > 0 for a in report.tensors.values())
    plan = timed(tensors=weights, round=2, task=Task.EVALUATE)
    report = wire.report_from_records(send(home, asked(plan, coordinator), kind="evaluate").content)
    assert report.tensors["histogram"].shape == (2, plan.n_bins)


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


def test_a_bundle_that_is_none_is_refused(home: Path, coordinator: Identity) -> None:
    reply = send(home, wire.bundle_to_records(b"not a zip"), kind="query.bundle")
    assert reply.error.reason == "BadSignature:bundle-signature"
