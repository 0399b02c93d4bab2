"""A shop with ads that need no writer, shoppers with and without consent, and logs that name the ads."""

from __future__ import annotations

from pathlib import Path

from client.store import Store, audiences, creatives
from common.domain import Audience, Creative, CreativeState, Interval

LIVE = "live"


def shop(home: Path) -> Store:
    """Two products, an audience with an expected CTR of 4 %, 20 shoppers of whom 1 to 10 consented."""
    store = Store.open(home, create=True)
    store.db.table("products").insert_all(
        {
            "product_id": p,
            "title": title,
            "category": "Bottles",
            "description": "Steel bottle, 750 ml.",
            "price_minor": 1999,
            "currency": "USD",
        }
        for p, title in (("p1", "Steel Bottle"), ("p2", "Mug"))
    )
    store.db.table("shoppers").insert_all(
        {"shopper": n, "shopper_key": f"s{n}", "consent": int(n <= 10)} for n in range(1, 21)
    )
    cvr = Interval(0.01, 0.005, 0.02)
    ctr = Interval(0.04, 0.03, 0.05)
    audiences.save(store, Audience("au-1", "A", "p1", 10, cvr, 0.01, "d" * 64, "2026-01-01", ctr))
    return store


def ad(
    store: Store,
    headline: str,
    *,
    audience: str = "",
    product: str = "p1",
    slot: str = "search",
    writer: str = "template",
    state: str = "approved",
) -> Creative:
    """An ad in some state, past the checks."""
    made = creatives.save(
        store,
        [
            Creative(
                creative_id="",
                version=1,
                product_id=product,
                audience_id=audience,
                language="en",
                headline=headline,
                body="A steel bottle.",
                call_to_action="",
                state=CreativeState.DRAFT,
                writer=writer,
                provenance={"slot": slot, "label": "Ad", "kind": "product", "tone": "warm"},
            )
        ],
    )[0]
    steps = {"draft": (), "approved": ("approved",), LIVE: ("approved", LIVE)}
    for step in steps.get(state, (state,)):
        made = creatives.decide(store, made.creative_id, CreativeState(step), "mei")
    return made


def show(
    store: Store,
    named: str,
    n: int,
    clicks: int | None,
    *,
    at: str = "2099-01-02T10:00:00Z",
    placement: str = "top",
    shopper: int = 1,
    bought: int = 0,
    propensity: float | None = 0.5,
) -> None:
    """Log n impressions of an ad, of which so many were clicked (None: not recorded)."""
    first = store.db.table("impressions").count
    store.db.table("impressions").insert_all(
        {
            "impression_id": f"i{first + i}",
            "shopper": shopper,
            "product_id": "p1",
            "shown_at": at,
            "placement": placement,
            "creative_id": named,
            "propensity": propensity,
            "cost_minor": 2,
            "clicked": None if clicks is None else int(i < clicks),
        }
        for i in range(n)
    )
    store.db.table("conversions").insert_all(
        {"impression_id": f"i{first + i}", "converted_at": at} for i in range(bought)
    )
    store.db.conn.commit()
