"""The model on the Learning page: which one, back to an older one, does it fit, was it worth it."""

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from client.api import JobFailure, ModelView, OwnHead, Provenance
from client.store import Store, models
from client.store.models import Installed
from gui.pages.asking import Answer
from gui.pages.driftcard import DriftCard
from gui.pages.driftwords import sentence, shown_verdict, verdict_words
from gui.pages.modelcard import ModelCard
from gui.pages.offersdialog import OffersDialog
from gui.pages.personcard import PersonCard
from gui.pages.worthcard import WorthCard
from gui.widgets.confirm import Confirm
from gui.widgets.pairbars import PairBars
from tests.gui.driving import press, texts

pytestmark = pytest.mark.gui


def test_drift_is_counted_once_and_worth_on_demand(qtbot, tea):
    tea.window.go("learning")
    page = tea.window.pages["learning"]
    qtbot.waitUntil(lambda: not page._drift.answer.busy, timeout=120_000)
    assert page._drift.answer.known, page._drift.answer.failure
    page.refresh()
    assert not page._drift.answer.busy  # nothing changed: nothing is counted again
    card = tea.window.findChild(DriftCard)
    assert "Is the model still right?" in texts(card)
    press(tea.window.findChild(WorthCard), "Compare")
    assert "judging both" in texts(tea.window.findChild(WorthCard))
    qtbot.waitUntil(lambda: not page._worth.answer.busy, timeout=180_000)
    shown = texts(tea.window.findChild(WorthCard))
    assert "With the league" in shown and "95% interval" in shown


def test_an_older_model_is_used_and_undone(qtbot, tea):
    from tests.client.made_up_shop import COORDINATOR, model

    first = tea.hub.shop.models().installed[0].digest
    with Store.open(tea.hub.home) as store:
        second = models.install(store, model(seed=5).pack(), COORDINATOR.public)
    tea.window.go("learning")
    card = tea.window.findChild(ModelCard)
    name = next(
        b.accessibleName()
        for b in card.findChildren(QPushButton)
        if b.accessibleName().startswith("Use this one")
    )
    assert first[:12] in name
    press(card, name)
    confirm = card.findChild(Confirm)
    assert "come back at once" in texts(confirm)
    confirm.accept()
    QApplication.processEvents()
    assert tea.hub.shop.models().installed[0].digest == first
    press(tea.window.findChild(ModelCard), "Undo: back to the model before")
    assert tea.hub.shop.models().installed[0].digest == second


def test_a_damaged_model_leaves_the_page_standing(qtbot, tea):
    with Store.open(tea.hub.home) as store:
        store.db.execute("UPDATE bundles SET content = substr(content, 1, 400)")
    tea.window.go("learning")
    page = tea.window.pages["learning"]
    assert page.findChild(ModelCard) is None and not page._drift.answer.busy
    shown = texts(page)
    assert "Rounds this shop took part in" in shown and "The shared model" in shown


def test_without_a_model_nothing_is_asked(qtbot, desktop):
    desktop.window.go("learning")
    page = desktop.window.pages["learning"]
    assert not page._drift.answer.busy and desktop.window.findChild(DriftCard) is None
    card = ModelCard(ModelView(), print)
    qtbot.addWidget(card)
    assert "No model yet" in texts(card)


@pytest.mark.parametrize(
    ("kind", "tried", "words"),
    [
        ("blend", True, "a blend of the league's model"),
        ("own", True, "your own rows say more here"),
        ("calibrated", False, "too few outcomes"),
    ],
)
def test_the_own_part_in_one_sentence(qtbot, kind, tried, words):
    installed = Installed("ab" * 32, *(2 * ["2026-11-01T00:00:00Z"]), "", "r", 20_000, True)
    head = OwnHead("conversion", kind, 900, 30, tried, True)
    told = Provenance("Tea league", "2026-11-01T00:00:00Z", 8, 3, 0.7, 3.0, 1e-5, "league-noise")
    card = ModelCard(ModelView((installed,), told, (head,)), print)
    qtbot.addWidget(card)
    shown = texts(card)
    assert words in shown and "30 outcomes in 900 rows" in shown and "fitted again" in shown
    assert "8 rounds · judged by 3 shops" in shown and "noise of all shops together" in shown


