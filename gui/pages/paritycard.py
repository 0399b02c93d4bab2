"""Who gets to see it: each group's share of an audience against its share of those who could be in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QLineEdit, QWidget

from client.api import SegmentView, Shop, compare_groups
from gui import format as fmt
from gui.hub import Hub
from gui.pages.asking import Answer, Asking
from gui.pages.heldcard import grid_in
from gui.pages.paritywords import group_line, verdict
from gui.pages.waiting import failed, waiting
from gui.widgets.banner import Banner
from gui.widgets.basics import Card, boxed, button, column, figure, label, row
from gui.widgets.ratiobar import RatioBar
from gui.words import fill

MOST = 12


class ParityQuestion(QObject):
    """Which groups were asked for, and the answer; kept while cards come and go."""

    answered = Signal()

    def __init__(self, hub: Hub, page: QWidget) -> None:
        super().__init__(page)
        self._asking = Asking(hub, self)
        self._asking.answered.connect(self.answered)
        self._about = ""
        self.by = "segment"

    def ask(self, audience_id: str, by: str, file: Path | None = None) -> None:
        """Start the job."""
        self._about, self.by = audience_id, by
        self._asking.answer = Answer()
        self._asking.ask(compare_groups(audience_id, by, file))

    def answer_for(self, audience_id: str) -> Answer:
        """The answer, if it is about this audience."""
        return self._asking.answer if audience_id == self._about else Answer()


class ParityCard(Card):
    """Choose the groups; then shares, ratios with intervals, and one sentence."""

    def __init__(
        self,
        shop: Shop,
        question: ParityQuestion,
        audience_id: str,
        segments: Sequence[SegmentView],
    ) -> None:
        super().__init__(self.tr("Who gets to see it, group by group"))
        self._shop, self._question, self._id = shop, question, audience_id
        self._names = {s.segment_id: s.name for s in segments}
        self._has_segments = any(s.n_people for s in segments)
        note = self.tr(
            "An audience of those likeliest to buy can leave a group out without anybody wanting it."
            " Groups are yours to name; a file of groups is read now and kept nowhere."
        )
        self.add(label(note, "caption", wrap=True), self._ask_row())
        answer = question.answer_for(audience_id)
        banner = failed(answer, self._again)
        if banner is not None:
            self.add(banner)
        elif answer.busy:
            self.add(waiting(self.tr("Scoring all who could be in it…"), answer.part))
        elif answer.known:
            self._show(answer.values["reports"][0])

    def _ask_row(self) -> QWidget:
        self.by = QComboBox()
        self.by.setAccessibleName(self.tr("Groups"))
        if self._has_segments:
            self.by.addItem(self.tr("Segments of your shop"), "segment")
        self.by.addItem(self.tr("A file with customer_id and a column of groups…"), "")
        self.by.setCurrentIndex(max(self.by.findData(self._question.by), 0))
        self.column = QLineEdit()
        self.column.setAccessibleName(self.tr("Name of the column"))
        self.column.setPlaceholderText(self.tr("Name of the column"))
        self.column.setFixedWidth(170)
        self.by.currentIndexChanged.connect(lambda _: self._switch())
        go = button(self.tr("Compare"), self.compare)
        out = boxed(row(self.by, self.column, go, None))
        self._switch()
        return out

    def _switch(self) -> None:
        self.column.setVisible(self.by.currentData() == "")

    def compare(self) -> None:
        """Start it; a file is asked for where groups come from one."""
        by = str(self.by.currentData())
        if by:
            self._question.ask(self._id, by)
            return
        column = self.column.text().strip()
        if not column:
            self.column.setFocus()
            return
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("A file with customer_id and a column of groups…"), "", "CSV (*.csv)"
        )
        if name:
            self._question.ask(self._id, column, Path(name))

    def _again(self) -> None:
        self.compare()

    def _show(self, report: Mapping[str, Any]) -> None:
        groups = [self._named(g) for g in report["groups"]]
        text, tone = verdict(groups, str(report["by"]))
        self.add(Banner(text, tone=tone), grid_in(self._grid(groups[:MOST], int(report["floor"]))))
        notes = []
        if report["n_hidden"]:
            hidden = self.tr(
                "%1 groups are not shown: they have fewer than %2 people, or would tell how many such"
                " a group has."
            )
            notes.append(fill(hidden, report["n_hidden"], report["floor"]))
        if report["share_elsewhere"] >= 0.005:
            share = fmt.share(report["share_elsewhere"], 0)
            told = self.tr("%1 of those addressable are in no group that is shown.")
            notes.append(fill(told, share))
        if not report["same_model"]:
            notes.append(self.tr("The audience was picked with an older model."))
        if notes:
            self.add(label(" ".join(notes), "caption", wrap=True))

    def _named(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {**group, "name": self._names.get(str(group["group"]), str(group["name"]))}

    def _grid(self, groups: Sequence[Mapping[str, Any]], floor: int) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(7)
        heads = (
            self.tr("Group"),
            self.tr("Of those addressable"),
            self.tr("Of this audience"),
            self.tr("Against its part (the line is even)"),
            "",
        )
        for i, head in enumerate(heads):
            side = Qt.AlignmentFlag.AlignRight if i in (1, 2) else Qt.AlignmentFlag.AlignLeft
            grid.addWidget(label(head, "caption"), 0, i, side)
        for at, g in enumerate(groups, 1):
            words, tone, span = group_line(g)
            grid.addWidget(label(str(g["name"]), "strong"), at, 0)
            grid.addWidget(figure(fmt.share(g["share_addressable"], 1)), at, 1)
            own = g["share_audience"]
            told = fmt.share(own, 1)
            if own is None:
                few = g["ratio_under"] is not None
                told = fill(self.tr("under %1 people"), floor) if few else self.tr("not shown")
            grid.addWidget(figure(told), at, 2)
            ratio = g["ratio"]
            if ratio is not None:
                name = f"{g['name']}: {span}"
                bar = RatioBar(ratio["low"], ratio["value"], ratio["high"], tone, name)
                grid.addWidget(bar, at, 3)
            grid.addWidget(boxed(column(label(span), label(words, "caption"), spacing=0)), at, 4)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(3, 3)
        return grid
