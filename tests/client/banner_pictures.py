"""Made-up product photos, drawn by code, and a small shop for the banner tests."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from client.creative.banner import photo_file
from client.creative.banner.nouns import Photo, Words
from client.store import Store
from common.domain import Creative, CreativeState

EN = Words(
    "Ice-cold through every set",
    "Ad",
    "en",
    body="PolarSip keeps 750 ml cold for 24 hours, with a lid that does not leak.",
    price="$19.99",
    call="See the bottle",
    shop="Northlight Sports",
)
ZH = Words(
    "练多久，凉多久",
    "广告",
    "zh",
    body="冰川运动水壶，750毫升大容量，保冷24小时，杯盖防漏。",
    price="79元",
    call="去看看",
    shop="北光运动",
)


def bottle(backdrop: bool = True) -> Image.Image:
    """A bottle, on white or cut out."""
    image = Image.new("RGBA", (450, 550), (255, 255, 255, 255 if backdrop else 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((150, 165, 300, 520), 35, fill=(38, 122, 140, 255))
    pen.rounded_rectangle((185, 75, 265, 175), 15, fill=(38, 122, 140, 255))
    pen.rounded_rectangle((180, 35, 270, 95), 12, fill=(235, 168, 60, 255))
    pen.rectangle((150, 280, 300, 400), fill=(244, 239, 228, 255))
    return image.convert("RGB") if backdrop else image


def scene(w: int = 900, h: int = 600) -> Image.Image:
    """A mug on a table: no plain edge."""
    image = Image.new("RGB", (w, h))
    pen = ImageDraw.Draw(image)
    for y in range(h):
        pen.line((0, y, w, y), fill=(250 - 40 * y // h, 214 - 60 * y // h, 170 - 70 * y // h))
    pen.rectangle((0, 0.7 * h, w, h), fill=(140, 88, 54))
    pen.ellipse((0.3 * w, 0.6 * h, 0.7 * w, 0.75 * h), fill=(250, 246, 238))
    pen.rounded_rectangle((0.38 * w, 0.35 * h, 0.62 * w, 0.7 * h), 30, fill=(196, 64, 48))
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def photo(which: str) -> Photo | None:
    """One of "studio", "cut-out", "scene", "tall", "none", decoded as a file would be."""
    if which == "none":
        return None
    made = {
        "studio": lambda: bottle(),
        "cut-out": lambda: bottle(False),
        "scene": lambda: scene(),
        "tall": lambda: scene(400, 900),
    }[which]()
    return photo_file.decode(saved(made), which)


def shop(home: Path, image: str = "", price_minor: int | None = 1999) -> Store:
    """A shop with one bottle."""
    (home / "hansa.toml").write_text('shop_name = "North & <Light>"\nlanguage = "en"\n')
    store = Store.open(home, create=True)
    store.db.table("products").insert(
        {
            "product_id": "p1",
            "title": 'Steel Bottle "XL"',
            "category": "Bottles",
            "brand": "PolarSip",
            "description": "Steel bottle, 750 ml, leak-proof.",
            "price_minor": price_minor,
            "currency": "USD",
            "image": image,
        }
    )
    return store


def ad(headline: str = "Steel & leak-proof", body: str = "PolarSip Steel Bottle.") -> Creative:
    """A draft in English."""
    return Creative(
        creative_id="",
        version=1,
        product_id="p1",
        audience_id="",
        language="en",
        headline=headline,
        body=body,
        call_to_action="See more",
        state=CreativeState.DRAFT,
        writer="person",
        provenance={"label": "Ad", "slot": "search", "seed": "7"},
    )
