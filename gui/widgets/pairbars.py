"""Two values side by side in each slot: before and now, expected and seen; hover and words read them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme.theme import sized, theme
from gui.widgets.timechart import nice_ticks

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True, slots=True)
class Pairs:
    """What the bars show.

    Attributes:
        labels: Below the slots.
        first: Left bars, pale.
        second: Right bars, strong.
        first_name: In the legend.
        second_name: The same.
        form: A value in words.
        notes: A sentence a slot, for the pointer.
    """

    labels: Sequence[str]
    first: Sequence[float]
    second: Sequence[float]
    first_name: str
    second_name: str
    form: Callable[[float], str]
    notes: Sequence[str]


class PairBars(QWidget):
    """A small chart of at most a dozen slots."""

    def __init__(self, pairs: Pairs, name: str) -> None:
        super().__init__()
        self._pairs = pairs
        self.setFixedHeight(184)
        self.setMinimumWidth(260)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setAccessibleDescription("; ".join(pairs.notes))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(380, 184)

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(44, 26, -4, -22)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the slot under the pointer out."""
        box, n = self._plot(), len(self._pairs.notes)
        at = int((event.position().x() - box.left()) / max(box.width(), 1) * n)
        if 0 <= at < n and box.left() <= event.position().x():
            QToolTip.showText(event.globalPosition().toPoint(), self._pairs.notes[at], self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grid, bars, labels, legend."""
        d, box, tokens = self._pairs, self._plot(), theme.tokens
        ticks = nice_ticks(0, max((*d.first, *d.second, 0.0)) or 1.0, 3)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(sized(self.font(), 11))
        for tick in ticks:
            y = round(box.bottom() - box.height() * tick / ticks[-1]) + 0.5
            painter.setPen(QPen(QColor(tokens.border), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(QColor(tokens.muted))
            painter.drawText(QRectF(0, y - 9, box.left() - 8, 18), _RIGHT, d.form(tick))
        slot = box.width() / max(len(d.labels), 1)
        wide = min(14.0, slot * 0.36)
        every = max(1, -(-46 * len(d.labels) // max(int(box.width()), 1)))
        for i, text in enumerate(d.labels):
            middle = box.left() + slot * (i + 0.5)
            self._bar(painter, QRectF(middle - wide - 1, 0, wide, 0), d.first[i] / ticks[-1], False)
            self._bar(painter, QRectF(middle + 1, 0, wide, 0), d.second[i] / ticks[-1], True)
            painter.setPen(QColor(tokens.muted))
            if i % every == 0:
                painter.drawText(QRectF(middle - 40, box.bottom() + 5, 80, 16), _MIDDLE, text)
        self._legend(painter, box.left())
        painter.end()

    def _bar(self, painter: QPainter, where: QRectF, part: float, strong: bool) -> None:
        box, tokens = self._plot(), theme.tokens
        high = box.height() * max(part, 0.0)
        if high <= 0:
            return
        shape = QRectF(where.left(), box.bottom() - high, where.width(), high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.line if strong else tokens.faint))
        painter.drawRoundedRect(shape, min(2.0, high / 2), min(2.0, high / 2))

    def _legend(self, painter: QPainter, x: float) -> None:
        tokens, d = theme.tokens, self._pairs
        for name, colour in ((d.first_name, tokens.faint), (d.second_name, tokens.line)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(x, 4, 10, 10), 2, 2)
            painter.setPen(QColor(tokens.muted))
            wide = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QRectF(x + 16, 0, wide + 4, 18), _LEFT, name)
            x += 36 + wide
