"""hansa ads results, choose, pairs: what came of the ads, which to show next, what was preferred."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click

from client.commands import home_option
from client.creative.brief import Language, slot_names
from client.creative.learn import choose as choosing
from client.creative.learn import preferences, thompson
from client.creative.learn.results import GroupResult, VariantResult
from client.creative.learn.results import results as results_of
from client.store import Store
from common.domain import Interval
from common.errors import InputError
from common.terminal import emit, json_option

#: where the click rate that a new ad starts from is taken from
_SOURCES = {
    "model": "as the model expects of this audience",
    "shop": "as your ads had it so far",
    "assumed": "a common rate of shop ads, taken until your own ads were shown often enough",
}


@click.command()
@click.option("--product", "product_id", help="Only ads for this product.")
@click.option("--audience", "audience_id", help="Only ads for this audience.")
@home_option
@json_option
def results(home: Path, as_json: bool, product_id: str | None, audience_id: str | None) -> None:
    """Clicks and purchases of every variant, with intervals, and which is likely the best.

    Counted from the impressions and costs that were imported and name the ad (its id, or the
    `variant` of an exported file). Shoppers without consent are not counted.
    """
    with Store.open(home) as store:
        found = results_of(store, product_id, audience_id)
    value = {
        "groups": [_group(g) for g in found.groups],
        "n_unapproved": found.n_unapproved,
        "n_unknown": found.n_unknown,
        "n_unknown_names": found.n_unknown_names,
    }
    lines = [line for g in found.groups for line in _group_lines(g)]
    if found.n_unapproved:
        lines.append(f"! {found.n_unapproved} impressions of ads that nobody had approved by then")
    if found.n_unknown:
        lines.append(
            f"{found.n_unknown} impressions name {found.n_unknown_names} ads"
            " that were not written here; they are not counted"
        )
    emit(value, as_json, "\n".join(lines) or "No ad was approved yet; see: hansa ads list")


@click.command()
@click.option("--product", "product_id", required=True, help="Id of the product.")
@click.option("--audience", "audience_id", default="", help="Id of the audience.")
@click.option("--slot", type=click.Choice(slot_names()), default="search", show_default=True)
@click.option("--language", type=click.Choice(get_args(Language)), help="Where there are two.")
@click.option("--n", default=1, type=click.IntRange(1, 20), show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(0), help="Same seed, same results: same choice.")
@click.option(
    "--floor",
    default=thompson.FLOOR,
    type=click.FloatRange(0, 1),
    show_default=True,
    help="Least share of every variant; never more than a fifth of all together.",
)
@click.option(
    "--strength",
    default=thompson.STRENGTH,
    type=click.FloatRange(1, 1_000),
    show_default=True,
    help="Impressions that the expected rate counts for.",
)
@home_option
@json_option
def choose(
    home: Path,
    as_json: bool,
    product_id: str,
    audience_id: str,
    slot: str,
    language: str | None,
    n: int,
    seed: int | None,
    floor: float,
    strength: float,
) -> None:
    """Choose which approved ad an audience sees, by chance; the chances are kept."""
    with Store.open(home) as store:
        made = choosing.choose(
            store,
            product_id,
            audience_id,
            slot=slot,
            language=language,
            n=n,
            seed=seed,
            floor=floor,
            strength=strength,
        )
    value = asdict(made) | {"decisions": [asdict(d) for d in made.decisions()]}
    lines = [f"choice {made.choice_id}: {made.product_id}, {audience_id or 'no audience'}, {slot}"]
    for a in made.arms:
        mark = f"<- {a.rank}" if a.rank else ""
        lines.append(
            f"  {a.creative_id}.{a.version}  share {a.propensity:6.1%}"
            f"  {a.n_clicks} of {a.n_shown} clicked  {mark}".rstrip()
        )
    start, source = float(made.settings["prior_mean"]), str(made.settings["prior_source"])
    lines.append(f"  a new ad is expected to get {start:.2%} clicks: {_SOURCES[source]}")
    lines.append(f"  shares are exact to {float(made.settings['error']):.4%}")
    emit(value, as_json, "\n".join(lines))


@click.command()
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write them to a new file.",
)
@home_option
@json_option
def pairs(home: Path, as_json: bool, file: Path | None) -> None:
    """How many preference pairs there are, of which kind, and whether they are enough to learn from."""
    with Store.open(home) as store:
        preferences.refresh_clicked(store)
        counted = preferences.count(store)
        records = preferences.as_records(preferences.pairs(store)) if file else []
    if file:
        _write_new(file, records)
    value: dict[str, Any] = {
        "pairs": counted.n,
        "by_kind": counted.by_kind,
        "stored": counted.n_stored,
        "enough": counted.enough,
        "is_enough": counted.is_enough,
    }
    lines = [f"{counted.n} pairs hold, of {counted.n_stored} ever kept"]
    names = {
        "edited": "edited over draft",
        "approved": "approved over rejected",
        "clicked": "clicked over not",
    }
    lines += [f"  {names[k]}: {v}" for k, v in counted.by_kind.items()]
    lines.append(
        "Enough to learn from."
        if counted.is_enough
        else f"Not enough to learn from: that takes {counted.enough}."
    )
    emit(value | ({"file": str(file)} if file else {}), as_json, "\n".join(lines))


def _group(g: GroupResult) -> dict[str, Any]:
    return {
        "product_id": g.product_id,
        "audience_id": g.audience_id,
        "slot": g.slot,
        "language": g.language,
        "prior": asdict(g.prior),
        "error": g.error,
        "variants": [_variant(v) for v in g.variants],
    }


def _variant(v: VariantResult) -> dict[str, Any]:
    own = asdict(v)
    del own["creative"]
    c = v.creative
    return {
        "creative_id": c.creative_id,
        "version": c.version,
        "state": str(c.state),
        "headline": c.headline,
        **own,
    }


def _group_lines(g: GroupResult) -> list[str]:
    lines = [
        f"product {g.product_id}  {'audience ' + g.audience_id if g.audience_id else 'no audience'}"
        f"  {g.slot}  {g.language}  expected CTR {g.prior.mean:.2%} ({_SOURCES[g.prior.source]})"
    ]
    for v in g.variants:
        best = "     not in use" if v.p_best is None else f"best {v.p_best:6.1%}"
        lines.append(
            f"  {v.creative.creative_id}.{v.creative.version} {v.creative.state:<8} shown {v.n_shown:>7}"
            f"  clicks {v.n_clicks:>6}  CTR {_rate(v.ctr)}  bought {v.n_conversions:>5}  {best}"
            f"  {v.creative.headline}"
        )
    return [*lines, ""]


def _rate(i: Interval | None) -> str:
    return "not recorded" if i is None else f"{i.value:.2%} [{i.low:.2%}, {i.high:.2%}]"


def _write_new(file: Path, records: list[dict[str, object]]) -> None:
    try:
        with file.open("x", encoding="utf-8") as f:
            json.dump({"pairs": records}, f, ensure_ascii=False, indent=1)
    except OSError as e:
        raise InputError(
            f"The file cannot be written: {e.strerror}.",
            where=str(file),
            safe="Nothing was written.",
            todo="Name a new file in a folder that you may write to.",
        ) from e
