"""hansa-audit diff: what came between two exports of one merchant, or of one operator."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from common.audit.diff import Difference, diff
from common.audit.findings import read
from common.ledger import LedgerEntry
from common.terminal import emit, json_option

EXIT_BROKEN = 4
_FILE = click.Path(dir_okay=False, path_type=Path)
_SHOWN = 40


@click.command(name="diff")
@click.argument("older", type=_FILE)
@click.argument("newer", type=_FILE)
@json_option
def diff_files(older: Path, newer: Path, as_json: bool) -> None:
    """Compare two exports of one merchant, or two of one operator.

    Exit code 0: they are equal, or NEWER goes on where OLDER ends. 4: NEWER is shorter, they tell
    two histories, or one of them does not hold by itself.
    """
    found = diff(read(older), read(newer), (str(older), str(newer)))
    emit(found.as_dict(), as_json, "\n".join(_words(found)))
    if found.problems:
        sys.exit(EXIT_BROKEN)


def _words(d: Difference) -> list[str]:
    says = {
        "equal": "The two hold the same entries.",
        "extends": "The second goes on where the first ends.",
        "shortened": "The second is the shorter one.",
        "forked": f"The two part at entry {d.parted_at}.",
    }
    lines = [f"{d.whose}: {d.n_before} entries, then {d.n_after}. {says[d.relation]}"]
    if d.added:
        kinds = ", ".join(f"{n} {kind}" for kind, n in d.kinds.items())
        lines.append(f"added: {len(d.added)} entries ({kinds})")
    for e in d.added[:_SHOWN]:
        what = e.task if isinstance(e, LedgerEntry) else f"{e.task} {e.label} {e.status}".strip()
        lines.append(f"  {e.sequence:>6}  {e.at:20}  {e.kind.value:8}  {e.run_id} {e.round} {what}")
    if len(d.added) > _SHOWN:
        lines.append(f"  ... and {len(d.added) - _SHOWN} more (--json lists all)")
    if d.before and d.after:
        a, b = d.before, d.after
        lines.append(
            f"epsilon: {a.epsilon_pld:.4f} at delta {a.delta:g}, then {b.epsilon_pld:.4f} at delta "
            f"{b.delta:g} (PLD); {a.epsilon_rdp:.4f}, then {b.epsilon_rdp:.4f} (RDP)"
        )
        if b.epsilon_alone is not None:
            first = a.epsilon_pld if a.epsilon_alone is None else a.epsilon_alone
            lines.append(
                f"if the coordinator and all other merchants collude: {first:.4f}, then "
                f"{b.epsilon_alone:.4f} (PLD)"
            )
        same = (a.limit, a.delta) == (b.limit, b.delta)
        lines.append(
            f"limit: {a.limit:g}, unchanged"
            if same
            else f"limit changed: epsilon {a.limit:g} at delta {a.delta:g}, then {b.limit:g} at {b.delta:g}"
        )
    return lines + [f"! {p.text}" for p in d.problems]
