"""Rank candidates: facts, fit, clicks so far, novelty, diversity over the set; every part is shown."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.creative.brief import Brief, Candidate
from client.creative.signals import (
    VECTORS_MOST,
    Seen,
    Signals,
    clicked,
    relevance,
    z_scores,
)
from client.creative.text import likeness, shingles, words

#: share of the score against likeness to what is chosen already (Carbonell and Goldstein, 1998)
MMR = 0.7
#: what full likeness to an ad of the set costs, before the share above
_ALIKE = 4.0
#: likeness of two ads that open with the same hook, whatever the product
_SAME_HOOK = 0.6
_SMALL = "a an and are at be by for from in is it of on or our so the to with you your this that"
_STOP = frozenset((*_SMALL.split(), *"的了和在是有就也都把给"))
_Parts = dict[str, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much; the product of weight and signal is shown with every score.

    Attributes:
        facts: Each fact told, at most two.
        hook: Opens with a hook that a person wrote for the product's family.
        novelty: Likeness to an earlier ad of this product and audience, taken off.
        fatigue: Likeness to what this audience was shown, weighted by how often and how long ago.
        fullness: Uses the room of the body.
        names: Gives the product's own name.
        echo: Share of the headline that the body repeats.
        bland: Each line that would suit any product.
        relevance: Deviation of the cosine with the product from the set's mean, in its own spread.
        reasons: The same for the audience's reasons.
        headline: The same for the score of the headline model; made on news, so small.
        clicks: Natural log of expected clicks over the shop's mean, by hook and sentence.
        chance: Breaks ties, differently for every seed.
    """

    facts: float = 0.6
    hook: float = 1.0
    novelty: float = 1.2
    fatigue: float = 1.0
    fullness: float = 0.6
    names: float = 0.5
    echo: float = -1.5
    bland: float = -0.6
    relevance: float = 0.2
    reasons: float = 0.1
    headline: float = 0.1
    clicks: float = 1.0
    chance: float = 0.35


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and the parts of it.

    Attributes:
        candidate: The ad.
        score: Sum of the parts.
        parts: Name -> contribution; "diversity" is what likeness to better ads of the set costs.
    """

    candidate: Candidate
    score: float
    parts: _Parts


@dataclass(frozen=True, slots=True)
class Ranking:
    """The set that was chosen, and what it was chosen from.

    Attributes:
        chosen: Best first.
        scored: All candidates, best first, without diversity.
        notes: Signals that could not be had.
    """

    chosen: tuple[Ranked, ...]
    scored: tuple[Ranked, ...]
    notes: tuple[str, ...] = ()


def rank(
    brief: Brief,
    candidates: Sequence[Candidate],
    n: int,
    weights: Weights | None = None,
    signals: Signals | None = None,
) -> list[Ranked]:
    """The n best candidates, unlike each other; the same for the same brief and signals.

    Args:
        brief: Its seed breaks ties, its earlier ads count for novelty.
        candidates: That passed the checks.
        n: How many.
        weights: None = the defaults.
        signals: None = words only, and the headline model for English.
    """
    return list(rank_all(brief, candidates, n, weights, signals).chosen)


def rank_all(
    brief: Brief,
    candidates: Sequence[Candidate],
    n: int,
    weights: Weights | None = None,
    signals: Signals | None = None,
) -> Ranking:
    """As `rank`, with all scores; see `explain`."""
    weights, signals = weights or Weights(), signals or Signals()
    scored = sorted(_scored(brief, candidates, weights, signals), key=lambda r: -r.score)
    if signals.encoder is None or len(scored) < 2:
        pool = [_Item(r, _tokens(r.candidate)) for r in scored]
        return Ranking(tuple(_choose(pool, n)), tuple(scored), signals.notes)
    some = scored[: max(VECTORS_MOST, 2 * n)]
    product, reasons, own = relevance(signals.encoder, brief, [r.candidate for r in some])
    more = {"relevance": weights.relevance * z_scores(product)}
    more["reasons"] = weights.reasons * z_scores(reasons)
    some = [_with(r, {k: float(v[i]) for k, v in more.items()}) for i, r in enumerate(some)]
    near = _nearness((own @ own.T).astype(np.float64))
    pool = [_Item(r, _tokens(r.candidate), near[i], i) for i, r in enumerate(some)]
    pool.sort(key=lambda p: -p.ranked.score)
    scored = sorted([*some, *scored[len(some) :]], key=lambda r: -r.score)
    return Ranking(tuple(_choose(pool, n)), tuple(scored), signals.notes)


def explain(ranking: Ranking) -> tuple[tuple[str, float], ...]:
    """Why this set: by how much each part is higher in it than in all candidates, largest first."""
    names = {k for r in (*ranking.chosen, *ranking.scored) for k in r.parts}
    lead = {k: _mean(ranking.chosen, k) - _mean(ranking.scored, k) for k in names}
    shown = ((k, round(v, 3)) for k, v in lead.items() if abs(v) >= 0.005)
    return tuple(sorted(shown, key=lambda p: (-abs(p[1]), p[0])))


def _mean(ranked: Sequence[Ranked], part: str) -> float:
    return sum(r.parts.get(part, 0.0) for r in ranked) / max(len(ranked), 1)


@dataclass(frozen=True, slots=True)
class _Item:
    """A candidate to choose from: its words, and its row of likenesses if there are vectors."""

    ranked: Ranked
    tokens: frozenset[str]
    near: NDArray[np.float64] | None = None
    index: int = 0


def _choose(pool: list[_Item], n: int) -> list[Ranked]:
    """Maximal marginal relevance: good, and unlike what is chosen already."""
    chosen: list[_Item] = []
    out = []
    while pool and len(chosen) < n:
        cost = {id(p): _cost(p, chosen) for p in pool}
        best = max(pool, key=lambda p: p.ranked.score - cost[id(p)])
        chosen.append(best)
        out.append(_with(best.ranked, {"diversity": -cost[id(best)]}))
        text = best.ranked.candidate.text
        pool = [p for p in pool if p.ranked.candidate.text.headline != text.headline]
        # Another body too, as long as there is one.
        pool = [p for p in pool if p.ranked.candidate.text.body != text.body] or pool
    return out


def _cost(item: _Item, chosen: Sequence[_Item]) -> float:
    nearest = max((_alike(item, other) for other in chosen), default=0.0)
    return (1 - MMR) / MMR * _ALIKE * nearest


def _alike(a: _Item, b: _Item) -> float:
    """Likeness in words, and in meaning where there are vectors."""
    shared = likeness(a.tokens, b.tokens)
    return shared if a.near is None else (shared + float(a.near[b.index])) / 2


def _nearness(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n, n] cosines of this set stretched to 0..1: as they are they lie close together."""
    low, high = float(cosines.min()), float(cosines.max())
    return (cosines - low) / max(high - low, 1e-9)


