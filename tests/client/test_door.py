"""The only way out: consent, charge before work, identical resend, refusal of a broken ledger."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from client.store import ledger, rounds
from common.errors import (
    BudgetExhausted,
    DatabaseBusy,
    LedgerBroken,
    PlanRefused,
    StoreError,
    TrainingError,
)
from common.keys import Identity
from common.ledger import EntryKind
from common.privacy import PrivacyBudget
from common.rounds import Task
from common.settings import Policy
from tests.client.door_shop import NOW, Shop, a_plan, at, fresh_noise


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def kinds(shop: Shop) -> list[str]:
    with shop.open() as store:
        return [e.kind.value for e in ledger.entries(store)]


def test_a_plan_is_charged_committed_and_signed(shop: Shop) -> None:
    plan = a_plan()
    report = shop.ask(plan)
    assert shop.identity.public.verify(report.signed_bytes(), report.signature)
    assert report.mechanism == plan.mechanism() and report.plan_digest == plan.digest()
    with shop.open() as store:
        entries = ledger.checked(store, shop.identity.public)
        assert [e.kind.value for e in entries] == ["open", "reserve", "commit"]
        assert report.ledger_head == entries[-1].head == ledger.head(store)
        assert entries[-1].report_digest == report.content_digest()
        [sent] = rounds.history(store)
        assert sent.content_digest == report.content_digest()
        assert [(t.name, t.shape, t.n_bytes) for t in sent.tensors] == [("a", (3, 2), 24)]
        [view] = ledger.spent_history(store, 1e-4)
        assert 0 < view.spent.epsilon < 3
        assert [p.outcome for p in rounds.received(store)] == ["answered"]


def test_the_same_plan_gets_the_same_bytes_and_costs_nothing(shop: Shop) -> None:
    first, later = shop.ask(a_plan()), NOW + timedelta(days=3)
    again = shop.ask(a_plan(), now=later)
    assert rounds.pack(first) == rounds.pack(again)
    assert shop.calls == 1 and kinds(shop) == ["open", "reserve", "commit"]


def test_a_stranger_is_not_even_looked_at(shop: Shop) -> None:
    plan = a_plan()
    with shop.open() as store:
        from client.door import answer
        from common.settings import Settings

        for forged in (plan, plan.signed(Identity.generate().sign(plan.signed_bytes()))):
            with pytest.raises(PlanRefused, match="not signed"):
                answer(store, Settings(), shop.identity, forged, shop.coordinator.public, NOW)
    signed = shop.signed(plan)
    shop.coordinator = Identity.generate()
    assert shop.coordinator.public.verify(signed.signed_bytes(), signed.signature) is False
    assert kinds(shop) == []


@pytest.mark.privacy
def test_the_budget_refuses_before_training(shop: Shop) -> None:
    shop.policy = Policy(epsilon=1.0)
    with pytest.raises(BudgetExhausted, match="limit 1,"):
        for number in range(1, 50):
            shop.ask(a_plan(round=number))
    assert 0 < shop.calls < 49
    before = shop.calls, kinds(shop)
    with pytest.raises(BudgetExhausted):
        shop.ask(a_plan(round=99))
    assert (shop.calls, kinds(shop)) == before
    with shop.open() as store:
        assert rounds.received(store)[0].code == "budget-exhausted"


@pytest.mark.privacy
def test_evaluation_is_paid_from_the_same_budget(shop: Shop) -> None:
    shop.ask(a_plan())
    shop.ask(a_plan(round=2, task=Task.EVALUATE, noise_multiplier=8.0))
    with shop.open() as store:
        trained, both = (v.spent.epsilon for v in ledger.spent_history(store, 1e-4))
    assert both > trained


@pytest.mark.parametrize("task", list(Task))
def test_the_policy_wins(shop: Shop, task: Task) -> None:
    shop.policy = Policy(paused=True)
    with pytest.raises(PlanRefused, match="paused"):
        shop.ask(a_plan(task=task))
    assert kinds(shop) == [] and shop.calls == 0


def test_a_paused_shop_does_not_resend_either(shop: Shop) -> None:
    shop.ask(a_plan())
    shop.policy = Policy(paused=True)
    with pytest.raises(PlanRefused):
        shop.ask(a_plan())


def test_one_round_has_one_answer(shop: Shop) -> None:
    shop.ask(a_plan())
    with pytest.raises(PlanRefused, match="answered already"):
        shop.ask(a_plan(learning_rate=0.6))


def test_absurd_plans_are_refused_before_they_are_accounted(shop: Shop) -> None:
    for changes in ({"noise_multiplier": 1e-9}, {"noise_multiplier": -1.0}, {"local_steps": 10**9}):
        with pytest.raises(PlanRefused):
            shop.ask(a_plan(**changes))


def bad_outputs() -> list[dict[str, Any]]:
    good = np.zeros((3, 2), np.float32)
    nan = good.copy()
    nan[0, 0] = np.nan
    return [
        {},
        {"a": good.astype(np.float64)},
        {"a": good[:1]},
        {"a": good, "n_rows": np.zeros(1, np.float32)},
        {"a": nan},
    ]


@pytest.mark.privacy
@pytest.mark.parametrize("tensors", bad_outputs())
def test_nothing_leaves_but_what_was_asked_for(shop: Shop, tensors: dict[str, Any]) -> None:
    with pytest.raises(TrainingError):
        shop.ask(a_plan(), work=lambda *_: tensors)
    assert kinds(shop) == ["open", "reserve", "void"]
    # the failed attempt stays charged, a new one is a new charge
    shop.ask(a_plan())
    assert kinds(shop) == ["open", "reserve", "void", "reserve", "commit"]
    with shop.open() as store:
        assert len(ledger.mechanisms(store)) == 2


@pytest.mark.privacy
def test_retries_run_into_the_budget_too(shop: Shop) -> None:
    shop.policy = Policy(epsilon=1.0)

    def fails(*_: Any) -> Any:
        raise ValueError("secret row value")

    with pytest.raises(BudgetExhausted):
        for _ in range(50):
            with pytest.raises(TrainingError, match="ValueError") as caught:
                shop.ask(a_plan(), work=fails)
            assert "secret" not in str(caught.value)


def edit(shop: Shop, *statements: str) -> None:
    """What somebody with an SQLite shell might do."""
    with closing(sqlite3.connect(shop.home / "hansa.db")) as conn, conn:
        for statement in statements:
            conn.execute(statement)


@pytest.mark.privacy
@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["UPDATE ledger SET round = 7 WHERE sequence = 1"], "was edited"),
        (
            ["UPDATE ledger SET mechanism = replace(mechanism, '2.0', '9.0') WHERE sequence = 1"],
            "was edited",
        ),
        (["UPDATE ledger SET mechanism = 'x' WHERE sequence = 1"], "not an entry"),
        (["DELETE FROM ledger WHERE sequence = 1"], "missing"),
        (["DELETE FROM ledger WHERE sequence = 0"], "opening entry is missing"),
        (["DELETE FROM ledger WHERE sequence = 2"], "cut off"),
        (["DELETE FROM ledger"], "no entry at all"),
        (["UPDATE ledger SET signature = '00' WHERE sequence = 2"], "signature"),
    ],
)
def test_an_edited_ledger_stops_everything(shop: Shop, statements: list[str], words: str) -> None:
    shop.ask(a_plan())
    drop = [f"DROP TRIGGER {n}" for n in ("ledger_no_update", "ledger_no_delete")]
    edit(shop, *drop, *statements)
    with pytest.raises(LedgerBroken, match=words) as caught:
        shop.ask(a_plan(round=2))
    assert shop.calls == 1 and "Nothing was trained" in caught.value.safe
    with pytest.raises(LedgerBroken):
        shop.ask(a_plan())  # not even a resend
    with shop.open() as store:
        assert ledger.verify_store(store, shop.identity.public)
        with pytest.raises((LedgerBroken, StoreError)):
            ledger.export(store, shop.identity, PrivacyBudget(3.0, 1e-4))


@pytest.mark.privacy
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET round = 7",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT * FROM ledger WHERE sequence = 1",
        "UPDATE sent_reports SET round = 7",
        "DELETE FROM sent_reports",
        "INSERT OR REPLACE INTO sent_reports SELECT * FROM sent_reports",
    ],
)
def test_the_tables_are_append_only(shop: Shop, statement: str) -> None:
    shop.ask(a_plan())
    with pytest.raises(sqlite3.IntegrityError):
        edit(shop, statement)
    shop.ask(a_plan(round=2))


def test_another_key_does_not_fit_the_ledger(shop: Shop) -> None:
    shop.ask(a_plan())
    shop.identity = Identity.generate()
    with pytest.raises(LedgerBroken, match="another identity"):
        shop.ask(a_plan(round=2))


def test_two_processes_never_send_two_noises(shop: Shop) -> None:
    """A second node takes over while the first one trains: one of the two sends nothing."""
    kept = []

    def overtaken(*args: Any) -> Any:
        kept.append(shop.ask(a_plan()))
        return fresh_noise(*args)

    with pytest.raises(DatabaseBusy, match="took over"):
        shop.ask(a_plan(), work=overtaken)
    assert rounds.pack(shop.ask(a_plan())) == rounds.pack(kept[0])
    with shop.open() as store:
        assert ledger.verify_store(store, shop.identity.public) == []
        assert len(ledger.mechanisms(store)) == 2
        assert len(rounds.history(store)) == 1


def test_the_head_moves_under_the_decision(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A charge made between deciding and reserving is seen: decide again, on both charges."""
    real, once = ledger.reserve, []

    def racing(*args: Any, **kwargs: Any) -> Any:
        if not once:
            once.append(1)
            shop.ask(a_plan(round=5, run_id="other"))
        return real(*args, **kwargs)

    monkeypatch.setattr(ledger, "reserve", racing)
    shop.ask(a_plan())
    with shop.open() as store:
        both = ledger.spent_history(store, 1e-4)
        assert both[1].spent.epsilon > both[0].spent.epsilon
        assert ledger.verify_store(store, shop.identity.public) == []


