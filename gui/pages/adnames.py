"""Names of the ads' world in words: placements, kinds, tones, checks, facts, parts of a score, decisions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

#: placements as tabs: family -> its slots, the usual one first
FAMILIES: dict[str, tuple[str, ...]] = {
    "search": ("search", "search-baidu", "search-microsoft"),
    "feed": ("feed",),
    "banner": ("banner",),
    "marketplace": ("marketplace", "marketplace-amazon", "marketplace-taobao"),
    "email": ("email",),
}
#: the usual slots and those of single platforms, in the order that a person reads them
SLOTS = tuple(slot for slots in FAMILIES.values() for slot in slots)
#: kinds of facts, as a writer names them
FACTS = (
    "title", "noun", "price", "brand", "size", "offer", "breadth", "attr", "attribute", "material",
    "style", "shelf", "ingredient", "contents", "collar", "sleeve", "fit", "detail",
)  # fmt: skip
STATES = ("draft", "refused", "approved", "live", "retired", "rejected")


def family(slot: str) -> str:
    """The family of a slot."""
    return next((f for f, slots in FAMILIES.items() if slot in slots), "feed")


def family_name(name: str) -> str:
    """A family of placements."""
    translate = QCoreApplication.translate
    return {
        "search": translate("AdNames", "Search"),
        "feed": translate("AdNames", "Feed"),
        "banner": translate("AdNames", "Banner"),
        "marketplace": translate("AdNames", "Marketplace"),
        "email": translate("AdNames", "E-mail"),
    }.get(name, name)


def slot(name: str) -> str:
    """A placement."""
    translate = QCoreApplication.translate
    return {
        "search": translate("AdNames", "Search (Google)"),
        "search-baidu": translate("AdNames", "Search (Baidu)"),
        "search-microsoft": translate("AdNames", "Search (Microsoft)"),
        "feed": translate("AdNames", "Feed card"),
        "banner": translate("AdNames", "Banner"),
        "marketplace": translate("AdNames", "Marketplace title"),
        "marketplace-amazon": translate("AdNames", "Marketplace title (Amazon)"),
        "marketplace-taobao": translate("AdNames", "Marketplace title (Taobao)"),
        "email": translate("AdNames", "E-mail subject"),
    }.get(name, name)


def kind(name: str) -> str:
    """A kind of campaign."""
    translate = QCoreApplication.translate
    return {
        "product": translate("AdNames", "Product"),
        "coupon": translate("AdNames", "Coupon"),
        "promotion": translate("AdNames", "Promotion"),
        "brand": translate("AdNames", "Brand"),
        "cross-sell": translate("AdNames", "Goes well with"),
        "win-back": translate("AdNames", "Win back"),
    }.get(name, name)


def tone(name: str) -> str:
    """A tone of the words."""
    translate = QCoreApplication.translate
    return {
        "warm": translate("AdNames", "Warm"),
        "plain": translate("AdNames", "Plain"),
    }.get(name, name)


def language(code: str) -> str:
    """A language of ads."""
    translate = QCoreApplication.translate
    return {
        "en": translate("AdNames", "English"),
        "zh": translate("AdNames", "Chinese"),
    }.get(code, code)


def part(name: str) -> str:
    """A part of an ad, as the placement calls it."""
    translate = QCoreApplication.translate
    return {
        "headline": translate("AdNames", "Headline"),
        "body": translate("AdNames", "Text"),
        "call to action": translate("AdNames", "Button"),
    }.get(name, name)


def check(name: str) -> str:
    """What a check found, in one sentence; the finding's own words stand below it."""
    translate = QCoreApplication.translate
    return {
        "length": translate("AdNames", "It does not fit the placement."),
        "facts": translate("AdNames", "The product's own text does not say this."),
        "claims": translate("AdNames", "Such a claim is banned or cannot be proven."),
        "offer": translate("AdNames", "The shop entered no such offer."),
        "reader": translate("AdNames", "It guesses something about the reader."),
        "personal": translate("AdNames", "It holds personal or contact data."),
        "style": translate("AdNames", "Platforms do not accept this way of writing."),
        "copies": translate("AdNames", "It repeats an earlier ad."),
        "category": translate("AdNames", "Ads for such goods are restricted."),
    }.get(name, translate("AdNames", "A rule is not kept."))


