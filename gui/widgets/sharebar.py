"""A share as a thin bar; its figure stands beside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.theme import theme


class ShareBar(QWidget):
    """0 to 1."""

    def __init__(self, share: float, name: str) -> None:
        super().__init__()
        self._share = min(max(share, 0.0), 1.0)
        self.setFixedHeight(14)
        self.setMinimumWidth(80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(140, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track and its filled part."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, self.height() / 2 - 3, self.width(), 6)
        painter.setBrush(QColor(theme.tokens.sunken))
        painter.drawRoundedRect(track, 3, 3)
        if self._share > 0:
            track.setWidth(max(6.0, track.width() * self._share))
            painter.setBrush(QColor(theme.tokens.bar))
            painter.drawRoundedRect(track, 3, 3)
        painter.end()
