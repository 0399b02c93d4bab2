"""What sizes that merchants declare are worth to own noise: one divisor, one a tier, weights; docs/model.md.

    python3 scripts/simulate_tiers.py data/completejourney --cut 2017-10-30T00:00:00Z --inner 2017-08-08T00:00:00Z
    python3 scripts/simulate_tiers.py build/silos/ipinyou --split random [--share 0.9] [--epsilon 1] [--json]

On inner splits of the part that is learned from, like `scripts/simulate_heads.py`; later rows stay
unseen. Every way gets the same draws of shoppers and of noise, so that differences are paired. A
merchant's declared size is the least bound that holds all its shoppers: of `TIER_LIMIT`, or of a
finer ladder (500, 1,000, 2,000, ...), which nobody declares today.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from simulate_heads import inner_shops

from client.evaluate.figures import judge
from client.evaluate.networks import as_update, noise_multiplier, scored
from client.evaluate.nouns import Case
from client.evaluate.plain import make_plan
from client.evaluate.run import Wishes, case_of
from client.evaluate.split import SHARE, Split, part
from client.sums import clipped_total
from common.averaging import Arrays, aggregate
from common.features import default_spec
from common.model import initial_tensors, trainable
from common.privacy import DELTA_BY_TIER, TIER_LIMIT
from common.recipe import DEFAULT, OWN_DIVISOR, for_epsilon

#: Bound of the finer ladder at which the divisor is 100; it grows with the root of the bound.
TYPICAL = 1_000


@dataclass(frozen=True)
class Terms:
    """What one merchant's plan says: B and delta."""

    batch: float
    delta: float


@dataclass(frozen=True)
class Way:
    """One way to divide and weigh.

    `terms` takes the merchants' sizes and the tier of the largest.
    """

    name: str
    terms: Callable[[Sequence[int], str], list[Terms]]
    weighted: bool = False
    spare: bool = True


