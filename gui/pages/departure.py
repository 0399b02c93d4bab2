"""One departure in full: what was in it, how it was noised, how to find it in the ledger."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from client.api import Departure
from common.privacy import Mechanism
from common.secagg.shares import Adversary
from gui import format as fmt
from gui import words
from gui.widgets.basics import button, label, row
from gui.widgets.steps import StepLine
from gui.widgets.table import Column, Table


def departure_lines(d: Departure) -> list[tuple[str, str]]:
    """Names and words of everything about a departure."""
    t, m = QCoreApplication.translate, d.mechanism
    translate = t
    sampled = words.fill(
        translate("Departure", "%1 of the shoppers, %2 noisy sum(s)"),
        fmt.share(m.sampling_rate, 1),
        m.steps,
    )
    return [
        (translate("Departure", "When"), fmt.moment(d.at)),
        (translate("Departure", "State"), words.departure_state(d.state)[0]),
        (
            translate("Departure", "Run and round"),
            f"{fmt.brief_hash(d.run_id)} · {d.round}",
        ),
        (translate("Departure", "Each step took"), sampled),
        (
            translate("Departure", "Most one shopper can weigh"),
            fmt.number(m.clip_norm),
        ),
        (translate("Departure", "Noise"), _noise(m)),
        (translate("Departure", "Against whom it holds"), _against(m)),
        (translate("Departure", "Whose presence is hidden"), words.unit(m.unit.max_impressions)),
        (translate("Departure", "Size"), fmt.size(d.n_bytes)),
        (translate("Departure", "Ledger entry"), d.entry_hash),
        (translate("Departure", "Report"), d.report_digest or fmt.DASH),
    ]


def _noise(m: Mechanism) -> str:
    translate = QCoreApplication.translate
    if m.league is None:
        text = translate("Departure", "%1 times that weight, from a cryptographic generator")
        return words.fill(text, fmt.number(m.noise_multiplier))
    text = translate(
        "Departure",
        "%1 times that weight in the sum of all shops; this shop's own share is %2 times",
    )
    own = m.league.multiplier(Adversary.OTHERS)
    return words.fill(text, fmt.number(m.noise_multiplier), fmt.number(own))


def _against(m: Mechanism) -> str:
    return words.adversary(m.mode.value, m.league.f if m.league else 0)


class DepartureDialog(QDialog):
    """Opens above the page that lists it."""

    def __init__(self, d: Departure, parent: QWidget) -> None:
        super().__init__(parent)
        name = words.mechanism(d.mechanism.kind.value)
        self.setWindowTitle(name)
        self.setMinimumWidth(640)
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(6)
        box.addWidget(label(name, "title"))
        lines = departure_lines(d)
        for head, text in lines:
            box.addWidget(StepLine(head, _breakable(text), width=190))
        if d.tensors:
            box.addSpacing(6)
            box.addWidget(label(self.tr("Noised arrays that left"), "section"))
            columns = [
                Column(self.tr("Name"), "strong"),
                Column(self.tr("Shape"), "num", 130),
                Column(self.tr("Numbers"), "num", 110),
            ]
            rows = [(n, " × ".join(map(str, s)), fmt.count(_size(s))) for n, s in d.tensors]
            table = Table(self.tr("Noised arrays that left"))
            box.addWidget(table.show_rows(columns, rows, fit=False))
            table.setMinimumHeight(220)
        copied = "\n".join(f"{a}: {b}" for a, b in lines)
        copy = button(
            self.tr("Copy details"),
            lambda: QGuiApplication.clipboard().setText(copied),
            kind="link",
        )
        box.addSpacing(8)
        box.addLayout(row(copy, None, button(self.tr("Close"), self.accept, kind="primary")))


def _breakable(text: str) -> str:
    """A long digest in groups of eight, so that a line can break."""
    if len(text) < 64 or " " in text:
        return text
    return " ".join(text[i : i + 8] for i in range(0, len(text), 8))


def _size(shape: tuple[int, ...]) -> int:
    n = 1
    for length in shape:
        n *= length
    return n
