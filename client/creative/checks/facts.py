"""Facts: every number with its unit, price, discount, trait and brand must be in the brief."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from client.creative.brief import AdText, Brief
from client.creative.facts import claimed
from client.creative.figures import Amount, amounts
from client.creative.text import Plain, data_file, has_han, plain
from common.domain import Finding

_FIX = "Use the figure from the product text, or leave it out."


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Compare each part of the ad with the facts of the brief."""
    for _, source in ad.parts():
        text = plain(source)
        yield from _amounts(brief, text)
        yield from _traits(brief, text)
        yield from _marks(brief, text)
        yield from _names(brief, source)


def _amounts(brief: Brief, text: Plain) -> Iterator[Finding]:
    for a in amounts(text.text):
        words = text.original(a.start, a.end)
        if a.kind == "money" and not _price_is_right(brief, a):
            yield _error(words, "This price is not the product's price.", "Use the shop's price.")
        elif a.kind == "discount" and not _is_offered(brief, a):
            yield _error(
                words,
                "The shop has not entered this discount.",
                "Remove it, or enter the offer with --offer.",
            )
        elif a.kind == "unit" and not _amount_is_right(brief, a):
            yield _error(words, "The product text does not give this figure.", _FIX)
        elif a.kind == "bare" and not any(a.same(f) for f in brief.facts.amounts):
            yield _error(words, "The product text does not give this number in this sense.", _FIX)


def _price_is_right(brief: Brief, a: Amount) -> bool:
    """A price that the shop gives; a sum in the description is no price."""
    facts = brief.facts
    if facts.price is None:
        return False
    same_currency = a.name == facts.currency or (a.name, facts.currency) == ("CNY", "JPY")
    return same_currency and abs(a.value - float(facts.price)) < 0.005


def _is_offered(brief: Brief, a: Amount) -> bool:
    """A discount that the shop entered; one that a description speaks of is none of today's."""
    return any(a.same(f) for f in amounts(plain(brief.facts.offer).text))


def _amount_is_right(brief: Brief, a: Amount) -> bool:
    if a.name == "products":
        return a.value == brief.facts.breadth and a.value > 1
    return any(a.same(f) for f in brief.facts.amounts)


def _traits(brief: Brief, text: Plain) -> Iterator[Finding]:
    covered: list[tuple[int, int]] = []
    for (start, end), trait in claimed(text.text):
        inside = any(s <= start and end <= e for s, e in covered)
        covered.append((start, end))
        if not inside and not brief.facts.has_trait(trait.trait_id):
            words = text.original(start, end)
            noun = brief.facts.noun
            if text.text[start:end] in brief.facts.source or words in noun.zh + noun.en:
                continue
            yield _error(
                words,
                "The product text does not say this of the product.",
                "Leave it out, or add it to the product text if it is true.",
            )


@cache
def _mark_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = [
        rf"(?<![A-Za-z]){re.escape(n)}(?![A-Za-z])" if n.isascii() else re.escape(n) for n in names
    ]
    return re.compile("|".join(parts) or r"(?!)")


def _marks(brief: Brief, text: Plain) -> Iterator[Finding]:
    rules = data_file("rules", "marks.v1.json")
    listed = {*rules["marks"], *rules["origins"], *brief.other_brands}
    names = tuple(sorted(listed, key=len, reverse=True))
    own = brief.facts.source + plain(brief.facts.noun.en + brief.facts.noun.zh).text
    # A mark is written with a capital: look at the source, then at what hides in it.
    for match in _mark_pattern(names).finditer(text.source):
        if plain(match.group()).text not in own:
            yield _error(
                match.group(),
                "A brand or a place that the product text does not name.",
                "Name only the brand and the origin of this product.",
            )


_CAPITAL = re.compile(
    r"(?<![\w'’-])(?:[A-Z][a-z]+(?:[A-Z][a-z]*)*|[a-z]+[A-Z]\w*)(?:[-'’][A-Za-z]+)*"
)
_SENTENCE_END = re.compile(r"[.!?:;。！？：；]\s*[\"“'’)]?\s*$")
_CALENDAR = set(
    [
        "I",
        "I'm",
        "I'll",
        "I'd",
        "I've",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Mondays",
        "Tuesdays",
        "Wednesdays",
        "Thursdays",
        "Fridays",
        "Saturdays",
        "Sundays",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Christmas",
        "Easter",
        "Halloween",
        "Valentine's",
        "Mother's",
        "Father's",
        "Day",
        "New",
        "Year",
        "Year's",
        "Eve",
        "Diwali",
        "Thanksgiving",
        "Ad",
    ]
)


def _names(brief: Brief, source: str) -> Iterator[Finding]:
    """Capitalised words in the middle of a sentence are names; names come from the brief."""
    found = list(_CAPITAL.finditer(source))
    middle = [m for m in found if not _starts_sentence(source, m.start())]
    if brief.language == "en" and _is_title_case(source):
        middle = [m for m in found if re.search(r"[a-z][A-Z]", m.group())]
    known = set(re.findall(r"\w+", brief.facts.source)) | set(brief.facts.noun.en.lower().split())
    for m in middle:
        parts = re.findall(r"\w+", plain(m.group()).text)
        joined = "".join(parts)
        if m.group() in _CALENDAR or joined in known or all(p in known for p in parts):
            continue
        if joined.removesuffix("s") in known:
            continue
        yield _error(
            m.group(),
            "This name is not in the product text.",
            "Write it as in the product text, or in small letters if it is no name.",
        )


def _starts_sentence(source: str, start: int) -> bool:
    before = source[:start]
    return not before.strip() or _SENTENCE_END.search(before) is not None or has_han(before[-1:])


def _is_title_case(source: str) -> bool:
    long_words = [w for w in re.findall(r"[A-Za-z][\w'’-]*", source) if len(w) > 3]
    return len(long_words) > 1 and all(w[0].isupper() for w in long_words)


def _error(words: str, message: str, fix: str) -> Finding:
    return Finding("facts", "error", words, message, fix)
