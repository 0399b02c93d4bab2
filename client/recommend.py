"""What to show one shopper next: every product scored at once, with variety, frequency and reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.explain import Explanation, background_of, explain, reasons
from client.personal_head import Told, quiet
from client.recommend_rows import BOUGHT_DAYS, CAP, rows_of
from client.recommend_text import Likeness, likeness
from client.score import Scorer
from client.store import Store, audience_facts, creatives
from client.targeting import open_scorer
from common.domain import Reason
from common.errors import AudienceError
from common.features import Encoded, default_spec

#: Weight of the score against variety (Carbonell and Goldstein 1998); 1 = by score alone.
VARIETY = 0.7
#: Products that variety chooses from.
POOL = 200
MOST = 50
_BEHIND = "the shop's other products for the same shopper"


@dataclass(frozen=True, slots=True)
class Ad:
    """An approved ad for a product."""

    creative_id: str
    headline: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One product for one shopper.

    Attributes:
        product_id: Which.
        title: Its title.
        category: Its category or, without one, its department.
        p_conversion: If it were shown now.
        p_click: The same; None without a click head.
        reasons: What the model used, against the other products for the same shopper.
        ads: Approved ads for it, newest first.
    """

    product_id: str
    title: str
    category: str
    p_conversion: float
    p_click: float | None
    reasons: tuple[Reason, ...]
    ads: tuple[Ad, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """What was found for a shopper.

    Attributes:
        shopper: Pseudonym.
        offers: Best first, for variety not always by probability.
        n_products: Of the shop.
        n_bought: Left out because they were bought lately.
        n_capped: Left out because they were shown often enough lately.
        n_sold_out: Left out because the stock is nothing.
        by_words: Whether vectors of the products' words were used for variety.
        bundle_digest: Of the model.
    """

    shopper: str
    offers: tuple[Offer, ...]
    n_products: int
    n_bought: int
    n_capped: int
    n_sold_out: int
    by_words: bool
    bundle_digest: str


def for_shopper(
    store: Store,
    shopper_key: str,
    n: int = 5,
    *,
    bought_days: int = BOUGHT_DAYS,
    cap: int = CAP,
    variety: float = VARIETY,
    told: Told = quiet,
) -> Offers:
    """The n products to show a shopper next.

    Args:
        store: The shop.
        shopper_key: Pseudonym.
        n: At most so many.
        bought_days: What was bought in so many days is left out.
        cap: So is what was shown so often in the last days.
        variety: Weight of the score; the rest is for being unlike what was chosen already.
        told: Hears how far a fit is, if one is due.

    Raises:
        AudienceError: the shopper may not be addressed, or nothing is left to recommend.
        BundleError: no model is installed.
    """
    scorer = open_scorer(store, told=told)
    rows = rows_of(store, shopper_key, bought_days=bought_days, cap=cap)
    gone = audience_facts.sold_out(store)
    empty = np.array([p in gone for p in rows.product_ids], np.bool_)
    by_hand = audience_facts.left_out_of(store, shopper_key)
    out = np.array(["" in by_hand or p in by_hand for p in rows.product_ids], np.bool_)
    free = np.flatnonzero(~(rows.bought | rows.capped | empty | out))
    if not len(free):
        raise AudienceError(
            "Every product was bought or shown lately, is sold out, or was left out by hand.",
            safe="Nothing was changed.",
            todo="Try fewer days with --not-bought, or a higher --cap.",
        )
    p_click, p = scorer.score(rows.encoded)
    alike = likeness(store)
    chosen = _varied(free[np.argsort(-p[free], kind="stable")][:POOL], p, alike, n, variety)
    why = _explained(scorer, rows.encoded, chosen, free)
    found = [
        _offer(store, alike, i, p, p_click, reasons(why.groups, value, behind=_BEHIND))
        for i, value in zip(chosen, why.values, strict=True)
    ]
    return Offers(
        shopper=shopper_key,
        offers=tuple(found),
        n_products=len(p),
        n_bought=int(rows.bought.sum()),
        n_capped=int((rows.capped & ~rows.bought).sum()),
        n_sold_out=int((empty & ~rows.capped & ~rows.bought).sum()),
        by_words=alike.vectors is not None,
        bundle_digest=scorer.bundle.digest(),
    )


def _varied(
    pool: NDArray[np.int64], p: NDArray[np.float64], alike: Likeness, n: int, weight: float
) -> list[int]:
    """Maximal marginal relevance: each next product is likely and unlike those chosen before.

    A second product of one title comes after all others, unless variety counts for nothing.

    Args:
        pool: Places of the products to choose from, likeliest first.
        p: [P] probabilities.
        alike: Of all products.
        n: At most so many.
        weight: Of the probability, relative to the likeliest.
    """
    relevance = p[pool] / max(float(p[pool].max()), 1e-12)
    nearest, named = np.zeros(len(pool)), np.zeros(len(pool), np.bool_)
    left = np.ones(len(pool), np.bool_)
    chosen: list[int] = []
    while left.any() and len(chosen) < n:
        worth = weight * relevance - (1 - weight) * nearest
        if weight < 1:
            worth -= 2.0 * named  # more than all else together
        worth[~left] = -np.inf
        best = int(worth.argmax())
        chosen.append(int(pool[best]))
        left[best] = False
        nearest = np.maximum(nearest, alike.to(chosen[-1])[pool])
        named |= alike.named_as(chosen[-1])[pool]
    return chosen


def _explained(
    scorer: Scorer, encoded: Encoded, chosen: list[int], free: NDArray[np.int64]
) -> Explanation:
    """Contributions for the chosen products, against those that could have been chosen."""
    calibration = scorer.calibration.get("conversion")

    def logit(rows: Encoded) -> NDArray[np.floating]:
        raw = scorer.logits(rows)["conversion"]
        return calibration.logit(raw) if calibration else raw

    behind = background_of(Encoded(encoded.ids[free], encoded.numeric[free]))
    own = Encoded(encoded.ids[chosen], encoded.numeric[chosen])
    return explain(logit, default_spec(), own, behind)


def _offer(
    store: Store,
    alike: Likeness,
    place: int,
    p: NDArray[np.float64],
    p_click: NDArray[np.float64] | None,
    why: tuple[Reason, ...],
) -> Offer:
    product = alike.products[place]
    ads = creatives.usable(store, product.product_id)
    return Offer(
        product_id=product.product_id,
        title=product.title,
        category=product.path[1] or product.path[0],
        p_conversion=float(p[place]),
        p_click=None if p_click is None else float(p_click[place]),
        reasons=why,
        ads=tuple(Ad(a.creative_id, a.headline) for a in ads),
    )
