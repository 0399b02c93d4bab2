"""hansa roster show|accept|forget: who is in the league, and the owner's yes to a changed list."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from client.commands import home_option
from client.enrol import load_kit
from client.shop import IDENTITY_PATH
from client.store import Store
from client.store import roster as kept
from client.store.roster import Pin, Standing
from common.keys import Identity
from common.settings import load_settings
from common.terminal import emit, json_option

_BY = {
    "first-use": "pinned on first use",
    "owner": "accepted by this shop's owner",
    "coordinator": "sent by the coordinator",
}


@click.group()
def roster() -> None:
    """Show who is in the league; accept a changed list.

    With league noise a shop's privacy rests on the others in the sum. So it goes by one list of
    merchants and takes part in no round with another one until its owner says yes.
    """


@roster.command()
@home_option
@json_option
def show(home: Path, as_json: bool) -> None:
    """Show the list that this shop goes by, and one that waits for a yes."""
    coordinator = load_kit(home).coordinator
    me = Identity.load(home / IDENTITY_PATH).public.fingerprint
    manual = load_settings(home).policy.league_pin == "manual"
    with Store.open(home) as store:
        known = kept.standing(store, coordinator)
    emit(_facts(known), as_json, "\n".join([*_pinned(known, me, manual), *_proposed(known, me)]))


@roster.command()
@home_option
@json_option
@click.option("--digest", default="", help="Accept only the list whose digest begins like this.")
def accept(home: Path, as_json: bool, digest: str) -> None:
    """Go by the list that waits, from the next round on."""
    coordinator = load_kit(home).coordinator
    me = Identity.load(home / IDENTITY_PATH).public.fingerprint
    with Store.open(home) as store:
        before = kept.accept(store, coordinator, datetime.now(UTC), digest)
        after = kept.standing(store, coordinator)
    n = len(after.pinned.roster.members) if after.pinned else 0
    lines = [*_changes(before, me), f"Accepted: this shop goes by this list of {n} merchants now."]
    change = {"came": list(before.came), "went": list(before.went)}
    emit(_facts(after) | change, as_json, "\n".join(lines))


@roster.command()
@home_option
@json_option
def forget(home: Path, as_json: bool) -> None:
    """Go by no list any more; the next one is the first again."""
    coordinator = load_kit(home).coordinator
    manual = load_settings(home).policy.league_pin == "manual"
    with Store.open(home) as store:
        done = kept.forget(store, coordinator)
    after = "waits for 'hansa roster accept'" if manual else "is pinned when it comes"
    text = f"Forgotten. The next list {after}." if done else "There was no list to forget."
    emit({"forgotten": done}, as_json, text)


def _facts(known: Standing) -> dict[str, Any]:
    return {
        "pinned": _fact(known.pinned),
        "proposed": _fact(known.proposed),
        "came": list(known.came),
        "went": list(known.went),
    }


def _fact(pin: Pin | None) -> dict[str, Any] | None:
    if pin is None:
        return None
    return {
        "digest": pin.roster.digest(),
        "since": pin.since,
        "by": pin.by,
        "merchants": [name for name, _ in pin.roster.members],
    }


def _pinned(known: Standing, me: str, manual: bool) -> list[str]:
    pin = known.pinned
    if pin is None:
        how = "waits for your yes" if manual else "is pinned when it comes"
        return [f"This shop goes by no list of merchants yet: the first {how}."]
    head = f"{len(pin.roster.members)} merchants, {_BY[pin.by]}, {pin.since}"
    return [head, f"digest {pin.roster.digest()}", *_names([n for n, _ in pin.roster.members], me)]


def _proposed(known: Standing, me: str) -> list[str]:
    new = known.proposed
    if new is None:
        return []
    return [
        "",
        f"A list of {len(new.roster.members)} merchants waits for your yes, since {new.since}.",
        f"digest {new.roster.digest()}",
        *_changes(known, me),
        "Ask the operator, or the merchants themselves, who they are. Then: hansa roster accept "
        f"--digest {new.roster.digest()[:12]}",
    ]


def _changes(known: Standing, me: str) -> list[str]:
    came = [f"+{line[1:]}" for line in _names(known.came, me)]
    went = [f"-{line[1:]}" for line in _names(known.went, me)]
    return [*came, *went]


def _names(names: list[str] | tuple[str, ...], me: str) -> list[str]:
    return [f"  {name}{' (this shop)' if name == me else ''}" for name in names]
