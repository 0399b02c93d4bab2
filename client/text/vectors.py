"""Vectors of texts, computed once: cached in the store by the digest of the normalised text."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np

from client.store import Store
from client.store import vectors as kept
from client.text.encoder import Encoder, Vectors

#: Texts at one time; after each batch the vectors are in the store.
BATCH = 64
#: Characters of a text that count: a title, its categories and a sentence fit.
LONGEST = 160
STOPS = ("\n", ". ", "! ", "? ", "。", "！", "？")
Watch = Callable[[int, int], None]


def normalised(text: str) -> str:
    """NFKC, single spaces, at most LONGEST characters: texts that read alike share a vector."""
    return " ".join(unicodedata.normalize("NFKC", text).split())[:LONGEST]


def digest(text: str) -> str:
    """SHA-256 of the normalised text."""
    return hashlib.sha256(normalised(text).encode("utf-8", "replace")).hexdigest()


def model_key(encoder: Encoder, *, query: bool = False) -> str:
    """Under which name the encoder's vectors are kept."""
    return f"{encoder.name}@{encoder.version}" + ("#query" if query else "")


def vectors(
    store: Store,
    texts: Sequence[str],
    encoder: Encoder,
    *,
    query: bool = False,
    watch: Watch | None = None,
) -> Vectors:
    """Float32 [n, T]; an empty text is the zero vector.

    Equal texts are computed once, ever. Each batch is committed: who stops this and calls it again
    goes on where it stopped.

    Args:
        store: The shop.
        texts: [n] any texts.
        encoder: Which model.
        query: The texts are searches.
        watch: Called with (texts done, texts to compute) after each batch.
    """
    key = model_key(encoder, query=query)
    digests = [digest(t) for t in texts]
    text_of = dict(zip(digests, (normalised(t) for t in texts), strict=True))
    known = kept.known(store, key, list(text_of), encoder.width)
    # alike lengths together: a batch is as slow as its longest text
    missing = sorted(
        (d for d, t in text_of.items() if t and d not in known), key=lambda d: len(text_of[d])
    )
    for first in range(0, len(missing), BATCH):
        some = missing[first : first + BATCH]
        made = encoder.encode([text_of[d] for d in some], query=query)
        kept.keep(store, key, dict(zip(some, made, strict=True)))
        known.update(zip(some, made, strict=True))
        if watch:
            watch(first + len(some), len(missing))
    out = np.zeros((len(digests), encoder.width), np.float32)
    for i, d in enumerate(digests):
        if d in known:
            out[i] = known[d]
    return out


def product_text(title: str, path: Sequence[str], description: str) -> str:
    """What stands for a product: its title, its categories, the first sentence that describes it."""
    first = description.strip()
    for stop in STOPS:
        first = first.split(stop, 1)[0]
    words = dict.fromkeys(p.strip() for p in path if p.strip())
    return normalised(". ".join(p for p in (title.strip(), " > ".join(words), first.strip()) if p))


def product_vectors(
    store: Store, encoder: Encoder, *, watch: Watch | None = None
) -> tuple[list[kept.ProductText], Vectors]:
    """All products in the order of their ids, and their vectors [P, T]."""
    products = kept.product_texts(store)
    texts = [product_text(p.title, p.path, p.description) for p in products]
    return products, vectors(store, texts, encoder, watch=watch)


def nearest(
    query: Vectors, among: Vectors, n: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Vectors]:
    """Places and cosines of the n nearest rows of `among` [P, T] to `query` [T], best first."""
    cosine = (among @ query).astype(np.float32)
    best = np.argsort(-cosine, kind="stable")[:n].astype(np.int64)
    return best, cosine[best]
