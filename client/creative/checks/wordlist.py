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
        self._words = tuple(as_plain(w) for w in words)
        self._always: list[int] = []
        self._by_key: dict[str, list[tuple[str, int]]] = {}
        for number, word in enumerate(self._words):
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


#: marks as plain text has them
_MARKS = str.maketrans({"，": ",", "！": "!", "？": r"\?", "：": ":", "；": ";"})


def as_plain(pattern: str) -> str:
    """The pattern with Chinese marks as `text.plain` writes them, so that [^，] ends at a comma."""
    return pattern.translate(_MARKS)


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

    Of all pieces that a match cannot do without, those whose shortest letters are longest.
    """
    branches = _branches(pattern)
    if len(branches) > 1:
        each = [needs(b) for b in branches]
        return tuple(dict.fromkeys(n for b in each for n in b)) if all(each) else ()
    best: tuple[str, ...] = ()
    run = ""
    for atom, optional in [*_atoms(pattern), ("", True)]:
        if len(atom) == 1 and not optional and atom not in ".^$":
            run += atom
            continue
        found = (run,) if _is_enough(run) else ()
        inner = needs(_inside(atom)) if atom.startswith("(") and not optional else ()
        best = max((best, found, inner), key=_worth)
        run = ""
    return best


def _worth(words: tuple[str, ...]) -> int:
    """Letters of the shortest one; a Chinese character counts two."""
    return min((len(w) * (2 if w[0] > "\u2e80" else 1) for w in words), default=0)


def _is_enough(run: str) -> bool:
    return len(run) >= _LEAST_LATIN or any(c > "\u2e80" for c in run)


def _branches(pattern: str) -> list[str]:
    """The alternatives of a pattern, not those in its brackets."""
    out, start, i = [], 0, 0
    while i < len(pattern):
        if pattern[i] == "|":
            out.append(pattern[start:i])
            start = i + 1
        i = _end_of_atom(pattern, i)
    return [*out, pattern[start:]]


def _atoms(pattern: str) -> list[tuple[str, bool]]:
    """Each letter, class and bracket, and whether a match may do without it.

    A letter that may be repeated ends a run, so it is followed by an empty atom.
    """
    out: list[tuple[str, bool]] = []
    i = 0
    while i < len(pattern):
        end = _end_of_atom(pattern, i)
        atom = pattern[i:end]
        times = re.match(r"[?*+]\??|\{\d*(?:,\d*)?\}", pattern[end:])
        optional = times is not None and (times[0][0] in "?*" or times[0][:2] in ("{0", "{,"))
        out.append((atom, optional))
        if times:
            out.append(("", True))
            end += len(times[0])
        i = end
    return out


def _end_of_atom(pattern: str, start: int) -> int:
    if pattern[start] == "\\":
        return start + 2
    if pattern[start] == "[":
        return _class_end(pattern, start)
    if pattern[start] != "(":
        return start + 1
    depth, i = 0, start
    while i < len(pattern):
        c = pattern[i]
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return i + 1
        i = i + 2 if c == "\\" else _class_end(pattern, i) if c == "[" else i + 1
    return i


def _inside(group: str) -> str:
    """What a bracket holds; "" for what only looks ahead or back."""
    if re.match(r"\(\?<?[=!]", group):
        return ""
    return re.sub(r"^\((?:\?:|\?P<\w+>)?", "", group)[:-1]


def _class_end(pattern: str, start: int) -> int:
    i = start + 2
    while i < len(pattern) and pattern[i] != "]":
        i += 2 if pattern[i] == "\\" else 1
    return i + 1
