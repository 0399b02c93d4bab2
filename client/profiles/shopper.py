"""Profile: what the shop's own rows say of one shopper as of a moment; frozen, kept as JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from client.profiles.figures import DAY_S, DAYPARTS, Figures
from client.profiles.shelf import Shelf
from common.canonical import canonical

#: Public edges of the cells, the same in every shop. Days since the last order: a cell is 4 below
#: the first edge and 1 from the last on. Orders: 1 below the first edge, 4 from the last on. Money:
#: spend in multiples of the shop's usual order, which is fixed when segments are first made.
RECENCY_DAYS = (30, 90, 180)
FREQUENCY = (2, 4, 10)
MONEY_ORDERS = (1.0, 3.0, 10.0)
#: A buyer without an order for this long counts as lapsed.
LAPSED_DAYS = 180
#: Mean place of prices in their categories: below is "low", above is "high".
PRICE_EDGES = (0.4, 0.6)
#: A part of the day is a shopper's when it has this share of at least that many actions.
DAYPART_SHARE, DAYPART_ACTIONS = 0.5, 5
STAGES: tuple[str, ...] = ("none", "shown", "viewed", "carted", "bought", "lapsed")
_NEVER = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One shopper as of a moment.

    Attributes:
        as_of: ISO-8601 UTC; nothing that happened then or later has any influence.
        n_actions: Everything done; `n_active_days` local days with something.
        n_active_days: See `n_actions`.
        first_at: ISO-8601 UTC of the first action; empty for none.
        last_at: The same of the last.
        recency_days: Days since the last order, rounded to tenths; -1 without orders.
        n_orders: Days with purchases.
        spend_minor: Paid less returned.
        cell: "R4F2M3", 4 best; empty without orders.
        n_looks: Views, clicks, searches.
        n_carts: Carts and favourites.
        n_shown: Ads shown.
        n_clicks: Ads clicked.
        stage: One of STAGES, the furthest.
        n_returns: Lines sent back or refunded.
        returned_minor: Money of these.
        interests: (name, share), strongest first; shares are half-life weighted.
        n_interest: Actions behind them.
        text_interest: The interest whose products' texts are nearest; empty without vectors.
        vector: Base64 of int8 [T], 127 times the mean product vector; empty without.
        price_place: 0 (cheapest of its categories) to 1; -1 where unknown.
        price_band: "low", "middle", "high" or empty.
        dayparts: Shares of actions at night, in the morning, afternoon, evening; local time.
        daypart: The one that stands out, or empty.
        weekend_share: Of actions.
        n_clock: Actions with a known time of day.
        before: Segment before the last run; empty for a newcomer.
        cluster_before: The same for clusters.
        pending: Segment that the figures point to while it is not yet clear; empty if none.
        pending_since: `as_of` of the run that first saw it.
    """

    as_of: str
    n_actions: int
    n_active_days: int
    first_at: str
    last_at: str
    recency_days: float
    n_orders: int
    spend_minor: int
    cell: str
    n_looks: int
    n_carts: int
    n_shown: int
    n_clicks: int
    stage: str
    n_returns: int
    returned_minor: int
    interests: tuple[tuple[str, float], ...]
    n_interest: int
    text_interest: str
    vector: str
    price_place: float
    price_band: str
    dayparts: tuple[float, ...]
    daypart: str
    weekend_share: float
    n_clock: int
    before: str = ""
    cluster_before: str = ""
    pending: str = ""
    pending_since: str = ""

    def body(self) -> str:
        """Canonical JSON."""
        return canonical({name: _plain(getattr(self, name)) for name in _FIELDS}).decode("utf-8")

    @classmethod
    def parse(cls, body: str) -> Profile:
        """The reverse of `body`."""
        raw = json.loads(body)
        raw["interests"] = tuple((str(n), float(s)) for n, s in raw["interests"])
        raw["dayparts"] = tuple(float(v) for v in raw["dayparts"])
        return cls(**raw)


_FIELDS = tuple(f.name for f in fields(Profile))


