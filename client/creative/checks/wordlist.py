"""WordList: many patterns at once, fast: only those are tried whose fixed letters are in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

#: shorter fixed letters than these would let too much through
_LEAST_LATIN = 3


class WordList:
    """Patterns of one rule, in order.

    A pattern is compiled when its letters are first seen: most of a thousand never are.
    """

    def __init__(self, words: Sequence[str], script: str) -> None:
        """Take the patterns; "latin" ones must not run on into other letters or digits."""
        self._latin = script == "latin"
        self._words = tuple(words)
        self._always: list[int] = []
        self._by_key: dict[str, list[tuple[str, int]]] = {}
        for number, word in enumerate(words):
            fixed = needs(word)
            if not fixed:
                self._always.append(number)
            for f in fixed:
                self._by_key.setdefault(_key(f), []).append((f, number))

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match of every pattern; one that lies in another is left out."""
        tried = set(self._always)
        for key in keys_of(text) & self._by_key.keys():
            tried.update(n for f, n in self._by_key[key] if f in text)
        found = [m for n in tried for m in _compiled(self._words[n], self._latin).finditer(text)]
        found.sort(key=lambda m: (m.start(), -m.end()))
        end = -1
        for m in found:
            if m.end() > end:
                yield m
                end = max(end, m.end())

    def search(self, text: str) -> re.Match[str] | None:
        """The first match."""
        return next(self.finditer(text), None)


def _key(fixed: str) -> str:
    """What a text is looked up by: a Chinese character, else three characters."""
    return fixed[0] if fixed[0] > "\u2e80" else fixed[:_LEAST_LATIN]


@lru_cache(maxsize=1024)
def keys_of(text: str) -> frozenset[str]:
    """All keys that a text has."""
    threes = {text[i : i + _LEAST_LATIN] for i in range(len(text) - _LEAST_LATIN + 1)}
    return frozenset(threes | {c for c in text if c > "\u2e80"})


@cache
def _compiled(word: str, latin: bool) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{word})(?![a-z0-9])" if latin else word)


@cache
def needs(pattern: str) -> tuple[str, ...]:
    """Letters of which one group must be in a text that the pattern matches; () = unknown.

    Fixed letters outside brackets are looked for first, then a bracket of plain words.
    """
    if re.search(r"(?<!\\)\|", _outside(pattern)):
        return ()
    runs = [r for r in re.split(r"[\x00]+", _outside(pattern)) if _is_enough(r)]
    if runs:
        return (max(runs, key=lambda r: len(r) * (2 if r[0] > "\u2e80" else 1)),)
    for m in re.finditer(r"\(\?:([^()\[\]\\?*+.^$]+)\)(?![?*{])", pattern):
        words = m[1].split("|")
        if all(_is_enough(w) for w in words):
            return tuple(words)
    return ()


def _is_enough(run: str) -> bool:
    return len(run) >= _LEAST_LATIN or any(c > "\u2e80" for c in run)


def _outside(pattern: str) -> str:
    """The pattern with all that may vary replaced by NUL: brackets, classes, optional letters."""
    out: list[str] = []
    depth = 0
    i = 0
    while i < len(pattern):
        c = pattern[i]
        if c == "\\":
            out.append("\0")
            i += 2
            continue
        if c == "[":
            i = _class_end(pattern, i)
            out.append("\0")
            continue
        depth += (c == "(") - (c == ")")
        if c in "?*{" and out:
            out[-1] = "\0"
            if c == "{":
                i = pattern.index("}", i)
        elif depth or c in "().^$+":
            out.append("\0")
        else:
            out.append(c)
        i += 1
    return "".join(out)


def _class_end(pattern: str, start: int) -> int:
    i = start + 2
    while i < len(pattern) and pattern[i] != "]":
        i += 2 if pattern[i] == "\\" else 1
    return i + 1
