"""Titles for marketplaces: brand, noun, features, size; what a shopper looks for, and no hook."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from client.creative.brief import Brief
from client.creative.checks.claims import has_claim
from client.creative.figures import amounts
from client.creative.lines import Line
from client.creative.phrases import Filling
from client.creative.slots import Slots
from client.creative.text import has_han, plain, words

#: small words of an English title (Amazon, product title requirements)
_SMALL = {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
#: units, which keep their small letters
_UNIT = re.compile(r"(?:[mck]?l|[mk]?g|gm|oz|lbs?|ct|[cm]?m|[kw]|v|mah)", re.IGNORECASE)
#: the same word at most so many times (Amazon, product title requirements, January 2025)
_TWICE = 2
#: titles that are enough without a shelf's words, features that are without what it is for
_ENOUGH, _FULL = 3, 3


def titles(brief: Brief, slots: Slots) -> list[Line]:
    """Titles, fullest first; every one names the product and says no feature twice."""
    features = _features(brief, slots)
    # What it is for makes a thin title full; a shelf's word is poor, and only where all else is.
    uses = _uses(brief, slots) if len(features) < _FULL else []
    made = _made(brief, slots, [*features, *uses])
    more = _shelves(brief, slots) if len(made) < _ENOUGH else []
    made += _made(brief, slots, [*features, *more[:1], *uses]) if more else []
    made = sorted({x.text: x for x in made}.values(), key=lambda x: -_told(x))
    full = [x for x in made if _told(x) >= _told(made[0]) - 1]
    return full if len(full) >= _ENOUGH else made[: 2 * _ENOUGH]


def _told(title: Line) -> int:
    """How much a title tells: name, features, use, size."""
    return int(title.line_id.removeprefix("title."))


def _made(brief: Brief, slots: Slots, features: list[Filling]) -> list[Line]:
    names = _names(brief, slots)
    sizes = _sizes(brief, slots)
    rng = random.Random(brief.seed)
    out: dict[str, Line] = {}
    for name in names:
        for chosen in _choices(features, rng):
            for size in ([sizes[0]], []) if sizes else ([],):
                line = _title(brief, name, chosen, size)
                if line and brief.slot.fits(line.text, "") and _is_clean(line.text):
                    out.setdefault(line.text, line)
    return sorted(out.values(), key=lambda x: -len(x.facts))


def _names(brief: Brief, slots: Slots) -> list[Filling]:
    """The product's own name, then its kind; the brand goes before if it is not in the name."""
    names = dict.fromkeys((*slots.values["name"], *slots.values["noun"]))
    found = [f for f in names if f not in slots.values.get("short", ())]
    bare = [Filling(re.sub(r"^an? ", "", f.text), f.fact) for f in found]
    brand = _own(slots, "brand")
    gap = "" if brand and has_han(brand[0].text) else " "
    branded = [
        Filling(f"{brand[0].text}{gap}{f.text}", f"brand+{f.fact}")
        for f in bare
        if brand and plain(brand[0].text).text not in plain(f.text).text
    ]
    return [*branded, *bare]


def _features(brief: Brief, slots: Slots) -> list[Filling]:
    """What a title may list after the name, the most telling first."""
    keys = ("material", "style", "fit", "collar", "sleeve", "detail", "attr", "ingredient")
    single = [f for k in keys for f in _own(slots, k) if "+" not in f.fact]
    return single


def _uses(brief: Brief, slots: Slots) -> list[Filling]:
    """What it is for, as the family's occasions say it."""
    if brief.facts.noun.restricted or brief.facts.noun.family in ("general", "neutral"):
        return []
    lead = "适合" if brief.language == "zh" else "for "
    return [Filling(f"{lead}{f.text}", "use") for f in _own(slots, "occ")[:2]]


