"""compose(): one banner; the photo is only scaled and cropped, the text is drawn as measured."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PIL import Image, ImageDraw

from client.creative.banner import colour, fonts, place
from client.creative.banner.brand import Brand
from client.creative.banner.fonts import load
from client.creative.banner.frames import Frame, fit_photo, frame
from client.creative.banner.nouns import (
    DROP_ORDER,
    Banner,
    Box,
    Colour,
    Palette,
    Part,
    Photo,
    Placed,
    Shown,
    Size,
    Words,
)
from client.creative.banner.place import Kits
from client.creative.banner.sizes import layouts
from common.errors import CreativeError, InternalError

#: what another layout is tried for
_WORTH: dict[Part, int] = {"price": 2, "call": 1}
#: how much larger than its floor a headline must be for a part to be kept beside it
_COMFORT: dict[Part, float] = {"body": 1.45, "shop": 1.45, "call": 1.0, "price": 1.0}


def compose(
    words: Words, photo: Photo | None, size: Size, brand: Brand, layout: str = ""
) -> Banner:
    """Compose one banner.

    Args:
        words: What stands in it.
        photo: Of the product; None = type only.
        size: Of the picture.
        brand: Colours.
        layout: One of `sizes.LAYOUTS`; "" = the best for the size in which the words fit.

    Raises:
        CreativeError: the headline does not fit at a legible size, or no font has its characters.
    """
    parts: tuple[Part, ...] = ("headline", "label", *DROP_ORDER)
    kit = {p: fonts.choose(getattr(words, p)) for p in parts if getattr(words, p)}
    names = (layout,) if layout else layouts(size, photo)
    best: tuple[int, Frame, tuple[Placed, ...], tuple[Part, ...]] | None = None
    for made in (frame(name, size, photo, tight) for name in names for tight in (False, True)):
        found = _fit(words, kit, size, made)
        if found:
            lost = sum(_WORTH.get(p, 0) for p in found[1])
            if best is None or lost < best[0]:
                best = lost, made, *found
            if lost == 0:
                break
    if best:
        return _draw(photo, size, brand, kit, *best[1:])
    raise CreativeError(
        f"The headline does not fit into {size.name} at a size that can be read.",
        where=f"{size.name}, {', '.join(names)}",
        safe="No banner of this size was made.",
        todo="Shorten the headline, or leave this size out.",
    )


def _fit(
    words: Words, kit: Kits, size: Size, made: Frame
) -> tuple[tuple[Placed, ...], tuple[Part, ...]] | None:
    """The first set of parts that fits: all, then fewer in `DROP_ORDER`."""
    floor, _ = place.floors(size, words.language)
    for parts in _sets(words):
        kept = place.without(words, parts)
        found = place.largest(kept, kit, made.text, size, made.row)
        if found is None:
            continue
        needed = max((_COMFORT[p] for p in DROP_ORDER if getattr(kept, p)), default=1.0)
        if found[0] >= needed * floor:
            return found[1], parts
    return None


def _sets(words: Words) -> Iterator[tuple[Part, ...]]:
    """What is left out, least first: body, shop, both, then the button, then the price."""
    there = [p for p in DROP_ORDER if getattr(words, p)]
    seen: set[tuple[Part, ...]] = set()
    options: list[tuple[Part, ...]] = [(), ("body",), ("shop",)]
    options += [DROP_ORDER[:n] for n in (2, 3, 4)]
    for option in options:
        real = tuple(p for p in option if p in there)
        if real not in seen:
            seen.add(real)
            yield real


def _draw(
    photo: Photo | None,
    size: Size,
    brand: Brand,
    kit: Kits,
    made: Frame,
    placed: tuple[Placed, ...],
    dropped: tuple[str, ...],
) -> Banner:
    colours = brand.palette(photo, made.scheme)
    under = colours.stage if made.radius else colours.panel
    art = Image.new("RGB", (size.w, size.h), under)
    spot, crop, notes = None, None, []
    if photo is not None and made.photo is not None and made.sight is not None:
        spot, crop = fit_photo(photo, made.photo, made.sight)
        art.paste(photo.backdrop or colours.stage, made.photo.corners())
        paste(art, photo, spot, crop)
        grown = spot.w / max(1.0, crop[2] - crop[0])
        if grown > 1.5:
            notes.append(f"the photo is enlarged {grown:.1f} times")
    _panel(art, made, colours)
    for one in placed:
        _shape(art, one, colours)
    image = art.copy()
    shown = tuple(_text(image, art, one, kit, colours) for one in placed)
    return Banner(
        size=size,
        layout=made.layout,
        image=image,
        art=art,
        shown=shown,
        panel=made.panel,
        photo=spot,
        crop=crop,
        dropped=dropped,
        faces=tuple(dict.fromkeys(kit[p.part].face(p.bold) for p in placed)),
        notes=tuple(notes),
    )


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
