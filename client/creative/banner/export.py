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
from client.creative.banner.nouns import Banner, Box
from client.creative.banner.preview import APPROVED, Preview, marked, of_creative, png
from client.creative.check import has_errors
from client.store import Store, creatives, photos, rows
from common.domain import Creative
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
        manifest: All of it, as in the manifest file.
    """

    folder: Path
    files: tuple[str, ...]
    skipped: dict[str, str]
    preview: bool
    notes: tuple[str, ...]
    manifest: dict[str, Any]


def export(
    store: Store,
    creative_id: str,
    wanted: Sequence[str] = sizes.USUAL,
    *,
    layout: str = "",
    photo: Path | None = None,
    out: Path | None = None,
) -> Made:
    """Compose an ad into banners and write PNG, HTML and a manifest.

    Args:
        store: The open shop folder.
        creative_id: The ad; its newest version.
        wanted: Names of sizes.
        layout: One of `sizes.LAYOUTS`; "" = the best for each size.
        photo: A file; it is kept as the product's photo.
        out: Folder; None = banners/ID-vN in the shop's folder.

    Raises:
        CreativeError: the ad is refused, rejected or retired, no longer holds, or fits nowhere.
        InputError: unknown size, a photo that cannot be used, a folder that cannot be written.
    """
    chosen = [sizes.size(name) for name in dict.fromkeys(wanted)]
    ad = creatives.load(store, creative_id)
    _allow(store, ad)
    ready = of_creative(store, ad, photo)
    if photo is not None and ready.photo is not None:
        content = photo_file.read(photo)
        photos.keep(store, ad.product_id, content, photo_file.suffix(content))
    made: list[Banner] = []
    skipped: dict[str, str] = {}
    for one in chosen:
        try:
            made.append(compose(ready.words, ready.photo, one, ready.brand, layout))
        except CreativeError as e:
            if len(chosen) == 1 or not str(e.where).startswith(one.name):
                raise
            skipped[one.name] = e.what
    if not made:
        raise CreativeError(
            "The headline fits into none of these sizes.",
            where=", ".join(skipped),
            safe="No banner was made.",
            todo="Shorten the headline.",
        )
    folder = out or store.home / "banners" / f"{ad.creative_id}-v{ad.version}"
    return _write(store, ad, ready, made, skipped, folder)


def _allow(store: Store, ad: Creative) -> None:
    """Approved words that still hold, or a draft for a preview; nothing else."""
    state = str(ad.state)
    if state == "draft":
        return
    if state not in APPROVED:
        raise CreativeError(
            f"The ad {ad.creative_id} is {state}.",
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
    notes = list(dict.fromkeys([ready.note, *(n for b in made for n in b.notes)]))
    manifest: dict[str, Any] = {
        "creative_id": ad.creative_id,
        "version": ad.version,
        "state": str(ad.state),
        "preview": not ready.approved,
        "product_id": ad.product_id,
        "language": ad.language,
        "label": ready.words.label,
        "price": ready.words.price,
        "seed": ad.provenance.get("seed", ""),
        "photo_sha256": ready.photo.sha256 if ready.photo else "",
        "banners": records,
        "skipped": skipped,
        "notes": [n for n in notes if n],
    }
    files[MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
    _put(folder, files)
    names = tuple(n for n in files if n != MANIFEST)
    return Made(folder, names, skipped, not ready.approved, tuple(manifest["notes"]), manifest)


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


def _put(folder: Path, files: dict[str, bytes]) -> None:
    """Each file whole or not at all; the manifest last."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            part = folder / f"{name}.{os.getpid()}.part"
            part.write_bytes(content)
            part.replace(folder / name)
    except OSError as e:
        raise InputError(
            f"The banners cannot be written ({e.strerror}).",
            where=str(folder),
            safe="The ad is as before.",
            todo="Choose a folder that can be written with --out.",
        ) from e
