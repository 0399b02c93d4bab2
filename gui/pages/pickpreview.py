"""What an audience would be: at once who may be in it, then how many are taken and what they may bring."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFrame, QVBoxLayout

from client.api import Asked, JobFailure, Reach
from gui import format as fmt
from gui.pages.asking import Answer
from gui.pages.waiting import fitting
from gui.widgets.basics import clear, column, label, row
from gui.words import failure_title, fill


class PickPreview(QFrame):
    """Three columns of figures, or one sentence that says why not."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("sunken", True)
        self.setAccessibleName(self.tr("What it would be"))
        self.setFixedHeight(104)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(16, 10, 16, 10)
        self._reach: Reach | None = None

    def show_reach(self, asked: Asked | None, reach: Reach | None) -> bool:
        """What is known without a score; returns whether there is nothing to look ahead to."""
        self._reach = reach
        words = self._why_not(asked, reach)
        if words:
            self._say(words)
        elif reach is not None:
            self._figures((), fill(self.tr("%1 of %2 may be in it"), *self._counts(reach)))
        return bool(words)

    def _counts(self, reach: Reach) -> tuple[str, str]:
        return fmt.count(reach.n_left), fmt.count(reach.n_addressable)

    def _why_not(self, asked: Asked | None, reach: Reach | None) -> str:
        if asked is None:
            return self.tr("Fill in the fields above with numbers.")
        if reach is None:
            return ""
        if reach.n_left < reach.floor:
            text = self.tr(
                "Only %1 shoppers are left, and no audience is smaller than %2: a small group could"
                " point at single people."
            )
            return fill(text, fmt.count(reach.n_left), reach.floor)
        if asked.budget and reach.cost_minor is None:
            return self.tr(
                "What an impression costs is not known from your files: type what it costs."
            )
        if reach.n_paid is not None and reach.n_paid < reach.floor:
            text = self.tr("The budget pays for %1 shoppers; no audience is smaller than %2.")
            return fill(text, fmt.count(reach.n_paid), reach.floor)
        return ""

    def show_answer(self, answer: Answer) -> None:
        """What the model says of it."""
        if answer.failure is not None:
            self._refused(answer.failure)
        elif answer.busy and self._reach is not None:
            text = fill(self.tr("%1 of %2 may be in it · scoring…"), *self._counts(self._reach))
            part = answer.part
            self._figures((), text if part is None or part >= 1 else fitting(part))
        elif answer.known:
            self._found(answer.values)

    def _found(self, v: dict[str, Any]) -> None:
        cvr, plan, ctr = v["expected_cvr"], v["expected"], v["expected_ctr"]
        span = f"{fmt.share(cvr['low'])} – {fmt.share(cvr['high'])}"
        average = fill(self.tr("%1 · average %2"), span, fmt.share(v["base_cvr"]))
        orders = plan["conversions"]
        about = f"{fmt.number(orders['low'], 1)} – {fmt.number(orders['high'], 1)}"
        cost = plan["cost_minor"]
        told = self.tr("%1 · costs %2")
        paid = about if cost is None else fill(told, about, fmt.number(cost / 100))
        of_all = fill(self.tr("of %1 who may be in it"), fmt.count(self._left(v)))
        if (v["n_asked"] or 0) > v["size"]:
            of_all = fill(self.tr("%1 were asked for: no more fit"), fmt.count(v["n_asked"]))
        figures = [
            (self.tr("Shoppers"), fmt.count(v["size"]), of_all),
            (self.tr("Expected CVR"), fmt.share(cvr["value"]), average),
            (self.tr("Expected orders"), fmt.number(orders["value"], 1), paid),
        ]
        if ctr is not None:
            span = f"{fmt.share(ctr['low'])} – {fmt.share(ctr['high'])}"
            figures.insert(2, (self.tr("Expected CTR"), fmt.share(ctr["value"]), span))
        self._figures(tuple(figures), "")

    def _left(self, v: dict[str, Any]) -> int:
        return int(v["n_addressable"]) - sum(int(n) for n in v["left_out"].values())

    def _refused(self, failure: JobFailure) -> None:
        if reached := re.search(r"Ask for ([0-9.e-]+) or less", failure.todo):
            text = self.tr("Too few shoppers are that likely for an audience; up to %1% would do.")
            self._say(fill(text, f"{100 * float(reached[1]):.3g}"))
            return
        english = QLocale().language() == QLocale.Language.English
        first = failure.what if english else failure_title(failure)
        rest = failure.todo if english else f"{failure.what} {failure.todo}"
        self._say(first, rest)

    def _say(self, text: str, more: str = "") -> None:
        clear(self._box)
        self._box.addStretch(1)
        self._box.addWidget(label(text, "strong", wrap=True))
        if more.strip():
            self._box.addWidget(label(more.strip(), "caption", wrap=True))
        self._box.addStretch(1)

    def _figures(self, figures: tuple[tuple[str, str, str], ...], waiting: str) -> None:
        clear(self._box)
        if waiting:
            self._box.addStretch(1)
            self._box.addWidget(label(waiting, "muted"))
            self._box.addStretch(1)
            return
        line = row(spacing=24)
        for name, value, under in figures:
            shown = label(value, "metric")
            shown.setAccessibleName(f"{name}: {value}, {under}")
            line.addLayout(
                column(label(name, "muted"), shown, label(under, "caption"), spacing=1), 1
            )
        self._box.addLayout(line)
