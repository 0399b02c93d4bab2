"""Search a recipe's constants on public rows: `python3 scripts/tune.py --sample data/completejourney`.

    python3 scripts/tune.py --sample data/completejourney --trials 40 --budget 3 --mode league
        [--merchants N] [--seed 0] [--study FILE] [--write recipe.toml] [--json]

Only a public sample with its federation.json is taken: a search on private rows would have to be charged
to the ledger trial by trial. Rows from the sample's cut on are not read: a trial learns from rows before
an inner date and is judged by those between it and the cut. Trials are drawn by a seeded TPE (Bergstra
et al. 2011) and kept in an SQLite file; the same command goes on from there. A trial whose AUC is below
the median of the others' at the same point is cut short. The first trial is the shipped recipe.

    python3 scripts/tune.py --servers --sample DIR [--split random] [--splits 4] [--draws 1] [--budget 3]

No search: other server optimisers and numbers of rounds beside the shipped ones, in league noise, on the
same draws. DIR is as `hansa evaluate` takes it, a public set; rows after its outer cut are not read.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

import click

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

import optuna
from ablation_data import INNER
from simulate_shops import sample_homes
from tunelib.compare import compared, inner, line
from tunelib.learn import Repeated, Shop, figures, rounds_of
from tunelib.space import MODES, recipe_of, shipped

from client.dataset import ShopperData
from client.store import Store
from client.store.exposures import load
from common.features import FeatureSpec, default_spec
from common.privacy import PrivacyMode
from common.recipe import Recipe
from server.options import RunOptions

#: A trial is looked at so often on its way; the last time is its end.
LOOKS = 5
#: Draws of the noise that a trial's figure is the mean of.
DRAWS = 2


@contextmanager
def public_rows(sample: Path, spec: FeatureSpec, n: int | None) -> Iterator[list[Shop]]:
    """Each merchant's rows before the inner date, and those between it and the cut."""
    with sample_homes(sample, n) as (homes, cut):
        shops = []
        for home in homes:
            with Store.open(home, read_only=True) as store:
                learn = ShopperData.from_exposures(spec, load(store, shown_before=INNER))
                judge = load(store, shown_from=INNER, shown_before=cut)
                shops.append((home.name, learn, ShopperData.from_exposures(spec, judge)))
        yield shops


