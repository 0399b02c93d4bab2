"""Ways to spell a word so that a list does not find it, undone: gaps, digits, stretched letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from client.creative.text import Plain, data_file, has_han, hidden_characters

#: "b e s t", "b.e.s.t", "b-e-s-t", "f,r,e,e": single letters with a gap each
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[\s._*|/\\~+,;:'’·•-]{1,3}[^\W\d_]){2,}(?![^\W_])")
#: "gua-ranteed", "fr.ee", "be_st": a word with marks inside
_BROKEN = re.compile(r"[a-z]+(?:[._*|/\\~+'’·•-]+[a-z]+)+")
_HAN_GAP = re.compile(
    r"(?<=[\u3400-\u9fff])[\s._*|/\\~+·•\-—★☆※●■◆'\"“”‘’()（）【】\[\]]+(?=[\u3400-\u9fff])"
)
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s",
     "€": "e", "£": "l", "!": "i", "|": "l", "¢": "c", "¥": "y", "+": "t"}
)  # fmt: skip
_LEET_WORD = re.compile(r"[a-z0134578@$€£!|¢¥+]{3,}")
_STRETCHED = re.compile(r"([a-z])\1{2,}")


def readings(text: Plain, script: str) -> Iterator[tuple[Plain, bool]]:
    """Texts that a reader may see in this one.

    Args:
        text: Plain text.
        script: Of the rules: "han", "latin" or "any".

    Yields:
        A reading, and whether a rule must match all of it: a piece that was put together from
        broken pieces must be the word, not only hold it.
    """
    if script != "latin" and has_han(text.text):
        closed = _without(text, _HAN_GAP)
        if closed.text != text.text:
            yield closed, False
    if script != "han":
        yield from _latin_readings(text)


def _latin_readings(text: Plain) -> Iterator[tuple[Plain, bool]]:
    for m in _SPACED.finditer(text.text):
        yield _letters(_part(text, *m.span())), False
    for m in _BROKEN.finditer(text.text):
        yield _letters(_part(text, *m.span())), True
    for m in _LEET_WORD.finditer(text.text):
        word = m.group()
        if any(c.isalpha() for c in word) and not word.isalpha():
            for ones in ("i", "l"):
                decoded = word.replace("1", ones).translate(_LEET)
                part = _part(text, *m.span())
                yield Plain(decoded, part.origins, part.source), True
    if _STRETCHED.search(text.text):
        for keep in (1, 2):
            yield _shrunk(text, keep), False


def _without(text: Plain, gaps: re.Pattern[str]) -> Plain:
    drop = {i for m in gaps.finditer(text.text) for i in range(*m.span())}
    return _kept(text, [i for i in range(len(text.text)) if i not in drop])


def _letters(text: Plain) -> Plain:
    return _kept(text, [i for i, c in enumerate(text.text) if c.isalnum()])


def _shrunk(text: Plain, keep: int) -> Plain:
    drop = {i for m in _STRETCHED.finditer(text.text) for i in range(m.start() + keep, m.end())}
    return _kept(text, [i for i in range(len(text.text)) if i not in drop])


def _kept(text: Plain, indices: list[int]) -> Plain:
    return Plain(
        "".join(text.text[i] for i in indices),
        tuple(text.origins[i] for i in indices),
        text.source,
    )


def _part(text: Plain, start: int, end: int) -> Plain:
    return Plain(text.text[start:end], text.origins[start:end], text.source)


@lru_cache(maxsize=2048)
def shown(source: str) -> str:
    """The text as a reader sees it, case kept: hidden characters gone, look-alikes undone."""
    table: dict[str, str] = data_file("rules", "text.v1.json")["confusables"]
    hidden = set(hidden_characters(source)) - set("\n\t\r")
    out = []
    for c in source:
        if c in hidden or unicodedata.category(c) in ("Mn", "Me"):
            continue
        low = c.lower()
        if c in "’‘“”–—" or (low not in table and ord(c) < 0x250):
            out.append(c)
        elif low in table and len(low) == 1 and not has_han(c):
            out.append(table[low].upper() if c != low else table[low])
        else:
            out.append(unicodedata.normalize("NFKC", c))
    return "".join(out)


#: letters that belong into an English or a Chinese ad
_HOME = re.compile(r"[A-Za-z\u00c0-\u017f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f々〇]")


def odd_letters(source: str) -> str:
    """Letters and digits of other scripts or in disguise: Greek, full width, circled, mathematical.

    Full width digits and letters are at home beside Chinese characters.
    """
    out = []
    wide_is_fine = has_han(source)
    for c in source:
        kind = unicodedata.category(c)
        if kind[0] not in "LN" or ord(c) < 0x80 or (kind == "No" and c in "½¼¾⅓⅔¹²³"):
            continue
        if _HOME.match(c) or (wide_is_fine and "\uff10" <= c <= "\uff5a"):
            continue
        out.append(c)
    return "".join(out)


def heaped_marks(source: str) -> str:
    """Letters with marks heaped on them that no spelling has ("b̷e̷s̷t̷")."""
    composed = unicodedata.normalize("NFC", source)
    return "".join(c for c in composed if unicodedata.category(c) in ("Mn", "Me"))
