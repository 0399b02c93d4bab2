"""My style: how many preferences the shop has shown, and what learning from them takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import format as fmt
from gui.widgets.basics import Card, label, named_row
from gui.widgets.sharebar import ShareBar
from gui.widgets.steps import Mark
from gui.words import fill

if TYPE_CHECKING:
    from client.api import PairCount


class AdStyle(QWidget):
    """Says what there is; the job itself is a command."""

    def __init__(self, count: PairCount) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(14)
        box.addWidget(self._pairs(count))
        box.addWidget(self._needs(count))

    def _pairs(self, count: PairCount) -> Card:
        card = Card(self.tr("Learn my style"))
        text = fill(self.tr("%1 of %2 preferences"), fmt.count(count.n), fmt.count(count.enough))
        card.add(label(text, "metric"), ShareBar(count.n / max(count.enough, 1), text), 4)
        names = {
            "edited": self.tr("Your words over the writer's"),
            "approved": self.tr("Approved over rejected"),
            "clicked": self.tr("Clicked more than another"),
        }
        for kind, n in count.by_kind.items():
            card.add(named_row(names.get(kind, kind), fmt.count(n)))
        gone = count.n_stored - count.n
        if gone:
            card.add(named_row(self.tr("No longer hold"), fmt.count(gone)))
        note = self.tr(
            "Every edit that you approve and every yes over a no is kept as a preference, on this"
            " computer only. They are never sent, also not to the league."
        )
        return card.add(4, label(note, "caption", wrap=True))

    def _needs(self, count: PairCount) -> Card:
        card = Card(self.tr("What learning takes"))
        n = fmt.count(count.enough)
        if count.is_enough:
            card.add(Mark("check", "good", fill(self.tr("%1 preferences are there"), n)))
        else:
            left = fmt.count(count.enough - count.n)
            text = fill(self.tr("%1 preferences: %2 are missing"), n, left)
            card.add(Mark("clock", "muted", text))
        model = self.tr(
            "A language model of 0.5 billion parameters or more, named in ads.toml. The small one"
            " that comes with Hansa is too small."
        )
        card.add(Mark("info", "muted", model))
        how = self.tr(
            "Then hansa ads learn fits the model to your choices, shows before and after, and can"
            " be undone. Until then the writers stay as they are."
        )
        return card.add(Mark("info", "muted", how))
