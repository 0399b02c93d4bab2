"""Segments: one choice out of a few, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton


class Segments(QFrame):
    """Emits the key of what was chosen."""

    chosen = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]], current: str) -> None:
        super().__init__()
        self.setProperty("segbox", True)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        box = QHBoxLayout(self)
        box.setContentsMargins(3, 3, 3, 3)
        box.setSpacing(2)
        self._group = QButtonGroup(self)
        for key, text in options:
            choice = QToolButton()
            choice.setText(text)
            choice.setAccessibleName(f"{name}: {text}")
            choice.setCheckable(True)
            choice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            choice.setChecked(key == current)
            choice.setProperty("seg", True)
            choice.setProperty("key", key)
            self._group.addButton(choice)
            box.addWidget(choice)
        self._group.buttonClicked.connect(lambda b: self.chosen.emit(str(b.property("key"))))

    def current(self) -> str:
        """Key of the choice."""
        checked = self._group.checkedButton()
        return str(checked.property("key")) if checked else ""

    def choose(self, key: str) -> None:
        """Mark a choice without a word about it."""
        for choice in self._group.buttons():
            choice.setChecked(choice.property("key") == key)
