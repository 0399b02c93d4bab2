"""Counts: pieces, packs, sizes and numbers without a unit, by what stands beside them."""

from __future__ import annotations

import re
from dataclasses import replace

from client.creative.brief import Brief
from client.creative.checks.counting import rules
from client.creative.checks.known import after_word, beside, known, neighbours, products
from client.creative.checks.numerals import digits
from client.creative.checks.prices import price_is_right
from client.creative.checks.spoken import is_of_life, is_spoken_count
from client.creative.figures import Amount
from client.creative.text import Plain, has_han


def _word(text: str, a: Amount) -> str:
    """The unit of a counted thing, as written."""
    m = re.search(r"[a-z\u3400-\u9fff][a-z]*\s*$", text[a.start : a.end])
    return m.group().strip().removesuffix("s") if m else ""


#: before something that is not the product: 两片面包
_CLASSIFIERS = frozenset("片碗杯勺个口只件条把张首盏袋粒颗块支包")


def counted(brief: Brief, text: Plain, a: Amount, have: tuple[Amount, ...]) -> bool:
    """12 pieces are 12 packs for all that a reader knows; 12 rolls are not 12 bottles."""
    source = known(brief)[0].text
    if a.value in products(brief):
        return True
    written = text.source[text.origins[a.start]]
    noun = re.match(r"(?![装套组入])[\u3400-\u9fff]{2}", text.text[a.end :])
    small = a.value <= 4 and not written.isdigit() and text.text[a.end - 1] in _CLASSIFIERS
    if is_of_life(text, a):
        return True
    if noun and small and noun.group() not in source:
        return True
    mine = _word(text.text, a)
    some = small and not re.match(r"[装套组入]", text.text[a.end :])
    if some and any(b.value > a.value and _word(source, b) == mine for b in have):
        return True  # two slices of a loaf of twelve
    if mine == "块" and price_is_right(brief, text, replace(a, kind="money", name="CNY")):
        return True
    for b in have:
        if b.value != a.value:
            continue
        if b.name == "|ingredient":
            if mine == "piece":
                return True  # hammer, saw and pliers are three pieces
            continue
        if b.kind == "unit" and b.name in ("count", "products"):
            if not _apart(mine, _word(source, b)):
                return True
        elif b.kind == "bare" and (not has_han(source) or not _apart(mine, after_word(source, b))):
            return True
    return False


def _apart(a: str, b: str) -> bool:
    """Whether the two words name different things."""
    if a == b:
        return False
    ours = [set(c) for c in rules()["classes"]]
    one = next((c for c in ours if a in c), None)
    two = next((c for c in ours if b in c), None)
    return one is not None and two is not None and one is not two


_CLOCK = re.compile(r"(?::\d\d)?\s*(?:am|pm|a\.m|p\.m|o'clock)\b|点(?:钟|半|多)?(?![\d心])")

_SIZE = re.compile(
    r"\s*(?:码|号(?!码)|周?岁)|(?<=\d)\s*(?:eu|uk|us)\b|[\s-]*(?:years? old|year-olds?)"
)

_RANGE = re.compile(
    r"(\d{1,2})\s*岁?\s*(?:-|~|至|到)?\s*(\d{1,2})\s*周?岁|ages? (\d{1,2}) (?:to|and|-) (\d{1,2})"
    r"|(\d{1,2}) years? (\d{1,2}) years?|(\d{1,3})(?:\.\d)?\s*(?:码|号|eu|uk|us)?\s*(?:-|~|to|至|到)?\s*(\d{1,3})(?:\.\d)?\s*(?:码|号|eu|uk|us)|(?:sizes?|eu|uk|us|尺码|码数)[:： ]*(\d{1,3})\s*(?:-|~|to|至|到|码)+\s*(\d{1,3})"
)


#: what the law wants beside some goods: 未满18岁请勿饮酒
_OF_AGE = re.compile(r"(?:未满|不满|年满|满|under|over|aged|[+])[\s-]*$")
#: where one is, not how many: page 212, platform 9
_PLACES = re.compile(
    r"\b(page|chapter|line|track|row|platform|gate|verse|channel|bus|route|no\.?) $"
)
#: 3岁以上, ages 3+: every age from there on
_FROM = re.compile(
    r"(\d{1,2})\s*(?:周?岁)?\s*(?:以上|及以上|起|\+(?=\s*岁)|岁\+)|age[sd]? (\d{1,2})\s*(?:\+|and (?:up|over|above)|or (?:over|older)|upwards?)"
)


