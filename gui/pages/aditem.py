"""One ad in the queue: headline, product, state."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from client.api import Creative
from gui.theme.theme import sized, theme
from gui.words import creative_state

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class AdItem(QAbstractButton):
    """A button that looks like a line of a list."""

    def __init__(self, ad: Creative, product: str, *, chosen: bool) -> None:
        super().__init__()
        self._headline, self._product = ad.headline, product
        self._state, self._tone = creative_state(ad.state.value)
        self.setCheckable(True)
        self.setChecked(chosen)
        self.setText(ad.headline)
        self.setAccessibleName(f"{ad.headline}, {product}, {self._state}")
        self.setToolTip(ad.headline)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Two lines."""
        return QSize(280, 54)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, headline, product with a dot in the tone of the state."""
        tokens = theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(QColor(tokens.accent_soft if self.isChecked() else tokens.sunken))
            painter.drawRoundedRect(box, 7, 7)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRoundedRect(box, 7, 7)
        inner = box.adjusted(10, 6, -10, -6)
        self._line(painter, inner.adjusted(0, 0, 0, -20), self._headline, 13, tokens.text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.tone(self._tone)))
        painter.drawEllipse(QRectF(inner.left() + 1, inner.bottom() - 12, 6, 6))
        words = inner.adjusted(14, 22, 0, 0)
        self._line(painter, words, self._product, 12, tokens.muted)
        painter.end()

    def _line(self, painter: QPainter, box: QRectF, text: str, px: int, colour: str) -> None:
        weight = QFont.Weight.Medium if px == 13 else QFont.Weight.Normal
        painter.setFont(sized(self.font(), px, weight))
        painter.setPen(QColor(colour))
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, _LEFT, cut)
