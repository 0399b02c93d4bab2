"""One ad to judge: how it looks where it stands, its words with the findings, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from client.api import AdView, Creative
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.pages import adnames
from gui.pages.adbanner import Banners
from gui.pages.addecide import Deciding
from gui.pages.adhistory import AdHistory
from gui.pages.adlook import AdLook, LookChoice
from gui.pages.adorigin import AdOrigin
from gui.pages.adwhy import AdWhy
from gui.pages.adwords import AdWords, Told
from gui.pages.editdialog import EditDialog
from gui.widgets.banner import Banner
from gui.widgets.basics import Card, boxed, button, label, pill, row, rule
from gui.widgets.sides import Sides


@dataclass(frozen=True)
class Around:
    """What a card needs besides its ad.

    Attributes:
        hub: The window's link to the shop.
        deciding: Takes the decisions.
        banners: Draws the banners.
        choice: What the person looks at.
        shop_name: Who advertises.
        picture: Photo of the product; None = none is known.
        sources: Rule file with version -> where it comes from.
        weights: Of the parts of a score, where an ad did not record them.
        write_another: Has another ad written for the same brief.
        export: Opens the sheet for this ad.
    """

    hub: Hub
    deciding: Deciding
    banners: Banners
    choice: LookChoice
    shop_name: str
    picture: QImage | None
    sources: dict[str, str]
    weights: dict[str, float]
    write_another: Callable[[Creative], None]
    export: Callable[[Creative], None]


class AdCard(QWidget):
    """What a person reads before deciding."""

    def __init__(self, around: Around, view: AdView, place: tuple[int, int]) -> None:
        super().__init__()
        self._around, self._view, self._ad = around, view, view.creative
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(14)
        box.addWidget(self._judge(place))
        if view.audience is None:
            box.addWidget(AdWhy(view))
            box.addWidget(AdOrigin(view, self._around.weights))
        else:
            box.addWidget(
                Sides(AdWhy(view), AdOrigin(view, self._around.weights), (1, 1), narrow=640)
            )
        box.addWidget(AdHistory(view))
        box.addStretch(1)

    def _judge(self, place: tuple[int, int]) -> Card:
        card = Card()
        title = words.fill(self.tr("Ad %1 of %2"), *place)
        card.setAccessibleName(title)
        state = pill(*words.creative_state(self._ad.state.value))
        where = pill(adnames.slot(self._ad.slot), "muted")
        meta = label(self._meta(), "caption", wrap=True)
        meta.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = row(label(title, "section"), 6, state, where, meta)
        card.add(head)
        older = [v for v in self._view.versions[:-1] if v.state.value == "live"]
        if older:
            text = self.tr("Version %1 is still live until this one goes live or you retire it.")
            card.add(Banner(words.fill(text, older[-1].version), tone="warn"))
        look = AdLook(
            self._view,
            self._around.shop_name,
            self._around.picture,
            self._around.banners,
            self._around.choice,
        )
        said = AdWords(self._view, self._around.sources, self._use)
        sides = Sides(look, said, (0, 1), narrow=700, spacing=22)
        card.add(2, sides, self._decision(), 4, rule(), 2)
        for line in self._buttons():
            card.add(line)
        return card

    def _meta(self) -> str:
        ad = self._ad
        return words.fill(
            self.tr("version %1 · written by %2 · %3"),
            ad.version,
            words.writer(ad.writer),
            fmt.moment(ad.created_at),
        )

    def _decision(self) -> QWidget:
        """Who decided, when and why; nothing where nobody did."""
        ad = self._ad
        if not ad.decided_at:
            return boxed(row())
        what = adnames.decided(ad.state.value)
        by, when = adnames.decider(ad.decided_by), fmt.moment(ad.decided_at)
        text = words.fill(self.tr("%1 by %2, %3"), what, by, when)
        return label(f"{text}: {ad.reason}" if ad.reason else text, "muted", wrap=True)

    def _buttons(self) -> list[QHBoxLayout]:
        ad, can, do = self._ad, self._view.possible, self._around.deciding
        errors = any(f.severity == "error" for f in ad.findings)
        going = "live" in can
        approve = self._button(
            self.tr("Approve"), lambda: do.approve(ad), "check", "A", primary=not going
        )
        approve.setEnabled("approve" in can and not errors)
        live = self._button(self.tr("Set live"), lambda: do.live(ad), "play", "", primary=going)
        edit = self._button(self.tr("Edit text…"), self.edit, "pencil", "E")
        another = self._button(
            self.tr("Write another"), lambda: self._around.write_another(ad), "refresh-cw", ""
        )
        reject = self._button(self.tr("Reject"), lambda: do.reject(ad), "x", "R")
        reject.setEnabled("reject" in can)
        retire = self._button(self.tr("Retire"), lambda: do.retire(ad), "pause", "")
        back = self._button(self.tr("Take back"), lambda: do.take_back(ad), "refresh-cw", "U")
        export = self._button(self.tr("Export…"), lambda: self._around.export(ad), "download", "")
        shown = [live] if going else [] if ad.may_be_shown else [approve]
        line = row(*shown, edit)
        if ad.may_be_shown:
            line.addWidget(export)
        line.addWidget(another)
        line.addStretch(1)
        keys = self.tr("Keys: ↑ ↓ next ad · A approve · E edit · R reject · U take back")
        more = row(label(keys, "caption", wrap=True))
        for wanted, there in (("undo", back), ("retire", retire), ("reject", reject)):
            if wanted in can or (wanted == "reject" and not ad.may_be_shown):
                more.addWidget(there)
        return [line, more]

    def _button(
        self,
        text: str,
        act: Callable[[], object],
        icon_name: str,
        key: str,
        *,
        primary: bool = False,
    ) -> QPushButton:
        out = button(text, act, kind="primary" if primary else "", icon_name=icon_name)
        if key:
            out.setToolTip(words.fill(self.tr("Key: %1"), key))
        return out

    def approve(self) -> None:
        """As the button, where it is allowed."""
        errors = any(f.severity == "error" for f in self._ad.findings)
        if "approve" in self._view.possible and not errors:
            self._around.deciding.approve(self._ad)

    def reject(self) -> None:
        """As the button, where it is allowed."""
        if "reject" in self._view.possible:
            self._around.deciding.reject(self._ad)

    def take_back(self) -> None:
        """As the button, where it is allowed."""
        if "undo" in self._view.possible:
            self._around.deciding.take_back(self._ad)

    def edit(self) -> None:
        """Open the editor."""
        EditDialog(self._around.hub, self._ad, self).open()

    def _use(self, found: Told) -> None:
        """Open the editor with what the rule suggests, or at the words that it is about."""
        dialog = EditDialog(self._around.hub, self._ad, self)
        dialog.apply(found)
        dialog.open()
