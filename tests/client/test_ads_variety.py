"""Three ads of a brief differ in hook, sentences and facts; a shop's last ads count; offers are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from client.creative.brief import Language, make_brief
from client.creative.offers import in_language
from client.creative.signals import Signals, gather, lately, lines_of
from client.creative.write import compose, draft
from client.store import Store, rows
from common.domain import Product
from common.errors import CreativeError
from common.settings import Settings

MUG = Product(
    "p1", "Ceramic Mug 350 ml", category="Mugs", brand="Claybarn",
    description="Handmade. Dishwasher-safe.", price_minor=1900, currency="USD",
)  # fmt: skip
SKIRT = Product("p2", "牛仔裙", "服装", "裙", "裙", "", "裙，高腰，口袋，复古，修身，纽扣")


@pytest.mark.parametrize(("product", "language"), [(MUG, "en"), (SKIRT, "zh")])
def test_a_set_repeats_no_hook_and_no_sentence(product: Product, language: Language) -> None:
    made = compose(make_brief(product, language, seed=5), 3)
    own = [lines_of(r.candidate.hook_id, r.candidate.template_id) for r, _ in made.passed]
    said = [line for lines in own for line in lines]
    assert len(own) == 3 and len(said) == len(set(said))
    bodies = "".join(r.candidate.text.body for r, _ in made.passed)
    assert (
        language == "en" or sum(w in bodies for w in ("高腰", "口袋", "复古", "修身", "纽扣")) >= 2
    )


def test_what_the_shop_wrote_lately_is_said_less() -> None:
    brief = make_brief(MUG, seed=5)
    first = compose(brief, 3)
    said = [(r.candidate.hook_id, r.candidate.template_id) for r, _ in first.passed]
    again = compose(brief, 3, signals=Signals(lately=lately(said * 3)))
    old = {line for h, t in said for line in lines_of(h, t)}
    new = [
        x for r, _ in again.passed for x in lines_of(r.candidate.hook_id, r.candidate.template_id)
    ]
    assert sum(x in old for x in new) <= len(old) / 3
    assert lately([("a+g.name", "x+y"), ("a", "x")])["a"] == pytest.approx(1 + 0.5 ** (1 / 30))


def test_a_shop_remembers_its_other_products_in_this_language(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        for p in ("p1", "p2"):
            store.db.table("products").insert({"product_id": p, "title": "Blue Mug"})
        made = draft(store, Settings(), rows.product(store, "p1"), None, "en", 1)
        known = [gather(store, make_brief(replace(MUG, product_id=p))).lately for p in ("p1", "p2")]
        assert known[0] == {}
        assert set(known[1]) == set(
            lines_of(made[0].provenance["hook"], made[0].provenance["template"])
        )
        assert gather(store, make_brief(SKIRT, "zh")).lately == {}


@pytest.mark.parametrize(
    ("offer", "language", "told"),
    [
        ("满100减20", "en", "spend ¥100, save ¥20"),
        ("第二件半价", "en", "second one half price"),
        ("限时8.5折，包邮", "en", "15% off and free delivery for a limited time"),
        ("买一送一", "en", "buy one, get one free"),
        ("最高立减50元", "en", "up to ¥50 off"),
        ("Spend $100, save $20", "zh", "满$100减$20"),
        ("$5 off orders over $30", "zh", "满$30减$5"),
        ("free shipping over $50", "zh", "满$50包邮"),
        ("20% off this week", "zh", "本周8折"),
        ("up to 30% off", "zh", "低至7折"),
        ("8折", "zh", "8折"),
        ("20% off", "en", "20% off"),
        ("-20%", "zh", "-20%"),
        ("老顾客都有", "en", ""),
        ("20% off for left-handed sailors", "zh", ""),
    ],
)
def test_an_offer_is_told_in_the_ads_language(offer: str, language: Language, told: str) -> None:
    assert in_language(offer, language, "CNY") == told


def test_an_ad_says_the_offer_in_its_own_language_or_the_shop_is_asked(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        store.db.table("products").insert({"product_id": "p1", "title": "Blue Mug"})
        mug = rows.product(store, "p1")
        made = draft(store, Settings(), mug, None, "en", offer="第二件半价", seed=2)
        assert len(made) == 3 and made[0].provenance["offer"] == "second one half price"
        assert all("half price" in f"{c.headline} {c.body}".lower() for c in made)
        with pytest.raises(CreativeError, match="cannot be put into English"):
            draft(store, Settings(), mug, None, "en", offer="老顾客都有")


def test_a_title_keeps_its_brand_and_is_not_thin() -> None:
    made = compose(make_brief(MUG, slot_name="marketplace", seed=1), 3)
    titles = [r.candidate.text.headline for r, _ in made.passed]
    assert len(titles) == 3
    assert all("Claybarn" in t and ("Handmade" in t or "Dishwasher" in t) for t in titles)
