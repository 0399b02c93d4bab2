"""One run: the shop's rows to profiles and segments, kept in the store; what was before is respected."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from client.profiles import segments as rules
from client.profiles.figures import DAY_S, figures_of
from client.profiles.segments import RULES, Standing
from client.profiles.shelf import Vectors, shelf_of
from client.profiles.shopper import RECENCY_DAYS, Profile, profiles_of
from client.store import Store
from client.store import profiles as kept
from client.store.history import seconds
from client.store.profiles import NEWCOMER, Draft, Segment, Was
from client.store.profiles_read import (
    after_last,
    chunks,
    first_event,
    order_value,
    read_products,
)
from common.canonical import canonical

Watch = Callable[[float, int], None]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a run may be told.

    Attributes:
        method: "rfm", or "kmeans" for clusters beside the rules.
        k: Number of clusters; None: chosen.
        as_of: ISO-8601 UTC; empty: just after the shop's last action.
        zone: IANA name of the shop's time zone, for times of day and days of orders; empty: that
            of the last run, else UTC.
        least: People in a segment of its own, at least.
        reopen: Decide anew which interests have segments of their own, and fit clusters anew.
        seed: Of the clusters' first fit.
    """

    method: str = "rfm"
    k: int | None = None
    as_of: str = ""
    zone: str = ""
    least: int = rules.MIN_PEOPLE
    reopen: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did.

    Attributes:
        as_of: Of the profiles.
        n_people: With a profile.
        n_moved: Who are in another segment than before; newcomers are not counted.
        n_waiting: Who are near an edge and would move at the next run if that sees the same.
        could_open: Interests that have enough people for a segment but none yet.
        notes: For people: why there are no clusters, and the like.
    """

    as_of: str
    n_people: int
    n_moved: int
    n_waiting: int
    could_open: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Before:
    """What the last run left: standing by segment id, the shop's usual order, its time zone."""

    places: dict[str, tuple[str, str]]
    usual_order_minor: int
    zone: str
    is_first: bool


def recompute(
    store: Store, choices: Choices, *, vectors: Vectors | None = None, watch: Watch | None = None
) -> Outcome:
    """Make all profiles and segments anew.

    Args:
        store: The shop.
        choices: See there.
        vectors: Turns products' texts into vectors; None: no interests by text.
        watch: Told the share that is done, and people so far.

    Raises:
        StoreError: the database could not be written; everything is as before.
        InputError: clusters were asked for and cannot be made.
    """
    as_of = choices.as_of or after_last(store)
    before = _before(store, as_of, choices)
    shelf = shelf_of(products := read_products(store, as_of), vectors)
    draft, moment = Draft(store), int(seconds([as_of])[0])
    ids: list[NDArray[np.int64]] = []
    features: list[NDArray[np.float64]] = []
    n, n_waiting = 0, 0
    try:
        for share, actions in chunks(store, products, as_of):
            figures = figures_of(actions, shelf, moment, before.zone)
            was = kept.were(store, int(actions.ids[0]), int(actions.ids[-1]))
            found = profiles_of(figures, shelf, before.usual_order_minor)
            rows = [
                _row(int(i), p, was.get(int(i)), before)
                for i, p in zip(actions.ids, found, strict=True)
            ]
            draft.put(row for row, _ in rows)
            n_waiting += sum(waits for _, waits in rows)
            n += len(rows)
            if choices.method == "kmeans":
                from client.profiles.cluster_words import features_of

                ids.append(actions.ids)
                features.append(features_of(figures))
            if watch:
                watch(share, n)
        return _finish(store, draft, choices, before, as_of, n_waiting, ids, features)
    finally:
        draft.close()


