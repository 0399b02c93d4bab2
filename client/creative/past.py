"""What the shop has shown before: what came of it, and which approved ads may lend their form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from client.creative.brief import AdText, Example, Language
from client.store import Store, creative_outcomes, creatives, rows
from common.domain import Creative, CreativeState, Product
from common.errors import InputError

#: impressions that the shop's mean rate counts for beside an ad's own clicks
_PRIOR = 200.0
#: approved ads that are read, newest first, and those that a writer is given
_READ, _GIVEN = 200, 24


@dataclass(slots=True)
class Shown:
    """Sums of one version of an ad.

    Attributes:
        n: Impressions.
        n_known: Of them those whose clicks are recorded.
        n_clicks: Of `n_known` clicked.
        last_day: Last day shown; "" = never.
    """

    n: int = 0
    n_known: int = 0
    n_clicks: int = 0
    last_day: str = ""


def shown_of(store: Store, ads: Sequence[Creative]) -> dict[tuple[str, int], Shown]:
    """(id, version) -> what came of it; versions that were never shown are missing."""
    out: dict[tuple[str, int], Shown] = defaultdict(Shown)
    for o in creative_outcomes.outcomes(store, [c.creative_id for c in ads]):
        own = out[o.creative_id, o.version]
        own.n += o.n_shown
        own.n_known += o.n_known
        own.n_clicks += o.n_clicks
        own.last_day = max(own.last_day, o.day)
    return dict(out)


def examples(
    store: Store, product: Product, language: Language, slot_name: str
) -> tuple[Example, ...]:
    """Approved and live ads of other products in this slot: alike products first, then by clicks.

    Rates are drawn towards the shop's mean, so that an ad of a few impressions leads no list; where
    nothing is known the newest comes first.
    """
    ads = [
        c
        for state in (CreativeState.LIVE, CreativeState.APPROVED)
        for c in creatives.listing(store, state, slot=slot_name, language=language)
        if c.product_id != product.product_id
    ][:_READ]
    shown = shown_of(store, ads)
    n, k = sum(s.n_known for s in shown.values()), sum(s.n_clicks for s in shown.values())
    mean = k / n if n else 0.0

    def rate(ad: Creative) -> float:
        own = shown.get((ad.creative_id, ad.version), Shown())
        return (own.n_clicks + _PRIOR * mean) / (own.n_known + _PRIOR)

    found = [(ad, p) for ad in ads if (p := _product(store, ad.product_id)) is not None]
    found.sort(key=lambda x: x[0].created_at, reverse=True)
    found.sort(key=lambda x: (_kin(product, x[1]), rate(x[0])), reverse=True)
    return tuple(Example(AdText(a.headline, a.body), p) for a, p in found[:_GIVEN])


def _kin(a: Product, b: Product) -> int:
    """How many levels of the catalogue two products share."""
    return sum(
        bool(x) and x.casefold() == y.casefold()
        for x, y in (
            (a.product_type, b.product_type),
            (a.category, b.category),
            (a.department, b.department),
        )
    )


def _product(store: Store, product_id: str) -> Product | None:
    try:
        return rows.product(store, product_id)
    except InputError:
        # it left the catalogue: its facts cannot be told from the ad's form any more
        return None
