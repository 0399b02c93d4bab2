"""Tongue: an English ad is English, a Chinese ad is simplified Chinese; names of the product may stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from client.creative.brief import Brief
from client.creative.checks.disguise import shown
from client.creative.checks.english import is_english
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


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: words of one letter that English has not: y, e, o, à
_SMALL = frozenset("yeoàèéóú")


def _foreign(text: str, own: str) -> str:
    """Words of another language: one that is sure, two that may be, or a few that English lacks.

    Args:
        text: Part of an ad in small letters.
        own: The product's text, plain; its words are at home in every language.
    """
    words = [w for w in _WORD.findall(text) if not _is_own(w, own)]
    listed = [w for w in words if w in _stop_words()]
    if sum(_stop_words()[w] for w in listed) >= 2:
        return " ".join(listed)
    if len(words) < 2:
        return ""
    strange = [w for w in words if w not in listed and not is_english(w)]
    links = len(listed) + sum(w in _SMALL for w in words)
    enough = len(strange) + min(links, 2) >= 3 or 2 * len(strange) >= len(words)
    return " ".join(strange) if len(strange) > 1 and enough else ""


def strangers(text: str, own: str) -> list[str]:
    """Words with a capital that neither English nor the product's text has: names, mostly."""
    found = [w for w in _WORD.findall(text) if w[0].isupper() and not w.isupper()]
    return [w for w in found if len(w) > 2 and not _is_own(w, own) and not is_english(w)]


def _is_own(word: str, own: str) -> bool:
    return re.sub(r"['’]s$", "", plain(word).text) in own
