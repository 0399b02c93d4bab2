"""Facts: every number with its unit, price and discount must be in the brief; so must names and traits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from client.creative.brief import AdText, Brief
from client.creative.checks import clashes, compounds, deals, names, prices, quantities, traits
from client.creative.checks.known import known
from client.creative.checks.numerals import digits
from client.creative.checks.numerals_zh import said_spans
from client.creative.checks.rulebook import house
from client.creative.figures import Amount, amounts, price_text
from client.creative.text import Plain, plain
from common.domain import Finding


def check(brief: Brief, ad: AdText) -> Iterator[Finding]:
    """Compare each part of the ad with the facts of the brief."""
    for _, source in ad.parts():
        if not source:
            continue
        text = plain(source)
        numbers = list(_numbers(brief, digits(text)))
        yield from numbers
        for place in clashes.contradictions(brief, text) if not numbers else ():
            yield house("number", text.original(*place), right="")
        yield from traits.check(brief, text)
        yield from compounds.check(brief, text)
        yield from names.check(brief, source)


def _numbers(brief: Brief, text: Plain) -> Iterator[Finding]:
    offered = deals.of_offer(brief.facts.offer)
    taken = []
    for deal in deals.deals(text):
        taken.append((deal.start, deal.end))
        if not any(deal.same(o) for o in offered):
            words = text.original(deal.start, deal.end)
            right = f" as it is: “{brief.facts.offer}”" if offered else ""
            yield house("discount", words, right=right)
    taken.extend(said_spans(text.text))
    ordinal = "第" not in brief.facts.source
    for a in amounts(text.text):
        if ordinal and text.text[: a.start].endswith("第"):
            continue  # 第一公里, 第一百杯
        if not any(s < a.end and a.start < e for s, e in taken):
            yield from _amount(brief, text, a)


#: a single one of these beside a price is what the price is for: 一斤不到7块
_FOR_ONE = re.compile(
    r"(?:[不还才仅只约合]{1,2}到?|大约|是|[:：=])?\s*¥?\s*\d+(?:\.\d+)?\s*(?:元|块)"
)


def _amount(brief: Brief, text: Plain, a: Amount) -> Iterator[Finding]:
    words = _whole(text, a)
    if a.kind == "money":
        facts = brief.facts
        price = price_text(facts.price, facts.currency, brief.language) if facts.price else ""
        right = f": “{price}”" if price else ""
        if not prices.price_is_right(brief, text, a) and not _other_reading(brief, text, a):
            yield house("price", words, right=right)
        elif prices.unit_price(brief, text, a):
            yield house("unit-price", words, right=right)
    elif a.kind == "unit" and a.value == 1 and _FOR_ONE.match(text.text, a.end):
        return
    elif a.kind in ("unit", "bare") and not quantities.is_right(brief, text, a):
        right = _nearest(brief, a)
        yield house(
            "amount" if a.kind == "unit" else "number", words, right=f": “{right}”" if right else ""
        )
    elif (
        a.kind == "discount"
        and text.text[a.start : a.end] != "一折"
        and not any(a.same(b) for b in amounts(plain(brief.facts.offer).text))
    ):
        yield house("discount", words, right="")


def _whole(text: Plain, a: Amount) -> str:
    """The words in the source: a digit may stand for a word of which only the end is known."""
    start, end = text.origins[a.start], text.origins[a.end - 1] + 1
    while start > 0 and text.source[start - 1].isalpha() and text.source[start].isalpha():
        if not (text.source[start - 1].isascii() and text.source[start].isascii()):
            break
        start -= 1
    return text.source[start:end]


def _other_reading(brief: Brief, text: Plain, a: Amount) -> bool:
    """5 pounds are money or weight; one of the two must be right."""
    if not text.text[a.start : a.end].endswith(("pound", "pounds", "lb")):
        return False
    weight = Amount("unit", a.value, "mass", a.value * 453.592, a.start, a.end)
    return quantities.is_right(brief, text, weight)


def _nearest(brief: Brief, a: Amount) -> str:
    """The figure of the same kind in the product text, for the fix."""
    source, have = known(brief)
    same = [b for b in have if b.kind == a.kind and b.name == a.name and b.end <= len(source.text)]
    if not same or a.kind == "bare":
        return ""
    best = min(same, key=lambda b: abs(b.base - a.base))
    return source.text[best.start : best.end]
