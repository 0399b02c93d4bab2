"""Any table of the shop, row by row, however long it is."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from client.api import Shop
from gui import format as fmt
from gui.widgets.basics import Card, label, row
from gui.widgets.paged import PagedModel
from gui.widgets.segments import Segments
from gui.widgets.table import Column, Table, table_height
from gui.words import cell_words, column_name, table_name

_NUMBERS = {"value_minor", "price_minor"}
_WIDTHS = {
    "title": 0,
    "shown_at": 150,
    "happened_at": 150,
    "converted_at": 150,
    "shopper_key": 190,
    "product_id": 120,
    "category": 180,
    "department": 150,
    "brand": 130,
}


class ShopTables(Card):
    """A choice of tables above one paged view."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(pad=14)
        self._shop = shop
        names = [(name, table_name(name)) for name in shop.tables()]
        self._choice = Segments(self.tr("Table"), names, names[0][0])
        self._choice.chosen.connect(self._show)
        self._count: QLabel = label("", "caption")
        self.add(row(label(self.tr("Rows"), "section"), 8, self._count, None, self._choice))
        self.table = Table(self.tr("Rows of the shop"))
        self.table.setMinimumHeight(table_height(8))
        self.add(self.table)
        self._show(names[0][0])

    def _show(self, name: str) -> None:
        fields = self._shop.columns(name)
        columns = [
            Column(
                column_name(f),
                "num" if f in _NUMBERS else "mono" if f == "shopper_key" else "text",
                _WIDTHS.get(f, 130),
            )
            for f in fields
        ]
        if not any(c.width == 0 for c in columns):
            columns[-1] = Column(columns[-1].name, columns[-1].kind, 0)
        old = self.table.model()
        model = PagedModel(
            self._shop, name, columns, lambda i, v: cell_words(fields[i], v), self.table
        )
        self.table.setModel(model)
        self.table.lay_out(columns)
        if old is not None:
            old.deleteLater()
        self._count.setText(fmt.count(model.rowCount()))
