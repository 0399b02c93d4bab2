"""hansa ads approve, reject, live, retire, undo: a named person decides; every decision is kept."""

from __future__ import annotations

from pathlib import Path

import click

from client.commands import home_option
from client.commands.ads_words import by_option, emit_ad
from client.creative import review
from client.store import Store
from common.terminal import json_option


@click.command()
@click.argument("creative_id")
@by_option
@home_option
@json_option
def approve(home: Path, as_json: bool, creative_id: str, by: str) -> None:
    """Approve an ad. An ad with errors cannot be approved by anybody."""
    with Store.open(home) as store:
        done = review.approve(store, creative_id, by)
    emit_ad(done, as_json)


@click.command()
@click.argument("creative_id")
@click.option("--reason", required=True, help="Why, in your words.")
@by_option
@home_option
@json_option
def reject(home: Path, as_json: bool, creative_id: str, reason: str, by: str) -> None:
    """Reject an ad, with a reason."""
    with Store.open(home) as store:
        done = review.reject(store, creative_id, by, reason)
    emit_ad(done, as_json)


@click.command()
@click.argument("creative_id")
@by_option
@home_option
@json_option
def live(home: Path, as_json: bool, creative_id: str, by: str) -> None:
    """Say that an approved ad is on show from now on."""
    with Store.open(home) as store:
        done = review.live(store, creative_id, by)
    emit_ad(done, as_json)


@click.command()
@click.argument("creative_id")
@click.option("--reason", required=True, help="Why, in your words.")
@by_option
@home_option
@json_option
def retire(home: Path, as_json: bool, creative_id: str, reason: str, by: str) -> None:
    """Take an approved or live ad out of use. Stop it on the platform, too."""
    with Store.open(home) as store:
        done = review.retire(store, creative_id, by, reason)
    emit_ad(done, as_json)


@click.command()
@click.argument("creative_id")
@click.option("--reason", default="", help="Why, in your words.")
@by_option
@home_option
@json_option
def undo(home: Path, as_json: bool, creative_id: str, reason: str, by: str) -> None:
    """Take the last decision on an ad back; both stay in its log."""
    with Store.open(home) as store:
        done = review.undo(store, creative_id, by, reason)
    emit_ad(done, as_json)
