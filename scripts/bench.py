"""Speed, memory and error figures: `python3 scripts/bench.py AREA [--quick] --json`.

Every comparison runs side by side in one call; on shared machines read ratios, not seconds.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from bootstrap import go_inside

AREAS = ("data", "train", "score", "ledger", "federation", "ads", "gui")


def main() -> None:
    """Measure one area and print its figures."""
    p = argparse.ArgumentParser(prog="bench.py", description=__doc__)
    p.add_argument("area", choices=AREAS)
    p.add_argument("--quick", action="store_true", help="smaller inputs, the same comparisons")
    p.add_argument("--json", action="store_true", help="one JSON object")
    p.add_argument(
        "--data", type=Path, help="ads: folder of the public headline tests (packages.parquet)"
    )
    a = p.parse_args()
    go_inside()
    beside = ROOT.parent / "shared" / "data" / "upworthy_ab_headlines"
    data = a.data or (beside if beside.is_dir() else None)
    more = {"data": data} if a.area == "ads" else {}
    figures = importlib.import_module(f"benchlib.{a.area}").measure(quick=a.quick, **more)
    out = {
        "area": a.area,
        "command": f"python3 scripts/bench.py {a.area}{' --quick' if a.quick else ''} --json",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "figures": figures,
    }
    if a.json:
        print(json.dumps(out))
        return
    for name, value in figures.items():
        print(f"{name:32} {'-' if value is None else format(value, '.6g')}")


if __name__ == "__main__":
    main()
