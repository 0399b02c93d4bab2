"""What a product is called: category lexicon English to Chinese, and the family it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from client.creative.text import data_file, has_han, plain
from common.domain import Product

Number = Literal["mass", "plural", "count"]
_CUT = re.compile(
    r"\s+(?:with|for|in|of|from|without)\s|\s*[-–—|]\s+|\s+[-–—|]\s*|[,(\[]", re.IGNORECASE
)
#: brand codes of grocers' lists that name no brand
NO_BRAND = {"", "national", "private", "store brand", "unbranded", "generic", "n/a", "none"}
#: last words of a title that are no head: "Coffee Mugs Set", "Soap 3 Pack"
_TAIL = {
    *("set", "pack", "combo", "refill", "pcs", "pc", "small", "medium", "large", "bags"),
    *("ml", "l", "g", "gm", "kg", "mg", "oz", "fl", "lb", "lbs", "ct", "count", "piece", "pieces"),
    *("packs", "cm", "mm", "m", "inch", "mah", "w"),
}
_AMOUNT = re.compile(r"\d+[a-z]{0,2}")


@dataclass(frozen=True, slots=True)
class Noun:
    """The common name of a product.

    Attributes:
        en: Lower case English, in a form that needs no article ("cookies", "coffee").
        number: How English verbs agree.
        zh: Simplified Chinese.
        family: Group of products whose ads share hooks.
        restricted: "" or why only plain words may be used (medicine, intimate, ...).
        by: "category" when the shop's category said so, "title" when a word in the title did,
            "type" when only the product type did: good for the family, too loose for a name.
        broad: The title's own Chinese word where `zh` is a narrower one from the description.
    """

    en: str
    number: Number
    zh: str
    family: str
    restricted: str
    by: Literal["category", "title", "type", "none"]
    broad: str = ""


UNKNOWN = Noun("", "mass", "", "general", "", "none")


_COUNTED = (
    "ml|cl|l|ltr|g|gm|kg|mg|oz|fl oz|lbs?|ct|count|packs?|pcs?|pieces?|sachets|bags|sticks|rolls"
    "|cm|mm|m|inch|mah|w|gb|毫升|克|千克|公斤|升|斤|片|包|袋|盒|支|枚|只|瓶|罐|条|个|块|粒|张|卷"
    "|毫安时|毫安|厘米|米|寸"
)
_SIZE_AT_END = re.compile(
    rf"[\s,(]*(?:(?:\d[\d.,]*\s?[x×*]\s?)*\d[\d.,]*\s?-?(?:{_COUNTED})|(?:pack|set|box) of \d+)"
    r"\s?(?:[x×*]\s?\d+\w*)?\)?$",
    re.IGNORECASE,
)


def unsized(name: str) -> str:
    """A name without the size at its end; a size has a slot of its own."""
    short = _SIZE_AT_END.sub("", name).strip(" ,-")
    return short if len(short) > 1 and re.search(r"[^\W\d_]{2}", short) else name


def key(text: str) -> str:
    """A category name as the lexicon writes it: lower case letters and digits."""
    return " ".join(re.findall(r"[a-z0-9]+", plain(text).text))


@cache
def _nouns() -> tuple[dict[str, Any], ...]:
    """Entries of both files: goods of other shops, whose names win, and grocers' shelves."""
    files = (data_file("bank", name)["nouns"] for name in ("goods.json", "lexicon.json"))
    return tuple(noun for nouns in files for noun in nouns)


@cache
def _keys() -> dict[str, dict[str, Any]]:
    return {k: noun for noun in _nouns() for k in noun.get("keys", ())}


@cache
def _heads() -> dict[str, tuple[dict[str, Any], str]]:
    """English head words, singular and plural -> entry and Chinese name."""
    out: dict[str, tuple[dict[str, Any], str]] = {}
    for noun in _nouns():
        if not noun.get("word", True):
            continue
        names = {noun["en"]: noun["zh"]} | noun.get("also", {})
        for name, zh in names.items():
            for form in _forms(key(name)):
                out.setdefault(form, (noun, zh))
    return out


