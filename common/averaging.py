"""Weighted mean of updates and the server's momentum; pure numpy.

The coordinator averages with it, and an auditor with the very same function (docs/adr/0005).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from common.errors import InternalError

Arrays = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The shared weights after a round, and the momentum that the next round needs.

    Attributes:
        tensors: New weights, by name; tensors that no update names are as before.
        velocity: Running sum of mean updates, by name. Public: a function of released values.
    """

    tensors: Arrays
    velocity: Arrays = field(default_factory=dict)


def aggregate(
    tensors: Mapping[str, NDArray[np.float32]],
    updates: Sequence[Mapping[str, NDArray[np.float32]]],
    weights: Sequence[float] | None = None,
    *,
    momentum: float = 0.0,
    velocity: Mapping[str, NDArray[np.float32]] | None = None,
    server_rate: float = 1.0,
) -> Aggregate:
    """One round: velocity = momentum * velocity + mean(updates); weights += rate * velocity.

    This is FedAvgM (Hsu et al. 2019). Weights must be public; a merchant's number of rows or
    shoppers is not.

    Args:
        tensors: The weights the round began with.
        updates: New minus old, one mapping a merchant, all with the same names.
        weights: One public figure a merchant; None = equal.
        momentum: In [0, 1).
        velocity: From the round before; None = none.
        server_rate: Step size of the server.

    Raises:
        InternalError: no update, unequal names or shapes, a value that is not finite, weights
            that do not fit.
    """
    share = _shares(weights, len(updates))
    names = sorted(updates[0])
    _check(tensors, updates, names)
    new, kept = {k: v.copy() for k, v in tensors.items()}, {}
    for name in names:
        mean = np.zeros(tensors[name].shape, np.float64)
        for s, update in zip(share, updates, strict=True):
            mean += s * update[name]
        before = velocity.get(name) if velocity else None
        speed = mean if before is None else momentum * before.astype(np.float64) + mean
        kept[name] = speed.astype(np.float32)
        new[name] = (tensors[name] + server_rate * speed).astype(np.float32)
    return Aggregate(new, kept)


def tail_mean(weights: Sequence[Mapping[str, NDArray[np.float32]]]) -> Arrays:
    """Mean of the weights after several rounds (Polyak & Juditsky 1992).

    Under noise the weights of one round wander around where learning has come to; their mean
    wanders less. A function of released weights only, so it costs no privacy.

    Args:
        weights: After each round, all with the same names; added in this order, in float64.

    Raises:
        InternalError: there are none, or names or shapes differ.
    """
    if not weights:
        raise InternalError("no weights to average")
    if len(weights) == 1:
        return {k: v.copy() for k, v in weights[0].items()}
    names = sorted(weights[0])
    for other in weights[1:]:
        if sorted(other) != names or any(other[n].shape != weights[0][n].shape for n in names):
            raise InternalError("weights of different rounds do not fit")
    out: Arrays = {}
    for name in names:
        total = np.zeros(weights[0][name].shape, np.float64)
        for one in weights:
            total += one[name]
        out[name] = (total / len(weights)).astype(np.float32)
    return out


def _shares(weights: Sequence[float] | None, n: int) -> NDArray[np.float64]:
    if n == 0:
        raise InternalError("no update to aggregate")
    w = np.ones(n) if weights is None else np.asarray(weights, np.float64)
    if w.shape != (n,) or not np.isfinite(w).all() or (w < 0).any() or w.sum() <= 0:
        raise InternalError("weights must be finite, not negative and one a merchant")
    shares: NDArray[np.float64] = w / w.sum()
    return shares


def _check(
    tensors: Mapping[str, NDArray[np.float32]],
    updates: Sequence[Mapping[str, NDArray[np.float32]]],
    names: list[str],
) -> None:
    for update in updates:
        if sorted(update) != names or not set(names) <= set(tensors):
            raise InternalError("updates name different tensors")
        for name, value in update.items():
            if value.shape != tensors[name].shape:
                raise InternalError(f"an update of {name} has the wrong shape")
            if not np.isfinite(value).all():
                raise InternalError(f"an update of {name} is not finite")
