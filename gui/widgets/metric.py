"""A metric card: name, figure, change against the period before, sparkline."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QSizePolicy

from gui import format as fmt
from gui.theme.theme import tabular
from gui.widgets.basics import Card, label, pill, row
from gui.widgets.spark import Sparkline


class Metric(Card):
    """The change is a sign, an arrow and words; its colour only repeats them.

    Args:
        name: What is measured.
        value: The figure in words.
        change: Against the period before: text and direction; None without a period before.
        against: "vs previous 12 weeks".
        history: Values for the sparkline, oldest first.
        good_up: True: more is good; False: more is bad; None: neither.
    """

    def __init__(
        self,
        name: str,
        value: str,
        change: tuple[str, float] | None,
        against: str,
        history: Sequence[float],
        *,
        good_up: bool | None = None,
    ) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        tone = "accent"
        if change and good_up is not None and change[1] != 0:
            tone = "good" if (change[1] > 0) == good_up else "bad"
        shown = label(value, "metric")
        shown.setFont(tabular(shown.font()))
        self.add(label(name, "muted"), row(shown, None, Sparkline(history, tone)))
        if change:
            mark = f"{fmt.arrow(change[1])} {change[0]}"
            line = row(pill(mark, tone), spacing=6)
            line.addWidget(label(against, "caption", wrap=True), 1)
            self.add(line)
        else:
            self.add(label(against, "caption", wrap=True))
        self.setAccessibleName(f"{name}: {value}" + (f", {change[0]} {against}" if change else ""))
