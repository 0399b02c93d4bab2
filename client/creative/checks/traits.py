"""Traits: materials, colours, flavours, places, marks of quality and features that the text must not invent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from client.creative.brief import Brief
from client.creative.checks.known import stem
from client.creative.checks.rulebook import house
from client.creative.checks.wordlist import WordList
from client.creative.facts import claimed
from client.creative.text import Plain, data_file, has_han, plain
from common.domain import Finding

#: groups whose words count wherever they stand; the others only beside the product or a cue
_STRICT = ("materials", "places", "certificates", "features")


@dataclass(frozen=True, slots=True)
class Thing:
    """One entry of things.v1.json.

    Attributes:
        group: Which list it stands in.
        names: English and Chinese names, plain.
    """

    group: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """The lists, compiled.

    Attributes:
        strict: Finds a name that counts anywhere.
        loose: Finds a name that counts only in its place.
        said: Ways of speaking in which a name is none.
        of: Name -> its entries (green is a colour, green tea a food).
        implied: Name -> wider entries that it proves (oak is wood, but wood is not oak).
    """

    strict: WordList
    loose: WordList
    said: WordList
    of: dict[str, tuple[Thing, ...]]
    implied: dict[str, tuple[Thing, ...]]


def _names(names: list[str]) -> WordList:
    parts = []
    for n in dict.fromkeys(names):
        word = n.replace(".", r"\.").replace("-", r"[\s-]?").replace(" ", r"[\s-]+")
        parts.append(word if has_han(n) else rf"(?<![a-z0-9]){word}(?![a-z0-9])")
    return WordList(parts, "any")


@cache
def book_of() -> Book:
    """The lists of things.v1.json, compiled once."""
    raw = data_file("rules", "things.v1.json")
    loose_words = set(raw["loose"])
    of: dict[str, tuple[Thing, ...]] = {}
    implied: dict[str, list[Thing]] = {}
    strict: list[str] = []
    loose: list[str] = []
    for group in ("materials", "places", "certificates", "features", "colours", "foods"):
        for en, zh, *also in raw[group]:
            names = tuple(plain(n).text for n in (*en, *zh))
            thing = Thing(group, names)
            for n in also[0] if also else ():
                implied.setdefault(key_of(plain(n).text), []).append(thing)
            for n in names:
                of[key_of(n)] = (*of.get(key_of(n), ()), thing)
                full_colour = group == "colours" and has_han(n) and len(n) > 1
                counts = (group in _STRICT and n not in loose_words) or full_colour
                (strict if counts else loose).append(n)
    return Book(
        _names(strict),
        _names([n for n in loose if n not in strict]),
        WordList([re.escape(s) for s in raw["said"]], "any"),
        of,
        {k: tuple(v) for k, v in implied.items()},
    )


def key_of(name: str) -> str:
    """A name without gaps and hyphens."""
    return re.sub(r"[\s-]", "", name)


def check(brief: Brief, text: Plain) -> Iterator[Finding]:
    """Every trait of one part of an ad that the product text does not give it."""
    seen: set[str] = set()
    for start, end, rule in (*_listed(brief, text), *_known_traits(brief, text)):
        words = text.original(start, end)
        if words not in seen and not any(words in s for s in seen):
            seen.add(words)
            yield house(rule, words)


def _known_traits(brief: Brief, text: Plain) -> Iterator[tuple[int, int, str]]:
    """The attributes that the writer knows too."""
    covered: list[tuple[int, int]] = []
    noun = brief.facts.noun
    said = [m.span() for m in book_of().said.finditer(text.text)]
    found = claimed(text.text)
    for (start, end), trait in found:
        inside = any(s <= start and end <= e for s, e in (*covered, *said))
        covered.append((start, end))
        if trait.trait_id == "fabric-blend" and _is_blend(own_of(brief)):
            continue
        if not inside and not brief.facts.has_trait(trait.trait_id):
            piece = text.text[start:end]
            own = own_of(brief)
            said_so = (
                # 酥脆 is crispy and crunchy: one of the two is enough
                any(brief.facts.has_trait(t.trait_id) for at, t in found if at == (start, end))
                or any(n in own for n in (piece, *trait.names))
                or _is_inflected(piece, own)
                or key_of(piece) in key_of(own)
            )
            if not said_so and piece not in noun.zh + noun.en:
                yield start, end, "trait"


def _is_blend(own: str) -> bool:
    """Whether the product text names two materials or more."""
    return sum(t.group == "materials" for t in own_things(own)) > 1


def own_of(brief: Brief) -> str:
    """All that the brief says of the product, plain."""
    return _own_text(brief.facts.source, brief.facts.noun.en, brief.facts.noun.zh)


@lru_cache(maxsize=512)
def _own_text(source: str, en: str, zh: str) -> str:
    return plain(f"{source} . {en} . {zh}").text


@lru_cache(maxsize=512)
def own_things(own: str) -> frozenset[Thing]:
    """Entries that the brief names; plural and gaps do not matter."""
    book = book_of()
    out: set[Thing] = set()
    for pattern in (book.strict, book.loose):
        for m in pattern.finditer(own):
            out.update(book.of.get(key_of(m.group()), ()))
    closed = key_of(own)
    for name, wider in book.implied.items():
        if name in closed:
            out.update(wider)
    for name, things in book.of.items():
        if len(name) > (1 if has_han(name) else 3) and name in closed:
            out.update(things)
    return frozenset(out)


_DENIED = re.compile(
    r"(?:\bnot|\bno|\bnon|\bwithout|\binstead of|\bforget|不是|并非|不含|非|没有|不用|不加)[\s-]*(?:any |added )?$"
)


def _listed(brief: Brief, text: Plain) -> Iterator[tuple[int, int, str]]:
    book, own = book_of(), own_of(brief)
    have = own_things(own)
    said = [m.span() for m in book.said.finditer(text.text)]
    heads = _heads(brief)
    own_words = (*heads, *_more_heads(own))
    for pattern, anywhere in ((book.strict, True), (book.loose, False)):
        for m in pattern.finditer(text.text):
            if any(s < m.end() and m.start() < e for s, e in said) or m.group() in own:
                continue
            things = book.of.get(key_of(m.group()), ())
            if not things or any(t in have for t in things) or _is_inflected(m.group(), own):
                continue
            if m.group().endswith("色") and text.text[m.start() - 1 : m.end() - 1] in own:
                continue  # 藏青色 of 藏青
            if m.group().endswith("色") and len(m.group()) > 1 and m.group()[:-1] in own:
                continue  # 橙色 of 橙
            if _DENIED.search(text.text[max(0, m.start() - 12) : m.start()]):
                continue
            eaten = any(t.group == "foods" for t in things) and _is_food(have)
            colour = any(t.group == "colours" for t in things)
            before = text.text[max(0, m.start() - 20) : m.start()]
            cue = (colour and _IN.search(before)) or (eaten and _FULL_OF.search(before))
            if anywhere or cue or _in_place(text.text, m, own_words if eaten else heads, own):
                place = all(t.group == "places" for t in things)
                yield m.start(), m.end(), "origin" if place else "trait"


def _is_inflected(word: str, own: str) -> bool:
    """Oats of oat, folding of folds: the same word with another ending stands in the product text."""
    if has_han(word) or " " in word or len(word) < 4:
        return False
    return re.search(rf"\b{re.escape(stem(word))}(?:s|es|e|ed|d|ing|y)?\b", own) is not None


def _heads(brief: Brief) -> tuple[str, ...]:
    """Words that stand for the product: a word before one of them speaks of it."""
    noun = brief.facts.noun
    title = plain(brief.facts.name).text
    english = {w.removesuffix("s") for w in re.findall(r"[a-z]{3,}", f"{title} {noun.en}")}
    chinese = {p[-2:] for p in re.findall(r"[\u3400-\u9fff]{2,}", title)} | (
        {noun.zh} if noun.zh else set()
    )
    return tuple(sorted(english | chinese))


_IN = re.compile(
    r"\b(?:in|the|or|and) (?:(?:deep|soft|bright|pale|dark|light|warm|classic|bold) )?$"
)
_FULL_OF = re.compile(r"\b(?:in|(?:tin|can|jar|bag|box|pack|tub|packet|carton|pouch|tube)s? of) $")


def _is_food(have: frozenset[Thing]) -> bool:
    return any(t.group == "foods" for t in have)


_NO_HEADS = frozenset(
    [
        "with",
        "from",
        "water",
        "four",
        "five",
        "cup",
        "your",
        "this",
        "that",
        "and",
        "the",
        "for",
        "are",
        "not",
        "has",
        "can",
        "into",
        "than",
        "only",
        "keep",
        "day",
        "table",
    ]
)


@lru_cache(maxsize=512)
def _more_heads(own: str) -> tuple[str, ...]:
    """What the product text calls its pieces: chicken bites are wrong where it has salmon bites."""
    english = {w.removesuffix("s") for w in re.findall(r"[a-z]{4,}", own)} - _NO_HEADS
    return tuple(sorted(english))


_CUE_BEFORE = re.compile(
    r"(?:made (?:of|from|with|in)|crafted (?:from|in|of)|comes? in|available in|colou?r:?|now in|real|pure|solid|genuine|"
    r"hints? of|notes? of|touch of|flavou?r of|taste of|scent of|aroma of|infused with|filled with|"
    r"packed with|loaded with|bursting with|dipped in|coated (?:in|with)|covered in|lined with|"
    r"finished in|wrapped in|swirl of|burst of|blend of|rich in|含有?|添加|加入|富含|采用|选用|全|纯|用料|材质[:：]?|颜色[:：]?)\s*"
    r"(?:\w+ )?$"
)
_CUE_AFTER = re.compile(
    r"[\s-]*(?:flavou?r(?:ed|s)?|taste|finish|body|lid|handles?|frame|base|casing|lining|filling|"
    r"coating|coated|infused|filled|scent(?:ed)?|colou?r(?:ed)?|version|edition|plated|lined|tones?|sauce|glaze|notes?|"
    r"trim|sole|strap|soles)(?![a-z])|口?味|风味|香型|夹心|馅|果?粒|汁|香气|香精|调|制成?|质|材质|面料|材料|外壳|机身|瓶身|手柄|表面|涂层|底座|内胆|款|千层|蛋糕|慕斯|布丁|月饼|粽|曲奇|饼干|面包|冰淇淋|雪糕|奶茶|拿铁"
)


#: what a Chinese food is made into: 荞麦粉 is wrong where the product text has 小麦粉
_SUFFIXES = frozenset("粉蜜酱油茶汁肉糖酒醋饼面糕粥")


def _in_place(text: str, m: re.Match[str], heads: tuple[str, ...], source: str) -> bool:
    after = text[m.end() : m.end() + 24]
    if _CUE_AFTER.match(after) or _CUE_BEFORE.search(text[max(0, m.start() - 28) : m.start()]):
        return True
    if has_han(m.group()):
        suffix = after[:1] in _SUFFIXES and after[:1] in source
        return suffix or any(has_han(h) and after.startswith(h) for h in heads)
    following = re.match(r"[\s-]+(?:([a-z]+)[\s-]+)?([a-z]+)", after)
    direct = re.match(r"[\s-]+([a-z]+)", after)
    if direct and direct[1].removesuffix("s") in heads:
        return True
    apart = following and following[1] in ("for", "with", "and", "in", "on", "of", "to", "at", "or")
    return bool(following and not apart and following[2].removesuffix("s") in heads)
