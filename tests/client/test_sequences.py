from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.dataset import ShopperData
from client.store.exposures import load
from client.store.sequences import (
    Events,
    event_products,
    last_events,
    rich_columns,
    sequences,
)
from common.features import default_spec, encode
from common.features_rich import rich_spec
from common.history_spec import default_history_spec
from tests.client.made_up import Silent
from tests.client.test_exposures import shop

SPEC = replace(default_history_spec(), length=4)
SHOWN = ["i1,a,P3,2024-03-01T00:00:00Z,A,1", "i2,b,P1,2024-03-01T00:00:00Z,A,1"]
NOW = "2024-03-01T00:00:00Z"


def events_of(rows):
    """Events from (shopper, at) in any order, sorted as `read_events` sorts."""
    shopper, at = (np.array([r[i] for r in rows], np.int64) for i in (0, 1))
    order = np.lexsort((at, shopper))
    none = np.zeros(len(rows), np.int64)
    return Events(shopper[order], at[order], none, none, none)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9)), max_size=14),
    st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 11)), min_size=1, max_size=5),
    st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_last_events_agree_with_looking_one_by_one(rows, asked, length):
    events = events_of(rows)
    who, at = (np.array([a[i] for a in asked], np.int64) for i in (0, 1))
    place = last_events(events, who, at, length)
    assert place.shape == (len(asked), length)
    for i, (s, t) in enumerate(asked):
        hits = [j for j in range(len(rows)) if events.shopper[j] == s and events.at[j] < t]
        want = hits[::-1][:length]
        assert place[i].tolist() == want + [-1] * (length - len(want))


PAST = [
    "a,view,2024-02-01,P2,",
    "a,cart,2024-02-20,P3,2.00",
    "a,purchase,2024-02-29T23:59:59Z,P3,7.50",
    "b,search,2024-02-29,,",
    "a,view,2024-02-20,P2,",
    "a,view,2024-02-20,P9,",
]
LATER = st.tuples(
    st.sampled_from("ab"),
    st.sampled_from(["view", "cart", "purchase", "search", "return"]),
    st.sampled_from([NOW, "2024-03-01T00:00:01Z", "2024-05-01T00:00:00Z"]),
    st.sampled_from(["P1", "P2", "P3", "P9"]),
    st.integers(0, 99),
)


def put(store, kinds, first):
    """Replace all events: (shopper's number, kind, at, product, value) in the order given."""
    with store.db.conn:
        store.db.execute("DELETE FROM events")
        store.db.conn.executemany(
            "INSERT INTO events (event_key, shopper, kind, happened_at, product_id, value_minor)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(f"{first}{i}", *k) for i, k in enumerate(kinds)],
        )


def seen(store):
    exposures = rich_columns(store, load(store))
    history = sequences(store, SPEC, exposures)
    codes = encode(rich_spec(), exposures.columns)
    return (
        history.ids.tobytes(),
        history.mask.tobytes(),
        codes.ids.tobytes(),
        codes.numeric.tobytes(),
    )


@pytest.mark.privacy
def test_what_happens_then_or_later_changes_nothing(tmp_path):
    with shop(tmp_path, PAST, SHOWN) as store:
        past = store.db.execute(
            "SELECT shopper, kind, happened_at, product_id, value_minor FROM events"
        ).fetchall()
        who = {r[3]: r[0] for r in past if r[3]}["P3"]
        number = {"a": who, "b": next(r[0] for r in past if r[0] != who)}
        before = seen(store)

        @given(st.permutations(past), st.lists(LATER, max_size=6), st.booleans())
        @settings(max_examples=15, deadline=None)
        def check(order, later, mixed):
            more = [(number[w], k, at, p, v) for w, k, at, p, v in later]
            put(store, [*more, *order] if mixed else [*order, *more], "x")
            assert seen(store) == before

        check()


def test_the_newest_comes_first_and_says_what_it_was(tmp_path):
    with shop(tmp_path, PAST, SHOWN) as store:
        e = load(store)
        history = sequences(store, SPEC, e)
        products = event_products(store, SPEC, e)
    i = e.product_id.index("P3")
    local = history.ids - np.array(SPEC.offsets, np.int16)
    names = [c.name for c in SPEC.columns]
    kind, same, age = (local[i, :, names.index(n)].tolist() for n in ("kind", "same", "age_hours"))
    assert kind[0] == 5 and same[0] == 2 and age[0] == 1  # bought the very product a second ago
    assert sorted(kind[1:]) == [1, 1, 3] and history.mask[i].all()
    assert products[i, 0] == 2 and -1 in products[i]
    assert history.mask[1 - i].tolist() == [True, False, False, False]


def test_rich_columns_encode_and_leave_version_1_as_it_was(tmp_path):
    with shop(tmp_path, PAST, SHOWN) as store:
        e = load(store)
        rich = rich_columns(store, e)
        i = e.product_id.index("P3")
        assert [int(rich.columns[n][i]) for n in ("carts", "category_views", "seen_hours")] == [
            1,
            2,
            0,
        ]
        one, two = (encode(default_spec(), x.columns) for x in (e, rich))
        assert one.ids.tobytes() == two.ids.tobytes()
        assert encode(rich_spec(), rich.columns).ids.shape == (2, rich_spec().n_categorical)


def test_batches_carry_history_and_are_else_the_same(tmp_path):
    with shop(tmp_path, PAST, SHOWN) as store:
        e = load(store)
        history = sequences(store, SPEC, e)
    plain = ShopperData.from_exposures(default_spec(), e)
    more = ShopperData.from_exposures(default_spec(), e, history)
    a, b = (d.everybody(3, Silent()) for d in (plain, more))
    assert a.events is None and plain.history is None
    for name in ("ids", "numeric", "click", "conversion", "mask"):
        assert getattr(a, name).numpy().tobytes() == getattr(b, name).numpy().tobytes()
    assert b.events.shape == (2, 1, 4, SPEC.n_columns)
    assert b.events_mask.sum() == history.mask.sum()
    nobody = more.pick(np.zeros(0, np.int64), 3, Silent()).or_nobody()
    assert nobody.events.shape[0] == 1 and nobody.events_mask.sum() == 0


def test_an_empty_shop(tmp_path):
    with shop(tmp_path, [], []) as store:
        e = load(store)
        assert sequences(store, SPEC, e).ids.shape == (0, 4, SPEC.n_columns)
        assert encode(rich_spec(), rich_columns(store, e).columns).ids.shape[0] == 0
