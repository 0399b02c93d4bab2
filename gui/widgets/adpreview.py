"""An ad as a shopper would see it: search result, feed card, marketplace tile, row of an inbox."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme.theme import sized

#: Grounds of the picture's place (light, deep, ink), alike in both looks.
GROUNDS = (
    ("#F3E3D3", "#E2C3A4", "#6B4A2B"),
    ("#DDE9F7", "#B5CDEB", "#27496E"),
    ("#E0F1E6", "#B4DCC4", "#22573B"),
    ("#F4E1EC", "#E3B8CF", "#6B2A4C"),
    ("#EDE6F8", "#CDBDEB", "#46307A"),
)
#: of a photo that must stay in sight where it fills its place
KEPT = 0.6
HEIGHTS = {"search": 212, "feed": 330, "marketplace": 318, "email": 212}
_WRAP = int(Qt.TextFlag.TextWordWrap.value)
_LEFT = int((Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value)
_RIGHT = int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter.value)
_BOLD, _PLAIN = QFont.Weight.DemiBold, QFont.Weight.Normal


@dataclass(frozen=True, slots=True)
class Place:
    """Colours of the page that the ad stands on; a shopper's, not this window's."""

    ground: str
    surface: str
    border: str
    ghost: str
    text: str
    muted: str
    link: str
    button: str
    on_button: str


LIGHT_PLACE = Place(
    "#F3F4F6", "#FFFFFF", "#DFE3EA", "#E8EBF0", "#1B1F27", "#58606E", "#1A48C4", "#B84521",
    "#FFFFFF",
)  # fmt: skip
DARK_PLACE = Place(
    "#15171C", "#202329", "#383D47", "#2E333C", "#ECEEF3", "#A6AEBB", "#9AB4FF", "#F0A184",
    "#2A1109",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown.

    Attributes:
        family: "search", "feed", "marketplace" or "email".
        label: That marks it as an ad.
        headline: Also the subject or the title.
        body: Also the preheader; "" where there is none.
        action: "" where the placement has no button.
        product: Name, where there is no picture.
        shop: Who advertises.
        price: In words; "" = unknown.
        dark: The page that it stands on is dark.
    """

    family: str
    label: str
    headline: str
    body: str
    action: str
    product: str
    shop: str
    price: str = ""
    dark: bool = False


