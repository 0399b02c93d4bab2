"""The demo, step by step; runs inside .venv (scripts/demo.py starts it)."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from demolib.harvest import audit_league, harvest
from demolib.league import League
from demolib.shell import DemoError, program
from demolib.shops import Shop, import_all
from demolib.words import epsilon_curve, facts, print_table
from sample import federation

#: A secure sum has five stages: fewer rounds than the recipe, so that the demo stays short.
ROUNDS: dict[str, int | None] = {"league": 24, "own": None}
QUICK_ROUNDS: dict[str, int | None] = {"league": 8, "own": 6}


@dataclass
class Steps:
    """Names, counts and times what happens."""

    total: int
    seconds: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Announce a step and time it."""
        print(f"[{len(self.seconds) + 1}/{self.total}] {name}", flush=True)
        began = time.monotonic()
        yield
        self.seconds.append((name, time.monotonic() - began))


def arguments() -> argparse.Namespace:
    """Flags of the demo."""
    p = argparse.ArgumentParser(prog="demo.py", description=__doc__)
    p.add_argument("--merchants", type=int, help="merchants as real processes (default 8; quick 6)")
    p.add_argument("--rounds", type=int, help="training rounds (default: the recipe's)")
    p.add_argument("--epsilon", type=float, default=3.0, help="budget of the league's run (3)")
    p.add_argument(
        "--mode",
        choices=("league", "own"),
        help="league: secure sums, the noise is shared (default from 4 merchants on); own: each its own",
    )
    p.add_argument(
        "--quick", action="store_true", help="fewer rounds, no comparison at epsilon 1 and 8"
    )
    p.add_argument(
        "--gui", action="store_true", help="open the window on one merchant's data afterwards"
    )
    p.add_argument("--out", type=Path, default=ROOT / "build" / "demo", help="where results go")
    a = p.parse_args()
    a.merchants = a.merchants or (6 if a.quick else 8)
    a.mode = a.mode or ("league" if a.merchants >= 4 else "own")
    return a


def show(line: dict[str, Any]) -> None:
    """One line of the run's progress."""
    if "progress" in line:
        print(f"      {line.get('step', '')}: {line.get('note', '')}", flush=True)


def run_league(a: argparse.Namespace, shops: list[Shop], steps: Steps, cut: str) -> dict[str, Any]:
    """Coordinator and nodes up, one run, everything down again."""
    league = League(a.out / "coordinator", a.out / "logs")
    try:
        with steps.step(f"starting the coordinator (TLS) and {len(shops)} merchants' nodes"):
            league.start(shops)
        options = ["--epsilon", str(a.epsilon), "--merchants-min", str(len(shops))]
        options += ["--train-before", cut, "--mode", a.mode]
        rounds = a.rounds or (QUICK_ROUNDS if a.quick else ROUNDS)[a.mode]
        options += ["--rounds", str(rounds)] if rounds else []
        noise = "the league's noise" if a.mode == "league" else "each merchant's own noise"
        with steps.step(f"learning together, epsilon {a.epsilon:g}, {noise}"):
            return league.run(options, show)
    finally:
        league.stop()


def main() -> None:
    """The whole loop."""
    a = arguments()
    began = time.monotonic()
    if a.out.exists():
        shutil.rmtree(a.out)
    a.out.mkdir(parents=True)
    steps = Steps(7)
    league = federation()
    cut = league.cut_at
    with steps.step(f"unpacking and importing {a.merchants} shops of the sample data"):
        shops = import_all(
            league.merchants[: a.merchants],
            a.out,
            a.epsilon,
            lambda s: print(f"      {s.name}", flush=True),
        )
    run = run_league(a, shops, steps, cut)
    with steps.step("audiences, ads and the auditor's check of every ledger"):
        audiences, audits = harvest(shops, a.out, 100)
    with steps.step("the auditor looks at both sides: ledgers, the operator's book, the model"):
        league_audit = audit_league(a.out)
    with steps.step("comparing with learning alone and with no privacy"):
        from demolib.compare import compare, recipe_of

        epsilons = [] if a.quick else [1.0, 3.0, 8.0]
        table = compare(
            shops, cut, recipe_of(run), epsilons, lambda s: print(f"      {s}", flush=True)
        )
    with steps.step("writing the report"):
        from demolib.report import write

        found = facts(shops, run, audiences, audits, table)
        found["epsilon_curve"] = epsilon_curve(table, a.epsilon)
        found["league_audit"] = league_audit
        found["mode"] = run["mode"]
        found["steps"] = steps.seconds
        found["seconds"] = time.monotonic() - began
        found["machine"] = (
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        report = write(found, a.out)
    print_table(found, report)
    open_window(a, shops[0])
    if not (found["ledgers_verified"] and league_audit["holds"]):
        sys.exit("The auditor found something that does not hold: see the report.")


def open_window(a: argparse.Namespace, shop: Shop) -> None:
    """The desktop on the first merchant's data, where there is a display or it was asked for."""
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if os.environ.get("CI") or not (a.gui or (display and sys.stdout.isatty())):
        print(f"open the window with: hansa-desktop --home {shop.home}")
        return
    subprocess.run([*program("hansa-desktop"), "--home", str(shop.home)], check=False)


if __name__ == "__main__":
    # a polite end (SIGTERM) takes the nodes and the coordinator down with it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except DemoError as e:
        sys.exit(f"The demo stopped: {e}\nLogs are in the folder 'logs' of the output folder.")
