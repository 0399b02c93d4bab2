"""Nothing but a RoundReport leaves: the fields of the wire are counted, sources and bytes are searched."""

from __future__ import annotations

import ast
import json
import time
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flwr.app import Context, Message, Metadata, RecordDict

from client import enrol, inside
from client.app import app
from client.league import masking
from client.shop import IDENTITY_PATH, make_shop
from client.store import Store, ledger
from common import wire
from common.features import default_spec
from common.keys import Identity
from common.ledger import LedgerEntry
from common.model import initial_tensors
from common.rounds import RoundReport, Task
from common.secagg.server_side import SumResult
from tests.client.door_shop import a_plan, at, fresh_noise
from tests.client.league_shops import league_of

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
        "note_digest",  # a commitment with a nonce: that a note was made, and when, and nothing else
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
    plan = replace(a_plan(task=task, tensors=initial_tensors(default_spec())), **at(now))
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


def test_a_secure_sum_lets_out_one_masked_vector_and_no_plain_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records by stage; the vector that leaves is uniform and tells nothing of the sum inside it."""
    league = league_of(tmp_path, monkeypatch)
    plain, kept, real = {}, {}, inside.noised_sum

    def noted(store: Store, *rest: Any) -> Any:
        made = plain[store.home] = real(store, *rest)
        return made

    monkeypatch.setattr(masking, "noised_sum", noted)
    send = league.send

    def watched(merchant: str, content: RecordDict, kind: str = wire.SUM) -> Message:
        reply = send(merchant, content, kind)
        kept.setdefault(merchant, []).append(reply.content)
        return reply

    monkeypatch.setattr(league, "send", watched)
    assert isinstance(league.run(league.plan(n_bins=256)), SumResult)
    for m, said in kept.items():
        assert [set(c) for c in said] == [{"sum"}, {"sum"}, {"report", "sum"}, {"sum"}, {"sum"}]
        report, masked = wire.masked_from_records(said[2])
        assert report.tensors == {} and len(masked.vector) == 4 * 512
        words = np.frombuffer(masked.vector, "<u4")
        inside_it = plain[league.homes[m]]
        assert words.shape == inside_it.shape and not (words == inside_it).any()
        # 16 classes of the upper bits: chi-squared with 15 degrees stays below 60 but once in 10^6
        classes = np.bincount(words >> 28, minlength=16)
        assert float(((classes - 32) ** 2 / 32).sum()) < 60
        signed = inside_it.astype(np.int64) - ((inside_it >> 31).astype(np.int64) << 32)
        assert abs(np.corrcoef(words.astype(float), signed.astype(float))[0, 1]) < 0.25
        assert all(masked.vector[i : i + 8] not in bytes(inside_it) for i in range(0, 2048, 8))


def test_only_the_app_makes_messages_and_only_release_makes_reports() -> None:
    """In the source: who builds a Message with content, who signs a report, who calls the wire."""
    makers: dict[str, set[str]] = {
        "Message": set(),
        "RoundReport": set(),
        "report_to_records": set(),
        "masked_to_records": set(),
        "sum_to_records": set(),
        "noised_sum": set(),
    }
    for path in CLIENT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in makers:
                    makers[name].add(str(path.relative_to(CLIENT)))
    assert makers == {
        "Message": {"app.py"},
        "RoundReport": {"visit.py"},
        "report_to_records": {"app.py"},
        "masked_to_records": {"app.py"},
        "sum_to_records": {"app.py"},
        "noised_sum": {"league/masking.py"},
    }


def test_no_private_comparator_has_a_codec() -> None:
    """The non-private trainer's result is another type: the wire takes reports only."""
    source = "".join(
        (CLIENT / n).read_text(encoding="utf-8") for n in ("door.py", "inside.py", "visit.py")
    )
    assert "train_plain" not in source and "PlainUpdate" not in source
    with pytest.raises(AttributeError):
        wire.report_to_records(np.zeros(3))  # type: ignore[arg-type]
