"""Refused rows by reason, each group with the steps that may help, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QHBoxLayout, QInputDialog

from client.api import JobResult, RefusedSet, fix_refused
from gui import format as fmt
from gui.hub import Hub
from gui.pages.mappingcard import ZONES
from gui.pages.mappingwords import reason_of
from gui.widgets.basics import Card, boxed, button, column, label, pill, row, rule
from gui.words import column_name, fill


class RefusedSets(Card):
    """One row of words and buttons a group."""

    def __init__(self, hub: Hub, groups: Sequence[RefusedSet]) -> None:
        super().__init__(QCoreApplication.translate("RefusedSets", "Rows that were set aside"))
        self._hub = hub
        note = self.tr("Pick what is right for all rows of a group; what still fails stays here.")
        self.add(label(note, "caption", wrap=True))
        for group in groups:
            self.add(rule(), boxed(self._group(group)))

    def _group(self, group: RefusedSet) -> QHBoxLayout:
        what = reason_words(group)
        name = f"{column_name(group.column)}: {what}" if group.column else what
        where = fill(self.tr("%1, first in line %2"), group.file_name, fmt.count(group.first_line))
        words = column(label(name, "strong", wrap=True), label(where, "caption"), spacing=1)
        line = row(spacing=8)
        line.addLayout(words, 1)
        if group.n_waiting:
            line.addWidget(pill(self.tr("%n row(s)", "", group.n_waiting), "warn"))
        if group.n_left:
            line.addWidget(pill(self.tr("%n left out", "", group.n_left), "muted"))
        for deed in group.offers:
            text = deed_words(deed)
            step = button(text, partial(self._do, group, deed))
            step.setAccessibleName(f"{name}: {text}")
            line.addWidget(step)
        if group.n_left and "undo" not in group.offers:
            line.addWidget(button(self.tr("Undo"), partial(self._do, group, "undo")))
        return line

    def _do(self, group: RefusedSet, deed: str) -> None:
        text = self._ask(group, deed)
        if text is not None:
            self._hub.start(fix_refused(group.group_id, deed, text), self._done)

    def _ask(self, group: RefusedSet, deed: str) -> str | None:
        """The text that a deed needs; "" for one that needs none, None for a no."""
        if deed == "assume-zone":
            title = self.tr("Times without a zone are of")
            zone, yes = QInputDialog.getItem(self, title, title, list(ZONES), 0, True)
            return zone if yes else None
        if deed == "set":
            title = fill(self.tr("%1 for all rows of this group"), column_name(group.column))
            value, yes = QInputDialog.getText(self, title, title)
            return f"{group.column}={value}" if yes and value else None
        return ""

    def _done(self, result: JobResult) -> None:
        done = result.values.get("done")
        n = int(done.get("n_fixed", 0)) if isinstance(done, dict) else 0
        text = self.tr("%n row(s) were repaired and imported.", "", n)
        self._hub.said.emit(text if n else self.tr("Done. No row was imported by it."), "good")


def deed_words(deed: str) -> str:
    """A step that may help."""
    translate = QCoreApplication.translate
    return {
        "trim-currency": translate("RefusedSets", "Ignore currency signs"),
        "assume-zone": translate("RefusedSets", "Say the time zone…"),
        "day-first": translate("RefusedSets", "Day comes first"),
        "decimal-comma": translate("RefusedSets", "Comma is the decimal sign"),
        "set": translate("RefusedSets", "Set a value…"),
        "leave": translate("RefusedSets", "Leave out"),
        "undo": translate("RefusedSets", "Undo"),
    }.get(deed, deed)


def reason_words(group: RefusedSet) -> str:
    """Why, in the reader's language where the code is known."""
    return reason_of(group.code, group.reason)
