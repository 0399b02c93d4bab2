"""How good the shop's rows are: what to know, rows by day, what fits together, what is filled in."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from client.api import Day, Part, Quality, Telling
from gui import format as fmt
from gui.widgets.basics import Card, column, label, row, symbol
from gui.widgets.segments import Segments
from gui.widgets.sharebar import ShareBar
from gui.widgets.sides import Sides
from gui.widgets.timechart import ChartData, TimeChart
from gui.words import fill, table_name

#: More days than this are shown by week: a bar must be wide enough to see.
MOST_BARS = 100
_ICONS = {"bad": "circle-x", "warn": "triangle-alert", "info": "lightbulb"}


class TellingRow(QFrame):
    """One warning: what is so, and below it what to do."""

    def __init__(self, telling: Telling) -> None:
        super().__init__()
        self.setProperty("banner", telling.level)
        self.setAccessibleName(f"{_level(telling.level)}: {telling.what}")
        box = QHBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 8)
        box.setSpacing(10)
        tone = "accent" if telling.level == "info" else telling.level
        box.addWidget(symbol(_ICONS[telling.level], tone), 0, Qt.AlignmentFlag.AlignTop)
        words = column(label(telling.what, wrap=True), spacing=1)
        words.addWidget(label(telling.todo, "caption", wrap=True))
        box.addLayout(words, 1)
        box.addWidget(label(_level(telling.level), "caption"), 0, Qt.AlignmentFlag.AlignTop)


class KnowCard(Card):
    """What to know about the data."""

    def __init__(self, quality: Quality, working: bool) -> None:
        translate = QCoreApplication.translate
        said = (
            translate("KnowCard", "Counting again…")
            if working
            else fill(translate("KnowCard", "Counted %1"), fmt.moment(quality.made_at))
        )
        super().__init__(
            translate("KnowCard", "What to know about your data"), label(said, "caption")
        )
        for telling in quality.alerts:
            self.add(TellingRow(telling))
        if not quality.alerts:
            mark = symbol("circle-check", "good")
            self.add(row(mark, label(self.tr("Nothing stands out.")), None))


class DaysCard(Card):
    """Rows by day, or by week where there are many days."""

    def __init__(self, quality: Quality) -> None:
        super().__init__()
        self._days, self._weekly = by_week(quality.days)
        name = self.tr("By week") if self._weekly else self.tr("By day")
        self.setAccessibleName(name)
        options = [
            ("impressions", table_name("impressions")),
            ("events", table_name("events")),
        ]
        if any(d.spend_minor for d in self._days):
            options.append(("spend", self.tr("Spend")))
        if any(d.n_aside for d in self._days):
            options.append(("aside", self.tr("Set aside")))
        self._currency = quality.currency
        self._choice = Segments(self.tr("What the chart shows"), options, options[0][0])
        self._choice.chosen.connect(self._show)
        self.add(row(label(name, "section"), None, self._choice))
        self._place = QVBoxLayout()
        self.add(self._place)
        self._show(options[0][0])

    def _show(self, what: str) -> None:
        while self._place.count():
            old = self._place.takeAt(0)
            widget = old.widget() if old else None
            if widget is not None:
                widget.deleteLater()
        chart = TimeChart(self._data(what))
        chart.setFixedHeight(230)
        self._place.addWidget(chart)

    def _data(self, what: str) -> ChartData:
        days, line, line_name = self._days, "", ""
        bars = {
            "impressions": ("n_impressions", table_name("impressions")),
            "events": ("n_events", table_name("events")),
            "spend": ("spend_minor", self.tr("Spend")),
            "aside": ("n_aside", self.tr("Set aside")),
        }[what]
        if what == "impressions":
            line, line_name = "n_conversions", table_name("conversions")
        elif what == "events":
            line, line_name = "n_purchases", self.tr("Purchases")
        money = what == "spend"
        return ChartData(
            labels=[d.day for d in days],
            bars=[getattr(d, bars[0]) / (100 if money else 1) for d in days],
            line=[float(getattr(d, line)) for d in days] if line else [],
            previous=[],
            bar_name=f"{bars[1]} ({self._currency})" if money and self._currency else bars[1],
            line_name=line_name,
            previous_name="",
            bar_format=fmt.short,
            line_format=fmt.short if line else lambda _: "",
        )


def by_week(days: tuple[Day, ...]) -> tuple[tuple[Day, ...], bool]:
    """Days as they are, or summed up by week (from a Monday) where there are many."""
    if len(days) <= MOST_BARS:
        return days, False
    names = [n for n in Day.__dataclass_fields__ if n != "day"]
    weeks: dict[str, dict[str, int]] = {}
    for d in days:
        at = date.fromisoformat(d.day)
        week = weeks.setdefault(
            (at - timedelta(days=at.weekday())).isoformat(), dict.fromkeys(names, 0)
        )
        for n in names:
            week[n] += getattr(d, n)
    return tuple(Day(day, **figures) for day, figures in sorted(weeks.items())), True


class PartsCard(Card):
    """Shares as bars, in groups."""

    def __init__(self, title: str, groups: list[tuple[str, tuple[Part, ...]]]) -> None:
        super().__init__(title)
        half = (sum(len(p) + 1 for _, p in groups) + 1) // 2
        left: list[tuple[str, tuple[Part, ...]]] = []
        while groups and (not left or sum(len(p) + 1 for _, p in left) < half):
            left.append(groups.pop(0))
        if groups:
            self.add(Sides(_grid(left), _grid(groups), (1, 1), spacing=28))
        else:
            self.add(_grid(left))


def _grid(groups: list[tuple[str, tuple[Part, ...]]]) -> QWidget:
    out = QWidget()
    grid = QGridLayout(out)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(5)
    at = 0
    for title, parts in groups:
        if title:
            grid.addWidget(label(title, "strong"), at, 0, 1, 4)
            at += 1
        for part in parts:
            share = fmt.share(part.share, 0 if part.share in (0, 1) else 1)
            grid.addWidget(label(part.name, "muted"), at, 0)
            grid.addWidget(ShareBar(part.share, f"{part.name}: {share}"), at, 1)
            grid.addWidget(label(share), at, 2, Qt.AlignmentFlag.AlignRight)
            note = label(part.note, "caption")
            grid.addWidget(note, at, 3, Qt.AlignmentFlag.AlignRight)
            at += 1
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(0, 150)
    grid.setRowStretch(at, 1)
    return out


def _level(level: str) -> str:
    translate = QCoreApplication.translate
    return {
        "bad": translate("KnowCard", "Needs you"),
        "warn": translate("KnowCard", "Look at this"),
    }.get(level, translate("KnowCard", "Good to know"))
