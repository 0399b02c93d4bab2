"""Child processes of the demo: run a verb and read its JSON, keep servers, end what was started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any


class DemoError(Exception):
    """A step of the demo failed; the text is for a person."""


def program(name: str) -> list[str]:
    """How to start one of our console scripts from this very environment."""
    module = {
        "hansa": "client",
        "hansa-server": "server.cli",
        "hansa-audit": "common.audit",
        "hansa-desktop": "gui",
    }
    return [sys.executable, "-m", module[name]]


def last_json(text: str) -> dict[str, Any]:
    """The result line of a `--json` verb: the last line that is a JSON object."""
    for line in reversed(text.strip().splitlines()):
        if line.startswith("{"):
            value = json.loads(line)
            if isinstance(value, dict):
                return value
    return {}


def verb(name: str, *args: str | Path, ok: tuple[int, ...] = (0,)) -> dict[str, Any]:
    """Run one of our commands with `--json` and return its result.

    Raises:
        DemoError: it ended with another exit code; its own words are in the message.
    """
    command = [*program(name), *[str(a) for a in args], "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in ok:
        words = (done.stdout + done.stderr).strip()[-2000:]
        raise DemoError(f"'{name} {' '.join(str(a) for a in args)}' failed:\n{words}")
    return last_json(done.stdout)


def free_port() -> int:
    """A TCP port that is free on loopback now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class Background:
    """A child that goes on; ended by its own pid."""

    name: str
    process: subprocess.Popen[str]
    log: Path
    out: IO[str]

    @classmethod
    def start(cls, name: str, command: list[str], log: Path) -> Background:
        """Start it with its output in a log file."""
        log.parent.mkdir(parents=True, exist_ok=True)
        out = log.open("w", encoding="utf-8")
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, text=True)
        return cls(name, process, log, out)

    def wait_for(self, word: str, seconds: float) -> None:
        """Wait until the log holds the word.

        Raises:
            DemoError: the process ended or the time ran out; the end of the log is shown.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = self.log.read_text(encoding="utf-8", errors="replace")
            if word in text:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise DemoError(f"{self.name} did not come up:\n{self.log.read_text()[-2000:]}")

    def stop(self, patience_s: float = 10) -> None:
        """Ask with SIGTERM, then insist."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.out.close()


def stream(command: list[str], log: Path) -> Iterator[dict[str, Any]]:
    """Run a `--json` verb and yield its lines as they come.

    Raises:
        DemoError: it failed; the end of its output is in the message.
    """
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        with log.open("w", encoding="utf-8") as out:
            for line in process.stdout or ():
                out.write(line)
                out.flush()
                if line.startswith("{"):
                    yield json.loads(line)
        if process.wait():
            raise DemoError(f"{' '.join(command[2:5])} failed:\n{log.read_text()[-2500:]}")
    finally:
        if process.poll() is None:
            process.terminate()


def rss_mb(pid: int) -> float:
    """Resident memory of a process in MB, 0 where /proc is missing."""
    path = Path(f"/proc/{pid}/statm")
    if not path.exists():
        return 0.0
    return int(path.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
