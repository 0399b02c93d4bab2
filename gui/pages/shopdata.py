"""Shop data: bring files in, see what is there, what was set aside, and any table row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from client.api import ImportRecord, JobResult, RefusedRow, ShopInfo, import_files
from gui import format as fmt
from gui.hub import Hub
from gui.pages.page import PageView
from gui.pages.shoptables import ShopTables
from gui.widgets.banner import Banner
from gui.widgets.basics import Card, button, label, named_row
from gui.widgets.dropzone import DropZone
from gui.widgets.table import Cell, Column, Table, table_height
from gui.words import fill, table_name

ENDINGS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz")


@dataclass(frozen=True)
class _Seen:
    info: ShopInfo
    imports: tuple[ImportRecord, ...]
    refused: tuple[RefusedRow, ...]
    importing: bool


class ShopData(PageView):
    """Import and browse."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.set_title(self.tr("Shop data"))
        self.subtitle.setText(self.tr("Rows live in one file on this computer and stay there."))
        go = button(self.tr("Import files"), self._choose, kind="primary", icon_name="upload")
        self.buttons.addWidget(go)

    def load(self) -> object:
        """Counts, imports, refused rows."""
        shop = self.shop
        busy = self.hub.job("import")
        return _Seen(
            shop.info(),
            tuple(shop.imports()[:8]),
            tuple(shop.refused(50)),
            bool(busy and busy.busy),
        )

    def build(self, value: object) -> None:
        """Drop zone, figures, imports, refused rows, tables."""
        if not isinstance(value, _Seen):
            return
        info = value.info
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self._drop(), 3)
        if not info.is_empty:
            top.addWidget(self._figures(info), 2)
        self.content.addLayout(top)
        if info.n_refused:
            text = self.tr(
                "%n row(s) were set aside. Everything else was imported.", "", info.n_refused
            )
            self.content.addWidget(Banner(text, tone="warn"))
            self.content.addWidget(self._refused(value.refused))
        if not info.is_empty:
            self.content.addWidget(ShopTables(self.shop))
        if value.imports:
            self.content.addWidget(self._imports(value.imports))
        self.content.addStretch(1)

    def _drop(self) -> DropZone:
        actions = [button(self.tr("Choose files…"), self._choose)]
        sample = sample_folder()
        if sample is not None:
            actions.append(button(self.tr("Try with sample data"), lambda: self._import([sample])))
        zone = DropZone(
            self.tr("Drop the files of your shop here"),
            self.tr(
                "Products, shoppers, events, ads shown and conversions, as CSV. They are copied"
                " into a file on this computer and are never uploaded."
            ),
            actions,
            endings=ENDINGS,
        )
        zone.dropped.connect(self._import)
        return zone

    def _choose(self) -> None:
        kinds = " ".join(f"*{e}" for e in ENDINGS)
        names, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Import files"), "", f"{self.tr('Shop files')} ({kinds})"
        )
        if names:
            self._import([Path(n) for n in names])

    def _import(self, files: Sequence[Path]) -> None:
        if not self.hub.start(import_files(files), self._imported):
            self.hub.said.emit(self.tr("An import is running already."), "warn")

    def _imported(self, result: JobResult) -> None:
        self.hub.said.emit(self.tr("The files were imported."), "good")

    def _figures(self, info: ShopInfo) -> Card:
        card = Card(self.tr("In this shop"))
        share = info.n_consenting / info.n_shoppers if info.n_shoppers else None
        figures = (
            (self.tr("Products"), fmt.count(info.n_products)),
            (self.tr("Shoppers"), fmt.count(info.n_shoppers)),
            (self.tr("Shoppers who consented"), fmt.share(share, 0)),
            (self.tr("Events"), fmt.count(info.n_events)),
            (self.tr("Ads shown"), fmt.count(info.n_impressions)),
            (self.tr("Clicks"), fmt.count(info.n_clicks)),
            (self.tr("Conversions"), fmt.count(info.n_conversions)),
        )
        for name, value in figures:
            card.add(named_row(name, value))
        span = fill(self.tr("From %1 to %2"), fmt.day(info.shown_from), fmt.day(info.shown_until))
        return card.add(None, label(span, "caption"))

    def _refused(self, refused: Sequence[RefusedRow]) -> Card:
        name = self.tr("Rows that were set aside")
        columns = [
            Column(self.tr("File"), "strong", 240),
            Column(self.tr("Line"), "num", 90),
            Column(self.tr("Column"), "text", 170),
            Column(self.tr("Why"), "text"),
        ]
        rows = [(r.file_name, fmt.count(r.line), r.column, r.reason) for r in refused]
        table = Table(name).show_rows(columns, rows, fit=len(rows) <= 8)
        if len(rows) > 8:
            table.setFixedHeight(table_height(8))
        return Card(name, pad=14).add(table)

    def _imports(self, imports: Sequence[ImportRecord]) -> Card:
        name = self.tr("Imported files")
        columns = [
            Column(self.tr("When"), "text", 170),
            Column(self.tr("File"), "strong"),
            Column(self.tr("Kind"), "text", 150),
            Column(self.tr("Rows"), "num", 100),
            Column(self.tr("New"), "num", 100),
            Column(self.tr("Set aside"), "pill", 160),
        ]
        rows = [
            (
                fmt.moment(i.imported_at),
                i.file_name,
                table_name(i.kind),
                fmt.count(i.n_rows),
                fmt.count(i.n_new),
                Cell(fmt.count(i.n_refused), "warn")
                if i.n_refused
                else Cell(self.tr("None"), "good"),
            )
            for i in imports
        ]
        return Card(name, pad=14).add(Table(name).show_rows(columns, rows))


def sample_folder() -> Path | None:
    """A merchant's files of the sample (CC0) that comes with the source; None without it."""
    root = Path(__file__).resolve().parents[2] / "data" / "completejourney"
    return next((p for p in sorted(root.glob("m*")) if p.is_dir()), None)
