"""What may be said of a product's make: attributes, materials, contents and styles as phrases."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from client.creative.brief import Brief
from client.creative.facts import Trait
from client.creative.text import data_file, has_han, plain


@dataclass(frozen=True, slots=True)
class Filling:
    """One value of a slot.

    Attributes:
        text: The words.
        fact: Which fact they carry, "" for none.
    """

    text: str
    fact: str = ""


_SLOTS = (
    "attr",
    "ingredient",
    "contents",
    "material",
    "collar",
    "sleeve",
    "fit",
    "style",
    "detail",
)
#: how many phrases of a make stand in one list
_MOST = 3


def traits(brief: Brief) -> dict[str, list[Filling]]:
    """Slot -> phrases that the product's text bears out.

    Slots: attr, material, contents, ingredient; of clothing also collar, sleeve, fit, style
    (adjectives), detail (one phrase), trim and trim2 (of it no collar, sleeve or fit) and details
    (two or three in a list).
    """
    out: dict[str, list[Filling]] = {k: [] for k in _SLOTS}
    for trait in brief.facts.traits:
        say = said(brief, trait)
        if say and _may_say(brief, trait):
            slot = slot_of(brief, trait)
            out[slot].append(Filling(say, f"{slot}:{trait.trait_id}"))
    for slot in ("ingredient", "contents"):
        if len(out[slot]) > 1:
            out[slot].insert(0, _list(brief, out[slot][:2]))
    out |= _details(brief, out)
    return out


def said(brief: Brief, trait: Trait) -> str:
    """How the ad says a trait; "" = it leaves it unsaid."""
    zh = brief.language == "zh"
    say = trait.say_zh if zh else trait.say_en
    if say and trait.trait_id in data_file("bank", "styles.json")["ambiguous"]:
        # "Solid wood" is a false word for teak: only the product's own word is right.
        own = [brief.facts.source[s:e] for s, e in trait.spans(brief.facts.source)]
        say = next((w for w in own if has_han(w) == zh), "")
    if not zh and trait.dimension in ("collar", "fit", "pattern") and not say.endswith("s"):
        say = f"a {say}" if say else ""
    return say


def slot_of(brief: Brief, trait: Trait) -> str:
    """The slot that a trait fills."""
    if trait.dimension:
        own = {"pattern": "detail", "fabric": "material"}
        return own.get(trait.dimension, trait.dimension)
    slot = {"attributes": "attr", "materials": "material"}.get(trait.group, "contents")
    return "ingredient" if slot == "contents" and _is_made_of(brief, trait) else slot


def _list(brief: Brief, fillings: Sequence[Filling]) -> Filling:
    """Several phrases as one: "a and b", "a、b"."""
    texts = [f.text for f in fillings]
    if brief.language == "zh":
        text = "和".join(texts) if len(texts) == 2 else "、".join(texts)
    else:
        text = " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))
    return Filling(text, "+".join(f.fact for f in fillings))


def _details(brief: Brief, out: dict[str, list[Filling]]) -> dict[str, list[Filling]]:
    """Features of clothing, alone and in lists; which ones, the seed says."""
    for k, fillings in out.items():
        # "小立领" says "立领" too: the narrower word is the one.
        out[k] = [f for f in fillings if not any(f.text in o.text != f.text for o in fillings)]
    # A text that names several collars tells of several pieces; an ad guesses none of them.
    out["collar"] = out["collar"] if len(out["collar"]) == 1 else []
    if re.search("鱼尾|直筒|铅笔|包臀|一步", brief.facts.noun.zh):
        out["fit"] = [f for f in out["fit"] if f.fact != "fit:fit-a"]
    own = [f for k in ("collar", "sleeve", "fit", "detail") for f in out[k]]
    rng = random.Random(brief.seed)
    rng.shuffle(own)
    trims = rng.sample(out["detail"], len(out["detail"]))
    lists = [own[i : i + k] for k in (2, _MOST) for i in range(0, len(own) - k + 1, k)]
    lists = [x for x in lists if len({f.text for f in x}) == len(x)]
    return {
        "detail": own,
        "trim": trims[:2],
        "trim2": trims[2:],
        "details": [_list(brief, x) for x in lists[:4]],
    }


_MADE = r"made (?:with|from|of|out of)|prepared (?:with|from)|crafted (?:with|from)|blend of"
_MADE_OF = re.compile(rf"\b(?:{_MADE})\b[^.!?]{{0,60}}$|(?:采用|精选)[^。！？]{{0,20}}$")
_MADE_WITH = re.compile(
    rf"\b(?:{_MADE}|enriched with|infused with|contains?|containing|rich in|goodness of"
    r"|extracts? of|ingredients?:?)\b[^.!?]{0,60}$|(?:含有?|配料|添加|采用|精选|富含)[^。！？]{0,20}$"
)
#: how to use it, not what is in it
_USE = re.compile(r"\b(?:mix|apply|add|paste|use|serve|wash|dilute|combine)\w*\b[^.!?]{0,40}$")


def _is_made_of(brief: Brief, trait: Trait) -> bool:
    source = brief.facts.source
    return any(_MADE_OF.search(source[max(0, s - 90) : s]) for s, _ in trait.spans(source))


#: a title that names one of these is about no other material, whatever the description compares
_OTHER = re.compile(r"plastic|melamine|glass|acrylic|bone china|塑料|玻璃|密胺")


#: families that are poured or spread: what their text names as a material is what they are free of
_POURED = {"hair", "skin", "soap", "oral", "deodorant", "shaving", "makeup", "fragrance", "suncare"}
_POURED |= {"laundry", "dish", "cleaning", "air"}


def is_borne_out(brief: Brief, trait: Trait) -> bool:
    """Whether the title or a plain sentence of the product text claims the trait."""
    title = plain(brief.facts.name).text
    spans = trait.spans(title)
    if trait.only and not any(title[s:e] in {plain(o).text for o in trait.only} for s, e in spans):
        spans = []
    return bool(said(brief, trait)) and (bool(spans) or _may_say(brief, trait))


def _wear() -> tuple[str, ...]:
    """Families of clothing: what it is made of stands in their texts without "made of"."""
    return tuple(data_file("bank", "styles.json")["families"])


def _may_say(brief: Brief, trait: Trait) -> bool:
    """Whether the product text says it plainly enough to build a sentence on it."""
    facts = brief.facts
    title = plain(facts.name).text
    if trait.families and facts.noun.family not in trait.families:
        return False
    if trait.group == "materials" and (facts.noun.family in _POURED or _OTHER.search(title)):
        return False
    for start, end in trait.spans(facts.source):
        words = facts.source[start:end]
        before = facts.source[max(0, start - 90) : start]
        if trait.dimension or (trait.group == "materials" and facts.noun.family in _wear()):
            if not any(plain(n).text in title + facts.noun.zh for n in trait.names):
                return True
            continue
        if trait.only and words not in {plain(o).text for o in trait.only}:
            continue
        if trait.group == "attributes" and trait.trait_id not in title.replace(" ", "-"):
            return True
        if (
            trait.group != "attributes"
            and facts.noun.family != "general"
            and words not in title
            and _MADE_WITH.search(before)
            and not _USE.search(before)
        ):
            return True
    return False
