"""Frames: where photo, panel and text stand in each layout, for every size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from client.creative.banner.nouns import Box, Photo, Size

#: a photo fills its place by cropping if at least this share of it stays in sight
_SEEN = 0.6


@dataclass(frozen=True, slots=True)
class Frame:
    """Places of one layout.

    Attributes:
        layout: Its name.
        photo: Place of the photo; None = none.
        sight: The part of it that no panel covers; a photo that is not cropped stands there.
        panel: Behind the text.
        text: Where text may stand.
        scheme: "light" or "bold" colours.
        row: Text in columns side by side (strip) instead of one below the other.
        radius: Of the panel's corners.
    """

    layout: str
    photo: Box | None
    sight: Box | None
    panel: Box
    text: Box
    scheme: Literal["light", "bold"]
    row: bool = False
    radius: int = 0


def frame(layout: str, size: Size, photo: Photo | None, tight: bool = False) -> Frame:
    """The frame of a layout.

    Args:
        layout: "split", "stacked", "overlay", "strip" or "type".
        size: Of the banner.
        photo: Its shape decides how much room it gets; None = "type" whatever is asked.
        tight: The photo gets the least room, because the words need more.
    """
    w, h = size.w, size.h
    margin = _margin(size)
    whole = Box(0, 0, w, h)
    if photo is None or layout == "type":
        return _type(whole, margin)
    aspect = photo.aspect
    scheme: Literal["light", "bold"] = "bold" if photo.plain else "light"
    if layout in ("split", "strip"):
        least, most = (0.62, 1.5) if layout == "strip" or w > 2.2 * h else (0.0, 9.0)
        wide = aspect * h
        low, high = (0.14, 0.3) if layout == "strip" else (0.3, 0.5) if w > 2.2 * h else (0.4, 0.5)
        wide = min(max(wide, least * h, low * w), most * h, high * w)
        px = round(max(min(least * h, low * w), 0.72 * wide) if tight else wide)
        panel = Box(px, 0, w - px, h)
        inner = _strip_inner(panel, size) if layout == "strip" else panel.inset(margin, margin)
        place = Box(0, 0, px, h)
        return Frame(layout, place, place, panel, inner, scheme, layout == "strip")
    py = _photo_height(size, aspect, tight)
    if layout == "stacked":
        panel = Box(0, py, w, h - py)
        place = Box(0, 0, w, py)
        inner = panel.inset(margin, round(0.8 * margin))
        return Frame(layout, place, place, panel, inner, scheme)
    return _overlay(whole, margin, aspect, tight, py)


def _photo_height(size: Size, aspect: float, tight: bool) -> int:
    """Height of a photo above the words: its own at that width, within bounds."""
    w, h = size.w, size.h
    tall = h > 1.5 * w
    low, high = (0.22, 0.6) if tall else (0.42, 0.56 if h > 400 else 0.5)
    if tight:
        return round(min(max(w / aspect, 0.16 * h), 0.34 * h))
    return round(min(max(1.25 * w / aspect if tall else w / aspect, low * h), high * h))


def _overlay(whole: Box, margin: int, aspect: float, tight: bool, py: int) -> Frame:
    """A card that lies over one edge of the photo."""
    w, h = whole.w, whole.h
    gap = max(4, round(0.55 * margin))
    if w >= 1.4 * h:
        px = round(min(max(aspect * h, 0.14 * w), (0.3 if tight or w > 5 * h else 0.46) * w))
        card = Box(px, gap, w - px - gap, h - 2 * gap)
        place = Box(0, 0, px + round(min(0.16 * (w - px), 0.25 * px)), h)
        sight = Box(0, 0, card.x, h)
    else:
        card = Box(gap, py, w - 2 * gap, h - py - gap)
        place = Box(0, 0, w, py + round(min(0.2 * (h - py), 0.25 * py)))
        sight = Box(0, 0, w, card.y)
    inner = card.inset(round(0.85 * margin), round(0.75 * margin))
    radius = max(4, round(0.03 * min(w, h)))
    return Frame("overlay", place, sight, card, inner, "bold", w > 2.6 * h, radius)


def _type(whole: Box, margin: int) -> Frame:
    wide = whole.w > 2.6 * whole.h
    inner = whole.inset(margin if not wide else round(1.5 * margin), margin)
    return Frame("type", None, None, whole, inner, "bold", wide)


def _strip_inner(panel: Box, size: Size) -> Box:
    dx = max(8, round(0.14 * size.h))
    return panel.inset(dx, max(4, round(0.09 * size.h)))


def _margin(size: Size) -> int:
    if size.w > 2.2 * size.h:
        return max(5, round(0.09 * size.h))
    return max(10, round(0.065 * min(size.w, size.h)))


def fit_photo(
    photo: Photo, place: Box, sight: Box
) -> tuple[Box, tuple[float, float, float, float]]:
    """Where the photo stands and which part of it is seen; its aspect is always kept.

    A scene fills its place if little is lost by it. A cut-out or a studio photo (one colour at
    its edge) is shown whole in the part of the place that is in sight.

    Returns:
        The box in the banner, and left, top, right, bottom in pixels of the photo.
    """
    left, top, right, bottom = photo.content
    w, h = right - left, bottom - top
    scale = max(place.w / w, place.h / h)
    seen = (place.w / scale) * (place.h / scale) / (w * h)
    if not photo.plain and seen >= _SEEN:
        across = (sight.x + sight.w / 2 - place.x) / place.w
        down = (sight.y + sight.h / 2 - place.y) / place.h
        return place, _crop(photo.content, place.w / place.h, across, down)
    gap = round(0.07 * min(sight.w, sight.h))
    room = sight.inset(gap, gap) if photo.plain else sight
    scale = min(room.w / w, room.h / h)
    bw, bh = max(1, round(w * scale)), max(1, round(h * scale))
    box = Box(room.x + (room.w - bw) // 2, room.y + (room.h - bh) // 2, bw, bh)
    return box, _crop(photo.content, bw / bh)


def _crop(
    content: tuple[int, int, int, int], aspect: float, across: float = 0.5, down: float = 0.5
) -> tuple[float, float, float, float]:
    """The largest part of an aspect; its middle comes as near to a point of the place as it can.

    Args:
        content: Left, top, right, bottom of what may be shown.
        aspect: Width / height of the place.
        across: Where the middle of the part in sight lies, in widths of the place.
        down: The same, in heights.
    """
    left, top, right, bottom = content
    w, h = right - left, bottom - top
    cw, ch = (w, w / aspect) if w / h < aspect else (h * aspect, h)
    x = left + min(max(w / 2 - across * cw, 0.0), w - cw)
    y = top + min(max(h / 2 - down * ch, 0.0), h - ch)
    return x, y, x + cw, y + ch
