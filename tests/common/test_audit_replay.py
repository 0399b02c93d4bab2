"""replay: live figures are met to 1e-9, alarms ring, a lower bound that is certain; diff of exports."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from common.accounting import epsilon_of, spent
from common.audit import replay as replaying
from common.audit.cli import audit as group
from common.audit.diff import diff
from common.audit.replay import STATED_TOLERANCE, whole
from common.audit.replay_bracket import lower_epsilon
from common.audit.replay_quick import Quick
from common.audit.verify import audit
from common.composition import Gaussian, merge, prefixes
from common.errors import InputError
from common.keys import Identity
from common.ledger_file import LedgerExport, Stated, dump
from common.privacy import Mechanism, MechanismKind, PrivacyBudget
from common.rounds import Task
from tests.common.small_league import DELTA, SmallLeague, save


def sgd(sigma: float, q: float, steps: int) -> Mechanism:
    return Mechanism(MechanismKind.DP_SGD, sigma, q, steps, 1.0)


@pytest.fixture
def league() -> SmallLeague:
    made = SmallLeague(1)
    made.play()
    made.play()
    made.play(Task.EVALUATE)
    return made


def codes(export: LedgerExport) -> set[str]:
    return {p.code for p in whole(export).problems}


def test_a_replay_meets_the_live_figures(league: SmallLeague, tmp_path: Path) -> None:
    export = league.ledger(0)
    again = whole(export)
    assert [s.stated for s in again.steps] == [s.pld for s in again.steps]
    assert again.max_difference == 0 and again.problems == ()
    assert again.low is not None and again.steps[-1].pld * 0.99 <= again.low <= again.steps[-1].pld
    file = save(export, tmp_path / "a.json")
    out = CliRunner().invoke(group, ["replay", str(file), "--json"])
    found = json.loads(out.stdout)
    assert out.exit_code == 0 and found["max_stated_difference"] <= STATED_TOLERANCE
    assert "PLD lies between" in CliRunner().invoke(group, ["replay", str(file)]).stdout


def test_a_fresh_accountant_every_round_is_found(league: SmallLeague, tmp_path: Path) -> None:
    export = league.ledger(0)
    each = [Stated(s.sequence, s.accountant, export.stated[0].epsilon) for s in export.stated]
    forged = replace(export, stated=tuple(each)).signed(league.members[0].identity)
    assert "stated-differs" in codes(forged)
    found = audit([save(forged, tmp_path / "a.json")])
    assert not found.holds and "costs" in found.ledgers[0].problems[0].text


@pytest.mark.parametrize("shift", [2e-9, -1e-6, math.inf, math.nan])
def test_a_stated_figure_that_is_off_by_little(league: SmallLeague, shift: float) -> None:
    export = league.ledger(0)
    last = export.stated[-1]
    off = replace(last, epsilon=last.epsilon + shift)
    assert "stated-differs" in codes(replace(export, stated=(*export.stated[:-1], off)))


@pytest.mark.parametrize("name", ["gdp opacus 1.6", "", "PLD", "moments"])
def test_other_accountants_are_refused(league: SmallLeague, name: str) -> None:
    export = league.ledger(0)
    gdp = replace(export.stated[-1], accountant=name)
    assert codes(replace(export, stated=(*export.stated[:-1], gdp))) == {"accountant"}


def test_epsilon_that_comes_back_is_found(league: SmallLeague) -> None:
    export = league.ledger(0)
    a, b, c = export.stated
    falling = (replace(a, epsilon=c.epsilon + 1), b, c)
    assert "stated-differs" in codes(replace(export, stated=falling))


def test_stated_by_rdp_and_after_a_commit(league: SmallLeague) -> None:
    export = league.ledger(0)
    by_rdp = spent([e.mechanism for e in export.entries if e.mechanism], DELTA, "rdp")
    more = Stated(export.entries[-1].sequence, by_rdp.accountant, by_rdp.epsilon)
    assert whole(replace(export, stated=(*export.stated, more))).problems == ()


def test_many_charges_are_replayed_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    league = SmallLeague(1)
    for _ in range(6):
        league.play()
    export = league.ledger(0)
    monkeypatch.setattr(replaying, "LONG", 4)
    quick = [s.pld for s in replaying.replay(export)]
    assert quick == pytest.approx([s.epsilon for s in export.stated], abs=STATED_TOLERANCE)
    assert whole(export).problems == ()


@pytest.mark.parametrize("delta", [1e-4, 1e-6])
def test_long_histories_meet_the_live_function(
    delta: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To 1e-9 where a figure was shown, whatever its delta; the end is the live function's own."""
    asked: list[int] = []
    live = replaying.epsilon_of
    monkeypatch.setattr(replaying, "epsilon_of", lambda *a: asked.append(1) or live(*a))
    train, check = sgd(2.0, 0.1, 7), Mechanism(MechanismKind.HISTOGRAM, 6.0, 1.0, 1, 1.0)
    released = [check if i % 20 == 9 else train for i in range(100)]
    each = list(prefixes(released))
    shown: list[float | None] = [None] * 100
    for i in range(0, 100, 12):
        shown[i] = live(each[i], delta, "pld")
    found = replaying.figures(released, delta, shown)
    pairs = [(f, s) for f, s in zip(found, shown, strict=True) if s is not None]
    assert len(pairs) == 9 and all(abs(f - s) <= STATED_TOLERANCE for f, s in pairs)
    assert found[-1] == live(each[-1], delta, "pld")
    assert len(asked) < 12 and found == sorted(found)


