"""The node answers, refuses foreign code, survives a coordinator that goes away, leaks no text."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import ConfigRecord, Message, Metadata, RecordDict

from client import node as nodes
from client.enrol import Membership, load_node_id
from client.node import Node, Pace
from common.errors import BudgetExhausted, CoordinatorUnreachable, EnrolmentError
from common.flower.calls import WRONG_CERTIFICATE, LinkDown, LinkRefused
from common.kit import SiteKit

CODE = b"the installed program"
ALLOWED = frozenset({hashlib.sha256(CODE).hexdigest()})


def message(kind="train", run_id=7, ttl=60.0, created_at=None, number=1):
    metadata = Metadata(
        run_id=run_id, message_id=f"m{number}", src_node_id=1, dst_node_id=2,
        reply_to_message_id="", group_id="", created_at=created_at or time.time(), ttl=ttl,
        message_type=kind,
    )  # fmt: skip
    from flwr.app.message import make_message

    return make_message(metadata, RecordDict({"x": ConfigRecord({"a": 1})}))


@dataclass
class FakeFleet:
    """A connection whose coordinator does what a test scripts."""

    inbox: list = field(default_factory=list)
    activations: list = field(default_factory=list)
    code_bytes: bytes = CODE
    sent: list = field(default_factory=list)
    send_errors: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    node_id: int = 0

    def activate(self):
        self.calls.append("activate")
        if self.activations:
            error = self.activations.pop(0)
            if error is not None:
                raise error
        self.node_id = 2
        return 2

    def deactivate(self):
        self.calls.append("deactivate")

    def heartbeat(self):
        return True

    waited = False

    def receive(self, wait_s=0.0):
        if not self.inbox:
            return None
        item = self.inbox.pop(0)
        if isinstance(item, Exception):
            raise item
        return item

    def code(self, run_id):
        self.calls.append("code")
        return self.code_bytes

    def send(self, reply, seconds):
        if self.send_errors:
            raise self.send_errors.pop(0)
        self.sent.append(reply)

    def close(self):
        self.calls.append("close")


def echo(received, context):
    return Message(RecordDict({"ok": ConfigRecord({"a": 1})}), reply_to=received)


@pytest.fixture
def make(tmp_path, monkeypatch):
    (tmp_path / "league").mkdir()
    kit = SiteKit("Test", "127.0.0.1:1", "pem", "00" * 32, "", "")

    def build(fleet, app=echo, allowed=ALLOWED, **pace):
        monkeypatch.setattr(nodes, "Fleet", lambda *_: fleet)
        told = []
        membership = Membership(kit, ec.generate_private_key(ec.SECP384R1()))
        quick = {"active_s": 0.01, "idle_s": 0.02, "retry_s": 0.01, "retry_max_s": 0.02} | pace
        node = Node(tmp_path, membership, app, allowed, told.append, Pace(**quick))
        node.told = told
        return node

    return build


def states(node):
    return [s.state for s in node.told]


def test_it_answers_with_the_installed_program(make, tmp_path):
    fleet = FakeFleet(inbox=[message(), message("query.bundle", number=2)])
    seen = []

    def app(received, context):
        seen.append((context.node_config, dict(context.run_config)))
        return echo(received, context)

    node = make(fleet, app)
    node.run(once=True)
    assert [r.has_content() for r in fleet.sent] == [True, True]
    # the coordinator's wishes for the run are not even read
    assert seen == [({"home": str(tmp_path)}, {})] * 2
    assert fleet.calls.count("code") == 1  # asked once a run
    assert fleet.calls[-2:] == ["deactivate", "close"]
    assert states(node) == [
        "connecting", "online", "training", "sent", "training", "installed", "stopped",
    ]  # fmt: skip
    assert load_node_id(tmp_path) == 2


def test_foreign_code_is_refused_and_nothing_runs(make):
    fleet = FakeFleet(inbox=[message()], code_bytes=b"something else")

    def app(*_):
        raise AssertionError("must not run")

    node = make(fleet, app)
    node.run(once=True)
    reply = fleet.sent[0]
    assert reply.has_error() and reply.error.code == nodes.INVALID_FAB
    assert reply.error.reason == "code-not-allowed"
    assert node.told[-2].code == "code-not-allowed"


def test_the_policy_may_allow_other_code(make):
    fleet = FakeFleet(inbox=[message()], code_bytes=b"something else")
    other = hashlib.sha256(b"something else").hexdigest()
    make(fleet, allowed=ALLOWED | {other}).run(once=True)
    assert fleet.sent[0].has_content()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("shopper 4711 bought tea"), "ValueError:internal"),
        (BudgetExhausted("3.2 of 3.0 spent"), "BudgetExhausted:budget-exhausted"),
    ],
)
@pytest.mark.privacy
def test_no_text_of_an_error_leaves(make, error, reason, caplog):
    def app(*_):
        raise error

    fleet = FakeFleet(inbox=[message()])
    make(fleet, app).run(once=True)
    assert fleet.sent[0].error.reason == reason


def test_a_message_nobody_waits_for_costs_nothing(make):
    fleet = FakeFleet(inbox=[message(ttl=5.0, created_at=time.time() - 10)])

    def app(*_):
        raise AssertionError("must not run")

    make(fleet, app).run(once=True)
    assert fleet.sent == []


def test_it_waits_for_a_coordinator_that_comes_back(make):
    fleet = FakeFleet(activations=[LinkDown("x"), LinkRefused(401, 2004), LinkDown("y"), None])
    node = make(fleet)
    timer = threading.Timer(1.0, node.stop.set)
    timer.start()
    node.run()
    timer.join()
    assert states(node)[:5] == ["connecting", "offline", "offline", "offline", "online"]
    assert "nothing is lost" in node.told[1].note


def test_a_lost_connection_is_made_again(make):
    fleet = FakeFleet(inbox=[LinkDown("gone"), message()])
    node = make(fleet)
    timer = threading.Timer(0.5, node.stop.set)
    timer.start()
    node.run()
    timer.join()
    assert fleet.calls.count("activate") == 2 and len(fleet.sent) == 1


def test_an_answer_that_was_paid_for_is_sent_after_the_coordinator_is_back(make):
    fleet = FakeFleet(inbox=[message()], send_errors=[LinkDown("gone"), LinkDown("gone")])
    node = make(fleet)
    timer = threading.Timer(0.5, node.stop.set)
    timer.start()
    node.run()
    timer.join()
    assert len(fleet.sent) == 1 and fleet.calls.count("activate") == 3


def test_an_answer_nobody_wants_any_more_is_dropped(make):
    fleet = FakeFleet(inbox=[message()], send_errors=[LinkRefused(403, 0)])
    node = make(fleet)
    timer = threading.Timer(0.3, node.stop.set)
    timer.start()
    node.run()
    timer.join()
    assert fleet.sent == [] and fleet.calls.count("activate") == 1


def test_being_locked_out_is_seen_while_online(make):
    fleet = FakeFleet(inbox=[LinkRefused(401, 0)], activations=[None, *[LinkRefused(401, 0)] * 500])
    node = make(fleet, max_wait_s=0.1)
    with pytest.raises(EnrolmentError) as e:
        node.run()
    assert "operator" in e.value.todo


def test_a_run_that_is_over_and_bytes_that_are_no_message_are_dropped(make):
    fleet = FakeFleet(inbox=[LinkRefused(403, 0), ValueError("broken"), message()])
    node = make(fleet)
    timer = threading.Timer(0.5, node.stop.set)
    timer.start()
    node.run()
    timer.join()
    assert fleet.calls.count("activate") == 1 and len(fleet.sent) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LinkDown("ConnectError"), CoordinatorUnreachable),
        (LinkDown(WRONG_CERTIFICATE), EnrolmentError),
        (LinkRefused(401, 0), EnrolmentError),
    ],
)
def test_giving_up_says_what_is_safe(make, error, kind):
    for once, limit in ((True, None), (False, 0.05)):
        node = make(FakeFleet(activations=[error] * 100), max_wait_s=limit)
        with pytest.raises(kind) as e:
            node.run(once=once)
        assert e.value.exit_code == 5 and "Nothing was sent" in e.value.safe
