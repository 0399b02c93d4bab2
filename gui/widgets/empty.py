"""An empty state: an icon, one sentence, a second one, and perhaps an action."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gui.widgets.basics import label, row, symbol


class Empty(QWidget):
    """What a card shows while there is nothing to show."""

    def __init__(
        self, icon_name: str, title: str, text: str = "", *actions: QPushButton, height: int = 150
    ) -> None:
        super().__init__()
        self.setMinimumHeight(height)
        self.setAccessibleName(title)
        centre = Qt.AlignmentFlag.AlignHCenter
        box = QVBoxLayout(self)
        box.setSpacing(6)
        box.addStretch(1)
        box.addWidget(symbol(icon_name, "muted", 28), 0, centre)
        box.addWidget(label(title, "section"), 0, centre)
        if text:
            words = label(text, "muted", wrap=True)
            words.setAlignment(centre)
            line = row(None)
            line.addWidget(words, 6)
            line.addStretch(1)
            box.addLayout(line)
        if actions:
            box.addSpacing(6)
            box.addLayout(row(None, *actions, None))
        box.addStretch(1)
