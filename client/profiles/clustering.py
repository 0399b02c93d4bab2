"""Clusters of a run: from the features of all people to rows of the store, ids and names kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from client.profiles.cluster_words import FEATURE_NAMES, names_for
from client.profiles.clusters import Clusters, Refused, again, dump, fresh, load
from client.profiles.segments import Names
from client.store.profiles import Draft, Segment
from common.canonical import canonical

_PREFIX = "kmeans-"


def cluster(
    draft: Draft,
    old: tuple[Segment, ...],
    ids: NDArray[np.int64],
    table: NDArray[np.float64],
    *,
    k: int | None,
    least: int,
    reopen: bool,
    random_state: int,
    made_at: str,
) -> tuple[list[Segment], tuple[str, ...]]:
    """Put everybody who did something into a cluster.

    Args:
        draft: Has each person's cluster so far; gets the new ones.
        old: The clusters of the last run.
        ids: int64 [n] the database's numbers.
        table: float64 [n, D] features; NaN rows for those who never did anything.
        k: Number of clusters; None: chosen, or as before.
        least: People in a cluster, at least.
        reopen: Fit anew.
        random_state: See `fresh`.
        made_at: ISO-8601 UTC.

    Returns:
        The clusters, and notes for people. A refusal leaves the old clusters as they are.
    """
    acts = ~np.isnan(table).any(axis=1)
    ids, table = ids[acts], table[acts]
    before = load([s.rule for s in old], FEATURE_NAMES)
    warm = before is not None and not reopen and k in (None, len(old))
    if warm and before is not None and len(table) >= least * 2:
        place = {s.segment_id: i for i, s in enumerate(old)}
        so_far = draft.clusters()
        was = np.array([place.get(so_far.get(int(i), ""), -1) for i in ids], np.int64)
        found: Clusters | Refused = again(table, before, was, random_state)
    else:
        raw = before.centroids * before.std + before.mean if before else None
        found = fresh(table, k, least, random_state, raw)
    if isinstance(found, Refused):
        return [], (found.reason,)
    out = _segments(found, old, made_at)
    draft.cluster(ids, [out[label].segment_id for label in found.labels])
    note = f"{len(out)} clusters, silhouette {found.silhouette:.2f}, stability {found.ari:.2f}"
    return out, (note,)


def _segments(c: Clusters, old: tuple[Segment, ...], made_at: str) -> list[Segment]:
    """Rows for the store, in the order of the centroids; a matched cluster keeps id and name."""
    new = [i for i, place in enumerate(c.old) if place < 0]
    kept = [Names(old[p].name_en, old[p].name_zh) for p in c.old if p >= 0]
    names = dict(zip(new, names_for(c.centroids[new], kept), strict=True))
    numbers = [int(s.segment_id.removeprefix(_PREFIX)) for s in old]
    free = iter(range(max(numbers, default=0) + 1, max(numbers, default=0) + 1 + len(c.old)))
    out = []
    for i, place in enumerate(c.old):
        known = old[place] if place >= 0 else None
        name = Names(known.name_en, known.name_zh) if known else names[i]
        segment_id = known.segment_id if known else f"{_PREFIX}{next(free)}"
        rule = canonical(dump(c, i, FEATURE_NAMES)).decode("utf-8")
        out.append(Segment(segment_id, "kmeans", name.en, name.zh, rule, made_at))
    return out
