"""Reasons as bars: a factor on the odds to the right (more) or to the left (less)."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.theme import theme


class MiddleBar(QWidget):
    """A bar from a middle line to the right, or to the left; `part` is -1 to 1 of half the width."""

    def __init__(self, part: float, height: int, name: str) -> None:
        super().__init__()
        self._part = max(min(part, 1.0), -1.0)
        self.setFixedHeight(height)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    def colour(self) -> str:
        """Of a bar to the right."""
        return theme.tokens.good

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track, the bar, the middle line."""
        tokens = theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, half, across = self.width() / 2, self.width() / 2 - 2, self.height() / 2
        length = half * self._part
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(QRectF(2, across - 3, self.width() - 4, 6), 3, 3)
        painter.setBrush(QColor(self.colour() if length > 0 else tokens.warn))
        painter.drawRoundedRect(QRectF(middle + min(length, 0), across - 3, abs(length), 6), 3, 3)
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        painter.drawLine(QPointF(middle, across - 6), QPointF(middle, across + 6))
        painter.end()


class FactorBar(MiddleBar):
    """One factor on a log scale around 1; `largest` sets the scale of all bars of a list."""

    def __init__(self, factor: float, largest: float, name: str) -> None:
        part = math.log(factor) / math.log(largest) if largest > 1 and factor > 0 else 0.0
        super().__init__(part, 16, name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(140, 16)


class RangeBar(QWidget):
    """A rate with its interval, beside the shop's base rate, on one scale from zero."""

    def __init__(self, low: float, value: float, high: float, base: float, name: str) -> None:
        super().__init__()
        self._low, self._value, self._high, self._base = low, value, high, base
        self.setFixedHeight(34)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track, the interval as a band, the value as a dot, the base as a tick."""
        tokens, top = theme.tokens, max(self._high, self._base, 1e-9) * 1.12
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, y = self.width() - 12, 17.0

        def x(v: float) -> float:
            return 6 + width * v / top

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(QRectF(6, y - 4, width, 8), 4, 4)
        band = QColor(tokens.line)
        band.setAlpha(90)
        painter.setBrush(band)
        span = max(x(self._high) - x(self._low), 4.0)
        painter.drawRoundedRect(QRectF(x(self._low), y - 4, span, 8), 4, 4)
        painter.setBrush(QColor(tokens.line))
        painter.drawEllipse(QPointF(x(self._value), y), 6, 6)
        painter.setPen(QPen(QColor(tokens.muted), 2))
        painter.drawLine(QPointF(x(self._base), y - 11), QPointF(x(self._base), y + 11))
        painter.end()
