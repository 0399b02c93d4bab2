"""Why this score: every group of features with its factor on the odds, as the model used it."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from client.api import Reason, explain_score
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.pages.asking import Asking
from gui.pages.audiencedetail import reason_row
from gui.pages.waiting import failed, quiet_focus, waiting
from gui.widgets.basics import button, clear, column, label, row
from gui.words import fill

#: Log-odds below this are shown as no difference: one per cent of the odds.
NOTHING = 0.01


class WhyDialog(QDialog):
    """One shopper, one product."""

    def __init__(
        self, hub: Hub, shopper_key: str, product_id: str, title: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._title, self._spec = title, explain_score(shopper_key, product_id)
        self.setWindowTitle(self.tr("Why this score"))
        self.setMinimumWidth(620)
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(10)
        who = fill(self.tr("Shopper %1 and “%2”"), fmt.brief_hash(shopper_key), title)
        box.addLayout(
            column(
                label(self.tr("Why this score"), "title"), label(who, "muted", wrap=True), spacing=2
            )
        )
        self._body = QVBoxLayout()
        self._body.setSpacing(7)
        box.addLayout(self._body)
        box.addStretch(1)
        box.addLayout(row(None, button(self.tr("Close"), self.accept, kind="primary")))
        self._asking = Asking(hub, self)
        self._asking.answered.connect(self._show)
        self.finished.connect(lambda _: self._asking.forget())
        quiet_focus(self)
        self._ask()

    def _ask(self) -> None:
        self._asking.ask(self._spec)

    def _show(self) -> None:
        clear(self._body)
        answer = self._asking.answer
        banner = failed(answer, self._ask)
        if banner is not None:
            self._body.addWidget(banner)
        elif answer.busy:
            self._body.addLayout(waiting(self.tr("Asking the model…"), answer.part))
        elif answer.known:
            self._answer()

    def _answer(self) -> None:
        values = self._asking.answer.values
        odds = float(values["base_odds"])
        score = label(fmt.share(values["p_conversion"]), "metric")
        usual = fill(
            self.tr("likely to buy, where %1 is usual among all who may be addressed"),
            fmt.share(odds / (1 + odds)),
        )
        self._body.addLayout(row(score, label(usual, "muted", wrap=True), spacing=12))
        factors = [(str(g), float(f)) for g, f in values["odds_factors"].items()]
        factors.sort(key=lambda e: -abs(math.log(max(e[1], 1e-9))))
        largest = max((max(f, 1 / max(f, 1e-9)) for _, f in factors), default=1.0)
        for group, factor in factors:
            if abs(math.log(max(factor, 1e-9))) >= NOTHING:
                self._body.addLayout(reason_row(Reason(group, factor, ""), largest))
        same = [words.group(g) for g, f in factors if abs(math.log(max(f, 1e-9))) < NOTHING]
        if same:
            text = fill(self.tr("Made no difference: %1."), ", ".join(same))
            self._body.addWidget(label(text, "caption", wrap=True))
        text = self.tr(
            "The usual odds times all factors are the odds of this score. They say what the model"
            " used, not what causes a purchase."
        )
        self._body.addSpacing(4)
        self._body.addWidget(label(text, "caption", wrap=True))
