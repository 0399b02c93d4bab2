"""Quoted: whether words of an ad stand in the product text in the same company, so that they are a fact."""

from __future__ import annotations

import re
from functools import lru_cache

from client.creative.text import Plain, has_han

#: words that give no sense to their neighbour
_EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "our",
        "the",
        "this",
        "to",
        "with",
        "you",
        "your",
    ]
)
#: title, brand, type, category and department come first in a product's text: a name proves nothing
_NAMES = 5
#: words that turn a sense around
_DENIALS = re.compile(r"\b(?:not?|never|without|isn'?t|aren'?t|non)\b|不|非|无|没|勿|禁止|莫")
_WORD = re.compile(r"[a-z0-9]+(?:['’.-][a-z0-9]+)*")


def is_quoted(source: str, text: Plain, m: re.Match[str]) -> bool:
    """Whether the product text says these words beside the same word as the ad does.

    "Lifetime access" is a fact of a course whose text has these words; "lasts a lifetime" is none. Words
    that the product text denies ("not waterproof") are no quotation.

    Args:
        source: The product's text, plain.
        text: A part of the ad, plain.
        m: What was found in it.
    """
    start, end = m.span()
    source = source.split(" . ", _NAMES)[-1]
    if has_han(m.group()):
        return any(_has(source, phrase) for phrase in _han_phrases(text.text, start, end))
    return any(_has(source, phrase) for phrase in _latin_phrases(text.text, start, end))


@lru_cache(maxsize=1024)
def _has(source: str, phrase: str) -> bool:
    pattern = re.escape(phrase)
    if not has_han(phrase):
        pattern = rf"(?<![a-z0-9]){pattern}s?(?![a-z0-9])"
    for found in re.finditer(pattern, source):
        before = re.split(
            r"[.,;:!?。，；：！？]", source[max(0, found.start() - 24) : found.start()]
        )[-1]
        if not _DENIALS.search(before):
            return True
    return False


def _han_phrases(text: str, start: int, end: int) -> list[str]:
    """The words with two more characters on one side; four of their own are enough."""
    out = [text[start:end]] if end - start > 3 else []
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if len(before) == 2 and not re.search(r"[^\w]", before):
        out.append(before + text[start:end])
    if len(after) == 2 and not re.search(r"[^\w]", after):
        out.append(text[start:end] + after)
    return out


def _latin_phrases(text: str, start: int, end: int) -> list[str]:
    """The words with their neighbour on one side; two of their own are enough."""
    inside = _WORD.findall(text[start:end])
    out = [text[start:end].strip()] if len(inside) > 1 else []
    after = re.match(rf"\s+({_WORD.pattern})", text[end:])
    if after and after[1] not in _EMPTY:
        out.append(text[start : end + after.end()])
    before = re.search(rf"(?<![a-z0-9])({_WORD.pattern})\s+$", text[:start])
    if before and before[1] not in _EMPTY:
        out.append(text[before.start() : end])
    return [p.strip() for p in out]
