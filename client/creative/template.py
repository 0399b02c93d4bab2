"""The template writer: hooks, sentences and typed slots; no model, no network, no surprise."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product as every
from typing import Any

from client.creative.brief import LABELS, AdText, Brief, Candidate, Source
from client.creative.language import Watch
from client.creative.slots import Filling, Slots, fill
from client.creative.text import data_file, width

#: candidates of one brief; more would only repeat the same words in another order
MOST = 240
_SLOT = re.compile(r"\{(\w+)\}")
_NAMES = {"name", "Name", "noun", "Noun", "kind"}


@dataclass(frozen=True, slots=True)
class _Line:
    """A filled template.

    Attributes:
        line_id: Its id in the bank.
        text: The words.
        facts: Facts that it carries.
        named: How many times it names the product.
    """

    line_id: str
    text: str
    facts: tuple[str, ...]
    named: int


class TemplateWriter:
    """Writes from the hook bank of the product's family. Honest about what it is: no model."""

    name = "template"

    @property
    def version(self) -> str:
        """Versions of the hook banks."""
        banks = (data_file("bank", f"hooks_{x}.json")["version"] for x in ("en", "zh"))
        return "+".join(str(v) for v in dict.fromkeys(banks))

    def write(
        self, brief: Brief, n: int = MOST, seed: int | None = None, watch: Watch | None = None
    ) -> list[Candidate]:
        """At most n ads, the same for the same seed; None = the seed of the brief."""
        own = replace(brief, seed=brief.seed if seed is None else seed)
        source = Source(self.name, self.version, seed=own.seed)
        return [replace(c, source=source) for c in self.candidates(own)[:n]]

    def candidates(self, brief: Brief) -> list[Candidate]:
        """Dozens of ads, the same for the same seed."""
        bank = data_file("bank", f"hooks_{brief.language}.json")
        family = bank["families"].get(brief.facts.noun.family, bank["families"]["general"])
        slots = fill(brief, family["o"])
        headlines = _headlines(brief, bank, family, slots)
        bodies = _bodies(brief, bank, family, slots)
        named = slots.mode == "named"
        pairs = [(h, b) for h, b in every(headlines, bodies) if _go_together(h, b, named)]
        rng = random.Random(brief.seed)
        rng.shuffle(pairs)
        calls: list[str] = bank["calls"][brief.kind]
        return [_candidate(brief, h, b, rng.choice(calls)) for h, b in pairs[:MOST]]


def _candidate(brief: Brief, headline: _Line, body: _Line, call: str) -> Candidate:
    return Candidate(
        AdText(headline.text, body.text, call, LABELS[brief.language]),
        template_id=body.line_id,
        hook_id=headline.line_id,
        facts_used=tuple(dict.fromkeys((*headline.facts, *body.facts))),
    )


#: facts that name the product; only these may stand in headline and body
_OWN = {"noun", "title", "brand"}


def _go_together(headline: _Line, body: _Line, named: bool) -> bool:
    """The product is named once or twice, by its own name if it has one; nothing is said twice."""
    if not 1 <= headline.named + body.named <= 2:
        return False
    if named and not {"title", "brand"} & {*headline.facts, *body.facts}:
        return False
    shared = (set(headline.facts) & set(body.facts)) - _OWN
    return not shared and headline.text.rstrip("?.。？") not in body.text


def _headlines(
    brief: Brief, bank: dict[str, Any], family: dict[str, Any], slots: Slots
) -> list[_Line]:
    name = brief.facts.noun.family
    templates = [
        {"id": f"{name}.h{k}", "text": t} for k, t in family["h"].items() if brief.tone == "warm"
    ]
    templates += [t for t in bank["general_headlines"] if _fits(t, brief, slots)]
    for reason, own in _reasons(brief, bank):
        templates += [{"id": f"{reason}.h{k}", "text": t} for k, t in own["h"].items()]
    lines = [line for t in templates for line in _filled(t, slots)]
    return [x for x in lines if width(x.text) <= brief.slot.headline]


def _bodies(
    brief: Brief, bank: dict[str, Any], family: dict[str, Any], slots: Slots
) -> list[_Line]:
    """Opening or fact, then a closing sentence; or all three if they fit."""
    name = brief.facts.noun.family
    openers = [{"id": f"{name}.l{k}", "text": t} for k, t in family["l"].items()]
    for reason, own in _reasons(brief, bank):
        openers += [{"id": f"{reason}.l{k}", "text": t} for k, t in own["l"].items()]
    sentences = [s for s in bank["sentences"] if _fits(s, brief, slots)]
    roles = {
        role: [
            x
            for t in (*extra, *sentences)
            if t.get("role", "open") == role
            for x in _filled(t, slots)
        ]
        for role, extra in (("open", openers), ("fact", []), ("close", []))
    }
    gap = "" if brief.language == "zh" else " "
    orders = (("open", "close"), ("fact", "close"), ("open", "fact", "close"))
    out = [_join(parts, gap) for order in orders for parts in every(*(roles[r] for r in order))]
    return [b for b in out if _is_sound(b) and width(b.text) <= brief.slot.body]


def _is_sound(body: _Line) -> bool:
    """It names the product once at most and says no fact twice."""
    told = [part for f in body.facts if f not in _OWN for part in f.split("+")]
    return body.named <= 1 and len(told) == len(set(told))


def _join(parts: Iterable[_Line], gap: str) -> _Line:
    parts = tuple(parts)
    return _Line(
        "+".join(p.line_id for p in parts),
        gap.join(p.text for p in parts),
        tuple(f for p in parts for f in p.facts),
        sum(p.named for p in parts),
    )


def _fits(template: dict[str, Any], brief: Brief, slots: Slots) -> bool:
    """Whether kind, mode and family allow the template."""
    return (
        brief.kind in template.get("kinds", (brief.kind,))
        and (slots.mode == "named" or not template.get("named"))
        and (slots.mode == "generic" or not template.get("generic"))
        and brief.facts.noun.family not in template.get("families_not", ())
        and brief.facts.noun.family in template.get("families", (brief.facts.noun.family,))
    )


def _reasons(brief: Brief, bank: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Hooks that suit why the audience was chosen; they speak of the moment, not the reader."""
    if brief.facts.noun.restricted or brief.facts.noun.family == "neutral":
        return []
    text = " ".join(brief.reasons).casefold()
    words = data_file("bank", "reasons.json")["words"]
    return [
        (name, own)
        for name, own in bank["reasons"].items()
        if brief.kind in own.get("kinds", (brief.kind,)) and any(w in text for w in words[name])
    ]


def _filled(template: dict[str, Any], slots: Slots) -> list[_Line]:
    """The template with every combination of its slots' values; none if a slot is missing."""
    text: str = template["text"]
    names = list(dict.fromkeys(_SLOT.findall(text)))
    if any(n not in slots.values for n in names):
        return []
    out = []
    for values in every(*(slots.values[n][:3] for n in names)):
        chosen: dict[str, Filling] = dict(zip(names, values, strict=True))
        filled = text.format_map({slot: value.text for slot, value in chosen.items()})
        out.append(
            _Line(
                template["id"],
                filled[:1].upper() + filled[1:],
                tuple(v.fact for v in values if v.fact),
                sum(n in _NAMES for n in names),
            )
        )
    return out
