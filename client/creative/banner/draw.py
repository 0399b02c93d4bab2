"""draw(): the photo only scaled and cropped, the text exactly where it was measured."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from client.creative.banner import colour
from client.creative.banner.brand import Brand
from client.creative.banner.fonts import load
from client.creative.banner.frames import Frame, fit_photo
from client.creative.banner.nouns import (
    Banner,
    Box,
    Colour,
    Palette,
    Photo,
    Placed,
    Shown,
    Size,
)
from client.creative.banner.place import Kits
from common.errors import InternalError


def draw(
    photo: Photo | None,
    size: Size,
    brand: Brand,
    kit: Kits,
    made: Frame,
    placed: tuple[Placed, ...],
    dropped: tuple[str, ...],
) -> Banner:
    """Draw what was placed (`placed`, with the fonts in `kit`) in its frame (`made`).

    Raises:
        InternalError: a text does not reach the contrast that the palette promised.
    """
    colours = brand.palette(photo, made.scheme)
    art = _ground(size, made, colours)
    spot, crop, notes = _photo(art, photo, made, colours)
    _panel(art, made, colours)
    logo = next((p.outer for p in placed if not p.lines), None)
    if logo and brand.logo:
        _logo(art, logo, brand.logo, colours.panel)
    for one in placed:
        _shape(art, one, colours)
    image = art.copy()
    texts = [p for p in placed if p.lines]
    shown = tuple(_text(image, art, one, kit, colours) for one in texts)
    return Banner(
        size=size,
        layout=made.layout,
        image=image,
        art=art,
        shown=shown,
        panel=made.panel,
        photo=spot,
        crop=crop,
        logo=logo,
        dropped=dropped,
        faces=tuple(dict.fromkeys(kit[p.part].face(p.bold) for p in texts)),
        notes=notes,
    )


def _ground(size: Size, made: Frame, colours: Palette) -> Image.Image:
    return Image.new("RGB", (size.w, size.h), colours.stage if made.radius else colours.panel)


def _photo(
    art: Image.Image, photo: Photo | None, made: Frame, colours: Palette
) -> tuple[Box | None, tuple[float, float, float, float] | None, tuple[str, ...]]:
    """Paste the photo; where it stands, what is seen of it, and a word if it is enlarged much."""
    if photo is None or made.photo is None or made.sight is None:
        return None, None, ()
    spot, crop = fit_photo(photo, made.photo, made.sight)
    art.paste(photo.backdrop or colours.stage, made.photo.corners())
    paste(art, photo, spot, crop)
    grown = spot.w / max(1.0, crop[2] - crop[0])
    notes = (f"the photo is enlarged {grown:.1f} times",) if grown > 1.5 else ()
    return spot, crop, notes


def paste(
    art: Image.Image, photo: Photo, spot: Box, crop: tuple[float, float, float, float]
) -> None:
    """The photo, scaled and cropped and nothing else."""
    part = photo.image.resize(
        (spot.w, spot.h), Image.Resampling.LANCZOS, box=crop, reducing_gap=3.0
    )
    art.paste(part, (spot.x, spot.y), part if part.mode == "RGBA" else None)


def _panel(art: Image.Image, made: Frame, colours: Palette) -> None:
    if made.radius:
        _rounded(art, made.panel, made.radius, colours.panel)
    else:
        art.paste(colours.panel, made.panel.corners())


def _shape(art: Image.Image, one: Placed, colours: Palette) -> None:
    """The button's fill, the label's frame."""
    if one.part == "call":
        _rounded(art, one.outer, min(one.outer.h // 2, round(0.5 * one.px)), colours.fill)
    if one.part == "label":
        o = one.outer
        line = max(1, round(one.px / 16))
        ImageDraw.Draw(art).rounded_rectangle(
            (o.x, o.y, o.right - 1, o.bottom - 1),
            radius=max(2, o.h // 5),
            outline=colour.mix(colours.soft, colours.panel, 0.35),
            width=line,
        )


def _logo(art: Image.Image, box: Box, logo: Photo, panel: Colour) -> None:
    """The logo in its box; on a chip where it would not be seen (WCAG 2.1, 1.4.11: 3:1)."""
    room = box
    if logo.transparent:
        one = logo.image.crop(logo.content).resize((1, 1), Image.Resampling.BOX).tobytes()
        mean = (one[0], one[1], one[2])  # weighted by opacity, as Pillow scales RGBA
        if colour.contrast(mean, panel) < 3.0:
            chip = max((colour.WHITE, colour.BLACK), key=lambda c: colour.contrast(c, mean))
            _rounded(art, box, max(2, box.h // 6), chip)
            room = box.inset(max(1, box.h // 8), max(1, box.h // 8))
    left, top, right, bottom = logo.content
    scale = min(room.w / (right - left), room.h / (bottom - top))
    w, h = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    spot = Box(room.x + (room.w - w) // 2, room.y + (room.h - h) // 2, w, h)
    paste(art, logo, spot, (left, top, right, bottom))


def _rounded(art: Image.Image, box: Box, radius: int, fill: Colour) -> None:
    """A filled box with smooth corners, four times as fine as the picture."""
    mask = Image.new("L", (4 * box.w, 4 * box.h), 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, 4 * box.w - 1, 4 * box.h - 1), radius=4 * radius, fill=255
    )
    small = mask.resize((box.w, box.h), Image.Resampling.BOX)
    art.paste(Image.new("RGB", (box.w, box.h), fill), (box.x, box.y), small)


def _text(image: Image.Image, art: Image.Image, one: Placed, kit: Kits, colours: Palette) -> Shown:
    ink = {
        "headline": colours.ink,
        "price": colours.price,
        "call": colours.on_fill,
    }.get(one.part, colours.soft)
    ratio, behind = worst(art, one.text, ink)
    if ratio < colour.LEAST:
        raise InternalError(f"contrast {ratio:.2f} of {one.part}")
    pen = ImageDraw.Draw(image)
    font = load(kit[one.part].face(one.bold), one.px)
    for line, start in zip(one.lines, one.baselines, strict=True):
        pen.text(start, line, font=font, fill=ink, anchor="ls")
    return Shown(one, ink, behind, math.floor(100 * ratio) / 100)


def worst(art: Image.Image, box: Box, ink: Colour) -> tuple[float, Colour]:
    """The lowest contrast of an ink with any pixel under a box, and that pixel."""
    area = art.crop(box.corners())
    found = area.getcolors(box.w * box.h) or []
    behind = [(int(c[0]), int(c[1]), int(c[2])) for _, c in found if isinstance(c, tuple)]
    return min((colour.contrast(ink, c), c) for c in behind)
