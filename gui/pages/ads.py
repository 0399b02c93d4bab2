"""Ads: a queue to review with the keyboard, what came of the ads, and how the shop's style is learned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from client.api import AdView, Creative
from gui import words
from gui.hub import Hub
from gui.pages import adnames, adphoto
from gui.pages.adbanner import Banners
from gui.pages.adcard import AdCard, Around
from gui.pages.addecide import Deciding
from gui.pages.adfilters import AdFilters, Filter
from gui.pages.aditem import AdQueue
from gui.pages.adlook import LookChoice
from gui.pages.adresults import AdResults, Told
from gui.pages.adstyle import AdStyle
from gui.pages.adtasks import AdTasks
from gui.pages.adtoast import Toast
from gui.pages.adwork import WorkCard
from gui.pages.page import PageView
from gui.widgets.basics import Card, button, clear, label
from gui.widgets.empty import Empty
from gui.widgets.segments import Segments

if TYPE_CHECKING:
    from client.api import PairCount

#: lines of the queue; the search finds the others
SHOWN = 200
QUEUE = 260


@dataclass(frozen=True)
class _Seen:
    part: str
    wanted: Filter
    ads: tuple[Creative, ...]
    titles: dict[str, str]
    counts: dict[str, int]
    chosen: AdView | None
    n_all: int
    sources: dict[str, str]
    results: Told | None = None
    pairs: PairCount | None = None


class Ads(PageView):
    """Nothing is shown to a shopper that no person approved here."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Ads"))
        self.subtitle.setText(self.tr("Nothing is shown or exported that you did not approve."))
        self._chosen, self._row, self._part = "", 0, "review"
        self._look = LookChoice()
        self._banners = Banners(hub.home, self)
        self._deciding = Deciding(hub, self)
        self._deciding.decided.connect(self._said)
        self.tasks = AdTasks(hub, self)
        self.filters = AdFilters()
        self.filters.changed.connect(self._filter)
        self.queue = AdQueue(self.tr("Ads to review"))
        self.queue.gone_to.connect(self._choose)
        self.toast = Toast()
        self.card: AdCard | None = None
        #: parts of the page, for those who make pictures of it
        self.parts = ("review", "results", "style")
        self._head()
        self._lay_out()
        self._keys()

    def _head(self) -> None:
        names = [
            ("review", self.tr("Review")),
            ("results", self.tr("Results")),
            ("style", self.tr("My style")),
        ]
        self._choice = Segments(self.tr("Show"), names, self._part)
        self._choice.chosen.connect(self.show_part)
        self.buttons.addWidget(self._choice)
        self.buttons.addSpacing(8)
        self.buttons.addWidget(
            button(self.tr("Export…"), lambda: self.tasks.ask_to_export(None), icon_name="download")
        )
        self.buttons.addWidget(
            button(
                self.tr("Write ads…"), self.tasks.ask_to_write, kind="primary", icon_name="sparkles"
            )
        )

    def _lay_out(self) -> None:
        """What stays while the person works: notices, filters, queue; only the card is built anew."""
        self._review = QWidget()
        side = QHBoxLayout(self._review)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(14)
        self._count = label("", "caption")
        card = Card(pad=8)
        card.box.setSpacing(4)
        card.add(self._count, self.queue)
        card.setFixedWidth(QUEUE)
        side.addWidget(card, 0, Qt.AlignmentFlag.AlignTop)
        self._right = QVBoxLayout()
        side.addLayout(self._right, 1)
        inner = self.widget()
        page = inner.layout() if inner is not None else None
        if isinstance(page, QVBoxLayout):
            works = (WorkCard(self.tasks.writing), WorkCard(self.tasks.exporting))
            for i, widget in enumerate((self.toast, *works, self.filters, self._review), 1):
                page.insertWidget(i, widget)

    def _keys(self) -> None:
        acts = {
            "A": lambda: self._on_card("approve"),
            "R": lambda: self._on_card("reject"),
            "E": lambda: self._on_card("edit"),
            "U": self._undo,
            "Ctrl+Z": self._undo,
        }
        for key, act in acts.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _on_card(self, act: str) -> None:
        """What a key does to the ad that is shown; in a list of choices letters are no decision."""
        if self.card is not None and not isinstance(QApplication.focusWidget(), QComboBox):
            {"approve": self.card.approve, "reject": self.card.reject, "edit": self.card.edit}[
                act
            ]()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go through the queue from wherever the keyboard is on this page."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._part == "review":
            self.queue.step(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        super().keyPressEvent(event)

    # --- reading ----------------------------------------------------------------------------

    def load(self) -> object:
        """The queue and the chosen ad, or the part that is looked at."""
        every = tuple(self.shop.ads())
        titles = {p: self.shop.title(p) for p in {a.product_id for a in every}}
        wanted = self.filters.filter
        fitting = [a for a in every if wanted.fits(a, titles[a.product_id])]
        counts = {s: sum(a.state.value == s for a in fitting) for s in adnames.STATES}
        ads = tuple(a for a in fitting if a.state.value == wanted.state)[:SHOWN]
        ids = [a.creative_id for a in ads]
        if self._chosen not in ids:  # the one after it is where it was
            self._chosen = ids[min(self._row, len(ids) - 1)] if ids else ""
        self._row = ids.index(self._chosen) if ids else 0
        view = self.shop.ad(self._chosen) if self._chosen and self._part == "review" else None
        seen = _Seen(
            self._part,
            wanted,
            ads,
            titles,
            counts,
            view,
            len(every),
            self.shop.ad_rules(),
        )
        if self._part == "results":
            return replace(seen, results=self._results(titles))
        if self._part == "style":
            return replace(seen, pairs=self.shop.ad_pairs())
        return seen

    def _results(self, titles: dict[str, str]) -> Told:
        found = self.shop.ad_results()
        names = {a.audience_id: a.name for a in self.shop.audiences()}
        return Told(found, titles, names, tuple(self.shop.ad_shares(g) for g in found.groups))

    # --- showing ----------------------------------------------------------------------------

    def build(self, value: object) -> None:
        """Queue and card side by side, or another part."""
        if not isinstance(value, _Seen):
            return
        reviewing = value.part == "review"
        self.filters.setVisible(reviewing and bool(value.n_all))
        self._review.setVisible(reviewing and value.chosen is not None)
        clear(self._right)
        self.card = None
        if value.results is not None:
            results = AdResults(
                value.results,
                self.read,
                lambda: self.hub.go_to.emit("data"),
                lambda: self.show_part("review"),
            )
            self.content.addWidget(results)
        elif value.pairs is not None:
            self.content.addWidget(AdStyle(value.pairs))
        elif value.chosen is None:
            self.filters.count(value.counts)
            self.content.addWidget(self._empty(value))
        else:
            self._show_review(value, value.chosen)
        self.content.addStretch(1)

    def _show_review(self, value: _Seen, chosen: AdView) -> None:
        self.filters.count(value.counts)
        self._count.setText(self.tr("%n ad(s)", "", len(value.ads)))
        self.queue.show_ads(value.ads, value.titles, self._chosen)
        self.queue.setFixedHeight(min(58 * len(value.ads) + 6, 640))
        picture = adphoto.picture(self.shop, chosen.product)
        around = Around(
            self.hub,
            self._deciding,
            self._banners,
            self._look,
            self.shop.settings.shop_name,
            picture,
            value.sources,
            self.shop.ad_weights(),
            self.tasks.write_another,
            self.tasks.ask_to_export,
        )
        self.card = AdCard(around, chosen, (self._row + 1, len(value.ads)))
        self._right.addWidget(self.card)

    def _empty(self, seen: _Seen) -> Card:
        if seen.n_all:
            name = words.creative_state(seen.wanted.state)[0]
            title = words.fill(self.tr("No ad here: %1"), name)
            text = ""
            if seen.wanted.state == "draft" and not (seen.wanted.search or seen.wanted.slot):
                title = self.tr("All read. Nothing waits for you.")
                text = self.tr(
                    "Have more ads written, or look at what came of those that are live."
                )
            return Card().add(Empty("circle-check", title, text, height=260))
        if self.shop.info().n_products:
            go = button(self.tr("Write ads…"), self.tasks.ask_to_write, kind="primary")
            text = self.tr("Choose a product: ads are written on this computer and wait for you.")
        else:
            go = button(self.tr("Import files"), lambda: self.hub.go_to.emit("data"))
            text = self.tr("First bring the shop's products in.")
        return Card().add(Empty("image", self.tr("No ad yet"), text, go, height=260))

    # --- going ------------------------------------------------------------------------------

    def show_part(self, name: str) -> None:
        """Go to the review, the results or the style."""
        self._part = name
        self._choice.choose(name)
        self.refresh()

    def read(self, creative_id: str) -> None:
        """Go to one ad wherever it is."""
        self._chosen = creative_id
        state = next((a.state.value for a in self.shop.ads() if a.creative_id == creative_id), "")
        self._part = "review"
        self._choice.choose("review")
        self.filters.want(state or "draft", everything=True)
        self.refresh()

    def _choose(self, creative_id: str) -> None:
        self._chosen = creative_id
        self.refresh()

    def _filter(self) -> None:
        if self.hub.shop is not None:  # the search waits a moment: the window may be closed by now
            self._row = 0
            self.refresh()

    # --- deciding ---------------------------------------------------------------------------

    def _said(self, text: str, ad: object) -> None:
        if isinstance(ad, Creative):
            self.toast.say(text, (self.tr("Undo"), lambda: self._back(ad)))
        else:
            self.toast.say(text)
        self.queue.setFocus()

    def _back(self, ad: Creative) -> None:
        """Take a decision back and show the ad again."""
        self._deciding.take_back(ad)
        self.read(ad.creative_id)

    def _undo(self) -> None:
        """The last decision in this window, else that on the ad which is shown."""
        if self.toast.act():
            return
        if self.card is not None:
            self.card.take_back()
