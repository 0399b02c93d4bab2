"""hansa recommend: what to show one shopper next; what goes well with a product."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from client.commands import home_option, telling_fit
from client.store import Store
from common.errors import InputError
from common.settings import load_settings
from common.terminal import emit, json_option

_MOST = 50


@click.command()
@click.option("--shopper", metavar="ID", help="Customer id of your files, or a pseudonym.")
@click.option("--product", metavar="P", help="Id or title: what goes well with it?")
@click.option("--n", type=click.IntRange(1, _MOST), default=5, show_default=True)
@click.option(
    "--not-bought",
    type=click.IntRange(0, 3650),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="Leave out what the shopper bought in so many days.",
)
@click.option(
    "--cap",
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help="Leave out what was shown so often in the last 7 days.",
)
@click.option(
    "--variety",
    type=click.FloatRange(0, 1),
    default=0.3,
    show_default=True,
    help="0: the likeliest, however alike; 1: as unlike as can be.",
)
@home_option
@json_option
def recommend(
    shopper: str | None,
    product: str | None,
    n: int,
    not_bought: int,
    cap: int,
    variety: float,
    home: Path,
    as_json: bool,
) -> None:
    """What to show a shopper next, or what goes well with a product.

    The customer id is never stored or logged; give "-" to type it on standard input.
    """
    if (shopper is None) == (product is None):
        raise InputError(
            "For a shopper, or with a product?",
            safe="Nothing was changed.",
            todo="Give one of --shopper and --product.",
        )
    if product is not None:
        _with_product(product, n, home, as_json)
    elif shopper is not None:
        _for_shopper(shopper, n, (not_bought, cap, variety), home, as_json)


def _for_shopper(
    shopper: str, n: int, limits: tuple[int, int, float], home: Path, as_json: bool
) -> None:
    from client.people.who import key_of, person_of
    from client.recommend import for_shopper
    from client.salt import place

    if shopper == "-":
        shopper = sys.stdin.readline()
    days, cap, variety = limits
    with Store.open(home) as store:
        salt = place.load(home)
        key = person_of(store, key_of(store, shopper, salt), salt).shopper_key
        limit = {"bought_days": days, "cap": cap}
        told = telling_fit(as_json)
        found = for_shopper(store, key, n, **limit, variety=1 - variety, told=told)
    lines: list[str] = []
    for offer in found.offers:
        lines.append(f"{offer.p_conversion:8.3%}  {offer.product_id}  {offer.title}")
        lines += [f"{'':10}{reason.text}" for reason in offer.reasons]
        lines += [f"{'':10}ad {ad.creative_id}: {ad.headline}" for ad in offer.ads[:3]]
    out = {
        f"bought in {days} days": found.n_bought,
        f"shown {cap} times in 7 days": found.n_capped,
        "sold out": found.n_sold_out,
    }
    gone = [f"{count} {why}" for why, count in out.items() if count]
    if gone:
        lines.append(f"left out: {', '.join(gone)}")
    emit(asdict(found), as_json, "\n".join(lines))


def _with_product(product: str, n: int, home: Path, as_json: bool) -> None:
    from client.recommend_pairs import goes_with

    settings = load_settings(home)
    with Store.open(home, read_only=True) as store:
        found = goes_with(store, settings, product, n)
    lines = [f"goes well with {found.title} ({found.product_id}):"]
    for g in found.found:
        figure = f"lift {g.lift:.1f}" if g.lift is not None else f"cosine {g.cosine:.2f}"
        lines.append(f"  {g.product_id}  {g.title}  ({figure}: {g.text})")
    if not found.enough_buyers:
        lines.append(f"  fewer than {settings.audience_floor} people bought it: nothing is counted")
    if not found.has_vectors:
        lines.append("  its words have no vectors yet: make them with 'hansa text'")
    if not found.found:
        lines.append("  nothing is surely bought with it")
    emit({"floor": settings.audience_floor, **asdict(found)}, as_json, "\n".join(lines))
