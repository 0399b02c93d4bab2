"""hansa: the merchant's command line. Verbs are loaded only when they are used."""

from __future__ import annotations

import logging
import os

import click

from common import __version__
from common.terminal import LazyGroup, run_group

#: verb -> (module, attribute, one-line help): help costs no import of any engine.
VERBS: dict[str, tuple[str, str, str]] = {
    "init": ("client.commands.shop", "init", "Make a shop folder with its own keys."),
    "import": ("client.commands.imports", "import_", "Import the shop's files into its database."),
    "data": ("client.commands.data", "data", "Show what data is there."),
    "clean": (
        "client.commands.clean",
        "clean",
        "Set aside rows that look wrong; switch the rules.",
    ),
    "segments": (
        "client.commands.segments",
        "segments",
        "Sort shoppers into segments; show, export them.",
    ),
    "text": ("client.commands.text", "text", "Text vectors of products; near ones; taxonomy."),
    "shopper": (
        "client.commands.people",
        "shopper",
        "One person's rights: show, consent, personalise, forget; the salt.",
    ),
    "retention": (
        "client.commands.people",
        "retention",
        "Delete rows older than the shop keeps; rows of minors.",
    ),
    "join": ("client.commands.league", "join", "Join a league with the operator's site kit."),
    "node": ("client.commands.league", "node", "Run the merchant's node: learn with the league."),
    "bundle": (
        "client.commands.model",
        "bundle",
        "Show, check, install or go back to model bundles; was joining worth it.",
    ),
    "score": ("client.commands.model", "score", "Score shoppers for a product."),
    "audience": (
        "client.commands.model",
        "audience",
        "Pick an audience for a product, with reasons.",
    ),
    "recommend": (
        "client.commands.recommend",
        "recommend",
        "What to show a shopper next; what goes well with a product.",
    ),
    "parity": (
        "client.commands.parity",
        "parity",
        "Who is in an audience, group by group, against who could be.",
    ),
    "evaluate": (
        "client.commands.evaluate",
        "evaluate",
        "Compare every way to learn over a folder of merchants.",
    ),
    "drift": (
        "client.commands.drift",
        "drift",
        "Whether the shop still is what the model was fitted to.",
    ),
    "explain": ("client.commands.model", "explain", "Why a shopper has this score."),
    "ads": ("client.commands.ads", "ads", "Write, check, approve and export ads."),
    "ledger": ("client.commands.privacy", "ledger", "Show or export the privacy ledger."),
    "privacy": (
        "client.commands.privacy",
        "privacy",
        "Epsilon spent, left, and what left this computer.",
    ),
    "roster": (
        "client.commands.roster",
        "roster",
        "Show who is in the league; accept a changed list.",
    ),
    "hold": ("client.commands.hold", "hold", "Look at what waits for your yes; send it or not."),
    "policy": ("client.commands.hold", "policy", "Show, change or undo the shop's own rules."),
    "desktop": ("client.commands.shop", "desktop", "Open the window."),
}


class _Verbs(LazyGroup):
    """The verbs of the table above."""

    verbs = VERBS


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hansa")
def hansa() -> None:
    """Hansa 商盟: learn together, show nobody your books."""


def main() -> None:
    """Run a verb; a UserFacing error becomes words and an exit code, never a traceback."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
    logging.basicConfig(
        level=os.environ.get("HANSA_LOG", "WARNING"), format="%(asctime)s %(name)s %(message)s"
    )
    run_group(hansa)
