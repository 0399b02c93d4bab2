"""Cleaning: every rule with its switch, what it sets aside, and a button that runs them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout

from client.api import Cleaning, CleaningRule, JobResult, Shop, run_cleaning
from gui import format as fmt
from gui.hub import Hub
from gui.widgets.basics import Card, boxed, button, column, figure, label, row, rule
from gui.words import fill, table_name


class CleanCard(Card):
    """Rules that are switched count from the next run; no row is ever deleted by one."""

    def __init__(self, hub: Hub, shop: Shop, cleaning: Cleaning) -> None:
        translate = QCoreApplication.translate
        ran = (
            fill(translate("CleanCard", "Last run %1"), fmt.moment(cleaning.ran_at))
            if cleaning.ran_at
            else translate("CleanCard", "Not run yet")
        )
        super().__init__(translate("CleanCard", "Cleaning"), label(ran, "caption"))
        self._hub, self._shop, self._ran_once = hub, shop, bool(cleaning.ran_at)
        note = self.tr(
            "A rule sets rows aside: they stay here but are not learnt from, scored or counted."
            " Switch the rule off, run again, and they are back."
        )
        self.add(label(note, "caption", wrap=True))
        for one in cleaning.rules:
            self.add(rule(), boxed(self._rule(one)))
        undo = button(self.tr("Undo last switch"), self._undo)
        undo.setEnabled(cleaning.can_undo)
        job = hub.job("clean")
        run = button(self.tr("Clean now"), self._run, kind="primary", icon_name="sparkles")
        run.setEnabled(not (job and job.busy))
        self.add(rule(), row(undo, None, run))

    def _rule(self, one: CleaningRule) -> QHBoxLayout:
        box = QCheckBox(one.title)
        box.setAccessibleName(one.title)
        box.setAccessibleDescription(one.words)
        box.setChecked(one.on)
        box.toggled.connect(lambda on: self._switch(one.name, on))
        words = column(box, label(one.words, "caption", wrap=True), spacing=1)
        line = row(spacing=16)
        line.addLayout(words, 1)
        line.addLayout(_counts(one, self._ran_once))
        return line

    def _switch(self, name: str, on: bool) -> None:
        done = self.tr("Switched. It counts when the rules run again.")
        self._hub.do(lambda: self._shop.set_cleaning(name, on), done)

    def _undo(self) -> None:
        done = self.tr("The switches are as before the last change.")
        self._hub.do(self._shop.undo_cleaning, done)

    def _run(self) -> None:
        self._hub.start(run_cleaning(), self._ran)

    def _ran(self, result: JobResult) -> None:
        self._hub.said.emit(self.tr("The rules have run over all rows."), "good")


def _counts(one: CleaningRule, ran: bool) -> QVBoxLayout:
    """Rows that a rule sets aside now, and whether its switch waits for a run."""
    translate = QCoreApplication.translate
    text = fill(translate("CleanCard", "%1 set aside"), fmt.count(one.n_aside)) if ran else fmt.DASH
    out = column(figure(text), spacing=1)
    for table, n in one.tables if len(one.tables) > 1 else ():
        out.addWidget(figure(f"{table_name(table)} {fmt.count(n)}", "caption"))
    if one.pending and ran:
        waits = figure(translate("CleanCard", "switched, not run yet"), "caption")
        out.addWidget(waits)
    return out
