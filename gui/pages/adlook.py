"""How an ad looks where it stands: a tab a placement, on a light or a dark page, real banners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QVBoxLayout, QWidget

from client.api import AdView
from gui import format as fmt
from gui.pages import adnames
from gui.pages.adbanner import LAYOUTS, SIZES, Banners, Drawn
from gui.theme.theme import theme
from gui.widgets.adpreview import DARK_PLACE, LIGHT_PLACE, AdPreview, Look
from gui.widgets.basics import clear, label, row
from gui.widgets.segments import Segments
from gui.widgets.steps import Mark
from gui.words import fill

if TYPE_CHECKING:
    from client.api import SlotPreview

STAGE = (430, 330)


@dataclass
class LookChoice:
    """What the person looks at; kept from ad to ad.

    Attributes:
        family: "" = the ad's own.
        dark: None = as this window.
        size: Of the banner.
        layout: "" = the best for the size.
    """

    family: str = ""
    dark: bool | None = None
    size: str = "300x250"
    layout: str = ""


class AdLook(QWidget):
    """The stage of one ad."""

    def __init__(
        self,
        view: AdView,
        shop_name: str,
        picture: QImage | None,
        banners: Banners,
        choice: LookChoice,
    ) -> None:
        super().__init__()
        self._view, self._shop_name, self._picture = view, shop_name, picture
        self._banners, self._choice = banners, choice
        own = adnames.family(view.creative.slot)
        self._family = choice.family or own
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        names = [
            (f, f"{adnames.family_name(f)} •" if f == own else adnames.family_name(f))
            for f in adnames.FAMILIES
        ]
        tabs = Segments(self.tr("Placement"), names, self._family)
        tabs.chosen.connect(self._turn)
        box.addLayout(row(tabs, None))
        self._stage = QFrame()
        self._stage.setFixedWidth(STAGE[0])
        inner = QVBoxLayout(self._stage)
        inner.setContentsMargins(0, 0, 0, 0)
        self._inner = inner
        box.addWidget(self._stage)
        self._below = QVBoxLayout()
        self._below.setSpacing(6)
        box.addLayout(self._below)
        box.addStretch(1)
        banners.drawn.connect(self._banner_came)
        self._show()

    def _turn(self, family: str) -> None:
        self._family = family
        # the ad's own placement is what each next ad begins with
        self._choice.family = "" if family == adnames.family(self._view.creative.slot) else family
        self._show()

    def _banner_came(self) -> None:
        if self._family == "banner":
            self._show()

    @property
    def _dark(self) -> bool:
        return theme.tokens.dark if self._choice.dark is None else self._choice.dark

    def _show(self) -> None:
        clear(self._inner)
        clear(self._below)
        if self._family == "banner":
            self._inner.addWidget(self._banner())
            self._below.addLayout(self._banner_choices())
        else:
            self._inner.addWidget(AdPreview(self._look(), self._picture))
            shades = [("light", self.tr("Light page")), ("dark", self.tr("Dark page"))]
            shade = Segments(self.tr("Page"), shades, "dark" if self._dark else "light")
            shade.chosen.connect(self._shade)
            self._below.addLayout(row(shade, None))
        for mark in self._fits():
            self._below.addWidget(mark)

    def _shade(self, name: str) -> None:
        self._choice.dark = name == "dark"
        self._show()

    def _look(self) -> Look:
        ad, product = self._view.creative, self._view.product
        known = self._slot_preview()
        price = fmt.money(product.price_minor, product.currency) if product.price_minor else ""
        return Look(
            family=self._family,
            label=known.label if known else ad.provenance.get("label") or self.tr("Ad"),
            headline=ad.headline,
            body=ad.body,
            action=ad.call_to_action if self._family in ("search", "feed") else "",
            product=product.title,
            shop=self._shop_name,
            price=price,
            dark=self._dark,
        )

    def _slot_preview(self) -> SlotPreview | None:
        """The ad's own slot if it is of this family, else the family's usual one."""
        found = [p for p in self._view.previews if adnames.family(p.slot) == self._family]
        return next((p for p in found if p.is_own), found[0] if found else None)

    def _fits(self) -> list[QWidget]:
        """Lengths against the limits of the placement."""
        known = self._slot_preview()
        if known is None:
            return []
        out: list[QWidget] = []
        shown = []
        for part in known.parts:
            text = f"{adnames.part(part.name)} {fmt.count(part.length)} / {fmt.count(part.limit)}"
            if part.fits:
                shown.append(text)
            elif part.limit == 0:
                out.append(Mark("info", "muted", self.tr("This placement shows no text below.")))
            else:
                words = fill(self.tr("Too long here: %1"), text)
                sign = ("circle-x", "bad") if known.is_own else ("triangle-alert", "warn")
                out.append(Mark(*sign, words))
        if shown:
            out.insert(0, label(" · ".join(shown), "caption", wrap=True))
        if not known.is_own:
            own = adnames.slot(self._view.creative.slot)
            text = fill(self.tr("Written and checked for: %1. Here it is only a look."), own)
            out.append(label(text, "caption", wrap=True))
        return out

    # --- banner -----------------------------------------------------------------------------

    def _banner(self) -> QLabel:
        ad, choice = self._view.creative, self._choice
        drawn = self._banners.get(ad, choice.size, choice.layout)
        place = DARK_PLACE if self._dark else LIGHT_PLACE
        out = QLabel()
        out.setFixedSize(*STAGE)
        out.setAlignment(Qt.AlignmentFlag.AlignCenter)
        out.setWordWrap(True)
        out.setTextFormat(Qt.TextFormat.PlainText)
        out.setStyleSheet(
            f"QLabel {{ background: {place.ground}; color: {place.muted};"
            f" border: 1px solid {place.border}; border-radius: 8px; padding: 12px; }}"
        )
        name = fill(self.tr("Banner %1: %2"), choice.size, ad.headline)
        out.setAccessibleName(name)
        if drawn is None:
            out.setText(self.tr("Drawing the banner…"))
        elif drawn.image is None:
            out.setText(self.tr("This size cannot be made.") + "\n" + drawn.why)
        else:
            out.setPixmap(self._scaled(drawn))
        return out

    def _scaled(self, drawn: Drawn) -> QPixmap:
        """The picture in its own size, or as large as the stage allows."""
        ratio = self.devicePixelRatioF()
        image = drawn.image or QImage()
        wide, high = (round((s - 26) * ratio) for s in STAGE)
        if image.width() > wide or image.height() > high:
            image = image.scaled(
                wide,
                high,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        out = QPixmap.fromImage(image)
        out.setDevicePixelRatio(ratio)
        return out

    def _banner_choices(self) -> QVBoxLayout:
        names = {
            "": self.tr("Best layout"),
            "split": self.tr("Side by side"),
            "stacked": self.tr("Stacked"),
            "overlay": self.tr("Over the photo"),
            "strip": self.tr("Strip"),
            "type": self.tr("Words only"),
        }
        size = combo(self.tr("Size of the banner"), [(s, s.replace("x", " × ")) for s in SIZES])
        size.setCurrentIndex(size.findData(self._choice.size))
        layout = combo(self.tr("Layout"), [(n, names[n]) for n in LAYOUTS])
        layout.setCurrentIndex(layout.findData(self._choice.layout))
        size.activated.connect(lambda _: self._pick(str(size.currentData()), self._choice.layout))
        layout.activated.connect(lambda _: self._pick(self._choice.size, str(layout.currentData())))
        out = QVBoxLayout()
        out.addLayout(row(size, layout, None))
        return out

    def _pick(self, size: str, layout: str) -> None:
        self._choice.size, self._choice.layout = size, layout
        self._show()


def combo(name: str, options: list[tuple[str, str]]) -> QComboBox:
    """A drop-down list of keys with their words."""
    out = QComboBox()
    out.setAccessibleName(name)
    for key, words in options:
        out.addItem(words, key)
    return out