class Seeded:
    """Noise that can be drawn again, for comparisons only."""

    def __init__(self, *seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def uniform(self, n: int) -> NDArray[np.float64]:
        """Uniform values in (0, 1), [n]."""
        return self._rng.random(n)

    def normal(self, n: int) -> NDArray[np.float64]:
        """Standard normals [n]."""
        return self._rng.standard_normal(n)


def tier_of(size: int) -> str:
    """The least tier that holds a shop of this size."""
    return next((t for t, limit in TIER_LIMIT.items() if size <= limit), "large")


def finer(size: int) -> Terms:
    """Of the least bound 500, 1,000, 2,000, ... that holds the shop."""
    bound = 500
    while bound < size:
        bound *= 2
    return Terms(100 * (bound / TYPICAL) ** 0.5, DELTA_BY_TIER[tier_of(bound)])


def one(batch: float | None) -> Callable[[Sequence[int], str], list[Terms]]:
    """One plan for all, made for the largest merchant; None = the divisor of its tier."""

    def terms(sizes: Sequence[int], tier: str) -> list[Terms]:
        return [Terms(batch or OWN_DIVISOR[tier], DELTA_BY_TIER[tier])] * len(sizes)

    return terms


def each(sizes: Sequence[int], tier: str) -> list[Terms]:
    """A plan a tier."""
    return [Terms(OWN_DIVISOR[tier_of(n)], DELTA_BY_TIER[tier_of(n)]) for n in sizes]


WAYS = (
    Way("100 for all, histogram 4 (until now)", one(100), spare=False),
    Way("100 for all, histogram by epsilon", one(100)),
    Way("divisor of the run's tier (product)", one(None)),
    Way("divisor of each tier, equal weights", each),
    Way("divisor of each tier, (B/sigma)^2", each, weighted=True),
    Way("finer sizes, (B/sigma)^2", lambda sizes, _: [finer(n) for n in sizes], weighted=True),
)


def inner(
    data: Path, kind: str, cut: str, at: str, share: float, seeds: int
) -> tuple[list[Case], dict[str, int]]:
    """Inner splits of the part that is learned from, and the shoppers of every whole shop."""
    shops, some, split, heads = inner_shops(data, kind, cut, at)
    spec = default_spec()
    n = seeds if split.kind == "random" else 1
    cases = [case_of(some, split, 100 + s, spec, heads, Wishes()) for s in range(n)]
    if split.kind == "random":
        split = Split("random")
        cases = [
            replace(c, merchants=part(some, split, 100 + i, share)) for i, c in enumerate(cases)
        ]
    return cases, {s.name: len(np.unique(s.rows.shopper)) for s in shops}


def learned(case: Case, terms: Sequence[Terms], way: Way, epsilon: float, seed: int) -> Arrays:
    """The rounds of a run, each merchant by its own terms."""
    recipe = replace(DEFAULT, heads=case.heads)
    recipe = for_epsilon(recipe, epsilon) if way.spare else recipe
    sigma = {
        d: noise_multiplier(replace(case, delta=d), recipe, epsilon)
        for d in {t.delta for t in terms}
    }
    names, tensors, velocity = trainable(case.spec, case.heads), initial_tensors(case.spec), None
    weights = [(t.batch / sigma[t.delta]) ** 2 for t in terms] if way.weighted else None
    for number in range(1, recipe.rounds + 1):
        updates = []
        for i, (m, t) in enumerate(zip(case.merchants, terms, strict=True)):
            plan = make_plan(case.spec, recipe, tensors, number, sigma[t.delta], t.delta)
            noise = Seeded(seed, number, i)
            std = sigma[t.delta] * recipe.clip_norm
            drawn = std * noise.normal(sum(tensors[n].size for n in names))
            total = drawn + clipped_total(plan, case.spec, m.before.data, noise)
            updates.append(as_update(plan, names, -recipe.learning_rate / t.batch * total))
        done = aggregate(
            tensors, updates, weights, momentum=recipe.server_momentum, velocity=velocity
        )
        tensors, velocity = done.tensors, done.velocity
    return tensors


def terms_of(case: Case, whole: dict[str, int], way: Way) -> list[Terms]:
    """Of each merchant, in the case's order."""
    sizes = [whole[m.name] for m in case.merchants]
    return way.terms(sizes, tier_of(max(sizes)))


def said(case: Case, whole: dict[str, int], way: Way, epsilon: float) -> str:
    """All that tells one way's run from another's: where nothing differs a run is not made twice."""
    terms = terms_of(case, whole, way)
    looked = (for_epsilon(DEFAULT, epsilon) if way.spare else DEFAULT).evaluate_noise_multiplier
    return f"{terms} {looked} {way.weighted and len(set(terms)) > 1}"


def run(case: Case, whole: dict[str, int], way: Way, epsilon: float, seed: int) -> dict[str, float]:
    """Figures of one run on the inner later rows."""
    tensors = learned(case, terms_of(case, whole, way), way, epsilon, seed)
    found = judge(case, case.heads[0], scored(case, [tensors] * len(case.merchants)))
    return {
        "auc": found.raw.auc,
        "mean_auc": found.mean_auc,
        "log_loss": found.raw.log_loss,
        "log_loss_calibrated": found.calibrated.log_loss,
    }


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--split", "kind", default="auto", type=click.Choice(["auto", "time", "random"]))
@click.option("--cut", default="", help="Outer cut; found as 'hansa evaluate' does by default.")
@click.option("--inner", "at", default="", help="Inner cut by time; 70 % by default.")
@click.option("--share", default=SHARE, show_default=True, help="Learned from, inner random split.")
@click.option("--seeds", default=4, show_default=True, help="Inner splits, or runs on one by time.")
@click.option("--epsilon", "epsilons", multiple=True, type=float, default=(3.0, 1.0))
@click.option("--json", "as_json", is_flag=True)
def main(
    data: Path, kind: str, cut: str, at: str, share: float, seeds: int,
    epsilons: tuple[float, ...], as_json: bool,
) -> None:  # fmt: skip
    """Compare divisors and weights by declared size."""
    cases, whole = inner(data, kind, cut, at, share, seeds)
    for epsilon in epsilons:
        first: list[dict[str, float]] = []
        done: dict[str, list[dict[str, float]]] = {}
        for way in WAYS:
            same = said(cases[0], whole, way, epsilon)
            runs = done.get(same) or [
                run(cases[seed % len(cases)], whole, way, epsilon, seed) for seed in range(seeds)
            ]
            done[same], first = runs, first or runs
            if as_json:
                print(json.dumps({"epsilon": epsilon, "way": way.name, "runs": runs}), flush=True)
            else:
                print(f"epsilon {epsilon:g}  {way.name:38s} {words(runs, first)}", flush=True)


def words(runs: Sequence[dict[str, float]], first: Sequence[dict[str, float]]) -> str:
    """Means, and the paired difference to the first way with its standard error."""
    out = []
    for key in runs[0]:
        a, b = (np.array([r[key] for r in some]) for some in (runs, first))
        error = (a - b).std(ddof=1) / len(a) ** 0.5 if len(a) > 1 else float("nan")
        out.append(f"{key} {a.mean():.4f} ({(a - b).mean():+.4f} ± {error:.4f})")
    worst = max(r["log_loss"] for r in runs)
    return "  ".join([*out, f"worst log_loss {worst:.2f}"])


if __name__ == "__main__":
    main()
