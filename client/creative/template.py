"""The template writer: hooks, sentences and typed slots; no model, no network, no surprise."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import product as every
from typing import Any

from client.creative import frames, titles
from client.creative.brief import LABELS, AdText, Brief, Candidate, Source
from client.creative.language import Watch
from client.creative.lines import OWN, Line, benefits, calls_of, filled, fits, is_sound, join
from client.creative.slots import Slots, fill
from client.creative.text import data_file

#: candidates of one brief; more would only repeat the same words in another order
MOST = 120
#: bodies of one order, and headlines, that are put together
_BODIES, _HEADLINES = 80, 80
#: roles of the sentences of a body, by the slot's first name
_ORDERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "search": (
        ("open", "close"),
        ("fact", "close"),
        ("benefit", "close"),
        ("open", "fact", "close"),
        ("open", "benefit"),
        ("benefit", "open"),
        ("open", "fact"),
    ),
    "banner": (
        ("close",),
        ("open",),
        ("benefit",),
        ("fact", "close"),
        ("benefit", "close"),
        ("open", "close"),
    ),
    "feed": (
        ("open", "close"),
        ("open", "fact", "close"),
        ("open", "benefit", "close"),
        ("benefit", "fact", "close"),
        ("open", "benefit", "fact"),
        ("open", "benefit", "benefit"),
        ("benefit", "open"),
        ("benefit", "open", "close"),
    ),
}
_ORDERS["email"] = (*_ORDERS["search"], ("open", "benefit", "close"), ("benefit", "fact", "close"))


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
        """Dozens of ads, the same for the same seed: first those after the shop's best."""
        bank = data_file("bank", f"hooks_{brief.language}.json")
        family = bank["families"].get(brief.facts.noun.family, bank["families"]["general"])
        slots = fill(brief, family["o"], family.get("p", {}))
        if brief.slot.body == 0:
            return [_candidate(brief, t, None, "") for t in titles.titles(brief, slots)][:MOST]
        rng = random.Random(brief.seed)
        pairs = _pairs(brief, bank, family, slots, rng)
        calls = calls_of(brief, bank)
        own = frames.borrowed(brief, slots)
        out = [_candidate(brief, h, b, rng.choice(calls)) for h, b in (*own, *pairs)]
        return list({(c.text.headline, c.text.body): c for c in out}.values())[:MOST]


def _pairs(
    brief: Brief, bank: dict[str, Any], family: dict[str, Any], slots: Slots, rng: random.Random
) -> list[tuple[Line, Line]]:
    """Headlines with bodies that go together; those that tell the campaign, if there are any."""
    headlines = _headlines(brief, bank, family, slots)
    rng.shuffle(headlines)
    bodies = _bodies(brief, bank, family, slots, rng)
    named = slots.mode == "named"
    pairs = [(h, b) for h, b in every(headlines[:_HEADLINES], bodies) if _go_together(h, b, named)]
    rng.shuffle(pairs)
    pairs = [p for p in pairs if _tells(brief, *p)] or pairs
    return [p for p in pairs[: 3 * MOST] if not _repeats(brief, *p)]


#: words that may stand as often as grammar wants
_SMALL = {"the", "and", "for", "you", "your", "with", "this", "that", "our", "are", "from"}


def _repeats(brief: Brief, headline: Line, body: Line) -> bool:
    """Whether an English word stands three times that is no word of the product's name."""
    if brief.language == "zh":
        return False
    facts = brief.facts
    own = set(re.findall(r"[a-z]{3,}", f"{facts.name} {facts.brand} {facts.noun.en}".lower()))
    told = re.findall(r"[a-z]{3,}", f"{headline.text} {body.text}".lower())
    return any(n > 2 + (w in own) for w, n in Counter(told).items() if w not in _SMALL)


def _tells(brief: Brief, headline: Line, body: Line) -> bool:
    """Whether a reader sees what kind of campaign it is."""
    if brief.kind == "product":
        return True
    if brief.kind == "brand" and "brand" in (*headline.facts, *body.facts):
        return True
    if brief.kind == "promotion" and not brief.facts.offer:
        return brief.facts.price is None or "price" in (*headline.facts, *body.facts)
    return headline.tells or body.tells


def _candidate(brief: Brief, headline: Line, body: Line | None, call: str) -> Candidate:
    return Candidate(
        AdText(headline.text, body.text if body else "", call, LABELS[brief.language]),
        template_id=body.line_id if body else "",
        hook_id=headline.line_id,
        facts_used=tuple(dict.fromkeys((*headline.facts, *(body.facts if body else ())))),
    )


