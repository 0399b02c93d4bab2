"""hansa bundle use, worth: go back to an installed model; was joining the league worth it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from client.commands import home_option, telling_fit
from client.store import Store, models
from common.terminal import emit, json_option


@click.command()
@click.argument("name")
@home_option
@json_option
def use(name: str, home: Path, as_json: bool) -> None:
    """Make an installed model the current one again, by the beginning of its digest.

    The next model that the league publishes becomes current as ever.
    """
    with Store.open(home) as store:
        before = models.use(store, name)
        now = models.listing(store)[0].digest
    text = f"In use: {now[:16]}. Before: {before[:16]}."
    if now == before:
        text = f"{now[:16]} was in use already: nothing was changed."
    emit({"current": now, "before": before}, as_json, text)


@click.command()
@home_option
@json_option
def worth(home: Path, as_json: bool) -> None:
    """Was joining worth it: own rows under a model of this shop alone, and with the league's."""
    from client.worth import worth as judge

    with Store.open(home, read_only=True) as store:
        found = judge(store, telling_fit(as_json))
    if found.gain is None or found.alone is None or found.together is None:
        text = f"UNKNOWN: {found.reason}"
    else:
        text = (
            f"{found.verdict.upper()}: AUC {found.together:.3f} with the league, {found.alone:.3f}"
            f" alone; difference {found.gain.value:+.3f} ({found.gain.low:+.3f} to"
            f" {found.gain.high:+.3f}) over {found.n_shoppers} shoppers"
        )
    emit(asdict(found), as_json, text)