def _plain(value: object) -> object:
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def profiles_of(f: Figures, shelf: Shelf, usual_order_minor: int) -> list[Profile]:
    """One profile a shopper, in the order of the figures.

    Args:
        f: Figures [n].
        shelf: Names of interests.
        usual_order_minor: The shop's usual order; 0 where nobody bought.
    """
    text = _text_interests(f, shelf)
    packed = _packed(f.vector, len(f.n_actions))
    recency = np.where(f.last_order_at >= 0, (f.as_of - f.last_order_at) / DAY_S, -1.0).round(1)
    as_of = iso(f.as_of)
    return [
        Profile(
            as_of=as_of,
            n_actions=int(f.n_actions[i]),
            n_active_days=int(f.n_active_days[i]),
            first_at=iso(int(f.first_at[i])),
            last_at=iso(int(f.last_at[i])),
            recency_days=float(recency[i]),
            n_orders=int(f.n_orders[i]),
            spend_minor=int(f.spend_minor[i]),
            cell=cell(float(recency[i]), int(f.n_orders[i]), money(f, i, usual_order_minor)),
            n_looks=int(f.n_looks[i]),
            n_carts=int(f.n_carts[i]),
            n_shown=int(f.n_shown[i]),
            n_clicks=int(f.n_clicks[i]),
            stage=_stage(f, i, float(recency[i])),
            n_returns=int(f.n_returns[i]),
            returned_minor=int(f.returned_minor[i]),
            interests=_interests(f, shelf, i),
            n_interest=int(f.n_interest[i]),
            text_interest=text[i],
            vector=packed[i],
            price_place=_rounded(float(f.price_place[i])),
            price_band=_band(float(f.price_place[i])),
            dayparts=tuple(round(float(v), 4) for v in f.dayparts[i]),
            daypart=_daypart(f, i),
            weekend_share=round(float(f.weekend[i]), 4),
            n_clock=int(f.n_clock[i]),
        )
        for i in range(len(f.n_actions))
    ]


def iso(at: int) -> str:
    """Seconds to ISO-8601 UTC; empty for -1."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at >= 0 else _NEVER


def money(f: Figures, i: int, usual_order_minor: int) -> float:
    """Spend in usual orders."""
    return float(f.spend_minor[i]) / usual_order_minor if usual_order_minor else 0.0


def cell(recency_days: float, n_orders: int, in_orders: float) -> str:
    """The recency-frequency-monetary cell, "R4F1M2"; empty without orders."""
    if not n_orders:
        return ""
    r = 4 - _passed(RECENCY_DAYS, recency_days)
    return f"R{r}F{1 + _passed(FREQUENCY, n_orders)}M{1 + _passed(MONEY_ORDERS, in_orders)}"


def _passed(edges: Sequence[float], value: float) -> int:
    return sum(value >= edge for edge in edges)


def _stage(f: Figures, i: int, recency_days: float) -> str:
    if f.n_orders[i]:
        return "lapsed" if recency_days >= LAPSED_DAYS else "bought"
    if f.n_carts[i]:
        return "carted"
    if f.n_looks[i]:
        return "viewed"
    return "shown" if f.n_shown[i] else "none"


def _interests(f: Figures, shelf: Shelf, i: int) -> tuple[tuple[str, float], ...]:
    return tuple(
        (shelf.interests[code], round(float(share), 4))
        for code, share in zip(f.interest[i], f.interest_share[i], strict=True)
        if code >= 0
    )


def _band(place: float) -> str:
    if np.isnan(place):
        return ""
    return ("low", "middle", "high")[_passed(PRICE_EDGES, place)]


def _rounded(place: float) -> float:
    return -1.0 if np.isnan(place) else round(place, 4)


def _daypart(f: Figures, i: int) -> str:
    top = int(f.dayparts[i].argmax())
    clear = f.n_clock[i] >= DAYPART_ACTIONS and f.dayparts[i, top] >= DAYPART_SHARE
    return DAYPARTS[top] if clear else ""


def _text_interests(f: Figures, shelf: Shelf) -> list[str]:
    """The interest with the nearest mean text [n]; empty where there is nothing to compare."""
    n = len(f.n_actions)
    if f.vector is None or shelf.interest_vectors is None or not shelf.interests:
        return [""] * n
    nearest = (f.vector @ shelf.interest_vectors.T).argmax(1)
    return [shelf.interests[int(c)] if f.vector[i].any() else "" for i, c in enumerate(nearest)]


def _packed(vector: NDArray[np.float32] | None, n: int) -> list[str]:
    if vector is None:
        return [""] * n
    small = np.rint(vector * 127).astype(np.int8)
    return [base64.b64encode(row.tobytes()).decode("ascii") if row.any() else "" for row in small]
