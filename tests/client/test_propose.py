"""Proposals: what is unclear is said, what is sensitive is never mapped, what is known is found again."""

from dataclasses import replace

import pytest

from client.ingest.mapping_file import check
from client.ingest.propose import propose
from client.ingest.propose_names import is_known, match
from client.ingest.propose_values import day_first, decimal_sign, time_zone
from common.errors import InputError
from tests.client.test_propose_exports import GA4, MEMBERS, SHOPIFY_ORDERS, TAOBAO_ORDERS, Fake


def of(text, **options):
    return propose(Fake(text), **options)


def test_a_kept_mapping_is_found_by_the_set_of_columns():
    first = of(TAOBAO_ORDERS)
    kept = replace(first.without_sensitive(), name="taobao", time_zone="Asia/Tokyo")
    lines = TAOBAO_ORDERS.strip().split("\n")
    turned = "\n".join(",".join(reversed(line.split(","))) for line in lines if '"' not in line)
    again = of(turned, known=[kept])
    assert again.kept
    assert again.mapping == kept
    assert not of(TAOBAO_ORDERS.replace("订单状态", "状态"), known=[kept]).kept
    assert not of(TAOBAO_ORDERS, kind="products", known=[kept]).kept


def test_sensitive_columns_are_never_mapped_and_stop_until_left_out():
    found = of(SHOPIFY_ORDERS)
    names = {s.name for s in found.sensitive}
    assert not names & {*found.mapping.columns.values(), *found.mapping.ignored}
    with pytest.raises(InputError, match="never taken"):
        check(found.mapping, found.names, "orders.csv")
    check(found.without_sensitive(), found.names, "orders.csv")


def test_columns_full_of_personal_values_are_refused_whatever_their_name():
    text = "customer_id,kind,happened_at,note\n" + "".join(
        f"u{i},view,2024-01-0{i},{v}\n"
        for i, v in enumerate(("a@example.org", "b@example.org", "c@example.org"), 1)
    )
    found = of(text)
    assert [(s.name, s.why) for s in found.sensitive] == [
        ("note", "values that look like: e-mail address")
    ]
    with_mails = text.replace("u1", "x@example.org").replace("u2", "y@example.org")
    assert of(with_mails).missing == ("customer_id",)


def test_consent_is_only_proposed_by_name_and_clear_values():
    assert of(MEMBERS).mapping.columns["consent"] == "是否同意"
    unclear = MEMBERS.replace(",是,", ",部分,")
    assert "consent" not in of(unclear).mapping.columns
    other = MEMBERS.replace("是否同意", "订阅邮件")
    assert "consent" not in of(other).mapping.columns


def test_an_impression_without_an_id_is_named_by_several_columns():
    text = "user_id,item_id,timestamp,position,click\nu1,P1,2024-01-01 10:00,1,0\n"
    found = of(text)
    assert found.mapping.joined["impression_id"] == ("user_id", "item_id", "timestamp", "position")
    assert found.typed.frame["impression_id"].to_list() == ["u1|P1|2024-01-01 10:00|1"]


def test_what_is_missing_is_said():
    text = "order_id,sku,amount,paid_at,Email\n1,P1,5,2024-01-01,a@example.org\n"
    assert of(text).missing == ("customer_id",)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "colour,height of tree\nred,12\n", "x\n", "a,b\n"])
def test_files_of_nothing_known_are_refused(text):
    with pytest.raises(InputError, match="not clear") as caught:
        of(text)
    assert "--as" in caught.value.todo
    assert of(text, kind="products").missing == ("product_id", "title")


def test_a_date_with_its_clock_beside_it():
    text = (
        "user_id,product_id,event,date,time\nu,P,view,31/05/2024,18:30\nv,P,buy,01/06/2024,9:05\n"
    )
    found = of(text)
    assert found.mapping.joined["happened_at"] == ("date", "time")
    assert found.typed.frame["happened_at"].to_list() == [
        "2024-05-31T18:30:00Z",
        "2024-06-01T09:05:00Z",
    ]


def test_a_proposal_shows_the_first_rows_and_says_why():
    found = of(GA4)
    assert found.texts[0][2] == "view_item"
    assert found.typed.frame["kind"].to_list() == ["view", "cart", "purchase"]
    assert {n.column for n in found.notes} >= {"customer_id", "kind", "time_zone"}
    assert "event_date" in found.unmapped


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["31/05/2024", "01/06/2024"], True),
        (["05/31/2024 18:30", "06/01/2024"], False),
        (["03/04/2024"], None),
        ([f"{d:02d}/04/2024" for d in range(1, 10)], True),
        ([f"04/{d:02d}/2024" for d in range(1, 10)], False),
        (["31/05/2024", "05/31/2024"], None),
        (["2024-05-31"], None),
    ],
)
def test_order_of_day_and_month(dates, expected):
    assert day_first(dates)[0] is expected


@pytest.mark.parametrize(
    ("names", "texts", "expected"),
    [
        (["Time (UTC+8)"], ["2024-05-31 18:30"], "Asia/Shanghai"),
        (["Time (GMT-05:00)"], ["2024-05-31 18:30"], "Etc/GMT+5"),
        (["created_at_utc"], ["2024-05-31 18:30"], "UTC"),
        (["时间（北京时间）", "a", "b"], ["2024-05-31 18:30"], "Asia/Shanghai"),
        (["时间", "用户ID", "商品ID"], ["2024-05-31 18:30"], "Asia/Shanghai"),
        (["时间", "用户ID"], ["2024-05-31T18:30:00Z", "1717180200"], "UTC"),
        (["time", "user"], ["2024-05-31 18:30"], "UTC"),
    ],
)
def test_time_zones(names, texts, expected):
    assert time_zone(names, texts)[0] == expected


def test_decimal_signs():
    assert decimal_sign(["1.234,50", "3"]) == ","
    assert decimal_sign(["1,234.50", "3"]) == "."
    assert decimal_sign(["12", "3"]) is None


def test_names():
    assert is_known("Amount spent (USD)")
    assert is_known("宝贝ID")
    assert not is_known("2024-05-31")
    assert match("Segments.Date", "day", "costs").score > 0.9
    assert match("colour", "customer_id", "events") is None