def _go_together(headline: Line, body: Line, named: bool) -> bool:
    """The product is named once or twice, by its own name if it has one; nothing is said twice."""
    if not 1 <= headline.named + body.named <= 2:
        return False
    if named and not {"title", "brand"} & {*headline.facts, *body.facts}:
        return False
    if "occ" in headline.line_id and "b.occ" in body.line_id:
        return False
    told = [{p for f in line.facts for p in f.split("+")} for line in (headline, body)]
    if (told[0] & told[1]) - OWN:
        return False
    return headline.text.split("：")[0].split(":")[0].rstrip("?.。？") not in body.text


def _headlines(
    brief: Brief, bank: dict[str, Any], family: dict[str, Any], slots: Slots
) -> list[Line]:
    name = brief.facts.noun.family
    hooks = [
        {"id": f"{name}.h{k}", "text": t} for k, t in family["h"].items() if brief.tone == "warm"
    ]
    for reason, own in _reasons(brief, bank):
        hooks += [{"id": f"{reason}.h{k}", "text": t} for k, t in own["h"].items()]
    general = [t for t in bank["general_headlines"] if fits(t, brief, slots)]
    lines = _lines((*hooks, *general), brief, slots)
    if brief.slot.name != "banner":
        lines += _with_name(brief, [x for x in lines if not x.named], slots)
    return [x for x in lines if brief.slot.fits(x.text, "")]


def _with_name(brief: Brief, hooks: Iterable[Line], slots: Slots) -> list[Line]:
    """Hook and name in one headline: "Breakfast in minutes: Oat Flakes"."""
    zh = brief.language == "zh"
    if slots.mode == "generic" and not zh and brief.facts.noun.number == "count":
        return []
    names = [
        Line("g.name", f.text, (f.fact,) if f.fact else (), 1)
        for f in dict.fromkeys((*slots.values["name"][:2], *slots.values.get("short", ())))
    ]
    return [
        join((replace(h, text=h.text.rstrip(".。")), _begun(h, n)), _gap(h.text, zh))
        for h in hooks
        for n in names
        if not set("：:，") & set(h.text)
    ]


def _begun(hook: Line, name: Line) -> Line:
    """The name with a capital after a question."""
    asked = hook.text.endswith("?")
    return replace(name, text=name.text[:1].upper() + name.text[1:]) if asked else name


def _gap(hook: str, zh: bool) -> str:
    if hook.endswith(("?", "？")):
        return "" if zh else " "
    return "：" if zh else ": "


def _lines(templates: Iterable[dict[str, Any]], brief: Brief, slots: Slots) -> list[Line]:
    return [line for t in templates for line in filled(t, slots, brief.kind)]


def _bodies(
    brief: Brief, bank: dict[str, Any], family: dict[str, Any], slots: Slots, rng: random.Random
) -> list[Line]:
    """Sentences in the orders of the slot, as far as they fit."""
    name = brief.facts.noun.family
    openers = [{"id": f"{name}.l{k}", "text": t} for k, t in family["l"].items()]
    for reason, own in _reasons(brief, bank):
        openers += [{"id": f"{reason}.l{k}", "text": t} for k, t in own["l"].items()]
    sentences = [s for s in bank["sentences"] if fits(s, brief, slots)]
    roles = {
        role: _lines((s for s in sentences if s.get("role", "open") == role), brief, slots)
        for role in ("open", "fact", "close")
    }
    real = [x for x in roles["fact"] if "b.occ" not in x.line_id]
    roles["fact"] = real if len(real) > 1 else roles["fact"]
    roles["open"] += _lines(openers, brief, slots)
    roles["benefit"] = benefits(brief) if brief.tone == "warm" else []
    gap = "" if brief.language == "zh" else " "
    out: list[Line] = []
    for order in _ORDERS[brief.slot.name.split("-")[0]]:
        made = [join(parts, gap) for parts in every(*(roles[r] for r in order))]
        good = [b for b in made if _is_good(brief, b)]
        rng.shuffle(good)
        out += good[:_BODIES]
    return out


def _is_good(brief: Brief, body: Line) -> bool:
    """Whether a body is sound, fits its slot and says the brand once at most."""
    brand = brief.facts.brand
    return (
        is_sound(body)
        and brief.slot.fits("", body.text)
        and not (brand and body.text.count(brand) > 1)
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
        if brief.kind in own.get("kinds", (brief.kind,))
        and brief.facts.noun.family not in own.get("families_not", ())
        and any(w in text for w in words[name])
    ]
