"""Which counts a parity report hides: those of few people, and as many more as these would follow from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def shown_groups(n_all: Sequence[int], n_elsewhere: int, floor: int) -> list[int]:
    """Places of the groups to show, largest first.

    One with fewer people than the floor is not shown. How many there are in all may be known, so
    the people who are in no group that is shown must not be few either: then the smallest that
    would be shown goes too.

    Args:
        n_all: Addressable people of each group.
        n_elsewhere: Addressable people in no group.
        floor: The size floor.
    """
    order = [int(i) for i in np.argsort(-np.array(n_all, np.int64), kind="stable")]
    shown = [i for i in order if n_all[i] >= floor]
    gone = sum(n_all[i] for i in order if n_all[i] < floor)
    if gone and gone + n_elsewhere < floor:
        shown = shown[:-1]
    return shown


def beside(
    n_in: Sequence[int], n_all: Sequence[int], floor: int, spare: int | None = None
) -> NDArray[np.bool_]:
    """Which counts [G] to hide beside those under the floor (complementary suppression).

    The sum of all is known, so the sum of those that are hidden is. As many are hidden as it takes
    for every count under the floor to be anything from 0 to the floor less 1 for who knows that
    sum, that counts hidden beside are not under the floor, and how large the groups are
    (Cox 1980, for one sum). One that is enough is taken before several, the smallest first.

    Args:
        n_in: People of each group in the audience.
        n_all: Of each group, at least as many.
        floor: The size floor.
        spare: Place of a group that is hidden last: others are compared with it.
    """
    counts, sizes = np.array(n_in, np.int64), np.array(n_all, np.int64)
    few = counts < floor
    out = np.zeros(len(counts), np.bool_)
    while few.any() and not _safe(counts, sizes, few, out, floor) and not (few | out).all():
        left = [int(i) for i in np.flatnonzero(~few & ~out)]
        left.sort(key=lambda i: (i == spare, counts[i], i))
        enough = [i for i in left if _safe(counts, sizes, few, _with(out, i), floor)]
        largest = [i for i in left if i != spare] or left
        out = _with(out, enough[0] if enough else largest[-1])
    return out


def _safe(
    counts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    few: NDArray[np.bool_],
    more: NDArray[np.bool_],
    floor: int,
) -> bool:
    total = int(counts[few | more].sum())
    highest = (int(few.sum()) - 1) * (floor - 1) + int(sizes[more].sum())
    return floor - 1 + floor * int(more.sum()) <= total <= highest


def _with(mask: NDArray[np.bool_], place: int) -> NDArray[np.bool_]:
    out = mask.copy()
    out[place] = True
    return out
