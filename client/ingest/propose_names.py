"""Which of our columns a column's name means, in English and Chinese, and how sure that is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SYNONYMS = Path(__file__).with_name("synonyms.toml")
EXACT, SYNONYM, BARE, PART = 1.0, 0.95, 0.9, 0.6
_BRACKET = re.compile(r"[\(（\[【][^\)）\]】]*[\)）\]】]")


@dataclass(frozen=True, slots=True)
class Match:
    """One of their columns that may be one of ours.

    Attributes:
        theirs: Name in the file.
        score: 0 to 1.
        rank: Place in the list of synonyms; a smaller one is a better name.
    """

    theirs: str
    score: float
    rank: int


def fold(name: str) -> str:
    """A name without case, spaces and signs: what synonyms are compared by."""
    return re.sub(r"[\W_]+", "", name.strip().lower())


def without_brackets(name: str) -> str:
    """A name without units and remarks: "Cost (USD)" is "Cost"."""
    return _BRACKET.sub("", name).strip()


def brackets(name: str) -> str:
    """The units and remarks of a name, lower case."""
    return " ".join(_BRACKET.findall(name)).lower()


@lru_cache(1)
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(SYNONYMS.read_text("utf-8"))


@lru_cache(64)
def synonyms(kind: str) -> dict[str, dict[str, int]]:
    """Our column -> folded names of theirs -> rank; the kind's own names come before those of any kind."""
    tables = _tables()
    out: dict[str, dict[str, int]] = {}
    for table in (tables[kind], tables["any"]):
        for ours, names in table.items():
            ranks = out.setdefault(ours, {fold(ours): 0})
            for name in names:
                ranks.setdefault(fold(name), len(ranks))
    return out


def match(name: str, ours: str, kind: str) -> Match | None:
    """How well a name fits one of our columns; None where it does not."""
    ranks = synonyms(kind).get(ours, {fold(ours): 0})
    whole, bare = fold(name), fold(without_brackets(name))
    if whole == fold(ours):
        return Match(name, EXACT, 0)
    for folded, score in ((whole, SYNONYM), (bare, BARE)):
        if folded in ranks:
            return Match(name, score, ranks[folded])
    # the last part of a path ("segments.device", "event_params.item_id"), and long Chinese names
    tail = fold(re.split(r"[./:]", name)[-1])
    if tail != whole and tail in ranks:
        return Match(name, PART, ranks[tail])
    longest = max(
        (s for s in ranks if len(s) >= 4 and not s.isascii() and s in bare), key=len, default=""
    )
    if longest and len(bare) - len(longest) <= 3:
        return Match(name, PART, ranks[longest])
    return None


def is_known(name: str) -> bool:
    """True for a name that any kind of file may have: tells a header from a preamble and picks a delimiter."""
    return fold(without_brackets(name)) in _all_names() or fold(name) in _all_names()


@lru_cache(1)
def _all_names() -> frozenset[str]:
    return frozenset(
        name
        for kind in _tables()
        if kind != "any"
        for ranks in synonyms(kind).values()
        for name in ranks
    )
