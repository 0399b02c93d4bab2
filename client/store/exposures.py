"""Rows to learn from and to score: exposures of consenting shoppers, each as of its own moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.store import Store
from client.store.asof import AsOf, Ints, pair
from client.store.history import (
    UNKNOWN,
    Catalogue,
    History,
    Offers,
    Shown,
    outcomes_known,
    read_catalogue,
    read_history,
    read_impressions,
    read_keys,
    seconds,
)
from common.errors import InputError

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Exposures:
    """N exposures, sorted by shopper, then time.

    Attributes:
        shopper: int64 [N], dense codes 0..n-1 into `shopper_keys`.
        shopper_keys: Pseudonyms by code.
        product_id: [N].
        shown_at: [N] ISO-8601 UTC.
        columns: Raw values by the names of `FeatureSpec.sources`, each [N]; every one is as of
            `shown_at`: nothing that happened then or later has any influence.
        clicked: int8 [N]: 1, 0, or -1 where the source does not record clicks.
        converted: int8 [N]: 1, 0, or -1 where no conversions were imported yet.
    """

    shopper: NDArray[np.int64]
    shopper_keys: tuple[str, ...]
    product_id: list[str]
    shown_at: list[str]
    columns: dict[str, NDArray[Any]]
    clicked: NDArray[np.int8]
    converted: NDArray[np.int8]

    def __len__(self) -> int:
        """N."""
        return len(self.product_id)


def load(
    store: Store, *, shown_before: str | None = None, shown_from: str | None = None
) -> Exposures:
    """Exposures of consenting shoppers.

    Args:
        store: The shop.
        shown_before: Only rows shown before this time (ISO-8601 UTC).
        shown_from: Only rows shown at or after it. Their features still use all that was
            before each row.
    """
    catalogue = read_catalogue(store)
    history = read_history(store, catalogue)
    offers = read_impressions(store, catalogue, shown_before)
    columns = model_columns(catalogue, history, offers.shown, offers)
    del history
    known = outcomes_known(store)
    converted = np.where(offers.converted_at >= 0, 1, 0 if known else UNKNOWN).astype(np.int8)
    first = seconds([shown_from])[0] if shown_from else np.iinfo(np.int64).min
    kept = np.flatnonzero(offers.shown.at >= first)
    codes, dense = np.unique(offers.shown.shopper[kept], return_inverse=True)
    keys = read_keys(store)
    return Exposures(
        shopper=dense.astype(np.int64),
        shopper_keys=tuple(keys[int(c)] for c in codes),
        product_id=[offers.product_id[i] for i in kept],
        shown_at=[offers.shown_at[i] for i in kept],
        # one column at a time leaves the old dict: never two copies of all of them
        columns={name: columns.pop(name)[kept] for name in tuple(columns)},
        clicked=offers.clicked[kept],
        converted=converted[kept],
    )


def candidates(store: Store, product_id: str, at: str | None = None) -> Exposures:
    """One row per consenting shopper, as if the product were shown to each at that time.

    Campaign type, placement and device are those in which the product was shown most (else the
    shop's commonest); platform tiers are the last that the platform passed on before `at`.
    Shoppers who want no personalisation are left out.

    Args:
        store: The shop.
        product_id: A product of the shop.
        at: ISO-8601 UTC; by default the first second after everything in the database.

    Raises:
        InputError: the shop has no such product.
    """
    catalogue = read_catalogue(store)
    history = read_history(store, catalogue)
    if product_id not in catalogue.code:
        raise InputError(
            "The shop has no such product.",
            safe="Nothing was changed.",
            todo="List the products with 'hansa data --products', or import the products file.",
        )
    when = at or after_everything(store)
    offers = read_impressions(store, catalogue, when)
    keys = read_keys(store, personalised=True)
    who = np.array(sorted(keys), np.int64)
    code = catalogue.code[product_id]
    shown = _as_if(catalogue, offers.shown, who, code, int(seconds([when])[0]))
    columns = model_columns(catalogue, history, shown, offers)
    unknown = np.full(len(who), UNKNOWN, np.int8)
    return Exposures(
        shopper=np.arange(len(who), dtype=np.int64),
        shopper_keys=tuple(keys[int(c)] for c in who),
        product_id=[product_id] * len(who),
        shown_at=[when] * len(who),
        columns=columns,
        clicked=unknown,
        converted=unknown.copy(),
    )


def after_everything(store: Store) -> str:
    """The first second after the last event, impression or conversion; now for an empty shop."""
    # what was set aside may be of the future: a wrong clock must not move the shop's present
    row = store.db.execute(
        "SELECT max(coalesce((SELECT happened_at FROM events WHERE aside = 0"
        "   ORDER BY happened_at DESC LIMIT 1), ''),"
        " coalesce((SELECT shown_at FROM impressions WHERE aside = 0"
        "   ORDER BY shown_at DESC LIMIT 1), ''),"
        " (SELECT coalesce(max(converted_at), '') FROM conversions WHERE aside = 0))"
    ).fetchone()
    if not row[0]:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    last = datetime.strptime(row[0], "%Y-%m-%dT%H:%M:%SZ") + timedelta(seconds=1)
    return last.strftime("%Y-%m-%dT%H:%M:%SZ")


def model_columns(
    catalogue: Catalogue, history: History, shown: Shown, offers: Offers
) -> dict[str, NDArray[Any]]:
    """Raw feature columns [N] of `shown`; `offers` [P] are those made until then."""
    past = offers.shown
    text = {name: values[shown.product] for name, values in catalogue.text.items()}
    offered = AsOf.build(past.shopper, past.at)
    # a conversion dated before its own impression must not tell that impression's label
    won_at = np.maximum(offers.converted_at, past.at)
    won = AsOf.build(np.where(offers.converted_at >= 0, past.shopper, UNKNOWN), won_at)
    days = np.datetime64(0, "s") + shown.at.astype("timedelta64[s]")
    return {
        **text,
        **_behaviour(catalogue, history, shown),
        "breadth": catalogue.breadth[shown.product],
        "campaign_type": shown.campaign_type,
        "placement": shown.placement,
        "device": shown.device,
        "city": shown.city,
        "position": shown.position,
        "past_exposures": offered.count(shown.shopper, shown.at),
        "past_conversions": won.count(shown.shopper, shown.at),
        "platform_activity": shown.tiers[:, 0],
        "platform_affinity": shown.tiers[:, 1],
        "platform_redemptions": shown.tiers[:, 2],
        # 1970-01-01 was a Thursday; Monday is 0
        "weekday": (days.astype("datetime64[D]").astype(np.int64) + 3) % 7,
        "hour": (shown.at % DAY_S) // 3600,
    }


def _behaviour(catalogue: Catalogue, history: History, shown: Shown) -> dict[str, NDArray[Any]]:
    """What the shopper did at this shop before each exposure, [N] each."""
    h, who, at = history, shown.shopper, shown.at
    bought = np.where(h.is_purchase, h.shopper, UNKNOWN)
    looked = np.where(h.is_purchase, UNKNOWN, h.shopper)
    n = len(catalogue.breadth)

    def count(group: Ints, codes: Ints) -> Ints:
        past = AsOf.build(pair(group, codes[h.product], n), h.at)
        return past.count(pair(who, codes[shown.product], n), at)

    own = AsOf.build(bought, h.at)
    since = own.seconds_since(who, at)
    each = np.append(np.arange(n - 1), UNKNOWN)
    return {
        "own_purchases": own.count(who, at),
        "product_purchases": count(bought, each),
        "category_purchases": count(bought, catalogue.category),
        "department_purchases": count(bought, catalogue.department),
        "recency_days": np.where(since < 0, UNKNOWN, since // DAY_S),
        "spend_minor": np.maximum(own.sum(h.value_minor, who, at), 0),
        "own_views": AsOf.build(looked, h.at).count(who, at),
        "product_views": count(looked, each),
    }


def _as_if(catalogue: Catalogue, past: Shown, who: Ints, product: int, at: int) -> Shown:
    """The product as if shown to each of `who` [n] at second `at`, seen from the past offers."""
    n, times = len(who), np.full(len(who), at, np.int64)
    tiers = np.zeros((n, 3), np.int64)
    if len(past.at):
        last = AsOf.build(past.shopper, past.at).last(who, times)
        tiers = np.where((last >= 0)[:, None], past.tiers[np.maximum(last, 0)], 0)
        # the platform's affinity is one department's: an offer of another one does not tell it
        alike = catalogue.department[past.product] == catalogue.department[product]
        same = AsOf.build(np.where(alike, past.shopper, UNKNOWN), past.at).last(who, times)
        tiers[:, 1] = np.where(same >= 0, past.tiers[np.maximum(same, 0), 1], 0)
    shown_most = past.product == product
    if not shown_most.any():
        shown_most[:] = True

    def usual(values: NDArray[Any]) -> NDArray[Any]:
        texts, counts = np.unique(values[shown_most].astype(str), return_counts=True)
        return np.full(n, str(texts[counts.argmax()]) if len(texts) else "", object)

    return Shown(
        shopper=who,
        at=times,
        product=np.full(n, product, np.int64),
        campaign_type=usual(past.campaign_type),
        placement=usual(past.placement),
        device=usual(past.device),
        position=np.zeros(n, np.int64),
        tiers=tiers,
        city=np.full(n, "", object),
    )
