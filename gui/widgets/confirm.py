"""A question before something that cannot be taken back: plain words, two buttons, none is a trap."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from gui.widgets.basics import button, label, row


class Confirm(QDialog):
    """Asks; runs `act` on yes. Escape and closing are a no, and no is where the keyboard starts."""

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        yes: str,
        act: Callable[[], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._act = act
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(8)
        box.addWidget(label(title, "section", wrap=True))
        for line in lines:
            box.addWidget(label(line, wrap=True))
        box.addSpacing(6)
        no = button(QCoreApplication.translate("Confirm", "Go back"), self.reject)
        go = button(yes, self.accept, kind="primary")
        no.setDefault(True)
        box.addLayout(row(None, no, go))
        no.setFocus()
        self.accepted.connect(lambda: self._act())
