"""hansa evaluate: every way to learn over a folder of merchants, judged by later rows, as one table."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from common.errors import InputError
from common.terminal import emit, json_option

METHODS = "popularity,logistic,lightgbm,local,federated,own,league,given,pooled"


@click.command()
@click.option(
    "--data", "root", type=click.Path(path_type=Path), required=True,
    help="Folder with one folder of files a merchant; the files that 'hansa import' takes.",
)  # fmt: skip
@click.option("--cut", default="", help="Learn before, judge from then on; ISO-8601, UTC.")
@click.option(
    "--split", default="auto", type=click.Choice(["auto", "time", "random"]),
    help="By time wherever time parts the rows (auto), or at random by shopper.",
)  # fmt: skip
@click.option("--quick", is_flag=True, help="One run, half the rounds, epsilon 3.")
@click.option("--seeds", default=3, show_default=True, help="Runs of what has chance in it.")
@click.option("--epsilons", default="1,3,8", show_default=True, help="Budgets, with commas.")
@click.option("--methods", default=METHODS, show_default=True, help="What to compare.")
@click.option("--write", type=click.Path(path_type=Path), help="Put the table into this file.")
@click.option("--title", default="", help="Of the section that --write makes.")
@json_option
def evaluate(
    root: Path,
    cut: str,
    split: str,
    quick: bool,
    seeds: int,
    epsilons: str,
    methods: str,
    write: Path | None,
    title: str,
    as_json: bool,
) -> None:
    """Compare learning alone, together with and without privacy, and others' methods.

    Everything happens in this process and in a temporary folder; nothing is sent, and no shop's
    ledger is touched.
    """
    # the engines are slow to import, and --help needs none
    from client.evaluate.run import Wishes
    from client.evaluate.run import evaluate as run
    from client.evaluate.table import as_dict, markdown, write_section

    named = tuple(m.strip() for m in methods.split(",") if m.strip())
    wishes = Wishes(cut, split, seeds, numbers(epsilons), named, quick)
    found = run(root, wishes, lambda line: click.echo(line, err=True))
    command = command_line(root, locals())
    text = markdown(found)
    if write:
        write_section(write, title or found.name, command, text)
    emit(as_dict(found, command), as_json, text)


def numbers(text: str) -> tuple[float, ...]:
    """Epsilons from a list with commas.

    Raises:
        InputError: one is no number.
    """
    try:
        return tuple(float(v) for v in text.split(",") if v.strip())
    except ValueError as e:
        raise InputError(
            f"--epsilons {text[:40]!r} are no numbers.", todo="Write them like 1,3,8."
        ) from e


def command_line(root: Path, given: dict[str, object]) -> str:
    """The command that makes this table again, without the path of this machine."""
    shown = root if not root.is_absolute() else Path("DIR") / root.name
    out = ["hansa", "evaluate", "--data", str(shown)]
    usual = {"cut": "", "split": "auto", "seeds": 3, "epsilons": "1,3,8", "methods": METHODS}
    for name, default in usual.items():
        if given[name] != default:
            out += [f"--{name}", str(given[name])]
    if given["quick"]:
        out.append("--quick")
    return shlex.join(out)
