"""hansa ads banner: an approved ad as pictures in standard sizes; a draft as a marked preview."""

from __future__ import annotations

import json
from pathlib import Path

import click

from client.commands import home_option
from client.commands.ads_words import by_option
from client.store import Store
from common.terminal import emit, json_option

#: as in client.creative.banner.sizes, without its imports
LAYOUTS = ("split", "stacked", "overlay", "strip", "type")


@click.command()
@click.argument("creative_id")
@click.option("--size", "sizes_", multiple=True, help="Such as 300x250; may be repeated.")
@click.option("--all", "every", is_flag=True, help="Every size.")
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    help="Else the best for each size.",
)
@click.option(
    "--photo",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Photo of the product; it is kept.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write.")
@by_option
@home_option
@json_option
def banner(
    home: Path,
    as_json: bool,
    creative_id: str,
    sizes_: tuple[str, ...],
    every: bool,
    layout: str | None,
    photo: Path | None,
    out: Path | None,
    by: str,
) -> None:
    """Compose an approved ad into banners: PNG, HTML and a manifest."""
    from client.creative.banner import export, sizes  # Pillow, only here

    wanted = tuple(s.name for s in sizes.SIZES) if every else sizes_ or sizes.USUAL
    with Store.open(home) as store:
        made = export.export(
            store, creative_id, wanted, layout=layout or "", photo=photo, out=out, by=by
        )
    what = "marked previews, the ad is not approved yet" if made.preview else "files"
    lines = [f"{len(made.files)} {what}, and {export.MANIFEST}, in {made.folder}"]
    lines += [f"  {name}" for name in made.files]
    lines += [f"not made: {size}: {why}" for size, why in made.skipped.items()]
    lines += [f"{size}: no room for {', '.join(parts)}" for size, parts in made.left_out.items()]
    lines += [f"note: {note}" for note in made.notes]
    value = {"folder": str(made.folder), "files": list(made.files), **json.loads(made.manifest)}
    emit(value, as_json, "\n".join(lines))
