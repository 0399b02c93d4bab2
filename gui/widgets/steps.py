"""Lines of a list: a name with its words, a step with its mark."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.widgets.basics import label, symbol


class StepLine(QWidget):
    """A name in a fixed width, its words beside it."""

    def __init__(self, name: str, text: str, *, width: int = 170) -> None:
        super().__init__()
        self.setAccessibleName(f"{name}: {text}")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 1, 0, 1)
        box.setSpacing(10)
        head = label(name, "muted", wrap=True)
        head.setFixedWidth(width)
        box.addWidget(head, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(label(text, wrap=True), 1, Qt.AlignmentFlag.AlignTop)


class Mark(QWidget):
    """An icon with words: something that was checked, is going on, or still waits."""

    def __init__(self, icon_name: str, tone: str, text: str, note: str = "") -> None:
        super().__init__()
        self.setAccessibleName(f"{text} {note}".strip())
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 1, 0, 1)
        box.setSpacing(10)
        box.addWidget(symbol(icon_name, tone, 16), 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(label(text, wrap=True), 1)
        if note:
            box.addWidget(label(note, "caption"))
