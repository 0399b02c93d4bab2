"""Quantities: whether a number of the ad, with its unit and its neighbours, is in the brief."""

from __future__ import annotations

import re

from client.creative.brief import Brief
from client.creative.checks.counts import bare, counted
from client.creative.checks.known import known, tokens
from client.creative.checks.spoken import is_spoken_time
from client.creative.figures import Amount
from client.creative.text import Plain

#: share by which equal amounts may differ: 16 oz are sold as 450 g
NEAR = 0.012


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
        return right or counted(brief, text, a, have)
    if a.kind == "bare":
        return bare(brief, text, a, source, have)
    if a.name == "percent":
        return _percent(text, a, source, have)
    if a.name == "count":
        return counted(brief, text, a, have)
    near = _roughly(text, a, have)
    return (
        near
        or any(_near(a, b) for b in have)
        or _is_share(text, a, source, have)
        or is_spoken_time(text, a, have)
    )


_ABOUT = re.compile(r"(?:about|around|roughly|nearly|almost|some|约|大约|近|将近|差不多)\s*$")

_JUST_UNDER = re.compile(r"(?:under|below|less than|不到|不足|少于|低于)\s*$")

_JUST_OVER = re.compile(r"(?:over|above|more than|超过|多于)\s*$")


def _roughly(text: Plain, a: Amount, have: tuple[Amount, ...]) -> bool:
    """Under 50 g is right for 48 g, about 200 g for 210 g."""
    before = text.text[max(0, a.start - 12) : a.start]
    after = text.text[a.end : a.end + 3]
    same = [b.base / a.base for b in have if (b.kind, b.name) == ("unit", a.name) and a.base]
    if _JUST_UNDER.search(before) or re.match(r"以内|以下|不到", after):
        return any(0.75 <= r < 1 for r in same)
    if _JUST_OVER.search(before) or re.match(r"以上|多", after):
        return any(1 < r <= 1.33 for r in same)
    if _ABOUT.search(before) or re.match(r"左右|上下|出头", after):
        return any(0.9 <= r <= 1.1 for r in same)
    return False


_EACH = re.compile(
    r"(?:each|every|per \w+|apiece|a (?:bag|pack|box|bar|piece)|每[\u3400-\u9fff]|一[份包袋盒片支])"
)

_IN_ALL = re.compile(r"in (?:all|total)|altogether|total|一共|总共|共|合计|总[重量长]")


_SHARES = frozenset("份包袋盒片支瓶罐条块枚粒人")


def _is_share(text: Plain, a: Amount, source: Plain, have: tuple[Amount, ...]) -> bool:
    """900 g in 6 portions are 150 g each; 25 bags of 20 g are 500 g in all."""
    if a.name not in ("mass", "volume", "length"):
        return False
    counts = {
        b.value
        for b in have
        if b.end > b.start
        and 1 < b.value <= 200
        and (b.name == "count" or (b.kind == "bare" and source.text[b.end : b.end + 1] in _SHARES))
    }
    same = [b.base for b in have if b.kind == "unit" and b.name == a.name]
    each = _EACH.search(text.text[a.start - 8 if a.start > 8 else 0 : a.end + 12])
    all_ = _IN_ALL.search(text.text) or (not each and _EACH.search(source.text))
    return any(
        (each and abs(a.base - m / n) < 0.01 * a.base)
        or (all_ and abs(a.base - m * n) < 0.01 * a.base)
        for m in same
        for n in counts
    )


_REST = re.compile(r"\b(?:rest|others?|remainder|remaining)\b|其他|其余|剩下|余下|别的")


def _percent(text: Plain, a: Amount, source: Plain, have: tuple[Amount, ...]) -> bool:
    """70% cotton and 30% silk must not change places; the rest of 70% are 30%."""
    shares = [b.value for b in have if b.name == "percent"]
    if _REST.search(text.text) and any(abs(a.value + s - 100) < 0.01 for s in shares):
        return True
    mine = _of_what(text.text, a)
    equal = [b for b in have if a.same(b)]
    if any(mine & _of_what(source.text, b) for b in equal):
        return True
    others = [b for b in have if b.name == "percent" and not a.same(b)]
    return bool(equal) and not any(mine & _of_what(source.text, b) for b in others)


def _of_what(text: str, a: Amount) -> set[str]:
    """The words that a share is of: those behind it, or else those before it."""
    after = re.split(r"[\d,.;:!?()]|\band\b", text[a.end : a.end + 24])[0]
    before = re.split(r"[\d,.;:!?()]|\band\b", text[max(0, a.start - 18) : a.start])[-1]
    return tokens(after, 0, 0) or tokens(before, 0, 0)


def _near(a: Amount, b: Amount) -> bool:
    if {a.name, b.name} == {"months", "time"}:
        days = [x.base * 30 if x.name == "months" else x.base / 86_400 for x in (a, b)]
        return abs(days[0] - days[1]) <= 0.04 * max(days)  # half a month, 15 days
    if a.kind != b.kind:
        return False
    ounces = {a.name, b.name} == {"mass", "volume"} and {
        round(a.base / a.value, 2),
        round(b.base / b.value, 2),
    } == {28.35, 29.57}
    if ounces:
        return a.value == b.value
    if a.name == "months" and a.base > 12 * 1900:
        return a.base == b.base  # a year of the calendar
    return a.name == b.name and abs(a.base - b.base) <= NEAR * max(abs(a.base), abs(b.base))
