"""Decisions on ads: approve, reject, set live, retire, take back; each says what was done and offers a way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from getpass import getuser

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from client.api import Creative, Shop
from gui import words
from gui.hub import Hub
from gui.widgets.basics import button, label, row


class ReasonDialog(QDialog):
    """Asks why, with a few answers at hand; none is needed."""

    def __init__(
        self,
        title: str,
        text: str,
        yes: str,
        answers: list[str],
        act: Callable[[str], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(500)
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(10)
        box.addWidget(label(title, "section"))
        box.addWidget(label(text, "muted", wrap=True))
        self.reason = QLineEdit()
        self.reason.setAccessibleName(self.tr("Why? (kept with it)"))
        self.reason.setPlaceholderText(self.tr("Why? (kept with it)"))
        ready = row()
        for answer in answers:
            ready.addWidget(button(answer, partial(self.reason.setText, answer)))
        ready.addStretch(1)
        box.addLayout(ready)
        box.addWidget(self.reason)
        box.addSpacing(4)
        go = button(yes, self.accept, kind="primary")
        go.setDefault(True)
        box.addLayout(row(None, button(self.tr("Cancel"), self.reject), go))
        self.reason.setFocus()
        self.accepted.connect(lambda: act(self.reason.text().strip()))


class Deciding(QObject):
    """Takes decisions; `decided` carries what to say and the ad, None where there is no way back."""

    decided = Signal(str, object)

    def __init__(self, hub: Hub, parent: QWidget) -> None:
        super().__init__(parent)
        self._hub, self._window = hub, parent

    def approve(self, ad: Creative) -> None:
        """Say yes to the version that is on the screen."""
        self._do(lambda shop: shop.approve(ad, getuser()), self.tr("Approved: “%1”"), ad)

    def reject(self, ad: Creative) -> None:
        """Ask why, then say no."""
        ReasonDialog(
            self.tr("Reject this ad?"),
            self.tr("Nobody will see it. The reason stays with it and teaches your style."),
            self.tr("Reject"),
            [self.tr("Not our tone"), self.tr("Says nothing"), self.tr("Not true")],
            lambda why: self.say_no(ad, why),
            self._window,
        ).open()

    def say_no(self, ad: Creative, why: str) -> None:
        """Reject with a reason."""
        self._do(lambda shop: shop.reject(ad, getuser(), why), self.tr("Rejected: “%1”"), ad)

    def live(self, ad: Creative) -> None:
        """Say that it is on show from now on."""
        done = self.tr("Live: “%1”. Hansa counts its results from now on.")
        self._do(lambda shop: shop.live(ad, getuser()), done, ad)

    def retire(self, ad: Creative) -> None:
        """Ask why, then take it out of use."""
        ReasonDialog(
            self.tr("Retire this ad?"),
            self.tr(
                "It is no longer exported or chosen. Stopping it on a platform is done on the"
                " platform."
            ),
            self.tr("Retire"),
            [self.tr("Sold out"), self.tr("Campaign is over"), self.tr("A better one exists")],
            lambda why: self.put_away(ad, why),
            self._window,
        ).open()

    def put_away(self, ad: Creative, why: str) -> None:
        """Retire with a reason."""
        done = self.tr("Retired: “%1”")
        self._do(lambda shop: shop.retire(ad, getuser(), why), done, ad)

    def take_back(self, ad: Creative) -> None:
        """Undo the last decision on an ad; both stay in its log."""
        done = self.tr("Taken back: “%1”")
        self._do(lambda shop: shop.undo_decision(ad, getuser()), done, ad, back=False)

    def _do(
        self, act: Callable[[Shop], object], text: str, ad: Creative, *, back: bool = True
    ) -> None:
        shop = self._hub.shop
        if shop is None:
            return
        say = words.fill(text, ad.headline)
        if self._hub.do(lambda: act(shop)):
            self.decided.emit(say, ad if back else None)