def _shelves(brief: Brief, slots: Slots) -> list[Filling]:
    """Words of the shelves that the product stands on, as far as they are names."""
    p = brief.product
    shown = f"{p.product_type}/{p.category}/{p.department}"
    said = [
        Filling(s, "shelf")
        for s in dict.fromkeys(x.strip() for x in re.split(r"[/&,>|、·]|\band\b", shown))
        if 1 < len(s) <= 24
        and has_han(s) == (brief.language == "zh")
        and not re.search(r"[^\w\s-]|\d|_|coupon", s.lower())
        and not has_claim(brief.facts, s)
    ]
    kind = _own(slots, "kind") if brief.language == "zh" else []
    return [*kind, *said]


def _sizes(brief: Brief, slots: Slots) -> list[Filling]:
    """The size in the title, or the one amount that the description gives."""
    text = plain(brief.product.description)
    found = [
        a
        for a in amounts(text.text)
        if a.kind == "unit" and a.name in ("mass", "volume", "count", "charge", "power")
    ]
    own = [Filling(text.original(a.start, a.end), f"size:{a.name}") for a in found[:2]]
    return _own(slots, "size") or (own if len(own) == 1 else [])


def _own(slots: Slots, name: str) -> list[Filling]:
    return list(slots.values.get(name, ()))


def _choices(features: list[Filling], rng: random.Random) -> list[list[Filling]]:
    """Some sets of features: all that come first, then shuffled ones, each alone, then none."""
    out = [features[:k] for k in range(min(len(features), 6), 0, -1)]
    for _ in range(8):
        own = set(rng.sample(range(len(features)), min(rng.randint(1, 5), len(features))))
        out.append([f for i, f in enumerate(features) if i in own])
    return [*out, *([f] for f in features), []]


def _title(
    brief: Brief, name: Filling, features: Iterable[Filling], size: Iterable[Filling]
) -> Line | None:
    """One title; a feature that the title says already is left out."""
    zh = brief.language == "zh"
    text, facts = name.text, [name.fact]
    lead: list[str] = []
    tail: list[str] = []
    for f in features:
        if f.fact == "use" and "use" in facts:
            continue
        bare = re.sub(r"^an? ", "", f.text).removesuffix("的")
        if plain(bare).text.removesuffix("s") in plain(" ".join((text, *lead, *tail))).text:
            continue
        (tail if zh or f.fact.split(":")[0] in _AFTER else lead).append(bare)
        facts.append(f.fact)
    gap = " "
    brand, rest = _split(brief, text)
    if lead and not zh:
        text = gap.join(filter(None, (brand, *lead[:2], rest)))
        tail = [*lead[2:], *tail]
    sizes = [s.text for s in size]
    facts += [s.fact for s in size]
    if zh:
        whole = gap.join((text, *tail, *sizes))
    else:
        whole = ", ".join((text, *(t for t in tail), *sizes))
        whole = " ".join(_capital(w, i) for i, w in enumerate(whole.split(" ")))
    told = tuple(p for f in facts for p in f.split("+") if p and p not in ("shelf", "use"))
    return Line(f"title.{len(facts)}", whole, tuple(dict.fromkeys(told)), 1, True)


#: features that follow the noun in an English title; the others stand before it
_AFTER = {"collar", "sleeve", "fit", "detail", "ingredient", "contents", "shelf", "use"}


def _split(brief: Brief, name: str) -> tuple[str, str]:
    brand = brief.facts.brand
    if brand and plain(name).text.startswith(plain(brand).text + " "):
        return name[: len(brand)], name[len(brand) :].strip()
    return "", name


def _capital(word: str, place: int) -> str:
    small = (word.lower() in _SMALL and place > 0) or bool(_UNIT.fullmatch(word))
    return word if small or not word[:1].islower() else word[:1].upper() + word[1:]


def _is_clean(title: str) -> bool:
    """No word more than twice, none of the marks that marketplaces refuse."""
    own = [w for w in words(title) if w not in _SMALL and not has_han(w)]
    return all(own.count(w) <= _TWICE for w in own) and not re.search(r"[!$?_{}^~#<>*;|]", title)
