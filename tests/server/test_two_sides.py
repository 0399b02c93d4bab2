"""Real merchants' ledgers before a real coordinator's book, without a network: both sides keep heads."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from flwr.app import Error, Message

from client import door
from client.store import Store, ledger, receipts
from common import book_file, ledger_file, wire
from common.audit.verify import audit
from common.errors import FederationError
from common.features import default_spec
from common.keys import Identity
from common.privacy import PrivacyBudget
from common.rounds import Task
from common.settings import Policy, Settings
from server.book_export import book_export
from server.receipts import receipts as countersigned
from server.registry import Registry
from server.strategy import LeagueRun
from tests.server.fake_league import FakeGrid, Shop, options

INITIAL = {"w": np.zeros((2, 2), np.float32)}


def work(store: Store, settings: Settings, plan: object) -> dict[str, np.ndarray]:
    """The private work of a test: other bytes every time."""
    rng = np.random.default_rng()
    shape = (2, 2) if plan.task is Task.TRAIN else (2, plan.n_bins)
    name = "w" if plan.task is Task.TRAIN else "histogram"
    return {name: rng.normal(0, 1e-3, shape).astype(np.float32)}


class Member(Shop):
    """A merchant whose ledger, door and receipts are the client's own."""

    def __init__(self, home: Path, node_id: int, coordinator: Identity) -> None:
        super().__init__(home.name, node_id)
        self.home, self.coordinator, self.errors = home, coordinator.public, []

    def answer(self, message: Message) -> Message:
        content, receipt = wire.take_receipt(message.content)
        now = datetime.now(UTC)
        try:
            with Store.open(self.home, create=True) as store:
                if message.metadata.message_type == wire.BUNDLE:
                    if receipt is not None:
                        receipts.take(store, self.identity.public, self.coordinator, receipt, now)
                    return Message(wire.installed_to_records("d" * 64), reply_to=message)
                report = door.answer(
                    store, Settings(policy=Policy(epsilon=20.0)), self.identity,
                    wire.plan_from_records(content), self.coordinator, now,
                    work=work, receipt=receipt,
                )  # fmt: skip
        except Exception as e:
            self.errors.append(e)
            return Message(Error(code=2, reason=door.reason_of(e)), reply_to=message)
        return Message(wire.report_to_records(report), reply_to=message)

    def countersigned(self) -> tuple:
        with Store.open(self.home) as store:
            return receipts.all(store, self.coordinator)

    def export(self, folder: Path) -> Path:
        with Store.open(self.home) as store:
            budget = PrivacyBudget(20.0, 1e-5)
            made = ledger.export(store, self.identity, budget, self.coordinator.hex)
        path = folder / f"{self.name}.json"
        path.write_bytes(ledger_file.dump(made))
        return path


class TwoSides:
    """A coordinator and its members in one folder."""

    def __init__(self, folder: Path, n: int = 3) -> None:
        self.folder, self.identity = folder, Identity.generate()
        self.registry = Registry(folder / "registry.db", self.identity)
        self.members = [Member(folder / f"shop{i}", 7 + i, self.identity) for i in range(n)]
        for member in self.members:
            self.registry.add_merchant(member.merchant())
        spec = default_spec().digest()
        chosen = options(train_before_at="2026-01-01T00:00:00Z", round_s=60.0)
        self.registry.add_run("r1", chosen, 4.0, spec, INITIAL)
        self.grid = FakeGrid(self.members)

    def run(self) -> LeagueRun:
        row = self.registry.run("r1")
        return LeagueRun(self.grid, self.registry, row, ("w",), lambda _: None)

    def refused(self, member: Member) -> list[str]:
        last = self.registry.rounds("r1")[-1].round
        return self.registry.refusals("r1", last)[member.identity.public.fingerprint]


