"""Prices: the shop's own, what its offer makes of it, and the units that prices are given by."""

from __future__ import annotations

import re

from client.creative.brief import Brief
from client.creative.checks import deals
from client.creative.checks.known import known, known_text
from client.creative.checks.spoken import clause_of
from client.creative.figures import Amount, amounts
from client.creative.text import Plain


def price_is_right(brief: Brief, text: Plain, a: Amount) -> bool:
    """A price that the shop gives; "under $20" is right for $19.99; a sum in the text is none."""
    facts = brief.facts
    if facts.price is None or not _same_currency(a.name, facts.currency):
        return _is_in_offer(brief, a)
    if _is_told(brief, text, a):
        return True
    price = float(facts.price)
    before = text.text[max(0, a.start - 14) : a.start]
    after = text.text[a.end : a.end + 4]
    if _is_in_offer(brief, a):
        return True
    right = {price, *_reduced(brief, price)}
    right |= {p + extra for p in tuple(right) for extra in _extras(brief)}
    right |= {p / n for p in right for n in _parts(brief, text, a)}
    right |= {p * n for p in tuple(right) for n in _pieces(text.text[: a.start])}
    if _UNDER.search(before) or re.match(r"\s*(?:以内|以下|有余|不到)", after):
        return any(p <= a.value <= p * 1.3 + 0.01 for p in right)
    return any(abs(a.value - p) < 0.011 for p in right) and not (
        _OVER.search(before) and abs(a.value - price) > 0.005
    )


def _reduced(brief: Brief, price: float) -> set[float]:
    """What the shop's own offer makes of the price."""
    out = set()
    for deal in deals.of_offer(brief.facts.offer):
        if deal.kind == "off" and not deal.capped:
            out.add(round(price * (1 - deal.values[0] / 100), 2))
        elif deal.kind == "minus" and deal.values[0] < price and price >= max(deal.values):
            # 满300减50: where the price alone is enough for it
            out.add(round(price - deal.values[0], 2))
    return out


#: how many the price right after it is for: 两条138元, "two for $96"
_PIECES = re.compile(
    r"(?:(?P<z>[两二三四五六2-6])(?:瓶|袋|盒|片|支|包|件|双|条|只|个|张|卷|块|根|杯|套|本)(?:一共|一起|共|合计|只要|仅|才)?"
    r"|\b(?P<e>two|three|four|five|six|[2-6])(?: [a-z]+)? (?:for|cost|come to|are))\s*¥?$"
)


def _pieces(before: str) -> tuple[float, ...]:
    m = _PIECES.search(before)
    return (deals.value_of(m["z"] or m["e"]),) if m else ()


_UNDER = re.compile(r"(?:under|below|less than|不到|不足|低于)\s*$")

_OVER = re.compile(
    r"(?:over|above|more than|was|worth|value[d]?(?: at)?|rrp|instead of|原价|价值|市价|超过)\s*:?\s*$"
)


def _same_currency(said: str, own: str) -> bool:
    if said == "USD" and own in ("CAD", "AUD", "NZD", "HKD", "SGD", "TWD"):
        return True
    return said == own or (said, own) == ("CNY", "JPY")


def _is_told(brief: Brief, text: Plain, a: Amount) -> bool:
    """A sum of the product text beside the same word: the sauna is 20 euros extra."""
    source, have = known(brief)
    mine = _long_words(clause_of(text.text, a.start, a.end))
    return any(
        (b.kind, b.value, b.name) == ("money", a.value, a.name)
        and mine & _long_words(clause_of(source.text, b.start, b.end))
        for b in have
    )


_EXTRA = re.compile(
    r"(?:另?加|再加|加收)\s*¥?(\d+(?:\.\d+)?)\s*元|(?:plus|add|extra|another) [$€£]?(\d+(?:\.\d+)?)|[$€£]?(\d+(?:\.\d+)?)(?: \w+)? (?:extra|more)\b"
)


def _extras(brief: Brief) -> set[float]:
    """What the product text takes on top of the price: 刻字加10元."""
    source = known(brief)[0].text
    return {float(m[1] or m[2] or m[3]) for m in _EXTRA.finditer(source)}


