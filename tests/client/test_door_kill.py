"""kill -9 at every single SQL statement of an answer: never under-counts, never sends two noises."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from client.door import answer
from client.store import Store, ledger, rounds
from common.settings import Settings
from tests.client.door_shop import NOW, Shop, a_plan, fresh_noise

pytestmark = [
    pytest.mark.privacy,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]


def answer_and_die(shop: Shop, plan: Any, at_statement: int, log: Path) -> bool:
    """In a child that gets SIGKILL at the n-th statement; True when it came through alive."""
    pid = os.fork()
    if pid == 0:
        seen = 0

        def count(_: str) -> None:
            nonlocal seen
            seen += 1
            if seen == at_statement:
                os.kill(os.getpid(), signal.SIGKILL)

        def work(store: Store, settings: Settings, asked: Any) -> Any:
            with log.open("a") as f:
                f.write("trained\n")
            return fresh_noise(store, settings, asked)

        try:
            store = Store.open(shop.home)
            store.db.conn.set_trace_callback(count)
            report = answer(
                store, Settings(), shop.identity, plan, shop.coordinator.public, NOW, work=work
            )
            (shop.home / "sent").write_bytes(rounds.pack(report))
            os._exit(0)
        except BaseException:
            os._exit(3)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def test_kill_at_every_statement(tmp_path: Path) -> None:
    survived = False
    statement, states = 0, set()
    while not survived:
        statement += 1
        shop, log = Shop(tmp_path / str(statement)), tmp_path / f"{statement}.log"
        shop.open().close()
        plan = shop.signed(a_plan())
        survived = answer_and_die(shop, plan, statement, log)
        trained = len(log.read_text().splitlines()) if log.exists() else 0
        with shop.open() as store:
            assert ledger.verify_store(store, shop.identity.public) == []
            # never under-counts: whoever trained had been charged before
            assert len(ledger.mechanisms(store)) >= trained
            kept = rounds.answered(store, plan)
            states.add((len(ledger.mechanisms(store)), trained, kept is not None))
        again = shop.ask(a_plan())
        if kept is not None:
            assert rounds.pack(again) == rounds.pack(kept) and shop.calls == 0
        else:
            assert shop.calls == 1
        with shop.open() as store:
            assert ledger.verify_store(store, shop.identity.public) == []
            assert len(ledger.mechanisms(store)) == trained + shop.calls or trained == 0
            assert len(rounds.history(store)) == 1
    # the sweep went through every kind of wreck
    assert {(0, 0, False), (1, 0, False), (1, 1, False), (1, 1, True)} <= states
    assert statement > 15
