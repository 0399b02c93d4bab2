"""A sparkline: the shape of a series beside its figure."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.theme.theme import theme


class Sparkline(QWidget):
    """Values in order, oldest first; hidden below two values."""

    def __init__(self, values: Sequence[float], tone: str = "accent") -> None:
        super().__init__()
        self._values = list(values)
        self._tone = tone
        self.setFixedSize(92, 34)
        self.setVisible(len(self._values) > 1)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, the shade below it and a dot on the last value."""
        if len(self._values) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme.tokens.tone(self._tone))
        box = QRectF(self.rect()).adjusted(2, 4, -4, -4)
        points = self._points(box)
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        self._shade(painter, path, box, colour)
        pen = QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(points[-1], 2.6, 2.6)
        painter.end()

    def _points(self, box: QRectF) -> list[QPointF]:
        low, high = min(self._values), max(self._values)
        span, n = (high - low) or 1.0, len(self._values) - 1
        return [
            QPointF(
                box.left() + box.width() * i / n, box.bottom() - box.height() * (v - low) / span
            )
            for i, v in enumerate(self._values)
        ]

    @staticmethod
    def _shade(painter: QPainter, line: QPainterPath, box: QRectF, colour: QColor) -> None:
        area = QPainterPath(line)
        area.lineTo(box.right(), box.bottom() + 4)
        area.lineTo(box.left(), box.bottom() + 4)
        area.closeSubpath()
        fade = QLinearGradient(0, box.top(), 0, box.bottom() + 4)
        for at, alpha in ((0.0, 45), (1.0, 0)):
            shade = QColor(colour)
            shade.setAlpha(alpha)
            fade.setColorAt(at, shade)
        painter.fillPath(area, fade)
