"""What a node says of each message of a secure sum, and that it asks often only while one is open."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import Message as Envelope
from flwr.app import Metadata, RecordDict

from client import node as nodes
from client.app import app
from client.enrol import Membership
from client.node import Node, Pace
from client.status import about_message
from common import wire
from common.kit import SiteKit
from common.secagg.messages import Stage
from common.secagg.server_side import SumResult
from tests.client.league_shops import LeagueOfShops, league_of, restart
from tests.client.test_node import ALLOWED, FakeFleet, echo, message


def envelope(content: RecordDict, kind: str = wire.SUM) -> Envelope:
    metadata = Metadata(1, "m", 1, 7, "", "", time.time(), 3600.0, kind)
    return Envelope(content, metadata=metadata)


@pytest.fixture
def league(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LeagueOfShops:
    return league_of(tmp_path, monkeypatch)


def test_every_message_in_words(league: LeagueOfShops) -> None:
    plan, m = league.plan(), league.names[0]
    home = league.homes[m]
    invite = wire.with_receipt(wire.invite_to_records(plan, 1, league.roster), None)
    told = about_message(home, envelope(invite))
    assert (told.run_id, told.round, told.task) == ("run-1", 1, "evaluate")
    assert "5 merchants in the list" in told.note
    notes: list[str] = []

    def watch(stage: Stage, merchant: str, message: Any) -> Any:
        if merchant == m:
            about = about_message(home, envelope(wire.sum_to_records(message)))
            assert (about.state, about.run_id, about.round) == ("training", "run-1", 1)
            notes.append(about.note)
        return message

    league.run(plan, tamper=watch)
    assert [n.split()[0] for n in notes] == ["5", "5", "5", "All"]
    restart()
    again = about_message(home, envelope(wire.sum_to_records(league_message(league))))
    assert again.run_id == "" and again.note
    nothing = about_message(home, envelope(RecordDict()))
    assert (nothing.state, nothing.note, nothing.run_id) == ("training", "", "")
    assert about_message(home, envelope(RecordDict(), wire.BUNDLE)).task == "bundle"


def league_message(league: LeagueOfShops) -> Any:
    told = league.open(league.plan(round=2)).key_list()
    restart()
    return told


class Waits:
    """Stands in for the node's Event: how long it would have slept, until enough was seen."""

    def __init__(self, most: int) -> None:
        self.seen: list[float] = []
        self.most = most

    def is_set(self) -> bool:
        return len(self.seen) >= self.most

    def wait(self, seconds: float) -> None:
        self.seen.append(seconds)


@pytest.mark.parametrize("in_sum", [True, False])
def test_it_asks_often_while_a_sum_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_sum: bool
) -> None:
    fleet = FakeFleet(inbox=[message()])
    monkeypatch.setattr(nodes, "Fleet", lambda *_: fleet)
    (tmp_path / "league").mkdir()
    kit = SiteKit("Test", "127.0.0.1:1", "pem", "00" * 32, "", "")
    membership = Membership(kit, ec.generate_private_key(ec.SECP384R1()))
    pace = Pace()
    node = Node(tmp_path, membership, echo, ALLOWED, lambda _: None, pace, lambda: in_sum)
    node.stop = waits = Waits(200)  # type: ignore[assignment]
    node.run()
    assert waits.seen[0] == (pace.sum_s if in_sum else pace.active_s)
    assert waits.seen == sorted(waits.seen)
    assert waits.seen[-1] == (pace.active_s if in_sum else pace.idle_s)


def test_one_report_is_sent_in_a_sum(
    league: LeagueOfShops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five answers a round, of which one is a report: only that one is told as sent."""
    m, states = league.names[0], []
    fleet = FakeFleet()
    monkeypatch.setattr(nodes, "Fleet", lambda *_: fleet)
    kit = SiteKit("Test", "127.0.0.1:1", "pem", "00" * 32, "", "")
    membership = Membership(kit, ec.generate_private_key(ec.SECP384R1()))
    node = Node(league.homes[m], membership, app, ALLOWED, lambda s: states.append(s.state))
    plain = league.send

    def through(merchant: str, content: RecordDict, kind: str = wire.SUM) -> Envelope:
        return node._run_app(envelope(content), 7) if merchant == m else plain(merchant, content)

    monkeypatch.setattr(league, "send", through)
    assert isinstance(league.run(league.plan()), SumResult)
    assert states == ["training", "training", "training", "sent", "training", "training", "online"]
    assert not node.in_sum()
    league.open(league.plan(round=2))
    assert node.in_sum()
