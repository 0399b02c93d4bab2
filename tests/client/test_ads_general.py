"""What the checks know beyond lists: quoted facts, ways of speaking, any superlative; versions of the rules."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path

import pytest

from client.creative.brief import LABELS, AdText, Language, make_brief
from client.creative.check import check
from client.creative.checks.wordlist import needs
from common.domain import Finding, Product

LAMP = Product(
    "p1",
    "Lumio Reading Lamp",
    "Lighting",
    brand="Lumio",
    description=(
        "Rechargeable lamp, 3 levels of light, up to 40 hours per charge. Lifetime access to spare"
        " parts. The brightest clip lamp of its size. Bulb not included. Sold to over-18s only."
        " Cleaning kit 20 euros extra. 100-night home trial. Five parts: foot, arm, head, clip and plug."
    ),
    price_minor=3900,
    currency="EUR",
)
KETTLE = Product(
    "p2",
    "山溪 电水壶",
    "厨具",
    brand="山溪",
    description="最大容量1.7升，保温12小时，316不锈钢，棉100%杯套，不可入洗碗机，适合3岁以上使用。颜色：橙、米白。",
    price_minor=16900,
    currency="CNY",
)


def found(words: str, language: Language = "en", offer: str = "") -> list[Finding]:
    """Findings of a sentence below a headline that is right."""
    product, title = (LAMP, "Light for one") if language == "en" else (KETTLE, "水开了")
    brief = make_brief(product, language, slot_name="feed", offer=offer)
    return list(check(brief, AdText(title, words, "", LABELS[language])))


def errors(words: str, language: Language = "en", offer: str = "") -> list[Finding]:
    return [f for f in found(words, language, offer) if f.severity == "error"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Lifetime access to spare parts."),
        ("en", "Sold to over-18s only, with a 100-night home trial."),
        ("en", "The cleaning kit is 20 euros extra."),
        ("en", "Five parts, and light for the darkest evening."),
        ("en", "Half an hour for yourself, on the 8:15 train, page 212."),
        ("en", "Oh, and it recharges."),
        ("zh", "最大容量1.7升，橙色和米白两色。"),
        ("zh", "下班后的半小时，归自己。"),
        ("zh", "四岁的孩子，最冷的那个早晨。"),
        ("zh", "半斤八两的手艺，八十年代的味道。"),
    ],
)  # fmt: skip
def test_facts_and_ways_of_speaking_are_no_errors(language: Language, words: str) -> None:
    assert not errors(words, language), words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Lasts a lifetime."),
        ("en", "The smartest lamp around."),
        ("en", "The floor lamp is 20 euros."),
        ("en", "Six parts in the box."),
        ("en", "Shines for thirty hours."),
        ("en", "Comes with a bulb."),
        ("en", "Tidier than any other lamp."),
        ("en", "Tom Barlow has one already."),
        ("en", "No one builds it better than us, never buy another lamp again."),
        ("zh", "保温二十四小时。"),
        ("zh", "两岁宝宝的水壶。"),
        ("zh", "可入洗碗机。"),
        ("zh", "放心买，磕坏赔一把。"),
        ("zh", "比大牌好十倍。"),
    ],
)  # fmt: skip
def test_what_the_product_text_does_not_say_is_refused(language: Language, words: str) -> None:
    assert errors(words, language), words


@pytest.mark.parametrize(
    ("language", "offer", "right", "wrong"),
    [
        ("zh", "满100减20", "满100减20后149元。", "满100减20后139元。"),
        ("zh", "满300减50", "两个338元。", "满300减50后119元。"),
        ("en", "€10 off", "Save 10 euros: now €29.", "Save 12 euros: now €29."),
        ("en", "", "Two for €78.", "Two for €70."),
    ],
)
def test_prices_that_follow_from_the_shops_own(
    language: Language, offer: str, right: str, wrong: str
) -> None:
    assert not errors(right, language, offer)
    assert errors(wrong, language, offer)


def test_praise_and_the_shops_own_superlative_are_looked_at_by_a_person() -> None:
    for words in ("Perfect for late readers.", "Out of the smelly cupboard."):
        assert not errors(words) and any(f.severity == "warning" for f in found(words)), words
    own = found("The brightest clip lamp of its size.")
    assert own and all(f.severity == "warning" for f in own)


@pytest.mark.parametrize(
    ("product", "language", "right", "wrong"),
    [
        ("Ski jacket, warm to -22 °F.", "en", "Warm to -30 °C.", "Warm to 30 °C."),
        ("Oven mitt for 482 °F.", "en", "Holds out at 250 °C.", "Holds out at 300 °C."),
        ("Keeps at -18 °C.", "zh", "零下18度也行。", "零下22度也行。"),
        ("Crispy lentil snack.", "zh", "酥脆，端上桌就抢着吃。", "巧克力味，端上桌就抢着吃。"),
        ("Peeler with anti skid handle.", "zh", "手柄防滑。", "手柄防水。"),
        ("Instant snack.", "en", "Made with coffee time in mind.", "Made with coffee."),
        ("Cold Pressed oil.", "en", "Keep Cold Pressed oil by the stove.", "Keeps colds away."),
    ],
)
def test_degrees_and_senses(product: str, language: Language, right: str, wrong: str) -> None:
    brief = make_brief(Product("p", "Kovo", description=product), language, slot_name="feed")
    for words, bad in ((right, False), (wrong, True)):
        found = check(brief, AdText("Kovo", words, "", LABELS[language]))
        assert any(f.severity == "error" for f in found) == bad, (words, found)


def test_the_letters_that_a_pattern_needs_are_those_of_every_way_through() -> None:
    assert needs(r"(?:you|your (?:\w+ )?(?:home|dog)) (?:really )?(?:stinks?|reeks?)") == (
        "stink",
        "reek",
    )
    assert needs(r"(?:you|(?:home|dog))?x+") == ()
    assert needs(r"(?<!as )the only") == ("the only",)


def test_words_of_a_rule_file_change_with_its_version() -> None:
    """Each version of a file has one digest for good: raise the version, then add a line to the record."""
    record = json.loads(
        (Path(__file__).parents[1] / "data/ads/rule_versions.json").read_text("utf-8")
    )
    for path in (resources.files("client.creative") / "rules").iterdir():
        raw = json.loads(path.read_text(encoding="utf-8"))
        version = raw.pop("version")
        raw.pop("date", None)
        words = json.dumps(raw, sort_keys=True, ensure_ascii=False).encode()
        digest = hashlib.sha256(words).hexdigest()[:16]
        assert record.get(path.name, {}).get(version) == digest, (path.name, version, digest)
