"""The verbs of `hansa-server`; the shared option lives here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def home_option(f: F) -> F:
    """`--home`: the coordinator's folder; HANSA_SERVER_HOME in the environment."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="HANSA_SERVER_HOME",
        default=lambda: Path.home() / ".hansa-server",
        show_default="~/.hansa-server",
        help="The coordinator's folder.",
    )(f)
