"""Actions to figures, one a shopper, in arrays: what profiles and clusters are read off; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from client.profiles.shelf import Shelf, unit
from client.store.profiles_read import CODE, Actions

DAY_S = 86_400
#: An action's weight halves with this many days.
HALF_LIFE_DAYS = 30.0
#: How much an action tells of an interest; what is not here tells nothing.
WEIGHTS: dict[str, float] = {
    **{"view": 1.0, "click": 1.0, "review": 1.0, "share": 2.0},
    **{"cart": 3.0, "favourite": 3.0, "purchase": 5.0, "conversion": 5.0},
}
#: Interests that are kept of a shopper.
TOP = 5
DAYPARTS: tuple[str, ...] = ("night", "morning", "afternoon", "evening")
#: More days than any time has: shopper and day make one number.
_DAYS = 10_000_000
_KIND_WEIGHT = np.array([WEIGHTS.get(name, 0.0) for name in CODE], np.float64)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """n shoppers as of a moment; times in seconds since 1970, -1 for never.

    Attributes:
        as_of: The moment, seconds.
        n_actions, n_active_days, first_at, last_at: int64 [n] of everything a shopper did.
        n_looks, n_carts: int64 [n] views, clicks and searches; carts and favourites.
        n_orders, spend_minor, last_order_at: int64 [n]; an order is a local day with purchases.
        n_returns, returned_minor: int64 [n]; already taken off `spend_minor`.
        n_shown, n_clicks: int64 [n] of ads.
        interest: int64 [n, TOP] places in the shelf's interests, strongest first; -1 for none.
        interest_share: float64 [n, TOP] of the weight on known interests.
        n_interest: int64 [n] actions behind them.
        price_place: float64 [n] weighted mean place of what was looked at or bought; NaN: unknown.
        dayparts: float64 [n, 4] shares of actions by DAYPARTS; zeros where no clock is known.
        weekend: float64 [n] share of actions on Saturday and Sunday.
        n_clock: int64 [n] actions with a known time of day.
        vector: float32 [n, T] weighted mean of product vectors, length 1 or 0; None without.
    """

    as_of: int
    n_actions: Ints
    n_active_days: Ints
    first_at: Ints
    last_at: Ints
    n_looks: Ints
    n_carts: Ints
    n_orders: Ints
    spend_minor: Ints
    last_order_at: Ints
    n_returns: Ints
    returned_minor: Ints
    n_shown: Ints
    n_clicks: Ints
    interest: Ints
    interest_share: Floats
    n_interest: Ints
    price_place: Floats
    dayparts: Floats
    weekend: Floats
    n_clock: Ints
    vector: NDArray[np.float32] | None


def figures_of(actions: Actions, shelf: Shelf, as_of: int, zone: str = "UTC") -> Figures:
    """All figures of a chunk; actions at `as_of` or later have no influence."""
    a = _before(actions, as_of)
    n, local = len(a.ids), local_seconds(a.at, zone)
    day = local // DAY_S
    n_actions = np.bincount(a.shopper, minlength=n)
    buys, orders = _orders(a, day, n)
    back = is_kind(a, "return", "refund")
    returned = _sum(a.shopper[back], np.abs(a.value_minor[back]), n)
    spend = _sum(a.shopper[buys], a.value_minor[buys], n)
    weight = _KIND_WEIGHT[a.kind] * 0.5 ** ((as_of - a.at) / DAY_S / HALF_LIFE_DAYS)
    interest, share, n_interest = _interests(a, shelf, weight, n)
    dayparts, n_clock = _dayparts(a, local, n)
    # 1970-01-01 was a Thursday: Saturday is day 2, Sunday day 3 of such a week
    weekend = np.isin(day % 7, (2, 3))
    return Figures(
        as_of=as_of,
        n_actions=n_actions,
        n_active_days=_n_days(a.shopper, day, n),
        first_at=_extreme(a.shopper, a.at, n, last=False),
        last_at=_extreme(a.shopper, a.at, n, last=True),
        n_looks=_count(a, n, "view", "click", "search"),
        n_carts=_count(a, n, "cart", "favourite"),
        n_orders=orders,
        spend_minor=np.maximum(spend - returned, 0),
        last_order_at=_extreme(a.shopper[buys], a.at[buys], n, last=True),
        n_returns=np.bincount(a.shopper[back], minlength=n),
        returned_minor=returned,
        n_shown=a.n_shown,
        n_clicks=_count(a, n, "click"),
        interest=interest,
        interest_share=share,
        n_interest=n_interest,
        price_place=_price_place(a, shelf, weight, n),
        dayparts=dayparts,
        weekend=np.bincount(a.shopper, weekend, n) / np.maximum(n_actions, 1),
        n_clock=n_clock,
        vector=_vector(a, shelf, weight, n),
    )


def local_seconds(at: Ints, zone: str) -> Ints:
    """UTC seconds [M] to the zone's wall clock, offsets looked up once a distinct hour."""
    if zone == "UTC" or not len(at):
        return at
    place = ZoneInfo(zone)
    hours, back = np.unique(at // 3600, return_inverse=True)
    offsets = [
        datetime.fromtimestamp(int(h) * 3600, UTC).astimezone(place).utcoffset() for h in hours
    ]
    return at + np.array([int(o.total_seconds()) if o else 0 for o in offsets], np.int64)[back]


def is_kind(a: Actions, *names: str) -> NDArray[np.bool_]:
    """[M] whether an action is of one of these kinds."""
    return np.isin(a.kind, [CODE[name] for name in names])


def _before(a: Actions, as_of: int) -> Actions:
    keep = a.at < as_of
    return Actions(
        *(a.ids, a.n_shown, a.shopper[keep], a.at[keep], a.kind[keep]),
        *(a.product[keep], a.value_minor[keep]),
    )


def _count(a: Actions, n: int, *names: str) -> Ints:
    return np.bincount(a.shopper[is_kind(a, *names)], minlength=n)


def _sum(owner: Ints, values: Ints, n: int) -> Ints:
    # float64 is exact up to 2^53 hundredths; integers stay integers
    return np.rint(np.bincount(owner, values, n)).astype(np.int64)


def _extreme(owner: Ints, at: Ints, n: int, *, last: bool) -> Ints:
    out = np.full(n, -1 if last else np.iinfo(np.int64).max, np.int64)
    (np.maximum if last else np.minimum).at(out, owner, at)
    return np.where(out == np.iinfo(np.int64).max, -1, out)


def _n_days(owner: Ints, day: Ints, n: int) -> Ints:
    return np.bincount(np.unique(owner * _DAYS + day) // _DAYS, minlength=n)


def _orders(a: Actions, day: Ints, n: int) -> tuple[NDArray[np.bool_], Ints]:
    """Which actions are bought lines [M], and orders [n].

    A conversion counts only on a day without purchases of the same shopper: most shops export the
    same order twice, among the events and from the ad platform.
    """
    purchase, conversion = is_kind(a, "purchase"), is_kind(a, "conversion")
    key = a.shopper * _DAYS + day
    extra = conversion & ~np.isin(key, key[purchase])
    bought = purchase | extra
    return bought, _n_days(a.shopper[bought], day[bought], n)


def _interests(a: Actions, shelf: Shelf, weight: Floats, n: int) -> tuple[Ints, Floats, Ints]:
    code = shelf.interest[a.product]
    known = (code >= 0) & (weight > 0)
    top, share = np.full((n, TOP), -1, np.int64), np.zeros((n, TOP))
    size = max(1, len(shelf.interests))
    pair, back = np.unique(a.shopper[known] * size + code[known], return_inverse=True)
    total = np.bincount(back, weight[known], len(pair))
    owner, which = pair // size, pair % size
    order = np.lexsort((which, -total, owner))
    owner, which, total = owner[order], which[order], total[order]
    first = np.searchsorted(owner, np.arange(n))
    rank = np.arange(len(owner)) - first[owner]
    whole, kept = np.bincount(owner, total, n), rank < TOP
    top[owner[kept], rank[kept]] = which[kept]
    share[owner[kept], rank[kept]] = (total / whole[owner])[kept]
    return top, share, np.bincount(a.shopper[known], minlength=n)


def _price_place(a: Actions, shelf: Shelf, weight: Floats, n: int) -> Floats:
    place = shelf.price_place[a.product]
    known = ~np.isnan(place) & (weight > 0)
    whole = np.bincount(a.shopper[known], weight[known], n)
    total = np.bincount(a.shopper[known], (weight * place)[known], n)
    mean: Floats = np.divide(total, whole, out=np.full(n, np.nan), where=whole > 0)
    return mean


def _dayparts(a: Actions, local: Ints, n: int) -> tuple[Floats, Ints]:
    """Shares [n, 4] by quarter of the day; actions at 00:00:00 UTC sharp are days without a clock."""
    known = a.at % DAY_S != 0
    part = (local[known] % DAY_S) // (DAY_S // 4)
    counts = np.bincount(a.shopper[known] * 4 + part, minlength=4 * n).reshape(n, 4)
    whole = counts.sum(1)
    return counts / np.maximum(whole, 1)[:, None], whole


def _vector(a: Actions, shelf: Shelf, weight: Floats, n: int) -> NDArray[np.float32] | None:
    if shelf.vectors is None:
        return None
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    known = (a.product >= 0) & (weight > 0)
    shape = (n, len(shelf.vectors))
    table = csr_matrix((weight[known], (a.shopper[known], a.product[known])), shape, np.float32)
    return unit(np.asarray(table @ shelf.vectors, np.float32))
