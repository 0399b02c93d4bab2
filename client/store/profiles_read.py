"""What profiles are made of, read chunk by chunk: actions of consenting shoppers before a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from client.store import Store
from client.store.asof import Ints
from client.store.history import UNKNOWN, seconds

#: Whose rows may be used here; every query of this room holds it.
ALLOWED = "s.consent = 1 AND s.minor = 0 AND s.aside = 0"
#: Kinds of action by code: the events', then what the ads' tables tell.
ACTIONS: tuple[str, ...] = (
    *("view", "search", "cart", "favourite", "purchase", "review", "share", "return"),
    *("click", "conversion", "refund"),
)
CODE: dict[str, int] = {name: i for i, name in enumerate(ACTIONS)}
#: Shoppers in a chunk, and rows that are turned into arrays at once.
CHUNK_SHOPPERS = 4_000
BATCH_ROWS = 50_000
_TIME = "%Y-%m-%dT%H:%M:%SZ"

_AMONG = f"(SELECT s.shopper FROM shoppers AS s WHERE s.shopper BETWEEN ? AND ? AND {ALLOWED})"
_EVENTS = (
    "SELECT e.shopper, e.happened_at, e.kind, e.product_id, e.value_minor FROM events AS e"
    f" WHERE e.shopper IN {_AMONG} AND e.happened_at < ? AND e.aside = 0"
)
_CLICKS = (
    "SELECT i.shopper, i.shown_at, 'click', i.product_id, 0 FROM impressions AS i"
    f" WHERE i.shopper IN {_AMONG} AND i.shown_at < ? AND i.aside = 0 AND i.clicked = 1"
)
_CONVERSIONS = (
    "SELECT i.shopper, c.converted_at, 'conversion', i.product_id, c.value_minor"
    " FROM impressions AS i JOIN conversions AS c USING (impression_id)"
    f" WHERE i.shopper IN {_AMONG} AND c.converted_at < ? AND i.aside = 0 AND c.aside = 0"
)
_REFUNDS = (
    "SELECT i.shopper, c.refunded_at, 'refund', i.product_id, c.refund_minor"
    " FROM impressions AS i JOIN conversions AS c USING (impression_id)"
    f" WHERE i.shopper IN {_AMONG} AND c.refunded_at < ? AND c.refunded_at != ''"
    " AND i.aside = 0 AND c.aside = 0"
)
_SHOWN = (
    "SELECT i.shopper, count(*) FROM impressions AS i"
    f" WHERE i.shopper IN {_AMONG} AND i.shown_at < ? AND i.aside = 0 GROUP BY i.shopper"
)


@dataclass(frozen=True, slots=True)
class Products:
    """P products by code 0..P-1, in the order of their ids.

    Attributes:
        code: product_id -> code.
        title: [P].
        path: [P] department, category, type.
        description: [P] its beginning.
        interest: [P] the category's text; the department's or type's where it has none; else "".
        price_minor: float64 [P], NaN where unknown.
    """

    code: dict[str, int]
    title: tuple[str, ...]
    path: tuple[tuple[str, str, str], ...]
    description: tuple[str, ...]
    interest: tuple[str, ...]
    price_minor: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Actions:
    """M actions of n shoppers.

    Attributes:
        ids: int64 [n] the database's numbers of the shoppers, ascending.
        n_shown: int64 [n] impressions of each.
        shopper: int64 [M] places in `ids`.
        at: int64 [M] seconds since 1970.
        kind: int8 [M] places in ACTIONS.
        product: int64 [M] codes of `Products`; -1 for none or unknown.
        value_minor: int64 [M].
    """

    ids: Ints
    n_shown: Ints
    shopper: Ints
    at: Ints
    kind: NDArray[np.int8]
    product: Ints
    value_minor: Ints


def read_products(store: Store, before: str) -> Products:
    """All products; where none has a price, what was paid a line before that moment stands in."""
    rows = store.db.execute(
        "SELECT product_id, title, category, department, product_type, price_minor,"
        " substr(description, 1, 400)"
        " FROM products ORDER BY product_id"
    ).fetchall()
    code = {r[0]: i for i, r in enumerate(rows)}
    price = np.array([np.nan if r[5] is None else r[5] for r in rows], np.float64)
    if len(rows) and np.isnan(price).all():
        for product, paid in store.db.execute(
            "SELECT e.product_id, avg(e.value_minor) FROM events AS e JOIN shoppers AS s"
            " USING (shopper) WHERE e.kind = 'purchase' AND e.value_minor > 0 AND e.aside = 0"
            f" AND e.happened_at < ? AND {ALLOWED} GROUP BY e.product_id",
            [before],
        ):
            if product in code:
                price[code[product]] = paid
    return Products(
        code=code,
        title=tuple(r[1] for r in rows),
        path=tuple((r[3], r[2], r[4]) for r in rows),
        description=tuple(r[6] for r in rows),
        interest=tuple(r[2] or r[3] or r[4] for r in rows),
        price_minor=price,
    )


def chunks(store: Store, products: Products, before: str) -> Iterator[tuple[float, Actions]]:
    """Every allowed shopper once, with all actions before that moment; memory stays bounded.

    Yields:
        The share of shoppers that is done after this chunk, and the chunk.
    """
    ids = np.fromiter(
        (
            r[0]
            for r in store.db.execute(
                f"SELECT s.shopper FROM shoppers AS s WHERE {ALLOWED} ORDER BY s.shopper"
            )
        ),
        np.int64,
    )
    for start in range(0, len(ids), CHUNK_SHOPPERS):
        part = ids[start : start + CHUNK_SHOPPERS]
        yield min(1.0, (start + len(part)) / len(ids)), _chunk(store, products, part, before)


def _chunk(store: Store, products: Products, ids: Ints, before: str) -> Actions:
    bounds: list[int | str] = [int(ids[0]), int(ids[-1]), before]
    found = [
        batch
        for sql in (_EVENTS, _CLICKS, _CONVERSIONS, _REFUNDS)
        for batch in _batches(store, sql, bounds, products.code)
    ]
    columns = [
        np.concatenate([b[i] for b in found]) if found else np.zeros(0, np.int64) for i in range(5)
    ]
    # one read sees each statement's own moment: who withdrew between two of them is left out
    inside = np.isin(columns[0], ids)
    owner, at, kind, product, value = (c[inside] for c in columns)
    shown = np.zeros(len(ids), np.int64)
    for shopper, n in store.db.execute(_SHOWN, bounds):
        place = int(np.searchsorted(ids, shopper))
        if place < len(ids) and ids[place] == shopper:
            shown[place] = n
    return Actions(
        ids, shown, np.searchsorted(ids, owner), at, kind.astype(np.int8), product, value
    )


def _batches(
    store: Store, sql: str, bounds: list[int | str], code: dict[str, int]
) -> Iterator[tuple[Ints, Ints, Ints, Ints, Ints]]:
    cursor = store.db.execute(sql, bounds)
    while rows := cursor.fetchmany(BATCH_ROWS):
        who, when, kind, product, value = zip(*rows, strict=True)
        yield (
            np.array(who, np.int64),
            seconds(when),
            np.array([CODE[k] for k in kind], np.int64),
            np.array([code.get(p, UNKNOWN) for p in product], np.int64),
            np.array(value, np.int64),
        )


def order_value(store: Store, before: str) -> int:
    """Mean value of an order (a shopper's purchases of one UTC day) before a moment; 0 for none."""
    row = store.db.execute(
        "SELECT avg(v) FROM (SELECT sum(e.value_minor) AS v FROM events AS e JOIN shoppers AS s"
        " USING (shopper) WHERE e.kind = 'purchase' AND e.aside = 0 AND e.happened_at < ?"
        f" AND {ALLOWED} GROUP BY e.shopper, substr(e.happened_at, 1, 10))",
        [before],
    ).fetchone()
    return round(row[0] or 0)


def first_event(store: Store) -> str:
    """When the shop's events begin, a hundredth of them left out as wrong clocks; "" without any."""
    row = store.db.execute(
        "SELECT happened_at FROM events WHERE aside = 0 ORDER BY happened_at"
        " LIMIT 1 OFFSET (SELECT count(*) / 100 FROM events)"
    ).fetchone()
    return str(row[0]) if row else ""


def after_last(store: Store) -> str:
    """The first second after the last action in the shop, never later than now."""
    now = datetime.now(UTC).strftime(_TIME)
    rows = [
        store.db.execute(sql, [now]).fetchone()[0] or ""
        for sql in (
            "SELECT max(happened_at) FROM events WHERE aside = 0 AND happened_at < ?",
            "SELECT max(shown_at) FROM impressions WHERE aside = 0 AND shown_at < ?",
            "SELECT max(converted_at) FROM conversions WHERE aside = 0 AND converted_at < ?",
        )
    ]
    if not any(rows):
        return now
    return (datetime.strptime(max(rows), _TIME) + timedelta(seconds=1)).strftime(_TIME)
