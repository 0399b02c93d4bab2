"""hansa bundle, score, audience, explain: use the model that was learnt together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from client.commands import home_option, telling_fit
from client.commands.audience import audience as audience
from client.commands.model_more import use, worth
from client.store import Store, models, personal_heads
from client.store.personal_heads import HeadFacts
from common.bundle import ModelBundle, unpack
from common.errors import InputError
from common.features import default_spec
from common.keys import PublicIdentity
from common.settings import load_settings
from common.terminal import emit, json_option


@click.group()
def bundle() -> None:
    """Show, check or install model bundles."""


bundle.add_command(use)
bundle.add_command(worth)


@bundle.command("list")
@home_option
@json_option
def list_(home: Path, as_json: bool) -> None:
    """Installed models, the current one first."""
    with Store.open(home, read_only=True) as store:
        found = models.listing(store)
    lines = [
        f"{'*' if b.current else ' '} {b.digest[:16]}  installed {b.installed_at}"
        + (f"  in use since {b.used_since}" if b.current else "")
        for b in found
    ]
    emit(
        {"bundles": [asdict(b) for b in found]},
        as_json,
        "\n".join(lines) or "No model is installed yet.",
    )


@bundle.command()
@click.argument("name", required=False)
@home_option
@json_option
def show(name: str | None, home: Path, as_json: bool) -> None:
    """Provenance of a model (the current one, or by the beginning of its digest)."""
    with Store.open(home, read_only=True) as store:
        found = models.load(store, name) if name else models.current(store)
        own = personal_heads.facts(store, found.digest()) if found else ()
    if found is None:
        raise InputError("No model is installed yet.", safe="Nothing was changed.")
    lines = [_fact_lines(found), *(_own_line(o) for o in own)]
    emit({**_facts(found), "own_heads": [asdict(o) for o in own]}, as_json, "\n".join(lines))


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", help="The coordinator's public key; the site kit's by default.")
@home_option
@json_option
def verify(file: Path, key: str | None, home: Path, as_json: bool) -> None:
    """Check a file's signature and features, without installing it."""
    found = unpack(_read(file))
    found.verify(_trusted(home, key), default_spec())
    _probe(found)
    emit({"sound": True, **_facts(found)}, as_json, f"Sound.\n{_fact_lines(found)}")


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", help="The coordinator's public key; the site kit's by default.")
@home_option
@json_option
def install(file: Path, key: str | None, home: Path, as_json: bool) -> None:
    """Check a file and make it the current model."""
    data, trusted = _read(file), _trusted(home, key)
    found = unpack(data)
    found.verify(trusted, default_spec())  # before onnxruntime reads a byte of it
    _probe(found)
    with Store.open(home) as store:
        digest = models.install(store, data, trusted)
    emit({"installed": digest}, as_json, f"Installed {digest[:16]}.")


