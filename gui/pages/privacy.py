"""Privacy: spent, left, the limit in words, and the list of everything that left this computer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from client.api import Countersigned, Departure, HeldReport, PrivacyView
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.pages.departure import DepartureDialog
from gui.pages.heldcard import HeldCard
from gui.pages.page import PageView
from gui.pages.privacycard import budget_ring
from gui.pages.signedcard import SignedCard
from gui.widgets.basics import Card, button, column, label, named_row, pill, row, rule
from gui.widgets.empty import Empty
from gui.widgets.sides import Sides
from gui.widgets.steps import StepLine
from gui.widgets.table import Cell, Column, Table, table_height
from gui.widgets.timechart import ChartData, TimeChart


@dataclass(frozen=True)
class _Seen:
    view: PrivacyView
    departures: tuple[Departure, ...]
    held: tuple[HeldReport, ...]
    signed: Countersigned


class Privacy(PageView):
    """The budget and the ledger."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Privacy"))
        self.subtitle.setText(
            self.tr("Rows never leave. What leaves is noised first, and every time is listed here.")
        )
        go = button(self.tr("Export ledger"), self._export, icon_name="download")
        self.buttons.addWidget(go)

    def load(self) -> object:
        """Budget, departures, what waits, what was countersigned."""
        shop = self.shop
        return _Seen(shop.privacy(), shop.departures(), shop.held(), shop.countersigned())

    def build(self, value: object) -> None:
        """What waits for a yes, then the budget, then everything that left."""
        if not isinstance(value, _Seen):
            return
        for report in value.held:
            self.content.addWidget(HeldCard(self.hub, report, value.view.limit))
        budget, promise = self._budget(value.view), self._promise(value.view)
        self.content.addWidget(Sides(budget, promise, (3, 4)))
        self.content.addWidget(SignedCard(self.hub, value.signed))
        if sum(d.epsilon_after is not None for d in value.departures) > 1:
            self.content.addWidget(self._spending(value))
        self.content.addWidget(self._list(value.departures))
        self.content.addStretch(1)

    def _budget(self, view: PrivacyView) -> Card:
        figures = column(
            named_row(self.tr("Spent"), fmt.number(view.epsilon)),
            named_row(self.tr("Left"), fmt.number(view.left)),
            named_row(self.tr("Limit of this shop"), fmt.number(view.limit)),
            *self._quarter(view),
            named_row(self.tr("Charges so far"), fmt.count(view.n_charges)),
            named_row(self.tr("Charged, not sent yet"), fmt.count(view.n_reserved)),
            spacing=6,
        )
        if view.rounds_left is not None:
            figures.addLayout(named_row(self.tr("Rounds left at this rate"), str(view.rounds_left)))
        for text in self._weaker(view):
            figures.addWidget(label(text, "caption", wrap=True))
        figures.addStretch(1)
        tone = words.protection(view.limit, view.epsilon) if view.epsilon is not None else None
        figures.addWidget(pill(*tone) if tone else pill(self.tr("Being computed")))
        body = row(budget_ring(view, 150), spacing=20)
        body.addLayout(figures, 1)
        return Card(self.tr("Privacy budget (ε)")).add(body, None)

    def _weaker(self, view: PrivacyView) -> tuple[str, ...]:
        """The second figure of league noise, in a small line; nothing with own noise only."""
        if not view.shares_noise:
            return ()
        text = self.tr("ε %1 if the coordinator and all other shops work together")
        return (words.fill(text, fmt.number(view.epsilon_alone)),)

    def _quarter(self, view: PrivacyView) -> tuple[QHBoxLayout, ...]:
        """This quarter beside the whole life, where the policy limits a quarter."""
        if view.quarter_limit is None:
            return ()
        name = words.fill(self.tr("This quarter (until %1)"), fmt.day(view.quarter_ends))
        spent, limit = fmt.number(view.quarter_epsilon), fmt.number(view.quarter_limit)
        return (named_row(name, words.fill(self.tr("%1 of %2"), spent, limit)),)

    def _promise(self, view: PrivacyView) -> Card:
        card = Card(self.tr("What the figure promises"))
        n = view.max_impressions
        whom = words.unit(n) if n else self.tr("one shopper of this shop")
        against = words.adversary(view.mode or "own-noise", view.colluders)
        lines = (
            (self.tr("Whose presence is hidden"), whom),
            (self.tr("Against whom it holds"), against),
            (self.tr("How long"), self.tr("over the life of the shop, all rounds together")),
            (
                self.tr("Stop at"),
                words.fill(
                    self.tr("ε %1 at δ %2; a round that would pass it is refused"),
                    fmt.number(view.limit),
                    f"{view.delta:g}",
                ),
            ),
        )
        for name, text in lines:
            card.add(StepLine(name, text))
        if view.shares_noise:
            card.add(StepLine(self.tr("If all others collude"), self._alone(view)))
        if view.accountant:
            source = words.fill(self.tr("Computed from the ledger by %1"), view.accountant)
            card.add(rule(), label(source, "caption"))
        return card.add(None)

    def _alone(self, view: PrivacyView) -> str:
        text = self.tr("ε %1: then only this shop's own share of the noise protects")
        return words.fill(text, fmt.number(view.epsilon_alone))

    def _spending(self, seen: _Seen) -> Card:
        known = [d for d in reversed(seen.departures) if d.epsilon_after is not None]
        after = [d.epsilon_after or 0.0 for d in known]
        data = ChartData(
            labels=[str(d.round) for d in known],
            bars=[b - a for a, b in pairwise([0.0, *after])],
            line=after,
            previous=[seen.view.limit] * len(known),
            bar_name=self.tr("Added by a round"),
            line_name=self.tr("ε spent in all"),
            previous_name=self.tr("Limit"),
            bar_format=lambda v: fmt.number(v),
            line_format=lambda v: fmt.number(v, 1),
        )
        chart = TimeChart(data)
        chart.setMinimumHeight(190)
        note = label(self.tr("Rounds in the order in which they were charged"), "caption")
        return Card(self.tr("How the budget was spent")).add(chart, note)

    def _list(self, departures: Sequence[Departure]) -> Card:
        name = self.tr("Everything that left this computer")
        card = Card(name, pad=14)
        if not departures:
            text = self.tr("Nothing has left this computer.")
            return card.add(Empty("shield-check", text, self.tr("Nothing to undo, nothing spent.")))
        columns = [
            Column(self.tr("When"), "text", 160),
            Column(self.tr("What"), "strong"),
            Column(self.tr("Round"), "num", 70),
            Column(self.tr("State"), "pill", 170),
            Column(self.tr("Size"), "num", 100),
            Column(self.tr("Noise σ"), "num", 90),
            Column(self.tr("ε after"), "num", 90),
            Column(self.tr("Ledger entry"), "mono", 150),
        ]
        rows = [departure_row(d) for d in departures]
        table = Table(name).show_rows(columns, rows, fit=len(rows) <= 10)
        if len(rows) > 10:
            table.setFixedHeight(table_height(10))
        table.picked.connect(lambda i: DepartureDialog(departures[i], self).open())
        hint = self.tr("Choose a line to see what was in it.")
        return card.add(table, label(hint, "caption"))

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export ledger"), "ledger.json", self.tr("Ledger (*.json)")
        )
        if name:
            done = self.tr("The signed ledger was written; an auditor can check it.")
            self.hub.do(lambda: self.shop.export_ledger(Path(name)), done)


def departure_row(d: Departure) -> tuple[Cell | str, ...]:
    """A departure as cells."""
    text, tone = words.departure_state(d.state)
    return (
        fmt.moment(d.at),
        words.mechanism(d.mechanism.kind.value),
        str(d.round),
        Cell(text, tone),
        fmt.size(d.n_bytes),
        fmt.number(d.mechanism.noise_multiplier),
        fmt.number(d.epsilon_after),
        fmt.brief_hash(d.entry_hash),
    )
