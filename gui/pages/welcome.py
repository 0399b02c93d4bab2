"""The first page of a new folder: name the shop, and it is made."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from client.api import JobResult, make_shop
from gui.hub import Hub
from gui.widgets.basics import Card, button, label, row, symbol
from gui.widgets.segments import Segments
from gui.widgets.steps import Mark


class Welcome(QWidget):
    """One question and one button."""

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self.hub = hub
        self.setAccessibleName(self.tr("Welcome"))
        box = QVBoxLayout(self)
        card = Card(pad=32)
        card.setFixedWidth(560)
        card.add(
            row(symbol("shield-check", "accent", 30), label(self.tr("Welcome"), "title"), None)
        )
        text = self.tr(
            "Shops learn together which shoppers an ad is for, and nobody shows anybody their books."
        )
        card.add(label(text, "muted", wrap=True), 8)
        for words in (
            self.tr("Your rows stay in one file on this computer"),
            self.tr("What leaves is noised first and listed for you"),
            self.tr("No ad is shown that you did not approve"),
        ):
            card.add(Mark("check", "good", words))
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Name of your shop"))
        self.name.setAccessibleName(self.tr("Name of your shop"))
        self.name.returnPressed.connect(self._make)
        self.language = Segments(
            self.tr("Language"),
            [("en", "English"), ("zh", "简体中文")],
            str(hub.options.value("language", "en")),
        )
        self.language.chosen.connect(self._speak)
        card.add(8, self.name, row(label(self.tr("Language"), "muted"), None, self.language), 4)
        card.add(row(button(self.tr("Make my shop"), self._make, kind="primary"), None))
        box.addStretch(1)
        box.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(2)

    def _speak(self, language: str) -> None:
        self.hub.options.setValue("language", language)
        self.hub.restyled.emit()

    def _make(self) -> None:
        name = self.name.text().strip()
        if not name:
            self.name.setFocus()
            return
        self.hub.start(make_shop(name, self.language.current()), self._made)

    def _made(self, result: JobResult) -> None:
        if self.hub.open():
            self.hub.opened.emit()
