"""Products to places in the public taxonomy: by the shop's own list, else by the nearest text vector."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from client.store import Store
from client.store import vectors as kept
from client.text.encoder import Encoder, Vectors
from client.text.vectors import Watch, product_vectors, vectors
from common.errors import InputError
from common.taxonomy import Node, by_id, nodes

#: In the shop's folder: product_id,taxonomy_id.
OVERRIDES = "taxonomy.csv"
#: A place is told only if it leads every place under another top level by this much cosine.
MARGIN = 0.008


@dataclass(frozen=True, slots=True)
class Mapped:
    """What mapping did.

    Attributes:
        n_products: All products.
        n_changed: Products whose place changed.
        by: "override", "vector", "file" or "unknown" -> number of products.
    """

    n_products: int
    n_changed: int
    by: Mapping[str, int]


def node_text(node: Node) -> str:
    """What stands for a node: its top level and its own names, in both languages."""
    top = by_id()[node.top]
    if node is top:
        return f"{node.en}. {node.zh}"
    return f"{top.en} > {node.en}. {node.zh}"


def place(products: Vectors, places: Vectors, margin: float = MARGIN) -> list[str]:
    """[P] ids of the nearest nodes of `products` [P, T]; "" where two top levels are as near.

    Args:
        products: Unit vectors [P, T]; a zero vector is unknown.
        places: Unit vectors of `nodes()`, in order.
        margin: Cosine by which the best must lead the best of any other top level.
    """
    tops = np.array([n.top for n in nodes()])
    out = []
    known_rows = np.asarray(products.any(axis=1))
    for cosine, known in zip(products @ places.T, known_rows, strict=True):
        best = int(cosine.argmax())
        rival = float(cosine[tops != tops[best]].max())
        out.append(nodes()[best].node_id if known and cosine[best] - rival >= margin else "")
    return out


def read_overrides(path: Path) -> dict[str, str]:
    """product_id -> taxonomy_id of a CSV file with these two columns; {} where there is no file.

    Raises:
        InputError: a line names no place of the taxonomy, or the file is none.
    """
    if not path.exists():
        return {}
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, ValueError, csv.Error) as e:
        raise _refused(str(path)) from e
    out = {}
    for line, row in enumerate(rows, start=2):
        product, node = (
            (row.get("product_id") or "").strip(),
            (row.get("taxonomy_id") or "").strip(),
        )
        if not product or node not in by_id():
            raise _refused(f"{path}, line {line}")
        out[product] = node
    return out


def map_products(store: Store, encoder: Encoder, *, watch: Watch | None = None) -> Mapped:
    """Write each product's place: the shop's list wins, then its files, then the nearest vector.

    Raises:
        InputError: the shop's list cannot be read.
    """
    own = read_overrides(store.home / OVERRIDES)
    products, made = product_vectors(store, encoder, watch=watch)
    near = place(made, vectors(store, [node_text(n) for n in nodes()], encoder))
    places = [_choose(p, own, n) for p, n in zip(products, near, strict=True)]
    changed = kept.set_taxonomy(store, places)
    return Mapped(len(products), changed, _counts([by for _, _, by in places]))


def _choose(product: kept.ProductText, own: Mapping[str, str], near: str) -> tuple[str, str, str]:
    if product.product_id in own:
        return product.product_id, own[product.product_id], "override"
    if product.taxonomy_by == "file":
        return product.product_id, product.taxonomy_id, "file"
    return product.product_id, near, "vector" if near else ""


def _counts(by: Sequence[str]) -> dict[str, int]:
    return {k or "unknown": by.count(k) for k in ("override", "file", "vector", "")}


def _refused(where: str) -> InputError:
    return InputError(
        "The shop's own list of places in the taxonomy cannot be read.",
        where=where,
        safe="No product was changed.",
        todo="Each line needs product_id and a taxonomy_id of 'hansa text places'.",
    )
