"""hansa-audit: checks what merchants charged and what the operator did with it; works offline."""

from __future__ import annotations

import logging
import os

import click

from common import __version__
from common.terminal import LazyGroup, run_group


class AuditGroup(LazyGroup):
    """The verbs; each is imported when it is called, for the accountants take a second to load."""

    verbs = {  # noqa: RUF012
        "verify": (
            "common.audit.verify_command",
            "verify",
            "Check exports of merchants and of the operator, and published models.",
        ),
        "replay": (
            "common.audit.replay_command",
            "replay",
            "Compute epsilon again after every charge, by both accountants.",
        ),
        "diff": (
            "common.audit.diff_command",
            "diff_files",
            "Compare two exports of one merchant, or of one operator.",
        ),
        "canary": (
            "common.audit.canary_command",
            "canary",
            "Train on planted shoppers with the client's own code and judge the claimed epsilon.",
        ),
        "report": (
            "common.audit.report.command",
            "report",
            "Write a report that a person can read and sign.",
        ),
    }


@click.group(cls=AuditGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hansa-audit")
def audit() -> None:
    """Check what was charged to privacy budgets, and what became of it. Works offline.

    Exit code 0: everything holds. 4: something is broken.
    """


def main() -> None:
    """Run a verb; a UserFacing error becomes words and an exit code, never a traceback."""
    logging.basicConfig(level=os.environ.get("HANSA_LOG", "WARNING"))
    run_group(audit)
