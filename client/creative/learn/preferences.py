"""Preference pairs for a language model's fine-tuning: what a person or the clicks preferred to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from client.creative import review
from client.creative.brief import AdText, Brief
from client.creative.learn import thompson
from client.creative.learn.results import GroupResult, VariantResult, results
from client.store import Store, creative_pairs, creatives
from client.store.creative_pairs import PAIR_KINDS, Clicks, PairKind, PairRow
from common.domain import Creative
from common.errors import UserFacing

#: fewer pairs teach a model nothing but these pairs (adgen.md, section 4)
ENOUGH = 200
#: how sure clicks must be before one ad counts as better
SURE = 0.9
#: how much a pair counts: a person's own words say most
_WEIGHT: dict[PairKind, float] = {"edited": 1.0, "approved": 0.5, "clicked": 1.0}


@dataclass(frozen=True, slots=True)
class PreferencePair:
    """One pair to learn from.

    Attributes:
        brief: What was asked, with the product as it is today; never a person in it. Earlier ads
            are left out, so that neither side stands in the prompt.
        chosen: The preferred words.
        rejected: The others, for the same brief.
        kind: "edited", "approved" or "clicked".
        weight: In (0, 1]: 1 for a person's own words, 0.5 for a yes over a no, and for clicks how
            sure they are: 2 P(better) - 1.
        chosen_id: Id and version, to trace it.
        rejected_id: Id and version.
    """

    brief: Brief
    chosen: AdText
    rejected: AdText
    kind: PairKind
    weight: float
    chosen_id: tuple[str, int]
    rejected_id: tuple[str, int]


@dataclass(frozen=True, slots=True)
class PairCount:
    """How many pairs there are.

    Attributes:
        by_kind: Kind -> pairs that hold.
        n_stored: All that were ever stored, also those that a later decision made void.
        enough: Pairs that learning takes at least.
    """

    by_kind: dict[PairKind, int]
    n_stored: int
    enough: int = ENOUGH

    @property
    def n(self) -> int:
        """Pairs that hold."""
        return sum(self.by_kind.values())

    @property
    def is_enough(self) -> bool:
        """Whether learning may be offered."""
        return self.n >= self.enough


def count(store: Store) -> PairCount:
    """How many pairs of which kind hold today."""
    rows = creative_pairs.listing(store)
    by_kind: dict[PairKind, int] = dict.fromkeys(PAIR_KINDS, 0)
    for row in rows:
        by_kind[row.kind] += row.holds
    return PairCount(by_kind, len(rows))


def pairs(store: Store) -> list[PreferencePair]:
    """Pairs that hold, oldest first, those without a product any more left out.

    "edited" holds once the new words were approved, "approved" while the loser is still rejected.
    Two versions with the same words make no pair.
    """
    out: list[PreferencePair] = []
    briefs: dict[str, Brief | None] = {}
    for row in creative_pairs.listing(store):
        if not row.holds:
            continue
        winner, loser = creatives.load(store, *row.winner), creatives.load(store, *row.loser)
        if winner.creative_id not in briefs:
            briefs[winner.creative_id] = _brief(store, winner)
        brief = briefs[winner.creative_id]
        if brief is not None and _text(winner) != _text(loser):
            out.append(
                PreferencePair(
                    brief,
                    _text(winner),
                    _text(loser),
                    row.kind,
                    _weight(row),
                    row.winner,
                    row.loser,
                )
            )
    return out


def refresh_clicked(store: Store) -> int:
    """Keep, with their counts, the pairs of which the clicks are sure by now; returns how many.

    Only variants of the same product, audience, slot and language are compared, and only where
    P(rate a > rate b) is above `SURE`.
    """
    found = [
        (
            (a.creative.creative_id, a.creative.version),
            (b.creative.creative_id, b.creative.version),
            clicks,
        )
        for group in results(store).groups
        for a, b, clicks in sure_pairs(group)
    ]
    creative_pairs.clicked(store, found, creatives.now())
    return len(found)


def sure_pairs(group: GroupResult) -> list[tuple[VariantResult, VariantResult, Clicks]]:
    """Winner, loser and counts of every two variants of a group that the clicks tell apart."""
    seen = [v for v in group.variants if v.n_known]
    if len(seen) < 2:
        return []
    p = thompson.posterior(
        np.array([v.n_known for v in seen], float),
        np.array([v.n_clicks for v in seen], float),
        group.prior.mean,
        group.prior.strength,
    )
    out = []
    for i, j in combinations(range(len(seen)), 2):
        better = thompson.p_better(p, i, j)
        a, b, sure = (i, j, better) if better >= 0.5 else (j, i, 1 - better)
        if sure > SURE:
            w, lost = seen[a], seen[b]
            counts = Clicks(sure, w.n_known, w.n_clicks, lost.n_known, lost.n_clicks)
            out.append((w, lost, counts))
    return out


def as_records(found: Iterable[PreferencePair]) -> list[dict[str, object]]:
    """Pairs as plain values for a JSON file; it stays on this computer."""
    return [
        {
            "kind": p.kind,
            "weight": round(p.weight, 4),
            "product": p.brief.product.title,
            "language": p.brief.language,
            "campaign": p.brief.kind,
            "tone": p.brief.tone,
            "slot": p.brief.slot.name,
            "reasons": list(p.brief.reasons),
            "offer": p.brief.facts.offer,
            "chosen": {"id": f"{p.chosen_id[0]}.{p.chosen_id[1]}", **_words(p.chosen)},
            "rejected": {"id": f"{p.rejected_id[0]}.{p.rejected_id[1]}", **_words(p.rejected)},
        }
        for p in found
    ]


def _words(text: AdText) -> dict[str, str]:
    return {"headline": text.headline, "body": text.body, "call_to_action": text.call_to_action}


def _brief(store: Store, winner: Creative) -> Brief | None:
    try:
        return replace(review.brief_of(store, winner), earlier=())
    except UserFacing:
        return None


def _text(c: Creative) -> AdText:
    return AdText(c.headline, c.body, c.call_to_action, c.provenance.get("label", ""))


def _weight(row: PairRow) -> float:
    if row.clicks is not None:
        return 2 * row.clicks.p_better - 1
    return _WEIGHT[row.kind]
