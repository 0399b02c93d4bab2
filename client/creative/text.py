"""Text as a reader sees it: look-alikes and invisible characters undone, width, tokens."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

#: Longest text that is looked at; what follows is cut, so that no input can make a check slow.
MAX_TEXT = 4_000
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@cache
def data_file(folder: str, name: str) -> dict[str, Any]:
    """A JSON data file of this room, read once.

    Args:
        folder: "rules" or "bank".
        name: File name.
    """
    path = resources.files("client.creative") / folder / name
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise TypeError(name)
    return value


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in plain characters, and where each of them came from.

    Attributes:
        text: Lower case, NFKC, look-alikes replaced, invisible characters and accents gone.
        origins: For each character of `text` its index in `source`.
        source: The text as it was given.
    """

    text: str
    origins: tuple[int, ...]
    source: str

    def original(self, start: int, end: int) -> str:
        """The words of the source behind `text[start:end]`, with what was hidden in them."""
        if start >= end or start >= len(self.origins):
            return ""
        return self.source[self.origins[start] : self.origins[min(end, len(self.origins)) - 1] + 1]


@lru_cache(maxsize=4096)
def plain(source: str) -> Plain:
    """Undo what hides a word: zero-width and control characters, look-alikes, full width."""
    source = source[:MAX_TEXT]
    characters: list[str] = []
    origins: list[int] = []
    for index, original in enumerate(source):
        for c in _plain_character(original):
            characters.append(c)
            origins.append(index)
    return Plain("".join(characters), tuple(origins), source)


@cache
def _confusables() -> dict[str, str]:
    table: dict[str, str] = data_file("rules", "text.v1.json")["confusables"]
    return {k: v for k, v in table.items() if len(k) == 1}


@cache
def _plain_character(character: str) -> str:
    out = []
    compatible = unicodedata.normalize("NFKC", _confusables().get(character, character))
    for c in unicodedata.normalize("NFD", compatible).casefold():
        category = unicodedata.category(c)
        if category == "Zs" or c in "\n\t\r":
            out.append(" ")
        elif category[0] != "C" and category not in ("Mn", "Me"):
            out.append(_confusables().get(c, c))
    return "".join(out)


def squeeze(text: Plain) -> Plain:
    """Only letters and digits: finds words that are spelled with gaps ("b.e.s.t", "最 佳")."""
    kept = [i for i, c in enumerate(text.text) if c.isalnum()]
    return Plain(
        "".join(text.text[i] for i in kept),
        tuple(text.origins[i] for i in kept),
        text.source,
    )


def hidden_characters(source: str) -> str:
    """Characters that nobody sees: zero width, direction marks, control, unassigned."""
    return "".join(
        c for c in source if unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn", "Cs", "Zl", "Zp")
    )


def pictures(source: str) -> str:
    """Emoji and other pictographs in the text."""
    return "".join(
        c
        for c in source
        if (unicodedata.category(c) == "So" and c not in "°℃®©™")
        or 0x1F000 <= ord(c) <= 0x1FAFF
        or ord(c) == 0xFE0F
    )


def right_to_left(source: str) -> str:
    """Letters of scripts that run from right to left."""
    return "".join(c for c in source if unicodedata.bidirectional(c) in ("R", "AL"))


def width(source: str) -> int:
    """Display width: 2 for wide (Chinese) characters, 0 for what is not shown, else 1."""
    total = 0
    for c in source:
        if unicodedata.category(c) in ("Mn", "Me", "Cf", "Cc"):
            continue
        total += 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1
    return total


#: how a slot counts: display width, characters, UTF-8 bytes, GB 18030 bytes
Unit = Literal["width", "chars", "bytes", "gbk"]


def measure(source: str, unit: Unit) -> int:
    """Length of a text as a slot counts it.

    Args:
        source: Any text.
        unit: "width" (Chinese characters count 2), "chars" (code points in composed form),
            "bytes" (UTF-8) or "gbk" (GB 18030: Chinese characters count 2).
    """
    if unit == "width":
        return width(source)
    if unit == "chars":
        return len(unicodedata.normalize("NFC", source))
    coding = "utf-8" if unit == "bytes" else "gb18030"
    # A lone surrogate has no bytes in either coding; it counts as the longest character has.
    return sum(4 if "\ud800" <= c <= "\udfff" else len(c.encode(coding)) for c in source)


def has_han(source: str) -> bool:
    """Whether there is at least one Chinese character."""
    return _HAN.search(source) is not None


def words(source: str) -> list[str]:
    """Plain words in order; every Chinese character is a word of its own."""
    out: list[str] = []
    for match in _WORD.finditer(plain(source).text):
        word = match.group()
        out.extend(re.findall(r"[\u3400-\u9fff]|[^\u3400-\u9fff]+", word))
    return out


def shingles(source: str, n: int = 3) -> frozenset[tuple[str, ...]]:
    """Overlapping n-tuples of words, for likeness of two texts."""
    w = words(source)
    if len(w) < n:
        return frozenset([tuple(w)]) if w else frozenset()
    return frozenset(tuple(w[i : i + n]) for i in range(len(w) - n + 1))


def likeness(a: frozenset[Any], b: frozenset[Any]) -> float:
    """Jaccard likeness of two sets in [0, 1]."""
    return len(a & b) / len(a | b) if a or b else 0.0
