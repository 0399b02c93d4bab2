"""A ratio with its interval around 1 on a logarithmic scale, from a quarter to four times."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.theme import theme

#: The ends of the scale, as factors around 1.
ENDS = 4.0


class RatioBar(QWidget):
    """A band for the interval, a dot for the value, a line at 1."""

    def __init__(self, low: float, value: float, high: float, tone: str, name: str) -> None:
        super().__init__()
        self._low, self._value, self._high, self._tone = low, value, high, tone
        self.setFixedHeight(20)
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(220, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, band, dot, the line at 1."""
        tokens, width, y = theme.tokens, self.width() - 12, 10.0

        def x(ratio: float) -> float:
            part = math.log(min(max(ratio, 1 / ENDS), ENDS)) / math.log(ENDS)
            return 6 + width * (part + 1) / 2

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.sunken))
        painter.drawRoundedRect(QRectF(6, y - 3, width, 6), 3, 3)
        colour = QColor(tokens.tone(self._tone) if self._tone else tokens.line)
        band = QColor(colour)
        band.setAlpha(90)
        painter.setBrush(band)
        left, right = x(self._low), x(self._high)
        painter.drawRoundedRect(QRectF(left, y - 3, max(right - left, 4.0), 6), 3, 3)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(x(self._value), y), 5, 5)
        painter.setPen(QPen(QColor(tokens.muted), 1.5))
        painter.drawLine(QPointF(x(1.0), 1), QPointF(x(1.0), 19))
        painter.end()
