"""Reports held until the merchant says yes: one charge, one set of bytes, nothing leaves before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from client.store import held, ledger, rounds
from common.errors import PlanRefused
from common.ledger import EntryKind
from common.rounds import RoundPlan, Task
from common.settings import Policy
from tests.client.door_shop import NOW, Shop, a_plan
from tests.client.fake_book import FakeBook

pytestmark = pytest.mark.privacy


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", policy=Policy(hold=True))


def asked(shop: Shop, plan: RoundPlan, **more: Any) -> str:
    """The code of the refusal."""
    with pytest.raises(PlanRefused) as caught:
        shop.ask(plan, **more)
    assert "sent" in caught.value.safe
    return caught.value.code


def kinds(shop: Shop) -> list[EntryKind]:
    with shop.open() as store:
        return [e.kind for e in ledger.checked(store, shop.identity.public)]


def test_a_report_waits_and_leaves_with_the_bytes_that_were_shown(shop: Shop) -> None:
    plan = a_plan()
    assert [asked(shop, plan) for _ in range(3)] == ["held"] * 3
    assert shop.calls == 1 and kinds(shop) == [EntryKind.OPEN, EntryKind.RESERVE]
    with shop.open() as store:
        assert rounds.history(store) == []
        [waiting] = held.listing(store, now=NOW)
        shown = waiting.preview
        assert [t.name for t in shown.tensors] == ["a"] and shown.membership is None
        assert shown.epsilon_before == 0 < shown.epsilon_after
        noised = held.tensors(store, plan.digest())
        held.approve(store, plan.digest(), NOW)
        assert [p.code for p in rounds.received(store)] == ["held"]
    report = shop.ask(plan)
    assert report.tensors["a"].tobytes() == noised["a"].tobytes()
    assert kinds(shop)[1:] == [EntryKind.RESERVE, EntryKind.COMMIT]
    assert rounds.pack(shop.ask(plan)) == rounds.pack(report) and shop.calls == 1
    with shop.open() as store:
        assert held.state(store, plan.digest(), NOW) == "sent"


def test_a_no_is_a_no(shop: Shop) -> None:
    plan = a_plan()
    asked(shop, plan)
    with shop.open() as store:
        held.drop(store, plan.digest(), NOW)
    assert asked(shop, plan) == "declined" and shop.calls == 1
    with shop.open() as store:
        assert len(ledger.mechanisms(store)) == 1 and rounds.history(store) == []


def test_what_nobody_decided_lapses_with_its_deadline(shop: Shop) -> None:
    plan = a_plan()
    asked(shop, plan)
    assert asked(shop, plan, now=NOW + timedelta(hours=1)) == "declined"


def test_a_newer_round_overtakes_what_is_held(shop: Shop) -> None:
    book = FakeBook.of(shop)
    first, second = book.plan(round=1), book.plan(round=2)
    asked(shop, first)
    with shop.open() as store:
        held.approve(store, first.digest(), NOW)
    assert asked(shop, second) == "held"
    assert asked(shop, first) == "declined"
    assert kinds(shop)[1:] == [EntryKind.RESERVE, EntryKind.VOID, EntryKind.RESERVE]
    with shop.open() as store:
        assert held.state(store, first.digest(), NOW) == "lapsed"
        contents = store.db.execute("SELECT content IS NULL FROM held_reports ORDER BY reservation")
        assert contents.fetchall() == [(1,), (0,)]
        assert len(ledger.mechanisms(store)) == 2


def test_another_run_does_not_disturb_it(shop: Shop) -> None:
    book = FakeBook.of(shop)
    first, other = book.plan(round=1), book.plan(run_id="run-2")
    asked(shop, first)
    asked(shop, other)
    with shop.open() as store:
        held.approve(store, first.digest(), NOW)
    report = shop.ask(first)
    # the tail holds the other run's open charge too, in between
    assert [e.kind.value for e in report.ledger_tail] == ["open", "reserve", "reserve", "commit"]


def test_pause_wins_over_a_yes(shop: Shop) -> None:
    plan = a_plan()
    asked(shop, plan)
    with shop.open() as store:
        held.approve(store, plan.digest(), NOW)
    shop.policy = Policy(hold=True, paused=True)
    assert asked(shop, plan) == "paused"
    shop.policy = Policy()  # what was approved leaves, also when nothing is held any more
    shop.ask(plan)
    assert shop.calls == 1


def test_what_is_held_stays_held_when_the_policy_changes(shop: Shop) -> None:
    plan = a_plan()
    asked(shop, plan)
    shop.policy = Policy()
    assert asked(shop, plan) == "held" and shop.calls == 1


def test_evaluation_is_held_too(shop: Shop) -> None:
    plan = a_plan(task=Task.EVALUATE)
    assert asked(shop, plan) == "held"
    with shop.open() as store:
        assert [t.name for t in held.load(store, plan.digest(), NOW).preview.tensors] == [
            "histogram"
        ]
