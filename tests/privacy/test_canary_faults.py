"""Faults planted in the client's training, each in a process of its own, are flagged at epsilon 3."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from common.audit.canary_command import claim
from common.audit.canary_judge import judge
from common.audit.canary_observed import read
from common.audit.canary_plan import CanaryPlan

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


@pytest.fixture(scope="module")
def quick() -> CanaryPlan:
    return claim(bench.EPSILON, bench.DELTA, quick=True)


@pytest.fixture(scope="module")
def worker() -> Iterator[subprocess.Popen[str]]:
    """Starts once; every fault is planted in a fork of it."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, str(bench.FAULTY), "--serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        yield process


def flags(worker: subprocess.Popen[str], name: str, plan: CanaryPlan, folder: Path) -> set[str]:
    """What is flagged with this fault planted; "" plants none."""
    (folder / "plan.json").write_text(json.dumps(plan.as_dict()), encoding="utf-8")
    assert worker.stdin and worker.stdout
    worker.stdin.write(json.dumps([name, str(folder)]) + "\n")
    worker.stdin.flush()
    assert worker.stdout.readline() == "0\n"
    return bench.flags(judge(read(folder, plan)))


def sized(quick: CanaryPlan, check: str) -> CanaryPlan:
    """The plan of `--quick`, and of what this check does not look at the least that can be run."""
    family = check.split(".")[0]
    return replace(
        quick,
        n_canaries=50,
        n_noise=quick.n_noise if family == "noise" else 8,
        n_draws=quick.n_draws if family == "sampler" else 8,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("name", bench.FAULTS)
def test_a_planted_fault_is_flagged_by_its_check(
    name: str, quick: CanaryPlan, worker: subprocess.Popen[str], tmp_path: Path
) -> None:
    check = bench.FAULTS[name]
    assert check in flags(worker, name, sized(quick, check), tmp_path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_without_a_fault_the_same_few_runs_flag_nothing(
    quick: CanaryPlan, worker: subprocess.Popen[str], tmp_path: Path
) -> None:
    least = sized(quick, "")
    assert flags(worker, "", least, tmp_path) == set()


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
