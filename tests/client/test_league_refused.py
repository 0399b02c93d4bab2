"""What a merchant refuses of a secure sum, at which stage, and that nothing is charged that was not sent."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from client import inside
from client.league import rules
from client.league.sessions import MOST, SESSIONS
from client.store import Store, ledger, rounds
from client.store import roster as pins
from common import wire
from common.errors import Refusal
from common.keys import Identity
from common.privacy import PrivacyMode
from common.rounds import RoundPlan, Task
from common.secagg import messages
from common.secagg.messages import Stage
from common.secagg.roster import Roster
from common.secagg.server_side import SumResult, SumServer
from common.secagg.terms import LeagueTerms
from common.settings import Policy
from tests.client.door_shop import at
from tests.client.league_shops import LeagueOfShops, league_of, restart, signed

pytestmark = pytest.mark.privacy


@pytest.fixture
def league(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LeagueOfShops:
    return league_of(tmp_path, monkeypatch)


def policy(league: LeagueOfShops, merchant: str, line: str) -> None:
    """One more line under [policy]."""
    path = league.homes[merchant] / "hansa.toml"
    text = path.read_text()
    head = "" if "[policy]" in text else "[policy]\n"
    path.write_text(f"{text}{head}{line}\n")


def invite(
    league: LeagueOfShops, plan: RoundPlan, roster: Roster | None = None, attempt: int = 1
) -> set[str]:
    """The first merchant is invited; the codes it refuses with."""
    m = league.names[0]
    league.codes.clear()
    league.ask(m, wire.invite_to_records(plan, attempt, roster or league.roster))
    return set(league.codes.get(m, []))


def changed(league: LeagueOfShops, plan: RoundPlan, **codec: Any) -> RoundPlan:
    """The plan with another codec, signed."""
    terms = plan.league
    assert terms is not None
    return signed(league, plan, league=replace(terms, codec=replace(terms.codec, **codec)))


def terms_for(league: LeagueOfShops, plan: RoundPlan, **changes: Any) -> RoundPlan:
    return signed(league, plan, league=league.terms(plan, **changes))


def test_every_rule_on_the_terms(league: LeagueOfShops) -> None:
    plan = league.plan()
    wrong: list[tuple[str, RoundPlan]] = [
        ("league-seed", changed(league, plan, seed="run-1/2")),
        ("league-padding", signed(league, plan, league=padded(plan))),
        ("league-dimension", terms_for(league, plan, dimension=15)),
        ("noise-too-small", signed(league, plan, noise_multiplier=9.0)),
        ("noise-of-another-plan", signed(league, plan, clip_norm=0.5)),
        ("noise-slack", signed(league, plan, league=no_slack(plan))),
        ("noise-few-survivors", terms_for(league, plan, n_min=2)),
        ("noise-few-colluders", terms_for(league, plan, f=0)),
        ("modulus-too-small", changed(league, plan, bits=16)),
        ("modulus-too-small", signed(league, plan, league=crowded(plan))),
        ("group-too-small", terms_for(league, plan, n_min=6, n_max=6)),
    ]
    for code, bad in wrong:
        assert invite(league, bad) == {code}, code
    [line, *_] = league.diary(league.names[0])
    assert line.outcome == "refused" and line.code == "group-too-small" and line.reasons
    assert league.untouched()
    assert invite(league, plan) == set()


def padded(plan: RoundPlan) -> LeagueTerms:
    terms = plan.league
    assert terms is not None
    codec = replace(terms.codec, block=1 << 15)
    return replace(terms, codec=codec, noise=replace(terms.noise, dimension=codec.length))


def no_slack(plan: RoundPlan) -> LeagueTerms:
    terms = plan.league
    assert terms is not None
    return replace(terms, noise=replace(terms.noise, slack=0.0))


def crowded(plan: RoundPlan) -> LeagueTerms:
    terms = plan.league
    assert terms is not None
    return replace(terms, noise=replace(terms.noise, n_max=10**30))


def test_every_rule_on_the_plan(league: LeagueOfShops) -> None:
    plan = league.plan(Task.TRAIN)
    late = at(datetime.now(UTC) + timedelta(hours=3))
    wrong = [
        ("many-local-steps-in-league", signed(league, plan, local_steps=2)),
        ("clocks-apart", signed(league, plan, **late)),
        ("deadline-passed", signed(league, plan, deadline_at=plan.issued_at)),
        ("wrong-message", signed(league, plan, mode=PrivacyMode.OWN, league=None)),
        ("league-terms", signed(league, plan, league=None)),
        ("too-little-noise", signed(league, plan, noise_multiplier=0.1)),
        ("no-book", signed(league, plan, book=None)),
        ("wrong-signature", replace(plan, round=7)),
        ("league-dimension", signed(league, plan, tensors={"a": np.zeros(3, np.float32)})),
        ("league-terms", named_too_long(league, plan)),
    ]
    for code, bad in wrong:
        assert invite(league, bad) == {code}, code
    assert league.untouched()
    # and the other way round: a league plan on the own-noise way
    reply = league.send(league.names[0], wire.plan_to_records(plan), kind="train")
    assert reply.error.reason == "PlanRefused:wrong-message" and league.untouched()


def named_too_long(league: LeagueOfShops, plan: RoundPlan) -> RoundPlan:
    long = signed(league, plan, run_id="r" * 150)
    return changed(league, long, seed=f"{'r' * 150}/1")


def test_the_merchants_policy(league: LeagueOfShops) -> None:
    plan, m = league.plan(Task.TRAIN), league.names[0]
    before = (league.homes[m] / "hansa.toml").read_text()
    for line, code in (
        ('modes = ["own-noise"]', "mode-refused"),
        ("hold = true", "hold-needs-own-noise"),
        ("league_group = 6", "group-too-small"),
        ("league_threshold = 5", "noise-few-survivors"),
        ("league_colluders = 2", "noise-few-colluders"),
        ('league_pin = "manual"', "other-roster"),
        ("epsilon = 0.01", "budget-exhausted"),
        ("paused = true", "paused"),
    ):
        policy(league, m, line)
        assert invite(league, plan) == {code}, code
        (league.homes[m] / "hansa.toml").write_text(before)
    policy(league, m, "league_group = 5")
    assert invite(league, terms_for(league, plan, n_min=3)) == {"threshold-lowered"}
    assert league.untouched()


def test_floors_are_never_below_what_protects() -> None:
    assert rules.floors(Policy(league_threshold=2, league_colluders=3)).threshold == 5
    assert rules.floors(Policy()) == rules.Floors(3, 3, 1)


def test_too_few_shoppers_leave_as_a_neutral_no(league: LeagueOfShops) -> None:
    m = league.names[0]
    with Store.open(league.homes[m]) as store:
        store.db.conn.execute("DELETE FROM shoppers WHERE shopper > 19")
        store.db.conn.commit()
    assert invite(league, league.plan(Task.TRAIN)) == {"unavailable"}
    assert [d.code for d in league.diary(m)] == ["too-few-shoppers"] and league.untouched()
    # a histogram of few is as noisy as one of many
    assert invite(league, league.plan(Task.EVALUATE)) == set()


def test_another_list_waits_for_the_owners_yes(league: LeagueOfShops) -> None:
    assert isinstance(league.run(league.plan(round=1)), SumResult)
    stranger = Identity.generate().public
    other = Roster.of([*(k for _, k in league.roster.members[:4]), stranger])
    if league.names[0] not in other.keys():  # noqa: SIM118 - a method, not a dict's
        raise AssertionError
    draft = league.plan(round=2)
    plan = signed(league, draft, league=league.terms(draft, roster=other))
    assert invite(league, plan, other) == {"other-roster"}
    [line, *_] = league.diary(league.names[0])
    assert stranger.fingerprint in line.reasons[0] and league.names[4] in line.reasons[0]
    with Store.open(league.homes[league.names[0]]) as store:
        known = pins.standing(store, league.coordinator.public)
        assert known.came == (stranger.fingerprint,) and known.went == (league.names[4],)
        assert known.pinned is not None and known.pinned.by == "first-use"
        pins.accept(store, league.coordinator.public, datetime.now(UTC), other.digest()[:8])
    assert invite(league, plan, other) == set()
    # the list beside the plan is not the one that the plan names
    assert invite(league, league.plan(round=3), other) == {"other-roster"}


def test_a_list_that_cannot_do_is_not_pinned(league: LeagueOfShops) -> None:
    mine = league.identity(league.names[0]).public
    without = Roster.of(k for _, k in league.roster.members[1:])
    alone = Roster.of([mine])
    draft = league.plan()
    for roster, code in ((without, "not-in-roster"), (alone, "group-too-small")):
        plan = signed(league, draft, league=league.terms(draft, roster=roster))
        assert invite(league, plan, roster) == {code}
    with Store.open(league.homes[league.names[0]]) as store:
        assert pins.standing(store, league.coordinator.public) == pins.Standing(None, None)


def test_a_round_is_joined_once(league: LeagueOfShops) -> None:
    plan = league.plan(round=2)
    assert invite(league, plan) == set()
    assert invite(league, plan) == {"attempt-went-back"}
    assert invite(league, league.plan(round=2, learning_rate=0.4)) == {"round-reused"}
    assert invite(league, league.plan(round=1)) == {"round-went-back"}
    assert league.untouched()
    plan = league.plan(round=3)
    assert isinstance(league.run(plan), SumResult)
    assert invite(league, plan, attempt=2) == {"round-answered"}
    assert invite(league, league.plan(round=3, learning_rate=0.4)) == {"round-reused"}
    assert league.charges(league.names[0]) == ["reserve", "commit"]


def test_a_restart_in_the_middle_loses_the_round(league: LeagueOfShops) -> None:
    """Before the sum: free. After it: charged. Later stages are refused and nothing is sent."""
    for number, stage in enumerate((Stage.SHARES, Stage.MASKED, Stage.CONFIRM, Stage.UNMASK), 1):
        plan = league.plan(round=number)

        def gone(at_stage: Stage, merchant: str, message: Any, now: Stage = stage) -> Any:
            if at_stage is now and merchant == league.names[0]:
                keys = [k for k in SESSIONS._all if k[0].endswith(league.homes[merchant].name)]
                for key in keys:
                    del SESSIONS._all[key]
            return message

        league.codes.clear()
        found = league.run(plan, tamper=gone)
        assert isinstance(found, SumResult) and league.codes == {league.names[0]: ["round-lost"]}
        [line, *_] = league.diary(league.names[0])
        assert (line.code, line.round, line.outcome) == ("round-lost", number, "refused")
    assert league.charges(league.names[0]) == ["reserve", "commit"] * 2
    assert invite(league, plan) == {"round-answered"}


def test_a_message_of_no_round_that_was_joined(league: LeagueOfShops) -> None:
    nobody = messages.KeyList("ab" * 32, ())
    assert league.ask(league.names[0], wire.sum_to_records(nobody)) is None
    assert league.codes[league.names[0]] == ["round-lost"]
    plan = league.plan()
    league.open(plan)
    assert plan.league is not None
    task = plan.league.task(plan.run_id, plan.round, 1, plan.digest()).digest()
    m = league.names[0]
    league.codes.clear()
    own = messages.Unmask(task, (), (), messages.Statement.sign(
        league.identity(m), Stage.UNMASK, task, "", ""))  # fmt: skip
    assert league.ask(m, wire.sum_to_records(own)) is None
    assert league.codes[m] == ["bad-message"]


def test_a_deadline_closes_the_session(
    league: LeagueOfShops, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1.2)
    plan = league.plan(deadline_at=soon.isoformat().replace("+00:00", "Z"))
    server = league.open(plan)
    told = server.key_list()
    m = league.names[0]
    assert SESSIONS.is_open(str(league.homes[m].resolve()), datetime.now(UTC))
    time.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()) + 0.05)
    assert not SESSIONS.is_open(str(league.homes[m].resolve()), datetime.now(UTC))
    assert league.ask(m, wire.sum_to_records(told)) is None
    assert league.codes[m] == ["round-lost"] and league.untouched()


def test_sessions_are_bounded_and_a_newer_round_ends_the_older(league: LeagueOfShops) -> None:
    m = league.names[0]
    for number in (1, 2):
        assert invite(league, league.plan(round=number)) == set()
    home = str(league.homes[m].resolve())
    assert len([k for k in SESSIONS._all if k[0] == home]) == 1
    for number in range(MOST + 3):
        assert invite(league, league.plan(run_id=f"other-{number}")) == set()
    assert len([k for k in SESSIONS._all if k[0] == home]) == MOST
    restart()


def to_stage(league: LeagueOfShops, plan: RoundPlan, stage: Stage) -> tuple[SumServer, Any]:
    """Everybody answers until a stage; what the server says for it."""
    server = league.open(plan)
    for at_stage, close in (
        (Stage.SHARES, server.key_list),
        (Stage.MASKED, server.share_lists),
        (Stage.CONFIRM, server.survivor_list),
        (Stage.UNMASK, server.survivor_proof),
    ):
        told = close()
        assert not isinstance(told, Refusal)
        if at_stage is stage:
            return server, told
        for m in league.names:
            league.answer(server, m, at_stage, told[m] if isinstance(told, dict) else told)
    raise AssertionError


def test_agreed_again_before_the_charge(league: LeagueOfShops) -> None:
    """What changed since the invitation counts: policy, budget, list, pause."""
    m = league.names[0]
    before = (league.homes[m] / "hansa.toml").read_text()
    lines = {
        "epsilon = 0.01": "budget-exhausted",
        "paused = true": "paused",
        "league_threshold = 5": "noise-few-survivors",
        'modes = ["own-noise"]': "mode-refused",
    }
    for number, (line, code) in enumerate([*lines.items(), ("", "other-roster")], 1):
        _, told = to_stage(league, league.plan(round=number), Stage.MASKED)
        league.codes.clear()
        if line:
            policy(league, m, line)
        else:
            with Store.open(league.homes[m]) as store:
                pins.forget(store, league.coordinator.public)
        for _ in range(2):  # the session is over: the same list again is refused too
            assert league.ask(m, wire.sum_to_records(told[m])) is None
            (league.homes[m] / "hansa.toml").write_text(before)
        assert league.codes[m] == [code, "round-lost"]
    assert league.charges(m) == [] and league.homes[m] not in league.calls


def test_work_that_fails_is_charged_and_says_nothing(
    league: LeagueOfShops, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = league.names[0]
    for number, bad in enumerate((RuntimeError("shopper 4711"), np.nan, "short"), 1):
        _, told = to_stage(league, league.plan(round=number), Stage.MASKED)
        league.codes.clear()

        def work(store: Store, settings: Any, plan: RoundPlan, bad: Any = bad) -> Any:
            if isinstance(bad, Exception):
                raise bad
            return np.zeros(3) if bad == "short" else np.full(16, bad)

        monkeypatch.setattr(inside, "_total", work)
        reply = league.send(m, wire.sum_to_records(told[m]))
        assert reply.error.reason == "PlanRefused:unavailable"
        assert league.ask(m, wire.sum_to_records(told[m])) is None
        assert league.codes[m] == ["round-lost"]
        assert [d.outcome for d in league.diary(m)][:2] == ["refused", "failed"]
    assert league.charges(m) == ["reserve", "void"] * 3
    with Store.open(league.homes[m]) as store:
        assert rounds.history(store) == []


def test_the_disk_is_full_at_the_commit(
    league: LeagueOfShops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vector exists in memory, and never leaves."""
    from client.store import sums
    from common.errors import StoreError

    def full(*_: Any) -> None:
        raise StoreError("The disk is full.")

    m = league.names[0]
    _, told = to_stage(league, league.plan(), Stage.MASKED)
    real = sums.sending
    monkeypatch.setattr(sums, "sending", full)
    assert league.ask(m, wire.sum_to_records(told[m])) is None
    monkeypatch.setattr(sums, "sending", real)
    assert league.ask(m, wire.sum_to_records(told[m])) is None
    assert league.codes[m] == ["database", "round-lost"]
    assert league.charges(m) == ["reserve", "void"]
    with Store.open(league.homes[m]) as store:
        assert rounds.history(store) == []
        assert len(ledger.mechanisms(store)) == 1
