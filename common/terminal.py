"""What every command line shares: JSON or words, progress lines, errors without tracebacks."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from common.errors import UserFacing

F = TypeVar("F", bound=Callable[..., Any])


def json_option(f: F) -> F:
    """`--json`: one JSON object on standard output, for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(f)


def emit(value: dict[str, Any], as_json: bool, text: str | None = None) -> None:
    """Print a result: JSON for machines, else the text for people."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, default=str))
    elif text:
        click.echo(text)


def progress(as_json: bool, step: str, done: int, total: int, note: str = "") -> None:
    """A line of progress: a JSON line for a parent process, else a line on standard error."""
    if as_json:
        line = {"progress": done / total if total else 1.0, "step": step, "note": note}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    elif sys.stderr.isatty():
        click.echo(f"\r{step} {done}/{total} {note}", nl=done >= total, err=True)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called; its help imports nothing.

    Subclasses set `verbs`: verb -> (module, attribute, one-line help).
    """

    verbs: Mapping[str, tuple[str, str, str]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb, in the order of the table."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one verb that was asked for."""
        if cmd_name not in self.verbs:
            return None
        module, attribute, _ = self.verbs[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Help from the table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, text) for verb, (_, _, text) in self.verbs.items()])


def run_group(group: click.Group) -> None:
    """Run a click group with our way of showing errors."""
    try:
        group.main(standalone_mode=True)
    except UserFacing as e:
        if "--json" in sys.argv:
            click.echo(json.dumps(e.as_dict(), ensure_ascii=False))
        else:
            click.echo(f"error: {e}", err=True)
        sys.exit(e.exit_code)
