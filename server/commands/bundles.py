"""hansa-server bundles: list, promote, rollback; copy one out."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from common.errors import InputError
from common.terminal import emit, json_option, progress
from server.commands import home_option
from server.folder import Folder


@click.group(invoke_without_command=True)
@home_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Copy one to a file.")
@click.option("--digest", help="With --out: which one; the current by default.")
@json_option
@click.pass_context
def bundles(
    ctx: click.Context, home: Path, out: Path | None, digest: str | None, as_json: bool
) -> None:
    """Show bundles and which one merchants are given; with --out copy one to a file."""
    from server.registry import Registry

    if ctx.invoked_subcommand is not None:
        ctx.obj = home
        return
    folder = Folder(home)
    folder.config()
    with closing(Registry.of(folder)) as registry:
        found = registry.bundles()
        if out is not None:
            row = registry.bundle(digest) if digest else registry.current_bundle()
            if row is None:
                raise InputError("No bundle was handed out yet.", where=str(home))
            _copy(folder.home / row.path, out)
    lines = [
        f"{b['created_at'][:19]}  {b['digest'][:16]}  {b['state']:7}  run {b['run_id']}, "
        f"installed by {b['n_installed']}" + (f"  {b['why']}" if b["why"] else "")
        for b in found
    ]
    emit({"bundles": found}, as_json, "\n".join(lines) or "No bundle was published yet.")


@bundles.command()
@click.argument("digest")
@click.option("--why", required=True, help="Stays on record.")
@home_option
@json_option
def promote(digest: str, why: str, home: Path, as_json: bool) -> None:
    """Hand a bundle out that the gates held back, or the current one once more."""
    from server.handout import promote as hand_out

    emit_done(hand_out(_folder(home), digest, why, _teller(as_json)), as_json)


@bundles.command()
@click.argument("digest", required=False)
@click.option("--why", default="", help="Stays on record.")
@home_option
@json_option
def rollback(digest: str | None, why: str, home: Path, as_json: bool) -> None:
    """Put an earlier bundle back; without DIGEST the one before the current."""
    from server.handout import rollback as put_back

    emit_done(put_back(_folder(home), digest, why, _teller(as_json)), as_json)


def emit_done(done: dict[str, Any], as_json: bool) -> None:
    """What was handed out, and to how many."""
    instead = f", instead of {done['instead_of'][:16]}" if done["instead_of"] else ""
    words = f"Bundle {done['digest'][:16]} is the current one{instead}; "
    emit(done, as_json, f"{words}installed by {done['installed']} merchants that are online.")


def _folder(home: Path) -> Folder:
    folder = Folder(_home(home))
    folder.config()
    return folder


def _home(home: Path) -> Path:
    """--home after the verb, or before it (`bundles --home X promote ...`)."""
    ctx = click.get_current_context()
    source = ctx.get_parameter_source("home")
    own = source in (click.core.ParameterSource.COMMANDLINE,)
    return home if own or not isinstance(ctx.obj, Path) else ctx.obj


def _teller(as_json: bool) -> Any:
    def tell(event: Any) -> None:
        progress(as_json, event.step, event.done, event.total, event.note)

    return tell


def _copy(source: Path, out: Path) -> None:
    try:
        shutil.copyfile(source, out)
    except OSError as e:
        raise InputError("The bundle cannot be copied.", where=str(out)) from e
