"""What to offer one shopper next: likely products, varied, none too often, each with its reasons."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from client.api import recommend_for
from gui import format as fmt
from gui.hub import Hub
from gui.pages.asking import Asking
from gui.pages.heldcard import grid_in
from gui.pages.waiting import failed, quiet_focus, waiting
from gui.pages.whydialog import WhyDialog
from gui.widgets.basics import boxed, button, clear, column, figure, label, pill, row
from gui.widgets.sharebar import ShareBar
from gui.words import fill, group


class OffersDialog(QDialog):
    """One shopper; a job scores every product of the shop."""

    def __init__(self, hub: Hub, shopper_key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._hub, self._key = hub, shopper_key
        self.setWindowTitle(self.tr("What to offer next"))
        self.setMinimumSize(780, 420)
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(12)
        who = fill(self.tr("Shopper %1"), fmt.brief_hash(shopper_key))
        how = self.tr(
            "The likeliest products that differ from each other; nothing bought in 30 days, nothing"
            " shown three times in a week, nothing sold out."
        )
        box.addLayout(
            column(
                label(self.tr("What to offer next"), "title"),
                label(f"{who} · {how}", "muted", wrap=True),
                spacing=2,
            )
        )
        self._body = QVBoxLayout()
        self._body.setSpacing(8)
        box.addLayout(self._body)
        box.addStretch(1)
        box.addLayout(row(None, button(self.tr("Close"), self.accept, kind="primary")))
        self._asking = Asking(hub, self)
        self._asking.answered.connect(self._show)
        self.finished.connect(lambda _: self._asking.forget())
        quiet_focus(self)
        self._ask()

    def _ask(self) -> None:
        self._asking.ask(recommend_for(self._key))

    def _show(self) -> None:
        clear(self._body)
        answer = self._asking.answer
        banner = failed(answer, self._ask)
        if banner is not None:
            self._body.addWidget(banner)
        elif answer.busy:
            self._body.addLayout(
                waiting(self.tr("Scoring every product of the shop…"), answer.part)
            )
        elif answer.known:
            self._body.addWidget(boxed(self._list(answer.values["offers"])))
            if gone := self._left_out(answer.values):
                self._body.addWidget(label(gone, "caption", wrap=True))
            text = self.tr(
                "The shares say how likely a purchase is if the product were shown now. The reasons"
                " compare it with the shop's other products for the same shopper."
            )
            self._body.addWidget(label(text, "caption", wrap=True))

    def _list(self, offers: list[dict[str, Any]]) -> QVBoxLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        best = max((float(o["p_conversion"]) for o in offers), default=0.0) or 1.0
        for at, o in enumerate(offers):
            p = float(o["p_conversion"])
            top = row(label(o["title"] or o["product_id"], "strong"))
            if o["ads"]:
                top.addWidget(pill(self.tr("ad approved"), "good"))
            top.addStretch(1)
            words = column(top, label(self._why(o), "caption", wrap=True), spacing=1)
            grid.addWidget(figure(str(at + 1), "muted"), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(boxed(words), at, 1)
            grid.addWidget(ShareBar(p / best, f"{o['title']}: {fmt.share(p)}"), at, 2)
            grid.addWidget(figure(fmt.share(p)), at, 3)
            link = button(self.tr("Why?"), partial(self.why, o), kind="link")
            link.setAccessibleName(fill(self.tr("Why “%1”?"), o["title"]))
            grid.addWidget(link, at, 4)
        grid.setColumnStretch(1, 5)
        grid.setColumnStretch(2, 2)
        return grid_in(grid)

    def _why(self, offer: dict[str, Any]) -> str:
        said = [f"{group(r['group'])} {fmt.factor(r['odds_factor'])}" for r in offer["reasons"]]
        parts = [str(offer["category"] or ""), *said]
        return " · ".join(p for p in parts if p)

    def _left_out(self, v: dict[str, Any]) -> str:
        counts = (
            (self.tr("%1 bought lately"), v["n_bought"]),
            (self.tr("%1 shown often enough"), v["n_capped"]),
            (self.tr("%1 sold out"), v["n_sold_out"]),
        )
        gone = ", ".join(fill(text, fmt.count(n)) for text, n in counts if n)
        text = self.tr("Of %1 products left out: %2.")
        return fill(text, fmt.count(v["n_products"]), gone) if gone else ""

    def why(self, offer: dict[str, Any]) -> None:
        """What the model used for this shopper and this product."""
        WhyDialog(self._hub, self._key, str(offer["product_id"]), str(offer["title"]), self).open()
