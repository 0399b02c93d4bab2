"""Bars of a held report: what a charge adds to the budget; a norm before and after noise."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.theme import theme


class _Bar(QWidget):
    """A low, wide picture with words for those who do not see it."""

    def __init__(self, name: str, height: int) -> None:
        super().__init__()
        self._high = height
        self.setFixedHeight(height)
        self.setMinimumWidth(90)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(160, self._high)

    def _begin(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        return painter


class BudgetBar(_Bar):
    """Epsilon before a charge, what it adds, and the limit at the right end."""

    def __init__(self, before: float, after: float, limit: float, name: str) -> None:
        super().__init__(name, 22)
        self._before, self._after, self._limit = before, after, limit

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track up to the limit; before in the soft colour, the new part in the strong one."""
        tokens, painter = theme.tokens, self._begin()
        width, top = self.width() - 4, max(self._limit, self._after, 1e-9)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(QRectF(2, 6, width, 10), 5, 5)
        over = self._after > self._limit
        painter.setBrush(QColor(tokens.bad if over else tokens.accent))
        painter.drawRoundedRect(QRectF(2, 6, width * self._after / top, 10), 5, 5)
        old = QColor(tokens.muted)
        painter.setBrush(old)
        painter.drawRoundedRect(QRectF(2, 6, width * self._before / top, 10), 5, 5)
        painter.setPen(QPen(QColor(tokens.text), 2))
        x = 2 + width * self._limit / top
        painter.drawLine(int(min(x, width)), 2, int(min(x, width)), 20)
        painter.end()


class GuessBar(_Bar):
    """A score between 0.5 (left: nobody can tell) and 1 (right: certain), with its interval."""

    def __init__(self, low: float, value: float, high: float, name: str) -> None:
        super().__init__(name, 22)
        self._ends, self._value = (low, high), value

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track, the interval as a band, the score as a dot; below 0.5 is as good as 0.5."""
        tokens, painter, width = theme.tokens, self._begin(), self.width() - 16

        def x(score: float) -> float:
            return 8 + width * (min(max(score, 0.5), 1.0) - 0.5) / 0.5

        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(QRectF(8, 7, width, 8), 4, 4)
        tone = QColor(tokens.bad if self._ends[0] > 0.5 and self._value >= 0.65 else tokens.line)
        band = QColor(tone)
        band.setAlpha(90)
        painter.setBrush(band)
        low, high = self._ends
        painter.drawRoundedRect(QRectF(x(low), 7, max(x(high) - x(low), 4.0), 8), 4, 4)
        painter.setBrush(tone)
        painter.drawEllipse(QPointF(x(self._value), 11), 6, 6)
        painter.end()


class NormBar(_Bar):
    """Two lengths on one scale: what your shoppers add up to, and what would leave with its noise."""

    def __init__(self, before: float | None, after: float, largest: float, name: str) -> None:
        super().__init__(name, 18)
        self._before, self._after, self._largest = before, after, max(largest, 1e-12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The thin line above is before noise, the thick one below is as sent."""
        tokens, painter, width = theme.tokens, self._begin(), self.width() - 4
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(QRectF(2, 2, width, 14), 4, 4)
        if self._before is not None:
            painter.setBrush(QColor(tokens.line))
            part = width * min(self._before / self._largest, 1.0)
            painter.drawRoundedRect(QRectF(2, 3, max(part, 2.0), 4), 2, 2)
        painter.setBrush(QColor(tokens.bar))
        part = width * min(self._after / self._largest, 1.0)
        painter.drawRoundedRect(QRectF(2, 9, max(part, 2.0), 6), 3, 3)
        painter.end()
