"""kill -9 at every single SQL statement of an answer: never under-counts, never sends two noises."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.door import answer
from client.store import Store, held, ledger, receipts, rounds
from common.errors import LedgerBroken, PlanRefused
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport
from common.settings import Policy, Settings
from tests.client.door_shop import NOW, Shop, fresh_noise
from tests.client.fake_book import FakeBook

pytestmark = [
    pytest.mark.privacy,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]

#: Kill at this "statement": in the middle of the private work.
IN_WORK = -1


@dataclass
class Scene:
    """A shop in a state, and the plan that comes in next."""

    shop: Shop
    plan: RoundPlan
    receipt: Receipt | None = None
    n_before: int = 0

    def copy(self, to: Path) -> Scene:
        """The same shop in another folder."""
        shutil.copytree(self.shop.home, to)
        shop = Shop(to, self.shop.identity, self.shop.coordinator, self.shop.policy)
        return Scene(shop, self.plan, self.receipt, self.n_before)

    @property
    def log(self) -> Path:
        """A line for every time that rows were touched."""
        return self.shop.home / "trained.log"

    @property
    def trained(self) -> int:
        """How often rows were touched."""
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    def go(self, kill_at: int) -> bool:
        """Answer in a child that gets SIGKILL at the n-th statement; True when it lived."""
        pid = os.fork()
        if pid == 0:
            os._exit(self._child(kill_at))
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return not os.WIFSIGNALED(status)

    def _child(self, kill_at: int) -> int:
        seen = 0

        def die() -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        def count(_: str) -> None:
            nonlocal seen
            seen += 1
            if seen == kill_at:
                die()

        def work(store: Store, chosen: Settings, asked: RoundPlan) -> Any:
            with self.log.open("a") as f:
                f.write("trained\n")
            if kill_at == IN_WORK:
                die()
            return fresh_noise(store, chosen, asked)

        try:
            store = Store.open(self.shop.home)
            store.db.conn.set_trace_callback(count)
            (self.shop.home / "sent").write_bytes(rounds.pack(self.answer(store, work)))
        except (PlanRefused, LedgerBroken) as e:
            return 0 if e.code in ("held", "ledger-broken") else 3
        except BaseException:
            return 3
        return 0

    def answer(self, store: Store, work: Any) -> RoundReport:
        """One restart of the client."""
        shop = self.shop
        return answer(
            store,
            Settings(policy=shop.policy),
            shop.identity,
            self.plan,
            shop.coordinator.public,
            NOW,
            work=work,
            receipt=self.receipt,
        )

    def again(self) -> RoundReport:
        """In this process, which lives; counts the work in `shop.calls`."""

        def work(store: Store, chosen: Settings, asked: RoundPlan) -> Any:
            self.shop.calls += 1
            return fresh_noise(store, chosen, asked)

        with self.shop.open() as store:
            return self.answer(store, work)

    def check_wreck(self) -> tuple[int, int, bool]:
        """What a kill may leave: charges, work that was done, and whether an answer is kept."""
        with self.shop.open() as store:
            assert receipts.verify_all(store, self.shop.identity.public, NOW) == []
            charged = len(ledger.mechanisms(store)) - self.n_before
            assert charged >= self.trained  # whoever touched rows had been charged before
            kept = rounds.answered(store, self.plan)
            if (self.shop.home / "sent").exists():
                assert kept is not None
                assert rounds.pack(kept) == (self.shop.home / "sent").read_bytes()
            return charged, self.trained, kept is not None

    def check_end(self, report: RoundReport, charged: int, kept: bool) -> None:
        """After the restart: the same bytes for nothing, or new ones for a new charge."""
        assert self.shop.calls == (0 if kept else 1)
        with self.shop.open() as store:
            assert receipts.verify_all(store, self.shop.identity.public, NOW) == []
            assert len(ledger.mechanisms(store)) - self.n_before == charged + self.shop.calls
            mine = [s for s in rounds.history(store) if s.plan_digest == self.plan.digest()]
            assert [s.content_digest for s in mine] == [report.content_digest()]
            if self.receipt is not None:
                assert receipts.last(store) == self.receipt
        reserve, commit = report.ledger_tail[-2], report.ledger_tail[-1]
        assert reserve.mechanism == report.mechanism and commit.reservation == reserve.sequence
        assert commit.report_digest == report.content_digest()
        assert commit.head == report.ledger_head


@dataclass
class Sweep:
    """Kill at statement 1, 2, 3 and so on, until one lives."""

    scene: Scene
    folder: Path
    states: set[tuple[int, int, bool]] = field(default_factory=set)
    statements: int = 0

    def run(self, after: Callable[[Scene], None] | None = None) -> Sweep:
        """Every time in a fresh copy of the shop; `after` looks at each wreck and restarts."""
        for number in [IN_WORK, *range(1, 500)]:
            scene = self.scene.copy(self.folder / str(number))
            lived = scene.go(number)
            if after is not None:
                after(scene)
            else:
                state = scene.check_wreck()
                self.states.add(state)
                scene.check_end(scene.again(), state[0], state[2])
            if lived and number != IN_WORK:
                self.statements = number
                return self
        raise AssertionError("it never ended")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop")
    shop.open().close()
    return shop


def test_kill_at_every_statement(shop: Shop, tmp_path: Path) -> None:
    sweep = Sweep(Scene(shop, FakeBook.of(shop).plan()), tmp_path).run()
    # the sweep went through every kind of wreck
    assert {(0, 0, False), (1, 0, False), (1, 1, False), (1, 1, True)} <= sweep.states
    assert sweep.statements > 15


def second_plan(shop: Shop) -> Scene:
    """One round was answered, its receipt comes with the next plan."""
    book = FakeBook.of(shop)
    first = book.plan(round=1)
    [receipt] = book.close(first, [shop.ask(first)])
    return Scene(shop, book.plan(round=2), receipt, 1)


def test_a_plan_with_a_receipt(shop: Shop, tmp_path: Path) -> None:
    sweep = Sweep(second_plan(shop), tmp_path).run()
    assert {(0, 0, False), (1, 0, False), (1, 1, False), (1, 1, True)} <= sweep.states


def test_after_an_attempt_that_was_lost(shop: Shop, tmp_path: Path) -> None:
    scene = Scene(shop, FakeBook.of(shop).plan())
    assert not scene.go(IN_WORK)
    scene.log.unlink()
    scene.n_before = 1
    sweep = Sweep(scene, tmp_path).run()
    assert {(0, 0, False), (1, 1, True)} <= sweep.states


def test_a_resend_changes_nothing_wherever_it_is_killed(shop: Shop, tmp_path: Path) -> None:
    scene = Scene(shop, FakeBook.of(shop).plan())
    first = rounds.pack(scene.again())
    shop.calls = 0

    def after(wreck: Scene) -> None:
        assert rounds.pack(wreck.again()) == first
        assert wreck.shop.calls == wreck.trained == 0
        assert wreck.check_wreck() == (1, 0, True)

    Sweep(scene, tmp_path).run(after)


def test_a_report_that_is_held(shop: Shop, tmp_path: Path) -> None:
    """Nothing leaves, whatever the kill leaves behind; at most one set of bytes waits."""
    shop.policy = Policy(hold=True)
    states = set()

    def after(wreck: Scene) -> None:
        charged, trained, kept = wreck.check_wreck()
        with wreck.shop.open() as store:
            waits = held.state(store, wreck.plan.digest(), NOW)
            bytes_before = held.tensors(store, wreck.plan.digest()) if waits else None
        states.add((charged, trained, waits))
        with pytest.raises(PlanRefused) as caught:
            wreck.again()
        assert caught.value.code == "held" and not kept
        assert wreck.shop.calls == (0 if waits else 1)
        with wreck.shop.open() as store:
            assert rounds.history(store) == []
            assert len(ledger.mechanisms(store)) == charged + wreck.shop.calls
            tensors = held.tensors(store, wreck.plan.digest())
            if bytes_before is not None:
                assert bytes_before["a"].tobytes() == tensors["a"].tobytes()

    Sweep(Scene(shop, FakeBook.of(shop).plan()), tmp_path).run(after)
    assert {(0, 0, None), (1, 0, None), (1, 1, None), (1, 1, "held")} <= states


def test_an_approved_report_on_its_way_out(shop: Shop, tmp_path: Path) -> None:
    shop.policy = Policy(hold=True)
    scene = Scene(shop, FakeBook.of(shop).plan())
    with pytest.raises(PlanRefused, match="waits"):
        scene.again()
    shop.calls = 0
    with shop.open() as store:
        held.approve(store, scene.plan.digest(), NOW)
        tensors = held.tensors(store, scene.plan.digest())

    def after(wreck: Scene) -> None:
        wreck.check_wreck()
        report = wreck.again()
        assert report.tensors["a"].tobytes() == tensors["a"].tobytes()
        assert wreck.shop.calls == wreck.trained == 0
        wreck.check_end(report, 1, True)

    Sweep(scene, tmp_path).run(after)


def test_a_rollback_stays_proved(shop: Shop, tmp_path: Path) -> None:
    """Killed while the evidence is kept: broken at once, or as soon as the receipt comes again."""
    scene = second_plan(shop)
    (shop.home / "hansa.db").unlink()
    shop.open().close()
    seen = set()

    def after(wreck: Scene) -> None:
        with wreck.shop.open() as store:
            seen.add(bool(receipts.verify_all(store, shop.identity.public, NOW)))
        with pytest.raises(LedgerBroken, match="reinstalled"):
            wreck.again()
        wreck.receipt = None
        with pytest.raises(LedgerBroken, match="reinstalled"):
            wreck.again()
        assert wreck.trained == wreck.shop.calls == 0

    Sweep(scene, tmp_path).run(after)
    assert seen == {True, False}


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(IN_WORK, 40).filter(bool), min_size=2, max_size=5))
def test_killed_again_and_again(tmp_path_factory: pytest.TempPathFactory, kills: list[int]) -> None:
    """One plan, several crashes in a row: every attempt that touched rows is charged."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    shop.open().close()
    scene = second_plan(shop)
    shop.calls = 0
    sent = set()
    for number in kills:
        scene.go(number)
        charged, trained, kept = scene.check_wreck()
        if kept:
            sent.add((shop.home / "sent").read_bytes() if (shop.home / "sent").exists() else b"")
        assert charged >= trained
    report = scene.again()
    scene.check_end(report, charged, kept)
    assert sent - {b""} <= {rounds.pack(report)}
