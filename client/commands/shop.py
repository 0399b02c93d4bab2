"""hansa init, hansa desktop: make a shop folder; open the window on it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from client.commands import home_option
from client.shop import make_shop
from common.errors import InputError
from common.terminal import emit, json_option


@click.command()
@home_option
@json_option
@click.option("--name", required=True, help="The shop's name, as people see it.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", help="Language of ads.")
@click.option("--epsilon", type=float, default=None, help="Lifetime privacy limit of the shop.")
@click.option(
    "--tier",
    type=click.Choice(["small", "medium", "large"]),
    default=None,
    help="Declared size: up to 4,000, 35,000 or 280,000 shoppers.",
)
@click.option(
    "--retention", "retention_days", type=click.IntRange(0), help="Delete older rows every day."
)
def init(
    home: Path,
    as_json: bool,
    name: str,
    language: str,
    epsilon: float | None,
    tier: str | None,
    retention_days: int | None,
) -> None:
    """Make a shop folder with its own database, settings and keys."""
    policy = {"epsilon": epsilon, "tier": tier}
    given = {k: v for k, v in policy.items() if v is not None}
    made = make_shop(home, name, language, given, retention_days=retention_days)
    emit(
        {"home": str(home), "name": name, "fingerprint": made},
        as_json,
        f"Shop '{name}' made in {home}\nidentity {made}\nnext: hansa import FILES --home {home}",
    )


@click.command()
@home_option
@json_option
def desktop(home: Path, as_json: bool) -> None:
    """Open the window on this shop; returns when the window is closed."""
    # The window is above this room and may not be imported from here: it is its own process.
    code = subprocess.call([sys.executable, "-m", "gui", "--home", str(home)])
    if code:
        raise InputError(
            "The window could not be opened.",
            safe="The shop's data was not touched.",
            todo="Install the window with: pip install 'hansa[gui]'; a display is needed.",
        )
    emit({"closed": True}, as_json)
