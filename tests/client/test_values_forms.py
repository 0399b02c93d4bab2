"""The scalar readers: every way in which shops write money, times, numbers and ages."""

import pytest

from client.ingest.times import day, time
from client.ingest.values import PLAIN, BadValue, Spelling, minor, probability, whole_number, yes_no
from client.ingest.values_money import currency_of, money, refund, signed_money

SHANGHAI = Spelling("Asia/Shanghai")
BERLIN = Spelling("Europe/Berlin")
DAY_FIRST, MONTH_FIRST = Spelling(day_first=True), Spelling(day_first=False)
MAY = "2024-05-31T18:30:00Z"


@pytest.mark.parametrize(
    ("text", "decimal", "minor_units"),
    [
        ("12.5", ".", 1250), ("12,5", ".", 1250), ("0.005", ".", 1), ("1,234.50", ".", 123450),
        ("1.234,50", ".", 123450), ("1.234,50", ",", 123450), ("1'234.50", ".", 123450),
        ("1’234.50", ".", 123450), ("1 234,50", ".", 123450), ("1\u202f234,50", ",", 123450),
        ("1,234", ".", 123400), ("1.234", ",", 123400), ("1.234", ".", 123), ("12.50", ",", 1250),
        ("1,23,456.00", ".", 12345600), ("12,345,678", ".", 1234567800), ("¥1,234.00", ".", 123400),
        ("￥88", ".", 8800), ("12.50元", ".", 1250), ("$ 12.50", ".", 1250), ("12,50 €", ",", 1250),
        ("US$12", ".", 1200), ("EUR 12", ".", 1200), ("12.50 USD", ".", 1250), ("£0.99", ".", 99),
        ("7.1e-15", ".", 0), ("1.429999948", ".", 143), ("000012", ".", 1200),
    ],
)  # fmt: skip
def test_money(text, decimal, minor_units):
    assert money(text, decimal) == minor_units


@pytest.mark.parametrize(
    "text", ["-12.50", "(12.50)", "12.50-", "−12.50", "-$12.50", "$-12.50", "(¥12.50)"]
)
def test_below_zero(text):
    assert signed_money(text) == -1250
    assert refund(text) == 1250
    with pytest.raises(BadValue, match="below zero") as caught:
        money(text)
    assert caught.value.code == "negative"


@pytest.mark.parametrize(
    "text",
    ["", "1e5", "nan", "NAN", "inf", "٣", "12.50.", "1,2,3", "1.2.3", "$", "--1", "(-1)", "(1", "1)",
     "12.50 XYZ", "$12 EUR", "1.234,567", "12 34", "0x10", "1_000", "½"],
)  # fmt: skip
def test_no_money(text):
    with pytest.raises(BadValue) as caught:
        signed_money(text)
    assert caught.value.code == "bad-amount"
    assert not text or text not in str(caught.value)


def test_too_much_money():
    with pytest.raises(BadValue) as caught:
        money("9" * 15)
    assert caught.value.code == "too-large"


@pytest.mark.parametrize(
    ("text", "code"), [("¥12", "CNY"), ("12 €", "EUR"), ("USD 3", "USD"), ("3", "")]
)
def test_currency_signs(text, code):
    assert currency_of(text) == code


