"""Photos: what a file may do wrong is a word; kept by digest, read only if unchanged."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from client.creative.banner import photo_file
from client.creative.banner.preview import find_photo
from client.store import photos, rows
from common.errors import InputError, StoreError
from tests.client.banner_pictures import bottle, saved, scene, shop


def bomb() -> bytes:
    """A PNG whose header says 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (100, 100), c) for c in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (bomb, "million pixels"),
        (lambda: saved(Image.new("L", (8_000, 7_000)), "PNG"), "million pixels"),
        (animated, "animated"),
        (lambda: saved(bottle(), "GIF"), "not a JPEG"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be decoded"),
        (lambda: saved(scene(), "JPEG")[:4_000], "cannot be decoded"),
        (lambda: saved(bottle())[:200], "cannot be decoded"),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, "cannot be decoded"),
        (lambda: saved(Image.new("RGB", (40, 300))), "smaller than 64"),
        (lambda: saved(Image.new("RGB", (2_000, 100))), "six times"),
    ],
)
def test_bad_photos_are_refused_with_a_word(content: Callable[[], bytes], word: str) -> None:
    with pytest.raises(InputError, match=word) as e:
        photo_file.decode(content(), "x.png")
    assert e.value.where == "x.png" and e.value.safe and e.value.todo


def test_empty_absent_and_huge_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"")
    with pytest.raises(InputError, match="something in it"):
        photo_file.read(file)
    with pytest.raises(InputError, match="cannot be read"):
        photo_file.read(tmp_path / "none.png")
    file.write_bytes(b"12345")
    monkeypatch.setattr(photo_file, "MAX_BYTES", 4)
    with pytest.raises(InputError, match="more than"):
        photo_file.read(file)


def test_the_cameras_rotation_is_applied_and_its_notes_are_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Camera"
    made = photo_file.decode(saved(scene(600, 400), "JPEG", exif=exif))
    assert made.image.size == (400, 600)
    assert not made.image.getexif() and not made.image.info


def test_cmyk_grey_16_bit_and_palette_become_plain_colours() -> None:
    red = Image.new("RGB", (100, 100), (200, 30, 30))
    made = photo_file.decode(saved(red.convert("CMYK"), "JPEG", quality=95))
    assert made.image.mode == "RGB"
    assert all(
        abs(a - b) < 12 for a, b in zip(made.image.getpixel((50, 50)), (200, 30, 30), strict=True)
    )
    deep = Image.new("I;16", (100, 100), 40_000)
    assert photo_file.decode(saved(deep)).image.getpixel((5, 5)) == (156, 156, 156)
    few = scene().quantize(16)
    assert photo_file.decode(saved(few)).image.mode == "RGB"


def test_transparency_and_plain_edges_are_seen() -> None:
    cut = photo_file.decode(saved(bottle(False)))
    studio = photo_file.decode(saved(bottle()))
    wide = photo_file.decode(saved(scene()))
    opaque = photo_file.decode(saved(bottle().convert("RGBA")))
    assert cut.transparent and cut.content == studio.content == (150, 35, 301, 521)
    assert studio.backdrop == (255, 255, 255) and not studio.transparent
    assert wide.backdrop is None and wide.content == (0, 0, 900, 600)
    assert not opaque.transparent
    blank = photo_file.decode(saved(Image.new("RGB", (100, 100), "white")))
    assert blank.content == (0, 0, 100, 100)


def test_a_photo_is_kept_by_its_digest_and_replaced(tmp_path: Path) -> None:
    with shop(tmp_path) as store:
        one, two = saved(bottle()), saved(scene(), "JPEG")
        first = photos.keep(store, "p1", one, photo_file.suffix(one))
        assert first.file == f"photos/{first.sha256}.png"
        assert photos.keep(store, "p2", one, ".png").file == first.file
        second = photos.keep(store, "p1", two, photo_file.suffix(two))
        assert second.file.endswith(".jpg") and photos.read(store, second) == two
        assert photos.of_product(store, "p1") == second
        assert (tmp_path / first.file).exists()  # the other product still has it
        assert photos.forget(store, "p2") and not photos.forget(store, "p2")
        assert not (tmp_path / first.file).exists()
        (tmp_path / second.file).write_bytes(one)
        with pytest.raises(StoreError, match="gone or was changed"):
            photos.read(store, second)
        found, note = find_photo(store, rows.product(store, "p1"))
        assert found is None and "changed" in note


def test_only_files_of_the_shops_folder_are_taken_from_a_product(tmp_path: Path) -> None:
    home, outside = tmp_path / "shop", tmp_path / "secret.png"
    home.mkdir()
    outside.write_bytes(saved(bottle()))
    (home / "in.png").write_bytes(saved(bottle()))
    (home / "link.png").symlink_to(outside)
    for text in (
        "../secret.png",
        str(outside),
        "link.png",
        "https://x.example/a.png",
        "",
        ".",
        "a\0b",
    ):
        assert photos.below(home, text) is None, text
    assert photos.below(home, "in.png") == (home / "in.png").resolve()
    with shop(home, "https://x.example/a.png") as store:
        found, note = find_photo(store, rows.product(store, "p1"))
        assert found is None and "nothing is fetched" in note
