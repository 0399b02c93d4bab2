"""Who masks with whom: everybody, or from 50 merchants on a k-regular graph (Bell et al. 2020); pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Below this many merchants everybody masks with everybody.
SPARSE_FROM = 50


@dataclass(frozen=True, slots=True)
class Graph:
    """Neighbours for the masks and for the shares.

    Attributes:
        degree: Neighbours of each merchant.
        share_threshold: How many of the `degree + 1` holders (the neighbours and the merchant
            itself) rebuild one of its secrets.
        neighbours: Fingerprint -> its neighbours, in order.
    """

    degree: int
    share_threshold: int
    neighbours: dict[str, tuple[str, ...]]


def build(members: Sequence[str], threshold: int, colluders: int, seed: str) -> Graph:
    """The graph of a key list, the same for whoever has the same list.

    A Harary graph on the members in an order drawn from the seed: everybody stands in a ring and
    takes the k/2 next on either side (Bell et al. 2020, algorithm 2). It stays connected when any
    k - 1 members are taken out (Harary 1962).

    Args:
        members: Fingerprints of the key list.
        threshold: t, the fewest survivors.
        colluders: f.
        seed: Digest of the key list.
    """
    n = len(members)
    k = degree(n, threshold, colluders)
    need = share_threshold(n, k, threshold)
    if k == n - 1:
        return Graph(k, need, {m: tuple(p for p in sorted(members) if p != m) for m in members})
    ring = sorted(members, key=lambda m: hashlib.sha256(f"{seed} {m}".encode()).digest())
    steps = [s for s in range(-k // 2, k // 2 + 1) if s]
    near = {m: tuple(sorted(ring[(i + s) % n] for s in steps)) for i, m in enumerate(ring)}
    return Graph(k, need, near)


def degree(n: int, threshold: int, colluders: int) -> int:
    """k: neighbours of each of n merchants.

    The coordinator decides who counts as dropped out, up to n - t merchants, and it may do so when
    it knows the graph; f more may be on its side. A graph that stays connected without any
    n - t + f merchants leaves it no way to part one honest merchant, or a group, from the other
    honest ones: k = n - t + f + 1, made even. Nothing is left to chance, so that trying many key
    lists until the graph is a convenient one is of no use.
    """
    needed = n - threshold + colluders + 1
    needed += needed % 2
    return n - 1 if n < SPARSE_FROM or needed >= n - 1 else needed


def share_threshold(n: int, k: int, threshold: int) -> int:
    """How many holders of a secret are left when n - t of them are gone: t in the complete graph."""
    return k + 1 - (n - threshold)


def failure(n: int, threshold: int, colluders: int, actual: int) -> float:
    """Upper bound of the probability that `actual` colluders break what is promised for f.

    They stand at random places of the graph (they joined the league before the round's key list);
    the coordinator then chooses the n - t merchants that drop out, at their worst. With at most f
    it is 0. Above f, to part the ring in two, two windows of k/2 neighbours must be gone: k places
    that hold at least k - (n - t) colluders; to rebuild both secrets of one merchant its
    holders must have `share_threshold` of them. Union bound over pairs of windows and merchants.
    From 2t - n colluders on they can confirm two survivor lists: nothing holds.
    """
    if actual >= 2 * threshold - n or actual > threshold - 2:
        return 1.0
    k = degree(n, threshold, colluders)
    if actual <= colluders or k == n - 1:
        return 0.0
    parted = math.comb(n, 2) * _at_least(n, actual, k, k - (n - threshold))
    opened = n * _at_least(n - 1, actual, k, share_threshold(n, k, threshold))
    return min(1.0, parted + opened)


def _at_least(total: int, marked: int, drawn: int, at_least: int) -> float:
    """P[hypergeometric >= at_least]: so many marked ones among the drawn ones."""
    ways = sum(
        math.comb(marked, x) * math.comb(total - marked, drawn - x)
        for x in range(max(0, at_least), min(marked, drawn) + 1)
        if drawn - x <= total - marked
    )
    return ways / math.comb(total, drawn)
