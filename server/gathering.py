"""Gathering: who of the league is online, and the wait for the least number of merchants."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from common.errors import FederationError
from server.exchange import Grid
from server.registry import Registry
from server.rows import Merchant


class Gathering:
    """Who can be asked.

    Args:
        grid: Flower's.
        registry: Who is enrolled.
        run_id: Named in errors.
        wait_s: Longest wait for the least number.
        say: Told (step, note).
    """

    def __init__(
        self,
        grid: Grid,
        registry: Registry,
        run_id: str,
        wait_s: float,
        say: Callable[[str, str], None],
    ) -> None:
        self.grid, self.registry, self.run_id = grid, registry, run_id
        self.wait_s, self.say = wait_s, say

    def members(self) -> list[Merchant]:
        """Enrolled and not banned."""
        return [m for m in self.registry.merchants() if not m.banned_at]

    def online(self) -> dict[int, Merchant]:
        """Enrolled, not banned, connected; by node id."""
        online = {int(n) for n in self.grid.get_node_ids()}
        return {m.node_id: m for m in self.members() if m.node_id in online}

    def gather(self, least: int, of: Collection[str] | None = None) -> dict[int, Merchant]:
        """Wait for so many merchants.

        Args:
            least: How many.
            of: Fingerprints of those that count; None = everybody.

        Raises:
            FederationError: they do not come.
        """
        until = time.monotonic() + self.wait_s
        told = -1
        while True:
            here = self.online()
            if of is not None:
                here = {node: m for node, m in here.items() if m.fingerprint in of}
            if len(here) >= least:
                return here
            if time.monotonic() > until:
                raise self.too_few(len(here), least)
            if told != len(here):
                self.say("waiting", f"{len(here)} of {least} merchants online")
            told = len(here)
            time.sleep(0.3)

    def too_few(self, n: int, wanted: int) -> FederationError:
        """The error of a run that cannot go on now."""
        return FederationError(
            f"Too few merchants take part: {n}, where {wanted} were asked or are needed.",
            where=f"run {self.run_id}",
            safe="Every finished round is kept in the registry; nothing was published.",
            todo="See who is online with 'hansa-server merchants' and why they said no with "
            f"'hansa-server rounds {self.run_id}', then: hansa-server run --resume {self.run_id}",
        )
