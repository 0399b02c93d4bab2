"""Which parts of the model earn their place under noise: AUC at epsilon 1, 3, 8 and without privacy.

    python3 scripts/ablation.py --sample data/completejourney --inner [--quick] [--only WORD]
    python3 scripts/ablation.py --sample DIR --inner --write docs/model.md
    python3 scripts/ablation.py --sample DIR --inner --verify 3

DP-FedSGD with league noise, as common/recipe.py has it, over all merchants' shoppers in one place (a
sum of sums is a sum). `--inner` learns before 2017-08-08 and judges until the public cut; without it
the public cut divides, and nothing may be chosen from that table.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from ablation_data import Home, pooled, read_sample
from ablation_engine import Course, Table, Weights, curvature, drift, log_odds, train
from ablation_variants import VARIANTS, Variant, net_of, table_of
from simulate import MIN_LATER, PLAIN_MOMENTUM, PLAIN_RATE, PLAIN_ROUNDS, make_plan

from common.accounting import calibrate
from common.features import default_spec
from common.keys import Identity
from common.league_step import league_noise_std
from common.metrics import auc
from common.model import initial_tensors, trainable
from common.model_rich import RichNet, n_weights
from common.privacy import DELTA_BY_TIER, PrivacyBudget, PrivacyMode
from common.recipe import LEAGUE
from common.secagg.roster import Roster
from server.league_terms import league_terms, with_rate
from server.options import RunOptions
from server.runner import evaluation

DELTA = DELTA_BY_TIER["small"]
EPSILONS = (1.0, 3.0, 8.0)
START, END = "<!-- ablation: start -->", "<!-- ablation: end -->"


@dataclass(frozen=True)
class Figures:
    """AUC of one variant at one epsilon, [draws] each: over all rows, and mean per merchant."""

    epsilon: float | None
    overall: tuple[float, ...]
    mean: tuple[float, ...]


@dataclass(frozen=True)
class Outcome:
    """One variant's figures and its number of weights."""

    label: str
    n_weights: int
    figures: tuple[Figures, ...]


def league_course(epsilon: float, n_merchants: int) -> Course:
    """The recipe's own rounds, rate and noise for a league of this size; the product's code."""
    spec = default_spec()
    options = RunOptions("", epsilon=epsilon, mode=PrivacyMode.LEAGUE, colluders=1, recipe=LEAGUE)
    steps = [evaluation(options)]
    sigma = calibrate(PrivacyBudget(epsilon, DELTA), LEAGUE.sampling_rate, LEAGUE.rounds, steps)
    draft = make_plan(spec, LEAGUE, initial_tensors(spec), 1, sigma, DELTA)
    names = trainable(spec, LEAGUE.heads)
    roster = Roster.of(Identity.generate().public for _ in range(n_merchants))
    league = league_terms(draft, options, names, roster, n_merchants)
    plan = with_rate(replace(draft, league=league), LEAGUE, n_merchants)
    return Course(
        rounds=LEAGUE.rounds,
        q=LEAGUE.sampling_rate,
        k=LEAGUE.max_impressions,
        clip=LEAGUE.clip_norm,
        rate=plan.learning_rate,
        divisor=plan.expected_batch * n_merchants,
        momentum=LEAGUE.server_momentum,
        noise=league_noise_std(plan, n_merchants),
    )


def plain_course(net: RichNet, table: Table) -> Course:
    """Without privacy: no clipping, and steps that fit the data (as scripts/simulate.py)."""
    k, q = LEAGUE.max_impressions, LEAGUE.sampling_rate
    rate = PLAIN_RATE / curvature(net, table, k, np.random.default_rng(0))
    return Course(PLAIN_ROUNDS, q, k, math.inf, rate, max(1.0, q * len(table.size)), PLAIN_MOMENTUM)


def judge(net: RichNet, homes: Sequence[Home], tables: Sequence[Table]) -> tuple[float, float]:
    """AUC over all rows and mean over merchants with enough later conversions."""
    every, scores, labels = [], [], []
    for home, table in zip(homes, tables, strict=True):
        rows = np.arange(len(table.label))
        with torch.inference_mode():
            z = log_odds(net, table.rows(rows, rows, len(rows))).numpy()
        label = home.judge.data.conversion
        scores.append(z)
        labels.append(label)
        if (label == 1).sum() >= MIN_LATER:
            every.append(auc(label, z))
    return auc(np.concatenate(labels), np.concatenate(scores)), float(np.mean(every))


