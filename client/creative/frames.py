"""Frames of the shop's own approved ads: their form with this product's facts, never theirs."""

from __future__ import annotations

import re

from client.creative import lexicon
from client.creative.brief import Brief, Example, make_brief
from client.creative.facts import claimed
from client.creative.figures import amounts
from client.creative.lines import Line, filled
from client.creative.phrases import Filling
from client.creative.slots import Slots, fill
from client.creative.text import data_file, plain

#: approved ads that are tried; a shop's newest say best how it speaks
_MOST = 12
#: slots whose words a frame may hold, those with the longest words first
_KINDS = ("name", "price", "size", "brand", "offer", "noun", "attr", "material", "occ")
#: filled values of one frame
_FILLED = 2


def borrowed(brief: Brief, slots: Slots) -> list[tuple[Line, Line]]:
    """Headline and body after approved ads of the same family; none if nothing can be borrowed."""
    out: list[tuple[Line, Line]] = []
    for number, example in enumerate(brief.best[:_MOST], 1):
        frame = _frame(brief, example)
        if frame is None:
            continue
        headlines, bodies = (
            filled({"id": f"best.{part}{number}", "text": text}, slots)[:_FILLED]
            for part, text in zip("hb", frame, strict=True)
        )
        out += [
            (h, b)
            for h in headlines
            for b in bodies
            if brief.slot.fits(h.text, b.text) and h.named + b.named >= 1
        ]
    return out


def _frame(brief: Brief, example: Example) -> tuple[str, str] | None:
    """The example with slots for its facts; None if a fact of that product would stay in it."""
    if example.product.product_id == brief.product.product_id:
        return None
    theirs = make_brief(example.product, brief.language, kind=brief.kind, slot_name=brief.slot.name)
    if theirs.facts.noun.family != brief.facts.noun.family:
        return None
    family = data_file("bank", f"hooks_{brief.language}.json")["families"].get(
        theirs.facts.noun.family, {"o": {}}
    )
    values = fill(theirs, family["o"], family.get("p", {})).values
    short = lexicon.unsized(theirs.facts.name)
    own = (*values["name"], Filling(theirs.facts.name), Filling(short))
    values = values | {"name": tuple(sorted(own, key=lambda f: -len(f.text)))}
    parts = []
    for part in (example.text.headline, example.text.body):
        text = part.replace("{", "(").replace("}", ")")
        for kind in _KINDS:
            for f in values.get(kind, ()):
                text = _with_slot(text, f.text, kind)
        parts.append(text)
    headline, body = parts
    if "{" not in headline + body or _keeps_facts(theirs, f"{headline} {body}"):
        return None
    return headline, body


def _with_slot(text: str, words: str, slot: str) -> str:
    """The words replaced by the slot, with a capital where they had one."""
    if len(words) < 2:
        return text
    edge = r"(?![A-Za-z])" if words.isascii() else ""
    start = r"(?<![A-Za-z{])" if words.isascii() else ""
    return re.sub(
        f"{start}{re.escape(words)}{edge}",
        lambda m: "{" + (slot if m.group()[:1] == words[:1] else slot.capitalize()) + "}",
        text,
        flags=re.IGNORECASE,
    )


def _keeps_facts(theirs: Brief, frame: str) -> bool:
    """Whether a number, a feature or a word of the other product's name is left."""
    text = plain(re.sub(r"\{\w+\}", " ", frame)).text
    if amounts(text) or claimed(text):
        return True
    noun = theirs.facts.noun
    name = plain(f"{theirs.facts.name} {theirs.facts.brand} {noun.en} {noun.zh}").text
    own = set(re.findall(r"[a-z]{3,}", name)) - {"the", "and", "for", "with"}
    own |= {name[i : i + 2] for i in range(len(name) - 1) if not name[i : i + 2].isascii()}
    return any(w in text for w in own)