def _size(text: Plain, a: Amount, source: Plain, have: tuple[Amount, ...]) -> bool | None:
    """Whether a size or an age is within those of the brief; None where it is none or nobody can tell."""
    before = text.text[max(0, a.start - 9) : a.start]
    if not (_SIZE.match(text.text, a.end) or re.search(r"(?:sizes?|ages?|aged|eu|uk) $", before)):
        return None
    for m in _RANGE.finditer(source.text):
        low, high = (float(g) for g in m.groups() if g)
        if low <= a.value <= high:
            return True
    months = [b.base for b in have if b.name == "months"]
    if months and min(months) <= 12 * a.value <= max(months):
        return True  # 一岁 of 12至36月龄
    if any(float(m[1] or m[2]) <= a.value < 100 for m in _FROM.finditer(source.text)):
        return True
    # another age; two colours prove no two years
    return False if "岁" in text.text[a.end : a.end + 2] and "岁" in source.text else None


def _in_sense(text: Plain, a: Amount, source: Plain, b: Amount) -> bool:
    """Whether two equal numbers speak of the same, as far as their neighbours tell."""
    if _scaled(text.text, a) != _scaled(source.text, b):
        return False  # 5千牛 of 5牛
    if b.name == "|ingredient" and not _of_a_list(text.text, a):
        return False
    loose = b.kind == "bare" or b.name in ("count", "ratio", "months", "time")
    if loose:
        return neighbours(text, a, source, b)
    # "wash at 40": the unit is left out, nothing else is counted
    return not after_word(text.text, a) and beside(text, a, source, b)


def bare(brief: Brief, text: Plain, a: Amount, source: Plain, have: tuple[Amount, ...]) -> bool:
    """Whether a number without a unit is in the brief in this sense: piece, size, model, hour."""
    if any(b.kind == "bare" and a.same(b) for b in have) or a.value in products(brief):
        return True
    if is_spoken_count(text, a, source):
        return True
    before = text.text[max(0, a.start - 9) : a.start]
    if a.value in (16, 18, 21) and _OF_AGE.search(before):
        return True
    place = _PLACES.search(before)
    if place and place[1] not in source.text:
        return True
    if _CLOCK.match(text.text, a.end) and a.value <= 24:
        return True
    sized = _size(text, a, source, have)
    if sized is not None:
        return sized
    title = digits(
        Plain(brief.product.title.casefold(), tuple(range(len(brief.product.title))), "")
    )
    own = re.search(rf"(?<![\d.]){re.escape(f'{a.value:g}')}(?:\.0+)?(?![\d.]\d|\d)", title.text)
    if own and not _next_differs(text, a, title):
        return True
    if f"{after_word(text.text, a)}s" in rules()["counted"] and counted(brief, text, a, have):
        return True
    if any(_in_sense(text, a, source, b) for b in have if b.value == a.value):
        return True
    if a.value >= 5 and _is_free(text, a, source):
        return any(
            b.value == a.value
            and (b.kind == "bare" or b.name == "count")
            and _scaled(text.text, a) == _scaled(source.text, b)
            for b in have
        )
    return has_han(text.text) != has_han(source.text) and any(
        b.value == a.value and (b.kind == "bare" or b.name == "count") for b in have
    )


#: what a list of three things may be called
_INGREDIENTS = frozenset(
    [
        "piece",
        "tool",
        "ingredient",
        "thing",
        "kind",
        "sort",
        "part",
        "fruit",
        "nut",
        "seed",
        "grain",
        "berry",
        "berrie",
        "spice",
        "herb",
        "vegetable",
        "flavour",
        "flavor",
        "type",
        "item",
    ]
)


def _is_free(text: Plain, a: Amount, source: Plain) -> bool:
    """40 dinners of 40 recipes: nothing beside the number has a number of its own in the product text."""
    near = re.match(r"[\s-]*((?:[a-z]+ ?){1,2}|[\u3400-\u9fff]{1,2})", text.text[a.end :])
    said = re.findall(r"[a-z]{3,}|[\u3400-\u9fff]", near[1]) if near else []
    return bool(said) and not any(
        re.search(rf"\d[\s-]*(?:[a-z]+ )?{re.escape(w.removesuffix('s'))}", source.text)
        for w in said
    )


def _of_a_list(text: str, a: Amount) -> bool:
    near = re.findall(r"[a-z]+", re.split(r"[.,;:!?]", text[a.end : a.end + 30])[0])[:2]
    return any(w.removesuffix("s") in _INGREDIENTS for w in near)


def _scaled(text: str, a: Amount) -> str:
    """What multiplies the unit after a number: 千, 万, k."""
    m = re.match(r"\s?([千万亿毫微]|k(?=[a-z]))", text[a.end :])
    return m[1] if m else ""


def _next_differs(text: Plain, a: Amount, title: Plain) -> bool:
    """The title has the number before a unit, the ad has it before a word."""
    number = re.escape(f"{a.value:g}")
    said = re.match(r"[\s-]*([a-z\u3400-\u9fff]+)", text.text[a.end :])
    own = re.search(rf"(?<![\d.]){number}[\s-]*([a-z\u3400-\u9fff]+)", title.text)
    if not said or not own:
        return False
    n = 1 if has_han(said[1]) else 3
    return said[1][:n] != own[1][:n] and said[1] not in title.text
