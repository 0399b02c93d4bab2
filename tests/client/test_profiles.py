"""Profiles: worked by hand on a few actions, and blind to everything that happens later."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.profiles.figures import DAY_S, TOP, Figures, figures_of, local_seconds
from client.profiles.shelf import shelf_of
from client.profiles.shopper import Profile, cell, profiles_of
from client.store.profiles_read import CODE, Actions, Products

AS_OF = 19_800 * DAY_S  # a Monday, 2024-03-18
PRODUCTS = Products(
    code={f"P{i}": i for i in range(12)},
    title=tuple(f"Thing {i}" for i in range(12)),
    path=(*[("", "Shoes", "")] * 6, *[("", "Tea", "")] * 5, ("", "", "")),
    description=("",) * 12,
    interest=(*["Shoes"] * 6, *["Tea"] * 5, ""),
    price_minor=np.array(
        [100, 200, 300, 400, 500, 600, 10, 20, 30, 40, 50, np.nan], dtype=np.float64
    ),
)
SHELF = shelf_of(PRODUCTS)


def actions(n: int, rows: list[tuple[int, int, str, int, int]]) -> Actions:
    """rows: shopper, seconds, kind, product, value."""
    at = list(zip(*rows, strict=True)) if rows else [[], [], [], [], []]
    return Actions(
        np.arange(n, dtype=np.int64) + 7,
        np.zeros(n, np.int64),
        np.array(at[0], np.int64),
        np.array(at[1], np.int64),
        np.array([CODE[k] for k in at[2]], np.int8),
        np.array(at[3], np.int64),
        np.array(at[4], np.int64),
    )


def days_ago(days: float) -> int:
    return int(AS_OF - days * DAY_S)


def one(rows: list[tuple[int, int, str, int, int]], zone: str = "UTC") -> Profile:
    return profiles_of(figures_of(actions(1, rows), SHELF, AS_OF, zone), SHELF, 1_000)[0]


def test_a_buyer_by_hand():
    p = one(
        [
            (0, days_ago(40.5), "view", 0, 0),
            (0, days_ago(40.5) + 60, "purchase", 0, 1_500),
            (0, days_ago(40.5) + 60, "purchase", 7, 500),  # a second line of the same order
            (0, days_ago(10.5), "purchase", 1, 2_000),
            (0, days_ago(9), "return", 1, 600),
        ]
    )
    assert (p.n_orders, p.spend_minor, p.n_returns, p.returned_minor) == (2, 3_400, 1, 600)
    assert (p.stage, p.recency_days, p.cell) == ("bought", 10.5, "R4F2M3")
    assert p.n_active_days == 3 and p.n_actions == 5
    # shoes: a view and a purchase 40 days ago, a purchase 10 days ago; tea: one purchase
    old, new = 0.5 ** (40.5 / 30), 0.5 ** (10.5 / 30)
    shoes, tea = old * 6 + 5 * new, 5 * old
    assert p.interests[0][0] == "Shoes"
    assert p.interests[0][1] == pytest.approx(shoes / (shoes + tea), abs=2e-3)


@pytest.mark.parametrize(
    ("kinds", "days", "stage"),
    [
        ([], 1, "none"),
        (["search"], 1, "viewed"),
        (["click"], 1, "viewed"),
        (["view", "cart"], 1, "carted"),
        (["view", "cart", "purchase"], 1, "bought"),
        (["purchase"], 181, "lapsed"),
        (["conversion"], 1, "bought"),
    ],
)
def test_the_furthest_stage_counts(kinds, days, stage):
    assert one([(0, days_ago(days), k, 0, 100) for k in kinds]).stage == stage


def test_who_only_saw_ads_is_shown():
    a = replace(actions(1, []), n_shown=np.array([3]))
    p = profiles_of(figures_of(a, SHELF, AS_OF), SHELF, 0)[0]
    assert (p.stage, p.n_shown, p.cell, p.recency_days) == ("shown", 3, "", -1.0)


def test_an_order_that_two_sources_tell_of_counts_once():
    both = [(0, days_ago(3), "purchase", 0, 900), (0, days_ago(3) + 5, "conversion", 0, 900)]
    p = one(both)
    assert (p.n_orders, p.spend_minor) == (1, 900)
    p = one([*both, (0, days_ago(2), "conversion", 0, 700)])
    assert (p.n_orders, p.spend_minor) == (2, 1_600)


def test_price_band_is_relative_to_the_category():
    dear_tea = one([(0, days_ago(1), "view", 10, 0)])
    cheap_shoe = one([(0, days_ago(1), "view", 0, 0)])
    assert (dear_tea.price_band, cheap_shoe.price_band) == ("high", "low")
    assert one([(0, days_ago(1), "view", 11, 0)]).price_band == ""


def test_times_of_day_are_local_and_days_without_a_clock_tell_none():
    noon = [(0, days_ago(d) + 12 * 3600, "view", 0, 0) for d in range(1, 8)]
    assert one(noon).daypart == "afternoon"
    assert one(noon, "Asia/Shanghai").daypart == "evening"
    assert one([(0, days_ago(d), "view", 0, 0) for d in range(1, 8)]).daypart == ""
    assert one(noon).weekend_share == pytest.approx(2 / 7, abs=1e-3)


def test_summer_time_is_looked_up_hour_by_hour():
    at = np.array([0, 1_711_846_799, 1_711_846_800], np.int64)  # Berlin, 31 March 2024
    assert (local_seconds(at, "Europe/Berlin") - at).tolist() == [3600, 3600, 7200]


def test_interests_by_text_are_the_nearest_category():
    def fake(texts):
        return np.array([[1.0, 0.0] if "Shoes" in t else [0.0, 1.0] for t in texts], np.float32)

    shelf = shelf_of(PRODUCTS, fake)
    a = actions(2, [(0, days_ago(1), "purchase", 0, 1), (0, days_ago(1), "view", 6, 0)])
    found = profiles_of(figures_of(a, shelf, AS_OF), shelf, 0)
    assert [p.text_interest for p in found] == ["Shoes", ""]
    assert found[0].vector and not found[1].vector


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((0, 1, 0.2), "R4F1M1"),
        ((30, 2, 1), "R3F2M2"),
        ((90, 4, 3), "R2F3M3"),
        ((180, 10, 10), "R1F4M4"),
    ],
)
def test_cells_have_public_edges(figures, expected):
    assert cell(*figures) == expected


row = st.tuples(
    st.integers(0, 4),
    st.integers(AS_OF - 400 * DAY_S, AS_OF - 1),
    st.sampled_from(list(CODE)),
    st.integers(-1, 11),
    st.integers(0, 10_000),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(row, max_size=40),
    st.lists(row, max_size=20),
    st.randoms(use_true_random=False),
)
def test_nothing_later_and_no_order_of_rows_has_any_influence(before, after, random):
    later = [(s, AS_OF + (AS_OF - at) - 1, k, p, v) for s, at, k, p, v in after]
    mixed = before + later
    random.shuffle(mixed)
    a = profiles_of(figures_of(actions(5, before), SHELF, AS_OF), SHELF, 500)
    b = profiles_of(figures_of(actions(5, mixed), SHELF, AS_OF), SHELF, 500)
    assert [p.body() for p in a] == [p.body() for p in b]
    assert [Profile.parse(p.body()) for p in a] == a


@settings(max_examples=20, deadline=None)
@given(st.lists(row, max_size=40))
def test_a_shopper_is_described_by_their_own_rows_alone(rows):
    together = profiles_of(figures_of(actions(5, rows), SHELF, AS_OF), SHELF, 500)
    alone = one([(0, *r[1:]) for r in rows if r[0] == 2])
    expected = profiles_of(
        figures_of(actions(1, [(0, *r[1:]) for r in rows if r[0] == 2]), SHELF, AS_OF), SHELF, 500
    )[0]
    assert together[2] == expected and together[2].stage == alone.stage


def test_shapes_are_kept_without_any_action():
    f: Figures = figures_of(actions(3, []), SHELF, AS_OF)
    assert f.interest.shape == (3, TOP) and f.dayparts.shape == (3, 4)
    assert profiles_of(figures_of(actions(0, []), SHELF, AS_OF), SHELF, 0) == []
