"""Clashes: a number in words whose neighbour has another number in the product text."""

from __future__ import annotations

import re

from client.creative.brief import Brief
from client.creative.checks.counting import rules
from client.creative.checks.known import known
from client.creative.figures import han_value
from client.creative.text import Plain

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
    long_units = [u for u in units if len(u) > 1 and not u.isascii()]
    out = [*_far_contradictions(have, text.text), *denied(brief, text.text)]
    for m in _PAIR.finditer(text.text):
        n = _pair_value(m["n"])
        word = m["w"].removesuffix("s")
        if n is None or n < 2 or m["n"].replace(".", "").isdigit() or word not in have:
            continue
        at = m.start("w")
        if m["w"] in units or any(text.text.startswith(u, at) for u in long_units):
            continue
        if word in ("岁", "码", "月") and min(have[word]) <= n <= max(have[word]):
            continue
        if n not in have[word] and not any(m.group() in s or s in m.group() for s in said):
            out.append(m.span())
    return out


#: six short video lessons are six lessons
_FAR = re.compile(
    r"(?<![a-z\d.])(?P<n>\d+|[a-z]+) (?!(?:of|for|to|or|and|by|per|in|on|x)\b)[a-z]{3,}(?: [a-z]{3,})? (?P<w>[a-z]{3,}s)\b"
)


def _far_contradictions(have: dict[str, set[float]], text: str) -> list[tuple[int, int]]:
    """Thirty seasonal stems, of fifteen: five and more, so that no way of speaking is meant."""
    out = []
    for m in _FAR.finditer(text):
        n, known = _pair_value(m["n"]), have.get(m["w"].removesuffix("s"), set())
        if n is not None and n > 4 and not m["n"].isdigit() and known and n not in known:
            out.append(m.span())
    return out


_DENIED = re.compile(
    r"\b([a-z]{3,}?)s? (?:is |are )?(?:not (?:included|supplied)|sold separately)\b"
    r"|(?:不可|不能|请勿|勿|不宜|不含|不附|不带|不支持|不包含?)([\u3400-\u9fff]{2})"
)


def denied(brief: Brief, text: str) -> list[tuple[int, int]]:
    """Where an ad says what the product text denies: "vase not included", 不可入洗碗机."""
    out = []
    for m in _DENIED.finditer(known(brief)[0].text):
        thing = re.escape(m[1] or m[2])
        said = (
            rf"\b(?:with|plus|includ(?:es|ing)|comes with|free) (?:an? |the |its |your |free )?{thing}s?\b|\b{thing}s? (?:is |are )?included"
            if m[1]
            else rf"(?<![不无])(?:可以?|能|含|附赠?|带|送|支持|包含?){thing}"
        )
        out += [s.span() for s in re.finditer(said, text)]
    return out


def _pairs(text: str) -> dict[str, set[float]]:
    out: dict[str, set[float]] = {}
    for m in _FAR.finditer(text):
        n = _pair_value(m["n"])
        if n is not None and n > 1:
            out.setdefault(m["w"].removesuffix("s"), set()).add(n)
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
