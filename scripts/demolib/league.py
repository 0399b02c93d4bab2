"""The demo's league: one coordinator and one process per merchant, on loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demolib.shell import Background, DemoError, free_port, program, stream, verb
from demolib.shops import Shop


@dataclass
class League:
    """A running coordinator and its merchants' nodes."""

    home: Path
    logs: Path
    serve: Background | None = None
    nodes: list[Background] = field(default_factory=list)

    def start(self, shops: list[Shop]) -> None:
        """Coordinator up, every merchant enrolled with its own keys, every node online."""
        port = free_port()
        verb("hansa-server", "init", "--home", self.home, "--port", str(port))
        command = [*program("hansa-server"), "serve", "--home", str(self.home), "--json"]
        self.serve = Background.start("coordinator", command, self.logs / "coordinator.log")
        self.serve.wait_for('"serving"', 60)
        kit = self.home / "kit.json"
        verb("hansa-server", "kit", "--home", self.home, "--out", kit)
        for shop in shops:
            request = self.home / "requests" / f"{shop.folder}.json"
            request.parent.mkdir(parents=True, exist_ok=True)
            verb("hansa", "join", kit, "--home", shop.home, "--out", request)
            verb("hansa-server", "enrol", request, "--home", self.home, "--name", shop.name)
        for shop in shops:
            # of the sample's 35 shops one has no order yet: it takes part all the same
            command = [*program("hansa"), "node", "--anyway", "--home", str(shop.home), "--json"]
            log = self.logs / f"node-{shop.folder}.log"
            self.nodes.append(Background.start(shop.name, command, log))
        for node in self.nodes:
            node.wait_for('"online"', 240)

    def run(self, options: list[str], on_line: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """One whole run: rounds, evaluation, publishing. Returns the result line.

        Raises:
            DemoError: the run failed or published nothing.
        """
        command = [*program("hansa-server"), "run", "--home", str(self.home), "--json", *options]
        result: dict[str, Any] = {}
        for line in stream(command, self.logs / "run.log"):
            on_line(line)
            result = line
        if "bundle_digest" not in result:
            raise DemoError(f"The run published no model: {result}")
        return result

    def stop(self) -> None:
        """End what was started, nodes first."""
        for child in [*self.nodes, *([self.serve] if self.serve else [])]:
            child.stop()
