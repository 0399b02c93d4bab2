"""The nouns of banners: sizes, boxes, words, a photo, colours, what was placed, the banner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image

from client.creative.banner.fonts import Face

Colour = tuple[int, int, int]
Part = Literal["headline", "body", "price", "call", "shop", "label"]
Channel = Literal["iab", "social", "marketplace"]
#: in which order parts are left out when they do not fit; headline and label never are
DROP_ORDER: tuple[Part, ...] = ("body", "shop", "call", "price")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """First column to the right of it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.h

    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom, as Pillow crops."""
        return self.x, self.y, self.right, self.bottom

    def holds(self, other: Box) -> bool:
        """Whether the other lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def overlaps(self, other: Box) -> bool:
        """Whether they share a pixel."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def inset(self, dx: int, dy: int) -> Box:
        """Smaller by a margin on each side."""
        return Box(self.x + dx, self.y + dy, max(0, self.w - 2 * dx), max(0, self.h - 2 * dy))


@dataclass(frozen=True, slots=True)
class Size:
    """A standard ad size.

    Attributes:
        w: Width in pixels.
        h: Height in pixels.
        channel: Whose standard it is.
        floor: Smallest font in pixels that is still read at this size.
    """

    w: int
    h: int
    channel: Channel
    floor: int

    @property
    def name(self) -> str:
        """As people write it: 300x250."""
        return f"{self.w}x{self.h}"


@dataclass(frozen=True, slots=True)
class Words:
    """What may stand in the picture; a part that is "" is not there.

    Attributes:
        headline: Always shown, whole.
        label: "Ad" or "广告"; always shown.
        language: "en" or "zh".
        body: As approved.
        price: Of the product today.
        call: Call to action.
        shop: The shop's name; a logo stands in its place.
    """

    headline: str
    label: str
    language: str
    body: str = ""
    price: str = ""
    call: str = ""
    shop: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo that was checked and decoded.

    Attributes:
        image: RGB, or RGBA if a part of it is transparent.
        sha256: Of the file.
        backdrop: The colour of its edge if that is one colour, else None: a scene.
        content: Left, top, right, bottom of what is not backdrop; of a scene, all of it.
    """

    image: Image.Image
    sha256: str
    backdrop: Colour | None
    content: tuple[int, int, int, int]

    @property
    def transparent(self) -> bool:
        """Whether it is a cut-out."""
        return self.image.mode == "RGBA"

    @property
    def plain(self) -> bool:
        """Whether the product stands alone: a cut-out or a studio photo."""
        return self.transparent or self.backdrop is not None

    @property
    def aspect(self) -> float:
        """Width / height of the content."""
        left, top, right, bottom = self.content
        return (right - left) / (bottom - top)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one banner; every pair that carries text has a contrast of at least 4.5:1.

    Attributes:
        panel: Behind the text.
        ink: Headline on the panel.
        soft: Body, shop and label on the panel.
        price: On the panel.
        fill: Of the button.
        on_fill: On the button.
        stage: Behind a photo that does not fill its place.
    """

    panel: Colour
    ink: Colour
    soft: Colour
    price: Colour
    fill: Colour
    on_fill: Colour
    stage: Colour


@dataclass(frozen=True, slots=True)
class Placed:
    """One part with its place, measured before it is drawn.

    Attributes:
        part: Which.
        outer: With its button or frame; outer boxes never overlap.
        text: All ink of the text lies inside.
        lines: As wrapped; none = a picture, the shop's logo.
        baselines: Where each line starts (x) and stands (y).
        widths: Of each line.
        bold: Which weight.
        px: Font size.
    """

    part: Part
    outer: Box
    text: Box
    lines: tuple[str, ...]
    baselines: tuple[tuple[int, int], ...]
    widths: tuple[int, ...]
    bold: bool
    px: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A part as it was drawn.

    Attributes:
        placed: Where.
        colour: Of the ink.
        background: The pixel under the text that is hardest to read it on.
        contrast: Between the two (WCAG 2.1), at least 4.5.
    """

    placed: Placed
    colour: Colour
    background: Colour
    contrast: float


@dataclass(frozen=True, slots=True, eq=False)
class Banner:
    """A composed picture and all that is known about it.

    Attributes:
        size: Which.
        layout: Which.
        image: RGB, with everything.
        art: RGB, the same without text.
        shown: The parts in it.
        panel: What lies over the photo's edge or beside it, behind the text.
        photo: Where the photo stands; None = no photo.
        crop: Which part of the photo (in its own pixels) is seen; None = no photo.
        logo: Where the shop's logo stands; None = no logo.
        dropped: Parts left out because they did not fit.
        faces: The fonts.
        notes: What a person should know.
    """

    size: Size
    layout: str
    image: Image.Image
    art: Image.Image
    shown: tuple[Shown, ...]
    panel: Box
    photo: Box | None
    crop: tuple[float, float, float, float] | None
    logo: Box | None
    dropped: tuple[str, ...]
    faces: tuple[Face, ...]
    notes: tuple[str, ...]
