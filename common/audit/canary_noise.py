"""Is the noise as large as claimed, normal, on every tensor, and new every time?"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from common.audit import canary_scenario as scenario
from common.audit.canary_check import LEVEL, Check, statistical
from common.audit.canary_observed import Observed, split, trained
from common.audit.canary_plan import BINS, DIVISOR, HEADS, RATE, STEPS
from common.audit.canary_reference import Floats
from common.audit.canary_stats import (
    chi_square_p,
    chi_square_tails,
    kolmogorov_p,
    normal_p,
    normal_quantile,
    normal_tail,
    spread_interval,
)

LAGS = 16
#: Two coordinates over 48 runs or more: chance gives such a correlation once in 1e12.
SAME = 0.9
_ENOUGH = 1000


def check_noise(seen: Observed) -> list[Check]:
    """All checks on answers that hold nothing but noise."""
    std = seen.plan.noise_multiplier * seen.plan.clip_norm
    both = trained(seen.weights("initial"), HEADS[1])
    one = -_runs(seen, "noise/one", both) / std
    several = -_runs(seen, "noise/several", both) * DIVISOR / (RATE * std * math.sqrt(STEPS))
    weights = seen.weights("initial")
    checks = [
        _sigma("noise.sigma", split(one, weights, both), "alone"),
        _sigma("noise.steps", split(several, weights, both), f"summed over {STEPS} steps"),
        _mean(split(one, weights, both)),
        _coordinates("noise.coordinates", one),
        _normal(split(one, weights, both)),
        _tails(one),
        _fresh(np.concatenate([one, several])),
        _apart(one),
    ]
    return [*checks, *_over_rows(seen, std), _in_bins(seen)]


def _runs(seen: Observed, name: str, names: list[str]) -> Floats:
    weights = seen.weights("initial")
    return seen.floats(name, -1, sum(weights[n].size for n in names))


def _sigma(code: str, parts: Mapping[str, Floats], when: str) -> Check:
    """Chi-square of each tensor's values, in units of the claimed standard deviation."""
    p, worst, ratio, sizes = 2.0, "", 1.0, {}
    figures: dict[str, float] = {}
    for name, z in parts.items():
        square, n = float((z**2).sum()), z.size
        figures[f"ratio {name}"], sizes[name] = math.sqrt(square / n), n
        found = chi_square_p(square, n)
        if found < p:
            p, worst, ratio = found, name, math.sqrt(square / n)
    low, high = spread_interval(ratio**2, sizes[worst])
    text = (
        f"Noise {when}: of {len(parts)} tensors the one farthest off is {worst} with "
        f"{ratio:.4f} of the claimed sigma (95 %: {low:.4f} to {high:.4f})."
    )
    far = normal_quantile(LEVEL / 2 / len(parts)) + 3.1
    reach = {n: max(0.0, 1 - far / math.sqrt(2 * size)) for n, size in sizes.items()}
    power = (
        f"Finds (99.9 %) less than {max(reach.values()):.3f} of sigma on the largest tensor, "
        f"{min(reach.values()):.2f} on the smallest."
    )
    figures |= {"worst_ratio": ratio, "low": low, "high": high}
    return statistical(code, p, len(parts), text, power, figures)


def _mean(parts: Mapping[str, Floats]) -> Check:
    shifts = {n: float(z.sum()) / math.sqrt(z.size) for n, z in parts.items()}
    worst = max(shifts, key=lambda n: abs(shifts[n]))
    p = normal_p(shifts[worst])
    text = f"The mean farthest from 0 is that of {worst}: {shifts[worst]:.2f} standard errors."
    return statistical("noise.mean", p, len(parts), text, "A bias.", {"z": shifts[worst]})


def _coordinates(code: str, z: Floats) -> Check:
    """No single weight has too little or too much noise, touched by a row or not."""
    runs, d = z.shape
    squares = (z**2).sum(0)
    low, high = float(squares.min()), float(squares.max())
    p = min(chi_square_tails(low, runs)[0], chi_square_tails(high, runs)[1])
    text = (
        f"Of {d:,} weights the quietest has {math.sqrt(low / runs):.2f} of sigma over {runs} runs, "
        f"the loudest {math.sqrt(high / runs):.2f}."
    )
    figures = {"quietest": math.sqrt(low / runs), "loudest": math.sqrt(high / runs)}
    return statistical(code, p, 2 * d, text, "One weight or row without noise.", figures)


