"""The shop's products as profiles see them: interests, price places in the category, text vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from client.store.profiles_read import Products
from client.text.vectors import product_text

#: A category with fewer priced products is compared with the whole shop.
LEAST_PRICED = 5


class Vectors(Protocol):
    """Texts to frozen vectors, as `client.text.vectors` with the store bound to it."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """[n] texts -> [n, T], each of length 1."""
        ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """P products; each array has one more entry, [-1], for unknown products.

    Attributes:
        interests: [C] names of interests.
        interest: int64 [P + 1] places in `interests`; -1 for none.
        price_place: float64 [P + 1], 0 (cheapest) to 1 within the product's category; NaN: unknown.
        vectors: float32 [P + 1, T], or None where texts are not encoded.
        interest_vectors: float32 [C, T] mean of the interest's products, length 1; or None.
    """

    interests: tuple[str, ...]
    interest: NDArray[np.int64]
    price_place: NDArray[np.float64]
    vectors: NDArray[np.float32] | None = None
    interest_vectors: NDArray[np.float32] | None = None


def shelf_of(products: Products, vectors: Vectors | None = None) -> Shelf:
    """Arrange the products."""
    names = tuple(dict.fromkeys(t for t in products.interest if t))
    place = {t: i for i, t in enumerate(names)}
    interest = np.array([*(place.get(t, -1) for t in products.interest), -1], np.int64)
    price = np.append(products.price_minor, np.nan)
    if vectors is None or not products.title:
        return Shelf(names, interest, _places(price, interest))
    # the same words as the text features use, so that both share the cached vectors
    texts = zip(products.title, products.path, products.description, strict=True)
    known = vectors([product_text(*t) for t in texts])
    full = np.vstack([known, np.zeros((1, known.shape[1]), np.float32)]).astype(np.float32)
    means = np.zeros((len(names), full.shape[1]), np.float32)
    np.add.at(means, interest[interest >= 0], full[interest >= 0])
    return Shelf(names, interest, _places(price, interest), full, unit(means))


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows [n, T] scaled to length 1; zero rows stay zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (rows / np.where(length > 0, length, 1)).astype(np.float32)
    return scaled


def _places(price: NDArray[np.float64], interest: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mid-rank of each price among its category's, 0 to 1 [P + 1]."""
    out = np.full(len(price), np.nan)
    priced = ~np.isnan(price)
    sizes = np.bincount(interest[priced & (interest >= 0)], minlength=1)
    small = np.array([i < 0 or i >= len(sizes) or sizes[i] < LEAST_PRICED for i in interest])
    whole = np.sort(price[priced])
    out[priced & small] = _rank(whole, price[priced & small])
    order = np.argsort(interest, kind="stable")
    order = order[(priced & ~small)[order]]
    edges = np.flatnonzero(np.diff(interest[order])) + 1
    for group in np.split(order, edges):
        if len(group):
            out[group] = _rank(np.sort(price[group]), price[group])
    return out


def _rank(known: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    below = np.searchsorted(known, values, "left")
    upto = np.searchsorted(known, values, "right")
    place: NDArray[np.float64] = (below + upto) / (2 * max(1, len(known)))
    return place
