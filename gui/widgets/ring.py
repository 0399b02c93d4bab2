"""The budget ring: spent, pending and left of a limit."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.theme import sized, theme


class Ring(QWidget):
    """A ring with a figure in it.

    Args:
        spent: What is used, in the unit of `total`; None = not known yet (an empty ring, a dash).
        total: The limit.
        text: The figure in the middle.
        caption: The words below the figure.
        pending: What the work that goes on now will add.
    """

    def __init__(
        self,
        spent: float | None,
        total: float,
        text: str,
        caption: str,
        *,
        pending: float = 0.0,
        size: int = 132,
    ) -> None:
        super().__init__()
        self._spent, self._total, self._pending = spent, total, pending
        self._text, self._caption, self._size = text, caption, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(size, size)
        self.setAccessibleName(f"{text} {caption}")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the track, the arcs and the figure."""
        tokens = theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(9, 9, -9, -9)
        self._arc(painter, box, tokens.sunken, 0.0, 1.0)
        if self._spent is not None and self._total > 0:
            used = min(self._spent / self._total, 1.0)
            more = min(used + self._pending / self._total, 1.0)
            self._arc(painter, box, tokens.pending, used, more)
            tone = tokens.bad if used >= 1 else tokens.warn if used > 0.9 else tokens.line
            self._arc(painter, box, tone, 0.0, used)
        painter.setFont(sized(self.font(), 23, QFont.Weight.DemiBold))
        painter.setPen(QColor(tokens.text))
        painter.drawText(box.adjusted(0, -8, 0, -8), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.setFont(sized(self.font(), 11))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(box.adjusted(0, 32, 0, 0), Qt.AlignmentFlag.AlignCenter, self._caption)
        painter.end()

    @staticmethod
    def _arc(painter: QPainter, box: QRectF, colour: str, start: float, end: float) -> None:
        """From `start` to `end`, fractions of the circle, clockwise from the top."""
        if end <= start:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour), 11, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(box, round((90 - 360 * start) * 16), round(-360 * (end - start) * 16))
