"""What is to be written: product facts, reasons in words, slot, language, tone, kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from client.creative import facts as facts_
from client.creative.facts import Facts
from client.creative.text import Unit, data_file, measure
from common.domain import Audience, Product

Language = Literal["en", "zh"]
Kind = Literal["product", "coupon", "promotion", "brand", "cross-sell", "win-back"]
Tone = Literal["plain", "warm"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
KINDS: tuple[Kind, ...] = ("product", "coupon", "promotion", "brand", "cross-sell", "win-back")
#: rule file of the slots
SLOTS = "slots.v2.json"
#: the word that marks an ad as an ad
LABELS: dict[Language, str] = {"en": "Ad", "zh": "广告"}


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the ad stands.

    Attributes:
        name: Name in the rules.
        headline: Most of a headline, subject or title, in `unit`.
        body: Most of a body or preheader, in `unit`; 0 = the slot has no body.
        unit: How lengths are counted, see `text.measure`.
        call: Whether the slot has a call to action.
        platform: Whose slot it is ("google", "taobao").
    """

    name: str
    headline: int
    body: int
    unit: Unit = "width"
    call: bool = True
    platform: str = ""

    def length(self, words: str) -> int:
        """How long the words are here, in `unit`."""
        return measure(words, self.unit)

    def fits(self, headline: str, body: str) -> bool:
        """Whether both are short enough; a slot without a body wants none."""
        return self.length(headline) <= self.headline and self.length(body) <= self.body


def slot(name: str = "search") -> Slot:
    """A slot of the rules.

    Raises:
        KeyError: the rules have no such slot.
    """
    s = data_file("rules", SLOTS)["slots"][name]
    return Slot(name, s["headline"], s["body"], s["unit"], s["call"], s["platform"])


def slot_names() -> tuple[str, ...]:
    """Every slot of the rules."""
    return tuple(data_file("rules", SLOTS)["slots"])


@dataclass(frozen=True, slots=True)
class AdText:
    """The words of an ad, as a reader sees them."""

    headline: str
    body: str
    call_to_action: str = ""
    label: str = ""

    def parts(self) -> tuple[tuple[str, str], ...]:
        """The parts with their names, in the order that they are read."""
        return (
            ("headline", self.headline),
            ("body", self.body),
            ("call to action", self.call_to_action),
        )

    def whole(self) -> str:
        """Headline and body as one text."""
        return f"{self.headline} {self.body}"


@dataclass(frozen=True, slots=True)
class Example:
    """An approved ad of this shop and what it was about.

    Attributes:
        text: The words, as they were approved.
        product: The product that they were written for: its facts must not wander.
    """

    text: AdText
    product: Product


@dataclass(frozen=True, slots=True)
class Source:
    """Who wrote a candidate, so that the same words can be written again.

    Attributes:
        writer: "template", "transformers", "gguf".
        version: Of the writer: of its hook bank, or of its prompt file.
        model: Name of the language model; "" = none.
        model_digest: SHA-256 of the model's files; "" = no model.
        prompt_digest: SHA-256 of the whole prompt; "" = no model.
        seed: With which it was drawn.
    """

    writer: str = ""
    version: str = ""
    model: str = ""
    model_digest: str = ""
    prompt_digest: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ad that a writer proposes, with its provenance.

    Attributes:
        text: The words.
        template_id: Which body sentences, joined by "+"; "" for a model's writer.
        hook_id: Which headline; "" for a model's writer.
        facts_used: Names of the facts in it ("price", "attribute:organic").
        source: Writer, model, prompt and seed.
    """

    text: AdText
    template_id: str = ""
    hook_id: str = ""
    facts_used: tuple[str, ...] = ()
    source: Source = Source()

    @property
    def hook(self) -> str:
        """The hook itself, whether or not the product's name follows it."""
        return bare_hook(self.hook_id)


def bare_hook(hook_id: str) -> str:
    """A hook's id without the mark of a name that follows it: "drinkware.h9+g.name"."""
    return hook_id.removesuffix("+g.name")


@dataclass(frozen=True, slots=True)
class Brief:
    """All that a writer may know. There is never a person in it.

    Attributes:
        product: As imported; a writer uses `facts`, not the raw text.
        facts: What may be said.
        language: Of the ad.
        kind: Of the campaign.
        tone: "plain" or "warm".
        slot: Sizes.
        reasons: Why this audience, in words about the group ("past purchases").
        earlier: Ads that were written for this product and audience before.
        best: The shop's own approved ads that did well, for any product: a writer may borrow
            their form, never their facts.
        other_brands: Brands of the same shop that this ad must not name.
        seed: Same seed, same ads.
    """

    product: Product
    facts: Facts
    language: Language = "en"
    kind: Kind = "product"
    tone: Tone = "warm"
    slot: Slot = field(default_factory=slot)
    reasons: tuple[str, ...] = ()
    earlier: tuple[AdText, ...] = ()
    best: tuple[Example, ...] = ()
    other_brands: tuple[str, ...] = ()
    seed: int = 0


def make_brief(
    product: Product,
    language: Language = "en",
    *,
    kind: Kind | None = None,
    tone: Tone = "warm",
    audience: Audience | None = None,
    offer: str = "",
    earlier: Sequence[AdText] = (),
    best: Sequence[Example] = (),
    other_brands: Sequence[str] = (),
    seed: int = 0,
    slot_name: str = "search",
) -> Brief:
    """A brief for one product and, if given, one audience.

    Args:
        product: As imported.
        language: Of the ad.
        kind: None = "promotion" with an offer, "coupon" for several products without a price.
        tone: How warm the words are.
        audience: Only the names of its reasons enter the brief, never a member.
        offer: The discount in the shop's words, in the ad's language.
        earlier: Ads that exist already.
        best: Approved ads whose form may be borrowed, best first.
        other_brands: Brands of other products of the shop.
        seed: Same seed, same ads.
        slot_name: A slot of the rules.
    """
    found = facts_.extract(product, offer)
    return Brief(
        product=product,
        facts=found,
        language=language,
        kind=kind or _kind(found),
        tone=tone,
        slot=slot(slot_name),
        reasons=tuple(r.text or r.group for r in audience.reasons) if audience else (),
        earlier=tuple(earlier),
        best=tuple(best),
        other_brands=tuple(b for b in other_brands if b and b.casefold() != found.brand.casefold()),
        seed=seed,
    )


def _kind(found: Facts) -> Kind:
    if found.offer:
        return "promotion"
    return "coupon" if found.breadth > 1 and found.price is None else "product"
