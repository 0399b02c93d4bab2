import random

import numpy as np
import pytest

from client.clean.nouns import Choice
from client.clean.robust import limits, weighted_median
from client.clean.rules import BY_NAME, defaults
from client.clean.rules_people import BURSTS, UNUSUAL
from client.clean.summary import explain
from client.clean.unusual import FIGURES, figures, find, sentence, typical
from client.store.clean_people import COUNTED
from common.database import transaction
from tests.client.clean_shop import Shop, at, sound

DAY = 86_400
USUAL = {"score": 0.68, "spread": 6.0, "max_share": 0.01, "at_least": 200}


def plain(home, n=400, seed=5):
    """A plain shop: everybody looks and buys at random in the same way."""
    shop, rng = Shop(home), random.Random(seed)
    with transaction(shop.store.db):
        for p in range(20):
            shop.product(f"P{p}")
        for i in range(1, n + 1):
            shop.shopper(i)
            for j in range(rng.randint(3, 12)):
                kind = rng.choices(["view", "cart", "purchase"], [8, 2, 1])[0]
                when = at(rng.randrange(40 * DAY))
                value = rng.randint(300, 3000) * (kind == "purchase")
                shop.event(f"e{i}-{j}", i, kind, when, f"P{rng.randrange(20)}", value_minor=value)
            for j in range(rng.randint(2, 9)):
                when = at(rng.randrange(40 * DAY))
                shop.shown(
                    f"i{i}-{j}", i, when, f"P{rng.randrange(20)}", clicked=rng.random() < 0.1
                )
    return shop


def robot(shop, number=9001, n=900):
    """Somebody who looks at everything, all day long, and never buys."""
    with transaction(shop.store.db):
        shop.shopper(number)
        for j in range(n):
            shop.event(f"r{j}", number, "view", at(20 * DAY + 60 * j), f"P{j % 20}")
        for j in range(150):
            shop.shown(f"rs{j}", number, at(20 * DAY + 300 * j), f"P{j % 20}", clicked=1)


def test_a_plain_shop_is_left_alone_by_the_forest(tmp_path):
    for seed in range(3):
        shop = plain(tmp_path / f"shop{seed}", n=220, seed=seed)
        report = shop.clean(seed=seed)
        count = next(t for r in report.rules if r.rule == "unusual" for t in r.tables)
        assert count.aside <= 0.005 * count.seen  # the stated share: 1 in 200
        shop.store.close()


def test_a_robot_is_found_explained_and_gone_with_all_its_rows(tmp_path):
    shop = plain(tmp_path / "shop")
    robot(shop)
    report = shop.clean()
    flagged = shop.aside()
    assert list(flagged["shoppers"]) == ["key00009001"]
    assert flagged["shoppers"]["key00009001"] & UNUSUAL.bit
    assert sum(1 for b in flagged["events"].values() if b & UNUSUAL.bit) == 900
    assert sum(1 for b in flagged["impressions"].values() if b & UNUSUAL.bit) == 150
    said = next(r for r in report.rules if r.rule == "unusual").examples[0].sentence
    assert said.startswith("Unlike the other shoppers: ")
    assert said.count("(usual: ") == 2
    assert said.count(".") <= 3
    assert explain(shop.store, 9001) == said
    assert "通常为" in explain(shop.store, 9001, "zh")
    assert explain(shop.store, 1) is None
    assert explain(shop.store, 123_456) is None


def test_the_same_seed_finds_the_same_shoppers_and_another_run_changes_nothing(tmp_path):
    shop = plain(tmp_path / "shop", n=250)
    robot(shop)
    loose = Choice(True, {**UNUSUAL.settings(), "score": 0.55, "spread": 2.0, "max_share": 0.05})
    shop.clean(unusual=loose, seed=3)
    first = shop.aside()
    assert len(first["shoppers"]) > 1
    assert shop.clean(unusual=loose, seed=3).changed == 0
    assert len(first["shoppers"]) <= 0.05 * 251
    off = Choice(False, UNUSUAL.settings())
    shop.clean(unusual=off)
    shop.clean(unusual=loose, seed=3)
    assert shop.aside() == first


def test_few_shoppers_are_not_compared(tmp_path):
    shop = sound(tmp_path / "shop")
    robot(shop, n=900)
    report = shop.clean()
    assert "too few" in next(r for r in report.rules if r.rule == "unusual").note
    assert not any(b & UNUSUAL.bit for b in shop.aside()["shoppers"].values())


def counts(n, rng):
    table = np.zeros((n, len(COUNTED)))
    for i, name in enumerate(COUNTED):
        table[:, i] = rng.integers(1, 9, n) * (100 if name == "spent_minor" else 1)
    return table