def test_both_sides_hold_each_others_heads(tmp_path: Path) -> None:
    league = TwoSides(tmp_path)
    run = league.run()
    run.train_round()
    run.train_round()
    run.evaluate()
    assert run.distribute(b"zip") == 3, [m.errors for m in league.members]
    newest = countersigned(league.registry)
    for member in league.members:
        found = member.countersigned()
        assert [r.entry.round for r in found] == [1, 2, 3]
        assert found[-1] == newest[member.identity.public.fingerprint]
        with Store.open(member.home) as store:
            entries = ledger.entries(store)
            reserves = [e for e in entries if e.witnessed]
            now = datetime.now(UTC)
            assert receipts.verify_all(store, member.identity.public, now) == []
        book = league.registry.book
        assert len(reserves) == 3
        assert all(book.at(e.witnessed.sequence).head == e.witnessed for e in reserves)
    exports = tmp_path / "exports"
    exports.mkdir()
    for member in league.members:
        member.export(exports)
    export = book_export(league.registry, "Test")
    (exports / "book.json").write_bytes(book_file.dump(export.as_dict()))
    found = audit([exports])
    assert found.holds, found.as_dict()


def test_a_merchant_from_a_backup_of_before_the_last_round(tmp_path: Path) -> None:
    """Its own receipt shows it; the others go on without it."""
    league = TwoSides(tmp_path)
    run, victim = league.run(), league.members[0]
    run.train_round()
    shutil.copytree(victim.home, tmp_path / "backup")
    run.train_round()
    shutil.rmtree(victim.home)
    shutil.copytree(tmp_path / "backup", victim.home)
    run.train_round()
    assert league.refused(victim) == ["merchant-error-2"]
    (error,) = victim.errors
    assert error.code == "ledger-broken" and "roll" in error.what
    assert league.registry.rounds("r1")[-1].n_admitted == 2
    with Store.open(victim.home) as store:
        assert [e.kind.value for e in ledger.entries(store)] == ["open", "reserve", "commit"]


@pytest.mark.parametrize("how", ["backup", "reinstalled"])
def test_one_that_hides_its_receipt_is_refused_by_the_coordinator(tmp_path: Path, how: str) -> None:
    league = TwoSides(tmp_path)
    run, cheat = league.run(), league.members[0]
    run.train_round()
    shutil.copytree(cheat.home, tmp_path / "backup")
    run.train_round()
    shutil.rmtree(cheat.home)
    if how == "backup":
        shutil.copytree(tmp_path / "backup", cheat.home)
    honest, cheat.answer = cheat.answer, lambda message: None

    def deaf(message: Message) -> Message:
        rest, _ = wire.take_receipt(message.content)
        message.content = rest
        return honest(message)

    cheat.answer = deaf
    run.train_round()
    assert league.refused(cheat) == ["ledger-went-back"]
    assert league.registry.rounds("r1")[-1].n_admitted == 2


def test_a_coordinator_from_a_backup_is_refused_by_its_merchants(tmp_path: Path) -> None:
    league = TwoSides(tmp_path)
    league.registry.close()
    shutil.copy(tmp_path / "registry.db", tmp_path / "backup.db")
    league.registry = Registry(tmp_path / "registry.db", league.identity)
    run = league.run()
    run.train_round()
    run.train_round()
    league.registry.close()
    shutil.copy(tmp_path / "backup.db", tmp_path / "registry.db")
    league.registry = Registry(tmp_path / "registry.db", league.identity)
    row = league.registry.run("r1")
    league.registry.add_run("r2", row.options, 4.0, row.spec_digest, INITIAL)
    other = league.registry.run("r2")
    with pytest.raises(FederationError):
        LeagueRun(league.grid, league.registry, other, ("w",), lambda _: None).train_round()
    assert {e.code for m in league.members for e in m.errors} == {"book-went-back"}


def test_an_answer_that_came_too_late_is_proved_by_the_next_one(tmp_path: Path) -> None:
    """Charged and not admitted: the next tail shows that charge, from the older head on."""
    league = TwoSides(tmp_path)
    run, slow = league.run(), league.members[0]
    run.train_round()
    honest = slow.answer

    def late(message: Message) -> None:
        assert honest(message).has_content()

    slow.answer = late
    run.train_round()
    assert league.refused(slow) == ["no-answer"]
    slow.answer = honest
    run.train_round()
    assert league.registry.rounds("r1")[-1].n_admitted == 3
    fingerprint = slow.identity.public.fingerprint
    kept = {r.merchant: r.header for r in league.registry.admitted("r1", 3)}
    kinds = [e["kind"] for e in kept[fingerprint]["ledger_tail"]]
    assert kinds == ["reserve", "commit", "reserve", "commit"]
    with Store.open(slow.home) as store:
        assert len(ledger.entries(store)) == 7
