"""Every page renders in every look, names every control, and tells what the database holds."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
)

from gui.window import PAGES

pytestmark = pytest.mark.gui
SCREENS = Path(__file__).resolve().parents[2] / "build" / "screens"
LOOKS = [("light", "en"), ("dark", "en"), ("light", "zh"), ("dark", "zh")]
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
)


def grab(desktop, name):
    for _ in range(5):
        QApplication.processEvents()
    picture = desktop.window.grab()
    SCREENS.mkdir(parents=True, exist_ok=True)
    picture.save(str(SCREENS / f"{name}.png"))
    return picture.toImage()


def colours(image):
    xs, ys = range(0, image.width(), 7), range(0, image.height(), 7)
    return len({image.pixel(x, y) for x in xs for y in ys})


def words(desktop):
    QApplication.processEvents()
    return {w.text() for w in desktop.window.findChildren(QLabel) if w.isVisible()}


def unnamed(desktop):
    return [
        type(w).__name__
        for kind in CONTROLS
        for w in desktop.window.findChildren(kind)
        if w.isVisible()
        and not w.accessibleName()
        and not (isinstance(w, QAbstractButton) and w.text().strip())
        # parts of a widget, named by it
        and not isinstance(w.parent(), (QAbstractItemView, QLineEdit, QAbstractSpinBox, QComboBox))
    ]


@pytest.mark.parametrize(("mode", "language"), LOOKS)
def test_every_page_in_every_look(desktop, mode, language):
    desktop.hub.options.setValue("theme", mode)
    desktop.hub.options.setValue("language", language)
    desktop.restyle()
    seen = set()
    for name in PAGES:
        desktop.window.go(name)
        image = grab(desktop, f"{name}-{mode}-{language}")
        assert colours(image) > 30, name
        ground = image.pixelColor(image.width() - 12, image.height() - 12).lightness()
        assert (ground < 128) == (mode == "dark"), name
        assert unnamed(desktop) == [], name
        seen.add(bytes(image.constBits()))
    assert len(seen) == len(PAGES)


def test_overview_shows_the_database(desktop):
    shown = words(desktop)
    info = desktop.hub.shop.info()
    assert info.n_impressions == 600
    totals = desktop.hub.shop.performance(26, 2)
    assert f"{sum(w.n_impressions for w in totals.weeks):,}" in shown
    assert "Being computed" not in shown
    assert "1.20" in shown  # epsilon of the last round's ledger


def test_chinese_has_no_english_left(desktop):
    desktop.hub.options.setValue("language", "zh")
    desktop.restyle()
    from_data = {"Casa Verde", "Hansa", "Grocery", "CSV"}
    for name in PAGES:
        desktop.window.go(name)
        for text in words(desktop):
            letters = [w for w in text.split() if w.isascii() and w.isalpha() and len(w) > 3]
            known = any(d in text for d in from_data) or "Oil" in text or "oil" in text
            assert not letters or known or "dp-accounting" in text, (name, text)


def test_empty_folder_asks_for_a_shop(new_desktop):
    assert "Welcome" in words(new_desktop)
    assert unnamed(new_desktop) == []
    assert colours(grab(new_desktop, "welcome-light-en")) > 20


def test_pages_of_an_empty_shop(qtbot, tmp_path):
    from client.shop import make_shop
    from gui.app import Desktop

    make_shop(tmp_path / "bare", "Bare", "en", {})
    desktop = Desktop(QApplication.instance(), tmp_path / "bare", mode="light", language="en")
    desktop.show()
    expected = {
        "overview": "Nothing is here yet",
        "data": "Drop the files of your shop here",
        "learning": "Join a league",
        "audiences": "No audience yet",
        "ads": "No ad yet",
        "privacy": "Nothing has left this computer.",
    }
    for name, sentence in expected.items():
        desktop.window.go(name)
        assert sentence in words(desktop), name
        grab(desktop, f"empty-{name}-light-en")
    desktop.close()


def test_keyboard_reaches_every_page(desktop, qtbot):
    from PySide6.QtCore import Qt

    desktop.window.activateWindow()
    for i, name in enumerate(PAGES, 1):
        qtbot.keyClick(
            desktop.window, getattr(Qt.Key, f"Key_{i}"), Qt.KeyboardModifier.ControlModifier
        )
        desktop.window.go(name)
        assert desktop.window.current == name
