"""What there is to learn from in a shop: shoppers who agreed and were shown ads, and outcomes."""

from __future__ import annotations

from dataclasses import dataclass

from client.store import Store
from client.store.history import USABLE

_AGREED = f"aside = 0 AND shopper IN (SELECT shopper FROM shoppers WHERE {USABLE})"


@dataclass(frozen=True, slots=True)
class Learnable:
    """Counts of this shop; they never leave it.

    Attributes:
        n_shoppers: Who agreed, may be learned from, and was shown an ad; not counted on from `most`.
        has_outcome: Whether one of these ads was clicked or led to an order.
    """

    n_shoppers: int
    has_outcome: bool


def learnable(store: Store, most: int) -> Learnable:
    """Look at the shop's rows, no further than is needed.

    Args:
        store: The shop.
        most: Shoppers are counted up to this.
    """
    n = store.db.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT shopper FROM impressions WHERE {_AGREED} LIMIT ?)",
        [most],
    ).fetchone()[0]
    outcomes = (
        "SELECT EXISTS (SELECT 1 FROM conversions AS c JOIN"
        f" (SELECT impression_id FROM impressions WHERE {_AGREED}) USING (impression_id)"
        " WHERE c.aside = 0)",
        f"SELECT EXISTS (SELECT 1 FROM impressions WHERE clicked = 1 AND {_AGREED})",
    )
    return Learnable(int(n), any(store.db.execute(q).fetchone()[0] for q in outcomes))
