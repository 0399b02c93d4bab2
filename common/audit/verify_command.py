"""hansa-audit verify: exports of merchants and of the operator, and published models."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from common.audit.findings import Verdict, fingerprint_of
from common.audit.verify import BookVerdict, Findings, audit
from common.ledger_check import Problem
from common.terminal import emit, json_option

EXIT_BROKEN = 4


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--merchant",
    "merchants",
    multiple=True,
    help="An expected merchant: fingerprint (32 hex digits) or public key (64); repeatable.",
)
@json_option
def verify(paths: tuple[Path, ...], merchants: tuple[str, ...], as_json: bool) -> None:
    """Check every file by itself, and each side's word on the other.

    PATHS are files made by 'hansa ledger export' and 'hansa-server ledger export', published models
    (*.hansa), or folders of them. What is checked: signatures, hash chains, co-signed heads,
    receipts, epsilon by two accountants, each admitted report in the book and in its merchant's
    ledger, and that the published model is the aggregate of the admitted reports.
    """
    found = audit(paths, [fingerprint_of(text) for text in merchants])
    emit(found.as_dict(), as_json, "\n".join(_words(found)))
    if not found.holds:
        sys.exit(EXIT_BROKEN)


def _words(found: Findings) -> list[str]:
    lines = [line for v in found.ledgers for line in _ledger(v)]
    lines += [line for b in found.books for line in _book(b)]
    lines += [f"BROKEN {p.text}" for p in found.problems]
    lines += [f"checked: {n} {what}" for what, n in found.checked]
    lines += [f"note: {text}" for text in found.notes]
    lines += [f"not checked: {text}" for text in found.unchecked]
    return [*lines, "Everything that was checked holds." if found.holds else "Something is broken."]


def _ledger(v: Verdict) -> list[str]:
    lines = [f"{'OK    ' if v.holds else 'BROKEN'} {v.where}"]
    if v.by_pld and v.by_rdp:
        lines += [
            f"       merchant {v.merchant}: {v.n_entries} entries, {v.n_releases} releases, "
            f"{v.n_lost} charges without a release, {v.n_receipts} receipts",
            f"       epsilon {v.by_pld.epsilon:.4f} (PLD), {v.by_rdp.epsilon:.4f} (RDP) at "
            f"delta {v.by_pld.delta:g}; limit {v.limit:g}",
            f"       for {v.by_pld.unit}; {_against(v.by_pld.adversary, v.colluders)}",
        ]
    if v.alone:
        lines.append(
            f"       epsilon {v.alone.epsilon:.4f} (PLD) if the coordinator and all other merchants "
            "collude: the weaker figure of league noise"
        )
    lines += _problems(v.problems) + [f"       note: {n}" for n in v.notes]
    return lines + [f"       not checked: {n}" for n in v.unchecked]


def _against(adversary: str, colluders: int) -> str:
    """Against whom the figure holds; with league noise, the number of colluders that it counts on."""
    if not colluders:
        return f"against {adversary}"
    who = "1 colluding merchant" if colluders == 1 else f"{colluders} colluding merchants"
    return f"against the coordinator, the public and up to {who} of a round"


def _book(b: BookVerdict) -> list[str]:
    lines = [f"{'OK    ' if b.holds else 'BROKEN'} {b.where}"]
    if b.coordinator:
        lines.append(
            f"       operator {b.coordinator} ({b.league}): {b.n_entries} entries in the book, "
            f"{b.n_rounds} rounds shown"
        )
    return lines + _problems(b.problems)


def _problems(problems: tuple[Problem, ...]) -> list[str]:
    return [f"       ! {p.text}" for p in problems]
