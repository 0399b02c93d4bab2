"""Text vectors, texts of products and their places in the public taxonomy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.store import Store
from common.database import transaction

ASKED = 500


@dataclass(frozen=True, slots=True)
class ProductText:
    """The words of one product and where it is in the taxonomy.

    Attributes:
        product_id: Its id.
        title: Its title.
        path: Department, category, type; empty texts where unknown.
        description: Any text.
        taxonomy_id: "" where unknown.
        taxonomy_by: "file", "override", "vector", or "" where unknown.
    """

    product_id: str
    title: str
    path: tuple[str, str, str]
    description: str
    taxonomy_id: str
    taxonomy_by: str


def known(
    store: Store, model: str, digests: Sequence[str], width: int
) -> dict[str, NDArray[np.float32]]:
    """Vectors [T] that are in the store, by digest; one of another width counts as missing."""
    found: dict[str, NDArray[np.float32]] = {}
    for first in range(0, len(digests), ASKED):
        some = digests[first : first + ASKED]
        rows = store.db.execute(
            "SELECT digest, vector FROM text_vectors WHERE model = ?"
            f" AND digest IN ({','.join('?' * len(some))})",
            [model, *some],
        )
        for digest, vector in rows:
            if len(vector) == 4 * width:
                found[digest] = np.frombuffer(vector, "<f4").astype(np.float32)
    return found


def keep(store: Store, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Put vectors [T] by digest into the store, in one transaction."""
    with transaction(store.db) as conn:
        conn.executemany(
            "INSERT OR REPLACE INTO text_vectors (model, digest, vector) VALUES (?, ?, ?)",
            [(model, d, np.asarray(v, "<f4").tobytes()) for d, v in vectors.items()],
        )


def count(store: Store, model: str) -> int:
    """Vectors of that model in the store."""
    row = store.db.execute("SELECT count(*) FROM text_vectors WHERE model = ?", [model]).fetchone()
    return int(row[0])


def product_texts(store: Store) -> list[ProductText]:
    """All products, in the order of their ids."""
    rows = store.db.execute(
        "SELECT product_id, title, department, category, product_type, description, taxonomy_id,"
        " taxonomy_by FROM products ORDER BY product_id"
    )
    return [ProductText(r[0], r[1], (r[2], r[3], r[4]), r[5], r[6], r[7]) for r in rows]


def set_taxonomy(store: Store, places: Iterable[tuple[str, str, str]]) -> int:
    """Write (product_id, taxonomy_id, by) and give the number of products that changed.

    A product whose own file named its place keeps it, unless the shop overrides it.
    """
    with transaction(store.db) as conn:
        cursor = conn.executemany(
            "UPDATE products SET taxonomy_id = ?2, taxonomy_by = ?3 WHERE product_id = ?1"
            " AND (taxonomy_id <> ?2 OR taxonomy_by <> ?3)"
            " AND (taxonomy_by <> 'file' OR ?3 = 'override')",
            list(places),
        )
        return int(cursor.rowcount)
