"""Lines of an ad: templates of the bank, filled with the slots of a brief."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product as every
from typing import Any

from client.creative import phrases
from client.creative.brief import Brief
from client.creative.checks.deals import of_offer
from client.creative.phrases import Filling
from client.creative.slots import Slots
from client.creative.text import data_file

#: facts that name the product; only these may stand in headline and body
OWN = {"noun", "title", "brand"}
_SLOT = re.compile(r"\{(\w+)\}")
_NAMES = {"name", "Name", "short", "noun", "Noun", "bare", "kind", "kinden"}
#: values of one slot that are tried
_VALUES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A filled template.

    Attributes:
        line_id: Its id in the bank.
        text: The words.
        facts: Facts that it carries.
        named: How many times it names the product.
        tells: Whether it says what kind of campaign this is.
    """

    line_id: str
    text: str
    facts: tuple[str, ...]
    named: int
    tells: bool = False


def fits(template: dict[str, Any], brief: Brief, slots: Slots) -> bool:
    """Whether kind, slot, mode and family allow the template."""
    family = brief.facts.noun.family
    place = brief.slot.name.split("-")[0]
    return (
        brief.kind in template.get("kinds", (brief.kind,))
        and place in template.get("slots", (place,))
        and (slots.mode == "named" or not template.get("named"))
        and (slots.mode == "generic" or not template.get("generic"))
        and family not in template.get("families_not", ())
        and family in template.get("families", (family,))
    )


def filled(template: dict[str, Any], slots: Slots, kind: str = "") -> list[Line]:
    """The template with every combination of its slots' values; none if a slot is missing."""
    text: str = template["text"]
    names = list(dict.fromkeys(_SLOT.findall(text)))
    if any(n not in slots.values for n in names):
        return []
    tells = bool(kind) and list(template.get("kinds", ())) == [kind]
    out = []
    for values in every(*(slots.values[n][:_VALUES] for n in names)):
        chosen: dict[str, Filling] = dict(zip(names, values, strict=True))
        words = text.format_map({slot: value.text for slot, value in chosen.items()})
        out.append(
            Line(
                template["id"],
                words[:1].upper() + words[1:],
                tuple(v.fact for v in values if v.fact),
                sum(n in _NAMES for n in names),
                tells or "offer" in {n.lower() for n in names},
            )
        )
    return out


def calls_of(brief: Brief, bank: dict[str, Any]) -> list[str]:
    """Calls to action of the bank for this campaign; one empty one where the slot has none."""
    # "See the offer" is a promise: without a discount a promotion asks like any other ad.
    asks = (
        "product" if brief.kind == "promotion" and not of_offer(brief.facts.offer) else brief.kind
    )
    own: list[str] = bank["calls"][asks] if brief.slot.call else [""]
    return own


def join(parts: Iterable[Line], gap: str) -> Line:
    """Several lines as one text."""
    parts = tuple(parts)
    return Line(
        "+".join(p.line_id for p in parts),
        gap.join(p.text for p in parts),
        tuple(f for p in parts for f in p.facts),
        sum(p.named for p in parts),
        any(p.tells for p in parts),
    )


def is_sound(body: Line) -> bool:
    """It names the product once at most and says no fact twice."""
    told = [part for f in body.facts if f not in OWN for part in f.split("+")]
    return body.named <= 1 and len(told) == len(set(told))


def benefits(brief: Brief) -> list[Line]:
    """What the product's own features are good for."""
    said = [phrases.said(brief, t) for t in brief.facts.traits]
    # "小立领" says "立领" too: only the narrower one is told.
    traits = {
        t.trait_id: t
        for t, own in zip(brief.facts.traits, said, strict=True)
        if not any(own in other != own for other in said)
    }
    out = []
    for b in data_file("bank", "benefits.json")["benefits"]:
        trait = traits.get(b["trait"])
        if trait is None or brief.facts.noun.family not in b["families"]:
            continue
        if not phrases.is_borne_out(brief, trait):
            continue
        fact = f"{phrases.slot_of(brief, trait)}:{trait.trait_id}"
        texts = enumerate(b[brief.language], 1)
        out += [Line(f"benefit.{trait.trait_id}.{i}", text, (fact,), 0) for i, text in texts]
    return out