def test_never_more_than_the_largest_share():
    rng = np.random.default_rng(1)
    table = counts(1000, rng)
    table[:100] *= 500
    found = find(table, **{**USUAL, "score": 0.55}, seed=0)
    assert len(found.places) == 10
    assert set(found.places) <= set(range(100))


def test_good_customers_are_not_odd_where_most_never_buy():
    table = np.zeros((1000, len(COUNTED)))
    table[:, COUNTED.index("impressions")] = 3
    bought = slice(0, 100)
    for name in ("events", "purchases", "active_days", "busiest_day", "hours", "products"):
        table[bought, COUNTED.index(name)] = np.arange(100) % 12 + 1
    table[bought, COUNTED.index("spent_minor")] = 500
    assert len(find(table, **USUAL, seed=0).places) == 0


def test_the_sentence_names_the_two_figures_that_stand_out_most():
    rng = np.random.default_rng(2)
    table = counts(500, rng)
    table[7, COUNTED.index("clicks")] = 90_000
    table[7, COUNTED.index("impressions")] = 4_000
    said = sentence(table[7], typical(figures(table)))
    assert "90,000 clicks" in said
    assert "4,000 impressions" in said
    assert set(FIGURES) >= {"clicks", "impressions"}


def test_bursts(tmp_path):
    shop = sound(tmp_path / "shop")
    with transaction(shop.store.db):
        for j in range(130):  # two in a second
            shop.event(f"fast{j}", 1, "view", at(60 * 83_000 + j // 3), query=str(j))
            shop.event(f"rounded{j}", 2, "view", "2024-03-09T00:00:00Z", query=str(j))
            shop.event(f"basket{j}", 3, "purchase", at(5e6), "P1", value_minor=400 + j)
        for j in range(24):
            shop.event(f"awake{j}", 4, "view", f"2024-03-20T{j:02d}:31:00Z")
        for j in range(23):
            shop.event(f"day{j}", 5, "view", f"2024-03-20T{j:02d}:31:00Z")
        shop.shopper(800)
        shop.shopper(801)
        for j in range(600):
            shop.shown(f"only{j}", 800, at(5e6 + 97 * j), "P1")
            shop.shown(f"most{j}", 801, at(5e6 + 97 * j), "P1", clicked=int(j == 5))
    report = shop.clean()
    found = next(r for r in report.rules if r.rule == "bursts")
    flagged = shop.aside()
    assert sorted(flagged["shoppers"]) == ["key00000001", "key00000004", "key00000800"]
    assert {e.reason for e in found.examples} == {"too-fast", "no-sleep", "only-shown"}
    assert "i1-1" in flagged["conversions"]
    assert sum(k.startswith("only") for k in flagged["impressions"]) == 600
    assert explain(shop.store, 4) == "Like a robot: active around the clock."
    assert explain(shop.store, 800, "zh") == "像机器人：大量展示却从无其他行为。"
    gentle = Choice(
        True, {**BURSTS.settings(), "per_minute": 10_000, "hours_a_day": 24, "only_shown": 10_000}
    )
    shop.clean(bursts=gentle)
    assert not shop.aside()["shoppers"]


def test_where_everybody_is_shown_much_nobody_is_a_robot(tmp_path):
    shop = Shop(tmp_path / "shop")
    with transaction(shop.store.db):
        for i in range(1, 6):
            shop.shopper(i)
            for j in range(600):
                shop.shown(f"i{i}-{j}", i, at(600 * j), "P1")
    shop.clean()
    assert not shop.aside()["shoppers"]


def test_weighted_medians_and_limits():
    values = np.array([3.0, 1.0, 2.0])
    assert weighted_median(values, np.array([1, 1, 1])) == 2.0
    assert weighted_median(values, np.array([9, 1, 1])) == 3.0
    spread_out = np.sort(np.random.default_rng(0).lognormal(7, 0.5, 5000)).astype(np.int64)
    found = limits(spread_out, np.ones(5000, np.int64), 8.0)
    assert found.low < spread_out[0]
    assert spread_out[-1] < found.high
    assert found.median == pytest.approx(np.exp(7), rel=0.05)
    same = limits(np.array([999]), np.array([70]), 8.0)
    assert (same.low, same.median, same.high) == (90, 999, 11012)
    assert limits(np.array([1, 10**17]), np.array([1, 1]), 50.0).high <= 4 * 10**18


def test_every_rule_is_known_by_name():
    assert set(BY_NAME) == set(defaults())
