"""Slots: units, every kind in every slot, titles, borrowed frames, prompts; the hundred briefs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from client.creative.brief import (
    KINDS,
    LANGUAGES,
    AdText,
    Brief,
    Example,
    Kind,
    Language,
    make_brief,
    slot,
    slot_names,
)
from client.creative.check import check, has_errors
from client.creative.language import Prompt, Watch
from client.creative.lexicon import find
from client.creative.model_writer import ModelWriter
from client.creative.prompt import make_prompt
from client.creative.template import TemplateWriter
from client.creative.text import measure
from client.creative.write import compose
from common.domain import Product

BRIEFS = Path(__file__).parents[1] / "data" / "ads" / "briefs.json"
BOTTLE = Product(
    "p1", "Steel Water Bottle 750 ml", "Home", "Drinkware", "Water Bottles", "PolarSip",
    "Leak-proof bottle. Dishwasher-safe. Made of stainless steel.", 1999, "USD",
)  # fmt: skip
MUG = Product(
    "p2", "Ceramic Mug 350 ml", "Home", "Drinkware", "Mugs", "Claybarn", "Microwave-safe.", 900, "USD"
)  # fmt: skip
SKIRT = Product(
    "s", "黑色裙", "服装", "裙", "裙", "", "简约，条纹，鱼尾裙，无袖，小立领，雪纺", 19900, "CNY"
)


def briefs() -> list[dict[str, Any]]:
    """The hand-made briefs."""
    value: list[dict[str, Any]] = json.loads(BRIEFS.read_text(encoding="utf-8"))
    return value


def made(row: dict[str, Any]) -> Brief:
    """A brief of the file."""
    b = make_brief(
        Product(**row["product"]), row["language"], kind=row["kind"], tone=row["tone"],
        offer=row["offer"], slot_name=row["slot"], seed=1,
    )  # fmt: skip
    return replace(b, reasons=tuple(row["reasons"]))


@pytest.mark.parametrize(
    ("text", "width", "chars", "n_bytes", "gbk"),
    [("ab", 2, 2, 2, 2), ("茶杯", 4, 2, 6, 4), ("é", 1, 1, 2, 2), ("", 0, 0, 0, 0)],
)
def test_lengths_are_counted_as_the_platform_does(
    text: str, width: int, chars: int, n_bytes: int, gbk: int
) -> None:
    counted = [measure(text, u) for u in ("width", "chars", "bytes", "gbk")]
    assert counted == [width, chars, n_bytes, gbk]
    assert measure("\ud800", "bytes") == 4


def test_every_slot_has_a_platform_and_a_source() -> None:
    assert {"search", "feed", "banner", "marketplace", "email"} <= set(slot_names())
    for name in slot_names():
        assert slot(name).platform and slot(name).headline > 0
    with pytest.raises(KeyError):
        slot("skywriting")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["search-baidu", "feed", "banner", "email", "marketplace-taobao"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_every_slot(language: Language, name: str, kind: Kind) -> None:
    offer = "20% off" if kind == "promotion" else ""
    brief = make_brief(BOTTLE, language, kind=kind, offer=offer, slot_name=name)
    candidates = TemplateWriter().candidates(brief)
    assert len(candidates) >= 3
    for c in candidates:
        assert brief.slot.fits(c.text.headline, c.text.body)
        assert bool(c.text.body) == bool(brief.slot.body)
        assert bool(c.text.call_to_action) == brief.slot.call
    assert any(not has_errors(check(brief, c.text)) for c in candidates)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("promotion", ("20% off",)), ("brand", ("polarsip",)), ("coupon", ("coupon",))],
)
def test_an_ad_says_what_kind_of_campaign_it_is(kind: Kind, words: tuple[str, ...]) -> None:
    brief = make_brief(BOTTLE, kind=kind, offer="20% off" if kind == "promotion" else "")
    for c in TemplateWriter().candidates(brief):
        assert any(w in c.text.whole().casefold() for w in words), c.text


def test_a_title_is_brand_noun_features_size_and_nothing_else() -> None:
    brief = make_brief(BOTTLE, slot_name="marketplace-amazon")
    best = compose(brief, 3).passed[0][0].candidate.text
    assert best.headline.startswith("PolarSip ") and "750 ml" in best.headline
    for c in TemplateWriter().candidates(brief):
        assert "$" not in c.text.headline and not c.text.headline.endswith(".")
    zh = [c.text.headline for c in TemplateWriter().candidates(make_brief(SKIRT, "zh", slot_name="marketplace-taobao"))]  # fmt: skip
    assert all(t.startswith("黑色鱼尾裙") and measure(t, "gbk") <= 60 for t in zh)
    assert any("雪纺" in t for t in zh)


def test_a_word_for_the_shelf_becomes_the_kind_that_the_description_names() -> None:
    assert (find(SKIRT).zh, find(SKIRT).family) == ("鱼尾裙", "dress")
    said = "".join(c.text.whole() for c in TemplateWriter().candidates(make_brief(SKIRT, "zh")))
    assert "条纹" in said and "无袖" in said and "简约" in said
    assert "、立领" not in said and "小立领" in said


def test_features_of_clothing_that_the_text_does_not_name_are_refused() -> None:
    brief = make_brief(SKIRT, "zh")
    for wrong in ("波点图案", "长袖", "V领"):
        found = check(brief, AdText("黑色鱼尾裙", f"{wrong}，黑色鱼尾裙。", "", "广告"))
        assert [f for f in found if f.check == "facts" and f.severity == "error"], wrong


def test_the_form_of_an_approved_ad_is_borrowed_and_none_of_its_facts() -> None:
    text = AdText(
        "Sip slowly: Claybarn Ceramic Mug", "Ceramic Mug for $9. A quiet corner.", "", "Ad"
    )
    brief = make_brief(BOTTLE, best=[Example(text, MUG)], slot_name="feed")
    own = [c for c in TemplateWriter().candidates(brief) if c.hook_id.startswith("best.")]
    assert own and own[0].text.body.endswith("$19.99. A quiet corner.")
    said = " ".join(c.text.whole() for c in own)
    assert not any(w in said for w in ("Claybarn", "Mug", "$9."))
    assert any(not has_errors(check(brief, c.text)) for c in own)


@pytest.mark.parametrize(
    "body", ["Ceramic Mug holds 350 ml.", "Microwave-safe and ready.", "Made by Claybarn potters."]
)
def test_a_frame_that_would_keep_a_fact_is_not_used(body: str) -> None:
    frame = AdText("A mug with {name}", body, "", "Ad")
    brief = make_brief(
        BOTTLE, best=[Example(frame, replace(MUG, title="Cup")), Example(frame, BOTTLE)]
    )
    texts = [c.text.whole() for c in TemplateWriter().candidates(brief) if "best." in c.hook_id]
    assert not any("350" in t or "Claybarn" in t or "icrowave" in t for t in texts)


class Parrot:
    """A model that says the same line."""

    name, digest = "parrot", "cd" * 32

    def __init__(self, line: str) -> None:
        self.line = line

    def complete(self, prompt: Prompt, n: int, seed: int, watch: Watch | None = None) -> list[str]:
        return [self.line]

    def log_p(self, texts: Sequence[str]) -> list[float]:
        return [0.0 for _ in texts]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", slot_names())
def test_a_prompt_names_the_sizes_of_its_slot(language: Language, name: str) -> None:
    prompt = make_prompt(make_brief(BOTTLE, language, kind="win-back", slot_name=name))
    sizes = slot(name)
    assert str(sizes.headline) in prompt.system and "{" not in prompt.system
    assert not sizes.body or str(sizes.body) in prompt.system
    assert ("campaign" in prompt.ask) == bool(sizes.body)


def test_a_models_title_has_no_body_and_no_call() -> None:
    brief = make_brief(BOTTLE, slot_name="marketplace")
    ads = ModelWriter("gguf", Parrot("PolarSip Steel Water Bottle, Leak-proof | ignored")).write(
        brief
    )
    assert [c.text for c in ads] == [
        AdText("PolarSip Steel Water Bottle, Leak-proof", "", "", "Ad")
    ]
    assert ModelWriter("gguf", Parrot("PolarSip at www.evil.example")).write(brief) == []


def test_the_hundred_briefs_are_what_they_should_be() -> None:
    rows = briefs()
    assert len({r["id"] for r in rows}) == 100
    assert [sum(r["language"] == x for r in rows) for x in LANGUAGES] == [50, 50]
    assert {r["kind"] for r in rows} == set(KINDS)
    assert {r["slot"].split("-")[0] for r in rows} >= {"search", "feed", "banner", "marketplace"}
    assert max(len(r["product"]["description"]) for r in rows) == 10_000


@pytest.mark.parametrize("start", range(4))
def test_briefs_give_three_ads_each(start: int) -> None:
    """Every fourth brief, and the nasty ones at the end of each language; the bench runs all."""
    rows = briefs()
    nasty = [r for r in rows if int(r["id"].split("-")[1]) > 44]
    for row in (*rows[start::16], *nasty[start::4]):
        drafted = compose(made(row), 3)
        assert len({r.candidate.text.headline for r, _ in drafted.passed}) == 3, row["id"]
        for ranked, _ in drafted.passed:
            said = ranked.candidate.text.whole()
            assert not any(w in said.lower() for w in ("ignore", "best", "忽略", "\u202e")), said
