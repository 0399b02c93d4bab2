"""As-of counts and sums: for each row, what one group did strictly before one time; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AsOf:
    """Past happenings of many groups, ready for "how many before t?" by binary search.

    Attributes:
        groups: int64 [G] sorted group numbers that have any happening.
        keys: int64 [M] sorted (place in `groups`) * span + time.
        order: int64 [M] from sorted place to the given place.
        times: int64 [M] sorted with the keys, seconds.
        span: Seconds from the first to past the last time.
        origin: The first time, seconds.
    """

    groups: Ints
    keys: Ints
    order: Ints
    times: Ints
    span: int
    origin: int

    @classmethod
    def build(cls, groups: Ints, times: Ints) -> AsOf:
        """Sort M happenings, given by group (negative = leave out) and time in seconds."""
        kept = np.flatnonzero(groups >= 0)
        names, codes = np.unique(groups[kept], return_inverse=True)
        times = times[kept]
        origin = int(times.min()) if len(times) else 0
        span = (int(times.max()) - origin if len(times) else 0) + 2
        keys = codes * span + (times - origin)
        order = np.argsort(keys, kind="stable")
        return cls(names, keys[order], kept[order], times[order], span, origin)

    def _bounds(self, groups: Ints, times: Ints) -> tuple[Ints, Ints]:
        """First place of the group and first place at or after the time, both [N]."""
        if not len(self.groups):
            none = np.zeros(len(groups), np.int64)
            return none, none
        place = np.minimum(np.searchsorted(self.groups, groups), len(self.groups) - 1)
        known = self.groups[place] == groups
        base = place * self.span
        within = np.clip(times - self.origin, 0, self.span - 1)
        low = np.searchsorted(self.keys, base, side="left")
        high = np.searchsorted(self.keys, base + within, side="left")
        return low, np.where(known, high, low)

    def count(self, groups: Ints, times: Ints) -> Ints:
        """[N] happenings of the group strictly before the time."""
        low, high = self._bounds(groups, times)
        return high - low

    def sum(self, values: Ints, groups: Ints, times: Ints) -> Ints:
        """[N] sum of `values` [M, in the given order] strictly before the time."""
        low, high = self._bounds(groups, times)
        total = np.concatenate([[0], np.cumsum(values[self.order])]).astype(np.int64)
        return total[high] - total[low]

    def last(self, groups: Ints, times: Ints) -> Ints:
        """[N] given place of the group's last happening before the time; -1 where none."""
        low, high = self._bounds(groups, times)
        if not len(self.order):
            return np.full(len(groups), -1, np.int64)
        return np.where(high > low, self.order[np.maximum(high - 1, 0)], -1)

    def seconds_since(self, groups: Ints, times: Ints) -> Ints:
        """[N] seconds since the group's last happening before the time; -1 where none."""
        low, high = self._bounds(groups, times)
        if not len(self.times):
            return np.full(len(groups), -1, np.int64)
        return np.where(high > low, times - self.times[np.maximum(high - 1, 0)], -1)


def pair(a: Ints, b: Ints, n_b: int) -> Ints:
    """One group number for two, [N]; negative where either is negative."""
    return np.where((a < 0) | (b < 0), -1, a * n_b + b)
