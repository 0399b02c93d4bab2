"""Why a score: Shapley values over named feature groups, in log-odds, adding up exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.domain import Reason
from common.features import Encoded, FeatureSpec

Logit = Callable[[Encoded], NDArray[np.floating]]
#: Antithetic pairs of orders. One is exact for a model whose terms join at most two groups, as
#: ours does; a second costs little and covers a model of a later version.
PAIRS = 2
N_BACKGROUND = 24
_MAX_ROWS = 1 << 18
#: Effects on the odds below 5 % are no reason.
_WORTH = float(np.log(1.05))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Contributions of groups to log-odds.

    Attributes:
        groups: Names, G of them.
        base: Mean log-odds of the background rows.
        values: float64 [N, G]; `base + values.sum(1)` is each row's log-odds.
    """

    groups: tuple[str, ...]
    base: float
    values: NDArray[np.float64]


def explain(
    logit: Logit, spec: FeatureSpec, rows: Encoded, background: Encoded, seed: int = 0
) -> Explanation:
    """Shapley values by antithetic permutation sampling (Mitchell et al. 2022).

    A group's columns move together from a background row's values to the row's own. Every order
    of the groups gives contributions that add up to the row's log-odds minus the base, so their
    mean does too. Says what the model used, not what causes a conversion.

    Args:
        logit: Encoded rows [M] to log-odds [M].
        spec: Names the groups and their columns.
        rows: The N rows to explain.
        background: B rows to compare with, usually the shop's own.
        seed: Chooses the orders; the result hardly depends on it.
    """
    masks = _columns(spec)
    orders = _orders(len(masks[0]), seed)
    n, b = len(rows.ids), len(background.ids)
    values = np.zeros((n, len(masks[0])))
    base = float(logit(background).mean())
    chunk = max(1, _MAX_ROWS // max(1, b))
    for start in range(0, n, chunk):
        part = slice(start, min(start + chunk, n))
        size = part.stop - part.start
        for order in orders:
            before = np.full(size, base)
            taken = np.zeros(len(masks[0]), bool)
            for g in order:
                taken[g] = True
                mixed = _mix(rows, part, background, masks, taken)
                after = logit(mixed).astype(np.float64).reshape(size, b).mean(1)
                values[part, g] += after - before
                before = after
    return Explanation(tuple(spec.groups()), base, values / len(orders))


def reasons(groups: Sequence[str], value: NDArray[np.floating], n: int = 3) -> tuple[Reason, ...]:
    """The n groups that raised the odds most, worded as what the model used.

    Args:
        groups: G names.
        value: [G] contributions in log-odds.
        n: At most so many; groups that hardly matter or that lower the odds are left out.
    """
    found = []
    for g in np.argsort(-value)[:n]:
        if value[g] < _WORTH:
            break
        factor = float(np.exp(value[g]))
        text = f"the model used '{groups[g]}' (odds times {factor:.1f})"
        found.append(Reason(groups[g], factor, text))
    return tuple(found)


def background_of(encoded: Encoded, n: int = N_BACKGROUND) -> Encoded:
    """At most `n` rows, evenly spread over those given: a small picture of the average row."""
    picked = np.unique(np.linspace(0, max(0, len(encoded.ids) - 1), n).astype(np.int64))
    picked = picked[: len(encoded.ids)]
    return Encoded(encoded.ids[picked], encoded.numeric[picked])


def _columns(spec: FeatureSpec) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which columns each group holds: [G, F] and [G, D]."""
    names = list(spec.groups().values())
    ids = np.array([[c in group for c in spec.categorical_names] for group in names])
    numeric = np.array([[c in group for c in spec.numeric_names] for group in names])
    return ids, numeric.reshape(len(names), spec.n_numeric)


def _orders(n_groups: int, seed: int) -> list[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    out: list[NDArray[np.int64]] = []
    for _ in range(PAIRS):
        order = rng.permutation(n_groups).astype(np.int64)
        out += [order, order[::-1]]
    return out


def _mix(
    rows: Encoded,
    part: slice,
    background: Encoded,
    masks: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    taken: NDArray[np.bool_],
) -> Encoded:
    """Rows times background, [n * B, ...]: taken groups from the row, the rest from behind."""
    own_ids, own_numeric = masks[0][taken].any(0), masks[1][taken].any(0)
    ids = np.where(own_ids, rows.ids[part][:, None], background.ids[None])
    numeric = np.where(own_numeric, rows.numeric[part][:, None], background.numeric[None])
    return Encoded(ids.reshape(-1, ids.shape[-1]), numeric.reshape(-1, numeric.shape[-1]))
