"""What the league's noise is worth: alone, together, with own noise, with league noise; docs/results.md.

    python3 scripts/simulate_league.py --sample data/completejourney [--merchants N] [--seeds 3] [--json]
    python3 scripts/simulate_league.py --sample DIR --write docs/results.md

DIR is a folder made by scripts/make_sample_data.py. Learns from rows before the public cut, judges by
later ones; nothing is tuned here, the constants are common/recipe.py. Clipping, encoding, shares,
decoding, the step and the accounting are the product's own code; only the messages are left out
(a sum under masks is the plain sum, tests/common/secagg), and all merchants' shoppers go through one
call, since a sum of sums is a sum.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from simulate import Merchant, SimResult, judge, make_plan, simulate, simulate_local
from simulate_shops import merchants_of, sample_homes

from client.evaluate.arrange import by_size, pooled
from client.noise import SystemNoise
from client.sums import clipped_total
from common.accounting import calibrate
from common.averaging import aggregate, tail_mean
from common.features import FeatureSpec, default_spec
from common.keys import Identity
from common.league_plan import league_terms, with_rate
from common.league_step import league_update
from common.model import initial_tensors, trainable
from common.privacy import DELTA_BY_TIER, PrivacyBudget, PrivacyMode
from common.recipe import DEFAULT, LEAGUE, Recipe, for_epsilon
from common.secagg.discrete import gaussian, system_source
from common.secagg.encoding import MAX_WEIGHT
from common.secagg.roster import Roster
from server.options import RunOptions
from server.runner import evaluation

DELTA = DELTA_BY_TIER["small"]
EPSILONS = (3.0, 1.0)


def simulate_league(
    merchants: Sequence[Merchant],
    spec: FeatureSpec,
    epsilon: float,
    recipe: Recipe = LEAGUE,
    colluders: int = 1,
) -> SimResult:
    """Federated learning with league noise, evaluation included in the budget."""
    began, noise, source = time.perf_counter(), SystemNoise(), system_source()
    options = RunOptions(
        train_before_at="",
        epsilon=epsilon,
        mode=PrivacyMode.LEAGUE,
        colluders=colluders,
        recipe=recipe,
    )
    budget, n = PrivacyBudget(epsilon, options.delta), len(merchants)
    sigma = calibrate(budget, recipe.sampling_rate, recipe.rounds, [evaluation(options)])
    everybody = by_size(pooled([before for _, before, _ in merchants]))
    roster = Roster.of(Identity.generate().public for _ in range(n))
    names = trainable(spec, recipe.heads)
    tensors, velocity, recent = initial_tensors(spec, funnel=recipe.funnel), None, []
    for number in range(1, recipe.rounds + 1):
        draft = make_plan(spec, recipe, tensors, number, sigma, DELTA)
        plan = with_rate(
            replace(draft, league=league_terms(draft, options, names, roster, n)), recipe, n
        )
        terms = plan.league
        if terms is None:
            raise RuntimeError("the plan has no terms")
        total = clipped_total(plan, spec, everybody, noise)
        # one encoding for all: its bound is that of one merchant's sum
        wide = replace(terms.codec, radius=MAX_WEIGHT * plan.clip_norm)
        whole = wide.encode(total)
        for _ in range(n):
            whole += gaussian(terms.noise.share_std, terms.codec.length, source)
        update = league_update(plan, names, terms.codec.modular(whole), n)
        done = aggregate(tensors, [update], momentum=recipe.server_momentum, velocity=velocity)
        tensors, velocity = done.tensors, done.velocity
        recent = [*recent, tensors][-recipe.averaged :]
    label = f"league noise, epsilon {epsilon:g}"
    every = [tail_mean(recent)] * n
    head, funnel = recipe.heads[-1], recipe.funnel
    return judge(label, epsilon, sigma, merchants, spec, every, began, head, funnel=funnel)


def rows_of(merchants: Sequence[Merchant], spec: FeatureSpec, seeds: int) -> list[list[SimResult]]:
    """Every way to learn, `seeds` independent runs of each that has chance in it."""
    out = [[simulate_local(merchants, spec)], [simulate(merchants, spec, None)]]
    for epsilon in EPSILONS:
        recipe = for_epsilon(DEFAULT, epsilon)
        out.append([simulate(merchants, spec, epsilon, recipe) for _ in range(seeds)])
        out[-1] = [replace(r, label=f"own noise, epsilon {epsilon:g}") for r in out[-1]]
        out.append([simulate_league(merchants, spec, epsilon) for _ in range(seeds)])
    return out


def table(rows: Sequence[Sequence[SimResult]]) -> str:
    """Means over the runs, and the spread where there are several, in Markdown."""
    lines = ["| | overall AUC | mean AUC per merchant | runs |", "|---|---|---|---|"]
    for runs in rows:
        figures = [
            f"{np.mean(v):.3f}" + (f" ({min(v):.3f} to {max(v):.3f})" if len(v) > 1 else "")
            for v in ([r.auc for r in runs], [r.mean_auc for r in runs])
        ]
        lines.append(f"| {runs[0].label} | {figures[0]} | {figures[1]} | {len(runs)} |")
    return "\n".join(lines)


@click.command()
@click.option("--sample", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--merchants", "n_merchants", type=int, help="Only the first N.")
@click.option("--seeds", default=3, show_default=True)
@click.option("--write", type=click.Path(path_type=Path), help="Put the table into this file.")
@click.option("--title", default="", help="Heading of the table in the file.")
@click.option("--json", "as_json", is_flag=True)
def main(
    sample: Path, n_merchants: int | None, seeds: int, write: Path | None, title: str, as_json: bool
) -> None:
    """Compare the kinds of noise on the same merchants."""
    spec = default_spec()
    with sample_homes(sample, n_merchants) as (homes, cut):
        merchants = merchants_of(homes, spec, cut)
    rows = rows_of(merchants, spec, seeds)
    judged = sum((m[2].conversion == 1).sum() >= 3 for m in merchants)
    facts = (
        f"{len(merchants)} merchants, {sum(m[1].n_shoppers for m in merchants):,} shoppers of a "
        f"merchant, {sum(m[1].n_rows for m in merchants):,} exposures before the cut and "
        f"{sum(m[2].n_rows for m in merchants):,} after it; the mean is over the {judged} merchants "
        f"with 3 or more later conversions. delta {DELTA:g}."
    )
    if as_json:
        print(json.dumps({"facts": facts, "rows": [[r.as_dict() for r in runs] for runs in rows]}))
        return
    print(facts, table(rows), sep="\n\n")
    if write:
        with write.open("a", encoding="utf-8") as f:
            f.write(f"\n## {title or sample.name}\n\n{facts}\n\n{table(rows)}\n")


if __name__ == "__main__":
    main()
