"""What of the queue is shown: by state with counts, by placement, by product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from client.api import Creative
from gui import format as fmt
from gui import words
from gui.pages import adnames
from gui.pages.adlook import combo
from gui.theme.icons import icon
from gui.theme.theme import theme
from gui.widgets.basics import boxed, column, row
from gui.widgets.segments import Segments
from gui.widgets.sides import Sides


@dataclass(frozen=True)
class Filter:
    """Of the queue; an empty `slot` or `search` wants all."""

    state: str = "draft"
    slot: str = ""
    search: str = ""

    def fits(self, ad: Creative, title: str) -> bool:
        """Whether placement and words of an ad are wanted; the state is not looked at."""
        if self.slot and ad.slot != self.slot:
            return False
        text = f"{title} {ad.headline} {ad.body} {ad.creative_id}".casefold()
        return all(w in text for w in self.search.casefold().split())


class AdFilters(QWidget):
    """Emits when something else is wanted."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._filter = Filter()
        names = [(s, words.creative_state(s)[0]) for s in adnames.STATES]
        self.states = Segments(self.tr("State"), names, self._filter.state)
        self.states.chosen.connect(lambda _: self._read())
        slots = [("", self.tr("Every placement")), *((s, adnames.slot(s)) for s in adnames.SLOTS)]
        self.slot = combo(self.tr("Placement"), slots)
        self.slot.setMaximumWidth(180)
        self.slot.activated.connect(lambda _: self._read())
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search ads"))
        self.search.setAccessibleName(self.tr("Search ads"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(230)
        self.search.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.search.addAction(
            icon("search", theme.tokens.muted, 16), QLineEdit.ActionPosition.LeadingPosition
        )
        self._wait = QTimer(self, singleShot=True, interval=200)
        self._wait.timeout.connect(self._read)
        self.search.textChanged.connect(lambda _: self._wait.start())
        right = boxed(row(None, self.slot, self.search))
        box = column(Sides(boxed(row(self.states, None)), right, (1, 0), narrow=960, spacing=10))
        box.setContentsMargins(0, 0, 0, 0)
        self.setLayout(box)

    @property
    def filter(self) -> Filter:
        """What is wanted."""
        return self._filter

    def want(self, state: str, *, everything: bool = False) -> None:
        """Show another state; with `everything` of every placement and product."""
        self.states.choose(state)
        if everything:
            self.slot.setCurrentIndex(0)
            self.search.clear()
            self._wait.stop()
        self._read()

    def _read(self) -> None:
        now = Filter(
            self.states.current(), str(self.slot.currentData()), self.search.text().strip()
        )
        if now != self._filter:
            self._filter = now
            self.changed.emit()

    def count(self, counts: Mapping[str, int]) -> None:
        """Write the counts beside the states."""
        for choice in self.states.findChildren(QToolButton):
            key = str(choice.property("key"))
            name = words.creative_state(key)[0]
            text = f"{name} {fmt.count(counts.get(key, 0))}"
            if choice.text() != text:
                choice.setText(text)
                choice.setAccessibleName(f"{self.states.accessibleName()}: {text}")
