"""A shop with too little to learn from: said on Overview and Learning, asked about before the node starts."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from client.api import Lack, Shop
from client.store import Store
from gui.hub import Hub
from gui.pages import lacking
from gui.widgets.confirm import Confirm
from tests.gui.driving import press, texts

pytestmark = pytest.mark.gui


@pytest.fixture
def joined(monkeypatch):
    real = Shop.league
    monkeypatch.setattr(Shop, "league", lambda shop: replace(real(shop), coordinator="ab" * 16))


def test_too_few_shoppers_are_said_and_asked_about(desktop, joined, monkeypatch):
    asked = []
    monkeypatch.setattr(Hub, "toggle_node", lambda _, anyway=False: asked.append(anyway))
    for name in ("overview", "learning"):
        desktop.window.go(name)
        assert "too little to learn" not in texts(desktop.window.pages[name])
    learning = desktop.window.pages["learning"]
    press(learning, "Start learning")
    assert asked == [False] and desktop.hub.shop.lack() is None
    with Store.open(desktop.hub.home) as store:
        store.db.execute(
            "UPDATE shoppers SET consent = 0 WHERE shopper NOT IN (SELECT shopper FROM shoppers"
            " WHERE consent = 1 LIMIT 7)"
        )
    monkeypatch.setattr(Shop, "data_state", lambda _: "others")
    assert desktop.hub.shop.lack() == Lack("few-shoppers", 7)
    for name in ("overview", "learning"):
        desktop.window.go(name)
        desktop.window.pages[name].refresh()
        assert "shoppers who agreed were shown an ad (7)" in texts(desktop.window.pages[name])
    press(learning, "Start learning")
    confirm = learning.findChild(Confirm)
    assert asked == [False] and "Nothing is sent or charged" in texts(confirm)
    confirm.accept()
    QApplication.processEvents()
    assert asked == [False, True]


@pytest.mark.parametrize(("kind", "says"), [("empty", "no ad was shown"), ("no-outcome", "click")])
def test_every_lack_has_words(qtbot, kind, says):
    assert says in lacking.words(Lack(kind, 0))
