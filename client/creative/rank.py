"""Rank candidates: facts, fit, clicks so far, novelty, diversity over the set; every part is shown."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from client.creative.brief import Brief, Candidate
from client.creative.lines import OWN
from client.creative.parts import Weights, tired, word_parts
from client.creative.signals import (
    VECTORS_MOST,
    Signals,
    clicked,
    lines_of,
    relevance,
    repeated,
    z_scores,
)  # fmt: skip
from client.creative.text import likeness, shingles

#: share of the score against likeness to what is chosen already (Carbonell and Goldstein, 1998)
MMR = 0.7
#: what full likeness to an ad of the set costs, before the share above
_ALIKE = 6.0
#: likeness of two ads that share all their sentences and facts, over that of their words
_SAME_LINES = 1.0
#: ads with one headline that vectors are computed for
_PER_HEADLINE = 2
_Parts = dict[str, float]


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
        pool = [_item(r) for r in scored]
        return Ranking(tuple(_choose(pool, n)), tuple(scored), signals.notes)
    some = _shortlist(scored, max(VECTORS_MOST, _PER_HEADLINE * n))
    left = {id(r) for r in scored} - {id(r) for r in some}
    rest = [r for r in scored if id(r) in left]
    product, reasons, own = relevance(signals.encoder, brief, [r.candidate for r in some])
    more = {"relevance": weights.relevance * z_scores(product)}
    more["reasons"] = weights.reasons * z_scores(reasons)
    some = [_with(r, {k: float(v[i]) for k, v in more.items()}) for i, r in enumerate(some)]
    near = _nearness((own @ own.T).astype(np.float64))
    pool = [replace(_item(r), near=near[i], index=i) for i, r in enumerate(some)]
    pool.sort(key=lambda p: -p.ranked.score)
    scored = sorted([*some, *rest], key=lambda r: -r.score)
    return Ranking(tuple(_choose(pool, n)), tuple(scored), signals.notes)


def _shortlist(scored: Sequence[Ranked], most: int) -> list[Ranked]:
    """The best that are unlike each other in words, few of one headline: a set needs n headlines."""
    taken: Counter[str] = Counter()
    out: list[Ranked] = []
    pool = {i: _item(r) for i, r in enumerate(scored)}
    cost = dict.fromkeys(pool, 0.0)
    while pool and len(out) < most:
        best = max(pool, key=lambda i: scored[i].score - cost[i])
        chosen, headline = pool.pop(best), scored[best].candidate.text.headline
        out.append(scored[best])
        taken[headline] += 1
        if taken[headline] >= _PER_HEADLINE:
            pool = {i: p for i, p in pool.items() if p.ranked.candidate.text.headline != headline}
        for i, p in pool.items():
            cost[i] = max(cost[i], _cost(p, (chosen,)))
    return out


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
    """A candidate to choose from: pairs of words, sentences and facts, likenesses with vectors."""

    ranked: Ranked
    pairs: frozenset[tuple[str, ...]]
    lines: frozenset[str]
    near: NDArray[np.float64] | None = None
    index: int = 0


def _item(ranked: Ranked) -> _Item:
    c = ranked.candidate
    told = (part for fact in c.facts_used for part in fact.split("+") if part not in OWN)
    lines = frozenset((*lines_of(c.hook_id, c.template_id), *told))
    return _Item(ranked, shingles(c.text.whole(), 2), lines)


def _choose(pool: list[_Item], n: int) -> list[Ranked]:
    """Maximal marginal relevance: good, and unlike what is chosen already."""
    chosen: list[_Item] = []
    out: list[Ranked] = []
    while pool and len(chosen) < n:
        cost = {id(p): _cost(p, chosen) for p in pool}
        told = {line for p in chosen for line in _sentences(p.ranked)}
        # Other sentences throughout, as long as there are any.
        fresh = [p for p in pool if not told & _sentences(p.ranked)]
        best = max(fresh or pool, key=lambda p: p.ranked.score - cost[id(p)])
        chosen.append(best)
        out.append(_with(best.ranked, {"diversity": -cost[id(best)]}))
        pool = [p for p in pool if not _same_opening(p.ranked, best.ranked)]
    return out


def _sentences(ranked: Ranked) -> set[str]:
    """Ids of the sentences of an ad's body; the body itself where it has none."""
    own = ranked.candidate
    return set(lines_of("", own.template_id)) or {own.text.body}


def _same_opening(a: Ranked, b: Ranked) -> bool:
    """Whether two ads open with the same headline, or one hook with and without the name."""
    hooks = [lines_of(r.candidate.hook_id, "")[:1] for r in (a, b)]
    same = hooks[0] == hooks[1] != [] and not hooks[0][0].startswith(("g.", "title."))
    return same or a.candidate.text.headline == b.candidate.text.headline


def _cost(item: _Item, chosen: Sequence[_Item]) -> float:
    nearest = max((_alike(item, other) for other in chosen), default=0.0)
    return (1 - MMR) / MMR * _ALIKE * nearest


def _alike(a: _Item, b: _Item) -> float:
    """Likeness in words and sentences, and in meaning where there are vectors."""
    shared = likeness(a.pairs, b.pairs)
    meant = shared if a.near is None else (shared + float(a.near[b.index])) / 2
    return meant + _SAME_LINES * likeness(a.lines, b.lines)


def _nearness(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n, n] cosines of this set stretched to 0..1: as they are they lie close together."""
    low, high = float(cosines.min()), float(cosines.max())
    return (cosines - low) / max(high - low, 1e-9)


def _with(ranked: Ranked, parts: Mapping[str, float]) -> Ranked:
    own = ranked.parts | _rounded(parts)
    return replace(ranked, score=ranked.score + sum(parts.values()), parts=own)


def _rounded(parts: Mapping[str, float]) -> _Parts:
    """For people: four digits, and no negative zero."""
    return {k: round(v, 4) + 0.0 for k, v in parts.items()}


def _scored(
    brief: Brief, candidates: Sequence[Candidate], weights: Weights, signals: Signals
) -> list[Ranked]:
    """Every candidate by the parts that need no vector of a text."""
    rng = random.Random(brief.seed)
    old = [shingles(a.whole(), 2) for a in brief.earlier]
    seen = [(s, shingles(s.text.whole(), 2)) for s in signals.seen]
    headline = np.zeros(len(candidates))
    if signals.headlines is not None and brief.language == "en":
        texts = [c.text.headline for c in candidates]
        headline = z_scores(signals.headlines.score(texts, signals.encoder))
    clicks = clicked(signals.outcomes, candidates)
    said = repeated(signals.lately, candidates)
    out = []
    for i, c in enumerate(candidates):
        own = shingles(c.text.whole(), 2)
        parts = word_parts(brief, c, weights) | {
            "novelty": -weights.novelty * max((likeness(own, o) for o in old), default=0.0),
            "fatigue": -weights.fatigue * tired(c, own, seen),
            "headline": weights.headline * float(headline[i]),
            "clicks": weights.clicks * float(clicks[i]),
            "lately": weights.lately * float(said[i]),
            "chance": weights.chance * rng.random(),
        }
        out.append(Ranked(c, sum(parts.values()), _rounded(parts)))
    return out