class Bench:
    """The merchants' rows and the courses; trains and judges one variant at a time."""

    def __init__(self, homes: Sequence[Home], epsilons: Sequence[float], draws: int) -> None:
        self.homes, self.draws = homes, draws
        self.learn = pooled([h.learn for h in homes])
        self.courses = {e: league_course(e, len(homes)) for e in epsilons}

    def run(self, variant: Variant, plain: bool = True) -> Outcome:
        """Every epsilon, and without privacy."""
        table = table_of(variant, self.learn)
        tables = [table_of(variant, h.judge) for h in self.homes]
        out = []
        for epsilon, recipe in self.courses.items():
            course = replace(recipe, rate=recipe.rate * variant.step)
            net = net_of(variant)
            train(net, table, course)
            end = {n: p.clone() for n, p in net.named_parameters()}
            out.append(self._under_noise(net, end, table, course, tables, epsilon))
        net = net_of(variant)
        if plain:
            train(net, table, plain_course(net, table))
            overall, mean = judge(net, self.homes, tables)
            out.append(Figures(None, (overall,), (mean,)))
        return Outcome(variant.label, n_weights(net), tuple(out))

    def _under_noise(
        self,
        net: RichNet,
        end: Weights,
        learned: Table,
        course: Course,
        tables: Sequence[Table],
        epsilon: float,
    ) -> Figures:
        pairs = []
        for moved in drift(net, learned, course, self.draws):
            for name, p in net.named_parameters():
                p.copy_(end[name] + moved[name])
            pairs.append(judge(net, self.homes, tables))
        return Figures(epsilon, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))

    def whole_runs(self, variant: Variant, seeds: int) -> Outcome:
        """The same with the noise in every round, for comparison with the estimate."""
        table = table_of(variant, self.learn)
        tables = [table_of(variant, h.judge) for h in self.homes]
        out = []
        for epsilon, recipe in self.courses.items():
            course = replace(recipe, rate=recipe.rate * variant.step)
            pairs = []
            for seed in range(seeds):
                net = net_of(variant)
                train(net, table, course, seed, noisy=True)
                pairs.append(judge(net, self.homes, tables))
            out.append(Figures(epsilon, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)))
        return Outcome(f"{variant.label}, {seeds} whole runs", 0, tuple(out))


def cell(now: Figures, base: Figures | None) -> str:
    """Overall / mean, with the paired difference to the first line and its standard error."""
    text = f"{np.mean(now.overall):.4f} / {np.mean(now.mean):.4f}"
    if base is None or base is now or len(now.overall) != len(base.overall):
        return text
    parts = []
    for a, b in ((now.overall, base.overall), (now.mean, base.mean)):
        gap = np.array(a) - np.array(b)
        error = f"±{gap.std(ddof=1) / math.sqrt(len(gap)):.4f}" if len(gap) > 1 else ""
        parts.append(f"{gap.mean():+.4f}{error}")
    return f"{text} ({', '.join(parts)})"


def line(outcome: Outcome, base: Outcome | None) -> str:
    """One line of the table in Markdown."""
    cells = [
        cell(f, base.figures[i] if base and i < len(base.figures) else None)
        for i, f in enumerate(outcome.figures)
    ]
    return f"| {outcome.label} | {outcome.n_weights:,} | {' | '.join(cells)} |"


def head(outcome: Outcome) -> list[str]:
    """The table's first two lines."""
    names = [
        "no privacy" if f.epsilon is None else f"epsilon {f.epsilon:g}" for f in outcome.figures
    ]
    return [f"| | weights | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]


def put(path: Path, text: str) -> None:
    """Replaces what stands between the marks in a document, or adds it with its marks at the end."""
    block = f"{START}\n{text}\n{END}"
    had = path.read_text(encoding="utf-8") if path.exists() else ""
    if START in had and END in had:
        before, rest = had.split(START, 1)
        path.write_text(before + block + rest.split(END, 1)[1], encoding="utf-8")
    else:
        path.write_text(f"{had.rstrip()}\n\n{block}\n", encoding="utf-8")


@click.command()
@click.option("--sample", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--merchants", "n_merchants", type=int, help="Only the first N.")
@click.option("--inner", is_flag=True, help="The split inside the part before the public cut.")
@click.option("--draws", default=12, show_default=True, help="Of the noise.")
@click.option("--quick", is_flag=True, help="Epsilon 1 alone, 5 draws.")
@click.option(
    "--only", default="", help="Variants whose name has this word; the first always runs."
)
@click.option(
    "--verify", type=int, default=0, help="So many whole noisy runs of the first variant."
)
@click.option("--write", type=click.Path(path_type=Path), help="Put the table into this file.")
@click.option("--json", "as_json", is_flag=True)
def main(
    sample: Path,
    n_merchants: int | None,
    inner: bool,
    draws: int,
    quick: bool,
    only: str,
    verify: int,
    write: Path | None,
    as_json: bool,
) -> None:
    """Train each variant, judge it by later rows."""
    torch.set_num_threads(1)
    homes = read_sample(sample, n_merchants, inner)
    bench = Bench(homes, EPSILONS[:1] if quick else EPSILONS, 5 if quick else draws)
    chosen = [v for i, v in enumerate(VARIANTS) if i == 0 or only in v.label]
    outcomes: list[Outcome] = []
    lines: list[str] = []
    for variant in chosen[: 1 if verify else None]:
        outcomes.append(bench.run(variant))
        lines += [*(head(outcomes[0]) if not lines else []), line(outcomes[-1], outcomes[0])]
        if not as_json:
            print("\n".join(lines[-1:] if len(lines) > 3 else lines), flush=True)
        if write:
            put(write, "\n".join(lines))
    if verify:
        outcomes.append(bench.whole_runs(chosen[0], verify))
        print(line(outcomes[-1], outcomes[0]))
    if as_json:
        print(json.dumps([asdict(o) for o in outcomes]))


if __name__ == "__main__":
    main()
