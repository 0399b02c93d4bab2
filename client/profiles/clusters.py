"""k-means clusters as an option: k by silhouette among the stable ones, old clusters keep their names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]
from scipy.spatial.distance import cdist  # type: ignore[import-untyped]
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: k that are tried when nobody says one.
CANDIDATES = (2, 3, 4, 5, 6, 7, 8)
#: Mean adjusted Rand index (Hubert and Arabie 1985) over bootstraps that counts as stable.
STABLE_ARI = 0.8
N_BOOTSTRAPS = 10
#: People that k is chosen on, and of these that the silhouette is taken of.
FIT_SAMPLE, SILHOUETTE_SAMPLE = 10_000, 3_000
#: A person changes cluster only when the other centroid is nearer by this share of the distance.
NEARER = 0.10


@dataclass(frozen=True, slots=True)
class Refused:
    """No clusters, and why, for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters of n people.

    Attributes:
        labels: int64 [n], places in `centroids`.
        centroids: float64 [k, D] in standard deviations from the mean.
        mean: float64 [D] of the table when the clusters were first made; kept from run to run.
        std: float64 [D] the same.
        old: int64 [k] place of the cluster among the old ones; -1 for a new one.
        silhouette: Mean, in -1 to 1 (Rousseeuw 1987).
        ari: Mean stability over bootstraps when k was chosen.
    """

    labels: Ints
    centroids: Floats
    mean: Floats
    std: Floats
    old: Ints
    silhouette: float
    ari: float


@dataclass(frozen=True, slots=True)
class Fit:
    """One k tried; see `Clusters`."""

    k: int
    centroids: Floats
    silhouette: float
    ari: float


def fresh(
    table: Floats, k: int | None, least: int, random_state: int, old: Floats | None = None
) -> Clusters | Refused:
    """Fit clusters anew.

    Args:
        table: [n, D] raw features.
        k: How many; None: chosen.
        least: People in a cluster, at least; smaller ones are merged into the nearest.
        random_state: Of samples, starts and bootstraps.
        old: [m, D] raw centroids of old clusters: the new ones are matched with these.
    """
    n = len(table)
    need = least * max(4, k or 0)
    if n < need:
        return Refused(f"{n} people did something; clusters need {need} ({least} in each).")
    mean, std = table.mean(0), table.std(0)
    z = (table - mean) / np.where(std > 1e-9, std, 1.0)
    if len(np.unique(z, axis=0)) < max(k or 0, CANDIDATES[-1]):
        return Refused("The shop's people are too much alike: there is nothing to tell them apart.")
    best = choose(z, k, random_state)
    if isinstance(best, Refused):
        return best
    fitted = KMeans(best.k, init=best.centroids, n_init=1, random_state=random_state).fit(z)
    labels, centroids = merge(z, fitted.labels_.astype(np.int64), best.k, least)
    if len(centroids) < 2:
        return Refused(f"All clusters but one would have fewer than {least} people.")
    std = np.where(std > 1e-9, std, 1.0)
    places = np.full(len(centroids), -1, np.int64)
    if old is not None and len(old):
        before = (old - mean) / std
        new_at, old_at = match(centroids, before)
        # an old name goes on only where the cluster is still the same: nearer than half the way to
        # its nearest neighbour
        apart = cdist(centroids, centroids) + np.diag(np.full(len(centroids), np.inf))
        same = np.linalg.norm(centroids[new_at] - before[old_at], axis=1) < apart.min(1)[new_at] / 2
        places[new_at[same]] = old_at[same]
    return Clusters(labels, centroids, mean, std, places, best.silhouette, best.ari)


def again(table: Floats, before: Clusters, was: Ints, random_state: int) -> Clusters:
    """Fit on from old clusters: same k, same scale, started at the old centroids.

    Args:
        table: [n, D] raw features now.
        before: The old clusters; only centroids, scale and scores are used.
        was: int64 [n] each person's old cluster; -1 for a newcomer.
        random_state: For scikit-learn; nothing is drawn.
    """
    z = (table - before.mean) / before.std
    start = before.centroids
    fitted = KMeans(len(start), init=start, n_init=1, random_state=random_state).fit(z)
    # row i of the result is the old cluster i: matched, not assumed
    new_at, old_at = match(fitted.cluster_centers_, start)
    centroids = np.empty_like(start)
    centroids[old_at] = fitted.cluster_centers_[new_at]
    distance = cdist(z, centroids)
    labels = distance.argmin(1).astype(np.int64)
    known = np.flatnonzero(was >= 0)
    here, there = distance[known, was[known]], distance[known, labels[known]]
    stay = there > (1 - NEARER) * here
    labels[known[stay]] = was[known[stay]]
    score = _silhouette(z, labels, np.random.default_rng(random_state))
    old = np.arange(len(start), dtype=np.int64)
    return Clusters(labels, centroids, before.mean, before.std, old, score, before.ari)


def choose(z: Floats, k: int | None, random_state: int) -> Fit | Refused:
    """The k with the best silhouette among those that bootstraps find again; a given k as it is.

    Two halves are taken only where nothing finer is stable: they nearly always have the best
    silhouette and tell a merchant least (on CDNOW the best fifth by two halves had .61 of the next
    half year's spend, by the rules .70).
    """
    rng = np.random.default_rng(random_state)
    part = z[rng.permutation(len(z))[:FIT_SAMPLE]]
    fits = [_fit(part, n, rng, random_state) for n in ((k,) if k else CANDIDATES)]
    stable = [f for f in fits if k or f.ari >= STABLE_ARI]
    if not stable:
        top = max(f.ari for f in fits)
        return Refused(
            f"No number of clusters is stable: on resampled people the best is found again with an"
            f" agreement of {top:.2f}, {STABLE_ARI} is needed. Use the segments by rules."
        )
    return max(stable, key=lambda f: (f.k > 2, f.silhouette))


def merge(z: Floats, labels: Ints, k: int, least: int) -> tuple[Ints, Floats]:
    """Merge the smallest cluster into its nearest until all have enough people.

    Returns:
        New labels [n], and centroids [k', D].
    """
    while True:
        names, labels = np.unique(labels, return_inverse=True)
        labels, sizes = labels.astype(np.int64), np.bincount(labels)
        centroids = np.stack([z[labels == i].mean(0) for i in range(len(names))])
        smallest = int(sizes.argmin())
        if sizes[smallest] >= least or len(names) == 1:
            return labels, centroids
        away = np.linalg.norm(centroids - centroids[smallest], axis=1)
        away[smallest] = np.inf
        labels = np.where(labels == smallest, int(away.argmin()), labels)


def match(new: Floats, old: Floats) -> tuple[Ints, Ints]:
    """Places of new and old centroids that belong together (Kuhn 1955, the Hungarian method)."""
    new_at, old_at = linear_sum_assignment(cdist(new, old))
    return new_at.astype(np.int64), old_at.astype(np.int64)


def _fit(part: Floats, k: int, rng: np.random.Generator, random_state: int) -> Fit:
    base = KMeans(k, n_init=5, random_state=random_state).fit(part)
    agreement = []
    for _ in range(N_BOOTSTRAPS):
        drawn = part[rng.integers(0, len(part), len(part))]
        other = KMeans(k, n_init=2, random_state=int(rng.integers(2**31))).fit(drawn)
        agreement.append(adjusted_rand_score(base.labels_, other.predict(part)))
    score = _silhouette(part, base.labels_.astype(np.int64), rng)
    return Fit(k, base.cluster_centers_, score, float(np.mean(agreement)))


def _silhouette(z: Floats, labels: Ints, rng: np.random.Generator) -> float:
    place = rng.permutation(len(z))[:SILHOUETTE_SAMPLE]
    if not 1 < len(np.unique(labels[place])) < len(place):
        return 0.0
    return float(silhouette_score(z[place], labels[place]))


def dump(c: Clusters, place: int, features: Sequence[str]) -> dict[str, object]:
    """One cluster's rule for the store."""
    return {
        "features": list(features),
        "centroid": c.centroids[place].tolist(),
        "mean": c.mean.tolist(),
        "std": c.std.tolist(),
        "silhouette": round(c.silhouette, 4),
        "ari": round(c.ari, 4),
        "k": len(c.centroids),
    }


def load(rules: Sequence[str], features: Sequence[str]) -> Clusters | None:
    """Clusters back from the store's rules; None where they were made of other features."""
    read = [json.loads(r) for r in rules]
    if not read or any(r["features"] != list(features) for r in read):
        return None
    first = read[0]
    return Clusters(
        labels=np.zeros(0, np.int64),
        centroids=np.array([r["centroid"] for r in read], np.float64),
        mean=np.array(first["mean"], np.float64),
        std=np.array(first["std"], np.float64),
        old=np.arange(len(read), dtype=np.int64),
        silhouette=float(first["silhouette"]),
        ari=float(first["ari"]),
    )
