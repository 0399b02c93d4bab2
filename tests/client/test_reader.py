"""The columnar reader says what the scalar functions say, value by value."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.ingest.blocks import Block
from client.ingest.columns import KINDS, Column
from client.ingest.mapping import Mapping
from client.ingest.reader import read_block
from client.ingest.values import PLAIN, BadValue, Spelling
from client.store.intake import COLUMNS
from common.errors import InputError

KEYS = {"impression_id": "i", "customer_id": "c", "product_id": "p", "shown_at": "t"}


def block(**columns):
    n = len(next(iter(columns.values())))
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return Block(frame, np.arange(n, dtype=np.int64) + 2, lambda place: b"")


def column_of(kind, name):
    return next(c for c in KINDS[kind] if c.name == name)


def by_reference(column: Column, raw: str | None, how: Spelling):
    """(value, code) as the scalar functions have it."""
    text = (raw or "").strip()
    if not text:
        return (None, "empty") if column.required else (column.absent, "")
    try:
        return column.reader(how)(text), ""
    except BadValue as e:
        return None, e.code


def both(kind, name, texts, how=PLAIN):
    """Values of one column by the columnar reader and by the reference."""
    column = column_of(kind, name)
    columns = {c.name: c.name for c in KINDS[kind] if c.required} | {name: name}
    filler = {"time": "2024-01-01", "day": "2024-01-01", "event": "return", "money": "1"}
    frame = {ours: [filler.get(column_of(kind, ours).form, "x")] * len(texts) for ours in columns}
    frame[name] = texts
    mapping = Mapping(
        kind, columns, time_zone=how.zone, decimal=how.decimal, day_first=how.day_first
    )
    typed = read_block(block(**frame), mapping)
    found = dict(zip(typed.places.tolist(), typed.frame[name].to_list(), strict=True))
    codes = {r.place: r.code for r in typed.refused}
    assert all(r.column == name for r in typed.refused)
    got = [(found.get(i), codes.get(i, "")) for i in range(len(texts))]
    return got, [by_reference(column, t, how) for t in texts]


def digits(low, high):
    return st.text("0123456789", min_size=low, max_size=high)


AMOUNTS = st.one_of(
    st.from_regex(r"[0-9]{1,16}([.,][0-9]{1,19})?", fullmatch=True),
    st.from_regex(
        r"[-(]?[$€¥]?[0-9]{1,3}([.,' ][0-9]{3}){0,3}([.,][0-9]{0,3})?[€元)-]?", fullmatch=True
    ),
    st.text("0123456789.,-()$€ '", max_size=14),
    st.from_regex(r"[0-9](\.[0-9]{1,3})?e-[0-9]{1,2}", fullmatch=True),
)
CLOCKS = st.one_of(
    st.just(""),
    st.from_regex(r"[T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,6})?)?", fullmatch=True),
)
ZONES = st.sampled_from(["", "", "Z", "+00:00", "+08:00", " +0800", "-0330", " UTC"])
YEARS = st.sampled_from(["1989", "1990", "2010", "2024", "2036", "2037", "2099", "2100", "2101"])
TIMES = st.one_of(
    st.builds(
        "{}-{}-{}{}{}".format,
        YEARS,
        st.sampled_from(["01", "02", "03", "10", "12", "13", "00", "3"]),
        st.sampled_from(["01", "28", "29", "30", "31", "32", "27", "5"]),
        CLOCKS,
        ZONES,
    ),
    st.from_regex(
        r"[0-3][0-9]/[0-1][0-9]/(19|20)[0-9]{2}( [0-2][0-9]:[0-5][0-9])?", fullmatch=True
    ),
    st.from_regex(
        r"20[0-9]{2}[01][0-9][0-3][0-9][T _]?[0-2][0-9][0-6][0-9][0-6][0-9]([0-9]{3})?",
        fullmatch=True,
    ),
    st.from_regex(r"20[0-9]{2}/[01][0-9]/[0-3][0-9]( [0-2][0-9]:[0-6][0-9])?", fullmatch=True),
    digits(5, 17),
    st.from_regex(r"[1-9][0-9]{4}\.[0-9]{1,12}", fullmatch=True),
    st.from_regex(
        r"20[0-9]{2}[/年-][01]?[0-9][/月-][0-3]?[0-9]日? [0-2]?[0-9]:[0-6][0-9](:[0-6][0-9])?",
        fullmatch=True,
    ),
    st.text("0123456789-/: TZ年月日", max_size=18),
)
HABITS = st.builds(
    Spelling,
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York"]),
    st.sampled_from([".", ","]),
    st.sampled_from([None, True, False]),
)
SOME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def lists(values):
    return st.lists(
        st.one_of(values, st.none(), st.sampled_from(["", "  "])), min_size=1, max_size=12
    )


@SOME
@given(lists(AMOUNTS), HABITS)
def test_money_is_as_the_reference_has_it(texts, how):
    got, expected = both("impressions", "cost", texts, how)
    assert got == expected


@SOME
@given(lists(AMOUNTS), HABITS)
def test_refunds_are_as_the_reference_has_them(texts, how):
    got, expected = both("conversions", "refund", texts, how)
    assert got == expected


@SOME
@given(lists(TIMES), HABITS)
def test_times_are_as_the_reference_has_them(texts, how):
    got, expected = both("impressions", "shown_at", texts, how)
    assert got == expected


@SOME
@given(lists(TIMES), HABITS)
def test_days_are_as_the_reference_has_them(texts, how):
    got, expected = both("costs", "day", texts, how)
    assert got == expected


@SOME
@given(
    lists(
        st.one_of(digits(1, 11), st.from_regex(r"[0-9]{1,3}([.,][0-9]{3})*(\.0)?", fullmatch=True))
    ),
    HABITS,
)
def test_whole_numbers_are_as_the_reference_has_them(texts, how):
    for kind, name in (("costs", "impressions"), ("impressions", "position")):
        got, expected = both(kind, name, texts, how)
        assert got == expected


@SOME
@given(lists(st.one_of(st.floats(0, 1.2).map(str), st.text("0123456789.,e-%", max_size=8))), HABITS)
def test_chances_are_as_the_reference_has_them(texts, how):
    got, expected = both("impressions", "propensity", texts, how)
    assert got == expected


@SOME
@given(lists(st.text(max_size=8)))
def test_ids_and_texts_are_as_the_reference_has_them(texts):
    texts = [t.strip().strip() if t else t for t in texts]
    # the engine and Python disagree about what a space is in four control characters
    texts = [t if t is None or not set(t) & set("\x1c\x1d\x1e\x1f\x85") else "x" for t in texts]
    for kind, name in (
        ("impressions", "campaign_id"),
        ("impressions", "placement"),
        ("products", "url"),
    ):
        got, expected = both(kind, name, texts)
        assert got == expected


WORDS = [
    "1",
    "0",
    "yes",
    "NO",
    "是",
    "否",
    "maybe",
    "pv",
    "加购物车",
    "Add To Cart",
    "refund",
    "17",
    "65+",
]


@SOME
@given(lists(st.sampled_from(WORDS)))
def test_words_are_as_the_reference_has_them(texts):
    for kind, name in (("impressions", "clicked"), ("events", "kind"), ("shoppers", "minor")):
        got, expected = both(kind, name, texts)
        assert got == expected


@pytest.mark.parametrize("kind", KINDS)
def test_typed_columns_are_those_of_the_table_in_its_order(kind):
    names = [c.name for c in KINDS[kind]]
    typed = read_block(block(a=["1"]), Mapping(kind))
    assert typed.frame.columns == names
    assert len(names) == len(COLUMNS[kind])
    assert [r.code for r in typed.refused] == ["empty"]
    assert typed.frame.height == 0


def test_a_row_is_refused_for_its_first_column_with_place_code_and_no_value():
    frame = block(
        i=["1", "2", "3", "4"], c=["a", "b", None, "d"], p=["P"] * 4,
        t=["2024-01-01", "never", "never", "2024-01-02"], cost=["1", "2", "3", "much"],
    )  # fmt: skip
    typed = read_block(frame, Mapping("impressions", KEYS | {"cost": "cost"}))
    assert [(r.place, r.column, r.code) for r in typed.refused] == [
        (1, "shown_at", "bad-time"),
        (2, "customer_id", "empty"),
        (3, "cost", "bad-amount"),
    ]
    assert typed.places.tolist() == [0]
    assert not any("never" in r.reason or "much" in r.reason for r in typed.refused)


def test_only_a_return_may_be_below_zero():
    mapping = Mapping("events", {"customer_id": "c", "kind": "k", "happened_at": "t", "value": "v"})
    frame = block(c=["a"] * 4, k=["退货", "buy", "refund", "buy"], t=["20240531 183000"] * 4,
                  v=["-12.50", "-12.50", "(1,012.50)", "3"])  # fmt: skip
    typed = read_block(frame, mapping)
    assert typed.frame["value"].to_list() == [1250, 101250, 300]
    assert [(r.place, r.column, r.code) for r in typed.refused] == [(1, "value", "negative")]


def test_constants_joined_columns_and_replaced_values():
    mapping = Mapping(
        "impressions",
        KEYS | {"clicked": "k"},
        {"campaign_type": "search"},
        {"impression_id": ("=shop", "o", "p", "#line"), "shown_at": ("d", "h")},
        {"clicked": {"A": "yes", "*": "no", "": "no", "gone": "!skip"}},
    )
    frame = block(o=["1", None, "3"], c=["a", "b", "c"], p=["P", "Q", "R"], d=["2024-05-31"] * 3,
                  h=["18:30", None, "1:00"], k=["A", None, "gone"])  # fmt: skip
    typed = read_block(frame, mapping)
    assert typed.frame["impression_id"].to_list() == ["shop|1|P|2", "shop||Q|3"]
    assert typed.frame["shown_at"].to_list() == ["2024-05-31T18:30:00Z", "2024-05-31T00:00:00Z"]
    assert typed.frame["clicked"].to_list() == [1, 0]
    assert typed.frame["campaign_type"].to_list() == ["search"] * 2
    assert (typed.skipped, typed.refused) == (1, ())
    assert typed.places.tolist() == [0, 1]


def test_hours_that_a_clock_change_skips_or_doubles():
    mapping = Mapping("impressions", KEYS, time_zone="Europe/Berlin")
    texts = [
        "2024-03-31 02:30:00",
        "2024-10-27 02:30:00",
        "2024-10-27 03:30:00",
        "2024-07-01 12:00:00",
    ]
    typed = read_block(block(i=["1"] * 4, c=["a"] * 4, p=["p"] * 4, t=texts), mapping)
    assert typed.frame["shown_at"].to_list() == [
        "2024-03-31T01:30:00Z",  # skipped: half an hour after the change
        "2024-10-27T00:30:00Z",  # doubled: the first one
        "2024-10-27T02:30:00Z",
        "2024-07-01T10:00:00Z",
    ]


def test_personal_data_in_texts_is_masked_and_counted():
    queries = ["green tea", "call 13812345678 now", "me@example.org tea", None]
    frame = block(c=["a"] * 4, k=["search"] * 4, t=["2024-01-01"] * 4, q=queries)
    mapping = Mapping("events", {"customer_id": "c", "kind": "k", "happened_at": "t", "query": "q"})
    typed = read_block(frame, mapping)
    assert typed.frame["query"].to_list() == [
        "green tea",
        "call [removed] now",
        "[removed] tea",
        "",
    ]
    assert dict(typed.masked) == {"query": 2}


def test_a_mapping_that_cannot_be_used_is_said():
    with pytest.raises(InputError, match="no kind"):
        read_block(block(a=["1"]), Mapping("sales"))
    bad = Mapping("impressions", KEYS, {"shown_at": "soon"})
    with pytest.raises(InputError, match="constant of column 'shown_at'"):
        read_block(block(i=["1"]), bad)
    good = replace(bad, constants={"shown_at": "2024-01-01", "product_id": "P"})
    assert read_block(block(i=["1"], c=["a"]), good).frame["product_id"].to_list() == ["P"]


def test_an_empty_block():
    typed = read_block(block(i=[], c=[], p=[], t=[]), Mapping("impressions", KEYS))
    assert (typed.frame.height, typed.refused) == (0, ())
