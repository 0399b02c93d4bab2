"""The files part of the shop's data: where to drop them, what is there, what came when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from client.api import ImportRecord, ShopInfo
from gui import format as fmt
from gui.widgets.basics import Card, button, label, named_row
from gui.widgets.dropzone import DropZone
from gui.widgets.table import Cell, Column, Table
from gui.words import fill, table_name


def drop_zone(
    choose: Callable[[], None],
    bring: Callable[[Sequence[Path]], None],
    endings: tuple[str, ...],
) -> DropZone:
    """Where files are dropped or chosen, or the sample is taken."""
    translate = QCoreApplication.translate
    actions = [button(translate("DataFiles", "Choose files…"), choose, kind="primary")]
    sample = sample_folder()
    if sample is not None:
        actions.append(
            button(translate("DataFiles", "Try with sample data"), lambda: bring([sample]))
        )
    zone = DropZone(
        translate("DataFiles", "Drop the files of your shop here"),
        translate(
            "DataFiles",
            "Products, shoppers, events, ads shown, conversions and costs, as your systems export"
            " them: CSV, Excel, JSON, Parquet. They are copied into a file on this computer and are"
            " never uploaded.",
        ),
        actions,
        endings=endings,
    )
    zone.dropped.connect(bring)
    return zone


class FiguresCard(Card):
    """How much of everything there is."""

    def __init__(self, info: ShopInfo) -> None:
        super().__init__(QCoreApplication.translate("FiguresCard", "In this shop"))
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
            self.add(named_row(name, value))
        span = fill(self.tr("From %1 to %2"), fmt.day(info.shown_from), fmt.day(info.shown_until))
        self.add(None, label(span, "caption"))


class ImportsCard(Card):
    """Files that were imported, newest first."""

    def __init__(self, imports: Sequence[ImportRecord]) -> None:
        name = QCoreApplication.translate("ImportsCard", "Imported files")
        super().__init__(name, pad=14)
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
        self.add(Table(name).show_rows(columns, rows))


def sample_folder() -> Path | None:
    """A merchant's files of the sample (CC0) that comes with the source; None without it."""
    root = Path(__file__).resolve().parents[2] / "data" / "completejourney"
    return next((p for p in sorted(root.glob("m*")) if p.is_dir()), None)
