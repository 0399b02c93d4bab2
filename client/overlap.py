"""What audiences share: people in common, Jaccard index, segments and reasons; small counts stay hidden."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from client.audience_sift import known
from client.store import Store, audience_facts, audiences, profiles
from common.domain import Audience
from common.errors import InputError
from common.settings import Settings

#: Audiences at once: 45 pairs can still be read.
MOST = 10
N_SEGMENTS = 3


@dataclass(frozen=True, slots=True)
class SharedSegment:
    """A segment of the people whom two audiences share, at least as many as the floor."""

    segment_id: str
    name_en: str
    name_zh: str
    n_people: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two audiences beside each other.

    Attributes:
        first: Id.
        second: Id.
        n_first: People in it who may still be addressed.
        n_second: The same.
        n_shared: In both; None below the floor.
        jaccard: Shared by all in either; None where `n_shared` is, for it would tell it.
        same_product: Whether both are for one product.
        segments: Commonest segments of the shared people.
        reasons: Feature groups that the model used for both.
    """

    first: str
    second: str
    n_first: int
    n_second: int
    n_shared: int | None
    jaccard: float | None
    same_product: bool
    segments: tuple[SharedSegment, ...]
    reasons: tuple[str, ...]


def overlap(store: Store, settings: Settings, ids: tuple[str, ...]) -> tuple[Overlap, ...]:
    """Compare every pair of audiences, by the people who may be addressed now.

    Args:
        store: The shop.
        settings: Gives the size floor: no smaller count is given.
        ids: Two to MOST audiences.

    Raises:
        AudienceError: one does not exist.
        InputError: fewer than two, or too many.
    """
    wanted = tuple(dict.fromkeys(ids))
    if not 2 <= len(wanted) <= MOST:
        raise InputError(
            f"Two to {MOST} different audiences can be compared.",
            safe="Nothing was changed.",
            todo="hansa audience overlap ID ID; see the ids with: hansa audience --list",
        )
    for audience_id in wanted:
        known(store, audience_id)
    found = [audiences.load(store, i) for i in wanted]
    people = {a.audience_id: frozenset(m.shopper_key for m in a.members) for a in found}
    segment_of = audience_facts.segments_of(store)
    names = {s.segment_id: (s.name_en, s.name_zh) for s in profiles.segments(store)}
    return tuple(
        _pair(a, b, people[a.audience_id], people[b.audience_id], segment_of, names, settings)
        for a, b in combinations(found, 2)
    )


def _pair(
    a: Audience,
    b: Audience,
    in_a: frozenset[str],
    in_b: frozenset[str],
    segment_of: dict[str, tuple[str, str]],
    names: dict[str, tuple[str, str]],
    settings: Settings,
) -> Overlap:
    both, floor = in_a & in_b, settings.audience_floor
    enough = len(both) >= floor
    counts = Counter(s for k in both for s in segment_of.get(k, ()) if s in names)
    common = [(s, n) for s, n in counts.most_common(N_SEGMENTS) if n >= floor]
    groups = {r.group for r in b.reasons}
    return Overlap(
        first=a.audience_id,
        second=b.audience_id,
        n_first=len(in_a),
        n_second=len(in_b),
        n_shared=len(both) if enough else None,
        jaccard=len(both) / len(in_a | in_b) if enough else None,
        same_product=a.product_id == b.product_id,
        segments=tuple(SharedSegment(s, *names[s], n) for s, n in common),
        reasons=tuple(r.group for r in a.reasons if r.group in groups),
    )
