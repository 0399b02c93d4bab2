"""Fonts: a shipped one, else one of the system that has every character; never a hollow box."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import chain
from pathlib import Path

from PIL import ImageFont

from client.creative.text import right_to_left
from common.errors import CreativeError

#: fonts of systems that have Chinese characters: file, bold file
_KNOWN = (
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf"),
    ("msyh.ttc", "msyhbd.ttc"),
    ("PingFang.ttc", "PingFang.ttc"),
    ("Hiragino Sans GB.ttc", "Hiragino Sans GB.ttc"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),
    ("simhei.ttf", "simhei.ttf"),
)


@dataclass(frozen=True, slots=True)
class Face:
    """One font file.

    Attributes:
        path: The file.
        index: Which font of a collection.
        name: For the manifest.
    """

    path: str
    index: int
    name: str


@dataclass(frozen=True, slots=True)
class Kit:
    """The two weights of a text."""

    regular: Face
    bold: Face

    def face(self, bold: bool) -> Face:
        """The weight that is asked for."""
        return self.bold if bold else self.regular


@lru_cache(maxsize=512)
def load(face: Face, px: int) -> ImageFont.FreeTypeFont:
    """A face at a size; the basic layout engine, so that every system draws the same."""
    return ImageFont.truetype(face.path, px, index=face.index, layout_engine=ImageFont.Layout.BASIC)


@cache
def characters(face: Face) -> frozenset[int]:
    """Code points that the font has a glyph for, from its character map (cmap)."""
    from fontTools.ttLib import TTFont  # a tenth of a second, only here

    with TTFont(face.path, fontNumber=face.index, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})


@cache
def digest(face: Face) -> str:
    """SHA-256 of the font's file."""
    return hashlib.sha256(Path(face.path).read_bytes()).hexdigest()


def shipped() -> tuple[Kit, Kit]:
    """The fonts that come with Hansa: 4,200 characters of Noto Sans CJK SC, and Latin of Inter."""
    folder = resources.files("client.creative.banner") / "fonts"
    first, second = (
        Kit(*(Face(str(folder / f"{n}-{w}.otf"), 0, f"{n}-{w}") for w in ("Regular", "Bold")))
        for n in ("HansaBannerSans", "HansaBannerLatin")
    )
    return first, second


def choose(text: str) -> Kit:
    """A font that has every character of a text: a shipped one, else one of the system.

    Raises:
        CreativeError: no font has them all, or they run from right to left.
    """
    wanted = {ord(c) for c in text}
    if right_to_left(text):
        raise _refused("letters that run from right to left", "")
    for kit in chain(shipped(), system()):
        if wanted <= characters(kit.regular) and wanted <= characters(kit.bold):
            return kit
    missing = wanted - characters(shipped()[0].regular)
    shown = " ".join(f"{chr(c)} (U+{c:04X})" for c in sorted(missing)[:5])
    raise _refused("characters that no font here can draw", shown)


def system() -> Iterator[Kit]:
    """Fonts of this system that have Chinese characters."""
    found = _installed(tuple(_folders()))
    for regular, bold in _KNOWN:
        if regular.casefold() in found:
            plain = found[regular.casefold()]
            heavy = found.get(bold.casefold(), plain)
            yield Kit(_simplified(plain), _simplified(heavy))


def _folders() -> Iterator[Path]:
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"))
        yield Path.home() / "Library" / "Fonts"
    else:
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
        yield Path.home() / ".local" / "share" / "fonts"


@cache
def _installed(folders: tuple[Path, ...]) -> dict[str, Path]:
    known = {name.casefold() for pair in _KNOWN for name in pair}
    return {
        path.name.casefold(): path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.name.casefold() in known
    }


@cache
def _simplified(path: Path) -> Face:
    """The simplified Chinese font of a collection."""
    if path.suffix.casefold() != ".ttc":
        return Face(str(path), 0, path.stem)
    from fontTools.ttLib import TTCollection

    with TTCollection(str(path), lazy=True) as fonts:
        names = [str(f["name"].getDebugName(4) or "") for f in fonts]
    index = next((i for i, n in enumerate(names) if " SC" in n and "Mono" not in n), 0)
    return Face(str(path), index, names[index] or path.stem)


def _refused(what: str, shown: str) -> CreativeError:
    return CreativeError(
        f"The ad has {what}." if not shown else f"The ad has {what}: {shown}.",
        safe="No banner was made.",
        todo="Edit the ad, or install a font that has them (Noto Sans CJK).",
    )
