"""hansa-audit canary: runs the client's own training on planted shoppers and judges what came out."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from common.audit.canary_plan import CanaryPlan
from common.errors import InputError, InternalError
from common.privacy import DELTA_BY_TIER, PrivacyBudget
from common.recipe import DEFAULT
from common.terminal import emit, json_option

if TYPE_CHECKING:
    from common.audit.canary_judge import CanaryVerdict

EXIT_FLAGGED = 4
#: The worker is given up after this; an audit takes about half a minute.
LIMIT_S = 900
WORKER = (sys.executable, "-m", "client.canary")
_WIDTH = 27


@click.command()
@click.option("--epsilon", default=3.0, show_default=True, help="The claim that is audited.")
@click.option("--delta", default=DELTA_BY_TIER["small"], show_default=True, help="Of the claim.")
@click.option("--sampling-rate", default=DEFAULT.sampling_rate, show_default=True, help="q.")
@click.option("--rounds", default=DEFAULT.rounds, show_default=True, help="Rounds of the claim.")
@click.option("--clip-norm", default=DEFAULT.clip_norm, show_default=True, help="C.")
@click.option("--quick", is_flag=True, help="Fewer runs and canaries: less power, no more alarms.")
@click.option("--explain", is_flag=True, help="Say of every check what it would have found.")
@click.option("--worker", help="Another command than 'python -m client.canary', as one string.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep plan and observations in this folder.",
)
@json_option
def canary(
    epsilon: float,
    delta: float,
    sampling_rate: float,
    rounds: int,
    clip_norm: float,
    quick: bool,
    explain: bool,
    worker: str | None,
    keep: Path | None,
    as_json: bool,
) -> None:
    """Audit the client's own training code with planted shoppers.

    Runs sums with and without a shopper, noise alone, draws of batches and planted canaries, and
    compares what came out with what the accountant was told. Exit code 0: sound; 4: flagged;
    2: could not be run.
    """
    began = time.monotonic()
    asked = claim(epsilon, delta, sampling_rate, rounds, clip_norm, quick=quick)
    command = tuple(shlex.split(worker)) if worker else WORKER
    if keep:
        verdict = audit(asked, command, keep)
    else:
        with TemporaryDirectory(prefix="hansa-audit-") as folder:
            verdict = audit(asked, command, Path(folder))
    took = time.monotonic() - began
    same = is_this_program(verdict.code_digest)
    result = {**verdict.as_dict(), "same_program": same, "seconds": round(took, 1)}
    emit(result, as_json, table(verdict, took, same, explain=explain))
    if not verdict.sound:
        sys.exit(EXIT_FLAGGED)


def claim(
    epsilon: float,
    delta: float,
    sampling_rate: float = DEFAULT.sampling_rate,
    rounds: int = DEFAULT.rounds,
    clip_norm: float = DEFAULT.clip_norm,
    *,
    quick: bool = False,
) -> CanaryPlan:
    """A plan whose sigma is calibrated for the claim, with fresh coins.

    Raises:
        InputError: a figure is out of bounds.
        BudgetExhausted: no noise is enough for it.
    """
    # imported here: the accountants take a second to load, --help must not
    from common.accounting import calibrate

    try:
        probe = CanaryPlan(
            1.0, epsilon, delta, sampling_rate, rounds, clip_norm, seed=secrets.randbits(62)
        )
        sigma = calibrate(PrivacyBudget(epsilon, delta), sampling_rate, rounds)
    except ValueError as e:
        raise InputError(
            f"This claim cannot be audited: {e}.",
            safe="Nothing was run.",
            todo="Correct the option; 'hansa-audit canary --help' lists them.",
        ) from e
    plan = replace(probe, noise_multiplier=sigma)
    return replace(plan, n_canaries=300, n_noise=48, n_draws=64) if quick else plan


def audit(plan: CanaryPlan, worker: Sequence[str], folder: Path) -> CanaryVerdict:
    """Run a worker in its own process and judge what it wrote.

    Args:
        plan: What to run.
        worker: Command that takes `--out DIR --plan FILE`.
        folder: For the plan and the observations.

    Raises:
        InputError: the worker could not be run, or wrote nothing that can be judged.
    """
    from common.audit.canary_judge import judge
    from common.audit.canary_observed import read

    folder.mkdir(parents=True, exist_ok=True)
    asked = folder / "plan.json"
    asked.write_text(json.dumps(plan.as_dict()), encoding="utf-8")
    # an answer to an earlier plan must not be judged as one to this
    for name in ("observations.json", "observations.npz"):
        (folder / name).unlink(missing_ok=True)
    environment = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", **os.environ}
    command = [*worker, "--out", str(folder), "--plan", str(asked)]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as e:
        raise _not_run(type(e).__name__) from e
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise _not_run(f"it ended with code {done.returncode}: {said[:200]}")
    return judge(read(folder, plan))


def is_this_program(code_digest: str) -> bool | None:
    """Whether the worker ran the program that is installed here; None where that is not known."""
    from common import program

    try:
        return program.code_digest() == code_digest
    except InternalError:
        return None


def table(
    verdict: CanaryVerdict, took_s: float, same: bool | None, *, explain: bool = False
) -> str:
    """The verdict for people: one line a check, and what each would have found."""
    plan = verdict.plan
    known = {True: "the one installed here", False: "NOT the one installed here"}
    word = "not known here" if same is None else known[same]
    lines = [
        f"program {verdict.code_digest[:16]}, {word}",
        f"claim   epsilon {verdict.claimed:.4f} at delta {verdict.delta:g}: {plan['rounds']} rounds, "
        f"q {plan['sampling_rate']:g}, sigma {plan['noise_multiplier']:.4f}, C {plan['clip_norm']:g}",
        "",
    ]
    for check in verdict.checks:
        lines.append(f"{'ok  ' if check.passed else 'FLAG'}  {check.code:<{_WIDTH}} {check.text}")
        if check.power and (explain or not check.passed):
            lines.append(f"{'':{_WIDTH + 6}} (what it looks for: {check.power})")
    n, bad = len(verdict.checks), len(verdict.flagged)
    lines += [
        "",
        f"SOUND: all {n} checks hold." if verdict.sound else f"FLAGGED: {bad} of {n} checks fail.",
        f"A sound client is flagged at most once in {1 / verdict.false_alarm:,.0f} audits. "
        f"{took_s:.0f} s.",
    ]
    return "\n".join(lines)


def _not_run(why: str) -> InputError:
    return InputError(
        f"The canary worker could not be run: {why}.",
        safe="No verdict was given.",
        todo="Install the client beside the auditor: pip install 'hansa[client,audit]'.",
    )
