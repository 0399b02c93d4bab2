"""The verbs of `hansa`, one file per room; the shared option lives here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def home_option(f: F) -> F:
    """`--home`: the shop's folder; HANSA_HOME in the environment; else a per-user folder."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="HANSA_HOME",
        default=lambda: Path.home() / ".hansa",
        show_default="~/.hansa",
        help="The shop's folder.",
    )(f)
