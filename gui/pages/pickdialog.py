"""Choose a product (by search) and a size for an audience."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QVBoxLayout, QWidget

from client.api import ProductCount, Shop
from gui import format as fmt
from gui.theme.icons import icon
from gui.theme.theme import theme
from gui.widgets.basics import button, label, row
from gui.widgets.table import Column, Table

FOUND = 50
SIZES = (50, 100, 200, 500, 1_000, 5_000)


class PickDialog(QDialog):
    """Emits the product and the size; 0 is the default, a tenth of all shoppers."""

    chosen = Signal(str, int)

    def __init__(self, shop: Shop, parent: QWidget) -> None:
        super().__init__(parent)
        self._shop = shop
        self._found: list[ProductCount] = []
        self.setWindowTitle(self.tr("Pick an audience"))
        self.resize(720, 540)
        box = QVBoxLayout(self)
        box.setContentsMargins(22, 18, 22, 18)
        box.setSpacing(10)
        box.addWidget(label(self.tr("Which product is the audience for?"), "title"))
        self._search = QLineEdit()
        self._search.setPlaceholderText(self.tr("Search products"))
        self._search.setAccessibleName(self.tr("Search products"))
        self._search.setClearButtonEnabled(True)
        self._search.addAction(
            icon("search", theme.tokens.muted, 16), QLineEdit.ActionPosition.LeadingPosition
        )
        self._wait = QTimer(self, singleShot=True, interval=150)
        self._wait.timeout.connect(self._look)
        self._search.textChanged.connect(lambda: self._wait.start())
        box.addWidget(self._search)
        self.table = Table(self.tr("Products"))
        box.addWidget(self.table, 1)
        self._size = QComboBox()
        self._size.addItem(self.tr("a tenth of all"), 0)
        for n in SIZES:
            self._size.addItem(fmt.count(n), n)
        self._size.setMinimumWidth(150)
        self._size.setAccessibleName(self.tr("How many shoppers"))
        cancel = button(self.tr("Cancel"), self.reject)
        self._go = button(self.tr("Pick"), self._done, kind="primary")
        box.addLayout(row(label(self.tr("How many shoppers")), self._size, None, cancel, self._go))
        self.table.doubleClicked.connect(lambda _: self._done())
        self._look()

    def _look(self) -> None:
        self._found = list(self._shop.products(self._search.text().strip(), FOUND))
        columns = [
            Column(self.tr("Product"), "strong"),
            Column(self.tr("Department"), "text", 160),
            Column(self.tr("Impressions"), "num", 110),
            Column(self.tr("Conversions"), "num", 110),
        ]
        rows = [
            (
                p.product.title,
                p.product.department,
                fmt.count(p.n_impressions),
                fmt.count(p.n_converted),
            )
            for p in self._found
        ]
        self.table.show_rows(columns, rows, fit=False)
        if rows:
            self.table.selectRow(0)
        self._go.setEnabled(bool(rows))

    def _done(self) -> None:
        index = self.table.currentIndex()
        if index.isValid() and index.row() < len(self._found):
            self.chosen.emit(
                self._found[index.row()].product.product_id, int(self._size.currentData())
            )
            self.accept()
