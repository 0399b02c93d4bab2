"""Receipts: each merchant gets its own with the next message, and after a crash the very same."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.errors import FederationError
from common.receipts import Receipt
from server.receipts import receipts
from server.registry import Registry
from tests.server.fake_league import League, Shop, options


def a_league(tmp_path: Path, *behaviours: str) -> League:
    names = behaviours or ("answer", "answer", "answer")
    return League(tmp_path, [Shop(f"shop{i}", 7 + i, b, i + 1) for i, b in enumerate(names)])


def check(league: League, shop: Shop, receipt: Receipt) -> None:
    assert receipt.problems(league.identity.public) == []
    assert receipt.merchant == shop.identity.public.fingerprint
    assert receipt.head in [e.head for e in shop.ledger.entries]
    sent = {r.digest(): r for r in shop.kept.values()}
    assert sent[receipt.report_digest].ledger_head == receipt.head
    assert receipt.entry in league.registry.book.entries()


def test_every_admitted_report_is_countersigned_with_the_next_message(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    run = league.run()
    run.train_round()
    assert [len(s.receipts) for s in league.shops] == [0, 0, 0]
    run.train_round()
    assert [len(s.receipts) for s in league.shops] == [1, 1, 1]
    run.evaluate()
    run.distribute(b"zip")
    for shop in league.shops:
        assert [r.entry.round for r in shop.receipts] == [1, 2, 3]
        for receipt in shop.receipts:
            check(league, shop, receipt)
        # the tail of a report begins after the head of the receipt that came with its plan
        tails = [r.ledger_tail for r in shop.kept.values()]
        assert [t[0].sequence for t in tails] == [0, 3, 5]


def test_a_void_round_is_countersigned_too(tmp_path: Path) -> None:
    league = a_league(tmp_path, "answer", "silent", "silent")
    with pytest.raises(FederationError):
        league.run().train_round()
    found = receipts(league.registry)
    shop = league.shops[0]
    assert set(found) == {shop.identity.public.fingerprint}
    receipt = found[shop.identity.public.fingerprint]
    check(league, shop, receipt)
    assert receipt.entry.status == "void"
    for other in league.shops:
        other.behaviour = "answer"
    league.run().train_round()
    assert shop.receipts == [receipt]


def test_who_was_not_there_gets_it_later(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    run, late = league.run(), league.shops[2]
    run.train_round()
    league.grid.online.discard(late.node_id)
    run.train_round()
    assert late.receipts == []
    league.grid.online.add(late.node_id)
    run.train_round()
    assert [r.entry.round for r in late.receipts] == [1]
    assert [r.entry.round for r in league.shops[0].receipts] == [1, 2]
    assert league.registry.rounds("r1")[-1].n_admitted == 3


def test_after_a_crash_it_is_the_same_bytes(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    league.run().train_round()
    first = receipts(league.registry)
    league.registry.close()
    again = receipts(Registry(tmp_path / "registry.db", league.identity))
    assert first == again and len(first) == 3


def test_an_open_round_is_asked_again_with_the_same_receipts(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    run = league.run()
    run.train_round()

    class Killed(Exception):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    kept, run.registry.close_round = run.registry.close_round, killed
    with pytest.raises(Killed):
        run.train_round()
    run.registry.close_round = kept
    league.run().train_round()
    assert league.registry.rounds("r1")[-1].n_admitted == 3
    assert all(len(s.receipts) == 1 and s.trained == 2 for s in league.shops)


def test_an_open_plan_that_another_run_overtook_is_given_up(tmp_path: Path) -> None:
    """Its stored answers prove growth from an older head: asking again would accuse the honest."""
    league = a_league(tmp_path)
    run = league.run()
    run.registry.close_round, kept = (lambda *_, **__: 1 / 0), run.registry.close_round
    with pytest.raises(ZeroDivisionError):
        run.train_round()
    run.registry.close_round = kept
    row = league.registry.run("r1")
    league.registry.add_run("r2", options(), 1.0, row.spec_digest, row.initial)
    other = type(run)(
        league.grid, league.registry, league.registry.run("r2"), ("w",), lambda _: None
    )
    other.train_round()
    again = league.run()
    assert [r.status for r in league.registry.rounds("r1")] == ["void"]
    assert (again.state.trained, again.state.next_round) == (1, 2)
    again.train_round()
    assert league.registry.rounds("r1")[-1].n_admitted == 3
