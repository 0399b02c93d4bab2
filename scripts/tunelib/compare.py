"""Other servers and numbers of rounds beside the shipped ones, on inner splits and the same draws of noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from simulate_heads import inner_cases

from common.features import FeatureSpec
from common.model import initial_tensors, trainable
from common.privacy import DELTA_BY_TIER, PrivacyMode
from common.recipe import LEAGUE
from server.options import RunOptions
from tunelib.learn import Repeated, Shop, figures, rounds_of
from tunelib.servers import Way, ways


class Walk(Repeated):
    """A generator whose normals walk where those of another number of rounds walk.

    Args:
        seed: Of everything.
        parts: A normal is the sum of so many, over the root of their number.
    """

    def __init__(self, seed: int, parts: int) -> None:
        super().__init__(seed)
        self._normals, self._parts = np.random.default_rng([seed, 1]), parts

    def normal(self, n: int) -> NDArray[np.float64]:
        """Standard normals [n]."""
        drawn = self._normals.standard_normal((self._parts, n))
        return np.asarray(drawn.sum(0) / self._parts**0.5, np.float64)


@dataclass(frozen=True, slots=True)
class Compared:
    """One way on one set.

    Attributes:
        name: Of the way.
        runs: Overall AUC and mean AUC a merchant of each run, in order of split and draw.
    """

    name: str
    runs: tuple[tuple[float, float], ...]

    def against(self, first: Compared) -> list[tuple[float, float]]:
        """Paired difference to another way and its standard error, for both figures."""
        apart = np.array(self.runs) - np.array(first.runs)
        error = apart.std(0, ddof=1) / len(apart) ** 0.5 if len(apart) > 1 else np.full(2, np.nan)
        return list(zip(apart.mean(0).tolist(), error.tolist(), strict=True))


def compared(
    splits: Sequence[list[Shop]], spec: FeatureSpec, head: str, options: RunOptions, draws: int
) -> Iterator[Compared]:
    """Every way, `draws` runs on each split; the same draws for all.

    Args:
        splits: Merchants of each inner split.
        spec: Features.
        head: What is learned and judged.
        options: Of a run with league noise.
        draws: Runs a split.
    """
    recipe = replace(options.recipe, heads=(head,))
    size = sum(initial_tensors(spec)[n].size for n in trainable(spec, (head,)))
    for way in ways(recipe):
        runs = []
        for shops in splits:
            threshold = options.threshold if way.spare is None else len(shops) - way.spare
            asked = replace(options, recipe=way.recipe, threshold=threshold)
            runs += [_last(shops, spec, asked, way, size, draw) for draw in range(draws)]
        yield Compared(way.name, tuple(runs))


def _last(
    shops: list[Shop],
    spec: FeatureSpec,
    options: RunOptions,
    way: Way,
    size: int,
    draw: int,
) -> tuple[float, float]:
    server = way.server(spec, size) if way.server else None
    noise = Walk(draw, max(1, 2 * LEAGUE.rounds // way.recipe.rounds))
    *_, tensors = rounds_of(shops, spec, options, noise, server)
    return figures(shops, spec, tensors, way.recipe.heads[0])


def inner(
    data: Path, kind: str, cut: str, inner_cut: str, splits: int, epsilon: float
) -> tuple[list[list[Shop]], str, RunOptions]:
    """Inner splits of a folder as `hansa evaluate` takes it; the rest as scripts/simulate_heads.py parts it."""
    cases, head = inner_cases(data, kind, cut, inner_cut, splits)
    shops = [[(m.name, m.before.data, m.later.data) for m in case.merchants] for case in cases]
    tier = next(tier for tier, delta in DELTA_BY_TIER.items() if delta == cases[0].delta)
    options = RunOptions(
        train_before_at="",
        epsilon=epsilon,
        tier=tier,
        mode=PrivacyMode.LEAGUE,
        recipe=cases[0].league,
    )
    return shops, head, options


def line(found: Compared, first: Compared) -> str:
    """A row of the table in Markdown."""
    overall, mean = np.mean(found.runs, 0)
    if found is first:
        return f"| {found.name} | {overall:.4f} / {mean:.4f} |"
    apart = " / ".join(f"{d:+.4f} ± {e:.4f}" for d, e in found.against(first))
    return f"| {found.name} | {apart} |"
