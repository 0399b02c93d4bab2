"""kill -9 at every SQL statement of the masked stage: at most one vector ever leaves, and it was charged."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from client import inside
from client.league.sessions import SESSIONS
from client.store import Store, ledger, receipts, rounds, sums
from common import wire
from common.ledger import EntryKind
from common.rounds import RoundPlan
from common.secagg.messages import ShareList, Stage
from tests.client.league_shops import LeagueOfShops, league_of, restart, vector
from tests.client.test_league_refused import to_stage

pytestmark = [
    pytest.mark.privacy,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]

#: Kill at this "statement": while the rows are added up.
IN_WORK = -1


def child(league: LeagueOfShops, m: str, told: ShareList, kill_at: int) -> int:
    """One process that answers the masked stage and dies on the way."""
    seen, home = 0, league.homes[m]

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def count(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == kill_at:
            die()

    def work(store: Store, settings: Any, plan: RoundPlan) -> Any:
        (home / "added-up").touch()
        if kill_at == IN_WORK:
            die()
        return vector(store.home, plan)

    def opened(*args: Any, **kwargs: Any) -> Store:
        store = real(*args, **kwargs)
        store.db.conn.set_trace_callback(count)
        return store

    try:
        real, inside._total = Store.open, work
        Store.open = opened  # type: ignore[method-assign]
        reply = league.send(m, wire.sum_to_records(told))
        _, masked = wire.masked_from_records(reply.content)
        (home / "sent").write_bytes(masked.vector)
    except BaseException:
        return 3
    return 0


def run(league: LeagueOfShops, m: str, told: ShareList, kill_at: int) -> bool:
    """In a fork; True when it lived."""
    pid = os.fork()
    if pid == 0:
        os._exit(child(league, m, told, kill_at))
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def moved(league: LeagueOfShops, m: str, to: Path) -> None:
    """The same shop, with its session, in another folder."""
    [(key, session)] = [(k, s) for k, s in SESSIONS._all.items() if k[0] == str(league.homes[m])]
    shutil.copytree(league.homes[m], to)
    league.homes[m] = to
    SESSIONS._all[str(to), key[1]] = replace(session, home=str(to))


def test_kill_at_every_statement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    league = league_of(tmp_path / "league", monkeypatch)
    plan = league.plan()
    _, lists = to_stage(league, plan, Stage.MASKED)
    m, states, start = league.names[0], set(), league.homes[league.names[0]]
    kept = dict(SESSIONS._all)
    for number in [IN_WORK, *range(1, 300)]:
        SESSIONS._all.clear()
        SESSIONS._all.update(kept)
        league.homes[m] = start
        moved(league, m, tmp_path / str(number))
        lived = run(league, m, lists[m], number)
        restart()
        states.add(wreck(league, m, plan, lists[m]))
        if lived and number != IN_WORK:
            break
    else:
        raise AssertionError("it never ended")
    assert {(0, False, False), (1, False, False), (1, True, False), (1, True, True)} <= states
    assert number > 15


def wreck(
    league: LeagueOfShops, m: str, plan: RoundPlan, told: ShareList
) -> tuple[int, bool, bool]:
    """What a kill left: charges, whether rows were added up, whether the sum counts as sent."""
    home, key = league.homes[m], league.identity(m).public
    with Store.open(home) as store:
        assert receipts.verify_all(store, key, datetime.now(UTC)) == []
        charged = len(ledger.mechanisms(store))
        ends = [e.kind for e in ledger.entries(store) if e.reservation >= 0]
        assert plan.league is not None
        task = plan.league.task(plan.run_id, plan.round, 1, plan.digest())
        joined = sums.named(store, task.digest())
        reports = rounds.history(store)
    assert joined is not None
    added, left = (home / "added-up").exists(), (home / "sent").exists()
    assert charged >= added
    # commit, report and memory are one: all of them, or none
    assert joined.sent == (ends == [EntryKind.COMMIT]) == (len(reports) == 1)
    assert joined.sent or not left
    # the next process: no second vector for the same list, and no second round of that number
    league.codes.clear()
    calls = len(league.calls)
    assert league.ask(m, wire.sum_to_records(told)) is None
    again = league.ask(m, wire.invite_to_records(plan, 2, league.roster))
    assert (again is None) == joined.sent
    assert league.codes[m] == (["round-lost", "round-answered"] if joined.sent else ["round-lost"])
    assert len(league.calls) == calls
    with Store.open(home) as store:
        assert len(ledger.mechanisms(store)) == charged
    return charged, added, joined.sent
