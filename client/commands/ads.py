"""hansa ads: write, list, show, edit, approve, reject, export, evaluate, sample."""

from __future__ import annotations

import csv
import getpass
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click

from client.commands import home_option
from client.commands.ads_judge import evaluate, sample
from client.creative import review, write, writers
from client.creative.brief import KINDS, LABELS, Kind, Language, Tone
from client.creative.language import Watch
from client.creative.writers import WRITERS
from client.store import Store, audiences, creatives, rows
from common.domain import Creative, CreativeState, Product
from common.errors import InputError
from common.settings import load_settings
from common.terminal import emit, json_option

#: columns of an exported file
_FIELDS = (
    "creative_id", "version", "product_id", "audience_id", "language", "label", "headline", "body",
    "call_to_action", "approved_by", "approved_at",
)  # fmt: skip
by_option = click.option("--by", default=getpass.getuser, help="Who decides; your user name.")


@click.group()
def ads() -> None:
    """Write, check, approve and export ads. Nothing is exported that no person approved."""


ads.add_command(evaluate)
ads.add_command(sample)


@ads.command("write")
@click.option("--product", "product_id", required=True, help="Id or title of the product.")
@click.option("--audience", "audience_id", default="", help="Id of the audience.")
@click.option("--language", type=click.Choice(get_args(Language)), help="Else the shop's.")
@click.option("--n", default=3, type=click.IntRange(1, 20), show_default=True, help="How many.")
@click.option("--kind", type=click.Choice(KINDS), help="Else guessed from the product.")
@click.option("--offer", default="", help="A discount in your words, such as '20% off'.")
@click.option("--tone", type=click.Choice(get_args(Tone)), default="warm", show_default=True)
@click.option("--seed", type=int, help="Same seed and same earlier ads: same ads.")
@click.option("--writer", type=click.Choice(WRITERS), help="Else as ads.toml says, else template.")
@click.option("--model", default="", help="Folder, GGUF file or hub id of a language model.")
@home_option
@json_option
def write_(
    home: Path,
    as_json: bool,
    product_id: str,
    audience_id: str,
    language: Language | None,
    n: int,
    kind: Kind | None,
    offer: str,
    tone: Tone,
    seed: int | None,
    writer: str | None,
    model: str,
) -> None:
    """Write ads for a product and keep the best as drafts."""
    settings = load_settings(home)
    chosen = writers.choose(home, writer, model, language or settings.language)
    if chosen.why:
        click.echo(chosen.why, err=True)
    with Store.open(home) as store:
        made = write.draft(
            store,
            settings,
            _product(store, product_id),
            audiences.load(store, audience_id) if audience_id else None,
            language,
            n,
            kind=kind,
            offer=offer,
            tone=tone,
            seed=seed,
            writer=chosen.writer,
            fill=chosen.fill,
            judge=chosen.judge,
            watch=None if as_json else _watch(),
        )
    _emit_all(made, as_json, note=chosen.why)


@ads.command("list")
@click.option("--state", type=click.Choice([str(s) for s in CreativeState]), help="Only these.")
@click.option("--audience", "audience_id", help="Only ads for this audience.")
@click.option("--product", "product_id", help="Only ads for this product.")
@home_option
@json_option
def list_(
    home: Path, as_json: bool, state: str | None, audience_id: str | None, product_id: str | None
) -> None:
    """List the ads, newest first."""
    with Store.open(home) as store:
        found = creatives.listing(store, state, audience_id, product_id)
    _emit_all(found, as_json, "No ads yet. Write some with: hansa ads write --product ID")


@ads.command()
@click.argument("creative_id")
@home_option
@json_option
def show(home: Path, as_json: bool, creative_id: str) -> None:
    """Show one ad: its words, findings, versions and decisions."""
    with Store.open(home) as store:
        versions = creatives.history(store, creative_id)
        decided = creatives.decisions(store, creative_id)
    newest = versions[-1]
    value = asdict(newest) | {"versions": [asdict(v) for v in versions], "decisions": decided}
    lines = [_card(newest), f"  writer: {newest.writer}"]
    lines += [f"  {k}: {v}" for k, v in sorted(newest.provenance.items()) if v]
    lines += [
        f"  version {d['version']}: {d['state']} by {d['decided_by']} at {d['decided_at']}"
        + (f" ({d['reason']})" if d["reason"] else "")
        for d in decided
    ]
    emit(value, as_json, "\n".join(lines))