def _before(store: Store, as_of: str, choices: Choices) -> _Before:
    places: dict[str, tuple[str, str]] = {}
    usual, zone = 0, choices.zone
    for segment in kept.segments(store):
        if segment.method == "rfm":
            rule = json.loads(segment.rule)
            places[segment.segment_id] = (rule["rule"], rule.get("interest", ""))
            usual, zone = rule["usual_order_minor"], zone or rule["time_zone"]
    if choices.reopen or not usual:
        usual = _two_digits(order_value(store, as_of))
    return _Before(places, usual, zone or "UTC", not places)


def _short_past(store: Store, as_of: str) -> tuple[str, ...]:
    """A warning where the rows begin too late to tell who is new."""
    first = first_event(store)
    days = int(seconds([as_of])[0] - seconds([first])[0]) // DAY_S if first else 0
    if not 0 < days < RECENCY_DAYS[1]:
        return ()
    return (f"Events begin {days} days ago: 'new' means one order since then, not ever.",)


def _two_digits(value: int) -> int:
    """Rounded to two digits, so that the shop's usual order is a threshold that can be said."""
    unit = int(10 ** max(0, len(str(value)) - 2))
    return round(value / unit) * unit


def _row(
    shopper: int, p: Profile, was: Was | None, before: _Before
) -> tuple[tuple[int, str, str, str, str], bool]:
    """The draft's row of one shopper, and whether they wait at an edge."""
    spend_orders = p.spend_minor / before.usual_order_minor if before.usual_order_minor else 0.0
    old = None
    if was and was.segment_id in before.places:
        old = Standing(*before.places[was.segment_id], was.pending, was.pending_since)
    now = rules.stand(p, spend_orders, old)
    newcomer = "" if before.is_first else NEWCOMER
    p = replace(
        p,
        before=was.segment_id if was and was.segment_id else newcomer,
        cluster_before=was.cluster_id if was else "",
        pending=now.pending,
        pending_since=now.pending_since,
    )
    cluster = was.cluster_id if was else ""
    return (shopper, now.rule, now.interest, cluster, p.body()), bool(now.pending)


def _finish(
    store: Store,
    draft: Draft,
    choices: Choices,
    before: _Before,
    as_of: str,
    n_waiting: int,
    ids: list[NDArray[np.int64]],
    features: list[NDArray[np.float64]],
) -> Outcome:
    worth = rules.worth_opening(draft.counts(), choices.least)
    had = {place for place in before.places.values() if place[1]}
    opened = worth if before.is_first or choices.reopen else frozenset(had)
    made_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = _rule_segments(opened, before, made_at)
    notes = _short_past(store, as_of)
    if choices.method == "kmeans" and ids:
        from client.profiles.clustering import cluster  # scikit-learn: only for who asks for it

        clustered, said = cluster(
            draft,
            tuple(s for s in kept.segments(store) if s.method == "kmeans"),
            np.concatenate(ids),
            np.concatenate(features),
            k=choices.k,
            least=choices.least,
            reopen=choices.reopen,
            random_state=choices.seed,
            made_at=made_at,
        )
        found, notes = found + clustered, notes + said
    triples = [(rule, interest, rules.segment_id(rule, interest)) for rule, interest in opened]
    n = draft.save(as_of, found, triples)
    moved = sum(s.moved_out for s in kept.overview(store) if s.method == "rfm")
    return Outcome(as_of, n, moved, n_waiting, len(worth - opened), notes)


def _rule_segments(
    opened: frozenset[tuple[str, str]], before: _Before, made_at: str
) -> list[Segment]:
    pairs = [(rule.key, "") for rule in RULES] + sorted(opened)
    out = []
    for key, interest in pairs:
        body = {
            **rules.BY_KEY[key].as_dict(),
            "usual_order_minor": before.usual_order_minor,
            "time_zone": before.zone,
        }
        if interest:
            body["interest"] = interest
        names = rules.names_of(key, interest)
        text = canonical(body).decode("utf-8")
        out.append(
            Segment(rules.segment_id(key, interest), "rfm", names.en, names.zh, text, made_at)
        )
    return out