def drift(verdict, recent=None, score="steady", **more):
    shift = {"name": "score", "column": "", "psi": 0.07, "chance": 0.1, "verdict": score}
    moved = {**shift, "name": "coupon habits", "verdict": "watch"}
    return {
        "verdict": verdict, "n_new": 10, "n_before": 90, "since": "2026-10-01T00:00:00Z",
        "recent": recent, "shifts": [shift, moved], "bins": [[0.01, 0.5, 0.4], [0.02, 0.5, 0.6]],
        "weeks": [
            {"monday": "2026-10-05", "n_rows": 50, "observed": 4, "expected": None},
        ], **more,
    }  # fmt: skip


def test_drift_says_what_counts_most():
    low = {"ratio": 0.5, "low": 0.3, "high": 0.8, "expected": 10.0, "observed": 5}
    assert "promises too much" in sentence(drift("act", low))
    high = {**low, "ratio": 1.8, "low": 1.2, "high": 2.6}
    assert "too careful" in sentence(drift("act", high))
    fits = {**low, "ratio": 1.0, "low": 0.8, "high": 1.2}
    assert "other shoppers or products" in sentence(drift("act", fits, "act"))
    assert "some features moved" in sentence(drift("watch", fits))
    assert "as the model expects" in sentence(drift("steady", fits))
    assert "50 each are needed" in sentence(drift("unknown"))
    assert shown_verdict(drift("act", fits, "act")) == "watch"
    assert shown_verdict(drift("act", low)) == "act" and shown_verdict(drift("act")) == "act"
    assert [verdict_words(v)[1] for v in ("steady", "watch", "act", "unknown")] == [
        *("good", "warn", "bad", "muted")
    ]


def test_the_drift_card_in_all_its_states(qtbot):
    failure = JobFailure("bundle-signature", "The installed model is not signed.")
    states = (Answer(), Answer(busy=True), Answer(values=drift("watch")), Answer(failure=failure))
    shown = []
    for answer in states:
        card = DriftCard(answer, print)
        qtbot.addWidget(card)
        card.resize(1100, 420)
        card.grab()
        shown.append(texts(card))
        if answer.known:
            bars = card.findChildren(PairBars)
            assert len(bars) == 2 and "4 seen" in bars[1].accessibleDescription()
    assert "Comparing the newest weeks" in shown[1]
    assert "Keep an eye on it" in shown[2] and "Coupon habits (PSI 0.07)" in shown[2]
    assert "not signed by your league" in shown[3]


def test_worth_says_when_it_cannot_tell(qtbot):
    values = {"verdict": "unknown", "gain": None, "reason": "No row has the outcome."}
    card = WorthCard(Answer(values=values), True, print)
    qtbot.addWidget(card)
    assert "too few orders" in texts(card) and "Too little to tell" in texts(card)
    idle = WorthCard(Answer(), False, print)
    qtbot.addWidget(idle)
    assert not next(b for b in idle.findChildren(QPushButton)).isEnabled()


def test_a_person_is_offered_only_what_they_may_see(qtbot, tea):
    shop = tea.hub.shop
    held = shop.person("c1")
    card = PersonCard(tea.hub, shop, held)
    qtbot.addWidget(card)
    press(card, "What to offer next")
    dialog = card.findChild(OffersDialog)
    qtbot.waitUntil(lambda: not dialog._asking.answer.busy, timeout=120_000)
    assert dialog._asking.answer.known
    dialog.accept()
    shop.set_personalise("c1", False)
    card = PersonCard(tea.hub, shop, shop.person("c1"))
    qtbot.addWidget(card)
    offer = next(b for b in card.findChildren(QPushButton) if "offer" in b.accessibleName())
    assert not offer.isEnabled()
