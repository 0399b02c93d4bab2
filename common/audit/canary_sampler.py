"""Is the sampling what the accountant was told: Poisson, at rate q, new every step, at most K rows?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from common.audit import canary_scenario as scenario
from common.audit.canary_check import LEVEL, Check, statistical
from common.audit.canary_observed import Observed, trained
from common.audit.canary_plan import SLOW, STEPS
from common.audit.canary_reference import Floats, clipped
from common.audit.canary_sensitivity import reference
from common.audit.canary_stats import binomial_p, chi_square_p, normal_p

#: A count that is farther than this from a whole number is no count.
WHOLE = 0.1


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each shopper was in.

    Attributes:
        one: [draws, shoppers] in one step: 0 or 1.
        several: [runs, shoppers] in a run of several steps.
        steps: Steps of such a run.
        off: How far the farthest figure is from a whole number.
    """

    one: Floats
    several: Floats
    steps: int
    off: float


def check_sampler(seen: Observed) -> list[Check]:
    """All checks on who was drawn, and which of their rows."""
    counts, q = read_counts(seen), seen.plan.sampling_rate
    in_range = counts.one.min() >= 0 and counts.one.max() <= 1
    in_range = in_range and counts.several.min() >= 0 and counts.several.max() <= counts.steps
    whole = Check(
        "sampler.whole",
        bool(counts.off <= WHOLE and in_range),
        f"Every shopper is in a step as a whole or not at all ({counts.off:.1e} off).",
        "A shopper who counts twice in a step, or by halves.",
        figures={"off": counts.off, "most_in_a_step": float(counts.one.max())},
    )
    checks = [whole, _rate(counts, q)]
    if q < 1:
        checks += [_batches(counts, q), _steps(counts, q), _calls(counts, q)]
    return [*checks, *_impressions(seen)]


def read_counts(seen: Observed) -> Counts:
    """Who was in: the weight of each shopper's own category, over what they alone would move it."""
    weights = seen.weights("initial")
    names = trained(weights, ("conversion",))
    size = sum(weights[n].size for n in names)
    start = sum(weights[n].size for n in names[: names.index("first_conversion.weight")])
    own = scenario.category_rows()
    each = np.zeros(len(own))
    for unit in seen.units("sampled"):
        for place, row in enumerate(own):
            if (unit.ids == row).any():
                sum_of_one = clipped(
                    reference(seen, "initial", ("conversion",), unit), seen.plan.clip_norm
                )
                each[place] = -sum_of_one[start + row]
    each = np.where(each == 0, np.inf, each)
    slow = SLOW / seen.plan.clip_norm
    one = seen.floats("draws/one", -1, size)[:, start + own] / each
    several = seen.floats("draws/several", -1, size)[:, start + own] / each / slow
    off = max(float(np.abs(x - np.round(x)).max()) for x in (one, several))
    return Counts(np.round(one), np.round(several), 2 * STEPS, off)


def _rate(counts: Counts, q: float) -> Check:
    draws, shoppers = counts.one.shape
    most = counts.steps * len(counts.several)
    per = np.concatenate([counts.one.sum(0), counts.several.sum(0)]).astype(np.int64)
    tries = np.repeat([draws, most], shoppers)
    total, n = int(per.sum()), int(tries.sum())
    each = min(
        _binomial(int(c), int(t), q) for c, t in set(zip(per.tolist(), tries.tolist(), strict=True))
    )
    p = min(_normal_rate(total, n, q), each * 2 * shoppers)
    text = f"{shoppers} shoppers were in {total / n:.4f} of {n:,} chances; claimed q = {q:g}."
    power = (
        f"A rate off by {6 * math.sqrt(max(q * (1 - q), 1e-9) / n):.3f}; one shopper's by far more."
    )
    return statistical("sampler.rate", p, 2, text, power, {"rate": total / n})


def _normal_rate(total: int, n: int, q: float) -> float:
    if q >= 1:
        return 1.0 if total == n else 0.0
    return normal_p((total - n * q) / math.sqrt(n * q * (1 - q)))


def _binomial(count: int, tries: int, q: float) -> float:
    return binomial_p(count, tries, q) if 0 <= count <= tries else 0.0


