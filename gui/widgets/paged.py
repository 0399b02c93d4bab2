"""A table of any length: keyset pages of 256 rows read when they are looked at, a few kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from client.api import Shop
from gui.widgets.table import CELL, KIND, Cell, Column, Index

PAGE = 256
KEPT = 32
Row = tuple[str | int | float | None, ...]
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PagedModel(QAbstractTableModel):
    """One table of the shop. The key that starts a page is remembered; a jump asks the index.

    Args:
        shop: The open shop.
        table: A name of `Shop.tables()`.
        columns: How to head and align its columns, in the order of `Shop.columns(table)`.
        words: Turns (column number, value) into words.
        parent: Qt owner.
    """

    def __init__(
        self,
        shop: Shop,
        table: str,
        columns: Sequence[Column],
        words: Callable[[int, object], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._shop, self._table, self.columns, self._words = shop, table, list(columns), words
        self._n = shop.count(table)
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        first = shop.key_at(table, 0)
        self._keys = {0: first} if first is not None else {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """Rows in the whole table."""
        return 0 if parent.isValid() else self._n

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """Columns."""
        return 0 if parent.isValid() else len(self.columns)

    def row(self, number: int) -> Row | None:
        """One row, read with its page; None if rows went away meanwhile."""
        page, at = divmod(number, PAGE)
        rows = self._pages.get(page)
        if rows is None:
            rows = self._read(page)
        else:
            self._pages.move_to_end(page)
        return rows[at] if at < len(rows) else None

    def _read(self, page: int) -> list[Row]:
        key = self._keys.get(page) or self._shop.key_at(self._table, page * PAGE)
        rows: list[Row] = []
        if key is not None:
            self._keys[page] = key
            rows, following = self._shop.rows_from(self._table, key, PAGE)
            if following is not None:
                self._keys[page + 1] = following
        self._pages[page] = rows
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return rows

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, kind, alignment and words for a screen reader."""
        number = index.column()
        column = self.columns[number]
        if role == KIND:
            return column.kind
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return (_RIGHT if column.right else _LEFT).value
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            CELL,
        ):
            return None
        row = self.row(index.row())
        text = "" if row is None else self._words(number, row[number])
        if role == CELL:
            return Cell(text)
        return f"{column.name}: {text}" if role == Qt.ItemDataRole.AccessibleTextRole else text

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].name
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return (_RIGHT if self.columns[section].right else _LEFT).value
        return None
