import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.clean.attribution import DAY_S, Sale, Touch, Windows, attribute
from client.clean.credit import attribute_shop
from tests.client.clean_shop import Shop, at

WEEK = Windows(7 * DAY_S, DAY_S)


def touch(name, at, product="P1", *, clicked=False, own_at=None, category="Tea"):
    return Touch(name, product, category, at, clicked, own_at)


def sale(name, at, product="P1", value=500, category="Tea"):
    return Sale(name, product, category, at, value)


def credited(outcome):
    return {c.sale.key: c.touch.impression_id for c in outcome.credits}


def test_the_last_click_wins_over_a_later_impression():
    touches = [touch("a", 0, clicked=True), touch("b", 10, clicked=True), touch("c", 20)]
    assert credited(attribute(touches, [sale("s", 30)], [], WEEK)) == {"s": "b"}


def test_without_a_click_the_last_impression_in_its_shorter_window():
    touches = [touch("a", 0), touch("b", 10), touch("after", 99)]
    assert credited(attribute(touches, [sale("s", 30)], [], WEEK)) == {"s": "b"}
    assert credited(attribute(touches[:2], [sale("s", 11 + DAY_S)], [], WEEK)) == {}
    assert credited(attribute(touches, [sale("s", 30)], [], Windows(DAY_S, 0))) == {}
    old = [touch("old", 0, clicked=True)]
    assert credited(attribute(old, [sale("s", 7 * DAY_S)], [], WEEK)) == {"s": "old"}
    assert attribute(old, [sale("s", 7 * DAY_S + 1)], [], WEEK).n_none == 1


def test_the_category_counts_only_if_asked():
    touches = [touch("a", 0, "P2")]
    assert credited(attribute(touches, [sale("s", 9)], [], WEEK)) == {}
    wide = Windows(DAY_S, DAY_S, category=True)
    assert credited(attribute(touches, [sale("s", 9)], [], wide)) == {"s": "a"}
    assert credited(attribute([touch("a", 0, "P2", category="")], [sale("s", 9)], [], wide)) == {}


def test_what_files_say_is_left_alone_and_not_counted_twice():
    touches = [touch("a", 0), touch("own", 5, own_at=40)]
    assert attribute(touches, [sale("s", 40)], [], WEEK).n_own == 1
    outcome = attribute(touches, [sale("s", 4000)], [], WEEK)
    assert (outcome.credits, outcome.n_repeat) == ((), 1)


def test_returns_take_back_the_latest_purchase_before_them():
    touches = [touch("a", 0), touch("b", 100)]
    bought = [sale("s", 50), sale("t", 150)]
    back = [sale("r", 160, value=0), sale("q", 170, value=-200), sale("none", 20)]
    found = {c.sale.key: c for c in attribute(touches, bought, back, WEEK).credits}
    assert (found["t"].refunded_at, found["t"].refund_minor) == (160, 500)
    assert (found["s"].refunded_at, found["s"].refund_minor) == (170, 200)


_product = st.sampled_from(["P1", "P2", "P3"])
_time = st.integers(0, 3 * DAY_S)
_touches = st.lists(
    st.builds(
        Touch, st.uuids().map(str), _product, st.sampled_from(["", "Tea"]), _time, st.booleans(),
        st.none() | st.integers(0, 4 * DAY_S),
    ),
    max_size=12,
)  # fmt: skip
_sales = st.lists(
    st.builds(Sale, st.uuids().map(str), _product, st.just("Tea"), _time, st.integers(0, 900)),
    max_size=12,
)
_windows = st.builds(Windows, st.integers(1, 2 * DAY_S), st.integers(0, DAY_S), st.booleans())


