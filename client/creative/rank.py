"""Rank candidates: facts used, fit, novelty against earlier ads, diversity over the set."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from client.creative.brief import Brief, Candidate
from client.creative.text import likeness, shingles, width, words

#: share of the score against likeness to what is chosen already (Carbonell and Goldstein, 1998)
MMR = 0.7
_STOP = set(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "our",
        "so",
        "the",
        "to",
        "with",
        "you",
        "your",
        "this",
        "that",
    ]
)
_STOP |= set("的了和在是有就也都把给")


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much; shown with every score."""

    facts: float = 0.6
    hook: float = 1.0
    novelty: float = 1.2
    fullness: float = 0.6
    names: float = 0.5
    echo: float = -1.5
    bland: float = -0.6
    chance: float = 0.35


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and the parts of it.

    Attributes:
        candidate: The ad.
        score: Sum of the parts.
        parts: Name -> contribution.
    """

    candidate: Candidate
    score: float
    parts: dict[str, float]


def rank(
    brief: Brief, candidates: Sequence[Candidate], n: int, weights: Weights | None = None
) -> list[Ranked]:
    """The n best candidates, unlike each other; the same for the same brief.

    Args:
        brief: Its seed breaks ties, its earlier ads count for novelty.
        candidates: That passed the checks.
        n: How many.
        weights: None = the defaults.
    """
    weights = weights or Weights()
    rng = random.Random(brief.seed)
    old = [shingles(a.whole(), 2) for a in brief.earlier]
    scored = [_score(brief, c, weights, rng, old) for c in candidates]
    pool = [(r, _tokens(r.candidate)) for r in sorted(scored, key=lambda r: -r.score)]
    chosen: list[tuple[Ranked, frozenset[str]]] = []
    while pool and len(chosen) < n:
        best = max(pool, key=lambda p: _mmr(p, chosen))
        chosen.append(best)
        text = best[0].candidate.text
        pool = [p for p in pool if p[0].candidate.text.headline != text.headline]
        # Another body too, as long as there is one.
        pool = [p for p in pool if p[0].candidate.text.body != text.body] or pool
    return [r for r, _ in chosen]


def _mmr(
    item: tuple[Ranked, frozenset[str]], chosen: Sequence[tuple[Ranked, frozenset[str]]]
) -> float:
    nearest = max((likeness(item[1], other) for _, other in chosen), default=0.0)
    return MMR * item[0].score - (1 - MMR) * 4 * nearest


def _tokens(candidate: Candidate) -> frozenset[str]:
    return frozenset(words(candidate.text.whole())) - _STOP


def _score(
    brief: Brief,
    candidate: Candidate,
    weights: Weights,
    rng: random.Random,
    old: Sequence[frozenset[tuple[str, ...]]],
) -> Ranked:
    text = candidate.text
    own = shingles(text.whole(), 2)
    told = {f for f in candidate.facts_used if f not in ("noun", "title")}
    parts = {
        "facts": weights.facts * min(len(told), 2),
        "hook": weights.hook * _has_hook(candidate),
        "novelty": -weights.novelty * max((likeness(own, o) for o in old), default=0.0),
        "fullness": weights.fullness * min(1.0, width(text.body) / (0.7 * brief.slot.body)),
        "names": weights.names * _names_product(brief, candidate),
        "bland": weights.bland * _bland(candidate),
        "echo": weights.echo * _echo(text.headline, text.body),
        "chance": weights.chance * rng.random(),
    }
    return Ranked(candidate, sum(parts.values()), {k: round(v, 4) for k, v in parts.items()})


def _has_hook(candidate: Candidate) -> bool:
    """Whether a person's hook opens the ad; a model's own line counts nothing by itself."""
    return bool(candidate.hook_id) and not candidate.hook_id.startswith(("g.", "general."))


def _bland(candidate: Candidate) -> int:
    """Lines that would suit any product."""
    lines = (candidate.hook_id, *candidate.template_id.split("+"))
    return sum(line.startswith("general.") for line in lines)


def _names_product(brief: Brief, candidate: Candidate) -> bool:
    """Whether the ad gives the product's own name, not only its kind."""
    return (
        not brief.facts.brand or "title" in candidate.facts_used or "brand" in candidate.facts_used
    )


def _echo(headline: str, body: str) -> float:
    """Share of the headline's content words that the body says again."""
    if re.search(r"[\u3400-\u9fff]", headline):
        pairs = {headline[i : i + 2] for i in range(len(headline) - 1)}
        return sum(p in body for p in pairs) / max(len(pairs), 1)
    own = set(words(headline)) - _STOP
    return len(own & set(words(body))) / max(len(own), 1)
