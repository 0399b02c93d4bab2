"""Standard ad sizes (IAB fixed sizes, social pictures, marketplace), and layouts best first."""

from __future__ import annotations

from client.creative.banner.nouns import Photo, Size
from common.errors import InputError

#: IAB New Ad Portfolio and its fixed sizes; social sizes as the networks ask for them (2026)
SIZES: tuple[Size, ...] = (
    Size(300, 250, "iab", 12),
    Size(336, 280, "iab", 12),
    Size(728, 90, "iab", 12),
    Size(160, 600, "iab", 12),
    Size(300, 600, "iab", 13),
    Size(320, 50, "iab", 10),
    Size(320, 100, "iab", 11),
    Size(970, 250, "iab", 14),
    Size(1080, 1080, "social", 30),
    Size(1080, 1350, "social", 30),
    Size(1200, 628, "social", 24),
    Size(1080, 1920, "social", 34),
    Size(800, 800, "marketplace", 22),
)
#: what is made when nothing is asked for
USUAL = ("300x250", "728x90", "320x50", "1080x1080")
LAYOUTS = ("split", "stacked", "overlay", "strip", "type")


def size(name: str) -> Size:
    """A size by its name.

    Raises:
        InputError: there is no such size.
    """
    for one in SIZES:
        if one.name == name.strip().casefold().replace("×", "x"):
            return one
    raise InputError(
        f"There is no ad size {name[:20]}.",
        safe="No banner was made.",
        todo="Sizes: " + ", ".join(s.name for s in SIZES),
    )


def layouts(one: Size, photo: Photo | None) -> tuple[str, ...]:
    """Layouts of a size, best first, chosen by width / height.

    Args:
        one: The size.
        photo: Its shape decides between equals; without one only type is honest.
    """
    ratio = one.w / one.h
    if photo is None:
        return ("type",)
    if ratio >= 2.2:
        return ("strip", "split", "overlay", "type")
    if ratio >= 1.4:
        return ("split", "overlay", "stacked", "type")
    if ratio >= 1.1 and photo.aspect < 0.9:
        return ("split", "stacked", "overlay", "type")
    if ratio >= 0.75:
        return ("stacked", "split", "overlay", "type")
    return ("stacked", "overlay", "type")
