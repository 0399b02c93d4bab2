import json
import sqlite3
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.clean import run as runner
from client.clean.nouns import Choice
from client.clean.rules import ALL_BITS, BY_NAME, RULES, TABLES, defaults
from client.clean.run import show
from client.clean.summary import summary
from client.store import clean
from tests.client.clean_shop import NOW, Shop, at, sound


def only(shop, rule):
    """Keys that exactly this rule set aside, by table; every row that is aside has its bit alone."""
    found = shop.aside()
    bit = BY_NAME[rule].bit
    assert {b for rows in found.values() for b in rows.values()} <= {bit}
    return {table: sorted(rows) for table, rows in found.items() if rows}


def set_to(rule, **values):
    return {rule: Choice(True, {**defaults()[rule].values, **values})}


@pytest.fixture
def shop(tmp_path):
    made = sound(tmp_path / "shop")
    yield made
    made.store.close()


def test_rules_have_bits_of_their_own_in_rising_order_and_words_in_two_languages():
    bits = [r.bit for r in RULES]
    assert bits == [1 << i for i in range(len(RULES))]
    assert sum(bits) == ALL_BITS
    for r in RULES:
        assert set(r.tables) <= set(TABLES)
        words = [r.title, r.words, *r.reasons.values(), *(k.words for k in r.knobs)]
        assert all(w.en and any("一" <= c <= "鿿" for c in w.zh) for w in words)
        assert all(
            k.choices or isinstance(k.default, str) or k.low <= k.default <= k.high for k in r.knobs
        )


def test_a_sound_shop_is_left_alone(shop):
    report = shop.clean()
    assert all(not rows for rows in shop.aside().values())
    assert report.changed == 0
    assert [r.rule for r in report.rules] == [r.name for r in RULES]


def test_missing_values(shop):
    shop.event("m1", 1, "view", "")
    shop.event("m2", 1, "purchase", at(5), "")
    shop.event("ok-search", 1, "search", at(6), "")
    shop.event("ok-value", 1, "purchase", at(7), "", value_minor=300)
    shop.shown("m3", 1, at(8), "")
    shop.shown("m4", 1, "soon")
    shop.won("i2-0", "2024-03-02")
    shop.clean(
        orphans=Choice(False, defaults()["orphans"].values),
        clock=Choice(False, defaults()["clock"].values),
        future=Choice(False, defaults()["future"].values),
    )
    assert only(shop, "missing") == {
        "events": ["m1", "m2"], "impressions": ["m3", "m4"], "conversions": ["i2-0"],
    }  # fmt: skip


def test_duplicates_keep_one_row_and_the_one_with_an_outcome(shop):
    for i, extra in enumerate((0, 1, 1, 90)):  # three in a chain, one on its own
        shop.event(f"d{i}", 7, "cart", at(5e6 + extra + (i == 2)))
    shop.event("d-other", 7, "cart", at(5e6), value_minor=5)
    shop.shown("x1", 7, at(6e6))
    shop.shown("x2", 7, at(6e6 + 1), clicked=1)
    shop.shown("x3", 7, at(6e6 + 2))
    shop.won("x3", at(6e6 + 500), 100)
    shop.shown("x-place", 7, at(6e6), placement="top")
    shop.clean()
    assert only(shop, "duplicates") == {"events": ["d1", "d2"], "impressions": ["x1", "x2"]}


def test_times_at_full_hours_count_as_rounded(shop):
    for i in range(300):
        shop.event(f"r{i}", 7, "view", "2024-03-03T00:00:00Z")
        shop.shown(f"s{i}", 8, "2024-03-03T08:00:00Z")
    shop.clean()
    assert all(not rows for rows in shop.aside().values())


def test_equal_purchases_may_be_pieces(shop):
    for i in range(2):
        shop.event(f"p{i}", 7, "purchase", at(5e6), value_minor=700)
    shop.clean()
    assert only(shop, "duplicates") == {"events": ["p1"]}
    shop.clean(**set_to("duplicates", purchases="keep"))
    assert only(shop, "duplicates") == {}


