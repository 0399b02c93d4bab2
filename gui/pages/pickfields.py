"""The fields of an audience: how many, for what money, how likely, and who is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QStackedWidget,
    QWidget,
)

from client.api import Asked, Audience, SegmentView
from gui import format as fmt
from gui.widgets.basics import boxed, column, label, row
from gui.widgets.segments import Segments

DEFAULT_SIZE, DEFAULT_DAYS = 100, 30


class HowMany(QWidget):
    """One of four ways to say how large it is."""

    changed = Signal()

    def __init__(self, clicks: bool, floor: int) -> None:
        super().__init__()
        self.ways = Segments(
            self.tr("How large"),
            [
                ("tenth", self.tr("A tenth of all")),
                ("size", self.tr("Number")),
                ("budget", self.tr("Budget")),
                ("rate", self.tr("Likelihood")),
            ],
            "tenth",
        )
        self.number = _spin(floor, 10_000_000, DEFAULT_SIZE, self.tr("Shoppers at most"))
        self.budget = _line(self.tr("Budget"), "500")
        self.cost = _line(self.tr("Cost of one impression"), self.tr("as so far"))
        self.rate = _line(self.tr("At least this likely, in per cent"), "2.0")
        self.rate.setText("1.0")
        self.outcome = QComboBox()
        self.outcome.setAccessibleName(self.tr("To do what"))
        self.outcome.addItem(self.tr("to buy"), "cvr")
        if clicks:
            self.outcome.addItem(self.tr("to click"), "ctr")
        self._pages = QStackedWidget()
        self._order = ("tenth", "size", "budget", "rate")
        for widget in self._fields():
            self._pages.addWidget(widget)
        self.ways.chosen.connect(self.choose)
        self.number.valueChanged.connect(lambda _: self.changed.emit())
        for line in (self.budget, self.cost, self.rate):
            line.textChanged.connect(lambda _: self.changed.emit())
        self.outcome.currentIndexChanged.connect(lambda _: self.changed.emit())
        inner = column(label(self.tr("How many shoppers"), "strong"), self.ways, self._pages, None)
        inner.setContentsMargins(0, 0, 0, 0)
        self.setLayout(inner)

    def _fields(self) -> list[QWidget]:
        tenth = label(self.tr("The tenth that is likeliest to buy."), "muted", wrap=True)
        sized = row(
            label(self.tr("At most"), "muted"), self.number, label(self.tr("shoppers")), None
        )
        money = row(
            *(label(self.tr("Spend at most"), "muted"), self.budget),
            *(label(self.tr("per impression"), "muted"), self.cost, None),
        )
        likely = row(
            *(label(self.tr("Only who is at least"), "muted"), self.rate),
            *(label(self.tr("% likely")), self.outcome, None),
        )
        return [_top(boxed(column(tenth, None))), *(_top(boxed(x)) for x in (sized, money, likely))]

    def choose(self, way: str) -> None:
        """Show the fields of a way."""
        self.ways.choose(way)
        self._pages.setCurrentIndex(self._order.index(way))
        self.changed.emit()

    def fill(self, asked: Asked) -> Asked | None:
        """With what was chosen here; None where a field is empty or no number."""
        way = self.ways.current()
        if way == "size":
            return replace(asked, size=self.number.value())
        if way == "budget":
            if _number(self.budget.text()) is None:
                return None
            if self.cost.text().strip() and _number(self.cost.text()) is None:
                return None
            return replace(asked, budget=self.budget.text(), cost=self.cost.text().strip())
        if way == "rate":
            rate = _number(self.rate.text())
            if rate is None or rate >= 100:
                return None
            if self.outcome.currentData() == "ctr":
                return replace(asked, min_ctr=rate / 100)
            return replace(asked, min_cvr=rate / 100)
        return asked


class LeaveOut(QWidget):
    """Who is not in it: recent buyers, members of other audiences, people of other segments."""

    changed = Signal()

    def __init__(
        self,
        others: Sequence[tuple[Audience, str]],
        segments: Sequence[SegmentView],
    ) -> None:
        super().__init__()
        bought = self.tr("Who bought it in the last")
        self.bought = QCheckBox(bought)
        self.bought.setAccessibleName(bought)
        self.days = _spin(1, 3650, DEFAULT_DAYS, self.tr("Days since they bought it"))
        self.days.setFixedWidth(84)
        self.segment = QComboBox()
        self.segment.setAccessibleName(self.tr("Only people of this segment"))
        self.segment.addItem(self.tr("everybody"), "")
        for s in segments:
            self.segment.addItem(f"{s.name} · {fmt.count(s.n_people)}", s.segment_id)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Members of these audiences"))
        self.list.setFixedHeight(92)
        for audience, title in others:
            item = QListWidgetItem(f"{title} · {fmt.count(audience.size)}")
            item.setData(Qt.ItemDataRole.UserRole, audience.audience_id)
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(0, 24))
            self.list.addItem(item)
        self.bought.toggled.connect(lambda _: self.changed.emit())
        self.days.valueChanged.connect(lambda _: self.changed.emit())
        self.segment.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.list.itemChanged.connect(lambda _: self.changed.emit())
        inner = column(
            label(self.tr("Leave out"), "strong"),
            row(self.bought, self.days, label(self.tr("days")), None),
            spacing=8,
        )
        if others:
            inner.addWidget(label(self.tr("Members of these audiences"), "muted"))
            inner.addWidget(self.list)
        if segments:
            inner.addLayout(
                row(label(self.tr("Only people of the segment"), "muted"), self.segment, None)
            )
        inner.addStretch(1)
        inner.setContentsMargins(0, 0, 0, 0)
        self.setLayout(inner)

    def fill(self, asked: Asked) -> Asked:
        """With what was chosen here."""
        items = [self.list.item(i) for i in range(self.list.count())]
        out = tuple(
            str(i.data(Qt.ItemDataRole.UserRole))
            for i in items
            if i.checkState() == Qt.CheckState.Checked
        )
        segment = str(self.segment.currentData() or "")
        return replace(
            asked,
            bought_days=self.days.value() if self.bought.isChecked() else None,
            not_in=out,
            segments=(segment,) if segment else (),
        )


def _spin(least: int, most: int, value: int, name: str) -> QSpinBox:
    out = QSpinBox()
    out.setRange(least, most)
    out.setValue(value)
    out.setAccessibleName(name)
    out.setFixedWidth(96)
    out.setAlignment(Qt.AlignmentFlag.AlignRight)
    out.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    return out


def _line(name: str, hint: str) -> QLineEdit:
    out = QLineEdit()
    out.setAccessibleName(name)
    out.setPlaceholderText(hint)
    out.setFixedWidth(92)
    return out


def _top(widget: QWidget) -> QWidget:
    return boxed(column(widget, None))


def _number(text: str) -> float | None:
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if 0 < value < 10**12 else None
