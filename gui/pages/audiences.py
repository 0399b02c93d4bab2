"""Audiences: pick shoppers for a product, see how good they are and what the model used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QWidget

from client.api import (
    Asked,
    Audience,
    ExportView,
    JobResult,
    LeagueView,
    SegmentView,
    Shared,
    pick_asked,
    write_ads,
)
from gui import format as fmt
from gui.hub import Hub
from gui.pages.asking import Answer
from gui.pages.audiencedetail import AudienceDetail
from gui.pages.exporting import Exporting
from gui.pages.exportscard import ExportsCard
from gui.pages.memberscard import MembersCard
from gui.pages.overlapcard import OverlapCard
from gui.pages.page import PageView
from gui.pages.paritycard import ParityCard, ParityQuestion
from gui.pages.pickdialog import PickDialog
from gui.pages.segmentscard import SegmentsCard
from gui.widgets.basics import Card, button, row
from gui.widgets.empty import Empty
from gui.widgets.segments import Segments
from gui.widgets.table import Cell, Column, Table, table_height
from gui.words import fill


@dataclass(frozen=True)
class _Seen:
    audiences: tuple[Audience, ...]
    detail: Audience | None
    titles: dict[str, str]
    league: LeagueView
    has_data: bool
    segments: tuple[SegmentView, ...]
    sorting: bool
    currency: str
    part: str
    shared: tuple[Shared, ...]
    exports: tuple[ExportView, ...]
    parity: Answer


class Audiences(PageView):
    """A list above the detail of one."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Audiences"))
        self.subtitle.setText(
            self.tr("Shoppers are pseudonyms; scores and reasons never leave this computer.")
        )
        self._chosen, self._part = "", "members"
        self._parity = ParityQuestion(hub, self)
        self._parity.answered.connect(self.refresh)
        self._exporting = Exporting(hub, self)
        self.parts: dict[str, Callable[[_Seen, Audience], QWidget]] = {
            "members": self._members,
            "shared": self._shared,
            "groups": self._groups,
            "exports": self._exports,
        }
        hub.jobs_changed.connect(lambda: self.refresh() if self.isVisible() else None)
        go = button(self.tr("Pick an audience"), self.pick, kind="primary", icon_name="target")
        self.buttons.addWidget(go)

    def load(self) -> object:
        """The list and the chosen one with its members."""
        found = tuple(self.shop.audiences())
        ids = [a.audience_id for a in found]
        language = "zh" if QLocale().language() == QLocale.Language.Chinese else "en"
        job, quality = self.hub.job("segments"), self.shop.quality(language)
        if self._chosen not in ids:
            self._chosen = ids[0] if ids else ""
        return _Seen(
            found,
            self.shop.audience(self._chosen) if self._chosen else None,
            {a.product_id: self.shop.title(a.product_id) for a in found},
            self.shop.league(),
            not self.shop.info().is_empty,
            self.shop.segments(language),
            job is not None and job.busy,
            quality.currency if quality is not None else "",
            self._part,
            self.shop.shared() if self._part == "shared" else (),
            self.shop.exports() if self._part == "exports" else (),
            self._parity.answer_for(self._chosen),
        )

    def build(self, value: object) -> None:
        """List and detail, or what is missing."""
        if not isinstance(value, _Seen):
            return
        if not value.audiences:
            self.content.addWidget(self._empty(value))
            self._segments(value)
            self.content.addStretch(1)
            return
        self.content.addWidget(self._list(value))
        if value.detail is not None:
            title = value.titles.get(value.detail.product_id, "")
            detail = AudienceDetail(value.detail, title, self._write, self._exporting.ask)
            self.content.addWidget(detail)
            self.content.addLayout(row(self._choice(), None))
            self.content.addWidget(self.parts[value.part](value, value.detail))
        self._segments(value)
        self.content.addStretch(1)

    def _choice(self) -> Segments:
        names = [
            ("members", self.tr("Members")),
            ("shared", self.tr("In common")),
            ("groups", self.tr("Who gets to see it")),
            ("exports", self.tr("Exports")),
        ]
        choice = Segments(self.tr("More of this audience"), names, self._part)
        choice.chosen.connect(self.show_part)
        return choice

    def show_part(self, name: str) -> None:
        """Go to one of the four parts below an audience."""
        self._part = name
        self.refresh()

    def ask(self) -> None:
        """Have the groups of the chosen audience compared, where they are shown."""
        if self._part == "groups" and self._chosen:
            self._parity.ask(self._chosen, "segment")

    def _members(self, seen: _Seen, one: Audience) -> QWidget:
        return MembersCard(self.hub, self.shop, one)

    def _shared(self, seen: _Seen, one: Audience) -> QWidget:
        floor = self.shop.settings.audience_floor
        return OverlapCard(seen.audiences, seen.titles, seen.shared, floor)

    def _groups(self, seen: _Seen, one: Audience) -> QWidget:
        return ParityCard(self.shop, self._parity, one.audience_id, seen.segments)

    def _exports(self, seen: _Seen, one: Audience) -> QWidget:
        return ExportsCard(seen.exports, seen.audiences, seen.titles, self._exporting)

    def _segments(self, seen: _Seen) -> None:
        if seen.has_data:
            card = SegmentsCard(self.hub, seen.segments, seen.sorting, seen.currency)
            self.content.addWidget(card)

    def _empty(self, seen: _Seen) -> Card:
        if not seen.has_data:
            go = button(self.tr("Import files"), lambda: self.hub.go_to.emit("data"))
            text = self.tr("First bring the shop's files in.")
        elif not seen.league.model_digest:
            go = button(self.tr("Go to Learning"), lambda: self.hub.go_to.emit("learning"))
            text = self.tr("A signed model is needed: join a league and learn with it.")
        else:
            go = button(self.tr("Pick an audience"), self.pick, kind="primary")
            text = self.tr("Choose a product: the model finds who is likely to buy it, and why.")
        return Card().add(Empty("users", self.tr("No audience yet"), text, go, height=260))

    def _list(self, seen: _Seen) -> Card:
        name = self.tr("Audiences")
        columns = [
            Column(self.tr("Product"), "strong"),
            Column(self.tr("Size"), "num", 70),
            Column(self.tr("Expected CVR"), "num", 115),
            Column(self.tr("95% interval"), "num", 140),
            Column(self.tr("Shop's average"), "num", 115),
            Column(self.tr("Against average"), "pill", 130),
            Column(self.tr("Picked"), "text", 140),
        ]
        rows = [self._row(a, seen.titles) for a in seen.audiences]
        table = Table(name).show_rows(columns, rows, fit=len(rows) <= 5)
        if len(rows) > 5:
            table.setFixedHeight(table_height(5))
        ids = [a.audience_id for a in seen.audiences]
        table.selectRow(ids.index(self._chosen))
        table.picked.connect(lambda i: self._choose(ids[i]))
        return Card(name, pad=14).add(table)

    def _row(self, a: Audience, titles: dict[str, str]) -> tuple[Cell | str, ...]:
        cvr = a.expected_cvr
        lift = cvr.value / a.base_cvr if a.base_cvr else 0.0
        sure = cvr.low > a.base_cvr or cvr.high < a.base_cvr
        tone = "muted" if not sure else "good" if lift > 1 else "bad"
        text = fmt.factor(lift) if lift else fmt.DASH
        words = text if sure else text + " · " + self.tr("unsure")
        return (
            titles.get(a.product_id) or a.name,
            fmt.count(a.size),
            fmt.share(cvr.value),
            f"{fmt.share(cvr.low)} – {fmt.share(cvr.high)}",
            fmt.share(a.base_cvr),
            Cell(words, tone),
            fmt.moment(a.created_at),
        )

    def _choose(self, audience_id: str) -> None:
        self._chosen = audience_id
        self.refresh()

    def pick(self) -> None:
        """Ask for a product and start the job."""
        dialog = PickDialog(self.hub, self.shop, self)
        dialog.chosen.connect(self._start)
        dialog.open()

    def _start(self, asked: Asked) -> None:
        self.hub.start(pick_asked(asked), self._picked)

    def _picked(self, result: JobResult) -> None:
        self._chosen = str(result.values.get("audience_id", self._chosen))
        n, asked = int(result.values.get("size", 0)), int(result.values.get("n_asked") or 0)
        text = self.tr("The audience is ready.")
        if n < asked:
            text = self.tr("The audience is ready: %1 of the %2 asked for, no more fit.")
        self.hub.said.emit(fill(text, fmt.count(n), fmt.count(asked)), "good")
        self.refresh()

    def _write(self, audience: Audience) -> None:
        spec = write_ads(audience.product_id, audience.audience_id, self.shop.settings.language)
        self.hub.start(spec, lambda _: self._written())

    def _written(self) -> None:
        self.hub.said.emit(self.tr("New ads wait for your approval."), "good")
        self.hub.go_to.emit("ads")
