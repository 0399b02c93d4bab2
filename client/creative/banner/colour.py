"""Colours of a banner: from the brand or the photo, moved until every text reads at 4.5:1."""

from __future__ import annotations

import colorsys
import re

from PIL import Image

from client.creative.banner.nouns import Colour, Palette
from common.errors import SettingsError

#: WCAG 2.1, success criterion 1.4.3 (AA), text of normal size
LEAST = 4.5
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (17, 19, 24)
#: when neither brand nor photo says a colour
PLAIN: Colour = (31, 58, 95)


def luminance(colour: Colour) -> float:
    """Relative luminance of an sRGB colour in [0, 1] (WCAG 2.1, definition of the term)."""

    def linear(value: int) -> float:
        v = value / 255
        return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4

    r, g, b = (linear(v) for v in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: Colour, b: Colour) -> float:
    """Contrast ratio of two colours in [1, 21] (WCAG 2.1: (L1 + 0.05) / (L2 + 0.05))."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """`a` with a share of `b` in [0, 1]."""
    r, g, b_ = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return r, g, b_


def readable(colour: Colour, on: Colour, least: float = LEAST) -> Colour:
    """The colour, moved to black or white only as far as it takes to read it on the other."""
    target = BLACK if luminance(on) > 0.18 else WHITE
    for step in range(21):
        moved = mix(colour, target, step / 20)
        if contrast(moved, on) >= least:
            return moved
    return (0, 0, 0) if contrast((0, 0, 0), on) > contrast(WHITE, on) else WHITE


def parse(text: str, name: str) -> Colour:
    """A colour written as #rrggbb.

    Raises:
        SettingsError: it is written otherwise.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise SettingsError(
            f"The brand colour {name} cannot be read.",
            where="ads.toml, [brand]",
            safe="No banner was made.",
            todo='Write it as "#1f3a5f".',
        )
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def written(colour: Colour) -> str:
    """A colour as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def of_photo(image: Image.Image) -> Colour | None:
    """The most telling colour of a photo by quantisation (median cut); None = it is grey.

    Args:
        image: RGB or RGBA; transparent pixels do not count.
    """
    w, h = image.size
    middle = (0.18 * w, 0.18 * h, 0.82 * w, 0.82 * h)  # the product, more than what is round it
    small = image.resize((96, 96), Image.Resampling.BOX, box=middle)
    if small.mode == "RGBA":
        raw = small.tobytes()
        seen = b"".join(raw[i : i + 3] for i in range(0, len(raw), 4) if raw[i + 3] > 200)
        if not seen:
            return None
        small = Image.frombytes("RGB", (len(seen) // 3, 1), seen)
    reduced = small.quantize(12, Image.Quantize.MEDIANCUT).convert("RGB")
    counts = reduced.getcolors(256) or []
    total = sum(n for n, _ in counts)
    best: tuple[float, Colour] | None = None
    for n, value in counts:
        if not isinstance(value, tuple):
            continue
        colour = (int(value[0]), int(value[1]), int(value[2]))
        _, light, strong = colorsys.rgb_to_hls(*(v / 255 for v in colour))
        chroma = (max(colour) - min(colour)) / 255
        if chroma < 0.18 or not 0.1 < light < 0.92 or n / total < 0.01:
            continue
        worth = chroma * (0.6 + strong) * (n / total) ** 0.6
        if best is None or worth > best[0]:
            best = worth, colour
    return best[1] if best else None


def bold(primary: Colour, accent: Colour | None) -> Palette:
    """Text on the brand's colour, a light button."""
    dark_text = luminance(primary) > 0.36
    panel = primary if dark_text else readable(primary, WHITE, 5.5)
    ink = BLACK if dark_text else WHITE
    soft = readable(mix(ink, panel, 0.2), panel)
    fill = accent or (BLACK if dark_text else WHITE)
    wanted = WHITE if luminance(fill) < 0.2 else mix(panel, BLACK, 0.15)
    on_fill = readable(wanted, fill)
    return Palette(panel, ink, soft, ink, fill, on_fill, mix(primary, WHITE, 0.86))


def light(primary: Colour, accent: Colour | None, background: Colour | None) -> Palette:
    """Dark text on a near-white tint, a button in the brand's colour."""
    panel = background or mix(primary, WHITE, 0.93)
    dark = luminance(panel) > 0.18
    ink = readable(mix(primary, BLACK, 0.82) if dark else WHITE, panel, 10.0 if dark else 7.0)
    soft = readable(mix(ink, panel, 0.3), panel)
    fill = accent or primary
    if luminance(fill) > 0.36:
        on_fill = readable(mix(fill, BLACK, 0.85), fill)
    else:
        fill = readable(fill, WHITE)
        on_fill = WHITE
    price = readable(primary if accent is None else accent, panel)
    return Palette(panel, ink, soft, price, fill, on_fill, mix(primary, WHITE, 0.84))
