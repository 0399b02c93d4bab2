"""measure(): how many planted errors the checks find, and how many right ads they refuse."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client.creative.brief import LABELS, AdText, Brief, Language, make_brief
from client.creative.check import check
from common.domain import Finding, Product
from common.errors import InputError

#: what a kind of error is called -> families of findings that fit it; the first that matches
_FITTING: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (words, frozenset(families.split()))
    for words, families in (
        ("length|too_long|bytes", "length"),
        ("near_copy|copy|copies|duplicate", "copies style"),
        ("restricted|categor|tobacco|alcohol|weapon|gambl|formula", "category claims"),
        ("phone|url|web|handle|contact|e_?mail_?address|personal|wechat", "personal"),
        ("sensitive|inference|reader|stereotyp", "reader"),
        ("toxi|insult|abus|slur|hate", "claims reader"),
        # what is disguised may be anything: the finding of the word itself fits too
        (
            "look_?alike|homoglyph|zero|hidden|obfus|disguis|spaced|bidi",
            "style claims facts personal reader category",
        ),
        ("language|mix|script|translat", "style"),
        ("editorial", "style claims personal"),
        ("capital|caps|shout|punct|gimmick|symbol|emoji|decor|repeat|editorial", "style claims"),
        ("label|injection|markup", "style"),
        ("medic|health", "claims facts category"),
        ("superlativ|absolut|claim|promis|medic|health|effic|financ|money|income", "claims facts"),
        ("compar|endors|testimon|rank|law|mislead|spam|click|subject|pressure", "claims style"),
        ("discount|offer|ship|return|warrant|stock|urgen|free|gift|scarc", "facts claims"),
        ("", "facts claims"),
    )
)


@dataclass(frozen=True, slots=True)
class Miss:
    """A planted error that was not found, or a right ad that was refused.

    Attributes:
        id: Of the ad in the file.
        kind: Of the error; "" for a right ad.
        words: The wrong words, or those that a finding is about.
        found: Family and message of what was raised.
    """

    id: str
    kind: str
    words: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """What the checks did on wrong and on right ads.

    Attributes:
        n_planted: Wrong ads.
        n_right: Right ads.
        recall: Share of wrong ads with an error of a fitting family.
        recall_any: Share of wrong ads with any error: the weaker figure.
        false_alarms: Share of right ads with an error.
        recall_by_kind: Kind of error -> (found, in all).
        alarms_by_family: Family of the finding -> right ads that it refuses.
        misses: Wrong ads that no fitting error was raised for.
        alarms: Right ads that were refused.
    """

    n_planted: int
    n_right: int
    recall: float
    recall_any: float
    false_alarms: float
    recall_by_kind: Mapping[str, tuple[int, int]]
    alarms_by_family: Mapping[str, int]
    misses: tuple[Miss, ...]
    alarms: tuple[Miss, ...]


def measure(planted: Path, right: Path) -> Planted:
    """Check every ad of two JSON files.

    Args:
        planted: Wrong ads: id, language, slot, kind_of_error, product, offer, text, words.
        right: Right ads: the same without kind_of_error and words.

    Raises:
        InputError: a file cannot be read or is no such list.
    """
    wrong, good = _rows(planted), _rows(right)
    kinds: Counter[str] = Counter()
    found: Counter[str] = Counter()
    misses, n_any = [], 0
    for row in wrong:
        errors, kind = _errors(row), str(row["kind_of_error"])
        kinds[kind] += 1
        n_any += bool(errors)
        if {f.check for f in errors} & fitting(kind):
            found[kind] += 1
        else:
            misses.append(_miss(row, kind, str(row.get("words", "")), errors))
    refused = [(r, e) for r in good if (e := _errors(r))]
    families = Counter(c for _, errors in refused for c in {f.check for f in errors})
    return Planted(
        n_planted=len(wrong),
        n_right=len(good),
        recall=1 - len(misses) / max(len(wrong), 1),
        recall_any=n_any / max(len(wrong), 1),
        false_alarms=len(refused) / max(len(good), 1),
        recall_by_kind={k: (found[k], n) for k, n in sorted(kinds.items())},
        alarms_by_family=dict(sorted(families.items())),
        misses=tuple(misses),
        alarms=tuple(_miss(r, "", e[0].words, e) for r, e in refused),
    )


def fitting(kind: str) -> frozenset[str]:
    """Families of findings that fit a kind of error, by words in its name."""
    return next(families for words, families in _FITTING if re.search(words, kind.lower()))


def brief_of(row: Mapping[str, Any]) -> tuple[Brief, AdText]:
    """The brief and the text of a row; an ad of a file carries its label."""
    language: Language = "zh" if row["language"] == "zh" else "en"
    product = Product(**{k: v for k, v in row["product"].items() if v is not None})
    earlier = [AdText(**{k: str(v) for k, v in e.items()}) for e in row.get("earlier", ())]
    brief = make_brief(
        product,
        language,
        offer=str(row.get("offer") or ""),
        earlier=earlier,
        slot_name=_slot(row, language),
    )
    text = {k: str(row["text"].get(k) or "") for k in ("headline", "body", "call_to_action")}
    return brief, AdText(**text, label=str(row["text"].get("label", LABELS[language])))


#: "marketplace" alone is a large one of the language: 200 bytes, or 60 bytes of GBK
_MARKETPLACE = {"en": "marketplace-amazon", "zh": "marketplace-taobao"}


def _slot(row: Mapping[str, Any], language: Language) -> str:
    name = str(row.get("slot") or "search")
    return _MARKETPLACE[language] if name == "marketplace" else name


def _errors(row: Mapping[str, Any]) -> list[Finding]:
    return [f for f in check(*brief_of(row)) if f.severity == "error"]


def _miss(row: Mapping[str, Any], kind: str, words: str, errors: list[Finding]) -> Miss:
    return Miss(str(row["id"]), kind, words, tuple(f"{f.check}: {f.message}" for f in errors))


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
            raise ValueError("no list of ads")
    except (OSError, ValueError) as e:
        raise InputError(
            "The set of ads cannot be read.",
            where=str(path),
            safe="Nothing was changed.",
            todo="Give a JSON file with a list of ads, as tests/data/ads/right.json.",
        ) from e
    return rows
