"""Names: brands and places in the text come from the brief; no other shop's, none made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from client.creative.brief import Brief
from client.creative.checks.disguise import shown
from client.creative.checks.english import is_common
from client.creative.checks.rulebook import house
from client.creative.checks.tongue import strangers
from client.creative.checks.wordlist import WordList
from client.creative.text import data_file, has_han, plain
from common.domain import Finding

_CAPITAL = re.compile(
    r"(?<![\w'’-])(?:[A-Z][a-zß-ÿ]+(?:[A-Z][a-zß-ÿ]*)*|[a-z]+[A-Z]\w*)(?:[-'’][A-Za-zß-ÿ]+)*"
)
_SENTENCE_END = re.compile(r"[.!?:;。！？：；–—|]\s*[\"“'’)]?\s*$")


def check(brief: Brief, source: str) -> Iterator[Finding]:
    """Brands, then capitals in the middle of a sentence, then a strange name before the noun."""
    visible = shown(source)
    right = f": “{brief.facts.brand}”" if brief.facts.brand else ""
    told: set[str] = set()
    for words, rule in (
        *_marks(brief, visible),
        *_capitals(brief, visible),
        *_strange(brief, visible),
        *_leading(brief, visible),
        *_before_noun(brief, visible),
    ):
        if words in told:
            continue
        told.add(words)
        yield house(rule, words, right=right) if rule == "brand" else house(rule, words)


@lru_cache(maxsize=256)
def _listed(other: tuple[str, ...]) -> WordList:
    rules = data_file("rules", "marks.v1.json")
    # what is no word of any language is a mark in small letters too
    names = [*rules["marks"], *rules["origins"], *other, *rules["coined"]]
    names += [m.lower() for m in rules["coined"]]
    return WordList([_whole(n) for n in dict.fromkeys(names)], "any")


def _whole(name: str) -> str:
    escaped = re.escape(name).replace(r"\ ", " ").replace(r"\-", "-").replace(r"\&", "&")
    return rf"(?<![A-Za-z]){escaped}(?![A-Za-z])" if name.isascii() else escaped


def _marks(brief: Brief, visible: str) -> Iterator[tuple[str, str]]:
    own = brief.facts.source + plain(brief.facts.noun.en + brief.facts.noun.zh).text
    origins = set(data_file("rules", "marks.v1.json")["origins"])
    for match in _listed(brief.other_brands).finditer(visible):
        if plain(match.group()).text not in own:
            yield match.group(), "origin" if match.group() in origins else "brand"


@cache
def _calendar() -> frozenset[str]:
    return frozenset(data_file("rules", "marks.v1.json")["calendar"])


def _capitals(brief: Brief, visible: str) -> Iterator[tuple[str, str]]:
    """Capitalised words in the middle of a sentence are names; names come from the brief."""
    found = list(_CAPITAL.finditer(visible))
    middle = [m for m in found if not _starts_sentence(visible, m.start())]
    if brief.language == "en" and _is_title_case(
        visible, f"{brief.product.title} {brief.product.brand}"
    ):
        middle = [m for m in found if re.search(r"[a-z][A-Z]", m.group())]
    known = _known(brief)
    for m in middle:
        if re.search(r"\d\s?$", visible[: m.start()]) and len(m.group()) < 4:
            continue  # a unit: 2.2 kW
        parts = re.findall(r"\w+", plain(re.sub(r"['’]s$", "", m.group())).text)
        joined = "".join(parts)
        if m.group() in _calendar() or joined in known or all(p in known for p in parts):
            continue
        if joined.removesuffix("s") in known or plain(m.group()).text in known:
            continue
        yield m.group(), "name"


def _strange(brief: Brief, visible: str) -> Iterator[tuple[str, str]]:
    """A word that is no English one, also where every word may have a capital: "Nestora kettle"."""
    if brief.language == "en" and not has_han(visible):
        own = brief.facts.source + plain(brief.facts.noun.en).text
        yield from ((w, "name") for w in strangers(visible, own) if w not in _calendar())


#: a capital at the start, then a word of the title: "Whittington sencha"
_LEADS = re.compile(r"(?:^|[.!?] )([A-Z][a-z]{3,}) ([a-z]{3,})")
_ADJECTIVE = re.compile(
    r"(?:y|ed|ing|ful|less|ish|able|ible|ous|ive|al|ic|er|est|proof|s|en|ar|ant|ent)$"
)


def _leading(brief: Brief, visible: str) -> Iterator[tuple[str, str]]:
    """A rare word at the start that looks like no adjective, before the product's own noun."""
    title = plain(brief.product.title).text.split()
    for m in _LEADS.finditer(visible) if brief.language == "en" else ():
        rare = not is_common(m[1]) and not _ADJECTIVE.search(m[1])
        # Galician of Galicia
        if rare and m[2] in title and plain(m[1]).text[:6] not in brief.facts.source:
            yield m[1], "name"


def _known(brief: Brief) -> frozenset[str]:
    return _words_of(brief.facts.source, brief.facts.noun.en)


@lru_cache(maxsize=512)
def _words_of(source: str, noun: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\u3400-\u9fff]+", source)) | frozenset(noun.lower().split())


def _starts_sentence(source: str, start: int) -> bool:
    before = source[:start]
    return not before.strip() or _SENTENCE_END.search(before) is not None or has_han(before[-1:])


_LINKS_EN = frozenset(("with", "from", "into", "over", "under", "your", "than", "that", "this"))


def _is_title_case(source: str, verbatim: str) -> bool:
    """Whether the long words are written with a capital; names of the product do not count."""
    found = [w for w in re.findall(r"[A-Za-z][\w'’-]*", source) if len(w) > 3]
    counted = [w for w in found if w not in _LINKS_EN and (w[0].isupper() or w not in verbatim)]
    return len(counted) > 1 and all(w[0].isupper() for w in counted)


def _before_noun(brief: Brief, visible: str) -> Iterator[tuple[str, str]]:
    """Where the own brand is missing and strange characters stand in its place: "云山羊绒围巾"."""
    brand = brief.facts.brand
    if not brand or brand in visible or not has_han(visible):
        return
    rest = brief.facts.name.replace(brand, "", 1).strip()
    starts = re.match(r"[\u3400-\u9fff]{2,}", rest)
    if not starts or not brief.facts.name.startswith(brand):
        return
    head = starts.group()
    # the whole name, or its end: 儿童滑板车, 滑板车
    tails = [head[:3], *(head[i:] for i in range(1, len(head) - 2))]
    after = "|".join(re.escape(t) for t in tails)
    pattern = re.compile(rf"(?:^|[，。！？、：；\s“「])([\u3400-\u9fff]{{2,4}}?)牌?(?={after})")
    usual = set(data_file("rules", "marks.v1.json")["usual_zh"])
    for m in pattern.finditer(visible):
        name = m[1]
        plain_talk = name in usual or name[-2:] in usual or name[:2] in usual
        plain_talk = plain_talk or any(c in _LINKS for c in name)
        if not plain_talk and name[:2] not in brief.facts.source:
            yield name, "brand"


#: characters that a brand hardly has: they make a phrase of what they stand in
_LINKS = frozenset(
    "的一这那款件条双份个只新好有是在和与就把给让为从到用来都也很了着过不可以您你我他她它们时候每几多少配搭入换买选挑试看"
)
