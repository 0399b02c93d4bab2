"""Who the shoppers are: segments of those who agreed, their size, spend, who came and went, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from client.api import JobResult, SegmentView, sort_segments
from gui import format as fmt
from gui.hub import Hub
from gui.pages.heldcard import grid_in
from gui.widgets.basics import Card, boxed, button, column, figure, label, row
from gui.widgets.sharebar import ShareBar
from gui.words import fill

#: Rows at once; smaller segments follow in `hansa segments`.
MOST = 9


class SegmentsCard(Card):
    """A row a segment; sorting is a job of its own."""

    def __init__(
        self, hub: Hub, segments: Sequence[SegmentView], busy: bool, currency: str
    ) -> None:
        super().__init__()
        self._hub, self._currency = hub, currency
        title = self.tr("Who your shoppers are")
        self.setAccessibleName(title)
        again = self.tr("Sort again") if segments else self.tr("Sort shoppers into segments")
        self.go = button(self.tr("Sorting…") if busy else again, self._sort)
        self.go.setEnabled(not busy)
        self.add(row(label(title, "section"), None, self.go))
        note = self.tr(
            "Only shoppers who agreed. Segments stay on this computer; the league learns nothing of them."
        )
        self.add(label(note, "caption", wrap=True))
        shown = [s for s in segments if s.n_people][:MOST]
        if shown:
            self.add(grid_in(self._grid(shown)))
        if sum(bool(s.n_people) for s in segments) > MOST:
            self.add(label(self.tr("Smaller ones: hansa segments"), "caption"))

    def _grid(self, segments: Sequence[SegmentView]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(7)
        heads = (
            self.tr("Segment"),
            self.tr("People"),
            "",
            self.tr("Orders"),
            self.tr("Spend"),
            self.tr("Came and went"),
        )
        for i, head in enumerate(heads):
            side = Qt.AlignmentFlag.AlignRight if i in (1, 3, 4, 5) else Qt.AlignmentFlag.AlignLeft
            grid.addWidget(label(head, "caption"), 0, i, side)
        for at, s in enumerate(segments, 1):
            words = column(label(s.name, "strong"), label(s.hint, "caption", wrap=True), spacing=0)
            grid.addWidget(boxed(words), at, 0)
            grid.addWidget(figure(fmt.count(s.n_people)), at, 1)
            share = fill(self.tr("%1: %2 of the shoppers"), s.name, fmt.share(s.share, 0))
            grid.addWidget(ShareBar(s.share, share), at, 2)
            grid.addWidget(figure(fmt.count(s.n_orders)), at, 3)
            grid.addWidget(figure(fmt.money(s.spend_minor, self._currency)), at, 4)
            moved = f"+{fmt.count(s.moved_in)}  \u2212{fmt.count(s.moved_out)}"
            grid.addWidget(figure(moved if s.moved_in or s.moved_out else fmt.DASH), at, 5)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(2, 2)
        return grid

    def _sort(self) -> None:
        self._hub.start(sort_segments(), self._sorted)

    def _sorted(self, result: JobResult) -> None:
        self._hub.said.emit(self.tr("The shoppers are sorted into segments."), "good")
        self._hub.touch()
