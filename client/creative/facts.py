"""What may be said of a product: facts taken from its own text, never from anywhere else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from client.creative import lexicon
from client.creative.figures import Amount, amounts, major
from client.creative.lexicon import Noun
from client.creative.text import data_file, plain
from common.domain import Product

_GROUPS = ("attributes", "materials", "ingredients")
#: an attribute after one of these is denied, not claimed
_DENIED = re.compile(
    r"(?:\bnot|\bno|\bnon|\bwithout|\bfree (?:from|of)|不是|并非|不含|非)[\s-]*(?:any |added )?$"
)


@dataclass(frozen=True, slots=True)
class Trait:
    """An attribute, a material or an ingredient, with its names.

    Attributes:
        trait_id: Stable name.
        group: "attributes", "materials" or "ingredients".
        names: How texts write it, both languages, plain.
        say_en: How an English ad says it; "" = an ad leaves it unsaid.
        say_zh: How a Chinese ad says it.
        only: Names that allow an ad to say it; empty = all names.
        families: Product families whose ads may say it; empty = all.
        dimension: Of a style: "collar", "sleeve", "pattern" ...; "" = no style.
        checked: Whether an ad that says it of a product without it is wrong; not for words that
            also mean something else.
    """

    trait_id: str
    group: str
    names: tuple[str, ...]
    say_en: str
    say_zh: str
    only: tuple[str, ...]
    families: tuple[str, ...] = ()
    dimension: str = ""
    checked: bool = True

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where a plain text claims this trait."""
        return [
            m.span()
            for m in _trait_pattern(self.names).finditer(text)
            if not _DENIED.search(text[max(0, m.start() - 16) : m.start()])
        ]


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one product and its offer.

    Attributes:
        source: Plain text of everything that the shop says of the product.
        name: The title, cleaned.
        brand: "" when there is none.
        noun: Common name and family.
        amounts: Numbers with their units.
        price: In major units; None when the shop gives none.
        currency: ISO code or "".
        breadth: How many products a coupon covers.
        traits: Attributes, materials and ingredients that the text claims.
        offer: The discount in words, as the shop states it; "" = none.
    """

    source: str
    name: str
    brand: str
    noun: Noun
    amounts: tuple[Amount, ...]
    price: Decimal | None
    currency: str
    breadth: int
    traits: tuple[Trait, ...]
    offer: str

    def has_trait(self, trait_id: str) -> bool:
        """Whether the product's text claims it."""
        return any(t.trait_id == trait_id for t in self.traits)


@cache
def styles() -> tuple[Trait, ...]:
    """Fit, collar, sleeve, pattern and the like: what clothing is described by."""
    bank = data_file("bank", "styles.json")
    return tuple(
        Trait(
            trait_id=s["id"],
            group="styles",
            names=(*s["zh"], *s["en"]),
            say_en=s["say_en"],
            say_zh=s["say_zh"],
            only=(),
            families=tuple(bank["families"]),
            dimension=s["dimension"],
            checked=s.get("checked", False),
        )
        for s in bank["styles"]
    )


@cache
def traits() -> tuple[Trait, ...]:
    """Every trait whose words are bound to the product's own text."""
    rules = data_file("rules", "attributes.v1.json")
    out = []
    for group in _GROUPS:
        for t in rules[group]:
            names = (*t["en"], *t["zh"])
            loud = group != "attributes"
            out.append(
                Trait(
                    trait_id=t["id"],
                    group=group,
                    names=names,
                    say_en=t.get("say_en", t["en"][0] if loud else ""),
                    say_zh=t.get("say_zh", t["zh"][0] if loud else ""),
                    only=tuple(t.get("only", ())),
                    families=tuple(t.get("families", ())),
                )
            )
    return (*out, *(t for t in styles() if t.checked))


def claimed(text: str) -> list[tuple[tuple[int, int], Trait]]:
    """Every trait that a plain text claims, with its place, longest first."""
    if not _any_trait().search(text):
        return []
    found = [(span, t) for t in traits() for span in t.spans(text)]
    return sorted(found, key=lambda p: p[0][0] - p[0][1])


@cache
def _any_trait() -> re.Pattern[str]:
    return _trait_pattern(tuple(n for t in traits() for n in t.names))


@cache
def _trait_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    parts = []
    for n in sorted(names, key=len, reverse=True):
        word = re.escape(plain(n).text).replace(r"\-", r"[\s-]?").replace(r"\ ", r"[\s-]+")
        parts.append(rf"(?<![a-z]){word}(?![a-z])" if n.isascii() else word)
    return re.compile("|".join(parts))


def extract(product: Product, offer: str = "") -> Facts:
    """Take the facts from a product; pure and total: odd text gives fewer facts.

    Args:
        product: As the shop imported it.
        offer: The discount in the shop's words ("20% off"); "" = none.
    """
    brand = clean(product.brand)
    brand = "" if brand.casefold() in lexicon.NO_BRAND else brand
    texts = (
        product.title,
        brand,
        product.product_type,
        product.category,
        product.department,
        product.description,
        offer,
    )
    source = plain(" . ".join(texts)).text
    # "Organic Harvest" is a name and makes no oil organic.
    read = source.replace(plain(brand).text or "\0", " ")
    noun = lexicon.find(product)
    found = {t.trait_id for _, t in claimed(read)}
    loose = [t for t in styles() if not t.checked and noun.family in t.families]
    found |= {t.trait_id for t in loose if t.spans(read)}
    price = None
    if product.price_minor is not None and product.price_minor > 0 and product.currency:
        price = major(product.price_minor)
    return Facts(
        source=source,
        name=clean(product.title),
        brand=brand,
        noun=noun,
        amounts=tuple(amounts(source)),
        price=price,
        currency=product.currency.upper(),
        breadth=product.breadth,
        traits=tuple(t for t in (*traits(), *loose) if t.trait_id in found),
        offer=clean(offer),
    )


_KEEP = re.compile(r"[^\w\s&'’.,%+/()°×·:;$€£¥₹–—-]", re.UNICODE)


def clean(text: str) -> str:
    """Product text as an ad may carry it: no pictures, no hidden or control characters."""
    out = []
    for c in unicodedata.normalize("NFKC", text[:400]):
        category = unicodedata.category(c)
        if category[0] in "CZ":
            out.append(" " if category[0] == "Z" or c in "\n\t\r" else "")
        elif category not in ("So", "Sk", "Me"):
            out.append(c)
    text = _KEEP.sub(" ", "".join(out).replace("_", " - "))
    return re.sub(r"\s+", " ", text).strip(" .,;:-–—/")
