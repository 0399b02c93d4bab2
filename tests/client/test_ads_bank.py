"""The bank: every hook, sentence and benefit passes the checks, fits, and names a family in use."""

from __future__ import annotations

import re

import pytest

from client.creative.brief import LABELS, LANGUAGES, AdText, Language, make_brief
from client.creative.check import check
from client.creative.facts import styles, traits
from client.creative.text import data_file, width
from common.domain import Product

#: a line alone may say a word that the whole ad would say too often
_WHOLE = ("copies", "style", "length")


def nouns() -> dict[str, dict[str, str]]:
    """Family -> an entry of the lexicon."""
    out: dict[str, dict[str, str]] = {}
    for file in ("goods.json", "lexicon.json"):
        for noun in data_file("bank", file)["nouns"]:
            out.setdefault(noun["family"], noun)
    return out


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_passes_the_checks_for_a_product_of_its_family(language: Language) -> None:
    for name, family in data_file("bank", f"hooks_{language}.json")["families"].items():
        if name == "general":
            continue
        noun = nouns()[name]["zh" if language == "zh" else "en"]
        brief = make_brief(Product("p", noun), language, slot_name="feed")
        for part, lines in family.items():
            for text in lines.values():
                filled = text.replace("{noun}", noun)
                whole = f"{noun.capitalize()}: {filled}" if part != "l" else filled
                ad = AdText(noun.capitalize(), whole, "", LABELS[language])
                wrong = [f for f in check(brief, ad) if f.severity == "error"]
                assert not [f for f in wrong if f.check not in _WHOLE], (name, text, wrong)
                assert part != "h" or width(text) <= 30, text
                assert "  " not in text and text == text.strip()
                assert part != "l" or re.search(r"[.?!。？！]$", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_family_has_hooks_enough_for_every_slot(language: Language) -> None:
    families = data_file("bank", f"hooks_{language}.json")["families"]
    assert set(nouns()) <= set(families)
    for name, family in families.items():
        assert len(family["h"]) >= 4 and len(family["l"]) >= 2, name
        assert sum(width(t) <= 25 for t in family["h"].values()) >= 3, name


def test_benefits_and_shelves_speak_of_known_traits_and_families() -> None:
    known = {t.trait_id for t in (*traits(), *styles())}
    families = set(data_file("bank", "hooks_en.json")["families"])
    for b in data_file("bank", "benefits.json")["benefits"]:
        assert b["trait"] in known
        assert set(b["families"]) <= families, b
        assert all(width(t) <= 60 for x in LANGUAGES for t in b[x])
    assert set(data_file("bank", "goods.json")["shelves"].values()) <= families


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_and_no_line_stands_twice_in_a_family(language: Language) -> None:
    bank = data_file("bank", f"hooks_{language}.json")
    ids = [t["id"] for t in (*bank["general_headlines"], *bank["sentences"])]
    assert len(ids) == len(set(ids))
    for name, family in bank["families"].items():
        for part in ("h", "l"):
            texts = list(family[part].values())
            assert len(texts) == len(set(texts)), (name, part)