def test_impossible_values(shop):
    shop.event("a1", 1, "purchase", at(9), value_minor=-5)
    shop.event("a2", 1, "purchase", at(99), value_minor=10**12)
    shop.event("ok-return", 1, "return", at(999), value_minor=-500)
    shop.shown("a3", 1, at(9), propensity=1.5)
    shop.shown("a4", 1, at(99), propensity=0.0)
    shop.shown("a5", 1, at(999), position=-1)
    shop.shown("a6", 1, at(9999), cost_minor=-1)
    shop.won("i2-2", at(1e6 * 3), -1)
    off = {"outliers": Choice(False, defaults()["outliers"].values)}
    shop.clean(**off)
    assert only(shop, "amounts") == {
        "events": ["a1", "a2"], "impressions": ["a3", "a4", "a5", "a6"], "conversions": ["i2-2"],
    }  # fmt: skip


def test_outliers_are_judged_within_their_category(shop):
    for i in range(60):  # pots cost a hundred times what tea costs
        shop.event(
            f"t{i}", 1 + i % 40, "purchase", at(4e6 + 977 * i), "P2", value_minor=60_000 + 400 * i
        )
        shop.event(
            f"u{i}", 1 + i % 40, "purchase", at(4e6 + 977 * i), "P1", value_minor=600 + 4 * i
        )
    shop.event("tea-for-gold", 1, "purchase", at(5e6), "P1", value_minor=600_000)
    shop.event("pot-for-cents", 1, "purchase", at(5e6), "P2", value_minor=5)
    report = shop.clean()
    assert only(shop, "outliers") == {"events": ["pot-for-cents", "tea-for-gold"]}
    assert next(r for r in report.rules if r.rule == "outliers").reasons == {
        "far-above": 1,
        "far-below": 1,
    }


def test_clock_errors_and_future_times(shop):
    shop.event("epoch", 1, "view", "1970-01-01T00:00:00Z")
    shop.event("early", 1, "view", "2019-12-31T10:11:12Z")
    shop.shown("backwards", 1, at(5e6))
    shop.won("backwards", at(5e6 - 4000))
    shop.shown("shifted", 2, at(3e6))
    shop.event("sale", 2, "purchase", at(3e6 + 100), value_minor=600)
    shop.won("shifted", at(3e6 + 100 + 8 * 3600))
    shop.clean(**set_to("clock", opened="2020-01-01"))
    assert only(shop, "clock") == {
        "events": ["early", "epoch"],
        "impressions": ["backwards", "shifted"],
        "conversions": ["backwards", "shifted"],
    }
    found = show(shop.store, "clock", defaults()["clock"], NOW, 0)
    assert {e.reason for e in found} == {"epoch", "", "before-shown", "whole-hours"}


def test_future_times(shop):
    shop.event("f1", 1, "view", "2024-06-01T14:00:00Z")
    shop.event("ok-clock", 1, "view", "2024-06-01T12:30:00Z")
    shop.shown("f2", 1, "2030-01-01T00:00:01Z")
    shop.clean()
    assert only(shop, "future") == {"events": ["f1"], "impressions": ["f2"]}


def test_orphans_come_back_when_the_catalogue_does(shop):
    shop.event("o1", 1, "view", at(5e6), "P9")
    shop.shown("o2", 1, at(5e6), "P9")
    shop.won("nobody", at(5e6))
    shop.clean()
    assert only(shop, "orphans") == {"impressions": ["o2"], "conversions": ["nobody"]}
    shop.clean(**set_to("orphans", events="aside", conversions="keep"))
    assert only(shop, "orphans") == {"events": ["o1"], "impressions": ["o2"]}
    shop.product("P9")
    shop.clean(**set_to("orphans", events="aside", conversions="keep"))
    assert only(shop, "orphans") == {}


def test_a_shop_without_catalogue_has_no_orphans(tmp_path):
    shop = Shop(tmp_path / "shop")
    shop.shopper(1)
    shop.event("e", 1, "view", at())
    shop.shown("i", 1, at())
    shop.clean()
    assert all(not rows for rows in shop.aside().values())


def faulty(shop: Shop) -> None:
    """One fault for most rules."""
    shop.event("m", 1, "view", at(5), "")
    for i in range(3):
        shop.event(f"d{i}", 2, "cart", at(5e6))
    shop.event("neg", 3, "purchase", at(6e6), value_minor=-3)
    shop.event("big", 3, "purchase", at(7e6), value_minor=9_000_000)
    shop.event("far", 3, "view", "2031-01-01T00:00:01Z")
    for i in range(200):
        shop.event(f"burst{i}", 4, "view", at(8e6 + i / 8), f"P{1 + i % 2}", query=f"q{i}")
    shop.shown("orphan", 5, at(7e6), "P9")


