"""Typed slots of the templates, filled from facts: names, price, size, traits, occasions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from client.creative import lexicon, phrases
from client.creative.brief import Brief
from client.creative.checks import claims
from client.creative.facts import Facts, clean
from client.creative.figures import amounts, price_text
from client.creative.phrases import Filling
from client.creative.text import data_file, has_han, plain, right_to_left, width

Mode = Literal["named", "generic"]
#: display width from which a name is too long to stand in a sentence
LONGEST_NAME = 44
_THIS = {"en": "this product", "zh": "这款商品"}
#: nobody names a product like this; such a title is not used
_NO_NAME = re.compile(
    r"ignore|disregard|instruction|prompt|system:|assistant|https?|www\.|[<>{}@]|忽略|指令|提示词"
)


@dataclass(frozen=True, slots=True)
class Slots:
    """All values of all slots of a brief.

    Attributes:
        mode: "named" when the title is a name, "generic" when only the category speaks.
        values: Slot -> its values, best first; a slot without values is missing.
    """

    mode: Mode
    values: dict[str, tuple[Filling, ...]]


#: a title of these words alone says nothing
_NOTHING = {"assorted", "misc", "miscellaneous", "other", "others", "item", "items", "general"} | {
    *("coupon", "coupons", "store", "offers", "product", "products", "na", "test", "no", "name")
}


def fill(brief: Brief, occasions: dict[str, str], pairs: dict[str, str]) -> Slots:
    """The slots of a brief.

    Args:
        brief: What is to be written.
        occasions: Of the product's family, from the hook bank.
        pairs: What goes well with the family, from the hook bank.
    """
    facts = brief.facts
    mode, names, nouns = _names(brief)
    short = _short(brief, mode, names)
    values: dict[str, list[Filling]] = {
        "name": [*names, *(short if brief.language == "zh" else ())],
        "short": short,
        "noun": nouns,
        "occ": [Filling(text) for text in occasions.values()],
        "pair": [Filling(text) for text in pairs.values()],
        "size": [Filling(s, f"size:{s}") for s in _sizes(brief, names)],
    }
    told = re.search(re.escape(facts.brand), names[0].text, re.IGNORECASE)
    if facts.brand and not told and _is_name(brief, facts.brand):
        values["brand"] = [Filling(facts.brand, "brand")]
    if facts.brand and _is_name(brief, facts.brand):
        values["maker"] = [Filling(facts.brand, "brand")]
    if facts.price is not None and not facts.offer:
        # With an offer the price is not what is paid.
        text = price_text(facts.price, facts.currency, brief.language)
        values["price"] = [Filling(text, "price")] if text else []
    if facts.breadth > 1:
        number = f"{facts.breadth:,}" if brief.language == "en" else str(facts.breadth)
        values["breadth"] = [Filling(number, "breadth")]
    if facts.noun.zh and facts.noun.by != "type":
        values["kind"] = [Filling(facts.noun.zh, "noun")]
        values["count"] = [Filling(c) for c in _counter(facts.noun.zh)]
    if facts.offer:
        values["offer"] = [Filling(facts.offer, "offer")]
    values |= phrases.traits(brief)
    plural = _is_plural(facts, mode, names[0].text)
    if facts.noun.en and facts.noun.by != "type":
        values["kinden"] = [Filling(facts.noun.en, "noun")]
    if facts.noun.number != "count":
        values["bare"] = nouns
    values["it"] = [Filling("them" if plural else "it")]
    values["is"] = [Filling("are" if plural else "is")]
    return Slots(mode, {k: tuple(v) for k, v in (values | _capitals(values)).items() if v})


def _counter(noun: str) -> list[str]:
    """The measure word of a Chinese noun by its longest known end; none where none is sure."""
    if noun.startswith("半"):
        return []  # 一条半身裙 reads as one and a half
    words: dict[str, list[str]] = data_file("bank", "goods.json")["counters"]
    found = [(len(e), c) for c, ends in words.items() for e in ends if noun.endswith(e)]
    return [max(found)[1]] if found else []


def _capitals(values: dict[str, list[Filling]]) -> dict[str, list[Filling]]:
    return {
        k[0].upper() + k[1:]: [Filling(v.text[:1].upper() + v.text[1:], v.fact) for v in vs]
        for k, vs in values.items()
        if k in ("name", "noun", "attr", "offer", "style", "pair", "material", "maker")
    }


def _is_plural(facts: Facts, mode: Mode, name: str) -> bool:
    if mode == "generic":
        return facts.noun.number == "plural"
    last = lexicon.cut(name).split()[-1:] or [""]
    return last[0].endswith("s") and not last[0].endswith("ss")


def _names(brief: Brief) -> tuple[Mode, list[Filling], list[Filling]]:
    """Mode, values of {name} and values of {noun}."""
    facts, language = brief.facts, brief.language
    common = facts.noun.zh if language == "zh" else facts.noun.en
    common = "" if facts.noun.by == "type" else common
    if language == "en" and common and facts.noun.number == "count":
        common = f"{'an' if common[0] in 'aeiou' else 'a'} {common}"
    bare = not facts.brand and lexicon.head(facts.name) == lexicon.key(facts.name) != ""
    proper = [] if facts.noun.by == "category" or bare else _proper_names(brief)
    if language == "zh" and common and facts.noun.by == "title" and not has_han(facts.name):
        branded = [
            Filling(n, "brand")
            for n in (f"{facts.brand} {common}",)
            if facts.brand and _is_name(brief, n)
        ]
        names = branded or [Filling(common, "noun")]
        return "named" if branded else "generic", names, [Filling(common, "noun")]
    if not proper and facts.noun.by == "title" and facts.brand and common:
        bare_noun = facts.noun.zh if language == "zh" else facts.noun.en
        proper = [n for n in (f"{facts.brand} {bare_noun}",) if _is_name(brief, n)]
    if not proper:
        text = common or _THIS[language]
        return "generic", [Filling(text, "noun")], [Filling(text, "noun")]
    names = [Filling(n, "title") for n in proper]
    return "named", names, names


def _short(brief: Brief, mode: Mode, names: list[Filling]) -> list[Filling]:
    """The name without its brand where it still says what it is; in Chinese brand and kind too."""
    facts, name = brief.facts, names[0].text
    brand = plain(facts.brand).text
    if mode != "named" or not brand or not plain(name).text.startswith(brand):
        return []
    bare, out = name[len(brand) :].strip(), []
    if len(bare) > 2 and (has_han(bare) or " " in bare) and _is_name(brief, bare):
        out.append(Filling(bare, "title"))
    kind = facts.noun.zh
    if brief.language == "zh" and len(kind) > 1 and bare != kind and bare.endswith(kind):
        out.append(Filling(name[: len(brand)] + kind, "brand"))
    return out


def _proper_names(brief: Brief) -> list[str]:
    """The title as a name: with and without the brand, without what follows a dash."""
    facts = brief.facts
    title = _calm(facts.name)
    if _NO_NAME.search(plain(brief.product.title).text):
        return []
    base = lexicon.cut(title) if _names_something(title) else title
    base = _turned(title) or base
    base = re.sub(r"\s*[-–—|]\s+|\s+[-–—|]\s*", " ", base).strip(" -,.") or title
    base = _HYPE.sub("", base).strip(" ,-")
    base = base if "+" in base else lexicon.unsized(base)
    if facts.noun.broad and base.endswith(facts.noun.broad):
        base = base.removesuffix(facts.noun.broad).replace("牛仔布", "牛仔") + facts.noun.zh
        base = base.replace("牛仔裤子", "牛仔裤").replace("牛仔裙子", "牛仔裙")
        base = re.sub(r"([\u3400-\u9fff]{2})\1", r"\1", base)
    brand = _calm(facts.brand)
    options = [base if plain(brand).text in plain(base).text else _branded(brand, base)]
    if width(options[0]) > brief.slot.headline or brief.kind == "brand":
        options.append(base)
    good = [n for n in dict.fromkeys(options) if width(n) <= LONGEST_NAME and _is_name(brief, n)]
    return good or _short_names(brief, brand, title)


def _branded(brand: str, base: str) -> str:
    """Brand and name; a word at the end of one and the start of the other is said once."""
    if has_han(brand[-1:]) and has_han(base[:1]):
        return brand + base
    own, words = brand.split(), base.split()
    twice = len(words) > 1 and own and own[-1].casefold() == words[0].casefold()
    return " ".join([*own, *words[1 if twice else 0 :]])


def _short_names(brief: Brief, brand: str, title: str) -> list[str]:
    """Brand and kind for a title that is too long or boasts: by its last words, or by its shelf."""
    start = re.split(r"\s+[-–—|]\s+", title)[0]
    kinds = [lexicon.head(start).title(), start, clean(brief.product.product_type)]
    names = [f"{brand} {k}" for k in kinds if brand and k and not k.lower().startswith("other")]
    return [n for n in names if width(n) <= LONGEST_NAME and _is_name(brief, n)][:1]


#: words before a dash that are a kind, what follows is which one: "Masala - Biryani"
_KINDS = {"powder", "masala", "namkeen", "oil", "mix", "syrup", "tea", "pickle", "chips", "juice"}
_KINDS |= {"cookies", "biscuits", "jam", "sauce", "soap", "noodles", "seeds", "papad", "rice"}


def _turned(title: str) -> str:
    """A name as people say it: "Essential Oil - Palmarosa" is Palmarosa Essential Oil."""
    parts = re.split(r"\s+[-–—|]\s+", title)
    if len(parts) != 2 or re.search(r"[\d,&/+()]|\b(?:for|with|in|of|and)\b", parts[1], re.I):
        return ""
    kind, which = (p.strip() for p in parts)
    if len(kind.split()) > 2 or not 1 <= len(which.split()) <= 4:
        return ""
    if lexicon.head(which) and not lexicon.head(kind):
        return f"{kind} {which}"
    known = lexicon.head(kind) == lexicon.key(kind) or kind.split()[-1].lower() in _KINDS
    return f"{which} {kind}" if known and not lexicon.head(which) else ""


#: what sellers put round a name
_HYPE = re.compile(
    r"^(?:爆款|热销|新品|正品|包邮|特价|NEW|HOT)\s*|\s*(?:爆款|热销|新品|包邮|特价|NEW|HOT)$"
)


def _names_something(title: str) -> bool:
    """Whether the part before a dash or bracket is a name of its own."""
    start = lexicon.cut(title)
    return (
        len(start.split()) > 1 or bool(lexicon.head(start)) or (has_han(start) and len(start) > 2)
    )


def _calm(text: str) -> str:
    """Titles in capitals as people write names: "FROZEN PIZZA" -> "Frozen Pizza"."""
    if text.isupper() and len(text) > 4:
        return " ".join(w.capitalize() if len(w) > 3 else w for w in text.split())
    return text


def _is_name(brief: Brief, name: str) -> bool:
    if not re.search(r"[^\W\d_]{2}|[\u3400-\u9fff]", name) or right_to_left(name):
        return False
    if set(lexicon.key(name).split()) <= _NOTHING and not has_han(name):
        return False
    if has_han(name) and brief.language == "en":
        return False
    text = plain(name).text
    if claims.has_claim(brief.facts, name):
        return False
    return not _NO_NAME.search(text) and not re.search(r"[?!:;]|\d{5}", name)


#: a size that no unit of the rules knows: "40 bags"; a Chinese ad takes no English word with it
_TAIL_SIZE = re.compile(r"(?:\d[\d.,]*\s?[^\W\d_]+|(?:pack|set|box) of \d+)", re.IGNORECASE)
_TAIL_SIZE_ZH = re.compile(r"\d[\d.,]*\s?(?:[a-z]{1,3}|[\u3400-\u9fff]+)", re.IGNORECASE)


def _sizes(brief: Brief, names: list[Filling]) -> list[str]:
    """Mass, volume and count as the title gives them."""
    title = plain(clean(brief.product.title))
    found = [a for a in amounts(title.text) if a.kind == "unit"]
    out = [
        title.original(a.start, a.end).strip()
        for a in found
        if a.name in ("mass", "volume", "count")
        and a.end - a.start > 1
        # "10-14 pcs" is no size of 14.
        and not re.search(r"\d\s?[-~–]\s?$", title.text[: a.start])
    ]
    shown = " ".join(n.text for n in names)
    name = _calm(brief.facts.name)
    bare = lexicon.unsized(name)
    tail = name[len(bare) :].strip(" ,()") if name.startswith(bare) else ""
    if not out and (_TAIL_SIZE_ZH if brief.language == "zh" else _TAIL_SIZE).fullmatch(tail):
        out = [tail]
    # "500 ml + 480 ml": one of two sizes would be wrong.
    if brief.language == "en":
        out = [o for o in map(_in_english, out) if not has_han(o)]
    return [s for s in out if s and s not in shown] if len(out) == 1 else []


_UNITS_EN = {"毫升": " ml", "公斤": " kg", "千克": " kg", "厘米": " cm", "克": " g", "升": " L"}


def _in_english(size: str) -> str:
    """A Chinese size with the sign of its unit: "500毫升" is 500 ml."""
    for zh, en in _UNITS_EN.items():
        size = size.replace(zh, en)
    return size
