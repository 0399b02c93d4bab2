"""Cold starts stay light: the window, the facade and the command lines reach no engine."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "opacus", "transformers", "dp_accounting", "flwr", "onnx", "scipy")


@pytest.mark.parametrize(
    "module",
    [
        "client.cli",
        "client.api",
        "client.consent",
        "server.cli",
        "server.admission",
        "common.ledger",
    ],
)
def test_module_reaches_no_heavy_library(module):
    code = f"import sys, {module}; print(sorted(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("program", ["client.cli", "server.cli"])
def test_help_costs_no_engine(program):
    code = (
        f"import sys; sys.argv=['x','--help']\nfrom {program} import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print(sorted(m for m in {HEAVY!r} if m in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().endswith("[]")


def test_the_contract_names_every_room_of_the_client():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    named = next(c for c in contracts if c["name"].startswith("gui uses"))["forbidden_modules"]
    rooms = {
        f"client.{p.stem}"
        for p in (ROOT / "client").iterdir()
        if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert rooms - {"client.__init__", "client.api"} == set(named) - {"server"}
