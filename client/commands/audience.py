"""hansa audience: pick one by size, budget or rate; compare and list them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from client.commands import home_option, telling_fit
from client.commands.audience_files import export, exports
from client.store import Store, audiences
from common.domain import Audience, Interval
from common.errors import InputError
from common.settings import Settings, load_settings
from common.terminal import emit, json_option, progress


class _Audiences(click.Group):
    """`hansa audience PRODUCT ...` means `hansa audience pick PRODUCT ...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the verb in where none was said."""
        if not args or args[0] not in (*self.commands, "--help", "-h"):
            args = ["pick", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Audiences)
def audience() -> None:
    """Pick an audience for a product; compare and export audiences.

    "hansa audience --product P --size N" is short for "hansa audience pick"; its options are in
    "hansa audience pick --help".
    """


@audience.command()
@click.argument("product_argument", metavar="[PRODUCT]", required=False)
@click.option("--product", help="Id or title of a product.")
@click.option("--size", type=int, help="How many shoppers; a tenth of all by default.")
@click.option("--budget", metavar="MONEY", help="As many shoppers as this pays for.")
@click.option("--cost-per-impression", "cost", metavar="MONEY", help="As so far by default.")
@click.option(
    "--frequency", type=int, default=1, show_default=True, help="Impressions planned for each."
)
@click.option("--min-ctr", metavar="RATE", help="Only who is likelier to click: 0.02 or 2%.")
@click.option("--min-cvr", metavar="RATE", help="Only who is likelier to convert.")
@click.option("--exclude-buyers", type=int, metavar="DAYS", help="Leave out who bought it lately.")
@click.option("--exclude-audience", multiple=True, metavar="ID", help="Leave out who is in it.")
@click.option("--segment", multiple=True, metavar="ID", help="Only people of these segments.")
@click.option(
    "--exclude-list",
    type=click.Path(path_type=Path),
    help="Leave out the pseudonyms in this file, one a line, this once.",
)
@click.option("--name", default="", help="Name of the audience.")
@click.option("--preview", is_flag=True, help="Only say what it would be; nothing is kept.")
@click.option("--list", "listing", is_flag=True, help="List the audiences that exist.")
@click.option(
    "--exclude", multiple=True, metavar="SHOPPER", help="Leave out for good: id or pseudonym."
)
@home_option
@json_option
def pick(
    product_argument: str | None,
    product: str | None,
    name: str,
    preview: bool,
    listing: bool,
    exclude: tuple[str, ...],
    home: Path,
    as_json: bool,
    **asked: Any,
) -> None:
    """Pick an audience for a product, with what it may bring and the reasons."""
    wanted = product or product_argument
    settings = load_settings(home)
    with Store.open(home, read_only=listing) as store:
        if listing:
            _list(store, wanted, as_json)
            return
        wish = _wish(**asked)  # before anything is written: it may be refused
        if preview and wanted is not None:
            _preview(store, settings, wanted, wish, as_json)
            return
        if exclude:
            audiences.exclude(store, out := _people(store, exclude))
        if wanted is None:
            if exclude:
                emit({"excluded": len(out)}, as_json, f"Left out: {len(out)}.")
                return
            raise InputError("Which product?", todo="Give --product with an id or a title.")
        from client.audience import choose

        progress(as_json, "audience", 0, 1, "scoring")
        made = choose(store, settings, wanted, wish, name, telling_fit(as_json))
        progress(as_json, "audience", 1, 1)
    result = {
        **_as_dict(made.audience),
        "n_addressable": made.n_addressable,
        "left_out": made.left_out,
        "n_asked": made.n_asked,
        "expected": asdict(made.expected),
    }
    emit(result, as_json, "\n".join(_lines(made.audience) + _plan(made)))


@audience.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID ID...")
@home_option
@json_option
def overlap(ids: tuple[str, ...], home: Path, as_json: bool) -> None:
    """What audiences share: people, segments, reasons."""
    from client.overlap import overlap as compare

    settings = load_settings(home)
    with Store.open(home, read_only=True) as store:
        found = compare(store, settings, ids)
    under = f"under {settings.audience_floor}"
    lines = []
    for o in found:
        n = under if o.n_shared is None else str(o.n_shared)
        share = "" if o.jaccard is None else f", Jaccard {o.jaccard:.2f}"
        lines.append(f"{o.first} ({o.n_first}) and {o.second} ({o.n_second}): {n} in both{share}")
        lines += [f"  {s.n_people} of them are '{s.name_en}'" for s in o.segments]
        lines += [f"  the model used '{group}' for both" for group in o.reasons]
    result = {"floor": settings.audience_floor, "pairs": [asdict(o) for o in found]}
    emit(result, as_json, "\n".join(lines))


audience.add_command(export)
audience.add_command(exports)


def _preview(store: Store, settings: Settings, product: str, wish: Any, as_json: bool) -> None:
    from client.audience import preview

    found = preview(store, settings, product, wish, telling_fit(as_json))
    cvr = found.expected_cvr
    lines = [
        f"{found.size} shoppers; nothing is kept.",
        f"  expected conversion rate {cvr.value:.2%} (95 %: {cvr.low:.2%} to {cvr.high:.2%})",
    ]
    emit(asdict(found), as_json, "\n".join([*lines, *_plan(found)]))


def _wish(**asked: Any) -> Any:
    """The options as a `Wish`."""
    from client.audience_wish import Wish, money, pseudonyms, rate

    budget, cost = asked["budget"], asked["cost"]
    ctr, cvr, left_out = asked["min_ctr"], asked["min_cvr"], asked["exclude_list"]
    return Wish(
        size=asked["size"],
        budget_minor=round(money(budget, "--budget")) if budget is not None else None,
        cost_per_impression_minor=None if cost is None else money(cost, "--cost-per-impression"),
        frequency=asked["frequency"],
        min_ctr=None if ctr is None else rate(ctr, "--min-ctr"),
        min_cvr=None if cvr is None else rate(cvr, "--min-cvr"),
        exclude_buyers_days=asked["exclude_buyers"],
        exclude_audiences=asked["exclude_audience"],
        segments=asked["segment"],
        leave_out=pseudonyms(left_out) if left_out is not None else frozenset(),
    )


def _people(store: Store, named: tuple[str, ...]) -> list[str]:
    """Pseudonyms of people given by customer id or pseudonym; refuses a name of nobody."""
    from client.people.who import key_of, person_of
    from client.salt import place

    salt = place.load(store.home)
    keys = dict.fromkeys(key_of(store, name, salt) for name in named)
    return [person_of(store, key, salt).shopper_key for key in keys]


def _list(store: Store, product_id: str | None, as_json: bool) -> None:
    found = audiences.listing(store, product_id)
    lines = [f"{a.audience_id}  {a.expected_cvr.value:.3%}  {a.name}" for a in found]
    result = {"audiences": [_as_dict(a) for a in found]}
    emit(result, as_json, "\n".join(lines) or "No audience yet.")


def _as_dict(a: Audience) -> dict[str, Any]:
    out = asdict(a)
    out["lift"] = a.expected_cvr.value / a.base_cvr if a.base_cvr else None
    return out


def _lines(a: Audience) -> list[str]:
    rates = [("conversion", a.expected_cvr, f"; everybody: {a.base_cvr:.2%}")]
    rates += [("click", a.expected_ctr, "")] if a.expected_ctr else []
    lines = [f"{a.name} ({a.audience_id})", f"{a.size} shoppers"]
    lines += [
        f"  expected {name} rate {r.value:.2%} (95 %: {r.low:.2%} to {r.high:.2%}){rest}"
        for name, r, rest in rates
    ]
    return [*lines, *(f"  {r.text}" for r in a.reasons)]


def _plan(made: Any) -> list[str]:
    plan = made.expected
    if plan.cost_minor is None:
        cost = "no cost is known here"
    else:
        each = plan.cost_per_impression_minor / 100
        cost = f"cost {plan.cost_minor / 100:.2f} ({each:.4g} each: {plan.cost_from})"
    lines = [
        f"  {plan.n_impressions} impressions, {cost}",
        f"  conversions {_of(plan.conversions)}",
    ]
    lines += [f"  clicks {_of(plan.clicks)}"] if plan.clicks else []
    gone = [f"{n} {reason}" for reason, n in made.left_out.items()]
    lines += [f"  left out: {', '.join(gone)}"] if gone else []
    if made.n_asked is not None and made.size < made.n_asked:
        lines.append(f"  {made.size} found of {made.n_asked} asked for: no more shoppers fit")
    return lines


def _of(i: Interval) -> str:
    return f"{i.value:.1f} (95 %: {i.low:.1f} to {i.high:.1f})"