def goodness(shops: list[Shop], spec: FeatureSpec, options: RunOptions, trial: Any) -> float:
    """Half overall AUC, half mean AUC per merchant, at the end of a trial; pruned on the way.

    Raises:
        optuna.TrialPruned: others were better at the same point.
    """
    runs = [rounds_of(shops, spec, options, Repeated(seed)) for seed in range(DRAWS)]
    rounds, value = options.recipe.rounds, 0.0
    ends = sorted({max(1, rounds * look // LOOKS) for look in range(1, LOOKS + 1)})
    at = 0
    for look, end in enumerate(ends, 1):
        last = [list(islice(run, end - at))[-1] for run in runs]
        at = end
        found = [figures(shops, spec, tensors) for tensors in last]
        overall, mean = (sum(f[i] for f in found) / len(found) for i in (0, 1))
        value = (overall + mean) / 2
        trial.set_user_attr("auc", overall)
        trial.set_user_attr("mean_auc", mean)
        trial.report(value, look)
        if end < rounds and trial.should_prune():
            raise optuna.TrialPruned
    return value


def study_of(file: Path, mode: str, facts: dict[str, Any], seed: int) -> Any:
    """The study in this file, made or gone on with.

    Raises:
        click.ClickException: it is about something else.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name="recipe",
        storage=f"sqlite:///{file}",
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=8),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
        direction="maximize",
        load_if_exists=True,
    )
    before = study.user_attrs.get("facts")
    if before is None:
        study.set_user_attr("facts", facts)
        study.enqueue_trial(shipped(mode))
    elif before != facts:
        raise click.ClickException(
            f"{file} is a search on {before}, not {facts}: name another file"
        )
    # what was running when the program was ended is asked again
    for trial in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        study.enqueue_trial(trial.params)
    return study


def search(study: Any, shops: list[Shop], spec: FeatureSpec, base: RunOptions, n: int) -> None:
    """Trials until there are n, those of earlier calls counted."""
    over = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)

    def one(trial: Any) -> float:
        recipe = recipe_of(trial, base.league)
        return goodness(shops, spec, replace(base, recipe=recipe), trial)

    left = n - len(study.get_trials(deepcopy=False, states=over))
    if left > 0:
        study.optimize(one, n_trials=left, gc_after_trial=True)


def table(study: Any, top: int = 10) -> str:
    """The best trials in Markdown, and the shipped recipe wherever it stands."""
    done = [t for t in study.get_trials(deepcopy=False) if t.state.name == "COMPLETE"]
    ranked = sorted(done, key=lambda t: -t.value)
    rows = ranked[:top] + [t for t in ranked[top:] if t.number == 0]
    lines = ["| | overall AUC | mean AUC per merchant | constants |", "|---|---|---|---|"]
    for t in rows:
        name = "shipped" if t.number == 0 else f"trial {t.number}"
        said = ", ".join(
            f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in t.params.items()
        )
        lines.append(
            f"| {name} | {t.user_attrs['auc']:.4f} | {t.user_attrs['mean_auc']:.4f} | {said} |"
        )
    return "\n".join(lines)


def as_toml(recipe: Recipe) -> str:
    """The constants as a TOML table."""
    lines = ["[recipe]"]
    for key, value in asdict(recipe).items():
        lines.append(f"{key} = {json.dumps(list(value) if isinstance(value, tuple) else value)}")
    text = "\n".join(lines) + "\n"
    tomllib.loads(text)
    return text


def compare_servers(
    data: Path, budget: float, draws: int, *, kind: str, cut: str, inner_cut: str, splits: int
) -> None:
    """A table of server optimisers and numbers of rounds, a line as soon as it is known."""
    shops, head, options = inner(data, kind, cut, inner_cut, splits, budget)
    click.echo(
        f"| {data.name}, epsilon {budget:g} | overall AUC / mean AUC per merchant |\n|---|---|"
    )
    first = None
    for found in compared(shops, default_spec(), head, options, draws):
        first = first or found
        click.echo(line(found, first))


@click.command()
@click.option("--sample", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--trials", default=30, show_default=True)
@click.option("--budget", default=3.0, show_default=True, help="Epsilon of a run.")
@click.option("--mode", type=click.Choice(list(MODES)), default="league", show_default=True)
@click.option("--merchants", "n_merchants", type=int, help="Only the first N.")
@click.option("--seed", default=0, show_default=True, help="Of the search.")
@click.option("--study", "file", type=click.Path(path_type=Path), help="SQLite file to go on from.")
@click.option("--write", type=click.Path(path_type=Path), help="The best recipe as TOML.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--servers", is_flag=True, help="No search: compare server optimisers.")
@click.option("--split", "kind", default="auto", help="--servers: auto, time or random.")
@click.option("--cut", default="", help="--servers: outer cut.")
@click.option("--inner", "inner_cut", default="", help="--servers: inner cut.")
@click.option("--splits", default=1, show_default=True, help="--servers: inner splits.")
@click.option("--draws", default=DRAWS, show_default=True, help="--servers: runs a split.")
def main(
    sample: Path,
    trials: int,
    budget: float,
    mode: str,
    n_merchants: int | None,
    seed: int,
    file: Path | None,
    write: Path | None,
    as_json: bool,
    servers: bool,
    draws: int,
    **parted: Any,
) -> None:
    """Search the constants of a recipe on a public sample."""
    if servers:
        compare_servers(sample, budget, draws, **parted)
        return
    if not (sample / "federation.json").is_file():
        raise click.ClickException("only a public sample with its federation.json is searched on")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    spec, base = default_spec(), MODES[mode]
    options = RunOptions(
        train_before_at="",
        epsilon=budget,
        mode=PrivacyMode.LEAGUE if mode == "league" else PrivacyMode.OWN,
        recipe=base,
    )
    facts = {"sample": sample.name, "mode": mode, "epsilon": budget, "merchants": n_merchants or 0}
    facts["spec"] = spec.digest()[:16]
    file = file or Path("build") / "tune" / f"{mode}-{budget:g}.db"
    study = study_of(file, mode, facts, seed)
    with public_rows(sample, spec, n_merchants) as shops:
        search(study, shops, spec, options, trials)
    best = recipe_of(optuna.trial.FixedTrial(study.best_params), options.league)
    if write:
        write.write_text(as_toml(best), encoding="utf-8")
    if as_json:
        shown = {"facts": facts, "best": asdict(best), "value": study.best_value}
        states = [t.state.name for t in study.get_trials(deepcopy=False)]
        shown |= {"complete": states.count("COMPLETE"), "pruned": states.count("PRUNED")}
        click.echo(json.dumps(shown))
        return
    click.echo(f"{table(study)}\n\nBest:\n{as_toml(best)}\nStudy: {file}")


if __name__ == "__main__":
    main()
