"""hansa ads export: approved ads as CSV or JSON, with label, slot and version; what went out is kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import click

from client.commands import home_option
from client.commands.ads_words import by_option
from client.creative import review
from client.creative.brief import LABELS, Language, slot_names
from client.store import Store, creatives
from common.domain import Creative, CreativeState
from common.errors import InputError
from common.terminal import emit, json_option

#: columns of an exported file; `variant` is what impressions may name as their creative
_FIELDS = (
    "creative_id", "version", "variant", "product_id", "audience_id", "language", "slot", "label",
    "headline", "body", "call_to_action", "approved_by", "approved_at",
)  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--id", "creative_ids", multiple=True, help="Only this ad; may be repeated.")
@click.option("--slot", type=click.Choice(slot_names()), help="Only ads of this slot.")
@click.option("--live", "go_live", is_flag=True, help="Also say that they are on show from now on.")
@by_option
@home_option
@json_option
def export(
    home: Path,
    as_json: bool,
    file: Path,
    creative_ids: tuple[str, ...],
    slot: str | None,
    go_live: bool,
    by: str,
) -> None:
    """Write approved and live ads to FILE (.csv or .json; any other name gives both)."""
    wanted = [s for s in (".csv", ".json") if file.suffix.lower() in (s, "")]
    paths = [file.with_suffix(s) if not file.suffix else file for s in wanted or [""]]
    if not wanted:
        paths = [file.with_name(file.name + s) for s in (".csv", ".json")]
    with Store.open(home) as store:
        out = review.export(store, creative_ids, slot)
        records = [_record(c) for c in out.ready]
        parts = [_write_part(p, _content(p, records)) for p in paths]
        # the record before the names: no file is ever without one
        creatives.record_export(store, out.ready, by, ", ".join(p.name for p in paths))
        for part, path in zip(parts, paths, strict=True):
            part.replace(path)
        for c in out.ready if go_live else ():
            if c.state is CreativeState.APPROVED:
                review.live(store, c.creative_id, by, c.version)
    held = [c.creative_id for c in out.held]
    text = f"{len(records)} approved ads written to {', '.join(map(str, paths))}"
    if held:
        text += f"\nheld back, they no longer hold (see hansa ads show): {', '.join(held)}"
    value = {"files": [str(p) for p in paths], "n_ads": len(records), "held_back": held}
    emit(value, as_json, text)


def _record(c: Creative) -> dict[str, Any]:
    own: dict[str, Any] = {
        "creative_id": c.creative_id,
        "version": c.version,
        "variant": f"{c.creative_id}.{c.version}",
        "product_id": c.product_id,
        "audience_id": c.audience_id,
        "language": c.language,
        "slot": c.slot,
        "label": c.provenance.get("label") or LABELS[cast(Language, c.language)],
        "headline": c.headline,
        "body": c.body,
        "call_to_action": c.call_to_action,
        "approved_by": c.approved_by,
        "approved_at": c.approved_at,
    }
    return {field: own[field] for field in _FIELDS}


def _csv(records: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _FIELDS)
    writer.writeheader()
    writer.writerows({k: _cell(v) for k, v in r.items()} for r in records)
    # The mark at the start lets spreadsheet programs read Chinese.
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet program takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else value


def _content(path: Path, records: Sequence[dict[str, Any]]) -> bytes:
    if path.suffix.lower() == ".csv":
        return _csv(records)
    return json.dumps({"ads": list(records)}, ensure_ascii=False, indent=2).encode()


def _write_part(path: Path, content: bytes) -> Path:
    """The whole content under another name: an older file stays until the new one is whole."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
    except OSError as e:
        raise InputError(
            "The file cannot be written.",
            where=str(path),
            safe="The ads are as before.",
            todo=f"Choose a folder that exists and can be written ({e.strerror}).",
        ) from e
    return part
