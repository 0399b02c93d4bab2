"""Placing text: every part is measured, the largest font that fits is found, nothing overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from client.creative.banner.fonts import Kit, load
from client.creative.banner.nouns import Box, Part, Placed, Size, Words
from client.creative.banner.wrap import Block, measure

#: the font of each part that there is
Kits = Mapping[Part, Kit]


@dataclass(frozen=True, slots=True)
class Scale:
    """Font sizes of one try, all from the headline's.

    Attributes:
        headline: Of the headline.
        body: Of the body.
        price: Of the price.
        call: Of the button.
        small: Of shop and label.
    """

    headline: int
    body: int
    price: int
    call: int
    small: int


def floors(size: Size, language: str) -> tuple[int, int]:
    """Least font size of text and of the label: Chinese needs more pixels a character."""
    more = 1 if language == "zh" and size.channel == "iab" else 0
    return size.floor + more, max(9, round(0.8 * size.floor) + more)


def scale_of(px: int, size: Size, language: str) -> Scale:
    """All font sizes from the headline's."""
    floor, small = floors(size, language)
    return Scale(
        headline=px,
        body=max(floor, round(0.52 * px)),
        price=max(floor + 1, round(0.8 * px)),
        call=max(floor, round(0.46 * px)),
        small=max(small, min(round(0.36 * px), round(1.6 * small))),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A measured part, not yet placed: the block and the padding around it."""

    part: Part
    block: Block
    px: int
    bold: bool
    dx: int = 0
    dy: int = 0

    @property
    def w(self) -> int:
        return self.block.w + 2 * self.dx

    @property
    def h(self) -> int:
        return self.block.h + 2 * self.dy

    def at(self, x: int, y: int) -> Placed:
        """Place its left upper corner."""
        b = self.block
        tx, ty = x + self.dx, y + self.dy
        starts = tuple((tx + left, ty + b.ascent + i * b.pitch) for i, left in enumerate(b.lefts))
        text = Box(tx, ty, b.w, b.h)
        outer = Box(x, y, self.w, self.h)
        return Placed(self.part, outer, text, b.lines, starts, b.widths, self.bold, self.px)


class Tray:
    """Measures the parts of one banner at one scale."""

    def __init__(self, words: Words, kit: Kits, scale: Scale, logo: float = 0.0):
        self._words, self._kit, self._scale, self._logo = words, kit, scale, logo

    def piece(self, part: Part, width: int, most: int = 1) -> _Piece | None:
        """A part wrapped into a width; None = it does not fit so."""
        px, bold, dx, dy = self._style(part)
        if part == "shop" and self._logo:
            return self._picture(px, width)
        leading = 1.3 if self._words.language == "zh" else 1.2
        font = load(self._kit[part].face(bold), px)
        block = measure(getattr(self._words, part), font, width - 2 * dx, most, leading)
        return _Piece(part, block, px, bold, dx, dy) if block else None

    def has(self, part: Part) -> bool:
        """Whether there is such a part."""
        return bool(getattr(self._words, part))

    def _picture(self, px: int, width: int) -> _Piece | None:
        """The logo: twice as high as small text, less if it is long."""
        w, h = round(2.0 * px * self._logo), 2 * px
        if w > 0.6 * width:
            w, h = round(0.6 * width), round(0.6 * width / self._logo)
        return _Piece("shop", Block((), (), (), w, h, h, h), px, False) if h >= px else None

    def _style(self, part: Part) -> tuple[int, bool, int, int]:
        s = self._scale
        if part == "call":
            return s.call, True, round(0.8 * s.call), max(2, round(0.42 * s.call))
        if part == "label":
            return s.small, False, max(2, round(0.3 * s.small)), max(1, round(0.15 * s.small))
        sizes = {"headline": s.headline, "body": s.body, "price": s.price, "shop": s.small}
        return sizes[part], part in ("headline", "price"), 0, 0


def column(
    words: Words, kit: Kits, box: Box, size: Size, px: int, logo: float = 0.0
) -> tuple[Placed, ...] | None:
    """Shop and label on top, headline and body in the middle, price and button at the foot."""
    tray = Tray(words, kit, scale_of(px, size, words.language), logo)
    gap = max(4, round(0.45 * px))
    tall = box.h > 1.6 * box.w
    label = tray.piece("label", box.w)
    headline = tray.piece("headline", box.w, 6 if tall else 4)
    if label is None or headline is None:
        return None
    shop = tray.piece("shop", box.w - label.w - gap) if tray.has("shop") else None
    body = tray.piece("body", box.w, 6 if tall else 3) if tray.has("body") else None
    foot = _foot(tray, box.w, gap)
    if foot is None or (body is None and tray.has("body")) or (shop is None and tray.has("shop")):
        return None
    head_h = max(label.h, shop.h if shop else 0)
    foot_h = max((y + p.h for p, _, y in foot), default=0)
    middle = headline.h + (round(0.8 * gap) + body.h if body else 0)
    spare = box.h - head_h - middle - foot_h - gap - (gap if foot else 0)
    if spare < 0:
        return None
    out = [label.at(box.right - label.w, box.y + (head_h - label.h) // 2)]
    if shop:
        out.append(shop.at(box.x, box.y + (head_h - shop.h) // 2))
    y = box.y + head_h + gap + round(spare * (0.42 if foot else 0.5))
    out.append(headline.at(box.x, y))
    if body:
        out.append(body.at(box.x, y + headline.h + round(0.8 * gap)))
    top = box.bottom - foot_h
    out += [p.at(box.x + x, top + y_) for p, x, y_ in foot]
    return tuple(out)


def _foot(tray: Tray, width: int, gap: int) -> list[tuple[_Piece, int, int]] | None:
    """Price and button side by side, else one above the other; None = one is too wide."""
    pieces = [tray.piece(p, width) for p in ("price", "call") if tray.has(p)]
    found = [p for p in pieces if p is not None]
    if len(found) < len(pieces):
        return None
    if len(found) == 2 and found[0].w + 2 * gap + found[1].w <= width:
        price, call = found
        high = max(p.h for p in found)
        return [(price, 0, (high - price.h) // 2), (call, width - call.w, (high - call.h) // 2)]
    y, out = 0, []
    for one in found:
        if one.part == "call":
            one = replace(one, dx=(width - one.block.w) // 2)  # as wide as the column
        out.append((one, 0, y))
        y += one.h + round(0.7 * gap)
    return out


def row(
    words: Words, kit: Kits, box: Box, size: Size, px: int, logo: float = 0.0
) -> tuple[Placed, ...] | None:
    """Headline and body on the left; label, price and button in a column on the right."""
    tray = Tray(words, kit, scale_of(px, size, words.language), logo)
    gap = max(3, round(0.22 * px))
    side = _side(tray, box, gap)
    if side is None:
        return None
    left = box.w - side[0] - max(8, round(0.5 * px))
    headline = tray.piece("headline", left, 3)
    body = tray.piece("body", left, 3) if tray.has("body") else None
    shop = tray.piece("shop", left) if tray.has("shop") else None
    if (
        headline is None
        or (body is None and tray.has("body"))
        or (shop is None and tray.has("shop"))
    ):
        return None
    stack = [p for p in (shop, headline, body) if p is not None]
    high = sum(p.h for p in stack) + gap * (len(stack) - 1)
    if high > box.h:
        return None
    out = [p.at(box.right - back, box.y + down) for p, back, down in side[1]]
    y = box.y + (box.h - high) // 2
    for one in stack:
        out.append(one.at(box.x, y))
        y += one.h + gap
    return tuple(out)


def _side(tray: Tray, box: Box, gap: int) -> tuple[int, list[tuple[_Piece, int, int]]] | None:
    """Label, price and button at the right edge: below each other, or the first two abreast.

    Returns:
        How wide they are together, and each with its place from the right edge and the top.
    """
    pieces = [tray.piece(p, box.w // 2) for p in ("label", "price", "call") if tray.has(p)]
    found = [p for p in pieces if p is not None]
    if len(found) < len(pieces):
        return None
    label, rest = found[0], found[1:]
    wide = max(p.w for p in found)
    high = sum(p.h for p in found) + gap * len(rest)
    if high <= box.h:
        y = label.h + gap + (box.h - high) // 2
        out = [(label, label.w, 0)]
        for one in rest:
            out.append((one, (wide + one.w) // 2, y))
            y += one.h + gap
        return wide, out
    if len(rest) < 2:
        return None
    price, call = rest
    wide = max(price.w + 2 * gap + label.w, call.w)
    top = max(price.h, label.h)
    if top + gap + call.h > box.h:
        return None
    y = (box.h - top - gap - call.h) // 2
    return wide, [
        (label, label.w, y + (top - label.h) // 2),
        (price, wide, y + (top - price.h) // 2),
        (replace(call, dx=(wide - call.block.w) // 2), wide, y + top + gap),
    ]


def largest(
    words: Words, kit: Kits, box: Box, size: Size, as_row: bool, logo: float = 0.0
) -> tuple[int, tuple[Placed, ...]] | None:
    """The placing with the largest headline that fits the box, by bisection; None = none does.

    Args:
        words: The parts.
        kit: Their fonts.
        box: Where they may stand.
        size: Of the banner, for the floors.
        as_row: Columns side by side instead of one column.
        logo: Width / height of the shop's logo; 0 = its name.
    """
    floor, _ = floors(size, words.language)
    lay = row if as_row else column
    low, high = floor, max(floor, _cap(box, as_row))
    best = lay(words, kit, box, size, low, logo)
    if best is None:
        return None
    while low < high:
        middle = (low + high + 1) // 2
        tried = lay(words, kit, box, size, middle, logo)
        if tried is None:
            high = middle - 1
        else:
            low, best = middle, tried
    return low, best


def _cap(box: Box, as_row: bool) -> int:
    """The largest headline that still looks like one."""
    if as_row:
        return round(min(0.42 * box.h, 0.09 * box.w))
    if box.w > 1.4 * box.h:
        return round(min(0.13 * box.w, 0.22 * box.h))
    return round(0.15 * box.w if box.h < 1.3 * box.w else 0.18 * box.w)


def without(words: Words, parts: Iterable[Part]) -> Words:
    """The words less some parts."""
    return replace(words, **dict.fromkeys(parts, ""))
