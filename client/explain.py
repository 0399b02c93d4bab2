"""Why a score: Shapley values over named feature groups, in log-odds, adding up exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.domain import Reason
from common.features import Encoded, FeatureSpec

Logit = Callable[[Encoded], NDArray[np.floating]]
#: Antithetic pairs of orders: 8 permutations and 16 rows behind agree with exact Shapley values of
#: an attention model (Spearman .98, measured). One pair is exact where terms join at most two groups.
PAIRS = 4
N_BACKGROUND = 16
_MAX_ROWS = 1 << 18
#: Contributions below this, in log-odds (5 % of the odds), are no reason.
WORTH = 0.05


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
    columns = _columns(spec)
    coalitions, place = _coalitions(_orders(len(columns[0]), seed))
    n, b = len(rows.ids), len(background.ids)
    worth = np.empty((len(coalitions), n))
    base = float(logit(background).mean(dtype=np.float64))
    worth[0], worth[-1] = base, logit(rows)
    between = coalitions[1:-1]
    chunk = max(1, _MAX_ROWS // max(1, b * len(between)))
    for start in range(0, n, chunk):
        part = slice(start, min(start + chunk, n))
        mixed = _mix(rows, part, background, columns, between)
        found = logit(mixed).astype(np.float64)
        worth[1:-1, part] = found.reshape(len(between), part.stop - part.start, b).mean(2)
    steps = np.diff(worth[place], axis=1)  # [orders, G, n]: what each group added in its turn
    values = np.zeros((n, len(columns[0])))
    for order, step in zip(_orders(len(columns[0]), seed), steps, strict=True):
        values[:, order] += step.T
    return Explanation(tuple(spec.groups()), base, values / len(steps))


def reasons(
    groups: Sequence[str],
    value: NDArray[np.floating],
    n: int = 3,
    *,
    both_ways: bool = False,
    behind: str = "those who may be addressed",
) -> tuple[Reason, ...]:
    """The n groups that moved the odds most, worded as what the model used.

    Args:
        groups: G names.
        value: [G] contributions in log-odds.
        n: At most so many; groups that hardly matter are left out.
        both_ways: Also groups that lower the odds; without it only those that raise them.
        behind: With whom or what it was compared, in words.
    """
    found = []
    for g in np.argsort(-(np.abs(value) if both_ways else value), kind="stable")[:n]:
        if (abs(value[g]) if both_ways else value[g]) < WORTH:
            break
        factor = float(np.exp(value[g]))
        text = f"the model used '{groups[g]}' (odds times {factor:.2f} against {behind})"
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


def _coalitions(
    orders: list[NDArray[np.int64]],
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Every set of groups that the orders pass through, once each: nobody [0] to everybody [-1].

    Returns:
        The sets [U, G], and the place of each order's prefixes among them [orders, G + 1].
    """
    n = len(orders[0])
    prefixes = np.zeros((len(orders), n + 1, n), np.bool_)
    for i, order in enumerate(orders):
        prefixes[i] = np.argsort(order)[None, :] < np.arange(n + 1)[:, None]
    sets, place = np.unique(prefixes.reshape(-1, n), axis=0, return_inverse=True)
    return sets, place.reshape(len(orders), n + 1).astype(np.int64)


def _mix(
    rows: Encoded,
    part: slice,
    background: Encoded,
    columns: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    taken: NDArray[np.bool_],
) -> Encoded:
    """Sets [U, G] times rows times background: taken groups from the row, the rest from behind."""

    def mix(
        own: NDArray[np.bool_], row: NDArray[np.generic], behind: NDArray[np.generic]
    ) -> NDArray[Any]:
        # a column is taken where its one group is: [U, G] @ [G, columns]
        mixed = np.where((taken @ own)[:, None, None], row[:, None], behind[None])
        return mixed.reshape(-1, row.shape[-1])

    return Encoded(
        mix(columns[0], rows.ids[part], background.ids),
        mix(columns[1], rows.numeric[part], background.numeric),
    )
