"""Whether a shop has enough to learn from, said before it takes part: empty, too few shoppers, no outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from client.consent import LEAST_SHOPPERS
from client.store import Store
from client.store.learnable import learnable
from common.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Lack:
    """What a shop lacks to learn from.

    Attributes:
        kind: "empty", "few-shoppers" or "no-outcome".
        n_shoppers: Who agreed and was shown an ad.
        least: So many are needed.
    """

    kind: Literal["empty", "few-shoppers", "no-outcome"]
    n_shoppers: int
    least: int = LEAST_SHOPPERS

    def words(self) -> str:
        """One sentence."""
        return {
            "empty": "This shop has nothing to learn from: no ad was shown to a shopper who agreed.",
            "few-shoppers": f"Too few shoppers who agreed were shown an ad ({self.n_shoppers}): below"
            f" {self.least} a model learns little more than noise.",
            "no-outcome": "This shop has nothing to learn from: no ad that was shown to a shopper who"
            " agreed has a click or an order.",
        }[self.kind]


def lack(store: Store) -> Lack | None:
    """What the shop lacks; None where it can learn.

    Only its owner hears of it, before the node starts: a shop that does not take part looks like
    any computer that is off. While a node runs, rounds are answered whatever the rows are: a
    refusal for a round would tell the coordinator how few they are.
    """
    found = learnable(store, LEAST_SHOPPERS)
    if not found.n_shoppers:
        return Lack("empty", 0)
    if found.n_shoppers < LEAST_SHOPPERS:
        return Lack("few-shoppers", found.n_shoppers)
    return None if found.has_outcome else Lack("no-outcome", found.n_shoppers)


def require(store: Store) -> None:
    """Go on only where the shop can learn.

    Raises:
        TrainingError: it lacks something.
    """
    found = lack(store)
    if found is not None:
        raise TrainingError(
            found.words(),
            where=str(store.home),
            safe="The node was not started: nothing was sent and no privacy was charged.",
            todo="Import more rows with 'hansa import'; or start it all the same with 'hansa node"
            " --anyway': rounds then cost privacy as ever.",
        )