def facts(tokens: Sequence[str]) -> str:
    """Facts that an ad uses; a value with a space, "size:750 ml", is stored as two words."""
    whole: list[str] = []
    for token in tokens:
        if whole and ":" in whole[-1] and re.split("[:+]", token)[0] not in FACTS:
            whole[-1] += f" {token}"
        else:
            whole.append(token)
    return ", ".join(fact(f) for f in whole)


def fact(name: str) -> str:
    """A fact that an ad uses."""
    translate = QCoreApplication.translate
    if "+" in name:
        return " + ".join(fact(n) for n in name.split("+"))
    head, _, rest = name.partition(":")
    known = {
        "title": translate("AdNames", "product's name"),
        "noun": translate("AdNames", "kind of product"),
        "price": translate("AdNames", "price"),
        "brand": translate("AdNames", "brand"),
        "size": translate("AdNames", "size"),
        "offer": translate("AdNames", "offer"),
        "breadth": translate("AdNames", "number of products"),
        "attr": translate("AdNames", "property"),
        "attribute": translate("AdNames", "property"),
        "material": translate("AdNames", "material"),
        "style": translate("AdNames", "style"),
        "ingredient": translate("AdNames", "ingredient"),
        "contents": translate("AdNames", "contents"),
        "collar": translate("AdNames", "collar"),
        "sleeve": translate("AdNames", "sleeve"),
        "fit": translate("AdNames", "fit"),
        "detail": translate("AdNames", "detail"),
        "shelf": translate("AdNames", "department"),
    }.get(head, head)
    return f"{known}: {rest}" if rest else known


def signal(name: str) -> str:
    """A part of the score."""
    translate = QCoreApplication.translate
    return {
        "facts": translate("AdNames", "Tells facts"),
        "hook": translate("AdNames", "Opens with a hook"),
        "novelty": translate("AdNames", "Like an earlier ad"),
        "fatigue": translate("AdNames", "Seen often by these people"),
        "fullness": translate("AdNames", "Uses the room"),
        "names": translate("AdNames", "Names the product"),
        "echo": translate("AdNames", "Repeats itself"),
        "bland": translate("AdNames", "Would suit any product"),
        "relevance": translate("AdNames", "Close to the product"),
        "reasons": translate("AdNames", "Close to the audience's reasons"),
        "headline": translate("AdNames", "Headline model"),
        "clicks": translate("AdNames", "Expected clicks"),
        "diversity": translate("AdNames", "Like a better one"),
        "chance": translate("AdNames", "Chance (breaks ties)"),
    }.get(name, name)


def prior_source(name: str) -> str:
    """Where the expected rate of a group comes from."""
    translate = QCoreApplication.translate
    return {
        "model": translate("AdNames", "the audience's expected rate by the model"),
        "shop": translate("AdNames", "the shop's own rate so far"),
        "assumed": translate(
            "AdNames", "a common rate of shop ads, until your own were shown often enough"
        ),
    }.get(name, name)


def decided(state: str) -> str:
    """A decision, as the log tells it."""
    translate = QCoreApplication.translate
    return {
        "draft": translate("AdNames", "made a draft again"),
        "refused": translate("AdNames", "refused"),
        "approved": translate("AdNames", "approved"),
        "live": translate("AdNames", "set live"),
        "retired": translate("AdNames", "retired"),
        "rejected": translate("AdNames", "rejected"),
    }.get(state, state)


def decider(name: str) -> str:
    """Who decided; the checks have no name of their own."""
    if name == "(checks)":
        return QCoreApplication.translate("AdNames", "the checks")
    return name