@ads.command()
@click.argument("creative_id")
@click.option("--headline", help="New headline.")
@click.option("--body", help="New body.")
@click.option("--call", "call_to_action", help="New call to action.")
@by_option
@home_option
@json_option
def edit(
    home: Path,
    as_json: bool,
    creative_id: str,
    headline: str | None,
    body: str | None,
    call_to_action: str | None,
    by: str,
) -> None:
    """Change the words: a new version, checked at once."""
    with Store.open(home) as store:
        new = review.edit(
            store,
            creative_id,
            headline=headline,
            body=body,
            call_to_action=call_to_action,
            by=by,
        )
    emit(asdict(new), as_json, _card(new))


@ads.command()
@click.argument("creative_id")
@by_option
@home_option
@json_option
def approve(home: Path, as_json: bool, creative_id: str, by: str) -> None:
    """Approve an ad. An ad with errors cannot be approved by anybody."""
    with Store.open(home) as store:
        done = review.approve(store, creative_id, by)
    emit(asdict(done), as_json, _card(done))


@ads.command()
@click.argument("creative_id")
@click.option("--reason", required=True, help="Why, in your words.")
@by_option
@home_option
@json_option
def reject(home: Path, as_json: bool, creative_id: str, reason: str, by: str) -> None:
    """Reject an ad, with a reason."""
    with Store.open(home) as store:
        done = review.reject(store, creative_id, by, reason)
    emit(asdict(done), as_json, _card(done))


@ads.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--id", "creative_ids", multiple=True, help="Only this ad; may be repeated.")
@home_option
@json_option
def export(home: Path, as_json: bool, file: Path, creative_ids: tuple[str, ...]) -> None:
    """Write the approved ads to FILE (.csv or .json; any other name gives both)."""
    with Store.open(home) as store:
        out = review.export(store, creative_ids)
    records = [_record(c) for c in out.ready]
    wanted = [s for s in (".csv", ".json") if file.suffix.lower() in (s, "")]
    paths = [file.with_suffix(s) if not file.suffix else file for s in wanted or [""]]
    if not wanted:
        paths = [file.with_name(file.name + s) for s in (".csv", ".json")]
    for path in paths:
        _write_file(path, _csv(records) if path.suffix.lower() == ".csv" else _json(records))
    held = [c.creative_id for c in out.held]
    text = f"{len(records)} approved ads written to {', '.join(map(str, paths))}"
    if held:
        text += f"\nheld back, they no longer hold (see hansa ads show): {', '.join(held)}"
    value = {"files": [str(p) for p in paths], "n_ads": len(records), "held_back": held}
    emit(value, as_json, text)


def _watch() -> Watch | None:
    """On a terminal: the words of the first candidate as they are written."""
    if not sys.stderr.isatty():
        return None
    return lambda number, piece: click.echo(piece, nl=False, err=True) if number == 0 else None


def _product(store: Store, text: str) -> Product:
    """A product by its id, else by its exact title."""
    try:
        return rows.product(store, text)
    except InputError:
        for found in rows.products(store, search=text, limit=1_000):
            if found.product.title.casefold() == text.casefold():
                return found.product
        raise


def _record(c: Creative) -> dict[str, Any]:
    own = asdict(c) | {
        "label": c.provenance.get("label") or LABELS["zh" if c.language == "zh" else "en"],
        "approved_by": c.decided_by,
        "approved_at": c.decided_at,
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


def _json(records: Sequence[dict[str, Any]]) -> bytes:
    return json.dumps({"ads": list(records)}, ensure_ascii=False, indent=2).encode()


def _write_file(path: Path, content: bytes) -> None:
    """All or nothing: an older file stays until the new one is whole."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as e:
        raise InputError(
            "The file cannot be written.",
            where=str(path),
            safe="The ads are as before.",
            todo=f"Choose a folder that exists and can be written ({e.strerror}).",
        ) from e


def _emit_all(found: Sequence[Creative], as_json: bool, none: str = "", note: str = "") -> None:
    refused = [c for c in found if c.state is CreativeState.REFUSED]
    text = "\n\n".join(_card(c) for c in found) or none
    value = {"ads": [asdict(c) for c in found], "n_refused": len(refused)}
    emit(value | ({"note": note} if note else {}), as_json, text)


def _card(c: Creative) -> str:
    label = c.provenance.get("label", "")
    lines = [
        f"{c.creative_id}  version {c.version}  {c.state}  {c.language}  product {c.product_id}"
        + (f"  audience {c.audience_id}" if c.audience_id else ""),
        f"  [{label}] {c.headline}" if label else f"  {c.headline}",
        f"  {c.body}",
    ]
    lines += [f"  > {c.call_to_action}"] if c.call_to_action else []
    for f in c.findings:
        words = f" “{f.words}”" if f.words else ""
        lines.append(f"  {f.severity} ({f.check}){words}: {f.message} {f.fix}".rstrip())
    return "\n".join(lines)
