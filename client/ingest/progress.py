"""Progress of an import in words: rows, rows a second, time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

#: Seconds before a speed is worth telling.
SETTLED_S = 1.0


@dataclass(slots=True)
class Progress:
    """One file on its way.

    Attributes:
        clock: Seconds, only going up.
    """

    clock: Callable[[], float] = time.monotonic
    _name: str = ""
    _began: float = 0.0
    _rows: int = 0
    _share: float = field(default=0.0)

    def note(self, name: str, n_rows: int, share: float) -> str:
        """Words about a file at this moment.

        Args:
            name: The file; another one starts the clock again.
            n_rows: Rows read so far.
            share: Share of the file that was read, 0 to 1.
        """
        now = self.clock()
        if name != self._name:
            # what an earlier run had read is none of this run's speed
            self._name, self._began, self._rows, self._share = name, now, n_rows, share
        words = [f"{n_rows:,} rows"]
        seconds = now - self._began
        if seconds >= SETTLED_S and n_rows > self._rows:
            words.append(f"{(n_rows - self._rows) / seconds:,.0f} rows/s")
            if share > self._share and share < 1:
                left = seconds * (1 - share) / (share - self._share)
                words.append(f"{_duration(left)} left")
        return ", ".join(words)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
