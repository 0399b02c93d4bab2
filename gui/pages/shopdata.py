"""Shop data: bring files in, see how good they are, repair, people's rights, and any table row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFileDialog

from client.api import (
    Cleaning,
    Held,
    ImportRecord,
    JobResult,
    Quality,
    Receipt,
    RefusedSet,
    ShopInfo,
    count_data,
    list_refused,
    read_groups,
)
from common.errors import UserFacing
from gui.hub import Hub
from gui.pages.bringing import TABLES, Bringing
from gui.pages.cleancard import CleanCard
from gui.pages.datafiles import FiguresCard, ImportsCard, drop_zone, sample_folder
from gui.pages.dataquality import DaysCard, KnowCard, PartsCard
from gui.pages.page import PageView
from gui.pages.personcard import LookupCard, PersonCard
from gui.pages.receiptcard import ReceiptsCard, RetentionCard
from gui.pages.refusedcard import RefusedSets
from gui.pages.shoptables import ShopTables
from gui.widgets.banner import Banner
from gui.widgets.basics import label, row
from gui.widgets.segments import Segments
from gui.widgets.sides import Sides
from gui.words import table_name

__all__ = ["ENDINGS", "ShopData", "sample_folder"]
ENDINGS = (*TABLES, ".txt", ".json")


@dataclass(frozen=True)
class _Seen:
    part: str
    info: ShopInfo
    busy: tuple[str, ...]
    imports: tuple[ImportRecord, ...] = ()
    groups: tuple[RefusedSet, ...] = ()
    step: object = None
    quality: Quality | None = None
    cleaning: Cleaning | None = None
    held: Held | None = None
    receipts: tuple[Receipt, ...] = ()


class ShopData(PageView):
    """Five parts: files, quality, repair, people, rows."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Shop data"))
        self.subtitle.setText(self.tr("Rows live in one file on this computer and stay there."))
        self._part = "files"
        self._person = ""
        self._asked = self._listed = ""
        self._groups: tuple[RefusedSet, ...] = ()
        self._bring = Bringing(hub, self.refresh)
        self.parts: dict[str, Callable[[_Seen], None]] = {
            "files": self._files,
            "quality": self._quality,
            "repair": self._repair,
            "people": self._people,
            "rows": self._rows,
        }
        names = [
            ("files", self.tr("Files")),
            ("quality", self.tr("Quality")),
            ("repair", self.tr("Repair")),
            ("people", self.tr("People")),
            ("rows", self.tr("Rows")),
        ]
        self._choice = Segments(self.tr("Part of this page"), names, self._part)
        self._choice.chosen.connect(self.show_part)
        self.buttons.addWidget(self._choice)

    def show_part(self, name: str) -> None:
        """Go to one of the five parts."""
        self._part = name
        self._choice.choose(name)
        self.refresh()

    def load(self) -> object:
        """What the part shows."""
        shop, part = self.shop, self._part
        jobs = ("import", "clean", "data")
        busy = tuple(n for n in jobs if (job := self.hub.job(n)) is not None and job.busy)
        seen = _Seen(part, shop.info(), busy)
        language = "zh" if QLocale().language() == QLocale.Language.Chinese else "en"
        if part == "files":
            if self._bring.current is not None:
                # what is chosen there must not vanish when the database changes
                return _Seen(part, seen.info, (), step=self._bring.current)
            return _Seen(part, seen.info, busy, imports=tuple(shop.imports()[:8]))
        if part == "quality":
            self._count(busy)
            return _Seen(part, seen.info, busy, quality=shop.quality(language))
        if part == "repair":
            self._list(seen.info)
            return _Seen(
                part, seen.info, busy, groups=self._groups, cleaning=shop.cleaning(language)
            )
        if part == "people":
            held, receipts = self._found(), shop.people_receipts()
            return _Seen(part, seen.info, busy, held=held, receipts=receipts)
        return seen

    def build(self, value: object) -> None:
        """Fill the page for its part."""
        if isinstance(value, _Seen):
            self.parts[value.part](value)
            if value.part != "rows":
                self.content.addStretch(1)

    def _count(self, busy: Sequence[str]) -> None:
        """Have the report counted anew, once for each state of the rows, by a child process."""
        state = self.shop.data_state()
        quality = self.shop.quality("en")
        stale = quality is None or not quality.is_fresh
        if stale and state != self._asked and "data" not in busy and "import" not in busy:
            self._asked = state
            self.hub.start(count_data())

    def _list(self, info: ShopInfo) -> None:
        """Have the refused rows put into groups, once for each state, by a child process."""
        state = self.shop.data_state()
        if not info.n_refused and not any(g.n_left for g in self._groups):
            self._groups = ()
        elif state != self._listed:
            self._listed = state
            self.hub.start(list_refused(), self._grouped)

    def _grouped(self, result: JobResult) -> None:
        self._groups = read_groups(result.values)

    def _files(self, seen: _Seen) -> None:
        info = seen.info
        if self._bring.current is not None:
            self.content.addWidget(self._bring.card())
            return
        drop = drop_zone(self._choose, self._bring.take, ENDINGS)
        self.content.addWidget(drop if info.is_empty else Sides(drop, FiguresCard(info), (3, 2)))
        if info.n_refused:
            text = self.tr(
                "%n row(s) were set aside. Everything else was imported.", "", info.n_refused
            )
            see = (self.tr("See and repair"), lambda: self.show_part("repair"))
            self.content.addWidget(Banner(text, see, tone="warn"))
        if seen.imports:
            self.content.addWidget(ImportsCard(seen.imports))

    def _quality(self, seen: _Seen) -> None:
        quality = seen.quality
        if quality is None:
            self.content.addWidget(Banner(self.tr("Your rows are being counted…")))
            return
        self.content.addWidget(KnowCard(quality, "data" in seen.busy))
        if quality.days:
            self.content.addWidget(DaysCard(quality))
        if quality.matches:
            title = self.tr("Does it fit together?")
            self.content.addWidget(PartsCard(title, [("", quality.matches)]))
        if quality.filled:
            groups = [(table_name(t), parts) for t, parts in quality.filled]
            self.content.addWidget(PartsCard(self.tr("What is filled in"), groups))

    def _repair(self, seen: _Seen) -> None:
        if seen.groups:
            self.content.addWidget(RefusedSets(self.hub, seen.groups))
        elif seen.info.n_refused:
            text = self.tr("Looking at the rows that were set aside…")
            self.content.addWidget(Banner(text))
        else:
            self.content.addWidget(
                Banner(self.tr("No row waits for repair: every one was taken."), tone="good")
            )
        if seen.cleaning is not None:
            self.content.addWidget(CleanCard(self.hub, self.shop, seen.cleaning))

    def _people(self, seen: _Seen) -> None:
        lookup = LookupCard(self.look_up)
        self.content.addWidget(Sides(lookup, RetentionCard(self.hub, self.shop)))
        if seen.held is not None:
            self.content.addWidget(PersonCard(self.hub, self.shop, seen.held))
        if seen.receipts:
            self.content.addWidget(ReceiptsCard(seen.receipts))

    def _rows(self, seen: _Seen) -> None:
        if seen.info.is_empty:
            self.content.addLayout(row(label(self.tr("There are no rows yet."), "muted"), None))
            self.content.addStretch(1)
            return
        self.content.addWidget(ShopTables(self.shop), 1)

    def look_up(self, who: str) -> None:
        """Show what is held about a person."""
        try:
            # from here on by the pseudonym: the customer's number is not kept, not even here
            self._person = self.shop.person(who).person.shopper_key
        except UserFacing as e:
            self._person = ""
            self.hub.show_error(e)
        self.refresh()

    def _found(self) -> Held | None:
        try:
            return self.shop.person(self._person) if self._person else None
        except UserFacing:
            self._person = ""  # forgotten
            return None

    def _choose(self) -> None:
        kinds = " ".join(f"*{e}" for e in ENDINGS)
        names, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Import files"), "", self.tr("Shop files") + f" ({kinds})"
        )
        if names:
            self._bring.take([Path(n) for n in names])