def test_counts_before_and_after_and_the_record(shop):
    faulty(shop)
    report = shop.clean()
    seen = shop.store.db.execute("SELECT count(*) FROM events").fetchone()[0]
    left = shop.store.db.execute("SELECT count(*) FROM events WHERE aside = 0").fetchone()[0]
    counts = [t for r in report.rules for t in r.tables if t.table == "events"]
    assert (counts[0].before, counts[-1].after) == (seen, left)
    for before, after in pairwise(counts):
        assert before.after == after.before
    assert all(t.before - t.after <= t.aside for t in counts)
    record = clean.last_run(shop.store)
    assert record is not None
    assert record.ran_at == "2024-06-01T12:00:00Z"
    assert {n: r["aside"] for n, r in record.rules.items()} == {
        r.rule: r.aside for r in report.rules
    }
    assert {c.rule: c.n for c in summary(shop.store)} == {r.rule: r.aside for r in report.rules}


def test_examples_and_records_hold_no_value_of_a_row(shop):
    faulty(shop)
    report = shop.clean()
    text = json.dumps([r.examples for r in report.rules], default=repr) + str(
        clean.last_run(shop.store)
    )
    assert not any(key in text for key in ("burst1", "'big'", "orphan'", "9000000", "key00000004"))


def test_a_dry_run_tells_the_same_and_changes_nothing(shop):
    faulty(shop)
    dry = shop.clean(dry_run=True)
    assert all(not rows for rows in shop.aside().values())
    assert clean.last_run(shop.store) is None
    wet = shop.clean()
    assert [replace(r, examples=()) for r in dry.rules] == [
        replace(r, examples=()) for r in wet.rules
    ]


def test_cut_off_in_the_middle_each_rule_is_whole_or_not(shop, monkeypatch):
    faulty(shop)
    settled = []
    real = clean.settle

    def settle(conn, table, bit, watch=None):
        settled.append((bit, table))
        if bit == BY_NAME["bursts"].bit and table == "impressions":
            raise sqlite3.OperationalError("disk I/O error")
        return real(conn, table, bit, watch)

    monkeypatch.setattr(runner.clean, "settle", settle)
    with pytest.raises(Exception, match="database"):
        shop.clean()
    bits = {b for rows in shop.aside().values() for b in rows.values()}
    assert (BY_NAME["bursts"].bit, "events") in settled
    assert not any(b & BY_NAME["bursts"].bit for b in bits)
    assert any(b & BY_NAME["duplicates"].bit for b in bits)
    assert list(clean.last_run(shop.store).rules) == sorted(r.name for r in RULES[:6])
    monkeypatch.undo()
    assert shop.clean().changed > 0
    assert shop.clean().changed == 0


def test_marks_are_set_in_chunks(shop, monkeypatch):
    faulty(shop)
    shop.clean()
    whole = shop.aside()
    off = {r.name: Choice(False, r.settings()) for r in RULES}
    shop.clean(**off)
    assert all(not rows for rows in shop.aside().values())
    monkeypatch.setattr(clean, "CHUNK", 7)
    shop.clean()
    assert shop.aside() == whole


_names = st.sets(st.sampled_from([r.name for r in RULES]))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_names, min_size=1, max_size=4))
def test_whatever_is_switched_only_the_last_choice_counts(faulty_shop, sequence):
    """Switching on and off again is the identity on `aside`; a second run changes nothing."""
    shop, by_rule = faulty_shop
    for on in sequence:
        choices = {r.name: Choice(r.name in on, r.settings()) for r in RULES}
        shop.clean(**choices)
        assert shop.clean(**choices).changed == 0
    expected = {}
    for name in sequence[-1]:
        for table, rows in by_rule[name].items():
            for key, bits in rows.items():
                expected[table, key] = expected.get((table, key), 0) | bits
    assert {(t, k): b for t, rows in shop.aside().items() for k, b in rows.items()} == expected


@pytest.fixture(scope="module")
def faulty_shop(tmp_path_factory):
    shop = sound(tmp_path_factory.mktemp("clean") / "shop")
    faulty(shop)
    by_rule = {}
    for r in RULES:
        shop.clean(**{o.name: Choice(o.name == r.name, o.settings()) for o in RULES})
        by_rule[r.name] = shop.aside()
    yield shop, by_rule
    shop.store.close()
