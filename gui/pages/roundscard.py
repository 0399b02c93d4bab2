"""The rounds that a shop took part in: when, what, how much noise, what each added to epsilon."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from client.api import Departure
from gui import format as fmt
from gui import words
from gui.pages.departure import DepartureDialog
from gui.widgets.basics import Card
from gui.widgets.empty import Empty
from gui.widgets.table import Cell, Column, Table, table_height


class RoundsCard(Card):
    """A row a round; a click shows everything about it."""

    def __init__(self, departures: Sequence[Departure]) -> None:
        name = QCoreApplication.translate("RoundsCard", "Rounds this shop took part in")
        super().__init__(name, pad=14)
        if not departures:
            self.add(Empty("clock", self.tr("No round yet."), ""))
            return
        self._departures = departures
        self.add(self._table(name))

    def _table(self, name: str) -> Table:
        departures = self._departures
        columns = [
            Column(self.tr("Round"), "text", 60),
            Column(self.tr("When"), "text", 145),
            Column(self.tr("Task"), "strong"),
            Column(self.tr("State"), "pill", 150),
            Column(self.tr("Arrays"), "num", 70),
            Column(self.tr("Size"), "num", 90),
            Column(self.tr("Noise σ"), "num", 80),
            Column(self.tr("ε after"), "num", 80),
            Column(self.tr("Added"), "num", 80),
        ]
        added = epsilon_added(departures)
        rows = []
        for d, plus in zip(departures, added, strict=True):
            text, tone = words.departure_state(d.state)
            rows.append(
                (
                    str(d.round),
                    fmt.moment(d.at),
                    words.mechanism(d.mechanism.kind.value),
                    Cell(text, tone),
                    fmt.count(len(d.tensors)) if d.n_bytes is not None else fmt.DASH,
                    fmt.size(d.n_bytes),
                    fmt.number(d.mechanism.noise_multiplier),
                    fmt.number(d.epsilon_after),
                    fmt.DASH if plus is None else fmt.signed(plus),
                )
            )
        table = Table(name).show_rows(columns, rows, fit=len(rows) <= 10)
        if len(rows) > 10:
            table.setFixedHeight(table_height(10))
        table.picked.connect(lambda i: DepartureDialog(departures[i], self).open())
        return table


def epsilon_added(departures: Sequence[Departure]) -> list[float | None]:
    """What each charge added to epsilon, newest first as given; None where it is not known."""
    out: list[float | None] = []
    for i, d in enumerate(departures):
        older = departures[i + 1].epsilon_after if i + 1 < len(departures) else 0.0
        known = d.epsilon_after is not None and older is not None
        out.append((d.epsilon_after or 0.0) - (older or 0.0) if known else None)
    return out
