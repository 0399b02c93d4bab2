"""Rounds close by quorum, bad reports count for nothing, a crash loses nothing."""

import time
from datetime import UTC, datetime

import numpy as np
import pytest

from common.errors import FederationError, InternalError
from common.rounds import Task
from server.planning import draft_plan
from tests.server.fake_league import FakeGrid, League, Shop, options
from tests.server.fake_ledger import FakeLedger


def shops(*behaviours):
    return [Shop(f"shop{i}", 2**63 + i, b, value=i + 1) for i, b in enumerate(behaviours)]


def test_a_whole_run(tmp_path):
    league = League(tmp_path, shops("answer", "answer", "answer"))
    run = league.run()
    while run.wants_training:
        run.train_round()
    run.evaluate()
    assert run.distribute(b"zip") == 3
    rows = league.registry.rounds("r1", tensors=True)
    assert [(r.round, r.task, r.status, r.n_admitted) for r in rows] == [
        (1, Task.TRAIN, "closed", 3),
        (2, Task.TRAIN, "closed", 3),
        (3, Task.TRAIN, "closed", 3),
        (4, Task.EVALUATE, "closed", 3),
    ]
    # mean of .01, .02, .03 in each of three rounds; the frozen tensor stays
    np.testing.assert_allclose(run.state.tensors["w"], np.full((2, 2), 0.06), rtol=1e-5)
    np.testing.assert_array_equal(run.state.tensors["frozen"], np.ones(3))
    np.testing.assert_array_equal(rows[3].result["histogram"][0], [27, 15, 6, 3])
    assert 0.5 < run.state.metrics["auc"] < 1
    assert all(s.trained == 4 for s in league.shops)


def test_plans_are_signed_and_say_what_was_chosen(tmp_path):
    league = League(tmp_path, shops("answer", "answer"))
    league.run().train_round()
    row = league.registry.rounds("r1")[0]
    assert row.plan["noise_multiplier"] == 1.0 and row.plan["sampling_rate"] == 0.5
    plan_bytes = b"hansa-plan-v1\n"
    from common.canonical import canonical

    assert league.identity.public.verify(plan_bytes + canonical(row.plan), row.signature)


def test_a_dead_merchant_does_not_hold_the_round(tmp_path):
    league = League(
        tmp_path, shops("answer", "answer", "silent"), options(round_s=30.0, straggler_s=0.2)
    )
    began = time.monotonic()
    league.run().train_round()
    assert time.monotonic() - began < 5
    row = league.registry.rounds("r1")[0]
    assert (row.status, row.n_asked, row.n_admitted) == ("closed", 3, 2)
    dead = league.shops[2].identity.public.fingerprint
    assert league.registry.refusals("r1", 1)[dead] == ["no-answer"]


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [("error", "merchant-error-2"), ("garbage", "unreadable"), ("forged", "wrong-signature")],
)
def test_what_is_not_a_good_report_does_not_enter_the_mean(tmp_path, behaviour, code):
    league = League(tmp_path, shops("answer", "answer", behaviour))
    run = league.run()
    run.train_round()
    np.testing.assert_allclose(run.state.tensors["w"], np.full((2, 2), 0.015), rtol=1e-5)
    bad = league.shops[2].identity.public.fingerprint
    assert league.registry.refusals("r1", 1)[bad] == [code]


def test_below_quorum_the_round_is_void_and_the_same_plan_was_asked_again(tmp_path):
    league = League(tmp_path, shops("answer", "silent", "silent"))
    run = league.run()
    with pytest.raises(FederationError) as e:
        run.train_round()
    assert "--resume r1" in e.value.todo
    row = league.registry.rounds("r1")[0]
    assert (row.status, row.n_admitted) == ("void", 1)
    # whoever answered was not asked again, and nobody trained twice
    assert league.shops[0].trained == 1 and len(league.shops[0].asked) == 1
    # the void plan was paid for: it counts against the run's plans
    again = league.run()
    assert again.state.trained == 1 and again.state.next_round == 2


def test_a_late_merchant_saves_the_second_attempt(tmp_path):
    late = shops("answer", "silent", "silent")
    league = League(tmp_path, late)
    run = league.run()
    attempt = run.protocol.attempt

    def then_wakes(*args):
        attempt(*args)
        late[1].behaviour = "answer"

    run.protocol.attempt = then_wakes
    run.train_round()
    row = league.registry.rounds("r1")[0]
    assert (row.status, row.n_admitted) == ("closed", 2)


def test_a_crash_in_a_round_costs_nobody_a_second_charge(tmp_path):
    league = League(tmp_path, shops("answer", "answer", "answer"))
    run = league.run()
    run.train_round()
    before = run.state.tensors

    class Killed(Exception):
        pass

    def killed(*_, **__):
        raise Killed

    run.registry.close_round, kept = killed, run.registry.close_round
    with pytest.raises(Killed):
        run.train_round()
    run.registry.close_round = kept
    assert [r.status for r in league.registry.rounds("r1")] == ["closed", "open"]

    again = league.run()
    assert again.state.open is not None and again.wants_training
    np.testing.assert_array_equal(again.state.tensors["w"], before["w"])
    while again.wants_training:
        again.train_round()
    again.evaluate()
    assert [r.round for r in league.registry.rounds("r1")] == [1, 2, 3, 4]
    # round 2's very plan was sent again: asked five times, trained four times
    for shop in league.shops:
        assert shop.trained == 4 and len(shop.asked) == 5
        assert shop.asked[1] == shop.asked[2]
    np.testing.assert_allclose(again.state.tensors["w"], np.full((2, 2), 0.06), rtol=1e-5)


