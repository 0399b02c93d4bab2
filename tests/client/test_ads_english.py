"""English words: other languages and made-up names are told from English, loanwords and British spelling."""

from __future__ import annotations

import pytest

from client.creative.brief import LABELS, AdText, make_brief
from client.creative.check import check
from client.creative.checks.english import is_common, is_english
from common.domain import Product

POT = Product("p", "Ashby Stock Pot 8 L", brand="Ashby", description="Steel pot with a glass lid.")


@pytest.mark.parametrize(
    "word",
    [
        "kettle",
        "Colour",
        "litres",
        "fibre",
        "organised",
        "Café",
        "hoodie",
        "gluten",
        "dishcloth",
        "x",
    ],
)
def test_words_that_english_has(word: str) -> None:
    assert is_english(word)


@pytest.mark.parametrize(
    "word", ["coperchio", "bolsillos", "Töpfe", "Nestora", "Cauldrin", "huile"]
)
def test_words_that_english_lacks(word: str) -> None:
    assert not is_english(word)


def test_common_words_are_fewer() -> None:
    assert is_common("copper")
    assert not is_common("whittington")


@pytest.mark.parametrize(
    ("body", "family"),
    [
        ("Acciaio inossidabile, coperchio di vetro.", "style"),
        ("Topf aus Edelstahl mit Glasdeckel.", "style"),
        ("Marmite en acier, couvercle en verre.", "style"),
        ("Nestora pot with a glass lid.", "facts"),
        ("Steel, with a glass lid.", ""),
        ("Soup à la carte from a steel pot.", ""),
    ],
)
def test_ads_in_another_language_or_of_another_name(body: str, family: str) -> None:
    found = check(make_brief(POT, "en"), AdText("Soup for a crowd", body, "", LABELS["en"]))
    errors = {f.check for f in found if f.severity == "error"}
    assert family in errors if family else not errors
