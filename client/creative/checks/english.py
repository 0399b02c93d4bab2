"""English words: whether a word is one, by the frequency list of pyspellchecker (read once, when first asked)."""

from __future__ import annotations

import gzip
import re
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

from client.creative.text import data_file, plain

#: British spelling -> American, which the list knows
_SPELLINGS = (
    (re.compile(r"our(?=$|[a-z])"), "or"),
    (re.compile(r"tre(?=s?$)"), "ter"),
    (re.compile(r"is(?=(?:e|es|ed|er|ers|ing|able)$)"), "iz"),
    (re.compile(r"fibre"), "fiber"),
    (re.compile(r"ll(?=(?:ed|ing|er|ers|y|ery)$)"), "l"),
    (re.compile(r"ae"), "e"),
    (re.compile(r"lour(?=$|[a-z])"), "lor"),
)
_ENDINGS = ("'s", "s", "es", "ed", "d", "ing", "er", "r", "ers", "y", "ly", "ish", "able", "ness", "less", "ful", "proof", "like")  # fmt: skip
_BEGINNINGS = ("un", "re", "non", "pre", "over", "under", "micro", "multi", "anti", "mini", "semi", "super", "inter", "sub")  # fmt: skip
#: a part of a compound is not shorter, so that hardly a foreign word falls into two English ones
_PART = 4
#: a word with a count of at least 400
_OFTEN = re.compile(rb'"([^"]+)": ?(?:[4-9]\d\d|\d{4,})(?!\d)')


def _packed() -> bytes:
    return gzip.decompress(files("spellchecker").joinpath("resources", "en.json.gz").read_bytes())


@cache
def _known() -> frozenset[bytes]:
    """The words of the list, as bytes: half the memory of strings."""
    loans: list[str] = data_file("rules", "text.v1.json")["loans"]
    listed = (m[1] for m in re.finditer(rb'"([^"]+)"', _packed()))
    return frozenset(chain(listed, (w.encode() for w in loans)))


@lru_cache(maxsize=8192)
def is_english(word: str) -> bool:
    """Whether a word, or the pieces that it is made of, stand in the list; case and accents do not matter."""
    low = plain(word).text.replace("’", "'")
    if len(low) < 2 or not low.replace("'", "").isalpha():
        return True
    return _has(low) or _is_derived(low) or _is_compound(low)


def _has(word: str) -> bool:
    if word.encode() in _known():
        return True
    return any(p.search(word) and p.sub(to, word).encode() in _known() for p, to in _SPELLINGS)


def _is_derived(word: str) -> bool:
    for end in _ENDINGS:
        stem = word.removesuffix(end)
        if stem != word and len(stem) >= _PART and (_has(stem) or _has(f"{stem}e")):
            return True
    return any(word.startswith(b) and _has(word[len(b) :]) for b in _BEGINNINGS if len(word) > 6)


@cache
def _common() -> frozenset[bytes]:
    """Words that are read often: 400 times and more in the films that the list was counted in."""
    return frozenset(m[1] for m in _OFTEN.finditer(_packed()))


def is_common(word: str) -> bool:
    """Whether a word is one that everybody reads often: hardly a made-up name."""
    low = plain(word).text
    return any(w.encode() in _common() for w in (low, low.removesuffix("s")))


def _is_compound(word: str) -> bool:
    return any(
        is_common(word[:i]) and is_common(word[i:]) for i in range(_PART, len(word) - _PART + 1)
    )
