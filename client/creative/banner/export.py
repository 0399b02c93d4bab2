"""Export: banners of one ad as files with a manifest; without approval only a marked preview."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client.creative import review
from client.creative.banner import as_html, fonts, photo_file, sizes
from client.creative.banner.colour import written
from client.creative.banner.compose import compose
from client.creative.banner.nouns import Banner, Box, Size
from client.creative.banner.preview import Named, Preview, marked, of_creative, png
from client.creative.check import has_errors
from client.store import Store, creatives, photos, rows
from common.domain import Creative, CreativeState
from common.errors import CreativeError, InputError

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Made:
    """What was written.

    Attributes:
        folder: Where.
        files: Names of pictures and pages, in order of the sizes.
        skipped: Size -> why it was not made.
        preview: Whether the pictures are marked as previews.
        notes: What a person should know.
        left_out: Size -> parts for which there was no room.
        manifest: The manifest file's text: JSON.
    """

    folder: Path
    files: tuple[str, ...]
    skipped: dict[str, str]
    preview: bool
    notes: tuple[str, ...]
    left_out: dict[str, tuple[str, ...]]
    manifest: str


def export(
    store: Store,
    creative_id: str,
    wanted: Sequence[str] = sizes.USUAL,
    *,
    layout: str = "",
    photo: Path | None = None,
    out: Path | None = None,
    by: str = "",
) -> Made:
    """Compose an ad into banners and write PNG, HTML and a manifest.

    Args:
        store: The open shop folder.
        creative_id: The ad; its newest version.
        wanted: Names of sizes.
        layout: One of `sizes.LAYOUTS`; "" = the best for each size.
        photo: A file; it is kept as the product's photo.
        out: Folder; None = banners/ID-vN in the shop's folder.
        by: Who exports, for the record of exports.

    Raises:
        CreativeError: the ad is refused, rejected or retired, no longer holds, or fits nowhere.
        InputError: unknown size, a photo that cannot be used, a folder that cannot be written.
    """
    chosen = [sizes.size(name) for name in dict.fromkeys(wanted)]
    ad = creatives.load(store, creative_id)
    _allow(store, ad)
    named = Named(photo.name, photo_file.read(photo)) if photo else None
    ready = of_creative(store, ad, named)
    if named:
        photos.keep(store, ad.product_id, named.content, photo_file.suffix(named.content))
    made, skipped = _compose(ready, chosen, layout)
    folder = out or store.home / "banners" / f"{ad.creative_id}-v{ad.version}"
    return _write(store, ad, ready, made, skipped, folder, by)


def _compose(
    ready: Preview, chosen: Sequence[Size], layout: str
) -> tuple[list[Banner], dict[str, str]]:
    """The banners, and the sizes that cannot be made with the reason; one alone raises it."""
    made: list[Banner] = []
    skipped: dict[str, str] = {}
    for one in chosen:
        try:
            made.append(compose(ready.words, ready.photo, one, ready.brand, layout))
        except CreativeError as e:
            if len(chosen) == 1 or not e.where.startswith(one.name):
                raise
            skipped[one.name] = e.what
    if not made:
        raise CreativeError(
            "The headline fits into none of these sizes.",
            where=", ".join(skipped),
            safe="No banner was made.",
            todo="Shorten the headline.",
        )
    return made, skipped


def _allow(store: Store, ad: Creative) -> None:
    """Approved words that still hold, or a draft for a preview; nothing else."""
    if ad.state is CreativeState.DRAFT:
        return
    if not ad.may_be_shown:
        raise CreativeError(
            f"The ad {ad.creative_id} is {ad.state}.",
            safe="No banner was made.",
            todo="Edit the ad, approve it, then make its banners.",
        )
    found = review.findings_of(store, ad)
    if has_errors(found):
        creatives.recheck(store, ad.creative_id, ad.version, found)
        raise CreativeError(
            "The approved ad no longer holds: " + " ".join(f.message for f in found),
            where=ad.creative_id,
            safe="No banner was made.",
            todo="Edit the ad and approve it again.",
        )


def _write(
    store: Store,
    ad: Creative,
    ready: Preview,
    made: Sequence[Banner],
    skipped: dict[str, str],
    folder: Path,
    by: str,
) -> Made:
    product = rows.product(store, ad.product_id)
    stem = ad.creative_id if ready.approved else f"preview-{ad.creative_id}"
    files: dict[str, bytes] = {}
    records = []
    for one in made:
        name = f"{stem}-{one.size.name}"
        files[f"{name}.png"] = png(
            one.image if ready.approved else marked(one, ready.words.language)
        )
        if ready.approved:
            files[f"{name}.html"] = as_html.page(one, ready.words, product.title).encode()
        records.append(_record(one, name, files))
    noted = (n for b in made for n in b.notes)
    notes = tuple(n for n in dict.fromkeys([ready.note, *noted]) if n)
    manifest = json.dumps(
        _manifest(ad, ready, records, skipped, notes), ensure_ascii=False, indent=2
    )
    names = tuple(files)
    files[MANIFEST] = manifest.encode()
    parts = _parts(folder, files)
    if ready.approved:
        # the record before the names: no file is ever without one
        for name in names:
            creatives.record_export(store, [ad], by, name)
    _name(parts)
    left_out = {b.size.name: b.dropped for b in made if b.dropped}
    return Made(folder, names, skipped, not ready.approved, notes, left_out, manifest)


def _manifest(
    ad: Creative,
    ready: Preview,
    records: list[dict[str, Any]],
    skipped: dict[str, str],
    notes: tuple[str, ...],
) -> dict[str, Any]:
    return {
        "creative_id": ad.creative_id,
        "version": ad.version,
        "variant": f"{ad.creative_id}.{ad.version}",
        "state": str(ad.state),
        "approved_by": ad.approved_by,
        "approved_at": ad.approved_at,
        "preview": not ready.approved,
        "product_id": ad.product_id,
        "language": ad.language,
        "label": ready.words.label,
        "price": ready.words.price,
        "seed": ad.provenance.get("seed", ""),
        "photo_sha256": ready.photo.sha256 if ready.photo else "",
        "banners": records,
        "skipped": skipped,
        "notes": list(notes),
    }


def _record(one: Banner, name: str, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "size": one.size.name,
        "layout": one.layout,
        "files": {
            n: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for n, content in files.items()
            if n.startswith(f"{name}.")
        },
        "fonts": {f.name: fonts.digest(f) for f in one.faces},
        "panel": _box(one.panel),
        "photo": {"box": _box(one.photo), "crop": [round(v, 3) for v in one.crop or ()]}
        if one.photo
        else None,
        "logo": _box(one.logo) if one.logo else None,
        "text": [
            {
                "part": s.placed.part,
                "box": _box(s.placed.text),
                "outer": _box(s.placed.outer),
                "lines": list(s.placed.lines),
                "font_px": s.placed.px,
                "bold": s.placed.bold,
                "colour": written(s.colour),
                "background": written(s.background),
                "contrast": s.contrast,
            }
            for s in one.shown
        ],
        "left_out": list(one.dropped),
        "notes": list(one.notes),
    }


def _box(box: Box) -> list[int]:
    return [box.x, box.y, box.w, box.h]


def _parts(folder: Path, files: dict[str, bytes]) -> list[tuple[Path, Path]]:
    """Every file under a name of its own first: each is whole or not there."""
    out = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            part = folder / f"{name}.{os.getpid()}.part"
            out.append((part, folder / name))
            part.write_bytes(content)
    except OSError as e:
        for part, _ in out:
            part.unlink(missing_ok=True)
        raise _unwritable(folder, e) from e
    return out


def _name(parts: list[tuple[Path, Path]]) -> None:
    """Give the files their names, the manifest's last."""
    for part, path in parts:
        try:
            part.replace(path)
        except OSError as e:
            raise _unwritable(path, e) from e


def _unwritable(path: Path, e: OSError) -> InputError:
    return InputError(
        f"The banners cannot be written ({e.strerror}).",
        where=str(path),
        safe="The ad is as before.",
        todo="Choose a folder that can be written with --out.",
    )
