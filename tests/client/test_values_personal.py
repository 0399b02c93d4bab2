"""Personal data inside of texts is found by its look and check digits, and little else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.ingest.personal import OF_PRODUCTS, SUSPECT, _found, column_holds, luhn, mask


def kinds_in(text: str) -> set[str]:
    return {name for name, _, _ in _found(text)}


# every number here is made up or a published test number
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to ann.lee+x@mail.example.co.uk please", "e-mail address"),
        ("邮箱ann＠example.cn", "e-mail address"),
        ("打13812345678找我", "phone number"),
        ("+86 138 1234 5678", "phone number"),
        ("138-1234-5678", "phone number"),
        ("+49 30 1234567", "phone number"),
        ("+1 (212) 555-0100", "phone number"),
        ("212-555-0100", "phone number"),
        ("021-12345678", "phone number"),
        ("身份证11010519491231002X", "Chinese identity number"),
        ("DE89 3704 0044 0532 0130 00", "IBAN"),
        ("GB82WEST12345698765432", "IBAN"),
        ("4111 1111 1111 1111", "card number"),
        ("5555555555554444", "card number"),
        ("31.230416, 121.473701", "exact place"),
        ("52.5200,13.4050", "exact place"),
    ],
)
def test_found_and_masked(text, kind):
    assert kind in kinds_in(text)
    masked = mask(text)
    assert "[removed]" in masked
    assert not kinds_in(masked)


@pytest.mark.parametrize(
    "text",
    [
        "green tea 250 g", "iPhone 15 Pro Max 256GB", "4006381333931", "size 38-40", "2024-05-31 18:30:00",
        "20240531183000", "1234567890", "P-100200300", "12.50", "@home", "a@b", "110105194912310021",
        "4111 1111 1111 1112", "DE12 3704 0144 0532 0130 00", "1.5, 2.5", "红茶 500克 2盒", "ISBN 9783161484100",
        "1920x1080", "SKU12345678901", "u_VhkxVxf9OTmUQfB", "10129,10024,13866", "3.14159",
    ],
)  # fmt: skip
def test_harmless(text):
    assert not kinds_in(text)
    assert mask(text) == text


def test_a_shop_may_name_its_phone_in_a_product():
    assert (
        mask("hotline 021-12345678, a@example.org", OF_PRODUCTS)
        == "hotline 021-12345678, [removed]"
    )


def test_columns():
    mails = [f"user{i}@example.org" for i in range(5)]
    assert column_holds(mails) == "e-mail address"
    assert column_holds([*mails, *["none"] * 20]) == ""
    assert (
        column_holds([f"the review of user {i}, mail a@example.org for more" for i in range(9)])
        == ""
    )
    assert column_holds([]) == ""


def test_luhn():
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")


PARTS = st.sampled_from(
    ["a@example.org", "13812345678", "4111111111111111", "52.5200,13.4050", "tea", " ", "+49 30 1234567", "GB82WEST12345698765432", "11010519491231002X", "1", "-"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PARTS, st.text(max_size=5)), max_size=6).map("".join))
def test_masking_leaves_nothing_and_the_screen_misses_nothing(text):
    import polars as pl

    if kinds_in(text):
        assert pl.Series([text]).str.contains(SUSPECT).item()
    assert not kinds_in(mask(text))
