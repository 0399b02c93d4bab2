"""hansa-server: the operator's command line. Verbs are loaded only when they are used."""

from __future__ import annotations

import logging
import os

import click

from common import __version__
from common.terminal import LazyGroup, run_group

#: verb -> (module, attribute, one-line help), in the order of an operator's day.
VERBS: dict[str, tuple[str, str, str]] = {
    "init": ("server.commands.league", "init", "Make a coordinator's folder, keys, certificates."),
    "kit": ("server.commands.league", "kit", "Write the site kit that merchants join with."),
    "enrol": ("server.commands.league", "enrol", "Let a merchant in by its enrolment request."),
    "serve": ("server.commands.league", "serve", "Run the coordinator until it is stopped."),
    "run": ("server.commands.runs", "run", "Train, evaluate and publish with the merchants."),
    "rounds": ("server.commands.runs", "rounds", "Show runs and their rounds."),
    "bundles": (
        "server.commands.bundles",
        "bundles",
        "Show bundles, promote or put one back, copy one out.",
    ),
    "merchants": ("server.commands.league", "merchants", "Show who is enrolled and online."),
    "roster": (
        "server.commands.league",
        "roster",
        "Write the list of merchants that a league round names.",
    ),
    "ban": ("server.commands.league", "ban", "Lock a merchant out."),
    "unban": ("server.commands.league", "unban", "Lift a ban."),
    "ledger": ("server.commands.ledger", "ledger", "Show, check or export the operator's book."),
    "certificate": ("server.commands.league", "certificate", "Show or renew the certificate."),
}


class _Verbs(LazyGroup):
    """The verbs of the table above."""

    verbs = VERBS


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hansa-server")
def hansa_server() -> None:
    """Hansa 商盟: the coordinator. It never sees a merchant's row."""


def main() -> None:
    """Run a verb; a UserFacing error becomes words and an exit code, never a traceback."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ["FLWR_TELEMETRY_ENABLED"] = "0"
    logging.basicConfig(
        level=os.environ.get("HANSA_LOG", "WARNING"), format="%(asctime)s %(name)s %(message)s"
    )
    run_group(hansa_server)


if __name__ == "__main__":
    main()
