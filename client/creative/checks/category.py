"""Category: goods whose ads are restricted or prohibited; a person must look twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from client.creative.brief import AdText, Brief
from client.creative.checks.rulebook import house
from client.creative.checks.wordlist import WordList
from client.creative.lexicon import key
from client.creative.text import data_file, has_han, plain
from common.domain import Finding


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """A warning or an error for the goods, and one more warning for an audience picked for them."""
    rules = data_file("rules", "categories.v1.json")
    noun = brief.facts.noun
    name = (noun.zh if brief.language == "zh" else noun.en) or brief.product.title[:40]
    kind = _goods(brief)
    if _child().search(
        plain(f"{brief.product.title} {brief.product.category} {brief.product.department}").text
    ):
        yield from _never(rules["never"]["children"], "children", ad)
    if kind:
        banned: list[str] = rules["prohibited"].get(kind, [])
        rule = rules["categories"][kind]
        refused = brief.language in banned or brief.slot.platform in banned or "*" in banned
        yield house(
            "prohibited" if refused else "restricted",
            name,
            message=rule["message"],
            fix=rule["fix"],
        )
        yield from _never(rules["never"].get(kind, []), kind, ad)
        if brief.reasons:
            yield house("restricted", name, message=rules["audience"], fix=rules["audience_fix"])


def _never(words: list[str], kind: str, ad: AdText) -> Iterator[Finding]:
    """What an ad for these goods must not speak of: driving beside alcohol, 母乳 beside formula."""
    pattern = WordList(words, "any")
    for _, source in ad.parts():
        text = plain(source)
        fine = [m.span() for m in _fine().finditer(text.text)]
        for m in pattern.finditer(text.text):
            if any(s <= m.start() < e for s, e in fine):
                continue
            yield house("never", text.original(*m.span()), kind=kind.replace("_", " "))


@cache
def _child() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:bab(?:y|ies)|infants?|toddlers?|kids?|child(?:ren)?(?:'s)?|newborns?)\b|婴|儿童|宝宝|幼儿|母婴|童装"
    )


@cache
def _fine() -> re.Pattern[str]:
    """Warnings that the law wants beside such goods."""
    return re.compile("|".join(data_file("rules", "categories.v1.json")["fine"]))


def _goods(brief: Brief) -> str:
    """Which restricted kind the product is; "" for most."""
    p = brief.product
    shelf = f"{p.department} {p.category} {p.product_type} {p.title}"
    text, tokens = plain(shelf).text, f" {key(shelf)} "
    for kind, pattern in _patterns().items():
        m = pattern.search(tokens) or (pattern.search(text) if has_han(text) else None)
        if m:
            return kind
    if _STRENGTH.search(plain(p.description).text):
        return "alcohol"
    return brief.facts.noun.restricted


#: a Pinot Noir says nowhere that it is wine, but how strong it is
_STRENGTH = re.compile(r"(?<![\d.])[1-9]\d?(?:\.\d)?\s?%\s?(?:vol|abv|alc)|酒精(?:度|含量)")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    goods: dict[str, Any] = data_file("rules", "categories.v1.json")["goods"]
    return {
        kind: re.compile("|".join(n if has_han(n) else rf" {n} " for n in names))
        for kind, names in goods.items()
    }
