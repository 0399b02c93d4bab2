"""Tongue: an English ad is English, a Chinese ad is simplified Chinese; names of the product may stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from client.creative.brief import Brief
from client.creative.checks.disguise import shown
from client.creative.checks.rulebook import house
from client.creative.text import data_file, has_han, plain
from common.domain import Finding

#: words that everybody writes in Latin letters in a Chinese ad
_AT_HOME = frozenset(
    [
        "app",
        "diy",
        "usb",
        "led",
        "wifi",
        "type",
        "spf",
        "vip",
        "dha",
        "abs",
        "pvc",
        "kg",
        "cm",
        "mm",
        "ml",
        "pcs",
        "led",
        "nfc",
        "bpa",
        "tv",
        "pc",
        "ok",
    ]
)


def check(brief: Brief, part: str, source: str) -> Iterator[Finding]:
    """Words of another language in one part of the ad."""
    own = plain(f"{brief.product.title} {brief.product.brand}").text
    if brief.language == "en":
        if has_han(source):
            han = "".join(c for c in source if has_han(c) and c not in own)
            if han:
                yield house("language", han)
        foreign = _foreign(shown(source).lower(), brief.facts.source)
        if foreign:
            yield house("language", foreign)
        return
    if part == "body" and source.strip() and not has_han(source):
        yield house("language", source[:30])
        return
    latin = [
        w
        for w in re.findall(r"[A-Za-z][A-Za-z'’-]{2,}", shown(source))
        if plain(w).text not in brief.facts.source and w.lower() not in _AT_HOME
    ]
    if latin:
        yield house("language", " ".join(latin))
    old = "".join(c for c in source if c in _traditional() and c not in brief.product.title)
    if old:
        yield house("language", old)


@cache
def _traditional() -> frozenset[str]:
    table: dict[str, str] = data_file("rules", "text.v1.json")["confusables"]
    return frozenset(k for k in table if len(k) == 1 and has_han(k))


@cache
def _stop_words() -> dict[str, int]:
    raw: dict[str, list[str]] = data_file("rules", "text.v1.json")["foreign"]
    return {w: 2 if strength == "strong" else 1 for strength, ws in raw.items() for w in ws}


def _foreign(text: str, own: str) -> str:
    """Words of Spanish, French, German, Italian and the like: one that is sure, or two that may be."""
    found = [w for w in re.findall(r"[a-zà-ÿ]+(?:['’][a-zà-ÿ]+)?", text) if w in _stop_words()]
    found = [w for w in found if w not in own]
    return " ".join(found) if sum(_stop_words()[w] for w in found) >= 2 else ""
