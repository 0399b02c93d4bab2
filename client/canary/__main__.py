"""`python -m client.canary --out DIR`: trains on planted shoppers and writes down what came out."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

import click
import numpy as np

from common.audit.canary_plan import SCHEMA, CanaryPlan
from common.errors import InputError, UserFacing
from common.terminal import emit, json_option


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--plan", "plan_path", type=click.Path(dir_okay=False, path_type=Path), required=True)
@json_option
def worker(out: Path, plan_path: Path, as_json: bool) -> None:
    """Run the client's own training on a scratch shop; 'hansa-audit canary' judges the result."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        canary = CanaryPlan.from_dict(json.loads(plan_path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as e:
        raise InputError("The canary plan cannot be read.", where=plan_path.name) from e
    facts = run(canary, out)
    emit(facts, as_json, f"Observations are in {out}")


def run(canary: CanaryPlan, out: Path) -> dict[str, object]:
    """Run every probe and write `observations.npz` and `observations.json`.

    Returns:
        What went into the JSON file.
    """
    # imported here: --help must not cost the start of torch
    from client.canary.probes import draws, noise, planted, sums
    from client.canary.two_rounds import through_the_door
    from common.program import code_digest

    seen = {**sums(canary), **noise(canary), **draws(canary), **planted(canary)}
    door, door_facts = through_the_door(canary)
    facts: dict[str, object] = {
        "schema": SCHEMA,
        "code_digest": code_digest(),
        "plan": canary.as_dict(),
        "versions": {name: version(name) for name in ("hansa", "torch", "opacus", "numpy")},
        "door": door_facts,
    }
    out.mkdir(parents=True, exist_ok=True)
    np.savez(out / "observations.npz", allow_pickle=False, **seen, **door)
    (out / "observations.json").write_text(json.dumps(facts), encoding="utf-8")
    return facts


def main() -> None:
    """Run the worker; an error a person may read becomes words and an exit code."""
    try:
        worker.main(standalone_mode=True)
    except UserFacing as e:
        click.echo(f"error: {e.what}", err=True)
        sys.exit(e.exit_code)


if __name__ == "__main__":
    main()
