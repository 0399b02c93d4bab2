"""A real league on loopback for the e2e tests: coordinator and merchants as processes over TLS."""

import gzip
import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "completejourney"
PACKAGES = ("client", "common", "server", "gui")
MARKS = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(not SAMPLE.exists(), reason="the sample data is not here"),
    pytest.mark.skipif(os.name == "nt", reason="signals of Unix"),
]
#: Four of the sample's smallest, with conversions in them. The last is enrolled, but nothing runs
#: for it before a test starts Flower's own node in its place, or the secure sums ask for four.
MERCHANTS = ("m1011", "m1318", "m5846", "m0201")
QUICK = [
    "--local-steps",
    "1",
    "--sampling-rate",
    "0.1",
    "--epsilon",
    "2",
    "--train-before",
    "2017-10-30",
    "--straggler-seconds",
    "4",
    "--wait",
    "90",
    "--round-seconds",
    "300",  # for machines with more to do: a round ends when all have answered
    "--no-gates",  # a round or two of noise are no model; the gates have tests of their own
]


def snapshot(folder):
    """The program as it is now: its digest must not change while a test runs."""
    for package in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, folder / package, ignore=ignore)
    return folder


class Process:
    """A verb that runs in the background; its JSON lines are read from its log."""

    def __init__(self, code, module, arguments, log):
        self.log = log
        environment = {
            **os.environ,
            "PYTHONPATH": str(code),
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
        }
        with log.open("ab") as out:
            self.child = subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments), "--json"],
                cwd=code, env=environment, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def lines(self):
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return [x for x in found if isinstance(x, dict)]

    def wait_for(self, holds, seconds=90.0, since=0):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for line in self.lines()[since:]:
                if holds(line):
                    return line
            if self.child.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{self.log.name}:\n{self.log.read_text(errors='replace')[-3000:]}")

    def result(self, seconds=600.0):
        """Exit code and last line."""
        code = self.child.wait(seconds)
        lines = self.lines()
        assert lines, self.log.read_text(errors="replace")[-3000:]
        return code, lines[-1]

    def end(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait(10)
        return self.child.returncode


def column(home, sql, *values):
    """First column of a query, on a connection that is closed at once.

    One that lingers would read stale files: copying a database in this process drops its locks.
    """
    with closing(sqlite3.connect(f"file:{home / 'hansa.db'}?mode=ro", uri=True)) as db:
        return [r[0] for r in db.execute(sql, values)]


def ledger(home):
    return column(home, "SELECT kind FROM ledger ORDER BY sequence")


class League:
    """One coordinator and its merchants."""

    def __init__(self, folder, code):
        self.folder, self.code, self.home = folder, code, folder / "coordinator"
        self.processes, self.nodes, self.counter = [], {}, itertools.count(1)
        self.server("init", "--port", "0")
        self.serving = self.start("server.cli", ["serve", "--home", self.home], "serve")
        self.serving.wait_for(lambda x: x.get("state") == "serving", 60)
        self.kit = folder / "kit.json"
        self.server("kit", "--out", self.kit)

    def start(self, module, arguments, name, code=None):
        log = self.folder / f"{next(self.counter):02}-{name}.log"
        process = Process(code or self.code, module, arguments, log)
        self.processes.append(process)
        return process

    def call(self, module, *arguments):
        process = self.start(module, arguments, str(arguments[0]))
        code, last = process.result()
        assert code == 0, last
        return last

    def server(self, verb, *arguments):
        return self.call("server.cli", verb, *arguments, "--home", self.home)

    def at_once(self, *calls):
        """Several verbs, two at a time: most of a verb is the start of its process."""
        with ThreadPoolExecutor(2) as side_by_side:
            return list(side_by_side.map(lambda c: self.call(*c), calls))

    def merchant(self, name):
        """A shop with the sample's rows, joined and enrolled; its folder."""
        home, files = self.folder / name, self.folder / f"{name}-files"
        files.mkdir()
        for packed in sorted((SAMPLE / name).glob("*.csv.gz")):
            (files / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
        self.call("client", "init", "--home", home, "--name", name)
        with (home / "hansa.toml").open("a") as toml:
            toml.write("\n[policy]\nepsilon = 20\n")
        self.call("client", "import", *sorted(files.iterdir()), "--home", home)
        self.enrol(home, name)
        return home

    def enrol(self, home, name):
        request = self.folder / f"{name}.json"
        self.call("client", "join", self.kit, "--home", home, "--out", request)
        self.server("enrol", request)

    def node(self, home):
        process = self.start("client", ["node", "--anyway", "--home", home], f"node-{home.name}")
        self.nodes[home.name] = process
        return process

    def online(self):
        for node in self.nodes.values():
            node.wait_for(lambda x: x.get("state") == "online")

    def run(self, *arguments, code=None):
        command = ["run", "--home", self.home, *arguments]
        return self.start("server.cli", command, "run", code)

    def stop(self):
        for process in reversed(self.processes):
            process.end()
