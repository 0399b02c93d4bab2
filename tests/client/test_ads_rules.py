"""The rule files and what reads them: sources, platforms, numbers in words, deals, disguises, fixes."""

from __future__ import annotations

import re

import pytest

from client.creative.brief import LABELS, AdText, Brief, make_brief
from client.creative.check import check, rule_versions
from client.creative.checks import rulebook
from client.creative.checks.deals import deals
from client.creative.checks.disguise import shown
from client.creative.checks.numerals import digits
from client.creative.checks.wordlist import WordList, needs
from client.creative.text import data_file, plain
from common.domain import Finding, Product

OATS = Product(
    "p1",
    "Mill Lane Rolled Oats 12 x 500 g",
    "Food",
    "Cereal",
    brand="Mill Lane",
    description="Whole grain oats from Ireland with 20% dried apple and 10% raisins. Paper bag.",
    price_minor=1999,
    currency="USD",
)
SOCKS = Product(
    "p2",
    "云足 羊毛袜 三双装",
    "服装",
    brand="云足",
    description="70%羊毛，30%锦纶，38至42码，深灰、米白。",
    price_minor=5900,
    currency="CNY",
)


def errors(brief: Brief, headline: str, body: str = "", call: str = "") -> list[Finding]:
    ad = AdText(headline, body, call, LABELS[brief.language])
    return [f for f in check(brief, ad) if f.severity == "error"]


def en(**more: str) -> Brief:
    return make_brief(OATS, "en", **{"slot_name": "feed", **more})


def zh(**more: str) -> Brief:
    return make_brief(SOCKS, "zh", **{"slot_name": "feed", **more})


@pytest.mark.parametrize("name", [*rulebook.PATTERN_FILES, *rulebook.CODE_FILES])
def test_every_rule_file_says_its_version_and_source(name: str) -> None:
    raw = data_file("rules", name)
    assert raw["version"] and len(raw["source"]) > 40
    assert "http" not in raw["source"]
    if name in rulebook.PATTERN_FILES:
        assert raw["id"] and re.fullmatch(r"\d{4}-\d\d-\d\d", raw["date"])
        assert all(r["message"] and r["fix"] and r["words"] for r in raw["rules"])
        ids = [r["id"] for r in raw["rules"]]
        assert len(ids) == len(set(ids))
        for rule in raw["rules"]:
            for word in rule["words"]:
                re.compile(word)


def test_a_finding_names_rule_and_version() -> None:
    for found in errors(en(), "The finest oats for $5", "20% off, click here!!!"):
        assert re.search(r"\[[a-z-]+@\d+ [a-z-]+\]$", found.message), found
        assert found.fix and "{" not in found.message + found.fix
    assert "cn-law@3" in rule_versions() and "google-ads@1" in rule_versions()


def test_the_platform_chooses_the_rules() -> None:
    assert errors(en(slot_name="search"), "Oats for breakfast!", "Whole grain oats.")
    assert not errors(en(slot_name="feed"), "Oats for breakfast!", "Whole grain oats.")
    assert errors(en(slot_name="email"), "RE: your oats", "Whole grain oats.")
    assert errors(make_brief(SOCKS, "zh", slot_name="marketplace-taobao"), "云足羊毛袜 同款爆款")
    titles = make_brief(OATS, "en", slot_name="marketplace-amazon")
    assert not errors(titles, "Mill Lane Rolled Oats, 12 x 500 g, Whole Grain")
    assert errors(titles, "Mill Lane Rolled Oats! Must Have")
    assert [f.check for f in errors(titles, "Mill Lane Oats", "Whole grain.")] == ["length"]


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("a twelve-pack", "a 12-pack"),
        ("½ lb and 2½ cups", "0.5 lb and 2.5 cups"),
        ("half a kilo", "0.5 kilo"),
        ("two hundred and fifty grams", "250 grams"),
        ("a dozen eggs", "12 eggs"),
        ("pack of six", "pack of 6"),
        ("三件，半斤，二十四小时", "3件,0.5斤,24小时"),
        ("两公斤半", "2.5公斤"),
        ("净重0.2千克", "净重0.2千克"),
        ("38-42码", "38 码 42码"),
        ("A5，192页", "a5, 192页"),
        ("八成羊毛", "80%羊毛"),
        ("9块9", "9.9元"),
        ("一米八", "1.8米"),
        ("第一口，一日三餐，十分好", "第一口,一日三餐,十分好"),
        ("one pan dinners", "one pan dinners"),
    ],
)
def test_numbers_in_words(words: str, figures: str) -> None:
    text = digits(plain(words))
    assert text.text == figures
    assert len(text.text) == len(text.origins) and list(text.origins) == sorted(text.origins)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("20% off", "打八折", True),
        ("8.5折", "八五折", True),
        ("half price", "五折", True),
        ("buy one get one free", "买一送一", True),
        ("3 for 2", "买二送一", True),
        ("第二件半价", "second one half price", True),
        ("满199减20", "立减20元", False),
        ("up to 50% off", "50% off", False),
        ("买二送一", "买一送一", False),
        ("七折", "70% off", False),
    ],
)
def test_deals(one: str, other: str, same: bool) -> None:
    [a], [b] = deals(plain(one)), deals(plain(other))
    assert b.same(a) is same


