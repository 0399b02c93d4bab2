"""hansa ads evaluate, sample and learn-headlines: how good a writer is, and what clicks teach."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from client.commands import home_option
from client.creative import headlines, writers
from client.creative.brief import Language
from client.creative.judge import blind, sets
from client.creative.judge.evaluate import evaluate as figures_of
from client.creative.judge.headlines import choose_headlines, pairs_of
from client.creative.judge.own import Reception, receptions
from client.creative.learn import preferences
from client.creative.signals import Signals
from client.creative.writers import WRITERS
from client.store import Store
from client.text.choose import open_encoder
from client.text.encoder import Encoder
from common.errors import InputError
from common.terminal import emit, json_option

#: the first three are products to write for
_SETS = ("advertisegen", "bigbasket", "bigbasket-zh", "upworthy", "headlines", "own")
set_option = click.option("--set", "name", type=click.Choice(_SETS), required=True, help="Which.")
data_option = click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    help="Folder or file of the set (Parquet; own headline tests also CSV).",
)
vectors_option = click.option(
    "--vectors/--no-vectors",
    default=None,
    help="Use text vectors, 30 to 100 ms a text. Default: for ads yes, for headlines no.",
)


@click.command()
@set_option
@data_option
@click.option("--n", default=100, type=click.IntRange(1), show_default=True, help="Products.")
@click.option("--seed", default=0, show_default=True, help="Draws products, texts and intervals.")
@click.option("--writer", type=click.Choice(WRITERS), default="template", show_default=True)
@click.option("--model", default="", help="Folder, GGUF file or hub id of a language model.")
@vectors_option
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
    vectors: bool | None,
) -> None:
    """Figures of a writer on a set of products.

    With --set upworthy (or headlines: your own tests) of the choice of headlines; with --set own how
    the shop's people took the ads of each writer: accepted, edited, rejected.
    """
    if name == "own":
        with Store.open(home) as store:
            found = receptions(store)
        lines = [_reception(k, r) for k, r in found.items()]
        value = {"set": name, "writers": {k: asdict(r) for k, r in found.items()}}
        emit(value, as_json, "\n".join(lines) or "No ads yet.")
        return
    path = _needed(data)
    if name in ("upworthy", "headlines"):
        arms = sets.upworthy(path) if name == "upworthy" else sets.headline_tests(path)
        _emit_headlines(name, arms, seed, open_encoder(home) if vectors else None, as_json)
        return
    cases = _cases(name, path, n, seed)
    chosen = writers.choose(home, writer, model, cases[0].language if cases else "en")
    encoder, note = (None, "") if vectors is False else _encoder(home)
    figures = figures_of(chosen.writer, cases, seed, Signals(encoder))
    text = "\n".join([f"{k}  {v:.4g}" for k, v in figures.items()] + ([note] if note else []))
    facts: dict[str, object] = {
        "set": name,
        "writer": writer,
        "version": chosen.writer.version,
        "seed": seed,
    }
    emit(facts | {"figures": figures, "note": note}, as_json, text)


def _encoder(home: Path) -> tuple[Encoder | None, str]:
    """The shop's encoder, or a word why there is none."""
    try:
        return open_encoder(home), ""
    except InputError as e:
        return None, f"relevance was not measured: {e.what}"


def _emit_headlines(
    name: str, arms: list[sets.Arm], seed: int, encoder: Encoder | None, as_json: bool
) -> None:
    found = {k: asdict(v) for k, v in choose_headlines(arms, seed, encoder).items()}
    lines = [f"{k}  {v['rate']:.3f}  [{v['low']:.3f}, {v['high']:.3f}]" for k, v in found.items()]
    emit({"set": name, "accuracy": found}, as_json, "\n".join(lines) or "too few tests")


def _reception(writer: str, r: Reception) -> str:
    text = f"{writer}: {r.n_ads} ads, {r.n_decided} decided"
    if r.accepted is not None:
        a = r.accepted
        text += (
            f"; accepted as written {a.value:.2f} [{a.low:.2f}, {a.high:.2f}],"
            f" after an edit {r.n_edited}, rejected {r.n_rejected}"
        )
    if r.edit_distance is not None:
        text += f"; edit distance {r.edit_distance:.3f}"
    return text


@click.command("learn-headlines")
@data_option
@click.option("--vectors", is_flag=True, help="Learn on text vectors too: better, and slower.")
@home_option
@json_option
def learn_headlines(home: Path, as_json: bool, data: Path | None, vectors: bool) -> None:
    """Learn from headline tests which English headlines are clicked; stays in the shop.

    Without --data from the shop's own ads: those of one product and audience that clicks tell apart.
    It takes 30 pairs; few of them change little: the weights in the package are where learning starts from. Undo it by
    deleting headlines.json in the shop's folder.
    """
    encoder = open_encoder(home) if vectors else None
    accuracy, arms = {}, []
    if data is None:
        pairs, source = _own_pairs(home), "the shop's own ads"
    else:
        arms, source = sets.headline_tests(data), data.name
        pairs = [(p.better.headline, p.worse.headline) for p in pairs_of(arms)]
    headlines.enough(pairs, source)
    if arms:
        accuracy = choose_headlines(arms, 0, encoder)
    model = headlines.fit(pairs, encoder, f"{len(pairs)} pairs of {source}")
    kept = headlines.save(model, home)
    text = f"learned from {len(pairs)} pairs of {source}: {kept}"
    for name in ("ranker", "learned", "learned_with_vectors", "random"):
        if name in accuracy:
            a = accuracy[name]
            text += f"\n{name} on the held-out half  {a.rate:.3f}  [{a.low:.3f}, {a.high:.3f}]"
    found = {k: asdict(v) for k, v in accuracy.items()}
    emit({"file": str(kept), "n_pairs": len(pairs), "accuracy": found}, as_json, text)


def _own_pairs(home: Path) -> list[tuple[str, str]]:
    """Headlines of the shop's English ads that clicks tell apart: (won, lost)."""
    with Store.open(home) as store:
        preferences.refresh_clicked(store)
        found = preferences.pairs(store)
    return [
        (p.chosen.headline, p.rejected.headline)
        for p in found
        if p.kind == "clicked"
        and p.brief.language == "en"
        and p.chosen.headline != p.rejected.headline
    ]


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
    page, answers = blind.make_sheet(chosen, cases, seed, Signals(_encoder(home)[0]))
    _write(file, page)
    _write(key, answers)
    text = f"{file}: open it in a browser. {key}: do not look at it before you have marked."
    emit({"file": str(file), "key": str(key)}, as_json, text)


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as e:
        raise InputError(
            "The page cannot be written.",
            where=str(file),
            safe="The ads are as before.",
            todo=f"Choose a folder that can be written ({e.strerror}).",
        ) from e


def _needed(data: Path | None) -> Path:
    if data is None:
        raise InputError(
            "The set is not part of Hansa.",
            where="--data",
            safe="Nothing was changed.",
            todo="Name the folder or file of the set with --data.",
        )
    return data


def _cases(name: str, path: Path, n: int, seed: int) -> list[sets.Case]:
    if name == "advertisegen":
        return sets.advertisegen(path, n, seed)
    language: Language = "zh" if name.endswith("-zh") else "en"
    return sets.bigbasket(path, n, seed, language)
