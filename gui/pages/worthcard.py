"""Was joining worth it? Own rows judged with the league's model and without it, with the interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gui import format as fmt
from gui.pages.asking import Answer
from gui.pages.waiting import failed, waiting
from gui.widgets.basics import Card, button, figure, label, pill, row
from gui.widgets.sharebar import ShareBar
from gui.words import fill


class WorthCard(Card):
    """Asked for with a button: it fits models and takes its time."""

    def __init__(self, answer: Answer, has_model: bool, ask: Callable[[], object]) -> None:
        title = self.tr("Was joining worth it?")
        state = None
        if answer.known and not answer.busy:
            state = pill(*self._verdict(str(answer.values["verdict"])))
        super().__init__(title, state)
        banner = failed(answer, ask)
        if banner is not None:
            self.add(banner, None)
        elif answer.busy:
            text = self.tr("Fitting a model of your rows alone, and judging both…")
            self.add(waiting(text, answer.part), None)
        elif answer.known:
            self._show(answer.values)
            self.add(None, row(button(self.tr("Compare again"), ask), None))
        else:
            text = self.tr(
                "Compares, on your own rows, the league's model with one that your shop could fit"
                " alone. Each shopper is judged by models that never saw this shopper's orders."
            )
            go = button(self.tr("Compare"), ask)
            go.setEnabled(has_model)
            self.add(label(text, "muted", wrap=True), None, row(go, None))

    def _verdict(self, verdict: str) -> tuple[str, str]:
        return {
            "better": (self.tr("Yes"), "good"),
            "same": (self.tr("No difference beyond chance"), "muted"),
            "worse": (self.tr("Not by this measure"), "warn"),
        }.get(verdict, (self.tr("Too little to tell"), "muted"))

    def _show(self, v: Mapping[str, Any]) -> None:
        if v["gain"] is None:
            text = self.tr("There are too few orders from too few shoppers to compare.")
            self.add(label(text, "muted", wrap=True))
            return
        text = self.tr(
            "Of one who ordered and one who did not: how often the first has the higher score"
        )
        if v["head"] == "click":
            text = self.tr(
                "Of one who clicked and one who did not: how often the first has the higher score"
            )
        self.add(label(text, "muted", wrap=True), 2)
        for name, value in (
            (self.tr("With the league"), v["together"]),
            (self.tr("Your shop alone"), v["alone"]),
        ):
            head = label(name)
            head.setFixedWidth(130)
            line = row(head, spacing=12)
            bar = ShareBar(2 * value - 1, f"{name}: {fmt.share(value, 1)}")
            line.addWidget(bar, 1)
            mark = figure(fmt.share(value, 1))
            mark.setFixedWidth(60)
            line.addWidget(mark)
            self.add(line)
        gain = v["gain"]
        points = self.tr(" points")
        ends = (_points(gain["low"]), _points(gain["high"]))
        said = fill(
            self.tr("Difference %1 (95% interval %2 to %3), over %4 shoppers with %5 orders."),
            *(_points(gain["value"], points), *ends),
            *(fmt.count(v["n_shoppers"]), fmt.count(v["n_positive"])),
        )
        note = self.tr("The bars begin at 50%: a coin. The league's model saw these rows, noised.")
        self.add(2, label(said, wrap=True), label(note, "caption", wrap=True))


def _points(share: float, unit: str = "") -> str:
    """A difference of shares in points; what rounds to nothing has no sign."""
    return fmt.signed(round(100 * share, 1) or 0.0, 1, unit)
