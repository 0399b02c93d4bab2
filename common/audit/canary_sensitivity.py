"""Does one shopper move the sum by at most C? With and without, layer by layer, against a reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from common.audit import canary_scenario as scenario
from common.audit.canary_check import Check
from common.audit.canary_observed import Observed, split, trained
from common.audit.canary_plan import BINS, HEADS, WEIGHTS
from common.audit.canary_reference import Floats, Unit, clipped, flat, gradient, histogram
from common.audit.canary_scenario import Planted
from common.features import default_spec

#: What float32 and noise of a millionth of C may add to a ratio.
SLACK = 2e-3


@dataclass(frozen=True, slots=True)
class Moved:
    """What one shopper did to a sum, in units of C.

    Attributes:
        whole: L2 norm over all trained tensors together.
        by_tensor: L2 norm of each tensor.
        error: Distance from the reference; None where rows were drawn at random.
        raw: Norm of the unclipped reference: what would have been without clipping.
    """

    whole: float
    by_tensor: dict[str, float]
    error: float | None
    raw: float


def check_units(seen: Observed) -> list[Check]:
    """Every planted shopper is one unit with all of their rows, and nobody else's."""
    wrong, n = [], 0
    for part, planted, later in (
        ("train", scenario.kinds(), False),
        ("later", scenario.kinds(), True),
        ("sampled", scenario.sampled(), False),
    ):
        units = seen.units(part)
        if len(units) != len(planted):
            wrong.append(f"{part}: {len(units)} units for {len(planted)} shoppers")
        for shopper in planted:
            n += 1
            if not _is_one_unit(shopper, units, later):
                wrong.append(f"{part}: {shopper.kind}")
    text = f"{n} planted shoppers are {n} units, each with all and only its own rows."
    if wrong:
        text = f"{len(wrong)} units are not what was planted: {'; '.join(wrong[:3])}."
    power = "A shopper split into two units, rows left out, rows of others, the other side's rows."
    return [Check("units", not wrong, text, power, figures={"wrong": len(wrong), "looked_at": n})]


def check_sums(seen: Observed) -> list[Check]:
    """One check for each kind of canary shopper, and one for the whole sum."""
    checks = []
    for number, shopper in enumerate(scenario.special_kinds()):
        found = [
            _moved(seen, which, heads, number, shopper) for which in WEIGHTS for heads in HEADS
        ]
        worst = max(m.whole for m in found)
        layer, most = max(
            ((n, v) for m in found for n, v in m.by_tensor.items()), key=lambda x: x[1]
        )
        errors = [m.error for m in found if m.error is not None]
        error, raw = max(errors, default=0.0), max(m.raw for m in found)
        passed = worst <= 1 + SLACK and error <= SLACK
        text = (
            f"{shopper.kind}: moves the sum by at most {worst:.4f} C (most of one tensor: "
            f"{most:.4f} C, {layer})"
        )
        text += f", {error:.1e} C from the reference." if errors else "."
        figures = {"ratio": worst, "error": error, "unclipped": raw, "largest_tensor": most}
        power = f"Without clipping it would be {raw:.3g} C."
        checks.append(Check(_code("sensitivity", shopper), passed, text, power, figures=figures))
    return [*checks, _check_whole(seen)]


def check_histogram(seen: Observed) -> list[Check]:
    """The same for the score histogram that answers EVALUATE, with C = 1."""
    worst = error = 0.0
    units = seen.units("later")
    for which in WEIGHTS:
        weights = seen.weights(which)
        for number, shopper in enumerate(scenario.special_kinds()):
            a, b = (seen.floats(f"histogram/{which}/{n}", 2, BINS) for n in (number, number + 1))
            unit = _unit_of(shopper, units)
            expected = histogram(weights, unit, BINS, 1.0) if unit else np.zeros((2, BINS))
            worst = max(worst, float(np.linalg.norm(a - b)))
            error = max(error, float(np.linalg.norm(a - b - expected)))
    passed = worst <= 1 + SLACK and error <= SLACK
    text = f"One shopper moves the histogram by at most {worst:.4f} C, {error:.1e} C from the reference."
    raw = np.sqrt(scenario.N_LATER)
    power = f"Without clipping up to {raw:.2f} C."
    return [
        Check(
            "histogram.sensitivity", passed, text, power, figures={"ratio": worst, "error": error}
        )
    ]


