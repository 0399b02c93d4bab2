"""hansa segments: who the shop's people are, by public rules or clusters; nothing of it is sent."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import click

from client.commands import home_option
from client.profiles.segments import MIN_PEOPLE, hint
from client.profiles.shelf import Vectors
from client.store import Store
from client.store import profiles as kept
from client.store.profiles import SegmentRow
from common.errors import AudienceError, InputError
from common.settings import load_settings
from common.terminal import emit, json_option, progress

#: More products are encoded only when --text asks for it: it takes about a minute a thousand.
MOST_TEXTS = 3_000


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.option(
    "--method",
    type=click.Choice(["rfm", "kmeans"]),
    default="rfm",
    help="Public rules; or clusters beside them.",
)
@click.option("--k", type=click.IntRange(2, 30), help="Number of clusters; chosen if left out.")
@click.option("--time-zone", default="", help="The shop's; as last time if left out, else UTC.")
@click.option(
    "--at-least",
    type=click.IntRange(5),
    default=MIN_PEOPLE,
    show_default=True,
    help="People in a segment of its own interest, or in a cluster.",
)
@click.option(
    "--reopen", is_flag=True, help="Choose interests and clusters anew; names may change."
)
@click.option("--text/--no-text", default=None, help="Interests by text too; few products: yes.")
@click.option("--keep", is_flag=True, help="Show the last run, compute nothing.")
@click.pass_context
def segments(
    ctx: click.Context,
    home: Path,
    as_json: bool,
    method: str,
    k: int | None,
    time_zone: str,
    at_least: int,
    reopen: bool,
    text: bool | None,
    keep: bool,
) -> None:
    """Sort shoppers into segments that a person understands, and show them.

    Only consenting shoppers; everything stays on this computer.
    """
    ctx.obj = (home, as_json)
    if ctx.invoked_subcommand is not None:
        return
    if time_zone and time_zone not in available_timezones():
        raise InputError(
            "This time zone is not known.",
            where="--time-zone",
            safe="The segments are as before.",
            todo="Name it like Asia/Shanghai or Europe/Berlin.",
        )
    with Store.open(home) as store:
        result: dict[str, Any] = {}
        if not keep:
            from client.profiles.run import Choices, recompute

            choices = Choices(method, k, "", time_zone, at_least, reopen)
            vectors, note = _vectors(store, text, as_json)
            done = recompute(
                store,
                choices,
                vectors=vectors,
                watch=lambda share, n: progress(
                    as_json, "segments", int(100 * share), 100, f"{n} people"
                ),
            )
            result = {**asdict(done), "notes": [*done.notes, *([note] if note else [])]}
        rows = kept.overview(store)
        result = {"as_of": kept.last_run(store), **result, "segments": [_as_dict(r) for r in rows]}
    emit(result, as_json, _table(rows, result))


@segments.command("show")
@click.argument("segment_id")
@home_option
@json_option
@click.pass_context
def show(ctx: click.Context, segment_id: str, home: Path, as_json: bool) -> None:
    """What the people of one segment have in common, and who came and went."""
    from client.profiles.portrait import portrait

    home, as_json = _inherit(ctx, home, as_json)
    with Store.open(home) as store:
        segment = kept.find(store, segment_id)
        seen = portrait(kept.bodies(store, segment))
        moves = kept.moves(store, segment)
        names = {s.segment_id: s.name_en for s in kept.segments(store)}
    result = {
        "segment_id": segment_id,
        "names": {"en": segment.name_en, "zh": segment.name_zh},
        "method": segment.method,
        "rule": segment.rule,
        "hint": asdict(hint(segment_id)),
        **asdict(seen),
        "moves": [{"from": a, "to": b, "people": n} for a, b, n in moves],
    }
    lines = [f"{segment.name_en} · {segment.name_zh}  ({segment_id})", *seen.lines()]
    lines += [
        f"  {n} {'came from' if b == segment_id else 'went to'}"
        f" '{names.get(other := a if b == segment_id else b, other)}'"
        for a, b, n in moves
    ]
    emit(result, as_json, "\n".join([*lines, f"next: {hint(segment_id).en}"]))


@segments.command("export")
@click.argument("segment_id")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@home_option
@json_option
@click.pass_context
def export(ctx: click.Context, segment_id: str, file: Path, home: Path, as_json: bool) -> None:
    """Write a segment's pseudonyms to a new file that only you can read.

    Who wants no personalisation is left out.
    """
    home, as_json = _inherit(ctx, home, as_json)
    floor = load_settings(home).audience_floor
    with Store.open(home) as store:
        keys = kept.addressable(store, kept.find(store, segment_id))
    if len(keys) < floor:
        raise AudienceError(
            f"Fewer than {floor} people of this segment may be addressed.",
            where=segment_id,
            safe="Nothing was written: a small group could point at single people.",
            todo="Choose a larger segment.",
        )
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as f:
            f.writelines(line + "\n" for line in ("shopper_key", *keys))
    except OSError as e:
        raise InputError(
            f"The file cannot be written: {e.strerror}.",
            where=str(file),
            safe="The segments are as before.",
            todo="Name a new file in a folder that you may write to.",
        ) from e
    result = {"segment_id": segment_id, "people": len(keys), "file": str(file)}
    emit(result, as_json, f"{len(keys)} pseudonyms written to {file}")


def _inherit(ctx: click.Context, home: Path, as_json: bool) -> tuple[Path, bool]:
    """`hansa segments --home X show ID` and `hansa segments show ID --home X` mean the same."""
    outer_home, outer_json = ctx.obj
    said = ctx.get_parameter_source("home")
    own = said is not None and said.name == "COMMANDLINE"
    return (home if own else outer_home), as_json or outer_json


def _vectors(store: Store, text: bool | None, as_json: bool) -> tuple[Vectors | None, str]:
    """The encoder of texts, where it is installed and wanted; else a note for people."""
    n = store_products(store)
    if text is False or (text is None and n > MOST_TEXTS):
        skipped = f"{n} products: interests by text left out, ask with --text"
        return None, skipped if text is None else ""
    from client.text.choose import open_encoder
    from client.text.vectors import vectors

    try:
        encoder = open_encoder(store.home)
    except InputError as e:
        if text:
            raise
        return None, f"interests by text left out: {e.what}"
    return (
        lambda texts: vectors(
            store,
            texts,
            encoder,
            watch=lambda done, of: progress(as_json, "texts", done, of, "read"),
        )
    ), ""


def store_products(store: Store) -> int:
    """Products in the shop."""
    return int(store.db["products"].count)


def _as_dict(row: SegmentRow) -> dict[str, Any]:
    return {**asdict(row), "hint": asdict(hint(row.segment_id))}


def _table(rows: tuple[SegmentRow, ...], result: dict[str, Any]) -> str:
    if not rows:
        return "No segments yet: nobody who consents is in the shop."
    wide = max(len(r.names.en) for r in rows)
    lines = [f"as of {result['as_of']}"] if result["as_of"] else []
    lines.append(
        f"{'segment':{wide}}  people  share   orders        spend    in   out  id; what to do next"
    )
    for r in rows:
        lines.append(
            f"{r.names.en:{wide}}  {r.n_people:6}  {100 * r.share:4.0f} %  {r.n_orders:7}"
            f"  {r.spend_minor / 100:11.2f}  {r.moved_in:+4}  {-r.moved_out:+4}  {r.segment_id}"
        )
        lines.append(f"{'':{wide}}  {hint(r.segment_id).en}")
    if "n_moved" in result:
        lines.append(
            f"{result['n_moved']} moved since the last run; {result['n_waiting']} wait at an edge"
        )
    if result.get("could_open"):
        lines.append(f"{result['could_open']} more interests have enough people: --reopen")
    return "\n".join([*lines, *result.get("notes", [])])
