"""hansa-audit: verify and replay ledger exports; exit code 0 = all hold, 4 = something is broken."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from common import __version__
from common.terminal import emit, json_option, run_group

if TYPE_CHECKING:
    from common.audit.findings import Verdict

EXIT_BROKEN = 4


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hansa-audit")
def audit() -> None:
    """Check what merchants charged to their privacy budgets. Works offline."""


@audit.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--merchant",
    "merchants",
    multiple=True,
    help="An expected merchant: fingerprint (32 hex digits) or public key (64); repeatable.",
)
@json_option
def verify(paths: tuple[Path, ...], merchants: tuple[str, ...], as_json: bool) -> None:
    """Check ledger exports: chain, signatures, pairing, and epsilon by two accountants.

    PATHS are files made by 'hansa ledger export', or folders of them.
    """
    # imported here: the accountants take a second to load, --help must not
    from common.audit.findings import compare, examine, find_files, fingerprint_of

    trusted = [fingerprint_of(text) for text in merchants]
    looked = [examine(path, trusted) for path in find_files(paths)]
    together = compare([(v.where, export) for v, export in looked if export is not None])
    holds = not together and all(v.holds for v, _ in looked)
    result = {
        "holds": holds,
        "ledgers": [v.as_dict() for v, _ in looked],
        "problems": [p.as_dict() for p in together],
    }

    text = [line for v, _ in looked for line in _words(v)] + [f"BROKEN {p.text}" for p in together]
    emit(result, as_json, "\n".join(text))
    if not holds:
        sys.exit(EXIT_BROKEN)


@audit.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def replay(path: Path, as_json: bool) -> None:
    """Compute epsilon again after every charge of one export, by both accountants."""
    from common.audit import findings

    verdict, export = findings.examine(path)
    steps = findings.replay(export) if export is not None else []
    lines = [
        f"{'entry':>6}  {'at':20}  {'round':>5}  {'task':8}  {'outcome':7}  {'PLD':>8}  {'RDP':>8}"
    ]
    lines += [
        f"{s.sequence:>6}  {s.at:20}  {s.round:>5}  {s.task:8}  {s.outcome:7}  {s.pld:8.4f}  {s.rdp:8.4f}"
        for s in steps
    ]
    lines += [f"! {p.text}" for p in verdict.problems]
    result = {**verdict.as_dict(), "steps": [asdict(s) for s in steps]}
    emit(result, as_json, "\n".join(lines))
    if not verdict.holds:
        sys.exit(EXIT_BROKEN)


def _words(v: Verdict) -> list[str]:
    lines = [f"{'OK    ' if v.holds else 'BROKEN'} {v.where}"]
    if v.by_pld and v.by_rdp:
        lines += [
            f"       merchant {v.merchant}: {v.n_entries} entries, {v.n_releases} releases, "
            f"{v.n_lost} charges without a release",
            f"       epsilon {v.by_pld.epsilon:.4f} (PLD), {v.by_rdp.epsilon:.4f} (RDP) at "
            f"delta {v.by_pld.delta:g}; limit {v.limit:g}",
            f"       for {v.by_pld.unit}; against {v.by_pld.adversary}",
        ]
    lines += [f"       ! {p.text}" for p in v.problems]
    return lines + [f"       note: {n}" for n in v.notes]


def main() -> None:
    """Run a verb; a UserFacing error becomes words and an exit code, never a traceback."""
    logging.basicConfig(level=os.environ.get("HANSA_LOG", "WARNING"))
    run_group(audit)
