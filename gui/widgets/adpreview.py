"""An ad as a shopper would see it: picture or a drawn ground, headline, text, button, the ad mark."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.theme import sized

#: Grounds of the picture's place (light, deep, ink): the placement is light in both themes.
GROUNDS = (
    ("#F3E3D3", "#E2C3A4", "#6B4A2B"),
    ("#DDE9F7", "#B5CDEB", "#27496E"),
    ("#E0F1E6", "#B4DCC4", "#22573B"),
    ("#F4E1EC", "#E3B8CF", "#6B2A4C"),
    ("#EDE6F8", "#CDBDEB", "#46307A"),
)
_WRAP = int(Qt.TextFlag.TextWordWrap.value)


class AdPreview(QWidget):
    """A 300 by 250 placement."""

    def __init__(self, headline: str, body: str, action: str, product: str, mark: str) -> None:
        super().__init__()
        self._headline, self._body, self._action, self._product = headline, body, action, product
        self._mark = mark or QCoreApplication.translate("AdPreview", "Ad · generated")
        seed = hashlib.sha256(product.encode()).digest()[0]
        self._ground = GROUNDS[seed % len(GROUNDS)]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(300, 270)
        self.setAccessibleName(
            QCoreApplication.translate("AdPreview", "Preview of the ad") + f": {headline}"
        )
        self.setAccessibleDescription(f"{body} [{action}]")

    def sizeHint(self) -> QSize:
        """The placement's size."""
        return QSize(300, 270)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(frame, 8, 8)
        painter.fillPath(path, QColor("#FFFFFF"))
        painter.setClipPath(path)
        self._picture(painter, QRectF(0, 0, 300, 128))
        self._words(painter)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("#DFE3EA"), 1))
        painter.drawPath(path)
        painter.end()

    def _picture(self, painter: QPainter, box: QRectF) -> None:
        light, deep, ink = self._ground
        fade = QLinearGradient(box.topLeft(), box.bottomRight())
        fade.setColorAt(0, QColor(light))
        fade.setColorAt(1, QColor(deep))
        painter.fillRect(box, fade)
        painter.setPen(QColor(ink))
        painter.setFont(sized(self.font(), 15, QFont.Weight.Medium))
        inner = box.adjusted(24, 12, -24, -12)
        centre = int(Qt.AlignmentFlag.AlignCenter.value)
        painter.drawText(inner, centre | _WRAP, self._product)

    def _words(self, painter: QPainter) -> None:
        painter.setPen(QColor("#1B1F27"))
        painter.setFont(sized(self.font(), 15, QFont.Weight.DemiBold))
        top = QRectF(14, 137, 272, 40)
        used = painter.boundingRect(top, _WRAP, self._headline)
        painter.drawText(top, _WRAP, self._headline)
        painter.setFont(sized(self.font(), 12))
        painter.setPen(QColor("#58606E"))
        below = QRectF(14, min(used.bottom(), 177) + 3, 272, 48)
        painter.drawText(below, _WRAP, self._body)
        painter.setFont(sized(self.font(), 12, QFont.Weight.DemiBold))
        width = painter.fontMetrics().horizontalAdvance(self._action) + 32
        pill = QRectF(14, 234, width, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#C9502B"))
        painter.drawRoundedRect(pill, 12, 12)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._action)
        painter.setPen(QColor("#6B7484"))
        painter.setFont(sized(self.font(), 10))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(160, 234, 126, 24), right, self._mark)