def test_a_packed_report_reads_back(shop: Shop) -> None:
    report = shop.ask(a_plan())
    assert rounds.pack(rounds.unpack(rounds.pack(report))) == rounds.pack(report)
    with pytest.raises(ValueError, match="cut"):
        rounds.unpack(rounds.pack(report) + b"x")


def test_a_lost_reservation_is_voided_and_stays_charged(shop: Shop) -> None:
    with shop.open() as store:
        plan = shop.signed(a_plan())
        ledger.reserve(store, shop.identity, plan, NOW, expected=None)
    shop.ask(a_plan())
    with shop.open() as store:
        entries = ledger.checked(store, shop.identity.public)
        assert [e.kind for e in entries][1:3] == [EntryKind.RESERVE, EntryKind.VOID]
        assert len(ledger.mechanisms(store)) == 2


def test_a_clock_set_back_is_refused_and_never_breaks_the_ledger(shop: Shop) -> None:
    shop.ask(a_plan())
    yesterday = NOW - timedelta(days=1)
    with pytest.raises(PlanRefused, match="set back"):
        shop.ask(a_plan(round=2, **at(yesterday)), now=yesterday)
    assert kinds(shop) == ["open", "reserve", "commit"]
    # a small step back is levelled out
    a_little = NOW - timedelta(minutes=9)
    shop.ask(a_plan(round=2, **at(a_little)), now=a_little)
    with shop.open() as store:
        assert ledger.verify_store(store, shop.identity.public) == []
        times = [e.at for e in ledger.entries(store)]
        assert times == sorted(times)
