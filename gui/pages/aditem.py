"""The queue: ads as lines of a list that the arrow keys walk, each with headline, product and state."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from client.api import Creative
from gui.pages import adnames
from gui.theme.theme import sized, theme
from gui.words import creative_state

Index = QModelIndex | QPersistentModelIndex
AD = int(Qt.ItemDataRole.UserRole.value)
LINE = 58
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Ads(QAbstractListModel):
    """Ads with the titles of their products."""

    def __init__(self) -> None:
        super().__init__()
        self.ads: Sequence[Creative] = ()
        self.titles: dict[str, str] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """Lines."""
        return 0 if parent.isValid() else len(self.ads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The ad, or its words for a screen reader and the pointer."""
        ad = self.ads[index.row()]
        if role == AD:
            return ad, self.titles.get(ad.product_id, "")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = creative_state(ad.state.value)[0]
            title = self.titles.get(ad.product_id, "")
            return f"{ad.headline}, {title}, {adnames.slot(ad.slot)}, {state}"
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return ad.headline
        return None


class _Line(QStyledItemDelegate):
    """Ground, headline; below it a dot in the tone of the state, the product, the placement."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines of words."""
        return QSize(240, LINE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one ad."""
        found = index.data(AD)
        if not isinstance(found, tuple):
            return
        ad, title = found
        tokens, chosen = theme.tokens, bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(2, 2, -2, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.accent_soft if chosen else tokens.sunken))
            painter.drawRoundedRect(box, 7, 7)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRoundedRect(box, 7, 7)
        inner = box.adjusted(10, 6, -10, -6)
        _write(painter, inner.adjusted(0, 0, 0, -22), ad.headline, 13, tokens.text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.tone(creative_state(ad.state.value)[1])))
        painter.drawEllipse(QRectF(inner.left() + 1, inner.bottom() - 13, 7, 7))
        place = adnames.family_name(adnames.family(ad.slot))
        below = inner.adjusted(15, 22, 0, 0)
        wide = _write(painter, below, place, 12, tokens.muted, right=True)
        _write(painter, below.adjusted(0, 0, -wide - 8, 0), title, 12, tokens.muted)
        painter.restore()


def _write(
    painter: QPainter, box: QRectF, text: str, px: int, colour: str, *, right: bool = False
) -> int:
    """One line of words, cut where it does not fit; returns its width."""
    weight = QFont.Weight.Medium if px == 13 else QFont.Weight.Normal
    painter.setFont(sized(painter.font(), px, weight))
    painter.setPen(QColor(colour))
    cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, _RIGHT if right else _LEFT, cut)
    return painter.fontMetrics().horizontalAdvance(cut)


class AdQueue(QListView):
    """Emits the id of the ad that the person goes to."""

    gone_to = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._own = _Ads()
        self._line = _Line(self)
        self.setModel(self._own)
        self.setItemDelegate(self._line)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self._quiet = False
        self.selectionModel().currentChanged.connect(self._moved)
        theme.changed.connect(self.viewport().update)

    def show_ads(self, ads: Sequence[Creative], titles: dict[str, str], chosen: str) -> None:
        """Show lines and mark one, without a word about it."""
        self._quiet = True
        if tuple(self._own.ads) != tuple(ads) or self._own.titles != titles:
            self._own.beginResetModel()
            self._own.ads, self._own.titles = ads, titles
            self._own.endResetModel()
        ids = [a.creative_id for a in ads]
        if chosen in ids:
            at = self._own.index(ids.index(chosen), 0)
            if at != self.currentIndex():
                self.setCurrentIndex(at)
            self.scrollTo(at)
        self._quiet = False

    def step(self, by: int) -> None:
        """Go up or down."""
        row = min(max(self.currentIndex().row() + by, 0), len(self._own.ads) - 1)
        if row >= 0:
            self.setCurrentIndex(self._own.index(row, 0))

    def keyboardSearch(self, search: str) -> None:
        """Letters are decisions here, not a search."""

    def _moved(self, now: QModelIndex, before: QModelIndex) -> None:
        if not self._quiet and now.isValid():
            self.gone_to.emit(self._own.ads[now.row()].creative_id)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer's line is a line like the others again."""
        super().leaveEvent(event)
        self.viewport().update(QRect(self.viewport().rect()))
