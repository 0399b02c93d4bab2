"""Edit the words of an ad: checked while one types, lengths shown; saving makes a new version."""

from __future__ import annotations

from dataclasses import replace
from getpass import getuser
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from client.api import Creative
from common.errors import UserFacing
from gui import format as fmt
from gui.hub import Hub
from gui.pages import adnames
from gui.pages.adfield import WordField
from gui.pages.adwords import SEVERITY, FindingRow, Told, told
from gui.widgets.basics import button, clear, label, row
from gui.widgets.steps import Mark
from gui.words import fill

if TYPE_CHECKING:
    from client.api import MarkedFinding

WAIT_MS = 250
#: findings that fit a small screen below the fields
SHOWN = 4


class EditDialog(QDialog):
    """Headline, text and button of one ad."""

    def __init__(self, hub: Hub, ad: Creative, parent: QWidget) -> None:
        super().__init__(parent)
        self._hub, self._ad = hub, ad
        self.setWindowTitle(self.tr("Edit text"))
        self.setMinimumWidth(640)
        self.headline = WordField(ad.headline, one_line=True)
        self.body = WordField(ad.body, one_line=False)
        self.action = WordField(ad.call_to_action, one_line=True)
        self._fields = {
            "headline": self.headline,
            "body": self.body,
            "call to action": self.action,
        }
        self._lengths: dict[str, QLabel] = {}
        self._found = QVBoxLayout()
        self._found.setSpacing(4)
        self._lay_out()
        self._wait = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._wait.timeout.connect(self.check)
        for field in self._fields.values():
            field.textChanged.connect(lambda: self._wait.start())
        self.check()

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(6)
        place = label(adnames.slot(self._ad.slot), "caption")
        box.addLayout(row(label(self.tr("Edit text"), "title"), None, place))
        box.addSpacing(4)
        shown = self._limits()
        for name, field in self._fields.items():
            field.setAccessibleName(adnames.part(name))
            self._lengths[name] = label("", "caption")
            if name in shown or field.text():
                box.addLayout(row(label(adnames.part(name), "muted"), None, self._lengths[name]))
                box.addWidget(field)
            else:
                field.hide()
        box.addSpacing(4)
        box.addLayout(self._found)
        box.addSpacing(6)
        note = self.tr("Saving makes a new version that waits for your approval.")
        cancel = button(self.tr("Cancel"), self.reject)
        save = button(self.tr("Save"), self.save, kind="primary")
        box.addLayout(row(label(note, "caption"), None, cancel, save))

    def _limits(self) -> dict[str, int]:
        """Part -> limit of the ad's own placement."""
        shop = self._hub.shop
        if shop is None:
            return {}
        own = next((p for p in shop.ad_previews(self._typed()) if p.is_own), None)
        return {p.name: p.limit for p in own.parts if p.limit} if own else {}

    def _typed(self) -> Creative:
        return replace(
            self._ad,
            headline=self.headline.text().strip(),
            body=self.body.text().strip(),
            call_to_action=self.action.text().strip(),
        )

    def apply(self, found: Told) -> None:
        """Put suggested words in place of the part; without some, select what they are about."""
        field = self._fields.get(found.part)
        if field is None:
            return
        if found.instead:
            field.setText(found.instead)
            self.check()
        elif found.right and found.words in field.text():
            field.setText(field.text().replace(found.words, found.right, 1))
            self.check()
        else:
            field.select(found.words)
        field.setFocus()

    def check(self) -> None:
        """Say what the checks find in the words as they are now."""
        shop = self._hub.shop
        if shop is None:
            return
        typed = self._typed()
        try:
            marked = shop.check_words(typed)
        except UserFacing as e:
            marked = ()
            clear(self._found)
            self._found.addWidget(Mark("circle-x", "bad", e.what))
            return
        self._tell(marked)
        own = next((p for p in shop.ad_previews(typed) if p.is_own), None)
        for part in own.parts if own else ():
            text = f"{fmt.count(part.length)} / {fmt.count(part.limit)}"
            self._lengths[part.name].setText(text if part.fits else f"! {text}")

    def _tell(self, marked: tuple[MarkedFinding, ...]) -> None:
        clear(self._found)
        for name, field in self._fields.items():
            field.underline(
                [
                    (p.start, p.end, SEVERITY.get(m.finding.severity, ("", "muted"))[1])
                    for m in marked
                    for p in m.places
                    if p.part == name
                ]
            )
        for i, one in enumerate(marked[:SHOWN], 1):
            self._found.addWidget(FindingRow(told(one, i), "", self.apply))
        if len(marked) > SHOWN:
            more = fill(self.tr("and %1 more, marked in the words"), len(marked) - SHOWN)
            self._found.addWidget(label(more, "caption"))
        if not marked:
            text = self.tr("The checks find nothing in these words.")
            self._found.addWidget(Mark("check", "good", text))

    def save(self) -> None:
        """Keep the words as a new version; stays open when they cannot be kept."""
        shop, typed = self._hub.shop, self._typed()
        done = self.tr("Saved as a new version.")
        if shop is not None and self._hub.do(lambda: shop.edit(typed, getuser()), done):
            self.accept()
