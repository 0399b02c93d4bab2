"""What the Ads screen asks of the desk beyond an ad and its view."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from client.api import Creative, Product, Shop

if TYPE_CHECKING:
    from client.creative.learn.results import GroupResult
    from client.creative.preview import SlotPreview


def rule_sources(shop: Shop) -> dict[str, str]:
    """Rule file with version -> where its rules come from."""
    got: Any = getattr(shop, "rule_sources", None)
    return dict(got()) if got else {}


def shares(shop: Shop, group: GroupResult) -> tuple[float | None, ...]:
    """Share of the next impressions for each variant of a group; None = not in use."""
    got: Any = getattr(shop, "ad_shares", None)
    return tuple(got(group)) if got else (None,) * len(group.variants)


def typed(shop: Shop, ad: Creative) -> tuple[SlotPreview, ...]:
    """Lengths of words that are being typed, in every placement."""
    got: Any = getattr(shop, "ad_previews", None)
    return tuple(got(ad)) if got else ()


def photo(shop: Shop, product: Product) -> Path | None:
    """File of the product's photo; None = the shop has none."""
    got: Any = getattr(shop, "product_photo", None)
    return got(product) if got else None
