"""A short word after a decision, with a way back, that goes by itself."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.widgets.banner import Action, Banner
from gui.widgets.basics import clear

STAYS_MS = 12_000


class Toast(QWidget):
    """The newest word only; takes no room while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._action: Action | None = None
        self._ends = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._ends.timeout.connect(self.forget)
        self.hide()

    def say(self, text: str, action: Action | None = None) -> None:
        """Show a sentence and, perhaps, one thing that can be done about it."""
        clear(self._box)
        self._action = action
        shown = (action[0], self.act) if action else None
        self._box.addWidget(Banner(text, shown, tone="good"))
        self.show()
        self._ends.start()

    def act(self) -> bool:
        """Do it; False where there is nothing to do."""
        action = self._action
        if action is None:
            return False
        self.forget()
        action[1]()
        return True

    def forget(self) -> None:
        """Take the word off the screen."""
        self._ends.stop()
        self._action = None
        clear(self._box)
        self.hide()