def _long_words(text: str) -> set[str]:
    """What a clause speaks of: words but the names of money, pairs of Chinese characters."""
    latin = {w.removesuffix("s") for w in re.findall(r"[a-z]{4,}", text)}
    money = {"euro", "dollar", "pound", "yuan", "only", "just", "with", "from", "price"}
    return (latin - money) | set(re.findall(r"(?=([\u3400-\u9fff]{2}))", text))


def _is_in_offer(brief: Brief, a: Amount) -> bool:
    """A sum that the shop's own offer names ("$5 off over $50")."""
    if not brief.facts.offer:
        return False
    offer = known_text(brief.facts.offer)[1]
    # "€10 off" is one deal, not a sum of money, so that nobody takes it for a price
    named = any(
        d.kind == "minus" and a.value in d.values for d in deals.of_offer(brief.facts.offer)
    )
    return named or any((o.kind, o.value, o.name) == ("money", a.value, a.name) for o in offer)


_PER = re.compile(
    r"\s*(?:/|per |an? |each |for every )\s*(?P<u>[a-z]+|\d+ ?[a-z]+)|\s*(?:/|每|一)(?P<z>斤|公斤|千克|克|升|瓶|袋|盒|片|支|包|件|双|条|只|个|张|卷|枚|罐|粒|颗|块|根|杯|套)"
)


_PER_BEFORE = re.compile(
    r"(?:\bper |\beach |\b(?:an?|every) )(?P<u>[a-z]+)(?: (?:is|for|costs?|comes to|at))?\s*$|(?:每|一|(?<!\d)1)(?P<z>斤|公斤|千克|克|升|瓶|袋|盒|片|支|包|件|双|条|只|个|张|卷|枚|罐|粒|颗|块|根|杯|套)(?:才|仅|只要|约|合|不到)?\s*$"
)


def unit_price(brief: Brief, text: Plain, a: Amount) -> bool:
    """Whether the price is given by a unit that the product text does not give a price by."""
    m = _PER.match(text.text, a.end)
    if not m:
        return False
    unit = m["u"] or m["z"]
    if m["u"] and unit.split()[-1].removesuffix("s") not in _UNITS_OF_PRICE:
        return False
    if _parts(brief, text, a):
        return False
    words = re.escape(unit)
    return not re.search(rf"(?:/|per |an? |each |每|一)\s*{words}", brief.facts.source)


_APIECE = re.compile(r"\s*(?:apiece|each|a piece)\b")
#: one of these is the product itself, where the text counts no more of them
_WHOLE = frozenset("瓶袋盒包件双条只个罐支套")


def _parts(brief: Brief, text: Plain, a: Amount) -> set[float]:
    """How many units the price is for: ten bags at 39元 are 3.9元 a bag, 2 kg at $8 are $4 a kg."""
    m = _PER.match(text.text, a.end) or _PER_BEFORE.search(text.text[: a.start])
    source, have = known_text(f"{brief.product.title} . {brief.product.description}")
    if not m:
        return (
            {b.value for b in have if b.name == "count"}
            if _APIECE.match(text.text, a.end)
            else set()
        )
    unit = m["u"] or m["z"]
    counted = {
        b.value
        for b in have
        if b.value > 0 and re.search(rf"{re.escape(unit)}s?$", source.text[b.start : b.end])
    }
    counted |= {
        b.value
        for b in have
        if b.kind == "bare"
        and b.value > 0
        and re.match(rf"[\s-]*{re.escape(unit)}s?\b", source.text[b.end :])
    }
    # 一对, a twin pack: a count without words of its own, in its place in the text
    counted |= {
        b.value
        for b in have
        if b.name == "count" and b.start == b.end < len(source.text) and unit in _WHOLE
    }
    if unit in _WHOLE and not counted:
        return {1.0}
    one = [u for u in amounts(f"1 {unit}") if u.name in ("mass", "volume", "length")]
    whole = {b.base for b in have if one and b.kind == "unit" and b.name == one[0].name and b.base}
    return counted | ({max(whole) / one[0].base} if whole else set())


_UNITS_OF_PRICE = {"lb", "pound", "kg", "kilo", "oz", "ounce", "litre", "liter", "gram", "g", "dozen", "serving", "cup", "wash", "roll", "sheet", "month", "day", "week", "year"}  # fmt: skip
