"""Segments on the audiences page, and the card of a changed list of merchants."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from client.api import RosterView
from gui.engine import State
from gui.pages.mappingwords import doubt_words, reason_of, why_words
from gui.pages.rostercard import RosterCard
from gui.pages.segmentscard import SegmentsCard
from gui.widgets.confirm import Confirm

pytestmark = pytest.mark.gui
SEEN = RosterView(
    "ab" * 32, "2026-11-20T10:00:00Z", False, 3, ("came0123456789ab",), ("went0123456789ab",), True
)


def texts(widget):
    return " | ".join(w.text() for w in widget.findChildren(QLabel))


def press(card, name):
    next(b for b in card.findChildren(QPushButton) if b.accessibleName() == name).click()
    QApplication.processEvents()


def test_segments_are_sorted_and_shown(qtbot, desktop):
    desktop.window.go("audiences")
    QApplication.processEvents()
    card = desktop.window.findChild(SegmentsCard)
    assert card is not None and desktop.hub.shop.segments("en") == ()
    press(card, "Sort shoppers into segments")
    job = desktop.hub.job("segments")
    qtbot.waitUntil(lambda: not job.busy, timeout=180_000)
    assert job.state is State.STOPPED, job.failure
    QApplication.processEvents()
    found = desktop.hub.shop.segments("en")
    assert found and sum(s.n_people for s in found if not s.is_cluster) == 54
    card = desktop.window.findChild(SegmentsCard)
    assert all(s.name in texts(card) and s.hint in texts(card) for s in found if s.n_people)
    chinese = desktop.hub.shop.segments("zh")
    assert [s.segment_id for s in chinese] == [s.segment_id for s in found]
    assert not any(s.name.isascii() for s in chinese)
    assert not any(s.hint.isascii() for s in chinese)


def test_who_withdraws_is_not_counted(qtbot, desktop):
    desktop.window.go("audiences")
    press(desktop.window.findChild(SegmentsCard), "Sort shoppers into segments")
    job = desktop.hub.job("segments")
    qtbot.waitUntil(lambda: not job.busy, timeout=180_000)
    shop = desktop.hub.shop
    before = sum(s.n_people for s in shop.segments("en"))
    shop.set_consent("c1", False)
    assert sum(s.n_people for s in shop.segments("en")) == before - 1


class _Shop:
    """A shop with a changed list."""

    def __init__(self, shop):
        self._shop, self.accepted = shop, []

    def __getattr__(self, name):
        return getattr(self._shop, name)

    def changed_roster(self):
        return None if self.accepted else SEEN

    def league(self):
        return replace(self._shop.league(), name="Tea league", coordinator="c0ffee")

    def accept_roster(self, seen):
        self.accepted.append(seen.digest)


@pytest.fixture
def learning(desktop, monkeypatch):
    shop = _Shop(desktop.hub.shop)
    monkeypatch.setattr(desktop.hub, "shop", shop)
    desktop.window.go("learning")
    view = desktop.window.pages["learning"]
    view.refresh()
    QApplication.processEvents()
    return desktop, view, shop


def test_a_changed_list_is_accepted_after_a_question(learning):
    _, view, shop = learning
    card = view.findChild(RosterCard)
    for part in ("came0123456789ab", "went0123456789ab", "ab" * 32):
        assert part in texts(card)
    press(card, "Accept the list…")
    assert shop.accepted == []
    view.findChild(Confirm).accept()
    QApplication.processEvents()
    assert shop.accepted == [SEEN.digest]
    view.refresh()
    QApplication.processEvents()
    assert view.findChild(RosterCard) is None


def test_a_changed_list_can_be_put_off(learning):
    _, view, shop = learning
    press(view.findChild(RosterCard), "Not now")
    QApplication.processEvents()
    assert view.findChild(RosterCard) is None and shop.accepted == []


def test_a_list_without_this_shop_says_so(desktop):
    card = RosterCard(desktop.hub, replace(SEEN, has_me=False, is_first=True), lambda: None)
    assert "not in this list" in texts(card)


def test_reasons_and_doubts_have_words_in_the_readers_language(desktop):
    from gui.i18n import language

    app = QApplication.instance()
    language.use(app, "zh")
    try:
        for code in ("negative", "bad-age", "bad-json", "control-characters", "bad-nul", "empty"):
            assert not reason_of(code, "in English").isascii(), code
        for code in (
            "name",
            "own-name",
            "values",
            "joined",
            "orders",
            "kept",
            "no-consent",
            "zone",
        ):
            assert not why_words(code, "in English").isascii(), code
        for code in ("missing", "sensitive", "left-out", "kind", "zone", "values"):
            assert not doubt_words(code, "happened_at", "in English").isascii(), code
        assert doubt_words("other", "", "as written") == "as written"
    finally:
        language.use(app, "en")
    assert reason_of("never-heard", "as written") == "as written"
