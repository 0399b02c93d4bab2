"""The last L events of a shopper strictly before each impression, and the columns of rich_spec()."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.store import Store
from client.store.asof import AsOf, Ints, pair
from client.store.exposures import Exposures
from client.store.history import (
    UNKNOWN,
    Catalogue,
    as_numbers,
    chunks,
    joined,
    read_catalogue,
    read_keys,
    seconds,
    usable_shoppers,
)
from common.features_rich import DEVICES, PLACEMENTS, city_tier, vocabulary
from common.history_spec import KINDS, EncodedHistory, HistorySpec, encode_history

#: Impressions that are encoded at one time: [ROWS, L] helpers stay small.
ROWS = 65_536
HOUR_S, WEEK_S = 3600, 7 * 86_400


@dataclass(frozen=True, slots=True)
class Events:
    """M usable events, sorted by shopper, time, and then all else: equal shops have equal order.

    Attributes:
        shopper: int64 [M] the database's numbers.
        at: int64 [M] seconds since 1970.
        kind: int64 [M] 1 + place in `KINDS`.
        product: int64 [M] code in the catalogue, -1 for unknown.
        value_minor: int64 [M].
    """

    shopper: Ints
    at: Ints
    kind: Ints
    product: Ints
    value_minor: Ints


@dataclass(frozen=True, slots=True)
class Goods:
    """Of each product by its code in the catalogue, [P + 1], the last for unknown ones.

    Attributes:
        taxonomy: Ids in the public taxonomy, "" for unknown.
        price_minor: int64, -1 for unknown.
        category: Texts, as in the catalogue.
        category_code: int64 codes of equal categories, -1 for none.
        code: product_id -> code.
    """

    taxonomy: NDArray[Any]
    price_minor: Ints
    category: NDArray[Any]
    category_code: Ints
    code: dict[str, int]


def read_goods(store: Store, catalogue: Catalogue | None = None) -> Goods:
    """All products, in the order of their ids."""
    catalogue = catalogue or read_catalogue(store)
    rows = store.db.execute(
        "SELECT taxonomy_id, coalesce(price_minor, -1) FROM products ORDER BY product_id"
    ).fetchall()
    return Goods(
        taxonomy=np.array([*(r[0] for r in rows), ""], object),
        price_minor=np.array([*(r[1] for r in rows), UNKNOWN], np.int64),
        category=catalogue.text["category"],
        category_code=catalogue.category,
        code=catalogue.code,
    )


def read_events(store: Store, goods: Goods) -> Events:
    """All usable events of usable shoppers, sorted."""
    usable = usable_shoppers(store)
    cursor = store.db.execute(
        "SELECT shopper, CAST(strftime('%s', happened_at) AS INTEGER), value_minor, kind,"
        " product_id FROM events WHERE aside = 0"
    )
    kinds = {k: i for i, k in enumerate(KINDS, start=1)}
    parts = [as_numbers([()] * 5)]
    for *numbers, kind, product in chunks(cursor):
        codes = [goods.code.get(p, UNKNOWN) for p in product]
        columns = as_numbers([*numbers, [kinds[k] for k in kind], codes])
        kept = usable[columns[0]]
        parts.append(tuple(c[kept] for c in columns))
    shopper, at, value, kind_code, code = joined(parts)
    order = np.lexsort((value, code, kind_code, at, shopper))
    return Events(shopper[order], at[order], kind_code[order], code[order], value[order])


def last_events(events: Events, shopper: Ints, at: Ints, length: int) -> Ints:
    """int64 [N, length] places of the shopper's last events strictly before the second `at`, newest
    first; -1 for none. `shopper` and `at` are [N].
    """
    low = np.searchsorted(events.shopper, shopper, side="left")
    past = AsOf.build(events.shopper, events.at).count(shopper, at)
    back = np.arange(length, dtype=np.int64)
    place = (low + past)[:, None] - 1 - back
    return np.where(back < past[:, None], place, UNKNOWN)


def shoppers_of(store: Store, exposures: Exposures) -> Ints:
    """The database's number of each exposure's shopper, [N]."""
    number = {key: n for n, key in read_keys(store).items()}
    known = np.array([number.get(k, UNKNOWN) for k in exposures.shopper_keys], np.int64)
    return known[exposures.shopper] if len(known) else np.zeros(0, np.int64)


def sequences(store: Store, spec: HistorySpec, exposures: Exposures) -> EncodedHistory:
    """The last `spec.length` events before each exposure as ids [N, L, H] and mask [N, L].

    Nothing at or after an exposure's time has any influence on its row.
    """
    goods = read_goods(store)
    events = read_events(store, goods)
    who, at = shoppers_of(store, exposures), seconds(exposures.shown_at)
    product = _codes(goods, exposures.product_id)
    price = goods.price_minor[events.product]
    raw = {
        "kind": events.kind,
        "taxonomy": goods.taxonomy[events.product],
        "category": goods.category[events.product],
        # what it cost there; where the catalogue has no price, what was paid
        "price_minor": np.where((price < 0) & (events.value_minor > 0), events.value_minor, price),
    }
    n = len(exposures)
    ids = np.empty((n, spec.length, spec.n_columns), np.int16)
    mask = np.empty((n, spec.length), np.bool_)
    for first in range(0, n, ROWS):
        rows = slice(first, first + ROWS)
        place = last_events(events, who[rows], at[rows], spec.length)
        pairs = _pairs(events, goods, place, at[rows], product[rows])
        encoded = encode_history(spec, raw, pairs, place)
        ids[rows], mask[rows] = encoded.ids, encoded.mask
    return EncodedHistory(ids, mask)


def event_products(store: Store, spec: HistorySpec, exposures: Exposures) -> NDArray[np.int32]:
    """int32 [N, L] codes of the events' products (places in the order of ids; -1 for none).

    For `projected` vectors: a table [P + 1, spec.projected] with zeros last, indexed by this.
    """
    goods = read_goods(store)
    events = read_events(store, goods)
    place = last_events(
        events, shoppers_of(store, exposures), seconds(exposures.shown_at), spec.length
    )
    return np.append(events.product, UNKNOWN)[place].astype(np.int32)


def rich_columns(store: Store, exposures: Exposures) -> Exposures:
    """The same exposures with the raw columns that `rich_spec()` reads beyond version 1."""
    goods = read_goods(store)
    events = read_events(store, goods)
    who, at = shoppers_of(store, exposures), seconds(exposures.shown_at)
    product = _codes(goods, exposures.product_id)
    had = exposures.columns
    all_of = AsOf.build(events.shopper, events.at)
    since = all_of.seconds_since(who, at)

    def count(kind: str) -> Ints:
        chosen = np.where(events.kind == 1 + KINDS.index(kind), events.shopper, UNKNOWN)
        return AsOf.build(chosen, events.at).count(who, at)

    n = len(goods.category_code)
    viewed = np.where(events.kind == 1, events.shopper, UNKNOWN)
    alike = AsOf.build(pair(viewed, goods.category_code[events.product], n), events.at)
    more = {
        "hour_of_day": had["hour"],
        "city_tier": city_tier(had["city"]),
        "device_kind": vocabulary(had["device"], DEVICES),
        "placement_kind": vocabulary(had["placement"], PLACEMENTS),
        "position_bin": had["position"],
        "taxonomy": goods.taxonomy[product],
        "price_minor": goods.price_minor[product],
        "carts": count("cart"),
        "searches": count("search"),
        "returns": count("return"),
        "events_7_days": all_of.count(who, at) - all_of.count(who, at - WEEK_S),
        "category_views": alike.count(pair(who, goods.category_code[product], n), at),
        "seen_hours": np.where(since < 0, UNKNOWN, since // HOUR_S),
    }
    return replace(exposures, columns={**had, **more})


def _codes(goods: Goods, products: list[str]) -> Ints:
    return np.array([goods.code.get(p, UNKNOWN) for p in products], np.int64)


def _pairs(events: Events, goods: Goods, place: Ints, at: Ints, product: Ints) -> dict[str, Ints]:
    """What an event is to the impression after it, [N, L] each; rubbish where place is -1."""
    if not len(events.at):
        return {"age_hours": np.zeros_like(place), "same": np.zeros_like(place)}
    of = events.product[place]
    category, asked = goods.category_code[of], goods.category_code[product][:, None]
    same = np.where((category == asked) & (category >= 0), 1, 0)
    same = np.where((of == product[:, None]) & (of >= 0), 2, same)
    return {"age_hours": (at[:, None] - events.at[place]) // HOUR_S, "same": same}
