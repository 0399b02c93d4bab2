"""What waits for a yes, the policy as a form, and the check of the ledger, with real clicks."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from client import policy
from client.preview import Membership, Preview, TensorPreview
from client.shop import IDENTITY_PATH
from client.store import Store, held, ledger
from common.keys import Identity
from common.privacy import PrivacyUnit
from common.rounds import RoundPlan, Task
from common.settings import load_settings
from gui.pages.heldcard import membership_words
from gui.pages.policycard import PolicyCard
from gui.widgets.confirm import Confirm

pytestmark = pytest.mark.gui
SHAPES = {"first_conversion.weight": (40, 1), "numeric_conversion.weight": (1, 12)}


def hold_one(home, membership=None, number=9):
    """A report that waits, as the door would leave it."""
    tensors = {n: np.full(s, 0.5, np.float32) for n, s in SHAPES.items()}
    now = datetime.now(UTC)
    plan = RoundPlan(
        "run-2", number, Task.TRAIN, PrivacyUnit(16), 0.25, 1.5, 1.0, 5, 0.5, 50.0,
        ("conversion",), "ab" * 32, "2026-06-01T00:00:00Z", 1e-4, now.isoformat(),
        (now + timedelta(hours=1)).isoformat(), tensors,
    )  # fmt: skip
    rows = tuple(TensorPreview(n, s, 4 * s[0] * s[1], 0.02, 0.31) for n, s in SHAPES.items())
    shown = Preview(rows, 0.03, 0.44, 1.2, 1.45, 1e-4, membership)
    with Store.open(home) as store:
        identity = Identity.load(home / IDENTITY_PATH)
        entry = ledger.reserve(store, identity, plan, now, expected=ledger.head(store))
        held.keep(store, entry, plan, tensors, shown, now)
    return plan.digest()


def press(qtbot, parent, name, kind=QPushButton):
    QApplication.processEvents()
    found = [b for b in parent.findChildren(kind) if b.accessibleName() == name and b.isVisible()]
    assert found, name
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def shown(desktop):
    QApplication.processEvents()
    return {w.text() for w in desktop.window.findChildren(QLabel) if w.isVisible()}


def state(home, digest):
    with Store.open(home) as store:
        return held.state(store, digest)


def test_a_held_round_is_shown_counted_and_sent(qtbot, desktop, shop_home):
    assert not any("Waiting for your yes" in t for t in shown(desktop))
    digest = hold_one(shop_home, Membership(0.52, 0.42, 0.62, 200, 200))
    badge = desktop.window._sidebar._buttons["privacy"]
    qtbot.waitUntil(lambda: "(1)" in badge.text(), timeout=5_000)
    assert "1 waiting for you" in badge.accessibleName()
    assert "1 round waits for your yes." in shown(desktop)
    press(qtbot, desktop.window, "Look at it")
    words = shown(desktop)
    assert "Waiting for your yes: Model update, round 9" in words
    assert "ε 1.20 → 1.45 of 3.00" in words
    assert "0.020 → 0.310" in words and "40 × 1" in words
    assert "A quick test on your own rows could not tell who was in this round." in words
    press(qtbot, desktop.window, "Send")
    assert state(shop_home, digest) == "approved"
    assert "Leaves when the league asks again" in shown(desktop)
    assert "(1)" not in badge.text()


def test_not_sending_asks_first_and_says_that_the_charge_stays(qtbot, desktop, shop_home):
    digest = hold_one(shop_home)
    desktop.window.go("privacy")
    desktop.window.pages["privacy"].refresh()
    press(qtbot, desktop.window, "Don't send")
    question = desktop.window.findChild(Confirm)
    told = " ".join(w.text() for w in question.findChildren(QLabel))
    assert "The charge stays in your ledger" in told
    press(qtbot, question, "Go back")
    assert state(shop_home, digest) == "held"
    press(qtbot, desktop.window, "Don't send")
    question = desktop.window.findChildren(Confirm)[-1]
    press(qtbot, question, "Don't send")
    assert state(shop_home, digest) == "dropped"
    assert not any("Waiting for your yes" in t for t in shown(desktop))
    assert len(desktop.hub.shop.departures()) == 4


def test_words_of_the_quick_test():
    said = [
        membership_words(m)
        for m in (
            None,
            Membership(0.52, 0.42, 0.62, 200, 200),
            Membership(0.61, 0.51, 0.71, 200, 200),
            Membership(0.9, 0.8, 1.0, 200, 200),
        )
    ]
    assert len(set(said)) == 4 and "think twice" in said[3]


def card(desktop):
    desktop.window.go("settings")
    desktop.window.pages["settings"].refresh()
    QApplication.processEvents()
    return desktop.window.findChild(PolicyCard)


def test_a_tighter_rule_is_saved_at_once_and_undone(qtbot, desktop, shop_home):
    form = card(desktop)
    form._fields["epsilon"].setText("2,5")
    form._fields["epsilon_quarter"].setText("1")
    form._checks["hold"].setChecked(True)
    press(qtbot, form, "Save policy")
    found = load_settings(shop_home).policy
    assert (found.epsilon, found.epsilon_quarter, found.hold) == (2.5, 1.0, True)
    assert desktop.hub.shop.settings.policy == found
    desktop.window.go("privacy")
    assert any(t.startswith("This quarter (until") for t in shown(desktop))
    form = card(desktop)
    press(qtbot, form, "Undo last change")
    # going back to the weaker rules is asked for, too
    question = desktop.window.findChildren(Confirm)[-1]
    press(qtbot, question, "Yes, change it")
    assert load_settings(shop_home).policy.epsilon == 3.0


def test_a_weaker_rule_asks_again_in_plain_words(qtbot, desktop, shop_home):
    form = card(desktop)
    form._fields["epsilon"].setText("6")
    press(qtbot, form, "Save policy")
    question = desktop.window.findChildren(Confirm)[-1]
    told = " ".join(w.text() for w in question.findChildren(QLabel))
    assert "from ε 3 to 6: more may be learnt" in told
    press(qtbot, question, "Go back")
    assert load_settings(shop_home).policy.epsilon == 3.0
    press(qtbot, form, "Save policy")
    press(qtbot, desktop.window.findChildren(Confirm)[-1], "Yes, change it")
    assert load_settings(shop_home).policy.epsilon == 6.0


@pytest.mark.parametrize(("name", "text"), [("epsilon", "lots"), ("hours", "8"), ("epsilon", "99")])
def test_nonsense_is_told_and_not_written(qtbot, desktop, shop_home, name, text):
    form = card(desktop)
    form._fields[name].setText(text)
    press(qtbot, form, "Save policy")
    assert "A setting cannot be used" in shown(desktop)
    assert not policy.can_undo(shop_home)
    assert load_settings(shop_home).policy.epsilon == 3.0


def test_a_change_from_the_terminal_is_seen(qtbot, desktop, shop_home):
    policy.change(shop_home, {"epsilon": 1.5})
    qtbot.waitUntil(lambda: desktop.hub.shop.settings.policy.epsilon == 1.5, timeout=5_000)


def test_the_ledger_is_checked_by_a_click(qtbot, desktop):
    desktop.window.go("privacy")
    assert "No receipt yet" in shown(desktop)
    press(qtbot, desktop.window, "Check my ledger")
    job = desktop.hub.job("verify")
    qtbot.waitUntil(lambda: not job.busy, timeout=60_000)
    assert job.failure is None, job.failure
    assert "Your ledger holds: every entry, signature and receipt was checked." in shown(desktop)


def test_a_ledger_that_does_not_hold_is_told_calmly(qtbot, desktop, shop_home):
    with Store.open(shop_home) as store:
        store.db.execute("DROP TRIGGER ledger_no_update")
        store.db.execute("UPDATE ledger SET run_id = 'other' WHERE sequence = 1")
    desktop.window.go("privacy")
    press(qtbot, desktop.window, "Check my ledger")
    job = desktop.hub.job("verify")
    qtbot.waitUntil(lambda: not job.busy, timeout=60_000)
    assert job.failure.code == "ledger-broken"
    assert "The privacy ledger does not hold" in shown(desktop)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_cut_off_in_the_smallest_window(desktop, shop_home, language):
    hold_one(shop_home, Membership(0.52, 0.42, 0.62, 200, 200))
    desktop.hub.options.setValue("language", language)
    desktop.restyle()
    desktop.window.resize(1020, 640)
    for name in ("overview", "learning", "privacy", "settings"):
        desktop.window.go(name)
        for _ in range(8):
            QApplication.processEvents()
        page = desktop.window.pages[name]
        assert page.widget().width() <= page.viewport().width(), name