@settings(max_examples=60, deadline=None)
@given(_touches, _sales, _sales, _windows, st.integers(0, 3 * DAY_S))
def test_no_conversion_before_its_impression_each_once_and_the_past_stays(
    touches, bought, returned, windows, until
):
    outcome = attribute(touches, bought, returned, windows)
    assert len(outcome.credits) + outcome.n_own + outcome.n_repeat + outcome.n_none == len(bought)
    for c in outcome.credits:
        ago = c.sale.at - c.touch.at
        widest = max(windows.click_s, windows.view_s)  # what was clicked was shown, too
        assert 0 <= ago <= (widest if c.touch.clicked else windows.view_s)
        assert c.touch.own_at is None
        assert c.refunded_at is None or c.refunded_at >= c.sale.at
        assert 0 <= c.refund_minor <= c.sale.value_minor
    used = [c.touch.impression_id for c in outcome.credits]
    assert len(used) == len(set(used))
    assert len(credited(outcome)) == len(outcome.credits)
    # what happens later changes nothing of what was credited before
    earlier = [s for s in bought if s.at <= until]
    shown = [t for t in touches if t.at <= until or t.own_at is not None]
    then = credited(attribute(shown, earlier, [], windows))
    now = credited(outcome)
    assert then == {s.key: now[s.key] for s in earlier if s.key in now}


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path / "shop")
    shop.product("P1")
    shop.product("P2")
    for i in (1, 2, 3):
        shop.shopper(i)
    yield shop
    shop.store.close()


def rows(shop):
    return {
        r[0]: r[1:]
        for r in shop.store.db.execute(
            "SELECT impression_id, converted_at, value_minor, order_id, refunded_at, refund_minor,"
            " source FROM conversions"
        )
    }


def test_a_shop_gets_conversions_of_source_window(shop):
    shop.shown("a", 1, at(0), clicked=1)
    shop.shown("b", 1, at(60))
    shop.event("id:order-7", 1, "purchase", at(3600), value_minor=900)
    shop.event("back", 1, "return", at(7200), value_minor=-900)
    shop.shown("own", 2, at(0))
    shop.won("own", at(50), 100)
    shop.event("e2", 2, "purchase", at(50), value_minor=100)
    shop.event("e3", 3, "purchase", at(50), value_minor=100)
    dry = attribute_shop(shop.store, WEEK, dry_run=True)
    assert set(rows(shop)) == {"own"}
    done = attribute_shop(shop.store, WEEK)
    assert (done.n_purchases, done.n_clicks, done.n_own, done.n_none, done.n_new) == (3, 1, 1, 1, 1)
    assert (dry.n_new, dry.n_clicks, dry.dry_run) == (1, 1, True)
    assert rows(shop) == {
        "a": (at(3600), 900, "order-7", at(7200), 900, "window"),
        "own": (at(50), 100, "", "", 0, "file"),
    }


def test_other_windows_replace_only_our_own_rows(shop):
    shop.shown("a", 1, at(0), clicked=1)
    shop.shown("b", 1, at(2 * DAY_S))
    shop.event("e", 1, "purchase", at(3 * DAY_S), value_minor=900)
    shop.shown("f", 2, at(0))
    shop.won("f", at(9), 1)
    attribute_shop(shop.store, WEEK)
    assert set(rows(shop)) == {"a", "f"}
    shop.store.db.execute("UPDATE conversions SET aside = 4 WHERE impression_id = 'a'")
    again = attribute_shop(shop.store, WEEK)
    assert (again.n_new, again.n_changed, again.n_removed) == (0, 0, 0)
    aside = shop.store.db.execute("SELECT aside FROM conversions WHERE impression_id = 'a'")
    assert aside.fetchone() == (4,)
    done = attribute_shop(shop.store, Windows(DAY_S, DAY_S))
    assert (done.n_new, done.n_removed) == (1, 1)
    assert {k: r[-1] for k, r in rows(shop).items()} == {"b": "window", "f": "file"}


def test_rows_that_are_aside_are_not_used(shop):
    shop.shown("a", 1, at(0), aside=2)
    shop.shown("b", 2, at(0))
    shop.event("e", 1, "purchase", at(50), value_minor=900)
    shop.event("g", 2, "purchase", at(50), value_minor=900, aside=64)
    attribute_shop(shop.store, WEEK)
    assert rows(shop) == {}


def test_many_shoppers_come_in_groups(shop):
    for i in range(10, 1300):
        shop.shopper(i)
    for i in range(10, 1300):
        shop.shown(f"i{i}", i, at(i))
        shop.event(f"e{i}", i, "purchase", at(i + 5), value_minor=i)
    done = attribute_shop(shop.store, WEEK)
    assert done.n_views == done.n_new == 1290
    assert done.value_minor == sum(range(10, 1300))