def test_the_quick_figure_is_the_live_one() -> None:
    quick = Quick(DELTA)
    for groups in (
        (Gaussian(4.0, 0.25, 1),),
        (Gaussian(4.0, 0.25, 100), Gaussian(6.0, 1.0, 1)),
        (Gaussian(60.0, 0.02, 1000), Gaussian(50.0, 0.1, 30)),
        (Gaussian(0.8, 0.02, 100), Gaussian(2.0, 0.1, 10), Gaussian(3.0, 1.0, 1)),
        (Gaussian(4.0, 0.25, 101), Gaussian(6.0, 1.0, 1)),
    ):
        assert quick.epsilon(groups) == pytest.approx(epsilon_of(groups, DELTA, "pld"), abs=1e-10)


def test_the_quick_figure_knows_where_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Quick(DELTA)
    assert quick.epsilon(()) is None
    assert quick.epsilon(tuple(Gaussian(2.0 + i, 0.1, 1) for i in range(9))) is None
    assert quick.epsilon((Gaussian(0.3, 1.0, 19),)) is None
    assert quick.epsilon((Gaussian(1000.0, 0.001, 1),)) is None  # epsilon 0 at this delta
    monkeypatch.setattr("common.audit.replay_quick.losses", lambda g: None)
    assert quick.epsilon((Gaussian(4.0, 0.25, 1),)) is None


