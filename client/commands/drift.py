"""hansa drift: whether the shop still is what the model was fitted to; nothing of it is sent."""

from __future__ import annotations

from pathlib import Path

import click

from client.commands import home_option
from client.drift import N_WEEKS, Drift, Week, status
from client.store import Store
from common.terminal import emit, json_option


@click.command()
@click.option(
    "--weeks",
    type=click.IntRange(1, 52),
    default=N_WEEKS,
    show_default=True,
    help="How many of the newest weeks to compare with all before.",
)
@home_option
@json_option
def drift(weeks: int, home: Path, as_json: bool) -> None:
    """Compare the newest weeks' scores, features and rates with those before.

    PSI under 0.1: as before; over 0.25: another population. A rate's interval without 1 in it means
    that the model expects too many or too few outcomes.
    """
    with Store.open(home, read_only=True) as store:
        found = status(store, weeks)
    emit(found.as_dict(), as_json, "\n".join(_lines(found)))


_LEGEND = (
    "PSI: how far new rows are from those before; under 0.1 as before, over 0.25 another population."
    "\nRatio: outcomes by what the model expected; an interval without 1 in it is more than chance."
    "\nImport the newest outcomes, for own heads are fitted again with them, and take part in the"
    " league's next run."
)


def _lines(found: Drift) -> list[str]:
    out = [f"{found.verdict.upper()}: {found.words}"]
    if found.shifts:
        out.append(f"{found.n_new} exposures since {found.since[:10]}, {found.n_before} before.")
        out += [
            f"  PSI {s.psi:5.2f}  {s.name}{f' ({s.column})' if s.column else ''}: {s.words}"
            for s in found.shifts
        ]
    if found.weeks:
        out.append("Week of       shown  outcomes  expected  ratio (95 %)")
        out += [_week(w) for w in found.weeks]
    if found.shifts:
        out.append(_LEGEND)
    return out


def _week(w: Week) -> str:
    return (
        f"{w.monday}  {w.n_rows:8d}  {w.observed:8d}  {w.expected:8.1f}"
        f"  {w.ratio:.2f} ({w.low:.2f} to {w.high:.2f})"
    )
