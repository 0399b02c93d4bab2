"""Tables: columns with a kind, cells with words and tone, a delegate that paints pills and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gui.theme.theme import sized, tabular, theme

Index = QModelIndex | QPersistentModelIndex
KIND = int(Qt.ItemDataRole.UserRole.value)
CELL = KIND + 1
ROW_HEIGHT = 42
HEAD_HEIGHT = 34
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column:
    """A column. Kinds: "text", "strong", "num", "pill", "bar", "mono"."""

    name: str
    kind: str = "text"
    width: int = 0

    @property
    def right(self) -> bool:
        """Figures are right aligned."""
        return self.kind == "num"


@dataclass(frozen=True, slots=True)
class Cell:
    """Words with a tone; `part` is 0..1 for a bar."""

    text: str
    tone: str = "text"
    part: float = 0.0


def table_height(n_rows: int) -> int:
    """Height of a table that shows so many rows at once."""
    return ROW_HEIGHT * max(n_rows, 1) + HEAD_HEIGHT + 2


class RowsModel(QAbstractTableModel):
    """A table that fits in memory."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell | str]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self._rows = [[c if isinstance(c, Cell) else Cell(c) for c in r] for r in rows]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """Rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """Columns."""
        return 0 if parent.isValid() else len(self.columns)

    def cell(self, index: Index) -> Cell:
        """One cell."""
        return self._rows[index.row()][index.column()]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, kind, alignment and words for a screen reader."""
        column = self.columns[index.column()]
        if role == KIND:
            return column.kind
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return (_RIGHT if column.right else _LEFT).value
        if role == CELL:
            return self.cell(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.cell(index).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.name}: {self.cell(index).text}"
        return None

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


class CellDelegate(QStyledItemDelegate):
    """Paints pills, bars and the line below each row."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell. The option is copied: the view uses it again for the next cell."""
        own = QStyleOptionViewItem(option)
        kind = index.data(KIND)
        if kind in ("pill", "bar"):
            painter.save()
            if own.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(own.rect, QColor(theme.tokens.accent_soft))
            cell = index.data(CELL)
            if isinstance(cell, Cell) and cell.text:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                box = QRectF(own.rect).adjusted(8, 0, -8, 0)
                (_paint_pill if kind == "pill" else _paint_bar)(painter, box, cell, own.font)
            painter.restore()
        else:
            if kind == "strong":
                own.font.setWeight(QFont.Weight.Medium)
            elif kind in ("num", "mono"):
                own.font = tabular(own.font)
            super().paint(painter, own, index)
        painter.setPen(QPen(QColor(theme.tokens.border), 1))
        painter.drawLine(own.rect.bottomLeft(), own.rect.bottomRight())


def _paint_pill(painter: QPainter, box: QRectF, cell: Cell, font: QFont) -> None:
    painter.setFont(sized(font, 12, QFont.Weight.Medium))
    width = min(painter.fontMetrics().horizontalAdvance(cell.text) + 28.0, box.width())
    shape = QRectF(box.left(), box.center().y() - 10, width, 20)
    ink = QColor(theme.tokens.tone(cell.tone))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.tokens.soft(cell.tone)))
    painter.drawRoundedRect(shape, 10, 10)
    painter.setBrush(ink)
    painter.drawEllipse(QRectF(shape.left() + 8, shape.center().y() - 3, 6, 6))
    painter.setPen(ink)
    painter.drawText(shape.adjusted(19, 0, -6, 0), _LEFT, cell.text)


def _paint_bar(painter: QPainter, box: QRectF, cell: Cell, font: QFont) -> None:
    track = QRectF(box.left(), box.center().y() - 3, max(box.width() - 62, 20), 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.tokens.sunken))
    painter.drawRoundedRect(track, 3, 3)
    painter.setBrush(QColor(theme.tokens.tone(cell.tone if cell.tone != "text" else "accent")))
    part = min(max(cell.part, 0.0), 1.0)
    if part > 0:
        track.setWidth(max(6.0, track.width() * part))
        painter.drawRoundedRect(track, 3, 3)
    painter.setPen(QColor(theme.tokens.muted))
    painter.setFont(sized(font, 12))
    painter.drawText(box, _RIGHT, cell.text)


class Table(QTableView):
    """A table view in the house's look."""

    picked = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(48)
        head.setFixedHeight(HEAD_HEIGHT)
        self.clicked.connect(lambda index: self.picked.emit(index.row()))
        self.activated.connect(lambda index: self.picked.emit(index.row()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming with the Tab key, show where one is: on a row."""
        super().focusInEvent(event)
        by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        if by_key and not self.selectionModel().hasSelection():
            self.selectRow(0)

    def show_rows(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell | str]], *, fit: bool = True
    ) -> Table:
        """Show rows; `fit` makes the table exactly as high as they are."""
        self.setModel(RowsModel(columns, rows, self))
        self.lay_out(columns)
        if fit:
            self.setFixedHeight(table_height(len(rows)))
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return self

    def lay_out(self, columns: Sequence[Column]) -> None:
        """Widths: a column without one takes what is left."""
        head = self.horizontalHeader()
        for i, column in enumerate(columns):
            if column.width:
                head.setSectionResizeMode(i, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(i, column.width)
            else:
                head.setSectionResizeMode(i, QHeaderView.ResizeMode.Stretch)
