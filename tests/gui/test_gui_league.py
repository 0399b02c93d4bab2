"""Two figures of league noise on the Privacy page, own noise as before; the policy's rules on other shops."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from client.commands.privacy import privacy as privacy_command
from client.spending import ALL_OTHERS
from client.store import Store, ledger, spent
from common.accounting import spent as spent_of
from common.accounting_discrete import spent_against_all
from common.keys import Identity
from common.ledger import mechanisms
from common.privacy import PrivacyMode, PrivacyUnit
from common.rounds import RoundPlan, Task
from common.secagg.encoding import League, choose
from common.secagg.terms import LeagueTerms
from common.settings import load_settings
from gui.pages.departure import departure_lines
from gui.pages.policycard import PolicyCard
from gui.widgets.confirm import Confirm

pytestmark = pytest.mark.gui


def charge_a_league_round(home, number=4):
    """One charge with shares of 8 merchants, 6 at the least, 1 colluding; the live figure beside it."""
    codec, noise = choose(League(8, 1.0, 4.0, 6, 8, 1, 64.0))
    at = datetime(2026, 11, 2, 8, number, tzinfo=UTC)
    plan = RoundPlan(
        "run-2", number, Task.TRAIN, PrivacyUnit(16), 0.25, 4.0, 1.0, 1, 0.5, 50.0,
        ("conversion",), "ab" * 32, "2026-06-01T00:00:00Z", 1e-4, at.isoformat(),
        (at + timedelta(hours=1)).isoformat(), {"head.weight": np.zeros((1, 8), np.float32)},
    )  # fmt: skip
    terms = LeagueTerms(codec, noise, "cd" * 32, 6, 1)
    plan = replace(plan, mode=PrivacyMode.LEAGUE, league=terms)
    with Store.open(home) as store:
        who = Identity.load(home / "keys" / "identity.pem")
        entry = ledger.reserve(store, who, plan, at, expected=ledger.head(store))
        released = mechanisms(ledger.entries(store))
        spent.remember(store, entry.head, spent_of(released, 1e-4), 7)
        weaker = spent_against_all(released, 1e-4)
    return entry, weaker


def keep(home, entry, weaker):
    with Store.open(home) as store:
        named = replace(weaker, accountant=f"{ALL_OTHERS}{weaker.accountant}")
        spent.remember(store, entry.head, named)


def shown(desktop):
    desktop.window.go("privacy")
    desktop.window.pages["privacy"].refresh()
    QApplication.processEvents()
    return [w.text() for w in desktop.window.pages["privacy"].findChildren(QLabel)]


def test_own_noise_looks_as_before(desktop):
    told = shown(desktop)
    assert not any("collude" in t or "work together" in t for t in told)
    assert any("everybody: the coordinator, other shops" in t for t in told)
    view = desktop.hub.shop.privacy()
    assert (view.shares_noise, view.epsilon_alone, view.colluders) == (False, None, 0)


def test_both_figures_of_league_noise(desktop, shop_home, monkeypatch):
    started = []
    monkeypatch.setattr(desktop.hub, "start", lambda spec, *a: started.append(spec.name))
    entry, weaker = charge_a_league_round(shop_home)
    told = shown(desktop)
    assert "ε – if the coordinator and all other shops work together" in told
    desktop.hub.recount()
    assert "privacy" in started  # the weaker figure is missing, so it is counted
    keep(shop_home, entry, weaker)
    view = desktop.hub.shop.privacy()
    assert view.shares_noise and view.colluders == 1 and view.epsilon < view.epsilon_alone
    told = shown(desktop)
    assert f"ε {weaker.epsilon:.2f} if the coordinator and all other shops work together" in told
    assert any("one colluding shop of a round" in t for t in told)
    assert any("only this shop's own share of the noise protects" in t for t in told)
    started.clear()
    desktop.hub.recount()
    assert started == []


def test_a_later_round_of_own_noise_does_not_hide_the_weaker_figure(shop_home, desktop):
    charge_a_league_round(shop_home)
    with Store.open(shop_home) as store:
        who = Identity.load(shop_home / "keys" / "identity.pem")
        first = next(e for e in ledger.entries(store) if e.mechanism)
        plan = RoundPlan(
            "run-3", 9, Task.TRAIN, PrivacyUnit(16), 0.25, 1.5, 1.0, 5, 0.5, 50.0,
            ("conversion",), "ab" * 32, "2026-06-01T00:00:00Z", 1e-4, "2026-11-03T08:00:00Z",
            "2026-11-03T09:00:00Z", {"head.weight": np.zeros((1, 8), np.float32)},
        )  # fmt: skip
        at = datetime(2026, 11, 3, 8, tzinfo=UTC)
        ledger.reserve(store, who, plan, at, expected=ledger.head(store))
        assert first.mechanism.mode is PrivacyMode.OWN
    view = desktop.hub.shop.privacy()
    assert view.shares_noise and view.mode == "league-noise" and view.epsilon_alone is None


def test_the_command_keeps_the_weaker_figure_for_the_window(shop_home, desktop):
    from click.testing import CliRunner

    _, weaker = charge_a_league_round(shop_home)
    done = CliRunner().invoke(privacy_command, ["--home", str(shop_home)])
    assert done.exit_code == 0, done.output
    assert desktop.hub.shop.privacy().epsilon_alone == weaker.epsilon


def test_a_departure_names_share_and_adversary(shop_home, desktop):
    charge_a_league_round(shop_home)
    newest, *older = desktop.hub.shop.departures()
    lines = dict(departure_lines(newest))
    assert "this shop's own share is" in lines["Noise"]
    assert lines["Against whom it holds"].endswith("one colluding shop of a round")
    assert dict(departure_lines(older[0]))["Against whom it holds"].startswith("everybody")


def form_of(desktop):
    desktop.window.go("settings")
    desktop.window.pages["settings"].refresh()
    QApplication.processEvents()
    return desktop.window.findChild(PolicyCard)


def press(widget, text):
    next(b for b in widget.findChildren(QPushButton) if b.text() == text).click()
    QApplication.processEvents()


def test_the_rules_of_league_noise_are_saved_and_weaker_ones_asked_for(desktop, shop_home):
    form = form_of(desktop)
    assert form.changes() == {}
    form._modes["league-noise"].setChecked(False)
    form._fields["league_colluders"].setText("2")
    form._fields["league_threshold"].setText("5")
    form._pin._group.buttons()[1].setChecked(True)
    press(form, "Save policy")
    found = load_settings(shop_home).policy
    assert found.modes == ("own-noise",) and found.league_pin == "manual"
    assert (found.league_threshold, found.league_colluders) == (5, 2)
    form = form_of(desktop)
    form._modes["league-noise"].setChecked(True)
    form._fields["league_threshold"].setText("4")
    form._fields["league_colluders"].setText("1")
    press(form, "Save policy")
    question = desktop.window.findChildren(Confirm)[-1]
    told = " ".join(w.text() for w in question.findChildren(QLabel))
    for sentence in (
        "Rounds with league noise are answered",
        "Sums of fewer shops may be opened: from 5 down to 4",
        "fewer colluding shops: from 2 down to 1",
    ):
        assert sentence in told
    assert load_settings(shop_home).policy.modes == ("own-noise",)
    press(question, "Yes, change it")
    assert set(load_settings(shop_home).policy.modes) == {"own-noise", "league-noise"}