def reference(seen: Observed, which: str, heads: tuple[str, ...], unit: Unit) -> Floats:
    """Gradient of one unit, all trained tensors in one vector, not clipped."""
    return flat(gradient(seen.weights(which), unit, heads, seen.plan.max_impressions))


def _moved(
    seen: Observed, which: str, heads: tuple[str, ...], number: int, shopper: Planted
) -> Moved:
    weights, c = seen.weights(which), seen.plan.clip_norm
    names = trained(weights, heads)
    size = sum(weights[n].size for n in names)
    # an update is minus the sum (learning rate and divisor are 1)
    with_one = -seen.floats(f"sum/{which}/{len(heads)}/{number}", size)
    without = -seen.floats(f"sum/{which}/{len(heads)}/{number + 1}", size)
    change = with_one - without
    by_tensor = {n: float(np.linalg.norm(v)) / c for n, v in split(change, weights, names).items()}
    whole = float(np.linalg.norm(change)) / c
    unit = _unit_of(shopper, seen.units("train"))
    if unit is None:
        return Moved(whole, by_tensor, None, 0.0)
    raw = reference(seen, which, heads, unit)
    drawn = len(unit.ids) > seen.plan.max_impressions
    error = None if drawn else float(np.linalg.norm(change - clipped(raw, c))) / c
    return Moved(whole, by_tensor, error, float(np.linalg.norm(raw)) / c)


def _check_whole(seen: Observed) -> Check:
    """The sum over all ordinary shoppers, against each one's gradient, one at a time."""
    units = seen.units("train")
    special = [u for s in scenario.special_kinds() if (u := _unit_of(s, units)) is not None]
    rest = [u for u in units if not any(u is s for s in special)]
    c, worst = seen.plan.clip_norm, 0.0
    for which in WEIGHTS:
        for heads in HEADS:
            expected = sum(
                (clipped(reference(seen, which, heads, u), c) for u in rest), np.zeros(1)
            )
            name = f"sum/{which}/{len(heads)}/{len(scenario.special_kinds())}"
            found = -seen.floats(name, len(expected))
            worst = max(worst, float(np.linalg.norm(found - expected)) / c)
    limit = SLACK * len(rest)
    text = f"The sum over {len(rest)} shoppers is {worst:.1e} C from that of one at a time."
    power = "Gradients that mix shoppers, a loss of shape [B, 1], a divisor that is not public."
    return Check("sensitivity.whole_sum", worst <= limit, text, power, figures={"error": worst})


def _is_one_unit(shopper: Planted, units: list[Unit], later: bool) -> bool:
    own = scenario.category_rows()[list(shopper.products)]
    touched = [u for u in units if np.isin(u.ids, own).any()]
    if len(touched) != 1:
        return False
    unit, at = touched[0], default_spec().categorical_names.index("category")
    wanted = np.repeat(own[:1], scenario.N_LATER) if later else own
    won = np.arange(scenario.N_LATER) % 2 == 0 if later else np.array(shopper.outcomes)
    same = sorted(unit.ids[:, at].tolist()) == sorted(wanted.tolist())
    return same and float(unit.conversion.sum()) == float(won.sum())


def _unit_of(shopper: Planted, units: list[Unit]) -> Unit | None:
    own = scenario.category_rows()[list(shopper.products)]
    return next((u for u in units if np.isin(u.ids, own).any()), None)


def _code(part: str, shopper: Planted) -> str:
    return f"{part}.{shopper.kind.replace(' ', '_')}"
