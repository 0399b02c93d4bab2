"""A brief as a prompt: few-shot examples from a file, the product's facts quoted as data."""

from __future__ import annotations

import json
import re
from typing import Any

from client.creative.brief import Brief
from client.creative.figures import Amount, price_text
from client.creative.language import Prompt
from client.creative.text import data_file

#: web addresses and mail addresses; a writer never sees one
ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+|\b[\w-]+\.(?:com|net|org|cn|shop|store|io|co|blog|info)\b\S*"
    r"|\b[\w-]+\s*\.\s*(?:com|net|org|cn)\b",
    re.IGNORECASE,
)
#: sentences that speak to a reader of instructions, not of a product
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|instructions?|prompt|system|assistant|as an ai)\b"
    r"|忽略|无视|指令|提示词|系统",
    re.IGNORECASE,
)
#: characters of the description that a prompt carries; a small model reads 2,048 tokens
DETAIL = 240


def make_prompt(brief: Brief) -> Prompt:
    """The prompt of a brief; every word of the shop stands inside a JSON string."""
    file = _file(brief.language)
    ask = str(file["ask"])
    shape = file["forms"][form(brief)]
    slot = brief.slot
    return Prompt(
        system=str(shape["system"]).format(
            headline=slot.headline, body=slot.body, unit=file["units"][slot.unit]
        ),
        turns=tuple((ask + _json(given), str(ad)) for given, ad in shape["examples"]),
        ask=ask + _json(given_facts(brief)),
        cue=str(file["cue"]),
        version=str(file["version"]),
    )


def form(brief: Brief) -> str:
    """What the slot holds: "ad", "mail" or "title" (of a marketplace, without a body)."""
    if brief.slot.body == 0:
        return "title"
    return "mail" if brief.slot.name.startswith("email") else "ad"


def examples(language: str) -> tuple[str, ...]:
    """The example ads of a prompt file: no ad may be a copy of one."""
    return tuple(str(ad) for f in _file(language)["forms"].values() for _, ad in f["examples"])


def _file(language: str) -> dict[str, Any]:
    return data_file("prompts", f"{language}.v2.json")


def given_facts(brief: Brief) -> dict[str, object]:
    """What the model is told of a product: facts, and the description's plain sentences.

    Addresses are taken out, and sentences that give orders are left out. That is tidiness, not
    the guard: the guard is that every candidate passes the same checks as any other text.
    """
    facts = brief.facts
    noun = facts.noun.zh if brief.language == "zh" else facts.noun.en
    traits = [t.say_zh if brief.language == "zh" else t.say_en for t in facts.traits]
    amounts = [a for a in facts.amounts if a.kind == "unit"]
    source = facts.source
    out: dict[str, object] = {
        "name": _tidy(facts.name)[:80],
        "brand": _tidy(facts.brand)[:40],
        "kind": noun,
        "price": _price(brief),
        "offer": _tidy(facts.offer)[:60],
        "facts": [t for t in traits if t][:6] + [_words(a, source) for a in amounts[:4]],
        "details": _details(brief.product.description),
        "audience": list(brief.reasons[:2]),
        "campaign": _file(brief.language)["campaigns"][brief.kind],
        "tone": _file(brief.language)["tones"][brief.tone],
    }
    if brief.slot.body == 0:
        # A title of a marketplace carries no price, no offer and no campaign.
        out = {k: out[k] for k in ("name", "brand", "kind", "facts", "details")}
    return {k: v for k, v in out.items() if v}


def _words(amount: Amount, source: str) -> str:
    return source[amount.start : amount.end].strip()


def _price(brief: Brief) -> str:
    facts = brief.facts
    return price_text(facts.price, facts.currency, brief.language) if facts.price else ""


def _tidy(text: str) -> str:
    """One line without addresses and without a sentence that gives orders."""
    return "" if _ORDER.search(text) else re.sub(r"\s+", " ", ADDRESS.sub(" ", text)).strip()


def _details(text: str) -> str:
    sentences = re.split(r"(?<=[.!?。！？])\s*|[\n\r]+", text[:4_000])
    kept = " ".join(s for s in (_tidy(x) for x in sentences) if s)
    return kept[:DETAIL].rsplit(" ", 1)[0] if len(kept) > DETAIL else kept


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
