"""Bells: who waits for a message, and for whom none can be there; from any thread, over several event loops."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterable

#: A waiter's event, and the loop that it may be set in.
Waiting = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Bells:
    """Who waits, by node id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: defaultdict[int, set[Waiting]] = defaultdict(set)
        #: messages that came for a node since it was told that there is none; absent = not known
        self._came: dict[int, int] = {}

    def listen(self, node: int) -> Waiting:
        """Listen for a node; what rings from now on is not missed."""
        one = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            self._waiting[node].add(one)
        return one

    def leave(self, node: int, one: Waiting) -> None:
        """Stop listening."""
        with self._lock:
            self._waiting[node].discard(one)
            if not self._waiting[node]:
                del self._waiting[node]

    def ring(self, nodes: Iterable[int]) -> None:
        """There is a message for these, as often as they are named."""
        woken: list[Waiting] = []
        with self._lock:
            for node in nodes:
                if node in self._came:
                    self._came[node] += 1
                woken += self._waiting.get(node, ())
        for loop, event in set(woken):
            try:
                loop.call_soon_threadsafe(event.set)
            except RuntimeError:  # the loop has ended with its listener
                continue

    def told(self, node: int, n_messages: int, *, missed: bool) -> None:
        """A node was told so many messages; `missed`: one rang while it asked."""
        with self._lock:
            if n_messages:
                self._came[node] = max(0, self._came.get(node, 1) - n_messages)
            elif not missed:
                self._came[node] = 0

    def came(self, node: int) -> int:
        """Messages that came for it since it was told everything; 0 also where that is not known."""
        with self._lock:
            return self._came.get(node, 0)

    def silent(self, node: int) -> bool:
        """Nothing came for it since it was told everything: there is no need to look."""
        with self._lock:
            return self._came.get(node) == 0