RIGHT_EN = [
    "Twelve half-kilo bags of oats.",
    "Six kilos of oats in all.",
    "A dozen bags for under $20.",
    "One pan breakfasts with apple and raisins.",
    "With 20% dried apple. Breakfast for two, sorted.",
    "Oats from Ireland, $19.99.",
    "Ready by 7 am. First oats, then the day.",
]
WRONG_EN = [
    "Ten half-kilo bags of oats.",
    "Twelve 500 ml bags of oats.",
    "With 10% dried apple and 20% raisins.",
    "Oats from Scotland.",
    "Oats with strawberry flavour.",
    "Oats for €19.99.",
    "Now $9.99 instead of $19.99.",
    "Certified by the FDA.",
    "Ships free by tomorrow.",
    "Only 3 bags left.",
    "Quaker oats for breakfast.",
]


@pytest.mark.parametrize("body", RIGHT_EN)
def test_right_in_other_words_en(body: str) -> None:
    assert errors(en(), "Oats for breakfast", body) == []


@pytest.mark.parametrize("body", WRONG_EN)
def test_wrong_facts_en(body: str) -> None:
    assert errors(en(), "Oats for breakfast", body)


@pytest.mark.parametrize("body", ["三双五十九元。", "七成羊毛，40码也有。", "深灰和米白两种。"])
def test_right_in_other_words_zh(body: str) -> None:
    assert errors(zh(), "天冷了，换双厚袜", body) == []


@pytest.mark.parametrize(
    "body",
    [
        "五双装。",
        "七成锦纶。",
        "46码也有。",
        "酒红色。",
        "包邮到家。",
        "今日最后一天。",
        "羊绒袜。",
    ],
)
def test_wrong_facts_zh(body: str) -> None:
    assert errors(zh(), "天冷了，换双厚袜", body)


def test_words_on_both_sides_of_a_comma_are_no_forbidden_word() -> None:
    assert errors(zh(kind="coupon"), "券在手，慢慢选", "人手一份，云足羊毛袜。") == []
    assert errors(zh(), "世界第 一", "云足羊毛袜。") and errors(zh(), "人手一双", "云足羊毛袜。")


def test_an_offer_in_other_words_is_right() -> None:
    assert errors(en(offer="20% off and free shipping"), "Oats, 20% off", "We ship it free.") == []
    assert errors(zh(offer="全场八折"), "羊毛袜，全场8折", "打八折，只要47.2元。") == []
    assert errors(zh(offer="全场八折"), "羊毛袜七折", "打七折。")
    assert errors(en(offer="free shipping"), "Oats", "With free returns.")


def test_a_fix_shows_the_words_as_they_could_stand() -> None:
    fixes = " ".join(f.fix for f in errors(en(), "The finest oats", "Yours for $15."))
    assert "“The oats”" in fixes and "$19.99" in fixes
    clear = [f.fix for f in errors(en(), "Frеe o\u200bats", "Whole grain.") if f.check == "style"]
    assert any("Free oats" in f for f in clear)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("Тhe bеst", "The best"),
        ("ｂｅｓｔ", "best"),
        ("𝐛𝐞𝐬𝐭", "best"),
        ("Ⓑⓔⓢⓣ", "Best"),
        ("be\u00adst", "best"),
    ],
)
def test_what_a_reader_sees(source: str, seen: str) -> None:
    assert shown(source) == seen


@pytest.mark.parametrize(
    "words",
    [
        "f.r.e.e gift",
        "fr33 gift",
        "b 3 s t",
        "gu\u200barantee",
        "freeeee",
        "🅱🅴🆂🆃",
        "ⅽheapest",
        "сheapest",
    ],
)
def test_disguised_english(words: str) -> None:
    assert errors(en(), "Oats for breakfast", f"The {words} oats.")


@pytest.mark.parametrize(
    "words",
    ["最 佳", "最★佳", "蕞佳", "國家級", "冠 軍", "买一 送一", "加 V 信", "一三八零零一三八零零零"],
)
def test_disguised_chinese(words: str) -> None:
    assert errors(zh(), "天冷了，换双厚袜", f"羊毛袜，{words}。")


def test_goods_that_must_not_be_advertised() -> None:
    cigars = make_brief(Product("c", "Corona Cigars 5 pack"), "en")
    assert "category" in {f.check for f in errors(cigars, "Five cigars", "Take a seat.")}
    wine = make_brief(Product("w", "Hill Red Wine 75 cl", category="wine"), "en")
    assert errors(wine, "A glass of red", "Please drink responsibly.") == []
    assert errors(wine, "A glass of red", "Have one and drive home.")


def test_word_lists_try_only_what_can_match() -> None:
    assert needs("money[- ]back") == ("money",)
    assert needs("(?:最|第)一名") == ("一名",)
    assert needs(r"no\.? ?1") == ()
    words = WordList(["free gifts?", "free", r"no\.? ?1"], "latin")
    assert [m.group() for m in words.finditer("free gift, no 1, carefree")] == ["free gift", "no 1"]
