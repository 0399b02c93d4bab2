"""What came of the ads: clicks with intervals, which variant is likely the best, what the chooser would show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from client.api import MIN_FOR_RATE
from gui import format as fmt
from gui import words
from gui.pages import adnames
from gui.widgets.banner import Banner
from gui.widgets.basics import Card, button, label
from gui.widgets.empty import Empty
from gui.widgets.table import Cell, Column, Table

if TYPE_CHECKING:
    from client.api import GroupResult, Results, VariantResult

SHOWN = 12
SURE = 0.95


@dataclass(frozen=True)
class Told:
    """The results with the names and shares that the page shows.

    Attributes:
        results: Groups of variants that compete.
        titles: Product -> title.
        audiences: Audience -> name.
        shares: A group's share for each of its variants, in their order; None = not in use.
    """

    results: Results
    titles: dict[str, str]
    audiences: dict[str, str]
    shares: tuple[tuple[float | None, ...], ...]


class AdResults(QWidget):
    """A card a group."""

    def __init__(
        self,
        told: Told,
        read: Callable[[str], object],
        data: Callable[[], object],
        review: Callable[[], object],
    ) -> None:
        super().__init__()
        self._told, self._read, self._data, self._review = told, read, data, review
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(14)
        groups = told.results.groups
        if not groups:
            box.addWidget(self._nothing_approved())
        elif not any(v.n_shown for g in groups for v in g.variants):
            box.addWidget(self._nothing_shown())
        self._warnings(box)
        pairs = sorted(
            zip(groups, told.shares, strict=True),
            key=lambda p: -sum(v.n_shown for v in p[0].variants),
        )
        for group, shares in pairs[:SHOWN]:
            box.addWidget(self._group(group, shares))
        if len(pairs) > SHOWN:
            text = words.fill(self.tr("%1 more groups have fewer impressions."), len(pairs) - SHOWN)
            box.addWidget(label(text, "caption"))

    def _nothing_approved(self) -> Card:
        text = self.tr("Results are counted for ads that you approved.")
        go = button(self.tr("Go to the review"), self._review, kind="primary")
        return Card().add(
            Empty("circle-check", self.tr("No ad is approved yet"), text, go, height=240)
        )

    def _nothing_shown(self) -> Card:
        text = self.tr(
            "Results come with your files: import the log of shown ads with a column creative_id"
            " that holds the ad's id or the variant of the export, or a platform's report by day."
        )
        go = button(self.tr("Import files"), self._data, kind="primary", icon_name="upload")
        return Card().add(Empty("clock", self.tr("No results yet"), text, go, height=220))

    def _warnings(self, box: QVBoxLayout) -> None:
        r = self._told.results
        if r.n_unapproved:
            text = self.tr(
                "%n impression(s) show ads that nobody had approved by then.", "", r.n_unapproved
            )
            box.addWidget(Banner(text, tone="warn"))
        if r.n_unknown:
            text = self.tr(
                "%n impression(s) name ads that were not written here; they are not counted.",
                "",
                r.n_unknown,
            )
            box.addWidget(Banner(text))

    def _group(self, g: GroupResult, shares: tuple[float | None, ...]) -> Card:
        title = self._told.titles.get(g.product_id, g.product_id)
        card = Card(
            title, label(f"{adnames.slot(g.slot)} · {adnames.language(g.language)}", "muted")
        )
        audience = self._told.audiences.get(g.audience_id, "") or self.tr("every shopper")
        prior = words.fill(
            self.tr("For: %1 · expected CTR %2 (%3)"),
            audience,
            fmt.share(g.prior.mean),
            adnames.prior_source(g.prior.source),
        )
        card.add(label(prior, "caption", wrap=True))
        columns = [
            Column(self.tr("Ad"), "strong"),
            Column(self.tr("State"), "pill", 140),
            Column(self.tr("Impressions"), "num", 104),
            Column(self.tr("Clicks"), "num", 76),
            Column(self.tr("CTR"), "num", 76),
            Column(self.tr("95% interval"), "num", 142),
            Column(self.tr("Bought"), "num", 76),
            Column(self.tr("Best?"), "bar", 150),
            Column(self.tr("Share next"), "num", 96),
        ]
        rows = [self._row(v, s) for v, s in zip(g.variants, shares, strict=True)]
        table = Table(words.fill(self.tr("Results of %1"), title)).show_rows(columns, rows)
        ids = [v.creative.creative_id for v in g.variants]
        table.picked.connect(lambda i: self._read(ids[i]))
        return card.add(table, label(self._verdict(g), "caption", wrap=True))

    def _row(self, v: VariantResult, share: float | None) -> tuple[Cell | str, ...]:
        ctr = v.ctr if v.n_known >= MIN_FOR_RATE else None
        few = self.tr("too few") if v.n_known else fmt.DASH
        best = "" if v.p_best is None else fmt.share(v.p_best, 0)
        return (
            v.creative.headline,
            Cell(*words.creative_state(v.creative.state.value)),
            fmt.count(v.n_shown),
            fmt.count(v.n_clicks) if v.n_known else fmt.DASH,
            fmt.share(ctr.value) if ctr else few,
            f"{fmt.share(ctr.low)} – {fmt.share(ctr.high)}" if ctr else fmt.DASH,
            fmt.count(v.n_conversions),
            Cell(best, "accent", v.p_best or 0.0),
            fmt.share(share, 0) if share is not None else fmt.DASH,
        )

    def _verdict(self, g: GroupResult) -> str:
        """In words what may be said; never more than the clicks say."""
        used = [v for v in g.variants if v.p_best is not None]
        if not used:
            return self.tr("No variant is in use now.")
        if len(used) < 2:
            return self.tr("Only one variant is in use: approve another to compare.")
        first = used[0]
        if any(v.n_known < MIN_FOR_RATE for v in used) or (first.p_best or 0.0) < SURE:
            return self.tr(
                "Not enough data yet to call one the best. Best? is the chance of the highest CTR,"
                " Share next what the chooser would give."
            )
        return words.fill(self.tr("“%1” is likely the best."), first.creative.headline)
