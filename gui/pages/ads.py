"""Ads: a queue on the left, on the right the ad as shoppers would see it, its checks, the decision."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from client.api import AdView, Creative, JobResult, write_ads
from gui import format as fmt
from gui import words
from gui.hub import Hub
from gui.pages.adcard import AdCard
from gui.pages.aditem import AdItem
from gui.pages.page import PageView
from gui.widgets.basics import Card, button, label
from gui.widgets.empty import Empty
from gui.widgets.segments import Segments

SHOWN = 40


@dataclass(frozen=True)
class _Seen:
    ads: tuple[Creative, ...]
    titles: dict[str, str]
    chosen: AdView | None
    state: str
    n_all: int


class Ads(PageView):
    """Nothing is shown to a shopper that no person approved here."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Ads"))
        self.subtitle.setText(self.tr("Nothing is shown or exported that you did not approve."))
        self._state, self._chosen = "draft", ""
        states = [
            (s, words.creative_state(s)[0]) for s in ("draft", "refused", "approved", "rejected")
        ]
        choice = Segments(self.tr("Show"), states, self._state)
        choice.chosen.connect(self._filter)
        self.buttons.addWidget(choice)

    def load(self) -> object:
        """The queue and the chosen ad with its versions."""
        ads = tuple(self.shop.ads(self._state)[:SHOWN])
        ids = [a.creative_id for a in ads]
        if self._chosen not in ids:
            self._chosen = ids[0] if ids else ""
        return _Seen(
            ads,
            {a.product_id: self.shop.title(a.product_id) for a in ads},
            self.shop.ad(self._chosen) if self._chosen else None,
            self._state,
            len(self.shop.ads()),
        )

    def build(self, value: object) -> None:
        """Queue and card side by side."""
        if not isinstance(value, _Seen):
            return
        if value.chosen is None:
            self.content.addWidget(self._empty(value))
            self.content.addStretch(1)
            return
        side = QHBoxLayout()
        side.setSpacing(14)
        queue = self._queue(value)
        queue.setFixedWidth(300)
        side.addWidget(queue, 0, Qt.AlignmentFlag.AlignTop)
        ids = [a.creative_id for a in value.ads]
        place = (ids.index(self._chosen) + 1, len(ids))
        right = QVBoxLayout()
        right.addWidget(AdCard(self.hub, value.chosen, place, self._write_another))
        right.addStretch(1)
        side.addLayout(right, 1)
        self.content.addLayout(side)
        self.content.addStretch(1)

    def _empty(self, seen: _Seen) -> Card:
        if seen.n_all:
            name = words.creative_state(seen.state)[0]
            title = words.fill(self.tr("No ad here: %1"), name)
            return Card().add(Empty("circle-check", title, "", height=220))
        go = button(
            self.tr("Go to Audiences"), lambda: self.hub.go_to.emit("audiences"), kind="primary"
        )
        text = self.tr("Pick an audience for a product, then have ads written for it.")
        return Card().add(Empty("image", self.tr("No ad yet"), text, go, height=260))

    def _queue(self, seen: _Seen) -> Card:
        card = Card(pad=8)
        card.box.setSpacing(2)
        count = self.tr("%n ad(s)", "", len(seen.ads))
        card.add(label(count, "caption"))
        for ad in seen.ads:
            title = seen.titles.get(ad.product_id, "")
            item = AdItem(ad, title, chosen=ad.creative_id == self._chosen)
            item.clicked.connect(lambda _=False, i=ad.creative_id: self._choose(i))
            card.add(item)
        return card

    def _choose(self, creative_id: str) -> None:
        self._chosen = creative_id
        self.refresh()

    def _filter(self, state: str) -> None:
        self._state = state
        self.refresh()

    def _write_another(self, ad: Creative) -> None:
        spec = write_ads(ad.product_id, ad.audience_id, ad.language, 1)
        if self.hub.start(spec, self._written):
            self.hub.said.emit(
                words.fill(self.tr("Writing another ad for %1."), fmt.brief_hash(ad.creative_id)),
                "info",
            )

    def _written(self, result: JobResult) -> None:
        self.hub.said.emit(self.tr("New ads wait for your approval."), "good")
        self.refresh()
