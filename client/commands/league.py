"""hansa join, hansa node: enter a league; run the node that learns with it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from client import enrol
from client.commands import home_option
from client.ready import lack, require
from client.store import Store
from common.errors import InputError
from common.keys import Identity
from common.kit import SiteKit
from common.program import code_digest
from common.settings import load_settings
from common.terminal import emit, json_option

if TYPE_CHECKING:
    from client.node import Status


@click.command()
@click.argument("kit", type=click.Path(dir_okay=False, path_type=Path))
@home_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default="request.json")
@click.option("--name", default="", help="The shop's name for the operator.")
@click.option("--new-key", is_flag=True, help="Make another node key (after a ban).")
@json_option
def join(kit: Path, home: Path, out: Path, name: str, new_key: bool, as_json: bool) -> None:
    """Join a league with the operator's site kit; writes a request to send back."""
    with Store.open(home, read_only=True) as store:  # says so if there is no shop
        missing = lack(store)
    try:
        text = kit.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError("The site kit cannot be read.", where=str(kit)) from e
    checked = SiteKit.from_json(text, str(kit))
    name = name or load_settings(home).shop_name or home.resolve().name
    request = enrol.join(home, checked, name, new_key=new_key)
    try:
        out.write_text(request.to_json(), encoding="utf-8")
    except OSError as e:
        raise InputError("The request cannot be written.", where=str(out)) from e
    same = checked.code_digest == code_digest()
    fingerprint = checked.coordinator.fingerprint
    lines = [
        f"Joined '{checked.league}'. Send {out} to the operator.",
        f"Compare with the operator: {fingerprint}",
    ]
    if not same:
        lines.append(
            "The coordinator runs another version of Hansa. Its code is never run here, but its "
            "runs are answered only after you install the same version, or add this line under "
            f'[policy] in hansa.toml: allowed_code = ["{checked.code_digest}"]'
        )
    if missing:
        lines.append(f"{missing.words()} Import more rows before you start the node.")
    result = {"league": checked.league, "request": str(out), "coordinator": fingerprint}
    result |= {"merchant": request.merchant.fingerprint, "code_digest": checked.code_digest}
    result["lacks"] = missing.kind if missing else ""
    emit(result | {"same_code": same}, as_json, "\n".join(lines))


@click.command()
@home_option
@click.option("--once", is_flag=True, help="Connect, answer what waits, and end.")
@click.option("--max-wait", type=float, help="Give up after so many seconds without connection.")
@click.option("--anyway", is_flag=True, help="Even with too few rows to learn from.")
@json_option
def node(home: Path, once: bool, max_wait: float | None, anyway: bool, as_json: bool) -> None:
    """Run the merchant's node until SIGTERM or Ctrl-C.

    A shop that is empty, has fewer than 20 shoppers to learn from, or no click and no order, is
    refused before anything is sent or charged.

    Asked to stop in the middle of a round, it finishes and sends that round, whose privacy is
    spent already; asked twice, it ends at once.
    """
    with Store.open(home) as store:  # says so if there is no shop, or it is from a newer version
        settings = load_settings(home)
        Identity.load(home / "keys" / "identity.pem")
        membership = enrol.load_membership(home)
        if not anyway:
            require(store)
    os.environ["FLWR_HOME"] = str(home / "flwr")
    from client.app import app
    from client.node import Node, Pace
    from common.flower import quiet

    quiet()
    allowed = frozenset({code_digest(), *settings.policy.allowed_code})

    def tell(status: Status) -> None:
        told = {k: v for k, v in asdict(status).items() if v not in ("", 0)}
        where = f" round {status.round}" if status.round else ""
        why = f" ({status.code})" if status.code else ""
        emit(told, as_json, f"{status.state}{where}{why} {status.note}".rstrip())

    running = Node(home, membership, app, allowed, tell, Pace(max_wait_s=max_wait))

    asked_at: list[float] = []

    def stop(*_: object) -> None:
        # one Ctrl-C may arrive twice, by the terminal and by a parent process
        if asked_at and time.monotonic() - asked_at[0] > 1.0:
            raise KeyboardInterrupt
        asked_at.append(time.monotonic())
        running.stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    running.run(once=once)
