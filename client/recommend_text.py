"""How alike products are: by their place in the shop, and by the vectors of their words if there are any."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.store import Store, audience_facts
from client.store import vectors as kept
from client.store.vectors import ProductText
from client.text.vectors import digest, product_text

#: How alike two products of one department and of one category are, without their words.
_DEPARTMENT, _CATEGORY = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """P products beside each other.

    Attributes:
        products: [P] in the order of their ids.
        category: int64 [P] equal numbers for equal categories; -1 for none.
        department: int64 [P] the same.
        title: int64 [P] equal numbers for equal titles, however they are spaced and cased; -1 for none.
        vectors: float32 [P, T] unit length around the shop's middle, zero for products without a
            vector; None where the shop has none.
    """

    products: tuple[ProductText, ...]
    category: NDArray[np.int64]
    department: NDArray[np.int64]
    title: NDArray[np.int64]
    vectors: NDArray[np.float32] | None

    def to(self, place: int) -> NDArray[np.float64]:
        """How alike every product [P] is to one of them, 0 to 1; 1 under the same title."""
        return np.maximum(self._apart_from_titles(place), self.named_as(place))

    def named_as(self, place: int) -> NDArray[np.bool_]:
        """Which products [P] have the title of one of them."""
        return _equal(self.title, place)

    def _apart_from_titles(self, place: int) -> NDArray[np.float64]:
        same: NDArray[np.float64] = np.where(_equal(self.category, place), _CATEGORY, 0.0)
        same = np.maximum(same, np.where(_equal(self.department, place), _DEPARTMENT, 0.0))
        cosine = self.cosines(place)
        if cosine is None:
            return same
        both: NDArray[np.float64] = (same + np.clip(cosine, 0, 1)) / 2
        found: NDArray[np.float64] = np.where(np.isnan(cosine), same, both)
        return found

    def cosines(self, place: int) -> NDArray[np.float64] | None:
        """Cosines [P] to one of them; NaN without a vector; None where it has none itself."""
        if self.vectors is None or not self.vectors[place].any():
            return None
        found: NDArray[np.float64] = (self.vectors @ self.vectors[place]).astype(np.float64)
        found[~self.vectors.any(1)] = np.nan
        return found


def likeness(store: Store) -> Likeness:
    """Read the products and those vectors of theirs that are in the store; computes no new ones."""
    products = kept.product_texts(store)
    return Likeness(
        products=tuple(products),
        category=_codes([(p.path[0], p.path[1]) if p.path[1] else None for p in products]),
        department=_codes([p.path[0] or None for p in products]),
        title=_codes([_plain(p.title) or None for p in products]),
        vectors=_vectors(store, products),
    )


def _plain(title: str) -> str:
    """A title without what the eye overlooks: width, case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def _vectors(store: Store, products: Sequence[ProductText]) -> NDArray[np.float32] | None:
    """Of the model that knows most of the products; None where none knows any."""
    digests = [digest(product_text(p.title, p.path, p.description)) for p in products]
    best: dict[str, NDArray[np.float32]] = {}
    width = 0
    for model, wide in audience_facts.text_models(store):
        found = kept.known(store, model, sorted(set(digests)), wide)
        if len(found) > len(best):
            best, width = found, wide
    if not best:
        return None
    out = np.zeros((len(products), width), np.float32)
    has = np.array([d in best for d in digests], np.bool_)
    out[has] = [best[d] for d in digests if d in best]
    # cosines of these models lie close together: what all products share tells nothing
    out[has] -= out[has].mean(0)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(out, length, out=np.zeros_like(out), where=length > 1e-6)
    return unit


def _equal(codes: NDArray[np.int64], place: int) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = (codes == codes[place]) & (codes[place] >= 0)
    return same


def _codes(names: Sequence[object]) -> NDArray[np.int64]:
    known: dict[object, int] = {}
    return np.array([-1 if n is None else known.setdefault(n, len(known)) for n in names], np.int64)
