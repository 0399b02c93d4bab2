"""Preview: an ad of the shop as banner words, its photo and brand; render() gives PNG bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import cast

from PIL import Image, ImageDraw

from client.creative import review
from client.creative.banner import brand as brand_
from client.creative.banner import fonts, photo_file, sizes
from client.creative.banner.brand import Brand
from client.creative.banner.compose import compose
from client.creative.banner.nouns import Banner, Photo, Words
from client.creative.brief import LABELS, Language
from client.creative.figures import price_text
from client.store import Store, creatives, photos
from common.domain import Creative, Product
from common.errors import CreativeError, InputError, StoreError
from common.settings import load_settings

_MARK = {"en": "PREVIEW", "zh": "预览"}


@dataclass(frozen=True, slots=True)
class Named:
    """A photo that a person names, read once."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What one ad needs to become pictures; made once, rendered in many sizes.

    Attributes:
        words: What stands in them.
        photo: Of the product; None = none.
        brand: Colours.
        approved: Whether a person approved these words; else a mark lies over the picture.
        note: Why there is no photo; "" = there is one.
    """

    words: Words
    photo: Photo | None
    brand: Brand
    approved: bool
    note: str = ""


def of_creative(store: Store, creative: Creative, photo: Named | None = None) -> Preview:
    """Everything for the banners of one version of an ad, with the product's price of today.

    Args:
        store: The open shop folder.
        creative: Any version, also with words that are not stored yet: those are not approved.
        photo: That a person names; None = the kept one, else the product's own.

    Raises:
        InputError: the product is gone, or the named photo cannot be used.
        SettingsError: ads.toml cannot be used.
    """
    brief = review.brief_of(store, creative)
    brand = brand_.read(store.home)
    language = cast(Language, creative.language)
    price = ""
    if brief.facts.price is not None:
        price = price_text(brief.facts.price, brief.facts.currency, language)
    words = Words(
        headline=_one_line(creative.headline),
        label=creative.provenance.get("label") or LABELS[language],
        language=language,
        body=_one_line(creative.body),
        price="" if price and price in creative.headline else price,
        call=_one_line(creative.call_to_action),
        shop=(_one_line(load_settings(store.home).shop_name) or ("logo" if brand.logo else ""))
        if brand.shop
        else "",
    )
    found, note = find_photo(store, brief.product, photo)
    return Preview(words, found, brand, _is_approved(store, creative), note)


def find_photo(
    store: Store, product: Product, named: Named | None = None
) -> tuple[Photo | None, str]:
    """The photo of a product and, if there is none, a word why.

    Raises:
        InputError: the photo that a person named cannot be used.
    """
    if named is not None:
        return photo_file.decode(named.content, named.name), ""
    kept = photos.of_product(store, product.product_id)
    try:
        if kept:
            return photo_file.decode(photos.read(store, kept), kept.file), ""
        path = photos.below(store.home, product.image)
        if path:
            return photo_file.decode(photo_file.read(path), path.name), ""
    except (InputError, StoreError) as e:
        return None, f"no photo: {e.what}"
    if "://" in product.image:
        return None, "no photo: the product has only an address on the network, nothing is fetched"
    return None, "no photo of this product; give one with --photo"


def render(preview: Preview, size: str = "300x250", layout: str = "") -> bytes:
    """One picture as PNG, marked as a preview unless the words are approved.

    Args:
        preview: From `of_creative`.
        size: Name of a size.
        layout: One of `sizes.LAYOUTS`; "" = the best.

    Raises:
        InputError: there is no such size.
        CreativeError: the words do not fit, or no font has their characters.
    """
    made = compose(preview.words, preview.photo, sizes.size(size), preview.brand, layout)
    return png(made.image if preview.approved else marked(made, preview.words.language))


def png(image: Image.Image) -> bytes:
    """A picture as PNG, without any metadata."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def marked(banner: Banner, language: str) -> Image.Image:
    """The picture with a mark across it that nobody takes for a finished ad."""
    w, h = banner.size.w, banner.size.h
    text = _MARK[language]
    px = max(12, round(min(0.1 * w, 0.26 * h)))
    font = fonts.load(fonts.shipped()[0].bold, px)
    wide, gap = round(font.getlength(text)) + 2 * px, round(3.2 * px)
    side = round((w * w + h * h) ** 0.5) + gap
    layer = Image.new("L", (side, side), 0)
    edge = Image.new("L", (side, side), 0)
    pens = ImageDraw.Draw(layer), ImageDraw.Draw(edge)
    for i, y in enumerate(range(0, side, gap)):
        for x in range(-(i % 2) * wide // 2, side, wide):
            pens[0].text((x, y), text, font=font, fill=105)
            pens[1].text((x, y), text, font=font, fill=80, stroke_width=max(1, px // 18))
    out = banner.image.copy()
    cut = ((side - w) // 2, (side - h) // 2, (side - w) // 2 + w, (side - h) // 2 + h)
    for mask, ink in ((edge, (40, 40, 40)), (layer, (255, 255, 255))):
        turned = mask.rotate(24, Image.Resampling.BICUBIC).crop(cut)
        out.paste(Image.new("RGB", (w, h), ink), (0, 0), turned)
    return out


def _is_approved(store: Store, creative: Creative) -> bool:
    """Whether these very words are those that a person said yes to."""
    if not creative.may_be_shown:
        return False
    try:
        kept = creatives.load(store, creative.creative_id, creative.version)
    except CreativeError:
        return False
    said = [
        (c.headline, c.body, c.call_to_action, c.provenance.get("label")) for c in (kept, creative)
    ]
    return kept.may_be_shown and said[0] == said[1]


def _one_line(text: str) -> str:
    return " ".join(text.split())
