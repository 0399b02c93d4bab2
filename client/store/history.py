"""What the shop's tables say of consenting shoppers, read into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.store import Store
from client.store.asof import Ints

UNKNOWN = -1
#: Places in the rows of `read_impressions`.
CLICKED, CONVERTED = 10, 11


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products by code 0..P-1; each array has one more entry, [-1], for unknown products.

    Attributes:
        code: product_id -> code.
        text: "department", "category", "product_type" -> object [P + 1].
        department: int64 [P + 1] codes of equal department texts; -1 for none.
        category: int64 [P + 1] the same for categories.
        breadth: int64 [P + 1] articles that the product stands for.
    """

    code: dict[str, int]
    text: dict[str, NDArray[Any]]
    department: Ints
    category: Ints
    breadth: Ints


@dataclass(frozen=True, slots=True)
class History:
    """M events of consenting shoppers; `shopper` is the database's number, `at` in seconds."""

    shopper: Ints
    at: Ints
    is_purchase: NDArray[np.bool_]
    value_minor: Ints
    product: Ints


@dataclass(frozen=True, slots=True)
class Shown:
    """N impressions; `at` in seconds since 1970, `product` by code, `tiers` int64 [N, 3]."""

    shopper: Ints
    at: Ints
    product: Ints
    campaign_type: NDArray[Any]
    placement: NDArray[Any]
    device: NDArray[Any]
    position: Ints
    tiers: Ints


def seconds(times: Sequence[str]) -> Ints:
    """[N] ISO-8601 UTC texts -> seconds since 1970; -1 for empty text."""
    parsed = np.array([t[:19] or "NaT" for t in times], "datetime64[s]")
    return np.where(np.isnat(parsed), UNKNOWN, parsed.astype(np.int64))


def read_catalogue(store: Store) -> Catalogue:
    """All products, in the order of their ids."""
    rows = store.db.execute(
        "SELECT product_id, department, category, product_type, breadth FROM products"
        " ORDER BY product_id"
    ).fetchall()
    text = {
        name: np.array([*(r[i] for r in rows), ""], object)
        for i, name in enumerate(("department", "category", "product_type"), start=1)
    }
    return Catalogue(
        code={r[0]: i for i, r in enumerate(rows)},
        text=text,
        department=_codes(text["department"]),
        category=_codes(text["category"]),
        breadth=np.array([*(r[4] for r in rows), 1], np.int64),
    )


def read_history(store: Store, catalogue: Catalogue) -> History:
    """All events of consenting shoppers."""
    rows = store.db.execute(
        "SELECT e.shopper, e.happened_at, e.kind = 'purchase', e.value_minor, e.product_id"
        " FROM events AS e JOIN shoppers AS s USING (shopper) WHERE s.consent = 1"
    ).fetchall()
    code = catalogue.code
    return History(
        shopper=np.array([r[0] for r in rows], np.int64),
        at=seconds([r[1] for r in rows]),
        is_purchase=np.array([r[2] for r in rows], np.bool_),
        # only a purchase is money spent; a cart's value is not
        value_minor=np.array([r[3] if r[2] else 0 for r in rows], np.int64),
        product=np.array([code.get(r[4], UNKNOWN) for r in rows], np.int64),
    )


def read_impressions(store: Store, shown_before: str | None = None) -> list[tuple[Any, ...]]:
    """Impressions of consenting shoppers with their conversions, by shopper, then time.

    Fields: shopper, product_id, shown_at, campaign_type, placement, device, position, three
    platform tiers, clicked [CLICKED], converted_at [CONVERTED].
    """
    return store.db.execute(
        "SELECT i.shopper, i.product_id, i.shown_at, i.campaign_type, i.placement, i.device,"
        " i.position, i.platform_activity, i.platform_affinity, i.platform_redemptions,"
        " i.clicked, c.converted_at"
        " FROM impressions AS i JOIN shoppers AS s USING (shopper)"
        " LEFT JOIN conversions AS c USING (impression_id)"
        " WHERE s.consent = 1 AND i.shown_at < ?"
        " ORDER BY i.shopper, i.shown_at, i.impression_id",
        [shown_before or "9999"],
    ).fetchall()


def as_arrays(rows: Sequence[tuple[Any, ...]], catalogue: Catalogue) -> Shown:
    """Impressions as arrays."""
    code = catalogue.code
    return Shown(
        shopper=np.array([r[0] for r in rows], np.int64),
        at=seconds([r[2] for r in rows]),
        product=np.array([code.get(r[1], UNKNOWN) for r in rows], np.int64),
        campaign_type=np.array([r[3] for r in rows], object),
        placement=np.array([r[4] for r in rows], object),
        device=np.array([r[5] for r in rows], object),
        position=np.array([r[6] for r in rows], np.int64),
        tiers=np.array([r[7:10] for r in rows], np.int64).reshape(-1, 3),
    )


def read_keys(store: Store, *, personalised: bool = False) -> dict[int, str]:
    """Number -> pseudonym of consenting shoppers; `personalised`: only who allows that too."""
    rows = store.db.execute(
        "SELECT shopper, shopper_key FROM shoppers WHERE consent = 1 AND personalise >= ?",
        [int(personalised)],
    )
    return dict(rows.fetchall())


def _codes(texts: NDArray[Any]) -> Ints:
    """[P + 1] equal codes for equal non-empty texts, -1 for empty ones."""
    known = {t: i for i, t in enumerate(dict.fromkeys(t for t in texts.tolist() if t))}
    return np.array([known.get(t, UNKNOWN) for t in texts.tolist()], np.int64)