@pytest.mark.parametrize(
    ("text", "how", "moment"),
    [
        ("2024-05-31T18:30:00Z", PLAIN, MAY), ("2024-05-31 18:30", PLAIN, MAY),
        ("2024/5/31 18:30", PLAIN, MAY), ("2024.05.31 18:30:00", PLAIN, MAY),
        ("2024-06-01 02:30:00+08:00", PLAIN, MAY), ("2024-06-01 02:30:00 +0800", PLAIN, MAY),
        ("2024-06-01 02:30", SHANGHAI, MAY), ("2024-05-31T18:30:00Z", SHANGHAI, MAY),
        ("2024-05-31 18:30:00.123456 UTC", SHANGHAI, MAY), ("2024-05-31 20:30", BERLIN, MAY),
        ("1717180200", SHANGHAI, MAY), ("1717180200.5", PLAIN, MAY), ("1717180200123", PLAIN, MAY),
        ("1717180200123456", PLAIN, MAY), ("45443.7708333333", PLAIN, MAY),
        ("31/05/2024 18:30", PLAIN, MAY), ("05/31/2024 18:30", PLAIN, MAY),
        ("31.05.2024, 18:30", PLAIN, MAY), ("31-05-2024 18:30:00", DAY_FIRST, MAY),
        ("5/31/2024 6:30 PM", MONTH_FIRST, MAY), ("5/31/24 6:30:00 p.m.", MONTH_FIRST, MAY),
        ("May 31, 2024, 6:30 PM", PLAIN, MAY), ("31 May 2024 18:30", PLAIN, MAY),
        ("31-May-2024 18:30:00", PLAIN, MAY), ("Fri, 31 May 2024 18:30:00 GMT", SHANGHAI, MAY),
        ("2024年5月31日 18:30", PLAIN, MAY), ("2024年5月31日18时30分00秒", PLAIN, MAY),
        ("2024年05月31日 下午6:30", PLAIN, MAY), ("20240531 183000", PLAIN, MAY),
        ("20240531183000", PLAIN, MAY), ("20240531183000123", PLAIN, MAY), ("20240531T183000Z", SHANGHAI, MAY),
        ("2024-05-31", PLAIN, "2024-05-31T00:00:00Z"), ("20240531", PLAIN, "2024-05-31T00:00:00Z"),
        ("2024年5月31日", SHANGHAI, "2024-05-30T16:00:00Z"), ("45443", PLAIN, "2024-05-31T00:00:00Z"),
        ("03/04/2024", DAY_FIRST, "2024-04-03T00:00:00Z"), ("03/04/2024", MONTH_FIRST, "2024-03-04T00:00:00Z"),
        ("03.04.2024", PLAIN, "2024-04-03T00:00:00Z"), ("12:00 AM", PLAIN, ""),
        ("21/10/13", DAY_FIRST, "2013-10-21T00:00:00Z"),
        # clocks forward and back in Berlin
        ("2024-03-31 02:30", BERLIN, "2024-03-31T01:30:00Z"), ("2024-10-27 02:30", BERLIN, "2024-10-27T00:30:00Z"),
    ],
)  # fmt: skip
def test_times(text, how, moment):
    if not moment:
        with pytest.raises(BadValue):
            time(text, how)
    else:
        assert time(text, how) == moment


@pytest.mark.parametrize(
    ("text", "how", "code"),
    [
        ("2024-13-01", PLAIN, "bad-time"), ("2024-02-30", PLAIN, "bad-time"), ("soon", PLAIN, "bad-time"),
        ("2024-05-31 25:00", PLAIN, "bad-time"), ("1200-01-01", PLAIN, "time-range"),
        ("2101-01-02", PLAIN, "time-range"), ("999999999", PLAIN, "2001"), ("03/04/2024", PLAIN, "day-or-month"),
        ("21/10/13", PLAIN, "day-or-month"), ("05/31/2024", DAY_FIRST, "bad-time"), ("12", PLAIN, "bad-time"),
        ("2024-05-31 18:30 +99:00", PLAIN, "bad-time"), ("31 Foo 2024", PLAIN, "bad-time"),
        ("5/31/2024 13:30 PM", MONTH_FIRST, "bad-time"), ("2024-05-31", Spelling("Mars/Base"), "bad-zone"),
    ],
)  # fmt: skip
def test_no_times(text, how, code):
    if code == "2001":
        assert time(text, how).startswith("2001")
        return
    with pytest.raises(BadValue) as caught:
        time(text, how)
    assert caught.value.code == code


def test_days_are_those_of_the_source():
    assert day("2024-05-31T23:30:00+08:00", SHANGHAI) == "2024-05-31"
    assert day("1717180200", SHANGHAI) == "2024-06-01"
    assert day("31-05-2024", DAY_FIRST) == "2024-05-31"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("under 18", 1), ("Under 18 years", 1), ("<18", 1), ("0-17", 1), ("13-17", 1), ("17", 1), ("未满18岁", 1),
        ("18岁以下", 1), ("未成年", 1), ("16-24", 1), ("yes", 1), ("18-24", 0), ("18–24岁", 0), ("25", 0), ("65+", 0),
        ("70岁以上", 0), ("over 65", 0), ("成年", 0), ("no", 0), ("Unknown", 0), ("未知", 0),
    ],
)  # fmt: skip
def test_ages_become_one_bit(text, value):
    assert minor(text) == value


def test_no_age():
    for text in ("x", "200", "-3", "18-"):
        with pytest.raises(BadValue, match="age band"):
            minor(text)


def test_numbers_and_words():
    assert [whole_number(t, ".", 0, 10**9) for t in ("12", "12.0", "1,234", "1 234 567")] == [
        12,
        12,
        1234,
        1234567,
    ]
    assert [whole_number(t, ",", 0, 10**9) for t in ("12,0", "1.234", "12.0")] == [12, 1234, 12]
    for text in ("1.5", "-1", "1e3", "12,34"):
        with pytest.raises(BadValue, match="whole number"):
            whole_number(text, ".", 0, 10)
    assert (probability("12.5%"), probability("0,25", ","), probability("1e-3")) == (
        0.125,
        0.25,
        0.001,
    )
    assert [yes_no(t) for t in ("Yes", "同意", "1.0", "拒绝", "FALSE")] == [1, 1, 1, 0, 0]
