"""How far the league's coordinator has countersigned this shop's ledger, and a check of the ledger."""

from __future__ import annotations

from PySide6.QtCore import Qt

from client.api import Countersigned, JobResult, check_ledger
from gui import format as fmt
from gui.hub import Hub
from gui.widgets.basics import Card, button, label, pill, row
from gui.widgets.steps import StepLine
from gui.words import fill


class SignedCard(Card):
    """Receipts in plain words, with a button that checks everything again."""

    def __init__(self, hub: Hub, view: Countersigned) -> None:
        super().__init__()
        self._hub = hub
        self.setAccessibleName(self.tr("Signed by both sides"))
        mark = pill(*self._state(view))
        self.add(row(label(self.tr("Signed by both sides"), "section"), None, mark))
        for name, text in self._lines(view):
            self.add(StepLine(name, text))
        note = self.tr(
            "The league's coordinator signs under your ledger, and you under its book. Neither can"
            " later cut out or change a line without the other being able to show it."
        )
        self.add(label(note, "caption", wrap=True))
        check = button(self.tr("Check my ledger"), self._check, icon_name="shield-check")
        check.setEnabled(view.n_entries > 0)
        self.add(4)
        self.box.addWidget(check, 0, Qt.AlignmentFlag.AlignLeft)
        self.add(None)

    def _state(self, view: Countersigned) -> tuple[str, str]:
        if view.n_receipts == 0:
            return self.tr("No receipt yet"), "muted"
        newer = view.n_entries - 1 - view.sequence
        if newer <= 0:
            return self.tr("All countersigned"), "good"
        return self.tr("%n newer entry(ies)", "", newer), "accent"

    def _lines(self, view: Countersigned) -> list[tuple[str, str]]:
        entries = (self.tr("Entries in your ledger"), fmt.count(view.n_entries))
        if view.n_receipts == 0:
            why = self.tr("The first receipt comes with the message after your first sent round.")
            return [entries, (self.tr("Countersigned"), why)]
        upto = fill(
            self.tr("up to entry %1, with round %2 (%3)"),
            view.sequence,
            view.round,
            fmt.moment(view.at),
        )
        place = fill(
            self.tr("entry %1, %2: every member can compare it"),
            view.book_sequence,
            fmt.brief_hash(view.book_hash),
        )
        return [
            entries,
            (self.tr("Countersigned"), upto),
            (self.tr("Receipts kept"), fmt.count(view.n_receipts)),
            (self.tr("In the league's book"), place),
        ]

    def _check(self) -> None:
        self._hub.start(check_ledger(), self._checked)

    def _checked(self, result: JobResult) -> None:
        if result.values.get("holds") is True:
            done = self.tr("Your ledger holds: every entry, signature and receipt was checked.")
            self._hub.said.emit(done, "good")
