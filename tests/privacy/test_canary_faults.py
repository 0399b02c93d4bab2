"""Faults planted in the client's training, each in a process of its own, are flagged at epsilon 3."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from benchlib import canary as bench

pytestmark = [pytest.mark.privacy, pytest.mark.slow]


def test_every_planted_fault_has_its_check() -> None:
    tree = ast.parse(bench.FAULTY.read_text(encoding="utf-8"))
    planted = {
        f.name.replace("_", "-")
        for f in tree.body
        if isinstance(f, ast.FunctionDef) and f.decorator_list
    }
    assert planted == set(bench.FAULTS)


@pytest.mark.parametrize("name", bench.FAULTS)
def test_a_planted_fault_is_flagged_by_its_check(name: str) -> None:
    began = time.monotonic()
    found = bench.flags(bench.faulty(name, quick=True))
    assert bench.FAULTS[name] in found
    assert time.monotonic() - began < 180


def test_the_command_passes_the_sound_client_and_flags_a_faulty_one() -> None:
    program = [sys.executable, "-c", "from common.audit.canary_command import canary; canary()"]
    done = subprocess.run([*program, "--quick", "--json"], capture_output=True, text=True, cwd=ROOT)
    told = json.loads(done.stdout)
    assert done.returncode == 0 and told["verdict"] == "sound"
    assert len(told["code_digest"]) == 64 and told["same_program"] is not None
    worker = f"'{sys.executable}' '{bench.FAULTY}' half-noise"
    done = subprocess.run(
        [*program, "--quick", "--worker", worker], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 4 and "FLAGGED" in done.stdout and "noise.sigma" in done.stdout
