"""Quantities: whether a number of the ad, with its unit and its neighbours, is in the brief."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from client.creative.brief import Brief
from client.creative.checks import deals
from client.creative.checks.numerals import digits, rules
from client.creative.figures import Amount, amounts, han_value
from client.creative.text import Plain, has_han, plain

#: share by which equal amounts may differ: 16 oz are sold as 450 g
NEAR = 0.012


def known(brief: Brief) -> tuple[Plain, tuple[Amount, ...]]:
    """The brief's text with digits, and every amount in it, also what a multipack comes to."""
    p = brief.product
    return _known(
        " . ".join(
            (p.title, p.brand, p.product_type, p.category, p.department, p.description)
            + (brief.facts.offer,)
        )
    )


@lru_cache(maxsize=512)
def _known(source: str) -> tuple[Plain, tuple[Amount, ...]]:
    text = digits(plain(source))
    found = amounts(text.text)
    return text, (*found, *_totals(text.text, found), *_listed(text.text))


_LIST = re.compile(
    r"(?:颜色|配色|色号|口味|味道|尺码|尺寸|规格|款式|香型|colou?rs?|flavou?rs?|sizes?|scents?|styles?)"
    r"\s*(?:有|为|可选|are|come in|include)?\s*[:：]?\s*([^.。;；!\n]+)"
)


def _listed(text: str) -> list[Amount]:
    """颜色：米白、雾蓝 are two colours."""
    out = []
    for m in _LIST.finditer(text):
        n = len([x for x in re.split(r"\s*(?:[,、/]|\band\b|\bor\b|和|或|与|及)\s*", m[1]) if x])
        if 1 < n < 10:
            out.append(Amount("unit", float(n), "count", float(n), len(text), len(text)))
    for m in re.finditer(r"双(?=[a-z\u3400-\u9fff])|\b(?:twin|double|dual|pair)\b", text):
        out.append(Amount("unit", 2.0, "count", 2.0, m.end(), m.end()))
    return out


def _totals(text: str, found: list[Amount]) -> list[Amount]:
    """12 x 500 ml are 6 litres."""
    out = []
    for a, b in zip(found, found[1:], strict=False):
        gap = text[a.end : b.start].strip()
        pair = {a.name: a, b.name: b}
        if gap in ("", "of", ",", "共", "/") and "count" in pair and len(pair) == 2:
            count = pair.pop("count")
            [each] = pair.values()
            if each.name in ("mass", "volume", "length") and 1 < count.value < 200:
                n = count.value
                out.append(replace(each, value=each.value * n, base=each.base * n))
    return out


def price_is_right(brief: Brief, text: Plain, a: Amount) -> bool:
    """A price that the shop gives; "under $20" is right for $19.99; a sum in the text is none."""
    facts = brief.facts
    if facts.price is None or not _same_currency(a.name, facts.currency):
        return _is_in_offer(brief, a)
    price = float(facts.price)
    before = text.text[max(0, a.start - 14) : a.start]
    after = text.text[a.end : a.end + 4]
    if _UNDER.search(before) or re.match(r"\s*(?:以内|以下|有余|不到)", after):
        return price <= a.value <= price * 1.3 + 0.01
    if _is_in_offer(brief, a):
        return True
    return abs(a.value - price) < 0.005 and not _OVER.search(before)


_UNDER = re.compile(r"(?:under|below|less than|不到|不足|低于)\s*$")
_OVER = re.compile(
    r"(?:over|above|more than|was|worth|value[d]?(?: at)?|rrp|instead of|原价|价值|市价|超过)\s*:?\s*$"
)


def _same_currency(said: str, own: str) -> bool:
    if said == "USD" and own in ("CAD", "AUD", "NZD", "HKD", "SGD", "TWD"):
        return True
    return said == own or (said, own) == ("CNY", "JPY")


def _is_in_offer(brief: Brief, a: Amount) -> bool:
    """A sum that the shop's own offer names ("$5 off over $50")."""
    if not brief.facts.offer:
        return False
    offer = _known(brief.facts.offer)[1]
    return any(o.kind == "money" and o.value == a.value and o.name == a.name for o in offer)


_PER = re.compile(
    r"\s*(?:/|per |an? |each |for every )\s*(?P<u>[a-z]+|\d+ ?[a-z]+)|\s*(?:/|每|一)(?P<z>斤|公斤|千克|克|升|瓶|袋|盒|片|支|包|件|双|条|只|个|张|卷|枚)"
)


def unit_price(brief: Brief, text: Plain, a: Amount) -> bool:
    """Whether the price is given by a unit that the product text does not give a price by."""
    m = _PER.match(text.text, a.end)
    if not m:
        return False
    unit = m["u"] or m["z"]
    if m["u"] and unit.split()[-1].removesuffix("s") not in _UNITS_OF_PRICE:
        return False
    words = re.escape(unit)
    return not re.search(rf"(?:/|per |an? |each |每|一)\s*{words}", brief.facts.source)