def _batches(counts: Counts, q: float) -> Check:
    """Poisson sampling makes batches of varying size; a shuffled list does not."""
    shoppers = counts.one.shape[1]
    sizes = counts.one.sum(1)
    ratio, p = _dispersion(sizes, shoppers, q)
    text = (
        f"Batch sizes vary {ratio:.2f} times as much as Poisson sampling of {shoppers} would "
        f"({sizes.min():.0f} to {sizes.max():.0f})."
    )
    power = f"Batches of fixed size (ratio 0); finds ratios below {_reach(len(sizes)):.2f}."
    return statistical("sampler.batch_sizes", p, 1, text, power, {"ratio": ratio})


def _steps(counts: Counts, q: float) -> Check:
    """Within one round every step draws anew: a shopper's count over the steps is binomial."""
    ratio, p = _dispersion(counts.several.ravel(), counts.steps, q)
    text = f"Counts over {counts.steps} steps of a round vary {ratio:.2f} times as much as binomial ones."
    power = "Shuffled without replacement (ratio 0), one batch for all steps (ratio 8)."
    return statistical("sampler.steps", p, 1, text, power, {"ratio": ratio})


def _calls(counts: Counts, q: float) -> Check:
    """Consecutive rounds draw independently: no round tells anything of the next.

    The p-value is Bernstein's bound (Freedman 1975 for this martingale), for with a small q the
    products are too heavy-tailed for the normal approximation.
    """
    x = (counts.one - q) / math.sqrt(q * (1 - q))
    products = x[1:] * x[:-1]
    n, total = products.size, float(products.sum())
    largest = max(q, 1 - q) ** 2 / (q * (1 - q))
    p = min(1.0, 2 * math.exp(-(total**2) / 2 / (n + largest * abs(total) / 3)))
    lagged = total / math.sqrt(n)
    text = f"Consecutive draws of each shopper: {lagged:.2f} standard errors of correlation."
    power = "A list that is shuffled once and cut; every second round the rest."
    return statistical("sampler.independent", p, 1, text, power, {"z_next": lagged})


def _dispersion(counts: Floats, n: int, q: float) -> tuple[float, float]:
    """(variance ratio, two-sided p) of binomial(n, q) counts around their known mean.

    The sum of squares is matched to a scaled chi-square by mean and variance, with the
    binomial's own kurtosis.
    """
    variance = n * q * (1 - q)
    square = float(((counts - n * q) ** 2).sum()) / variance
    excess = (1 - 6 * q * (1 - q)) / variance
    scale = max((2 + excess) / 2, 1e-6)
    degrees = max(1, round(counts.size / scale))
    return square / counts.size, chi_square_p(square / scale, degrees)


def _reach(n: int) -> float:
    return max(0.0, 1 - (-math.log10(LEVEL) * 1.4) * math.sqrt(2 / n))


def _impressions(seen: Observed) -> list[Check]:
    """Of the shopper with more than K rows exactly K are taken, uniformly, anew each time."""
    weights = seen.weights("initial")
    names = trained(weights, ("conversion",))
    start = sum(weights[n].size for n in names[: names.index("first_conversion.weight")])
    columns = start + scenario.category_rows()[: scenario.N_MANY]
    draws = np.abs(
        seen.floats("impressions/draws", -1, sum(weights[n].size for n in names))[:, columns]
    )
    kept = (draws > 0.2 * draws.max(1, keepdims=True)).astype(np.int64)
    n, k = scenario.N_MANY, min(seen.plan.max_impressions, scenario.N_MANY)
    most, least = int(kept.sum(1).max()), int(kept.sum(1).min())
    text = f"Of {n} impressions of one shopper {least} to {most} are taken; K = {k}."
    figures = {"most": float(most), "least": float(least)}
    bound = Check("sampler.at_most_k", most <= k, text, "One row more than K.", figures=figures)
    if k >= n:
        return [bound]
    p = min(binomial_p(int(c), len(kept), k / n) for c in set(kept.sum(0).tolist()))
    overlap = (kept[1:] * kept[:-1]).sum(1)
    expected = k * k / n
    variance = k * (k / n) * (1 - k / n) * (n - k) / (n - 1)
    again = float((overlap - expected).sum()) / math.sqrt(variance * len(overlap))
    uniform = statistical(
        "sampler.uniform_rows",
        min(p * n, normal_p(again)),
        2,
        f"The rows are taken evenly; consecutive draws share {overlap.mean():.2f} of {k} "
        f"(expected {expected:.2f}).",
        "Always the first or the newest K rows; a choice made once.",
        {"z_again": again},
    )
    return [bound, uniform]
