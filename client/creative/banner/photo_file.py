"""Opening a photo: everything that a file may do wrong is a word, nothing is decoded unseen."""

from __future__ import annotations

import hashlib
import io
import warnings
from pathlib import Path

from PIL import Image, ImageChops, ImageCms, ImageOps

from client.creative.banner.nouns import Colour, Photo
from common.errors import InputError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 40 * 2**20
MAX_PIXELS = 50_000_000
MIN_SIDE = 64
#: longer side that is kept in memory; no size needs more
KEPT_SIDE = 2_000


def read(path: Path) -> bytes:
    """The bytes of a photo's file.

    Raises:
        InputError: it is not there, is empty or too large.
    """
    try:
        size = path.stat().st_size
        if not path.is_file() or size == 0:
            raise _bad("The photo is not a file with something in it.", path.name)
        if size > MAX_BYTES:
            raise _bad(f"The photo has more than {MAX_BYTES >> 20} MB.", path.name)
        return path.read_bytes()
    except OSError as e:
        raise _bad(f"The photo cannot be read ({e.strerror}).", path.name) from e


def decode(content: bytes, name: str = "photo") -> Photo:
    """Check and decode a photo.

    Size and format are read from the header before a pixel is decoded. The camera's rotation is
    applied, CMYK and wide colours become sRGB, transparency stays.

    Raises:
        InputError: it is broken, animated, too large, too small, too long or of another format.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                kind = str(opened.format)
                _refuse(opened, name)
                if kind == "JPEG":
                    opened.draft(None, (KEPT_SIDE, KEPT_SIDE))
                opened.load()
                image = _plain(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as e:
        raise _bad(f"The photo has more than {MAX_PIXELS // 10**6} million pixels.", name) from e
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, MemoryError) as e:
        raise _bad("The photo cannot be decoded: broken, or not a JPEG, PNG or WebP.", name) from e
    backdrop = _backdrop(image)
    digest = hashlib.sha256(content).hexdigest()
    return Photo(image, digest, backdrop, _content(image, backdrop))


def suffix(content: bytes) -> str:
    """File name ending of a photo that was checked."""
    if content[:3] == b"\xff\xd8\xff":
        return ".jpg"
    return ".png" if content[:4] == b"\x89PNG" else ".webp"


def _refuse(image: Image.Image, name: str) -> None:
    w, h = image.size
    if w * h > MAX_PIXELS:
        raise _bad(f"The photo has more than {MAX_PIXELS // 10**6} million pixels.", name)
    if getattr(image, "n_frames", 1) > 1:
        raise _bad("The photo is animated.", name, "Save one frame of it as PNG or JPEG.")
    if min(w, h) < MIN_SIDE:
        raise _bad(f"The photo is smaller than {MIN_SIDE} pixels ({w} x {h}).", name)
    if max(w, h) > 6 * min(w, h):
        raise _bad(f"The photo is more than six times as long as wide ({w} x {h}).", name)


def _plain(opened: Image.Image) -> Image.Image:
    """Upright, sRGB, 8 bits, RGB or RGBA, no larger than needed."""
    image = ImageOps.exif_transpose(opened)
    image.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    profile = opened.info.get("icc_profile")
    if image.mode.startswith("I"):
        # 16 bits a channel, grey: the upper eight are seen
        image = image.point(lambda v: v / 256).convert("L")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _srgb(image, bytes(profile))
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        low, _ = image.getchannel("A").getextrema()
        if isinstance(low, (int, float)) and low < 250:
            return _clean(image)
    return _clean(image.convert("RGB"))


def _clean(image: Image.Image) -> Image.Image:
    """Without the file's metadata: no place or camera reaches a banner."""
    out = Image.new(image.mode, image.size)
    out.paste(image)
    return out


def _srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        done = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a damaged profile: the plain conversion is nearer than nothing
    return done or image


def _backdrop(image: Image.Image) -> Colour | None:
    """The colour of the edge if nearly all of it is one colour (a studio photo)."""
    if image.mode == "RGBA":
        return None
    small = image.resize((64, 64), Image.Resampling.BOX)
    edge = [small.getpixel((i, j)) for i in range(64) for j in (0, 63)]
    edge += [small.getpixel((i, j)) for i in (0, 63) for j in range(64)]
    pixels = sorted(p for p in edge if isinstance(p, tuple))
    middle = [sorted(p[c] for p in pixels)[len(pixels) // 2] for c in range(3)]
    near = sum(all(abs(p[c] - middle[c]) <= 10 for c in range(3)) for p in pixels)
    if near < 0.97 * len(pixels):
        return None
    return int(middle[0]), int(middle[1]), int(middle[2])


def _content(image: Image.Image, backdrop: Colour | None) -> tuple[int, int, int, int]:
    """Where there is more than backdrop; all of it if that is nothing or a scrap."""
    whole = (0, 0, image.width, image.height)
    if image.mode == "RGBA":
        mask = image.getchannel("A")
    elif backdrop is not None:
        plain = Image.new("RGB", image.size, backdrop)
        mask = ImageChops.difference(image, plain).convert("L")
    else:
        return whole
    found = mask.point([0] * 12 + [255] * 244).getbbox() or whole
    left, top, right, bottom = found
    small = 0.08 * min(image.size)
    return whole if right - left < small or bottom - top < small else found


def _bad(what: str, name: str, todo: str = "") -> InputError:
    return InputError(
        what,
        where=name,
        safe="No banner was made and no photo was kept.",
        todo=todo or "Give another photo: JPEG, PNG or WebP, up to 50 million pixels.",
    )