_UNITS_OF_PRICE = {"lb", "pound", "kg", "kilo", "oz", "ounce", "litre", "liter", "gram", "g", "dozen", "serving", "cup", "wash", "roll", "sheet", "month", "day", "week", "year"}  # fmt: skip


def is_right(brief: Brief, text: Plain, a: Amount) -> bool:
    """Whether the brief has this amount in this sense.

    Args:
        brief: With the facts.
        text: The part of the ad, with digits.
        a: An amount of it with a unit, or bare.
    """
    source, have = known(brief)
    if a.kind == "unit" and a.name == "products":
        right = a.value == brief.facts.breadth and a.value > 1
        return right or _counted(brief, text, a, have)
    if a.kind == "bare":
        return _bare(brief, text, a, source, have)
    if a.name == "percent":
        return _percent(text, a, source, have)
    if a.name == "count":
        return _counted(brief, text, a, have)
    return any(_near(a, b) for b in have)


def _percent(text: Plain, a: Amount, source: Plain, have: tuple[Amount, ...]) -> bool:
    """70% cotton and 30% silk must not change places."""
    equal = [b for b in have if a.same(b)]
    if any(_beside(text, a, source, b) for b in equal):
        return True
    others = [b for b in have if b.name == "percent" and not a.same(b)]
    return bool(equal) and not any(_beside(text, a, source, b) for b in others)


def _beside(text: Plain, a: Amount, source: Plain, b: Amount) -> bool:
    mine, other = _tokens(text.text, a.start, a.end), _tokens(source.text, b.start, b.end)
    return bool(mine & other)


def _near(a: Amount, b: Amount) -> bool:
    if a.kind != b.kind:
        return False
    ounces = {a.name, b.name} == {"mass", "volume"} and {
        round(a.base / a.value, 2),
        round(b.base / b.value, 2),
    } == {28.35, 29.57}
    if ounces:
        return a.value == b.value
    return a.name == b.name and abs(a.base - b.base) <= NEAR * max(abs(a.base), abs(b.base))


def _word(text: str, a: Amount) -> str:
    """The unit of a counted thing, as written."""
    m = re.search(r"[a-z\u3400-\u9fff][a-z]*\s*$", text[a.start : a.end])
    return m.group().strip().removesuffix("s") if m else ""


def _counted(brief: Brief, text: Plain, a: Amount, have: tuple[Amount, ...]) -> bool:
    """12 pieces are 12 packs for all that a reader knows; 12 rolls are not 12 bottles."""
    source = known(brief)[0].text
    if a.value in _products(brief):
        return True
    written = text.source[text.origins[a.start]]
    noun = re.match(r"(?![装套组入])[\u3400-\u9fff]{2}", text.text[a.end :])
    if noun and a.value <= 4 and not written.isdigit() and noun.group() not in source:
        if text.text[a.end - 1] in "片碗杯勺个口":
            return True
    mine = _word(text.text, a)
    for b in have:
        if b.value != a.value:
            continue
        if b.kind == "unit" and b.name in ("count", "products"):
            if not _apart(mine, _word(source, b)):
                return True
        elif b.kind == "bare" and (not has_han(source) or not _apart(mine, _after(source, b))):
            return True
    return False


def _after(source: str, b: Amount) -> str:
    m = re.match(r"[\s-]*([\u3400-\u9fff]|[a-z]+)", source[b.end :])
    return m[1].removesuffix("s") if m else ""


def _apart(a: str, b: str) -> bool:
    """Whether the two words name different things."""
    if a == b:
        return False
    ours = [set(c) for c in rules()["classes"]]
    one = next((c for c in ours if a in c), None)
    two = next((c for c in ours if b in c), None)
    return one is not None and two is not None and one is not two


_SIZE = re.compile(r"\s*(?:码|号(?!码))|(?<=\d)\s*(?:eu|uk|us)\b")
_RANGE = re.compile(
    r"(\d{1,3})(?:\.\d)?\s*(?:码|号|eu|uk|us)?\s*(?:-|~|to|至|到)?\s*(\d{1,3})(?:\.\d)?\s*(?:码|号|eu|uk|us)|(?:sizes?|eu|uk|us|尺码|码数)[:： ]*(\d{1,3})\s*(?:-|~|to|至|到|码)+\s*(\d{1,3})"
)