def _with(ranked: Ranked, parts: Mapping[str, float]) -> Ranked:
    own = ranked.parts | {k: round(v, 4) for k, v in parts.items()}
    return replace(ranked, score=ranked.score + sum(parts.values()), parts=own)


def _tokens(candidate: Candidate) -> frozenset[str]:
    return frozenset(words(candidate.text.whole())) - _STOP


def _scored(
    brief: Brief, candidates: Sequence[Candidate], weights: Weights, signals: Signals
) -> list[Ranked]:
    """Every candidate by the parts that need no vector of a text."""
    rng = random.Random(brief.seed)
    old = [shingles(a.whole(), 2) for a in brief.earlier]
    seen = [(s, shingles(s.text.whole(), 2)) for s in signals.seen]
    headline = np.zeros(len(candidates))
    if signals.headlines is not None and brief.language == "en":
        headline = z_scores(signals.headlines.score([c.text.headline for c in candidates]))
    clicks = clicked(signals.outcomes, candidates)
    out = []
    for i, c in enumerate(candidates):
        own = shingles(c.text.whole(), 2)
        parts = _word_parts(brief, c, weights) | {
            "novelty": -weights.novelty * max((likeness(own, o) for o in old), default=0.0),
            "fatigue": -weights.fatigue * _tired(c, own, seen),
            "headline": weights.headline * float(headline[i]),
            "clicks": weights.clicks * float(clicks[i]),
            "chance": weights.chance * rng.random(),
        }
        out.append(Ranked(c, sum(parts.values()), {k: round(v, 4) for k, v in parts.items()}))
    return out


def _word_parts(brief: Brief, candidate: Candidate, weights: Weights) -> _Parts:
    text, room = candidate.text, 0.7 * brief.slot.body
    told = {f for f in candidate.facts_used if f not in ("noun", "title")}
    full = min(1.0, brief.slot.length(text.body) / room) if room else 0.0
    return {
        "facts": weights.facts * min(len(told), 2),
        "hook": weights.hook * _has_hook(candidate),
        "fullness": weights.fullness * full,
        "names": weights.names * _names_product(brief, candidate),
        "bland": weights.bland * _bland(candidate),
        "echo": weights.echo * _echo(text.headline, text.body),
    }


def _tired(
    candidate: Candidate, own: frozenset[Any], seen: Sequence[tuple[Seen, frozenset[Any]]]
) -> float:
    """How much of it this audience has seen, 0 to 1."""
    return max(
        (
            s.weight
            * max(
                likeness(own, words),
                _SAME_HOOK if s.hook_id and s.hook_id == candidate.hook_id else 0,
            )
            for s, words in seen
        ),
        default=0.0,
    )


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
