"""hansa-audit replay: epsilon after every charge of one export, computed again."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from common.audit.findings import examine
from common.audit.replay import whole
from common.terminal import emit, json_option

EXIT_BROKEN = 4


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def replay(path: Path, as_json: bool) -> None:
    """Compute epsilon again after every charge of one export, by both accountants.

    Alarms: a figure that the merchant was shown differs by more than 1e-9; PLD is above RDP by more
    than 1 %; an independent lower bound is more than 1 % below.
    """
    verdict, export = examine(path)
    again = whole(export) if export is not None else None
    problems = list(dict.fromkeys([*verdict.problems, *(again.problems if again else ())]))
    league = again is not None and any(s.alone is not None for s in again.steps)
    lines = [
        f"{'entry':>6}  {'at':20}  {'round':>5}  {'task':8}  {'outcome':7}  {'PLD':>8}  {'RDP':>8}"
        f"  {'shown':>8}{'  all others' if league else ''}"
    ]
    result = {**verdict.as_dict(), "holds": not problems, "steps": []}
    if again is not None:
        lines += [
            f"{s.sequence:>6}  {s.at:20}  {s.round:>5}  {s.task:8}  {s.outcome:7}  {s.pld:8.4f}  "
            f"{s.rdp:8.4f}  {'' if s.stated is None else format(s.stated, '8.4f'):>8}"
            f"{'' if s.alone is None else format(s.alone, '12.4f')}"
            for s in again.steps
        ]
        if again.low is not None and again.steps:
            lines.append(f"PLD lies between {again.low:.4f} and {again.steps[-1].pld:.4f}.")
        if league:
            lines.append(
                "PLD and RDP hold against the coordinator, the public and f colluding merchants; 'all "
                "others' if the coordinator and all other merchants collude."
            )
        lines += [f"note: {text}" for text in again.notes]
        result["steps"] = [asdict(s) for s in again.steps]
        result["lower_bound"] = again.low
        result["max_stated_difference"] = again.max_difference
    result["problems"] = [p.as_dict() for p in problems]
    lines += [f"! {p.text}" for p in problems]
    emit(result, as_json, "\n".join(lines))
    if problems:
        sys.exit(EXIT_BROKEN)