def _bare(brief: Brief, text: Plain, a: Amount, source: Plain, have: tuple[Amount, ...]) -> bool:
    if any(b.kind == "bare" and a.same(b) for b in have) or a.value in _products(brief):
        return True
    if _is_way_of_speaking(text, a, source):
        return True
    before = text.text[max(0, a.start - 6) : a.start]
    if _SIZE.match(text.text, a.end) or re.search(r"(?:sizes?|eu|uk) $", before):
        for m in _RANGE.finditer(source.text):
            low, high = (float(g) for g in m.groups() if g)
            if low <= a.value <= high:
                return True
    title = digits(
        Plain(brief.product.title.casefold(), tuple(range(len(brief.product.title))), "")
    )
    if re.search(rf"(?<![\d.]){re.escape(f'{a.value:g}')}(?![\d.])", title.text):
        return not _next_differs(text, a, title)
    for b in have:
        if b.value != a.value:
            continue
        if b.kind == "bare" and _neighbours(text, a, source, b):
            return True
        if (
            b.kind == "unit"
            and b.name in ("count", "ratio", "months", "time")
            and _neighbours(text, a, source, b)
        ):
            return True
    return has_han(text.text) != has_han(source.text) and any(
        b.value == a.value and (b.kind == "bare" or b.name == "count") for b in have
    )


_PRODUCT = re.compile(r"(\d+)\s?[a-z\u3400-\u9fff]{0,2}\s*[x×*]\s*(\d+)")


def _products(brief: Brief) -> set[float]:
    """80抽×5包 are 400; buy 2 get 1 makes 3."""
    text = plain(f"{brief.product.title} . {brief.product.description}").text
    out = {float(m[1]) * float(m[2]) for m in _PRODUCT.finditer(text)}
    for deal in deals.of_offer(brief.facts.offer):
        if deal.kind == "bundle":
            out |= {*deal.values, sum(deal.values)}
    return out


def _is_way_of_speaking(text: Plain, a: Amount, source: Plain) -> bool:
    """Two slices of toast: a small number in words before something that is not the product."""
    written = text.source[text.origins[a.start]]
    after = _after(text.text, a)
    return a.value <= 4 and not written.isdigit() and len(after) > 1 and after not in source.text


def _next_differs(text: Plain, a: Amount, title: Plain) -> bool:
    """The title has the number before a unit, the ad has it before a word."""
    number = re.escape(f"{a.value:g}")
    said = re.match(r"[\s-]*([a-z\u3400-\u9fff]+)", text.text[a.end :])
    own = re.search(rf"(?<![\d.]){number}[\s-]*([a-z\u3400-\u9fff]+)", title.text)
    if not said or not own:
        return False
    n = 1 if has_han(said[1]) else 3
    return said[1][:n] != own[1][:n] and said[1] not in title.text


def _tokens(text: str, start: int, end: int) -> set[str]:
    near = f"{text[max(0, start - 16) : start]} {text[end : end + 20]}"
    words = {w.removesuffix("s") for w in re.findall(r"[a-z]{3,}", near)} - {
        "the",
        "and",
        "with",
        "for",
        "off",
        "from",
        "you",
        "your",
    }
    han = re.findall(
        r"[\u3400-\u9fff]+", f"{text[max(0, start - 4) : start]} {text[end : end + 4]}"
    )
    return words | {c for piece in han for c in piece}


def _neighbours(text: Plain, a: Amount, source: Plain, b: Amount) -> bool:
    """Whether a word beside both numbers is the same; in two languages nobody can tell."""
    mine, other = _tokens(text.text, a.start, a.end), _tokens(source.text, b.start, b.end)
    if not mine or not other or has_han("".join(mine)) != has_han("".join(other)):
        return True
    return bool(mine & other)


_PAIR = re.compile(
    r"(?<![a-z\d.〇一二三四五六七八九十])(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十百]+|[a-z]+)[\s-]*(?P<w>[\u3400-\u9fff]|(?<=[\s-])[a-z]{3,})"
)


def contradictions(brief: Brief, text: Plain) -> list[tuple[int, int]]:
    """Numbers in words whose neighbour has another number in the product text: 五代 for 三代.

    Returns:
        Places in `text`, which is plain, not yet in digits.
    """
    have = _pairs(known(brief)[0].text)
    said: list[str] = rules()["han_said"]
    units = {*rules()["counted"], *rules()["han_counted"]}
    out = []
    for m in _PAIR.finditer(text.text):
        n = _pair_value(m["n"])
        word = m["w"].removesuffix("s")
        if n is None or n < 2 or m["n"].replace(".", "").isdigit() or word not in have:
            continue
        if m["w"] in units:
            continue
        if n not in have[word] and not any(m.group() in s or s in m.group() for s in said):
            out.append(m.span())
    return out


def _pairs(text: str) -> dict[str, set[float]]:
    out: dict[str, set[float]] = {}
    for m in _PAIR.finditer(text):
        n = _pair_value(m["n"])
        if n is not None:
            out.setdefault(m["w"].removesuffix("s"), set()).add(n)
    return out


def _pair_value(number: str) -> float | None:
    if number[0].isdigit():
        return float(number)
    if number.isascii():
        words: dict[str, int] = rules()["words"] | rules()["tens"]
        return float(words[number]) if number in words else None
    return han_value(number)
