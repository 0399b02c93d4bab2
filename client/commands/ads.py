"""hansa ads: write, list, show, edit; decisions, export, results and the judge are in the files beside."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import get_args

import click

from client.commands import home_option
from client.commands.ads_banner import banner
from client.commands.ads_decide import approve, live, reject, retire, undo
from client.commands.ads_export import export
from client.commands.ads_judge import evaluate, learn_headlines, sample
from client.commands.ads_learn import learn
from client.commands.ads_results import choose, pairs, results
from client.commands.ads_words import (
    by_option,
    card,
    decision_lines,
    emit_ad,
    emit_all,
    origin_lines,
)
from client.creative import review, write, writers
from client.creative.brief import KINDS, Kind, Language, Tone, slot_names
from client.creative.language import Watch
from client.creative.origin import origin
from client.creative.writers import WRITERS
from client.store import Store, audiences, creatives, rows
from common.domain import Creative, CreativeState, Product
from common.errors import InputError
from common.settings import load_settings
from common.terminal import emit, json_option


@click.group()
def ads() -> None:
    """Write, check, approve and export ads. Nothing is exported that no person approved."""


for _verb in (
    approve,
    reject,
    live,
    retire,
    undo,
    export,
    results,
    choose,
    pairs,
    banner,
    evaluate,
    sample,
    learn_headlines,
    learn,
):
    ads.add_command(_verb)


@ads.command("write")
@click.option("--product", "product_id", required=True, help="Id or title of the product.")
@click.option("--audience", "audience_id", default="", help="Id of the audience.")
@click.option("--language", type=click.Choice(get_args(Language)), help="Else the shop's.")
@click.option(
    "--slot",
    "slots",
    multiple=True,
    type=click.Choice(slot_names()),
    default=("search",),
    show_default=True,
    help="Where it will stand; may be repeated.",
)
@click.option(
    "--n", default=3, type=click.IntRange(1, 20), show_default=True, help="How many a slot."
)
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
    slots: tuple[str, ...],
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
        one_slot = partial(
            write.draft,
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
        made = [ad for slot in dict.fromkeys(slots) for ad in one_slot(slot_name=slot)]
    note = chosen.why or _filled_up(chosen.writer.name, made)
    if note and not chosen.why:
        click.echo(note, err=True)
    emit_all(made, as_json, note=note)


@ads.command("list")
@click.option("--state", type=click.Choice([str(s) for s in CreativeState]), help="Only these.")
@click.option("--audience", "audience_id", help="Only ads for this audience.")
@click.option("--product", "product_id", help="Only ads for this product.")
@click.option("--slot", type=click.Choice(slot_names()), help="Only ads of this slot.")
@click.option("--language", type=click.Choice(get_args(Language)), help="Only in this language.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Only written since this day, UTC."
)
@home_option
@json_option
def list_(
    home: Path,
    as_json: bool,
    state: str | None,
    audience_id: str | None,
    product_id: str | None,
    slot: str | None,
    language: str | None,
    since: datetime | None,
) -> None:
    """List the ads, newest first."""
    with Store.open(home) as store:
        found = creatives.listing(
            store,
            state,
            audience_id,
            product_id,
            slot=slot,
            language=language,
            since=since.date().isoformat() if since else None,
        )
    emit_all(found, as_json, "No ads yet. Write some with: hansa ads write --product ID")


@ads.command()
@click.argument("creative_id")
@home_option
@json_option
def show(home: Path, as_json: bool, creative_id: str) -> None:
    """Show one ad: words, findings, versions, decisions, exports, and where it came from."""
    with Store.open(home) as store:
        versions = creatives.history(store, creative_id)
        decided = creatives.decisions(store, creative_id)
        exports = creatives.exports(store, creative_id)
    newest = versions[-1]
    came_from = origin(newest)
    names = ("version", "exported_at", "exported_by", "file")
    value = asdict(newest) | {
        "slot": newest.slot,
        "origin": asdict(came_from) | {"score": round(came_from.score, 4)},
        "versions": [asdict(v) for v in versions],
        "decisions": [asdict(d) for d in decided],
        "exports": [dict(zip(names, e, strict=True)) for e in exports],
    }
    lines = [card(newest), *origin_lines(came_from), *decision_lines(decided)]
    lines += [f"  version {v}: exported to {f} by {by} at {at}" for v, at, by, f in exports]
    on_show = [v.version for v in versions[:-1] if v.state is CreativeState.LIVE]
    lines += [f"  version {v} is still live" for v in on_show]
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
    emit_ad(new, as_json)


def _filled_up(name: str, made: Sequence[Creative]) -> str:
    """A word where the default writer wrote what the chosen one could not."""
    others = sum(ad.writer != name for ad in made)
    if not others:
        return ""
    return f"The {name} writer gave too few right ads; the default writer wrote {others} of {len(made)}."


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
