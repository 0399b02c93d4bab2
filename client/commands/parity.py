"""hansa parity: who is in an audience, group by group, against who could be."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client.commands import home_option, telling_fit
from client.store import Store, audiences
from common.errors import AudienceError, InputError
from common.settings import load_settings
from common.terminal import emit, json_option

if TYPE_CHECKING:
    from client.parity import Group, Parity
    from client.parity_groups import Groups

_NEWEST = 5


@click.command()
@click.option("--by", required=True, metavar="COLUMN", help="segment, cluster, or a file's column.")
@click.option(
    "--groups",
    "file",
    type=click.Path(path_type=Path),
    help="CSV with customer_id and that column; read now, never kept.",
)
@click.option("--audience", "ids", multiple=True, metavar="ID", help="The newest by default.")
@home_option
@json_option
def parity(by: str, file: Path | None, ids: tuple[str, ...], home: Path, as_json: bool) -> None:
    """Compare each group's share of an audience with its share of those addressable.

    Groups with fewer people than the size floor are not shown.
    """
    from client.parity import report

    settings = load_settings(home)
    with Store.open(home) as store:
        groups = _groups(store, by, file)
        wanted = ids or tuple(a.audience_id for a in audiences.listing(store)[:_NEWEST])
        if not wanted:
            raise AudienceError(
                "There is no audience yet.",
                safe="Nothing was changed.",
                todo="Pick one with: hansa audience --product P",
            )
        told = telling_fit(as_json)
        found = [report(store, settings, i, groups, by, told) for i in dict.fromkeys(wanted)]
    text = "\n\n".join("\n".join(_lines(p)) for p in found)
    emit({"reports": [asdict(p) for p in found]}, as_json, text)


def _groups(store: Store, by: str, file: Path | None) -> Groups:
    from client.parity_groups import CLUSTER, SEGMENT, from_file, from_segments

    if file is not None:
        from client.ingest.pseudonym import Pseudonyms
        from client.salt import place

        return from_file(file, by, Pseudonyms(place.load(store.home)))
    if by in (SEGMENT, CLUSTER):
        return from_segments(store, by)
    raise InputError(
        "Hansa keeps no such groups of people.",
        where="--by",
        safe="Nothing was changed.",
        todo="Use --by segment or --by cluster, or give --groups FILE with customer_id and the "
        "column: it is read now and not kept.",
    )


def _lines(p: Parity) -> list[str]:
    lines = [
        f"{p.name} ({p.audience_id}) by {p.by}",
        "  share of audience / addressable = ratio (95 %), mean score, group",
        *(f"  {_line(g, p.floor)}" for g in p.groups),
    ]
    if p.n_hidden:
        lines.append(
            f"  groups not shown: {p.n_hidden}, with fewer than {p.floor} people, or because they would"
            " tell how many such a group has"
        )
    if p.share_elsewhere:
        lines.append(
            f"  {p.share_elsewhere:.0%} of those addressable are in no group that is shown"
        )
    if not p.same_model:
        lines.append("  the scores are of a newer model than the audience was made with")
    return lines


def _line(g: Group, floor: int) -> str:
    if g.ratio_under is None and g.ratio is None:
        shares = f"not shown, another group's few would follow / {g.share_addressable:.1%}"
    elif g.ratio is None or g.share_audience is None:
        shares = f"under {floor} people / {g.share_addressable:.1%} = under {g.ratio_under:.2f}"
    else:
        shares = (
            f"{g.share_audience:.1%} / {g.share_addressable:.1%} = {g.ratio.value:.2f}"
            f" ({g.ratio.low:.2f} to {g.ratio.high:.2f})"
        )
    said, _, chance = g.warning.partition(",")
    rest = f"  ! {said} of the group chosen most{',' + chance if chance else ''}" if said else ""
    return f"{shares}, {g.mean_p_conversion:.3%}, {g.name}{rest}"
