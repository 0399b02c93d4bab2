"""hansa ads evaluate and sample: how good a writer is, by figures and by a blind reader."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from client.commands import home_option
from client.creative import writers
from client.creative.brief import Language
from client.creative.judge import blind, sets
from client.creative.judge.evaluate import evaluate as figures_of
from client.creative.judge.headlines import choose_headlines
from client.creative.writers import WRITERS
from common.errors import InputError
from common.terminal import emit, json_option

_SETS = ("advertisegen", "bigbasket", "bigbasket-zh", "upworthy")
set_option = click.option("--set", "name", type=click.Choice(_SETS), required=True, help="Which.")
data_option = click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    help="Folder or file of the set (Parquet).",
)


@click.command()
@set_option
@data_option
@click.option("--n", default=100, type=click.IntRange(1), show_default=True, help="Products.")
@click.option("--seed", default=0, show_default=True, help="Draws products, texts and intervals.")
@click.option("--writer", type=click.Choice(WRITERS), default="template", show_default=True)
@click.option("--model", default="", help="Folder, GGUF file or hub id of a language model.")
@home_option
@json_option
def evaluate(
    home: Path,
    as_json: bool,
    name: str,
    data: Path | None,
    n: int,
    seed: int,
    writer: str,
    model: str,
) -> None:
    """Figures of a writer on a public set; with --set upworthy of the ranker's headline choice."""
    path = _needed(data)
    if name == "upworthy":
        found = {k: asdict(v) for k, v in choose_headlines(sets.upworthy(path), seed).items()}
        lines = [
            f"{k}  {v['rate']:.3f}  [{v['low']:.3f}, {v['high']:.3f}]" for k, v in found.items()
        ]
        emit({"set": name, "accuracy": found}, as_json, "\n".join(lines) or "too few tests")
        return
    cases = _cases(name, path, n, seed)
    chosen = writers.choose(home, writer, model, cases[0].language if cases else "en")
    figures = figures_of(chosen.writer, cases, seed)
    text = "\n".join(f"{k}  {v:.4g}" for k, v in figures.items())
    value = {"set": name, "writer": writer, "version": chosen.writer.version, "seed": seed}
    emit(value | {"figures": figures}, as_json, text)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--set", "name", type=click.Choice(_SETS[:3]), default="bigbasket", help="Which.")
@data_option
@click.option("--n", default=30, type=click.IntRange(1), show_default=True, help="Products.")
@click.option("--seed", default=0, show_default=True)
@click.option("--writer", "names", type=click.Choice(WRITERS), multiple=True, help="Repeatable.")
@click.option("--model", default="", help="Folder, GGUF file or hub id of a language model.")
@click.option(
    "--marks",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the marks saved from FILE instead of writing it.",
)
@home_option
@json_option
def sample(
    home: Path,
    as_json: bool,
    file: Path,
    name: str,
    data: Path | None,
    n: int,
    seed: int,
    names: tuple[str, ...],
    model: str,
    marks: Path | None,
) -> None:
    """Write FILE, an HTML page of ads to be marked blind, and its key; with --marks read them."""
    key = file.with_name(file.name + ".key.json")
    if marks is not None:
        rates = blind.read_marks(key, marks)
        lines = [
            f"{w}: {r.n_usable} of {r.n_marked} usable [{r.low:.2f}, {r.high:.2f}]"
            for w, r in rates.items()
        ]
        emit({w: asdict(r) for w, r in rates.items()}, as_json, "\n".join(lines))
        return
    cases = _cases(name, _needed(data), n, seed)
    language = cases[0].language if cases else "en"
    chosen = [
        writers.choose(home, w, model if w != "template" else "", language).writer
        for w in names or ("template",)
    ]
    page, answers = blind.make_sheet(chosen, cases, seed)
    try:
        file.write_text(page, encoding="utf-8")
        key.write_text(answers, encoding="utf-8")
    except OSError as e:
        raise InputError(
            "The page cannot be written.",
            where=str(file),
            safe="The ads are as before.",
            todo=f"Choose a folder that can be written ({e.strerror}).",
        ) from e
    text = f"{file}: open it in a browser. {key}: do not look at it before you have marked."
    emit({"file": str(file), "key": str(key)}, as_json, text)


def _needed(data: Path | None) -> Path:
    if data is None:
        raise InputError(
            "The set is not part of Hansa.",
            where="--data",
            safe="Nothing was changed.",
            todo="Name the folder of the set with --data.",
        )
    return data


def _cases(name: str, path: Path, n: int, seed: int) -> list[sets.Case]:
    if name == "advertisegen":
        return sets.advertisegen(path, n, seed)
    language: Language = "zh" if name.endswith("-zh") else "en"
    return sets.bigbasket(path, n, seed, language)