def _normal(parts: Mapping[str, Floats]) -> Check:
    tested = {n: kolmogorov_p(z) for n, z in parts.items() if z.size >= _ENOUGH}
    tested["all tensors"] = kolmogorov_p(np.concatenate([z.ravel() for z in parts.values()])[::2])
    worst = min(tested, key=lambda n: tested[n])
    text = f"Kolmogorov's test against the normal: smallest p {tested[worst]:.2g} ({worst})."
    power = "Uniform, Laplace or rounded noise of the same variance."
    return statistical(
        "noise.normal", tested[worst], len(tested), text, power, {"p": tested[worst]}
    )


def _tails(z: Floats) -> Check:
    """The largest of n normals is neither too small (cut noise) nor too large."""
    n, largest = z.size, float(np.abs(z).max())
    beyond = 2 * normal_tail(largest)
    p = 2 * min(n * beyond, math.exp(n * math.log1p(-min(beyond, 0.999999))))
    text = f"The largest of {n:,} values is {largest:.2f} sigma."
    return statistical("noise.tails", p, 1, text, "Noise that is cut off.", {"largest": largest})


def _fresh(z: Floats) -> Check:
    """No run repeats another run's noise, as a whole or scaled."""
    runs, d = z.shape
    gram = z @ z.T / np.sqrt(np.outer((z**2).sum(1), (z**2).sum(1)) + 1e-300) * math.sqrt(d)
    pairs = np.abs(gram[np.triu_indices(runs, 1)])
    largest = float(pairs.max())
    text = f"{len(pairs):,} pairs of runs: largest correlation {largest / math.sqrt(d):.4f}."
    power = "A seeded or repeated generator."
    return statistical("noise.fresh", normal_p(largest), len(pairs), text, power, {"z": largest})


def _apart(z: Floats) -> Check:
    """No two weights share their noise; neighbours do not lean on each other."""
    runs, _ = z.shape
    unit = z - z.mean(0)
    unit = (unit / (np.sqrt((unit**2).sum(0)) + 1e-300)).astype(np.float32)
    together = np.abs(unit.T @ unit)
    np.fill_diagonal(together, 0.0)
    largest = float(together.max())
    lagged = [
        float((z[:, :-k] * z[:, k:]).sum()) / math.sqrt(z[:, k:].size) for k in range(1, LAGS + 1)
    ]
    far = max(abs(v) for v in lagged)
    found = statistical(
        "noise.apart",
        normal_p(far) if largest < SAME or runs < 40 else 0.0,
        LAGS,
        f"Largest correlation of two weights over {runs} runs {largest:.2f}; of neighbours up to "
        f"{LAGS} apart {far:.2f} standard errors.",
        "The same noise on two tensors; noise with a pattern.",
        {"largest": largest, "z_neighbours": far},
    )
    return found


def _over_rows(seen: Observed, std: float) -> list[Check]:
    """The same noise is there when the batch is not empty."""
    weights = seen.weights("initial")
    names = trained(weights, HEADS[0])
    last = len(scenario.special_kinds())
    base = seen.floats(f"sum/initial/1/{last}", sum(weights[n].size for n in names))
    z = (_runs(seen, "noise/rows", names) - base) / std
    return [
        _sigma("noise.over_rows", split(z, weights, names), "over a shop's rows"),
        _coordinates("noise.over_rows_coordinates", z),
    ]


def _in_bins(seen: Observed) -> Check:
    z = seen.floats("noise/histogram", -1, 2 * BINS) / seen.plan.noise_multiplier
    square, n = float((z**2).sum()), z.size
    p = min(chi_square_p(square, n), kolmogorov_p(z)) * 2
    cells = (z**2).sum(0)
    low = chi_square_tails(float(cells.min()), len(z))[0] * 2 * BINS
    ratio = math.sqrt(square / n)
    text = f"Noise of the histogram: {ratio:.4f} of the claimed sigma over {2 * BINS} cells."
    power = "Half noise, a cell without noise, noise that is not normal."
    return statistical("histogram.noise", min(p, low), 2, text, power, {"ratio": ratio})
