"""compose(): one banner: the layout in which the words fit, with as few parts left out as can be."""

from __future__ import annotations

from collections.abc import Iterator

from client.creative.banner import fonts, place
from client.creative.banner.brand import Brand
from client.creative.banner.draw import draw
from client.creative.banner.frames import Frame, frame
from client.creative.banner.nouns import (
    DROP_ORDER,
    Banner,
    Part,
    Photo,
    Placed,
    Size,
    Words,
)
from client.creative.banner.place import Kits
from client.creative.banner.sizes import layouts
from common.errors import CreativeError

#: what another layout is tried for
_WORTH: dict[Part, int] = {"price": 2, "call": 1}
#: how much larger than its floor a headline must be for body or shop to stand with it
_COMFORT = 1.45


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
    logo = brand.logo.aspect if brand.logo else 0.0
    best: tuple[int, Frame, tuple[Placed, ...], tuple[Part, ...]] | None = None
    for made in (frame(name, size, photo, tight) for name in names for tight in (False, True)):
        found = _fit(words, kit, size, made, logo)
        if found:
            lost = sum(_WORTH.get(p, 0) for p in found[1])
            if best is None or lost < best[0]:
                best = lost, made, *found
            if lost == 0:
                break
    if best:
        return draw(photo, size, brand, kit, *best[1:])
    raise CreativeError(
        f"The headline does not fit into {size.name} at a size that can be read.",
        where=f"{size.name}, {', '.join(names)}",
        safe="No banner of this size was made.",
        todo="Shorten the headline, or leave this size out.",
    )


def _fit(
    words: Words, kit: Kits, size: Size, made: Frame, logo: float
) -> tuple[tuple[Placed, ...], tuple[Part, ...]] | None:
    """The first set of parts that fits: all, then fewer in `DROP_ORDER`."""
    floor, _ = place.floors(size, words.language)
    for parts in _sets(words):
        kept = place.without(words, parts)
        found = place.largest(kept, kit, made.text, size, made.row, logo)
        if found is None:
            continue
        needed = 1.0
        if kept.body or (kept.shop and made.row):  # in a column the shop stands beside the label
            needed = _COMFORT
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
