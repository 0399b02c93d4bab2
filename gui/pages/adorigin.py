"""Where an ad comes from: writer, hook or model, seed, facts, rules, and the score as small bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout

from client.api import AdView
from gui import format as fmt
from gui import words
from gui.pages import adnames
from gui.theme.theme import theme
from gui.widgets.bars import MiddleBar
from gui.widgets.basics import Card, figure, label
from gui.widgets.steps import StepLine

if TYPE_CHECKING:
    from client.api import Origin, OriginPart

NAME = 118


class PartBar(MiddleBar):
    """What one part adds to the score: to the right, or to the left where it takes off."""

    def __init__(self, value: float, largest: float, name: str) -> None:
        super().__init__(value / largest if largest else 0.0, 14, name)
        self.setFixedWidth(84)

    def colour(self) -> str:
        """Not that of reasons: this is no odds."""
        return theme.tokens.line


class AdOrigin(Card):
    """The provenance of the newest version."""

    def __init__(self, view: AdView, weights: dict[str, float]) -> None:
        super().__init__()
        self._weights = weights
        self.setAccessibleName(self.tr("Where it comes from"))
        self.add(label(self.tr("Where it comes from"), "section"))
        origin = view.origin
        if origin is None:
            self.add(label(self.tr("Nothing was recorded."), "muted"), None)
            return
        for name, text in self._lines(origin):
            if text:
                self.add(StepLine(name, text, width=NAME))
        if origin.rules:
            rules = StepLine(
                self.tr("Checked with"),
                words.fill(self.tr("%1 rule files"), len(origin.rules)),
                width=NAME,
            )
            rules.setToolTip("\n".join(origin.rules))
            self.add(rules)
        if origin.parts:
            self._score(origin)
        self.add(None)

    def _lines(self, o: Origin) -> list[tuple[str, str]]:
        writer = words.writer(o.writer)
        if o.edited_from:
            by = words.fill(self.tr("%1, from version %2"), o.edited_by or "?", o.edited_from)
            writer = f"{writer}: {by}"
        elif o.writer_version:
            writer = f"{writer} ({o.writer_version})"
        model = f"{o.model} · {fmt.brief_hash(o.model_digest)}" if o.model else ""
        campaign = " · ".join(
            p for p in (adnames.kind(o.kind) if o.kind else "", adnames.tone(o.tone)) if p
        )
        return [
            (self.tr("Written by"), writer),
            (self.tr("Model"), model),
            (self.tr("Prompt"), fmt.brief_hash(o.prompt_digest) if o.prompt_digest else ""),
            (self.tr("Hook"), o.hook),
            (self.tr("Template"), " + ".join(o.templates)),
            (self.tr("Seed"), o.seed),
            (self.tr("Facts used"), adnames.facts(o.facts)),
            (self.tr("Campaign"), campaign),
            (self.tr("Offer"), o.offer),
        ]

    def _score(self, o: Origin) -> None:
        total = words.fill(self.tr("Score %1 ="), fmt.number(o.score))
        self.add(4, label(total, "strong"))
        largest = max(abs(p.contribution) for p in o.parts)
        quiet = [p for p in o.parts if abs(p.contribution) < 0.005]
        for part in o.parts:
            if part not in quiet:
                self.add(self._part(part, largest))
        if quiet:
            names = ", ".join(adnames.signal(p.name) for p in quiet)
            text = words.fill(self.tr("Made no difference: %1."), names)
            self.add(label(text, "caption", wrap=True))

    def _part(self, part: OriginPart, largest: float) -> QHBoxLayout:
        name = adnames.signal(part.name)
        value = fmt.signed(part.contribution)
        out = QHBoxLayout()
        out.setSpacing(10)
        out.addWidget(label(name, wrap=True), 1)
        out.addWidget(PartBar(part.contribution, largest, f"{name} {value}"))
        shown = figure(value)
        shown.setFixedWidth(46)
        out.addWidget(shown)
        known = self._weights.get(part.name) if part.weight is None else part.weight
        if self._weights:
            text = words.fill(self.tr("weight %1"), fmt.number(known)) if known is not None else ""
            weight = label(text, "caption")
            weight.setFixedWidth(74)
            out.addWidget(weight)
        return out
