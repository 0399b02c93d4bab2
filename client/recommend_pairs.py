"""What goes well with a product: bought by the same people more than chance, or alike in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.audience_sift import find_product
from client.recommend_text import Likeness, likeness
from client.store import Store, audience_facts, history
from common.settings import Settings

TOGETHER, WORDS = "bought by the same people", "alike in words"
#: Standard errors below the estimate that a lift is ranked by (one-sided 97.5 %).
_Z = 1.96


@dataclass(frozen=True, slots=True)
class GoesWith:
    """One product beside another.

    Attributes:
        product_id: Which.
        title: Its title.
        by: TOGETHER or WORDS.
        n_both: People who bought both, never fewer than the floor; None for WORDS.
        lift: How much likelier its purchase is among buyers of the other; None for WORDS.
        lift_low: Lower end of its 95 % interval.
        cosine: Of the words' vectors, around the shop's middle; None for TOGETHER.
        text: In words.
    """

    product_id: str
    title: str
    by: str
    n_both: int | None
    lift: float | None
    lift_low: float | None
    cosine: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """What goes well with a product.

    Attributes:
        product_id: With which.
        title: Its title.
        found: Best first: bought together, then alike in words.
        enough_buyers: Whether as many people as the floor bought the product.
        has_vectors: Whether the product has a vector of its words.
    """

    product_id: str
    title: str
    found: tuple[GoesWith, ...]
    enough_buyers: bool
    has_vectors: bool


def goes_with(store: Store, settings: Settings, product: str, n: int = 5) -> Pairs:
    """The n products that go best with one; nobody's own behaviour is shown.

    Args:
        store: The shop.
        settings: Gives the floor: a pair that fewer people bought is not counted.
        product: Id or exact title.
        n: At most so many.

    Raises:
        AudienceError: the shop has no such product; names the nearest ones.
    """
    product_id, title = find_product(store, product)
    alike = likeness(store)
    place = next(i for i, p in enumerate(alike.products) if p.product_id == product_id)
    both, buyers, people = _counts(store, place)
    floor = settings.audience_floor
    gone = audience_facts.sold_out(store)
    free = np.array([p.product_id not in gone for p in alike.products], np.bool_)
    free[place] = False
    found = _together(alike, both, buyers, people, place, free & (both >= floor), n)
    known = {f.product_id for f in found}
    found += _in_words(alike, place, free, known, n - len(found))
    return Pairs(
        product_id,
        title,
        tuple(found),
        bool(buyers[place] >= floor),
        alike.cosines(place) is not None,
    )


def lift(
    both: NDArray[np.int64], one: int, other: NDArray[np.int64], people: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lift of pairs and the lower end of its interval, [P] each; NaN where nobody bought both.

    lift = N n_ab / (n_a n_b); the variance of its logarithm, by the delta method for multinomial
    counts, is 1/n_ab - 1/n_a - 1/n_b + (2 lift - 1)/N.

    Args:
        both: [P] people who bought both.
        one: People who bought the first.
        other: [P] people who bought the second.
        people: N, everybody who bought anything.
    """
    value, low = (np.full(len(both), np.nan) for _ in range(2))
    some = both > 0  # then nobody of the other counts is nothing either
    n, m = both[some], other[some]
    value[some] = people * n / (one * m) if some.any() else 0.0
    variance = 1 / n - 1 / max(one, 1) - 1 / m + (2 * value[some] - 1) / max(people, 1)
    low[some] = value[some] * np.exp(-_Z * np.sqrt(np.maximum(variance, 0)))
    return value, low


def _counts(store: Store, place: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """People who bought each product and the one [P], people who bought each [P], all buyers."""
    catalogue = history.read_catalogue(store)
    n = len(catalogue.code)
    past = history.read_history(store, catalogue)
    offers = history.read_impressions(store, catalogue)
    won = offers.converted_at >= 0
    who = np.concatenate([past.shopper[past.is_purchase], offers.shown.shopper[won]])
    what = np.concatenate([past.product[past.is_purchase], offers.shown.product[won]])
    pairs = np.unique(np.stack([who[what >= 0], what[what >= 0]]), axis=1)
    who, what = pairs[0], pairs[1]
    mine = np.isin(who, who[what == place])
    return (
        np.bincount(what[mine], minlength=n),
        np.bincount(what, minlength=n),
        len(np.unique(who)),
    )


def _together(
    alike: Likeness,
    both: NDArray[np.int64],
    buyers: NDArray[np.int64],
    people: int,
    place: int,
    free: NDArray[np.bool_],
    n: int,
) -> list[GoesWith]:
    """Pairs that are surely bought together more often than chance, the surest lift first."""
    value, low = lift(both, int(buyers[place]), buyers, people)
    sure = np.flatnonzero(free & (np.nan_to_num(low) > 1))
    return [
        GoesWith(
            product_id=alike.products[i].product_id,
            title=alike.products[i].title,
            by=TOGETHER,
            n_both=int(both[i]),
            lift=float(value[i]),
            lift_low=float(low[i]),
            cosine=None,
            text=f"{int(both[i])} people bought both, {value[i]:.1f} times as many as by chance",
        )
        for i in sure[np.argsort(-low[sure], kind="stable")][:n]
    ]


def _in_words(
    alike: Likeness, place: int, free: NDArray[np.bool_], known: set[str], n: int
) -> list[GoesWith]:
    """The nearest by the vectors of the words; nothing without them."""
    cosine = alike.cosines(place)
    if cosine is None or n <= 0:
        return []
    order = [
        int(i)
        for i in np.argsort(-np.nan_to_num(cosine, nan=-2.0), kind="stable")
        if free[i] and cosine[i] > 0 and alike.products[i].product_id not in known
    ]
    return [
        GoesWith(
            product_id=alike.products[i].product_id,
            title=alike.products[i].title,
            by=WORDS,
            n_both=None,
            lift=None,
            lift_low=None,
            cosine=float(cosine[i]),
            text="its words are among the nearest in the shop",
        )
        for i in order[:n]
    ]
