"""Nothing but a RoundReport leaves: the fields of the wire are counted, sources and bytes are searched."""

from __future__ import annotations

import ast
import json
import time
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from flwr.app import Context, Message, Metadata, RecordDict

from client import enrol, inside
from client.app import app
from client.shop import IDENTITY_PATH, make_shop
from client.store import Store, ledger
from common import wire
from common.keys import Identity
from common.ledger import LedgerEntry
from common.rounds import RoundReport, Task
from tests.client.door_shop import a_plan, at, fresh_noise

pytestmark = pytest.mark.privacy

CLIENT = Path(__file__).resolve().parents[2] / "client"


def test_a_report_has_these_fields_and_no_other() -> None:
    """A new field that depends on rows must be a mechanism's output: change this list on purpose."""
    assert [f.name for f in fields(RoundReport)] == [
        "run_id",
        "round",
        "task",
        "plan_digest",
        "merchant",
        "mechanism",
        "ledger_head",
        "tensors",
        "ledger_tail",
        "masked",
        "protocol",
        "signature",
    ]


def test_an_entry_of_the_tail_has_these_fields_and_no_other() -> None:
    """The tail of the ledger leaves with every report: none of its fields may depend on rows."""
    assert [f.name for f in fields(LedgerEntry)] == [
        "sequence",
        "at",
        "kind",
        "run_id",
        "round",
        "task",
        "plan_digest",
        "mechanism",
        "reservation",
        "report_digest",
        "code_digest",
        "witnessed",
        "previous",
        "hash",
        "signature",
    ]


def test_what_only_the_merchant_may_see_is_not_known_to_the_wire() -> None:
    """Previews, watches and attack scores: the door hands them to the shop's database only."""
    for name in ("wire.py", "rounds.py", "ledger.py", "receipts.py"):
        text = (CLIENT.parent / "common" / name).read_text(encoding="utf-8").lower()
        assert not any(word in text for word in ("preview", "watch", "membership"))
    app_source = (CLIENT / "app.py").read_text(encoding="utf-8")
    assert "held" not in app_source and "preview" not in app_source


@pytest.mark.parametrize("task", list(Task))
def test_a_reply_holds_the_report_and_nothing_else(
    tmp_path: Path, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, coordinator = tmp_path / "shop", Identity.generate()
    make_shop(home, "Secret Shop Name", "en", {})
    monkeypatch.setattr(
        enrol, "load_kit", lambda home: SimpleNamespace(coordinator=coordinator.public)
    )
    monkeypatch.setattr(inside, "_work", fresh_noise)
    now = datetime.now(UTC)
    plan = replace(a_plan(task=task), **at(now))
    content = wire.plan_to_records(plan.signed(coordinator.sign(plan.signed_bytes())))
    message = Message(content, metadata=Metadata(1, "m", 1, 7, "", "", time.time(), 99.0, task))
    state = RecordDict()
    reply = app(message, Context(1, 7, {"home": str(home)}, state, {}))
    assert set(reply.content) == {"report"}
    assert set(reply.content["report"]) == {"header", "signature", "layout", "tensors"}
    header = json.loads(str(reply.content["report"]["header"]))
    assert set(header) == {f.name for f in fields(RoundReport)} - {
        "tensors",
        "signature",
        "masked",
    } | {"tensors_digest"}
    assert "Secret" not in json.dumps(header) and not state
    me = Identity.load(home / IDENTITY_PATH).public
    report = wire.report_from_records(reply.content)
    with Store.open(home) as store:
        entries = ledger.checked(store, me)
    assert entries[-1].report_digest == report.content_digest()
    assert report.mechanism == entries[-2].mechanism


def test_only_the_app_makes_messages_and_only_release_makes_reports() -> None:
    """In the source: who builds a Message with content, who signs a report, who calls the wire."""
    makers: dict[str, set[str]] = {
        "Message": set(),
        "RoundReport": set(),
        "report_to_records": set(),
    }
    for path in CLIENT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in makers:
                    makers[name].add(str(path.relative_to(CLIENT)))
    assert makers == {
        "Message": {"app.py"},
        "RoundReport": {"door.py"},
        "report_to_records": {"app.py"},
    }


def test_no_private_comparator_has_a_codec() -> None:
    """The non-private trainer's result is another type: the wire takes reports only."""
    source = "".join((CLIENT / n).read_text(encoding="utf-8") for n in ("door.py", "inside.py"))
    assert "train_plain" not in source and "PlainUpdate" not in source
    with pytest.raises(AttributeError):
        wire.report_to_records(np.zeros(3))  # type: ignore[arg-type]