mechanisms = st.lists(
    st.one_of(
        st.builds(
            sgd, st.sampled_from([0.9, 2.0]), st.sampled_from([0.02, 0.3]), st.integers(1, 40)
        ),
        st.builds(
            lambda s: Mechanism(MechanismKind.HISTOGRAM, s, 1.0, 1, 1.0), st.floats(2.0, 30.0)
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=20, deadline=None)
@given(mechanisms)
def test_merging_step_by_step_is_merging_at_once(ms: list[Mechanism]) -> None:
    for i, groups in enumerate(prefixes(ms)):
        assert groups == merge(ms[: i + 1]) == merge(ms[: i + 1][::-1])
    assert epsilon_of(groups, DELTA, "rdp") == spent(ms, DELTA, "rdp").epsilon


@settings(max_examples=12, deadline=None)
@given(mechanisms)
def test_the_bracket_is_narrow_and_around_the_figure(ms: list[Mechanism]) -> None:
    high = spent(ms, 1e-5).epsilon
    low = lower_epsilon(ms, 1e-5, high)
    assert low is not None and 0.99 * high <= low <= high * (1 + 1e-6)


def test_the_lower_bound_of_one_gaussian_is_the_exact_figure() -> None:
    """Balle & Wang 2018: delta of one Gaussian in closed form."""
    sigma, epsilon = 2.0, 1.5

    def phi(x: float) -> float:
        return 0.5 * math.erfc(-x / math.sqrt(2))

    delta = phi(0.5 / sigma - epsilon * sigma) - math.exp(epsilon) * phi(
        -0.5 / sigma - epsilon * sigma
    )
    one = [Mechanism(MechanismKind.HISTOGRAM, sigma, 1.0, 1, 1.0)]
    low = lower_epsilon(one, delta, epsilon, rounding=1e-4)
    assert low is not None and epsilon * 0.9995 <= low <= epsilon


def test_a_bracket_that_is_too_wide_is_an_alarm(
    league: SmallLeague, monkeypatch: pytest.MonkeyPatch
) -> None:
    from common.audit import replay_bracket

    monkeypatch.setattr(replay_bracket, "lower_epsilon", lambda *a: 0.1)
    assert codes(league.ledger(0)) == {"bracket"}
    monkeypatch.setattr(replay_bracket, "lower_epsilon", lambda *a: None)
    assert whole(league.ledger(0)).problems == () and whole(league.ledger(0)).notes


def test_disagreeing_accountants_are_an_alarm(
    league: SmallLeague, monkeypatch: pytest.MonkeyPatch
) -> None:
    def halved(groups: object, delta: float, accountant: str) -> float:
        return {"pld": 2.0, "rdp": 1.0}[accountant]

    monkeypatch.setattr(replaying, "epsilon_of", halved)
    assert "disagreement" in codes(replace(league.ledger(0), stated=()))


def bytes_of(export: LedgerExport) -> bytes:
    return dump(export.as_dict())


def test_diff_says_what_came(league: SmallLeague, tmp_path: Path) -> None:
    before = league.ledger(0)
    league.play()
    after = league.ledger(0, budget=PrivacyBudget(5.0, DELTA))
    found = diff(bytes_of(before), bytes_of(after))
    assert (found.relation, found.kinds) == ("extends", {"commit": 1, "reserve": 1})
    assert found.before is not None and found.after is not None
    assert (found.before.limit, found.after.limit) == (3.0, 5.0)
    assert found.after.epsilon_pld > found.before.epsilon_pld and found.problems == ()
    assert diff(bytes_of(before), bytes_of(before)).relation == "equal"
    back = diff(bytes_of(after), bytes_of(before))
    assert back.relation == "shortened" and {p.code for p in back.problems} == {"shortened"}
    a, b = save(before, tmp_path / "a.json"), save(after, tmp_path / "b.json")
    out = CliRunner().invoke(group, ["diff", str(a), str(b)])
    assert out.exit_code == 0 and "limit changed" in out.stdout and "1 reserve" in out.stdout
    out = CliRunner().invoke(group, ["diff", str(b), str(a), "--json"])
    assert out.exit_code == 4 and json.loads(out.stdout)["relation"] == "shortened"


def test_diff_of_two_histories_and_of_books(league: SmallLeague) -> None:
    from common import book_file

    before = league.operator()
    one = league.ledger(0)
    forked = replace(one, entries=(*one.entries[:-1], one.entries[1]))
    found = diff(bytes_of(one), bytes_of(forked.signed(league.members[0].identity)))
    assert found.relation == "forked" and found.parted_at is not None and found.problems
    league.play()
    books = [book_file.dump(b.as_dict()) for b in (before, league.operator())]
    found = diff(books[0], books[1])
    assert found.relation == "extends" and found.kinds == {"plan": 1, "round": 1}
    assert found.before is None and found.as_dict()["holds"]
    for other in (books[0], bytes_of(SmallLeague(1).ledger(0))):
        with pytest.raises(InputError, match="not two exports"):
            diff(bytes_of(one), other)


def test_a_limit_is_part_of_the_signature(league: SmallLeague) -> None:
    one = league.ledger(0)
    richer = replace(one, budget=PrivacyBudget(9.0, DELTA))
    assert {p.code for p in diff(bytes_of(one), bytes_of(richer)).problems} == {"file-signature"}
    assert diff(bytes_of(one), bytes_of(richer.signed(Identity.generate()))).problems