def test_a_crash_in_the_evaluation_is_resumed(tmp_path):
    league = League(tmp_path, shops("answer", "answer"))
    run = league.run()
    while run.wants_training:
        run.train_round()
    draft = draft_plan(run.run, run.state, Task.EVALUATE, datetime.now(UTC))
    league.registry.open_round(draft, 2)
    again = league.run()
    assert not again.wants_training and not again.state.evaluated
    again.evaluate()
    assert [r.round for r in league.registry.rounds("r1")] == [1, 2, 3, 4]
    assert again.state.metrics["merchants"] == 2


def test_banned_and_offline_merchants_are_not_asked(tmp_path):
    league = League(tmp_path, shops("answer", "answer", "answer", "answer"))
    league.registry.set_ban(league.shops[0].identity.public.fingerprint, "spam")
    league.grid.online.discard(league.shops[1].node_id)
    league.run().train_round()
    assert [len(s.asked) for s in league.shops] == [0, 0, 1, 1]


def test_an_unknown_node_is_not_asked(tmp_path):
    league = League(tmp_path, shops("answer", "answer"))
    stranger = Shop("stranger", 77)
    league.grid = FakeGrid([*league.shops, stranger])
    league.run().train_round()
    assert stranger.asked == []


def test_too_few_online_ends_with_a_message(tmp_path):
    league = League(tmp_path, shops("answer", "answer"))
    league.grid.online = {league.shops[0].node_id}
    with pytest.raises(FederationError) as e:
        league.run().train_round()
    assert "Too few merchants" in e.value.what and e.value.exit_code == 5
    assert league.registry.rounds("r1") == []


def test_too_few_evaluations_only_mean_no_figures(tmp_path):
    league = League(tmp_path, shops("answer", "answer"))
    run = league.run()
    while run.wants_training:
        run.train_round()
    for shop in league.shops:
        shop.behaviour = "error"
    run.evaluate()
    assert run.state.evaluated and run.state.metrics is None
    assert league.registry.rounds("r1")[-1].status == "void"


def test_a_replayed_ledger_is_refused(tmp_path):
    league = League(tmp_path, shops("answer", "answer", "answer"))
    run = league.run()
    run.train_round()
    shop = league.shops[2]
    shop.ledger, shop.take = FakeLedger(shop.identity), lambda receipt: None  # started anew
    run.train_round()
    who = league.shops[2].identity.public.fingerprint
    assert league.registry.refusals("r1", 2)[who] == ["ledger-went-back"]


def test_a_bundle_that_was_lost_while_reconnecting_is_sent_again(tmp_path, monkeypatch):
    monkeypatch.setattr("server.strategy.INSTALL_S", 0.3)
    league = League(tmp_path, shops("answer", "answer", "answer"))
    league.grid.loses = [league.shops[1].node_id]
    run = league.run()
    assert run.distribute(b"zip") == 3
    assert [s.installed for s in league.shops] == [1, 1, 1]
    league.grid.loses = [league.shops[1].node_id] * 9  # gone for good: the run ends all the same
    assert run.distribute(b"zip") == 2
    # who has installed it is not sent it again
    assert [s.installed for s in league.shops] == [2, 1, 2]


def test_the_protocol_must_fit_the_noise(tmp_path):
    league = League(tmp_path, shops("answer", "answer"))
    from common.privacy import PrivacyMode

    class Other:
        mode = PrivacyMode.LEAGUE

        def attempt(self, *_):
            raise AssertionError

    row = league.registry.run("r1")
    from server.strategy import LeagueRun

    with pytest.raises(InternalError):
        LeagueRun(league.grid, league.registry, row, ("w",), print, Other())


def test_who_holds_its_report_is_asked_again_in_the_attempt(tmp_path, monkeypatch):
    """The owner says yes to the report while the round is on; without hold time it is void."""
    from flwr.app import Error, Message

    monkeypatch.setattr("server.protocol.ASK_AGAIN_S", 0.05)

    def holding(shop, times):
        honest, asked = shop.answer, []

        def answer(message):
            asked.append(1)
            if len(asked) <= times:
                return Message(Error(code=2, reason="PlanRefused:held"), reply_to=message)
            return honest(message)

        shop.answer = answer
        return asked

    members = shops("answer", "answer", "error")
    asked = holding(members[1], 3)
    league = League(tmp_path, members, options(quorum=0.6, void_limit=1, hold_s=5.0))
    began = time.monotonic()
    league.run().train_round()
    assert time.monotonic() - began < 3 and len(asked) == 4
    assert league.registry.rounds("r1")[0].n_admitted == 2
    # a plain no is not asked again
    (tmp_path / "other").mkdir()
    members = shops("answer", "answer")
    asked = holding(members[1], 9)
    league = League(tmp_path / "other", members, options(void_limit=1))
    with pytest.raises(FederationError):
        league.run().train_round()
    assert len(asked) == 1
