"""The template writer: right, grammatical, deterministic, diverse; ranking; provenance."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import pytest

from client.creative.brief import (
    KINDS,
    LANGUAGES,
    AdText,
    Brief,
    Candidate,
    Kind,
    Language,
    make_brief,
)
from client.creative.check import check, has_errors
from client.creative.facts import extract
from client.creative.language import Watch
from client.creative.lexicon import find
from client.creative.rank import rank
from client.creative.template import TemplateWriter
from client.creative.text import width, words
from client.creative.write import Writer, compose
from common.domain import Audience, Interval, Product, Reason

DATA = Path(__file__).parents[2] / "data" / "completejourney"
COFFEE = Product(
    "c1", "Sweet Coffee", "Drinks", "Coffee", "Coffee", "Sleepy Owl",
    "Made with honey and cardamom, no preservatives. 200 ml of iced coffee.", 28000, "INR",
)  # fmt: skip
PIZZA = Product(
    "z1", "Frozen Pizza", "Grocery", "Frozen Pizza", "Pizza/Premium", "National", breadth=40
)
BISCUITS = Product(
    "b1", "Oat Biscuits", "Snacks", "Biscuits", "Cookies", "Bisk Farm", "Crunchy and vegan.", 399, "USD",
)  # fmt: skip


def shipped(step: int) -> list[Product]:
    """Every step-th different product of the sample data that the project ships."""
    seen: dict[tuple[str, ...], Product] = {}
    for file in sorted(DATA.glob("*/products.csv.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for r in csv.DictReader(lines):
                names = ("title", "department", "category", "product_type", "brand")
                values = tuple(r[n] for n in names)
                seen.setdefault(
                    values, Product(r["product_id"], *values, breadth=int(r["breadth"]))
                )
    return list(seen.values())[::step]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_product_gets_three_ads(language: Language) -> None:
    products = shipped(30)
    assert len(products) > 15
    for p in products:
        drafted = compose(make_brief(p, language), 3)
        assert len(drafted.passed) == 3, (p.title, p.product_type)
        assert len({r.candidate.text.headline for r, _ in drafted.passed}) == 3
        assert drafted.n_passed >= 0.75 * drafted.n_candidates, p.title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("product", [COFFEE, PIZZA, BISCUITS])
@pytest.mark.parametrize("kind", KINDS)
def test_every_candidate_fits_and_reads(product: Product, kind: Kind, language: Language) -> None:
    brief = make_brief(product, language, kind=kind, offer="20% off" if kind == "promotion" else "")
    candidates = TemplateWriter().candidates(brief)
    assert len(candidates) >= 8
    for c in candidates:
        assert 0 < width(c.text.headline) <= 30
        assert 0 < width(c.text.body) <= 90
        for part in (c.text.headline, c.text.body):
            assert part[0] == part[0].upper()
            assert "{" not in part and "  " not in part and part == part.strip()
            assert not re.search(r"\b(a|an) (a|an|the)\b|\ba [aeiou]|\ban [^aeiou\W]", part), part
        assert re.search(r"[.?!。？]$", c.text.body)


def test_dozens_of_candidates_and_no_two_alike() -> None:
    candidates = TemplateWriter().candidates(make_brief(COFFEE, "en"))
    assert len(candidates) >= 48
    assert len({(c.text.headline, c.text.body) for c in candidates}) == len(candidates)


def test_the_same_seed_gives_the_same_ads_and_another_seed_others() -> None:
    def texts(seed: int) -> list[AdText]:
        return [r.candidate.text for r, _ in compose(make_brief(COFFEE, "en", seed=seed)).passed]

    assert texts(1) == texts(1)
    assert any(texts(1) != texts(seed) for seed in range(2, 8))


def test_facts_are_used_and_nothing_is_invented() -> None:
    brief = make_brief(COFFEE, "en")
    bodies = " ".join(c.text.body for c in TemplateWriter().candidates(brief))
    assert "Made with honey and cardamom." in bodies
    assert "₹280" in bodies
    used = {f for c in TemplateWriter().candidates(brief) for f in c.facts_used}
    assert {"price", "title"} <= used


def test_verbs_agree_with_the_product() -> None:
    bodies = " ".join(c.text.body for c in TemplateWriter().candidates(make_brief(BISCUITS, "en")))
    assert "Biscuits are crunchy." in bodies
    assert "Biscuits is" not in bodies


def test_what_a_shop_owner_saw_go_wrong() -> None:
    gum = Product("g1", "泡泡糖", "食品", "糖果", "泡泡糖")
    assert find(gum).family == "candy" and find(gum).zh == "泡泡糖"
    jacket = Product(
        "j1", "Rain Jacket", "Clothing", "Jackets", "Rain Jacket", "Fjelltop", "Waterproof."
    )
    found = TemplateWriter().write(make_brief(jacket))
    assert not any("roof a " in c.text.whole() for c in found)
    assert any("Fjelltop Rain Jacket" in c.text.whole() for c in found)
    # An English mass noun still takes the attribute before it.
    assert "Organic coffee." in " ".join(
        c.text.body
        for c in TemplateWriter().write(make_brief(Product("o1", "Coffee", description="Organic.")))
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_promotion_without_an_offer_promises_none(language: Language) -> None:
    drafted = compose(make_brief(COFFEE, language, kind="promotion"))
    assert len(drafted.passed) == 3
    said = " ".join(r.candidate.text.call_to_action for r, _ in drafted.passed)
    assert "offer" not in said and "优惠" not in said


def test_a_terse_title_becomes_a_common_noun_in_both_languages() -> None:
    assert (find(PIZZA).en, find(PIZZA).zh, find(PIZZA).by) == (
        "frozen pizza",
        "冷冻披萨",
        "category",
    )
    en = compose(make_brief(PIZZA, "en")).passed[0][0].candidate.text.whole()
    zh = compose(make_brief(PIZZA, "zh")).passed[0][0].candidate.text.whole()
    assert "frozen pizza" in en.casefold()
    assert "冷冻披萨" in zh and "Pizza" not in zh


def test_an_unknown_english_title_stays_as_it_is_in_chinese() -> None:
    odd = Product("o", "Zorblax Quindle", price_minor=500, currency="USD")
    text = compose(make_brief(odd, "zh")).passed[0][0].candidate.text.whole()
    assert "Zorblax Quindle" in text


def test_the_shelf_beats_a_word_in_the_title() -> None:
    dairy_milk = Product("d", "Dairy Milk", "Food", "Chocolates", "Chocolates", "Cadbury")
    assert find(dairy_milk).family == "candy"


def test_restricted_goods_get_plain_words_only() -> None:
    pads = Product("f", "Feminine Hygiene", "Drugstore", "Feminine Hygiene", "Fem Hygn Napkins")
    audience = Audience(
        "a1", "x", "f", 50, Interval(0.1, 0.05, 0.2), 0.01, "d", "", reasons=(Reason("past purchases", 2.0),)
    )  # fmt: skip
    for c in TemplateWriter().candidates(make_brief(pads, "en", audience=audience)):
        assert "you" not in words(c.text.headline)
        assert not c.hook_id.startswith("restock")


def test_reasons_choose_hooks_but_never_speak_of_the_reader() -> None:
    audience = Audience(
        "a1", "x", "z1", 50, Interval(0.1, 0.05, 0.2), 0.01, "d", "", reasons=(Reason("past purchases", 2.0),)
    )  # fmt: skip
    brief = make_brief(PIZZA, "en", audience=audience)
    candidates = TemplateWriter().candidates(brief)
    assert any(c.hook_id.startswith("restock") for c in candidates)
    assert all(not has_errors(check(brief, c.text)) for c in candidates)


def test_novelty_moves_away_from_earlier_ads() -> None:
    first = compose(make_brief(PIZZA, "en", seed=3), 3)
    earlier = [r.candidate.text for r, _ in first.passed]
    second = compose(make_brief(PIZZA, "en", seed=3, earlier=earlier), 3)
    assert not {t.whole() for t in earlier} & {r.candidate.text.whole() for r, _ in second.passed}


def test_contributions_add_up_to_the_score() -> None:
    brief = make_brief(COFFEE, "en")
    for r in rank(brief, TemplateWriter().candidates(brief), 5):
        assert sum(r.parts.values()) == pytest.approx(r.score, abs=1e-3)


def test_another_writer_goes_through_the_same_path() -> None:
    class Boaster:
        name = "boaster"
        version = "1"

        def write(
            self, brief: Brief, n: int, seed: int | None = None, watch: Watch | None = None
        ) -> list[Candidate]:
            return [
                Candidate(AdText("The best coffee ever", "Guaranteed.", "", "Ad")),
                Candidate(AdText("A cup of calm", "Sleepy Owl Sweet Coffee for ₹280.", "", "Ad")),
            ]

    writer: Writer = Boaster()
    drafted = compose(make_brief(COFFEE, "en"), 3, writer)
    assert [r.candidate.text.headline for r, _ in drafted.passed] == ["A cup of calm"]


def test_facts_know_units_and_denials() -> None:
    facts = extract(
        Product("p", "Oil 1 L", description="Not waterproof. Free from parabens. 500 g.")
    )
    assert {(a.name, a.base) for a in facts.amounts} == {("volume", 1000.0), ("mass", 500.0)}
    assert not facts.has_trait("waterproof")