class AdPreview(QWidget):
    """One placement, painted."""

    def __init__(self, look: Look, picture: QImage | None = None) -> None:
        super().__init__()
        self._look, self._picture = look, picture
        self._place = DARK_PLACE if look.dark else LIGHT_PLACE
        seed = hashlib.sha256(look.product.encode()).digest()[0]
        self._ground = GROUNDS[seed % len(GROUNDS)]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(430, HEIGHTS.get(look.family, 330))
        name = QCoreApplication.translate("AdPreview", "Preview of the ad")
        self.setAccessibleName(f"{name}: {look.label}, {look.headline}")
        self.setAccessibleDescription(f"{look.body} [{look.action}]".strip())

    def sizeHint(self) -> QSize:
        """The placement's size."""
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The page, then the ad on it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(frame, 8, 8)
        painter.fillPath(path, QColor(self._place.ground))
        painter.setClipPath(path)
        {"search": self._search, "marketplace": self._tile, "email": self._inbox}.get(
            self._look.family, self._feed
        )(painter)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._place.border), 1))
        painter.drawPath(path)
        painter.end()

    # --- placements -------------------------------------------------------------------------

    def _search(self, p: QPainter) -> None:
        look, place = self._look, self._place
        self._sheet(p, QRectF(0, 0, 430, 140))
        x = 18 + self._chip(p, 18, 14) + 8
        self._say(p, QRectF(x, 12, 430 - x - 16, 18), look.shop, 12, place.text)
        used = self._say(p, QRectF(18, 36, 394, 26), look.headline, 18, place.link, wrap=True)
        below = QRectF(18, used.bottom() + 4, 394, 36)
        self._say(p, below, look.body, 13, place.muted, wrap=True)
        if look.action:
            self._say(p, QRectF(18, 112, 394, 20), f"{look.action} ›", 13, place.link, _BOLD)
        self._ghosts(p, 156, (150, 260, 330))

    def _feed(self, p: QPainter) -> None:
        look, place = self._look, self._place
        card = QRectF(55, 12, 320, 306)
        self._sheet(p, card)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(self._ground[1]))
        p.drawEllipse(QRectF(67, 22, 28, 28))
        self._say(
            p, QRectF(67, 22, 28, 28), look.shop[:1].upper(), 13, self._ground[2], _BOLD, _CENTRE
        )
        self._say(p, QRectF(104, 20, 250, 16), look.shop, 12, place.text, _BOLD)
        self._chip(p, 104, 37)
        self._say(p, QRectF(67, 58, 296, 36), look.body, 12, place.text, wrap=True)
        self._art(p, QRectF(55, 98, 320, 148))
        self._say(p, QRectF(67, 254, 190, 52), look.headline, 14, place.text, _BOLD, wrap=True)
        if look.action:
            self._pill(p, 363, 267, look.action)

    def _tile(self, p: QPainter) -> None:
        look, place = self._look, self._place
        card = QRectF(20, 14, 230, 290)
        self._sheet(p, card)
        self._art(p, QRectF(20, 14, 230, 164))
        title = QRectF(32, 186, 206, 54)
        self._say(p, title, look.headline, 13, place.text, wrap=True)
        self._say(p, QRectF(32, 246, 120, 22), look.price, 16, place.button, _BOLD)
        self._say(p, QRectF(32, 272, 150, 18), look.shop, 12, place.muted)
        self._chip(p, 238, 274, right=True)
        self._sheet(p, QRectF(262, 14, 230, 290))
        p.fillRect(QRectF(262, 14, 230, 164), QColor(place.ghost))
        self._ghosts(p, 192, (130, 110, 60), left=274)

    def _inbox(self, p: QPainter) -> None:
        look, place = self._look, self._place
        p.fillRect(QRectF(0, 0, 430, 212), QColor(place.surface))
        self._ghosts(p, 18, (190, 300))
        p.fillRect(QRectF(0, 62, 430, 86), QColor(place.ground))
        p.setPen(QPen(QColor(place.border), 1))
        for y in (62, 148):
            p.drawLine(QPointF(0, y), QPointF(430, y))
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(place.link))
        p.drawEllipse(QRectF(10, 78, 7, 7))
        self._say(p, QRectF(26, 70, 280, 20), look.shop, 13, place.text, _BOLD)
        self._say(p, QRectF(330, 70, 84, 20), "08:30", 12, place.muted, flags=_RIGHT)
        wide = self._chip(p, 26, 96)
        left = 26 + wide + 8
        self._say(p, QRectF(left, 93, 414 - left, 20), look.headline, 13, place.text, _BOLD)
        self._say(p, QRectF(26, 117, 388, 20), look.body, 12, place.muted)
        self._ghosts(p, 164, (160, 320))

    # --- parts ------------------------------------------------------------------------------

    def _say(
        self,
        p: QPainter,
        box: QRectF,
        text: str,
        px: int,
        colour: str,
        weight: QFont.Weight = _PLAIN,
        flags: int = _LEFT,
        *,
        wrap: bool = False,
    ) -> QRectF:
        """Words in a box; one line is cut with an ellipsis, as a page would. Returns their box."""
        p.setFont(sized(self.font(), px, weight))
        p.setPen(QColor(colour))
        if wrap:
            used = p.boundingRect(box, _WRAP, text)
            p.save()
            p.setClipRect(box.adjusted(0, -2, 0, 4))
            p.drawText(box, _WRAP, text)
            p.restore()
            return QRectF(box.left(), box.top(), used.width(), min(used.height(), box.height()))
        cut = p.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        p.drawText(box, flags, cut)
        return box

    def _chip(self, p: QPainter, x: float, y: float, *, right: bool = False) -> float:
        """The word that marks it as an ad, in a frame; returns its width."""
        p.setFont(sized(self.font(), 10, _BOLD))
        wide = p.fontMetrics().horizontalAdvance(self._look.label) + 10.0
        box = QRectF(x - wide if right else x, y, wide, 14)
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.setPen(QPen(QColor(self._place.muted), 1))
        p.drawRoundedRect(box, 3, 3)
        p.setPen(QColor(self._place.text))
        p.drawText(box, _CENTRE, self._look.label)
        return wide

    def _pill(self, p: QPainter, right: float, y: float, text: str) -> None:
        p.setFont(sized(self.font(), 12, _BOLD))
        wide = min(p.fontMetrics().horizontalAdvance(text) + 26.0, 118.0)
        box = QRectF(right - wide, y, wide, 28)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(self._place.button))
        p.drawRoundedRect(box, 14, 14)
        self._say(p, box.adjusted(6, 0, -6, 0), text, 12, self._place.on_button, _BOLD, _CENTRE)

    def _sheet(self, p: QPainter, box: QRectF) -> None:
        p.setPen(QPen(QColor(self._place.border), 1))
        p.setBrush(QColor(self._place.surface))
        p.drawRoundedRect(box, 6, 6)

    def _ghosts(self, p: QPainter, y: float, widths: tuple[int, ...], left: float = 18) -> None:
        """Grey lines: what else stands on the page."""
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(self._place.ghost))
        for i, wide in enumerate(widths):
            p.drawRoundedRect(QRectF(left, y + 16 * i, wide, 8), 4, 4)

    def _art(self, p: QPainter, box: QRectF) -> None:
        """The product's photo, filling its place; without one a quiet ground with its name."""
        picture = self._picture
        if picture is not None and not picture.isNull():
            self._photo(p, box, picture)
            return
        light, deep, ink = self._ground
        fade = QLinearGradient(box.topLeft(), box.bottomRight())
        fade.setColorAt(0, QColor(light))
        fade.setColorAt(1, QColor(deep))
        p.fillRect(box, fade)
        p.setPen(QColor(ink))
        p.setFont(sized(self.font(), 15, QFont.Weight.Medium))
        p.drawText(box.adjusted(24, 12, -24, -12), _CENTRE | _WRAP, self._look.product)

    def _photo(self, p: QPainter, box: QRectF, picture: QImage) -> None:
        """Filling its place where most of it stays in sight, else whole on the colour of its edge."""
        wide, high = float(picture.width()), float(picture.height())
        fill = max(box.width() / wide, box.height() / high)
        seen = box.width() / fill * box.height() / fill
        if seen >= KEPT * wide * high:
            part = QRectF(0, 0, box.width() / fill, box.height() / fill)
            part.moveCenter(QPointF(wide / 2, high / 2))
            p.drawImage(box, picture, part)
            return
        p.fillRect(box, picture.pixelColor(1, 1))
        fit = min(box.width() / wide, box.height() / high)
        whole = QRectF(0, 0, wide * fit, high * fit)
        whole.moveCenter(box.center())
        p.drawImage(whole, picture)
