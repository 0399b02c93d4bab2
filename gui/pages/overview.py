"""Overview: how the ads do, what privacy is spent, what the league learns, what waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from client.api import (
    MIN_FOR_RATE,
    Bucket,
    Lack,
    LeagueView,
    Performance,
    PrivacyView,
    ProductCount,
    ShopInfo,
    Waiting,
)
from gui import format as fmt
from gui.hub import Hub
from gui.pages import lacking
from gui.pages.page import PageView
from gui.pages.privacycard import privacy_card
from gui.widgets.banner import Banner
from gui.widgets.basics import Card, button, label, row
from gui.widgets.metric import Metric
from gui.widgets.segments import Segments
from gui.widgets.sides import Sides
from gui.widgets.table import Cell, Column, Table
from gui.widgets.timechart import ChartData, TimeChart
from gui.words import fill, node_state

#: Weeks of a period -> weeks in one bar.
PERIODS = {12: 1, 26: 2, 52: 4}
DEFAULT = 26


@dataclass(frozen=True)
class _Seen:
    info: ShopInfo
    performance: Performance
    privacy: PrivacyView
    league: LeagueView
    waiting: Waiting
    products: tuple[ProductCount, ...]
    node: tuple[str, str]
    n_weeks: int
    lack: Lack | None = None


class Overview(PageView):
    """The first page."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Overview"))
        kept = str(hub.options.value("weeks", DEFAULT))
        self._n_weeks = int(kept) if kept in map(str, PERIODS) else DEFAULT
        periods = [(str(n), fill(self.tr("%1 weeks"), n)) for n in PERIODS]
        choice = Segments(self.tr("Period"), periods, str(self._n_weeks))
        choice.chosen.connect(self._period)
        self.buttons.addWidget(choice)
        go = button(
            self.tr("Pick an audience"), lambda: hub.go_to.emit("audiences"), kind="primary"
        )
        self.buttons.addWidget(go)

    def _period(self, key: str) -> None:
        self._n_weeks = int(key)
        self.hub.options.setValue("weeks", self._n_weeks)
        self.refresh()

    def load(self) -> object:
        """Everything on the page."""
        shop = self.shop
        return _Seen(
            shop.info(),
            shop.performance(self._n_weeks, PERIODS[self._n_weeks]),
            shop.privacy(),
            shop.league(),
            shop.waiting(),
            tuple(shop.products(limit=6)),
            self._node(),
            self._n_weeks,
            shop.lack(),
        )

    def _node(self) -> tuple[str, str]:
        job = self.hub.job("node")
        step = job.progress.step if job and job.progress else ""
        return node_state(self.hub.state("node").value, step)

    def build(self, value: object) -> None:
        """Banner, metrics, chart, privacy, products."""
        if not isinstance(value, _Seen):
            return
        info = value.info
        when = fmt.moment(info.imported_at)
        self.subtitle.setText(
            fill(self.tr("Your shop data stays on this computer. Last import: %1"), when)
        )
        if info.is_empty:
            self.content.addWidget(self._empty())
            self.content.addStretch(1)
            return
        if value.waiting.n_held:
            words = self.tr("%n round(s) wait for your yes.", "", value.waiting.n_held)
            action = (self.tr("Look at it"), lambda: self.hub.go_to.emit("privacy"))
            self.content.addWidget(Banner(words, action, "warn"))
        if value.waiting.n_drafts:
            words = self.tr("%n ad(s) wait for your approval.", "", value.waiting.n_drafts)
            action = (self.tr("Review ads"), lambda: self.hub.go_to.emit("ads"))
            self.content.addWidget(Banner(words, action))
        if value.lack is not None and value.league.joined:
            self.content.addWidget(lacking.banner(self.hub, value.lack))
        self.content.addLayout(self._metrics(value))
        card = privacy_card(self.hub, value.privacy, value.league, value.node)
        self.content.addWidget(Sides(self._chart_card(value), card, (5, 2), narrow=840))
        self.content.addWidget(self._products(value.products))
        self.content.addStretch(1)

    def _empty(self) -> QWidget:
        card = Card(self.tr("Nothing is here yet"))
        words = self.tr("Import the files of your shop to see how your ads do.")
        go = button(self.tr("Import files"), lambda: self.hub.go_to.emit("data"), kind="primary")
        return card.add(label(words, "muted"), row(go, None))

    def _metrics(self, seen: _Seen) -> QHBoxLayout:
        p = seen.performance
        now, old = Performance.total(p.weeks), Performance.total(p.before) if p.before else None
        against = (
            fill(self.tr("vs previous %1 weeks"), seen.n_weeks)
            if old
            else self.tr("no earlier period to compare")
        )

        def counted(name: str, pick: Callable[[Bucket], int | None]) -> Metric:
            a, b = pick(now), pick(old) if old else None
            change = _relative(a, b)
            history = [float(pick(w) or 0) for w in p.weeks]
            return Metric(name, fmt.count(a), change, against, history)

        def rated(name: str, pick: Callable[[Bucket], float | None]) -> Metric:
            a, b = pick(now), pick(old) if old else None
            change = None
            if a is not None and b is not None:
                change = (fmt.signed(100 * (a - b), 2, self.tr(" pt")), a - b)
            history = [v for v in map(pick, p.weeks) if v is not None]
            return Metric(name, fmt.share(a), change, against, history, good_up=True)

        cards = [
            counted(self.tr("Impressions"), lambda b: b.n_impressions),
            counted(self.tr("Conversions"), lambda b: b.n_conversions),
            rated(self.tr("CVR"), lambda b: b.cvr),
        ]
        if now.n_clicks is not None:
            cards.append(rated(self.tr("CTR"), lambda b: b.ctr))
        if now.spend_minor:
            cards.append(self._spend(p, now, old, against))
        if len(cards) < 4:
            cards.append(self._shoppers(seen.info))
        out = QHBoxLayout()
        out.setSpacing(14)
        for card in cards[:4]:
            out.addWidget(card, 1)
        return out

    def _spend(self, p: Performance, now: Bucket, old: Bucket | None, against: str) -> Metric:
        change = _relative(now.spend_minor, old.spend_minor if old else None)
        text = fmt.money(now.spend_minor, p.currency)
        history = [w.spend_minor / 100 for w in p.weeks]
        return Metric(self.tr("Spend"), text, change, against, history)

    def _shoppers(self, info: ShopInfo) -> Metric:
        words = self.tr("may be used: they consented")
        return Metric(self.tr("Shoppers"), fmt.count(info.n_consenting), None, words, [])

    def _chart_card(self, seen: _Seen) -> Card:
        p = seen.performance
        card = Card(self.tr("Impressions and conversion rate"))
        if not p.weeks:
            return card.add(label(self.tr("No ad was shown yet."), "muted"), None)
        data = ChartData(
            labels=[fmt.day_of_year(w.starts_on) for w in p.weeks],
            bars=[w.n_impressions for w in p.weeks],
            line=[w.cvr for w in p.weeks],
            previous=[w.cvr for w in p.before],
            bar_name=self.tr("Impressions"),
            line_name=self.tr("CVR"),
            previous_name=self.tr("CVR, previous period") if p.before else "",
            bar_format=fmt.short,
            line_format=lambda v: fmt.share(v, 1),
        )
        self.chart = TimeChart(data)
        words = self.tr(
            "%n week(s) a bar from %1 on; no rate below %2 impressions.", "", PERIODS[seen.n_weeks]
        )
        span = fill(words, fmt.day(p.weeks[0].starts_on), MIN_FOR_RATE)
        return card.add(self.chart, label(span, "caption"))

    def _products(self, products: tuple[ProductCount, ...]) -> Card:
        more: QPushButton = button(
            self.tr("All data"), lambda: self.hub.go_to.emit("data"), kind="link"
        )
        card = Card(self.tr("Products shown most"), more, pad=14)
        columns = [
            Column(self.tr("Product"), "strong"),
            Column(self.tr("Department"), "text", 170),
            Column(self.tr("Impressions"), "num", 120),
            Column(self.tr("Conversions"), "num", 120),
            Column(self.tr("CVR"), "bar", 220),
        ]
        rates = [p.n_converted / p.n_impressions if p.n_impressions else None for p in products]
        best = max((r for r in rates if r), default=1.0)
        rows = [
            (
                p.product.title,
                p.product.department,
                fmt.count(p.n_impressions),
                fmt.count(p.n_converted),
                Cell(fmt.share(rate), part=(rate or 0) / best),
            )
            for p, rate in zip(products, rates, strict=True)
        ]
        return card.add(Table(self.tr("Products shown most")).show_rows(columns, rows))


def _relative(now: int | None, old: int | None) -> tuple[str, float] | None:
    if now is None or not old:
        return None
    change = (now - old) / old
    return fmt.signed(100 * change, 1, "%"), change
