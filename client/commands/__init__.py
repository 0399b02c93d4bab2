"""The verbs of `hansa`, one file per room; the shared option lives here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from common.terminal import progress

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


def telling_fit(as_json: bool) -> Callable[[int, int], None]:
    """Lines of progress while the shop's own head is fitted; none where it is kept already."""

    def told(done: int, of: int) -> None:
        progress(as_json, "fit", done, of, "" if as_json else "the model to this shop's own rows")

    return told