@click.command()
@click.option("--product", required=True, help="Id or title of a product.")
@click.option("--shared", is_flag=True, help="Without this shop's own calibration.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@home_option
@json_option
def score(product: str, shared: bool, limit: int, home: Path, as_json: bool) -> None:
    """Shoppers likeliest to convert on a product, if it were shown now."""
    from client.audience import score_candidates
    from client.audience_sift import find_product
    from client.targeting import open_scorer

    with Store.open(home) as store:
        product_id, title = find_product(store, product)
        scorer = open_scorer(store, shared_only=shared, told=telling_fit(as_json))
        everybody = score_candidates(store, scorer, product_id)
    order = (-everybody.p_conversion).argsort(kind="stable")[:limit]
    click_p = everybody.p_click
    top = [
        {
            "shopper": everybody.keys[i],
            "p_conversion": float(everybody.p_conversion[i]),
            "p_click": None if click_p is None else float(click_p[i]),
        }
        for i in order
    ]
    result = {
        "product_id": product_id,
        "n_shoppers": len(everybody.keys),
        "mean_p_conversion": float(everybody.p_conversion.mean()) if len(top) else None,
        "calibrated_here": "conversion" in scorer.calibration,
        "bundle_digest": scorer.bundle.digest(),
        "top": top,
    }
    lines = [f"{r['p_conversion']:8.3%}  {r['shopper']}" for r in top]
    emit(result, as_json, "\n".join([title, *lines]))


@click.command()
@click.option("--shopper", help="Pseudonym of a shopper, or the customer id of your files.")
@click.option("--product", help="Id or title of a product.")
@click.option("--audience", "audience_id", help="An audience, as a whole.")
@home_option
@json_option
def explain(
    shopper: str | None, product: str | None, audience_id: str | None, home: Path, as_json: bool
) -> None:
    """What the model used for one shopper and one product, or for an audience as a whole."""
    from client.explain_why import why_audience, why_shopper

    told = telling_fit(as_json)

    with Store.open(home) as store:
        if audience_id and not shopper and not product:
            why = why_audience(store, load_settings(home), audience_id, told)
        elif shopper and product and not audience_id:
            why = why_shopper(store, shopper, product, told)
        else:
            raise InputError(
                "One shopper and a product, or an audience?",
                safe="Nothing was changed.",
                todo="Give --shopper and --product, or --audience.",
            )
    factors = dict(sorted(why.odds_factors.items(), key=lambda e: -e[1]))
    result = {
        "shopper": why.shopper,
        "audience_id": why.audience_id,
        "product_id": why.product_id,
        "n_people": why.n_people,
        "p_conversion": why.p_conversion,
        "base_odds": why.base_odds,
        "odds_factors": factors,
        "reasons": [asdict(r) for r in why.reasons],
        "bundle_digest": why.bundle_digest,
        "same_model": why.same_model,
        "wording": "what the model used, not what causes a conversion",
    }
    lines = [f"odds times {v:5.2f}  {k}" for k, v in factors.items()]
    said = [r.text for r in why.reasons] or ["no group of features moved this score by 5 %"]
    if not why.same_model:
        said.append(
            "the audience was picked with an older model; this is what the current one uses"
        )
    text = "\n".join([f"{why.title}: {why.p_conversion:.3%}.", *said, "all groups:", *lines])
    emit(result, as_json, text)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as e:
        raise InputError(
            "The file cannot be read.", where=str(file), safe="Nothing was changed."
        ) from e


def _probe(found: ModelBundle) -> None:
    from client.score import probe  # onnxruntime takes its time

    probe(found)


def _trusted(home: Path, key: str | None) -> PublicIdentity:
    """The coordinator's key: as given, else from the site kit."""
    if key:
        return PublicIdentity.from_hex(key)
    from client import enrol

    return enrol.load_kit(home).coordinator


def _facts(found: ModelBundle) -> dict[str, Any]:
    return {
        "digest": found.digest(),
        "signer": found.signer,
        "spec_digest": found.feature_spec().digest(),
        "heads": list(found.heads),
        "n_bytes": len(found.onnx),
        "provenance": dict(found.provenance),
    }


def _own_line(own: HeadFacts) -> str:
    """The shop's own head in one line; it is fitted here and never sent."""
    stale = "; rows changed since, fitted again at the next use" if own.stale else ""
    return (
        f"own head for {own.head}, never sent: {own.words} ({own.why}); {own.n_positive} of"
        f" {own.n_rows} rows{stale}"
    )


def _fact_lines(found: ModelBundle) -> str:
    facts = _facts(found)
    rest = facts.pop("provenance")
    return "\n".join(_said({**facts, **rest}))


def _said(facts: Mapping[str, Any], before: str = "") -> list[str]:
    """A line a fact; those inside another are named after it: "privacy, unit: one shopper"."""
    lines = []
    for name, value in facts.items():
        if isinstance(value, Mapping):
            lines += _said(value, f"{before}{name}, ")
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            lines.append(f"{before}{name}: {text}")
    return lines
