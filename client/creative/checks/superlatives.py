"""Superlatives: any English word in -est that praises the product, whatever the word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from client.creative.brief import Brief
from client.creative.checks.english import is_common
from client.creative.checks.quoted import is_quoted
from client.creative.checks.rulebook import house
from client.creative.text import plain
from common.domain import Finding

_EST = re.compile(r"(?<![a-z'-])([a-z]{3,}?)(i?)est(?![a-z'])")
#: of all others: what makes a superlative a claim, whatever it is of
_OF_ALL = re.compile(
    r"^[\s-]*(?:\w+ ){0,2}(?:on (?:the market|earth|sale|offer)|in (?:the (?:world|country|shop|business|west|east|north|south)|town|britain|america|europe)|around|ever|yet|you(?:'ll|'ve| will| have| can)?\b|of (?:its|their) kind|we(?:'ve| have)? (?:ever )?(?:made|sold)|money can buy|anywhere|available|imaginable|possible)"
)
_OWN = re.compile(r"\b(?:our|its|their|britain's|world's|country's|town's|nature's)\s+(?:\w+ )?$")


def check(brief: Brief, source: str) -> Iterator[Finding]:
    """A superlative is refused before the product's own noun and where it is "of all".

    The darkest evening and the smallest kitchen are the reader's; they are fine.
    """
    text = plain(source)
    title = {w.removesuffix("s") for w in re.findall(r"[a-z]{3,}", plain(brief.product.title).text)}
    title |= {w.removesuffix("s") for w in brief.facts.noun.en.split()}
    for m in _EST.finditer(text.text):
        if not _is_superlative(m) or is_quoted(brief.facts.source, text, m):
            continue
        after = text.text[m.end() :]
        following = re.findall(r"[a-z]+", re.split(r"[.,;:!?]", after)[0])[:2]
        of_product = any(w.removesuffix("s") in title for w in following)
        if of_product or _OF_ALL.match(after) or _OWN.search(text.text[: m.start()]):
            yield house("superlative", text.original(*m.span()))


def _is_superlative(m: re.Match[str]) -> bool:
    """Whether what is left is an adjective: cheeky of cheekiest, big of biggest."""
    stem = m[1]
    if m[2]:
        return is_common(f"{stem}y")
    if f"{stem}est" in _NONE:
        return False
    short = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem
    return any(is_common(w) for w in (stem, short, f"{stem}e"))


#: words in -est that compare nothing
_NONE = frozenset(
    [
        "forest",
        "harvest",
        "honest",
        "modest",
        "interest",
        "request",
        "conquest",
        "digest",
        "suggest",
        "invest",
        "infest",
        "protest",
        "contest",
        "attest",
        "arrest",
        "southwest",
        "northwest",
        "midwest",
        "behest",
        "bequest",
        "guest",
        "quest",
        "chest",
        "crest",
        "wrest",
        "prest",
        "latest",
        "nearest",
        "newest",
        "closest",
        "furthest",
        "farthest",
        "earliest",
        "youngest",
        "eldest",
        "oldest",
    ]
)
