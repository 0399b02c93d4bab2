"""Cold starts stay light: the window, the facade and the command lines reach no engine."""

import subprocess
import sys

import pytest

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
