"""One budget for everything that leaves, over the life of the shop and in each quarter."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.reckoning import cost
from client.store import entries as table
from client.store import ledger, rounds
from common.accounting import spent
from common.database import transaction
from common.errors import BudgetExhausted, PlanRefused
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, mechanisms, open_ledger, utc
from common.privacy import TIER_LIMIT, Mechanism, MechanismKind, PrivacyUnit
from common.rounds import Task, pool_of
from common.settings import Policy
from tests.client.door_shop import NOW, Shop, a_plan, at

pytestmark = pytest.mark.privacy

DELTA = 1e-4
ME = Identity.generate()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def ask_until_refused(shop: Shop, now: datetime = NOW, first: int = 1) -> tuple[int, Any]:
    """Rounds that were answered, and the refusal of the next."""
    for number in range(first, first + 99):
        try:
            shop.ask(a_plan(round=number, **at(now)), now=now)
        except BudgetExhausted as e:
            return number - first, e
    raise AssertionError("never refused")


def test_a_quarter_has_its_own_limit_and_a_new_one_begins_afresh(shop: Shop) -> None:
    shop.policy = Policy(epsilon=3.0, epsilon_quarter=0.8)
    n, error = ask_until_refused(shop)
    assert n > 0 and error.code == "quarter-exhausted"
    assert "2027-01-01" in error.what and "0 in this quarter" in error.what
    left = int(error.what.split("in this quarter, ")[1].split()[0])
    assert left > 0
    january = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)
    m, error = ask_until_refused(shop, january, first=n + 1)
    assert m == n and error.code in ("quarter-exhausted", "budget-exhausted")
    with shop.open() as store:
        assert spent(ledger.mechanisms(store), DELTA).epsilon > 0.8
        assert rounds.received(store)[0].code == error.code


def test_the_quarter_before_new_year_is_in_utc_and_by_the_ledger(shop: Shop) -> None:
    shop.policy = Policy(epsilon=3.0, epsilon_quarter=0.8)
    eve = datetime(2026, 12, 31, 23, 55, tzinfo=UTC)
    n, _ = ask_until_refused(shop, eve)
    january = eve + timedelta(minutes=6)
    shop.ask(a_plan(round=n + 1, **at(january)), now=january)
    # a clock a little behind does not bring the old quarter's entries into a new one, nor back
    with pytest.raises(BudgetExhausted):
        for number in range(n + 2, n + 99):
            shop.ask(a_plan(round=number, **at(eve)), now=eve)


def test_a_refusal_says_how_many_rounds_are_left(shop: Shop) -> None:
    shop.policy = Policy(epsilon=1.0)
    shop.ask(a_plan(noise_multiplier=4.0))
    with pytest.raises(BudgetExhausted) as caught:
        shop.ask(a_plan(round=2, noise_multiplier=0.5))
    assert "Rounds left at this rate: 0 like this one (" in caught.value.what
    left = int(caught.value.what.split("(")[-1].split()[0])
    shop.policy = Policy(epsilon=1.0)
    for number in range(2, left + 2):
        shop.ask(a_plan(round=number, noise_multiplier=4.0))
    with pytest.raises(BudgetExhausted, match="Rounds left at this rate: 0"):
        shop.ask(a_plan(round=left + 2, noise_multiplier=4.0))


def a_ledger(charges: list[tuple[str, Mechanism]]) -> list[LedgerEntry]:
    entries = [open_ledger(ME, "2026-01-01T00:00:00Z")]
    for when, mechanism in charges:
        draft = LedgerEntry(0, when, EntryKind.RESERVE, "r", 1, "train", "0" * 64, mechanism)
        entries.append(append(ME, entries[-1], draft))
    return entries


any_mechanism = st.builds(
    Mechanism,
    kind=st.sampled_from(list(MechanismKind)),
    noise_multiplier=st.sampled_from([2.0, 5.0, 9.0]),
    sampling_rate=st.sampled_from([0.05, 1.0]),
    steps=st.integers(1, 4),
    clip_norm=st.sampled_from([0.5, 1.0]),
    unit=st.sampled_from([PrivacyUnit(4), PrivacyUnit(16)]),
    pool=st.sampled_from(["train:1", "later:1", "train:2"]),
)


@settings(max_examples=12, deadline=None)
@given(st.lists(any_mechanism, max_size=5))
def test_every_kind_and_pool_is_charged_alike_and_jointly(charged: list[Mechanism]) -> None:
    entries = a_ledger([(utc(NOW - timedelta(days=300)), m) for m in charged])
    plan, policy = a_plan(), Policy(epsilon_quarter=1.0)
    found = cost(policy, plan, entries, NOW)
    assert found.before.epsilon == spent(charged, DELTA).epsilon
    assert found.after.epsilon == spent([*charged, plan.mechanism()], DELTA).epsilon
    # neither what it was for, nor which rows it read, makes it cheaper
    alike = [replace(m, kind=MechanismKind.STATISTICS, pool="x") for m in charged]
    assert spent(alike, DELTA).epsilon == found.before.epsilon
    assert found.quarter is not None
    assert found.quarter.epsilon == spent([plan.mechanism()], DELTA).epsilon


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 730), min_size=1, max_size=6))
def test_quarters_are_those_of_the_ledgers_own_times(days: list[int]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    when = sorted(start + timedelta(days=d) for d in days)
    mechanism = a_plan().mechanism()
    entries = a_ledger([(utc(t), mechanism) for t in when])
    now = when[-1]
    inside = [t for t in when if (t.year, (t.month - 1) // 3) == (now.year, (now.month - 1) // 3)]
    found = cost(Policy(epsilon_quarter=1.0), a_plan(), entries, now)
    assert found.quarter is not None
    assert found.quarter.epsilon == spent([mechanism] * (len(inside) + 1), DELTA).epsilon
    # a clock that is behind the ledger counts in the ledger's quarter
    behind = cost(Policy(epsilon_quarter=1.0), a_plan(), entries, now - timedelta(days=200))
    assert behind.quarter == found.quarter


def test_statistics_in_the_ledger_count_against_a_training_plan(shop: Shop) -> None:
    """Whoever releases statistics reserves like everybody; the door sees the sum of all."""
    shop.ask(a_plan())
    with shop.open() as store:
        before = ledger.entries(store)
        statistics = Mechanism(MechanismKind.STATISTICS, 1.5, 1.0, 1, 1.0, pool="later:x")
        entry = append(
            shop.identity,
            before[-1],
            LedgerEntry(0, utc(NOW), EntryKind.RESERVE, "ab-1", 1, "stats", "5" * 64, statistics),
        )
        table.insert(store.db.conn, entry)
    shop.policy = Policy(epsilon=2.0)
    with pytest.raises(BudgetExhausted):
        shop.ask(a_plan(round=2))
    shop.policy = Policy(epsilon=6.0)
    shop.ask(a_plan(round=2))
    with shop.open() as store:
        released = ledger.mechanisms(store)
        assert [m.kind for m in released] == [
            MechanismKind.DP_SGD,
            MechanismKind.STATISTICS,
            MechanismKind.DP_SGD,
        ]
        assert ledger.spent_history(store, DELTA)[-1].spent.epsilon == pytest.approx(
            spent(released, DELTA).epsilon, abs=1e-12
        )


def test_expired_rows_give_nothing_back_and_pools_of_two_dates_compose(shop: Shop) -> None:
    first = a_plan()
    shop.ask(first)
    with shop.open() as store:
        shoppers = [(f"k{n}", 1, 1) for n in range(5)]
        store.db.conn.executemany(
            "INSERT INTO shoppers (shopper_key, consent, personalise) VALUES (?,?,?)", shoppers
        )
        before = spent(ledger.mechanisms(store), DELTA).epsilon
        store.db.conn.execute("DELETE FROM shoppers")
        assert spent(ledger.mechanisms(store), DELTA).epsilon == before > 0
    second = a_plan(round=2, train_before_at="2026-10-20T00:00:00Z")
    third = a_plan(round=3, train_before_at="2026-10-20T00:00:00Z", task=Task.EVALUATE)
    shop.ask(second)
    shop.ask(third)
    assert len({pool_of(p) for p in (first, second, third)}) == 3
    with shop.open() as store:
        charged = ledger.mechanisms(store)
        together = ledger.spent_history(store, DELTA)[-1].spent.epsilon
    assert [m.pool for m in charged] == [pool_of(p) for p in (first, second, third)]
    one_pool = [replace(m, pool="train") for m in charged]
    assert together == spent(one_pool, DELTA).epsilon
    assert together > max(spent([m], DELTA).epsilon for m in charged)


def test_more_shoppers_than_the_tier_are_refused_and_the_reason_stays_here(shop: Shop) -> None:
    with shop.open() as store:
        rows = ((f"k{n}",) for n in range(TIER_LIMIT["small"] + 1))
        with transaction(store.db) as conn:
            conn.executemany("INSERT INTO shoppers (shopper_key) VALUES (?)", rows)
    with pytest.raises(PlanRefused, match="tier") as caught:
        shop.ask(a_plan())
    assert caught.value.code == "unavailable" and shop.calls == 0
    with shop.open() as store:
        assert rounds.received(store)[0].code == "tier-too-small"
        assert ledger.entries(store) == ()
    shop.policy = Policy(tier="medium")
    shop.ask(a_plan(delta=1e-5))


def test_no_figure_is_not_a_number(shop: Shop) -> None:
    shop.ask(a_plan())
    with shop.open() as store:
        assert all(math.isfinite(v.spent.epsilon) for v in ledger.spent_history(store, DELTA))
        assert mechanisms(ledger.entries(store))
