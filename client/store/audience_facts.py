"""What choosing an audience asks of the shop's tables: buyers, members of others, what an ad costs."""

from __future__ import annotations

from client.store import Store
from client.store.exposures import after_everything
from client.store.history import USABLE

#: Bought by an event, or by a conversion of an ad for the product.
_BUYERS = (
    "SELECT s.shopper_key FROM shoppers AS s WHERE s.shopper IN ("
    "SELECT e.shopper FROM events AS e WHERE e.kind = 'purchase' AND e.aside = 0"
    " AND e.product_id = :product AND e.happened_at >= :since"
    " UNION SELECT i.shopper FROM impressions AS i JOIN conversions AS c USING (impression_id)"
    " WHERE i.aside = 0 AND c.aside = 0 AND i.product_id = :product AND c.converted_at >= :since)"
)
#: Asked twice: the product's own costs, then the shop's; first the bills, then the impressions' column.
_COSTS = (
    "SELECT sum(cost_minor), sum(n_impressions) FROM costs WHERE n_impressions > 0"
    " AND (:product = '' OR product_id = :product)",
    "SELECT sum(cost_minor), count(*) FROM impressions WHERE aside = 0"
    " AND (:product = '' OR product_id = :product)",
)


def buyers(store: Store, product_id: str, days: int) -> frozenset[str]:
    """Pseudonyms of those who bought the product in so many days before the shop's now."""
    row = store.db.execute(
        "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?, ?)", [after_everything(store), f"-{days} days"]
    ).fetchone()
    found = store.db.conn.execute(_BUYERS, {"product": product_id, "since": row[0]})
    return frozenset(str(r[0]) for r in found)


def members(store: Store, audience_id: str) -> frozenset[str]:
    """Pseudonyms in an audience as it was made."""
    rows = store.db.execute(
        "SELECT shopper_key FROM audience_members WHERE audience_id = ?", [audience_id]
    ).fetchall()
    return frozenset(str(r[0]) for r in rows)


def cost_per_impression(store: Store, product_id: str) -> tuple[float | None, str]:
    """What an impression cost so far, in minor units, and where that is from; None without costs."""
    for product, said_by in ((product_id, "costs of this product"), ("", "costs of the shop")):
        for sql in _COSTS:
            cost, n = store.db.conn.execute(sql, {"product": product}).fetchone()
            if n and cost:
                return cost / n, said_by
    return None, ""


def addressable(store: Store) -> frozenset[str]:
    """Pseudonyms of everybody with consent, of age, personalised and not set aside."""
    rows = store.db.execute(
        f"SELECT shopper_key FROM shoppers WHERE {USABLE} AND personalise = 1"
    ).fetchall()
    return frozenset(str(r[0]) for r in rows)


def segments_of(store: Store) -> dict[str, tuple[str, str]]:
    """Pseudonym -> (segment, cluster) of everybody who may be addressed; "" for none."""
    rows = store.db.execute(
        "SELECT s.shopper_key, p.segment_id, p.cluster_id FROM profiles AS p"
        f" JOIN shoppers AS s USING (shopper) WHERE {USABLE} AND personalise = 1"
    ).fetchall()
    return {r[0]: (r[1], r[2]) for r in rows}


def sold_out(store: Store) -> frozenset[str]:
    """Products whose stock is known to be nothing."""
    rows = store.db.execute("SELECT product_id FROM products WHERE stock <= 0").fetchall()
    return frozenset(str(r[0]) for r in rows)


def left_out_of(store: Store, shopper_key: str) -> frozenset[str]:
    """Products that a shopper was left out of by hand; "" stands for all of them."""
    rows = store.db.execute(
        "SELECT product_id FROM audience_exclusions WHERE shopper_key = ?", [shopper_key]
    ).fetchall()
    return frozenset(str(r[0]) for r in rows)


def text_models(store: Store) -> tuple[tuple[str, int], ...]:
    """(model, width T) of the cached vectors of texts that are not searches."""
    found: list[tuple[str, int]] = []
    model = ""
    while True:
        # the next model by the index: DISTINCT would read every vector
        row = store.db.execute(
            "SELECT model, length(vector) / 4 FROM text_vectors WHERE model > ?"
            " ORDER BY model LIMIT 1",
            [model],
        ).fetchone()
        if row is None:
            return tuple(found)
        model = str(row[0])
        if not model.endswith("#query"):
            found.append((model, int(row[1])))
