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
    out = []
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
