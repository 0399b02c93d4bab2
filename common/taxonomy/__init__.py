"""A small public taxonomy of products in English and Chinese; top levels carry Google's category numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Node:
    """One place. The names are Hansa's own; only the numbers of top levels are those that
    Google's product category list uses.

    Attributes:
        node_id: "412", or "412-soup" below it.
        en: English name.
        zh: Chinese name.
    """

    node_id: str
    en: str
    zh: str

    @property
    def top(self) -> str:
        """The id of its top level."""
        return self.node_id.split("-", 1)[0]


@cache
def nodes() -> tuple[Node, ...]:
    """All nodes, each top level before what is below it."""
    text = files(__name__).joinpath("nodes.json").read_text(encoding="utf-8")
    return tuple(Node(*row) for row in json.loads(text))


@cache
def by_id() -> dict[str, Node]:
    """Nodes by their ids."""
    return {n.node_id: n for n in nodes()}
