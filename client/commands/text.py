"""hansa text: vectors of the products' words, what is near to a search, places in the taxonomy."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

import click

from client.commands import home_option
from client.store import Store
from client.store import vectors as kept
from common.taxonomy import by_id, nodes
from common.terminal import emit, json_option, progress

encoder_option = click.option(
    "--encoder",
    "folder",
    type=click.Path(path_type=Path),
    help="A folder with a sentence-transformers/ONNX model; else text.toml, else the built-in one.",
)


@click.group(invoke_without_command=True)
@encoder_option
@home_option
@json_option
@click.pass_context
def text(ctx: click.Context, folder: Path | None, home: Path, as_json: bool) -> None:
    """Turn the words of all products into vectors; those that are there are not made again."""
    if ctx.invoked_subcommand:
        return
    from client.text.choose import open_encoder
    from client.text.vectors import model_key, product_vectors

    with Store.open(home) as store:
        encoder = open_encoder(home, folder)
        before, began = kept.count(store, model_key(encoder)), time.perf_counter()
        products, _ = product_vectors(
            store, encoder, watch=lambda n, of: progress(as_json, "vectors", n, of)
        )
        seconds = time.perf_counter() - began
        made = kept.count(store, model_key(encoder)) - before
    rate = 60 * made / seconds if made else 0.0
    facts = {
        "model": model_key(encoder),
        "products": len(products),
        "made": made,
        "seconds": seconds,
        "per_minute": rate,
    }
    line = f"{len(products)} products, {made} new vectors in {seconds:.1f} s ({rate:.0f} a minute)."
    emit(facts, as_json, line)


@text.command()
@click.argument("words")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True)
@encoder_option
@home_option
@json_option
def near(words: str, limit: int, folder: Path | None, home: Path, as_json: bool) -> None:
    """Products whose words are nearest to a search, in English or Chinese."""
    from client.text.choose import open_encoder
    from client.text.vectors import nearest, product_vectors, vectors

    with Store.open(home) as store:
        encoder = open_encoder(home, folder)
        products, made = product_vectors(
            store, encoder, watch=lambda n, of: progress(as_json, "vectors", n, of)
        )
        asked = vectors(store, [words], encoder, query=True)[0]
    places, cosines = nearest(asked, made, limit)
    found = [
        {"product_id": products[i].product_id, "title": products[i].title, "cosine": float(c)}
        for i, c in zip(places, cosines, strict=True)
    ]
    lines = [f"{f['cosine']:.3f}  {f['product_id']}  {f['title']}" for f in found]
    emit({"near": found}, as_json, "\n".join(lines) or "The shop has no products yet.")


@text.command()
@encoder_option
@home_option
@json_option
def taxonomy(folder: Path | None, home: Path, as_json: bool) -> None:
    """Give each product its place in the public taxonomy; taxonomy.csv in the shop's folder wins."""
    from client.text.choose import open_encoder
    from client.text.taxonomy import map_products

    with Store.open(home) as store:
        done = map_products(
            store,
            open_encoder(home, folder),
            watch=lambda n, of: progress(as_json, "vectors", n, of),
        )
    words = ", ".join(f"{n} by {by}" for by, n in done.by.items())
    emit(asdict(done), as_json, f"{done.n_products} products: {words}; {done.n_changed} changed.")


@text.command()
@json_option
def places(as_json: bool) -> None:
    """List the places of the public taxonomy, for taxonomy.csv."""
    lines = [f"{'  ' if n.node_id != n.top else ''}{n.node_id}  {n.en}  {n.zh}" for n in nodes()]
    emit({"places": [asdict(n) for n in by_id().values()]}, as_json, "\n".join(lines))
