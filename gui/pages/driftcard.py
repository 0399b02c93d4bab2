"""Is the model still right? Scores before and now, outcomes expected and seen, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from gui import format as fmt
from gui.pages.asking import Answer
from gui.pages.driftwords import feature_words, sentence, shift_words, shown_verdict, verdict_words
from gui.pages.waiting import failed, waiting
from gui.widgets.basics import Card, boxed, button, column, label, pill, row
from gui.widgets.pairbars import PairBars, Pairs
from gui.widgets.sides import Sides
from gui.words import fill


class DriftCard(Card):
    """Two small charts and one sentence; counting is a job."""

    def __init__(self, answer: Answer, again: Callable[[], object]) -> None:
        values = answer.values
        state = None
        if answer.known and not answer.busy:
            words, tone = verdict_words(shown_verdict(values))
            state = pill(words, tone)
        super().__init__()
        title = self.tr("Is the model still right?")
        self.setAccessibleName(title)
        head = row(label(title, "section"), 4)
        if state is not None:
            head.addWidget(state)
        head.addStretch(1)
        if not answer.busy:
            head.addWidget(button(self.tr("Look again"), again, icon_name="refresh-cw"))
        self.add(head)
        banner = failed(answer, again)
        if banner is not None:
            self.add(banner)
        elif answer.busy:
            self.add(waiting(self.tr("Comparing the newest weeks with those before…")))
        elif answer.known:
            self._show(values)
        else:
            note = self.tr(
                "With a model and a few weeks of rows you see here whether it still fits."
            )
            self.add(label(note, "muted", wrap=True))

    def _show(self, v: Mapping[str, Any]) -> None:
        self.add(label(sentence(v), wrap=True), 2)
        left = self._scores(v) if v["bins"] else None
        right = self._weeks(v["weeks"]) if v["weeks"] else None
        if left is not None and right is not None:
            self.add(Sides(boxed(left), boxed(right), spacing=28))
        elif right is not None:
            self.add(boxed(right))
        moved = [s for s in v["shifts"] if s["name"] != "score" and s["verdict"] != "steady"]
        if moved:
            text = self.tr("What moved most in your rows: %1.")
            self.add(label(fill(text, feature_words(moved[:3])), "caption", wrap=True))
        note = self.tr("Reckoned on this computer from your own rows; nothing of it is sent.")
        self.add(label(note, "caption", wrap=True))

    def _scores(self, v: Mapping[str, Any]) -> QVBoxLayout:
        """Shares of the newest rows in each tenth of the scores before."""
        bins: Sequence[Sequence[float]] = v["bins"]
        text = self.tr("Scores from %1 on: %2 of the rows before, %3 since")
        notes = [fill(text, fmt.share(b[0]), fmt.share(b[1], 0), fmt.share(b[2], 0)) for b in bins]
        pairs = Pairs(
            labels=[fmt.share(b[0], 1) for b in bins],
            first=[b[1] for b in bins],
            second=[b[2] for b in bins],
            first_name=self.tr("before"),
            second_name=fill(self.tr("since %1"), fmt.day(str(v["since"]))),
            form=lambda x: fmt.share(x, 0),
            notes=notes,
        )
        name = self.tr("How scores are spread")
        score = next((s for s in v["shifts"] if s["name"] == "score"), None)
        words = "" if score is None else shift_words(score)
        return column(
            label(name, "strong"), label(words, "caption"), PairBars(pairs, name), None, spacing=4
        )

    def _weeks(self, weeks: Sequence[Mapping[str, Any]]) -> QVBoxLayout:
        """Outcomes that the model expected and that came, by week."""
        text = self.tr("Week of %1: %2 expected, %3 seen, of %4 ads shown")
        notes = [
            fill(
                text,
                fmt.day(w["monday"]),
                fmt.number(w["expected"], 1),
                fmt.count(w["observed"]),
                fmt.count(w["n_rows"]),
            )
            for w in weeks
        ]
        pairs = Pairs(
            labels=[fmt.day_of_year(w["monday"]) for w in weeks],
            first=[float(w["expected"] or 0.0) for w in weeks],
            second=[float(w["observed"]) for w in weeks],
            first_name=self.tr("expected"),
            second_name=self.tr("seen"),
            form=fmt.short,
            notes=notes,
        )
        name = self.tr("Orders, by week in which the ad was shown")
        under = self.tr("Only weeks with ads; the newest may still gain orders")
        return column(
            label(name, "strong"), label(under, "caption"), PairBars(pairs, name), None, spacing=4
        )