def _forms(name: str) -> tuple[str, ...]:
    if name.endswith("ies"):
        return name, name[:-3] + "y"
    if name.endswith("oes"):
        return name, name[:-2]
    if name.endswith(("x", "ch", "sh", "ss")):
        return name, name + "es"
    return (name, name[:-1]) if name.endswith("s") else (name, name + "s")


@cache
def _chinese() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Chinese names, longest first."""
    pairs: dict[str, dict[str, Any]] = {}
    for noun in _nouns():
        for zh in (noun["zh"], *noun.get("also", {}).values(), *noun.get("also_zh", ())):
            pairs.setdefault(zh, noun)
    return tuple(sorted(pairs.items(), key=lambda p: (-len(p[0]), p[0])))


def find(product: Product) -> Noun:
    """The common name of a product, `UNKNOWN` if nothing in the lexicon fits.

    What stands among medicines and supplements gets plain words only, whatever its title says.
    """
    found = _find(product)
    shelf = f"{product.department} {product.category} {product.product_type}"
    tokens = set(key(shelf).split())
    senses: dict[str, dict[str, str]] = data_file("bank", "goods.json")["senses"]
    for word, zh in senses.get(found.zh, {}).items():
        if word in tokens:
            found = replace(found, zh=zh)
    rules: dict[str, list[str]] = data_file("rules", "categories.v1.json")["words"]
    for reason, names in rules.items():
        if not found.restricted and any(n in tokens or (has_han(n) and n in shelf) for n in names):
            return replace(found, family="neutral", restricted=reason)
    return found


def _find(product: Product) -> Noun:
    """By shelf or title.

    The shop's category decides where the title says no more than the category does; else
    the last words of the title do, for they are the head of an English name.
    """
    kind = key(product.product_type)
    title = product.title.strip()
    if is_terse(product):
        found = _by_shelf(product)
        if found:
            return found
    if has_han(title):
        found_zh = _narrowed(_by_chinese(unsized(title)), product.description)
        return found_zh if found_zh.by != "none" else _by_shelf_word(product)
    by_kind = (
        None
        if re.search(r"[,&/]|\band\b", product.product_type)
        else _by_head(product.product_type)
    )
    if by_kind and kind in key(title):
        return by_kind
    # "Pasta + Olives + Oil": the last of several products is not what it is.
    by_title = None if "+" in title else _by_head(title)
    # "Dairy Milk" among the chocolates: the shop's own shelf is the better witness.
    if by_title and (not by_kind or by_kind.family == by_title.family):
        return by_title
    return replace(by_kind, by="type") if by_kind else _by_shelf_word(product)


def _by_shelf_word(product: Product) -> Noun:
    """The family alone, by a word of the type or the category; no name comes from it."""
    families: dict[str, str] = data_file("bank", "goods.json")["shelves"]
    if "baby" in key(product.department).split():
        return replace(UNKNOWN, family="baby_care", by="type")
    kind = key(product.product_type).replace(" and ", " ")
    for whole in (f"{key(product.category)} {kind}", kind):
        if whole in families:
            return replace(UNKNOWN, family=families[whole], by="type")
    for shelf in (product.product_type, product.category):
        words = [form for w in key(shelf).split() for form in (w, w.removesuffix("s"))]
        han = [w for w in families if has_han(w) and w in shelf]
        for word in (*words, *sorted(han, key=len, reverse=True)):
            if word in families:
                return replace(UNKNOWN, family=families[word], by="type")
    return UNKNOWN


def _by_shelf(product: Product) -> Noun | None:
    """By category names, the narrowest that is known; then by the head of the type."""
    kind, category = key(product.product_type), key(product.category)
    narrow = (f"{category} > {kind}", kind, key(product.title))
    for name in narrow:
        if name in _keys() and name != category:
            return _noun(_keys()[name], None, "category")
    shelf = (_keys().get(n) for n in (f"{key(product.department)} > {category}", category))
    broad = next((_noun(entry, None, "category") for entry in shelf if entry), None)
    by_kind = _by_head(product.product_type)
    if by_kind and by_kind.number != "count" and (not broad or broad.family == by_kind.family):
        return replace(by_kind, by="category")
    return broad


def is_terse(product: Product) -> bool:
    """Whether the title only repeats the shop's categories, as grocers' lists do."""
    known = set(key(f"{product.department} {product.category} {product.product_type}").split())
    own = set(key(product.title).split()) - {"and", "coupon", "on"}
    one = product.price_minor or product.breadth == 1
    if one and product.brand.strip().lower() not in NO_BRAND:
        return False
    return bool(known) and not has_han(product.title) and own <= known


def cut(title: str) -> str:
    """The part of a title before "with", "for", a dash or a bracket."""
    return _CUT.split(title, maxsplit=1)[0].strip()


def head(text: str) -> str:
    """The part of a name that the lexicon knows, at its end; "" if there is none."""
    words = key(cut(text)).split()
    while len(words) > 1 and (words[-1] in _TAIL or _AMOUNT.fullmatch(words[-1])):
        words.pop()
    names = (" ".join(words[start:]) for start in range(max(0, len(words) - 4), len(words)))
    return next((n for n in names if n in _heads()), "")


def tail_head(text: str) -> str:
    """A known name of two words or more behind the last dash: "Royale - Fabric Conditioner"."""
    parts = re.split(r"\s*[-–—|]\s+|\s+[-–—|]\s*", text)
    name = head(parts[-1]) if len(parts) > 1 else ""
    return name if " " in name else ""


def _by_head(text: str) -> Noun | None:
    name = head(text) or tail_head(text)
    if not name:
        return None
    entry, zh = _heads()[name]
    found = _noun(entry, zh, "title")
    if name in {form for also in entry.get("also", {}) for form in _forms(key(also))}:
        return replace(found, en=name, number=_number(name))
    return found


def _number(name: str) -> Number:
    return "plural" if name.endswith("s") and not name.endswith("ss") else "count"


def _by_chinese(title: str) -> Noun:
    text = plain(title).text
    hits = [(text.rfind(zh) + len(zh), len(zh), zh, n) for zh, n in _chinese() if zh in text]
    if not hits:
        return UNKNOWN
    _, _, zh, noun = max(hits, key=lambda h: (h[0], h[1]))
    found = _noun(noun, zh, "title")
    en = next((en for en, own in noun.get("also", {}).items() if own == zh), "")
    return replace(found, en=en, number=_number(en)) if en and zh != noun["zh"] else found


def _narrowed(noun: Noun, description: str) -> Noun:
    """A word for a whole shelf ("裙") as the kind that the description names ("鱼尾裙")."""
    kinds: list[str] = data_file("bank", "goods.json")["narrower"].get(noun.zh, [])
    text = plain(description).text
    found = [k for k in kinds if plain(k).text in text]
    if not found:
        whole = {"裙": "裙子", "裤": "裤子"}.get(noun.zh, noun.zh)
        return noun if whole == noun.zh else replace(noun, zh=whole, broad=noun.zh)
    entry = next((n for zh, n in _chinese() if zh == found[0]), None)
    made = _noun(entry, found[0], "title") if entry else replace(noun, zh=found[0])
    return replace(made, broad=noun.zh)


def _noun(entry: dict[str, Any], zh: str | None, by: Literal["category", "title"]) -> Noun:
    return Noun(
        en=entry["en"],
        number=entry["number"],
        zh=zh or entry["zh"],
        family=entry["family"],
        restricted=entry.get("restricted", ""),
        by=by,
    )
