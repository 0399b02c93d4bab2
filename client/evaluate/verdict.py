"""verdict_of(): whether league noise is worth joining for on this set, against the project's own marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from client.evaluate.figures import gain
from client.evaluate.nouns import Gain, MerchantFigures, Row

#: Issue C: gain over alone of merchants below SMALL rows, and loss against no privacy.
LEAST_GAIN, MOST_LOSS, SMALL = 0.02, 0.015, 5_000
#: Calibrated PCOC of merchants with so many later outcomes.
N_OUTCOMES, PCOC_LOW, PCOC_HIGH = 100, 0.9, 1.1
LEAGUE, OWN, GIVEN = "league-3", "own-3", "given"
#: So many standard deviations of a count are more than chance.
_BEYOND = 1.96


@dataclass(frozen=True, slots=True)
class Ratio:
    """A merchant's calibrated PCOC on later rows, mean over the runs.

    Attributes:
        name: Of the merchant.
        pcoc: Predicted over observed.
        n_positive: Observed.
    """

    name: str
    pcoc: float
    n_positive: float

    @property
    def inside(self) -> bool:
        """Within the mark."""
        return PCOC_LOW <= self.pcoc <= PCOC_HIGH

    @property
    def beyond_chance(self) -> bool:
        """Whether a Poisson count around what was predicted would hardly be so far off."""
        expected = self.pcoc * self.n_positive
        return bool(abs(expected - self.n_positive) > _BEYOND * np.sqrt(expected))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the table says; a figure is None where it could not be had.

    Attributes:
        head: Which outcome.
        gain_small: League noise at epsilon 3 against alone, merchants below SMALL rows.
        gain_small_own: Own noise at epsilon 3, the same.
        loss_auc: Overall AUC lost against federated without privacy.
        loss_mean_auc: Mean AUC per merchant lost against the same.
        pcoc_calibrated: Of league noise, Platt's calibration, merchants with N_OUTCOMES.
        gain_small_given: What is given against alone, merchants below SMALL rows.
        pcoc_given: Of what is given.
    """

    head: str
    gain_small: Gain | None = None
    gain_small_own: Gain | None = None
    loss_auc: float | None = None
    loss_mean_auc: float | None = None
    pcoc_calibrated: tuple[Ratio, ...] = ()
    gain_small_given: Gain | None = None
    pcoc_given: tuple[Ratio, ...] = ()

    @property
    def gains(self) -> bool:
        """Whether joining is worth LEAST_GAIN, beyond chance."""
        return bool(
            self.gain_small and self.gain_small.value >= LEAST_GAIN and self.gain_small.low > 0
        )

    @property
    def keeps(self) -> bool:
        """Whether privacy costs MOST_LOSS at most, overall and per merchant."""
        losses = (self.loss_auc, self.loss_mean_auc)
        return all(v is not None and v <= MOST_LOSS for v in losses)

    def lines(self) -> list[str]:
        """Plain sentences."""
        out = [_gain_line("League noise", self.gain_small, self.gains)]
        if self.gain_small_own:
            out.append(_gain_line("Own noise", self.gain_small_own))
        if self.gain_small_given:
            out.append(_gain_line("What is given", self.gain_small_given))
        if self.loss_auc is not None and self.loss_mean_auc is not None:
            verdict = "reached" if self.keeps else "NOT reached"
            out.append(
                f"Against federated without privacy league noise at epsilon 3 loses "
                f"{self.loss_auc:.3f} AUC overall and {self.loss_mean_auc:.3f} per merchant "
                f"(mark: at most {MOST_LOSS}): {verdict}."
            )
        if self.pcoc_calibrated:
            out.append(_pcoc_line("league noise at epsilon 3, Platt", self.pcoc_calibrated))
        if self.pcoc_given:
            out.append(_pcoc_line("what is given", self.pcoc_given))
        return out


def verdict_of(head: str, rows: Sequence[Row]) -> Verdict:
    """The marks of issue C on the rows of one head."""
    by_name = {r.method: r for r in rows if r.runs}
    league, alone, plain = (by_name.get(k) for k in (LEAGUE, "local", "federated"))
    if league is None or alone is None:
        return Verdict(head)
    small = frozenset(m.name for r in league.runs for m in r.merchants if m.n_rows < SMALL)
    rng = np.random.default_rng(1)
    own, given = by_name.get(OWN), by_name.get(GIVEN)
    loss_auc = loss_mean = None
    if plain:
        loss_auc = _mean(r.raw.auc for r in plain.runs) - _mean(r.raw.auc for r in league.runs)
        loss_mean = _mean(r.mean_auc for r in plain.runs) - _mean(r.mean_auc for r in league.runs)
    return Verdict(
        head=head,
        gain_small=gain(league.runs, alone.runs, rng, small),
        gain_small_own=gain(own.runs, alone.runs, rng, small) if own else None,
        loss_auc=loss_auc,
        loss_mean_auc=loss_mean,
        pcoc_calibrated=_pcoc(league),
        gain_small_given=gain(given.runs, alone.runs, rng, small) if given else None,
        pcoc_given=_pcoc(given) if given else (),
    )


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _pcoc(row: Row) -> tuple[Ratio, ...]:
    found: dict[str, list[MerchantFigures]] = {}
    for run in row.runs:
        for m in run.merchants:
            if m.n_positive >= N_OUTCOMES:
                found.setdefault(m.name, []).append(m)
    return tuple(
        Ratio(name, _mean(m.pcoc_calibrated for m in each), _mean(m.n_positive for m in each))
        for name, each in found.items()
    )


def _pcoc_line(who: str, found: Sequence[Ratio]) -> str:
    each = ", ".join(f"{r.name} {r.pcoc:.2f}" for r in found)
    off = [r.name for r in found if r.beyond_chance]
    return (
        f"Calibrated PCOC of merchants with {N_OUTCOMES} later outcomes or more, {who}: "
        f"{sum(r.inside for r in found)} of {len(found)} in {PCOC_LOW} to {PCOC_HIGH} ({each}); "
        f"other than 1 beyond chance: {', '.join(off) or 'none'}."
    )


def _gain_line(who: str, found: Gain | None, reached: bool | None = None) -> str:
    what = f"{who} at epsilon 3 against each alone, merchants under {SMALL:,} rows"
    if found is None:
        return f"{what}: fewer than two of them can be judged."
    said = "" if reached is None else f": {'reached' if reached else 'NOT reached'}"
    mark = "" if reached is None else f" (mark: +{LEAST_GAIN} and above zero)"
    return (
        f"{what}: {found.value:+.3f} mean AUC ({found.low:+.3f} to {found.high:+.3f}, "
        f"{found.n_merchants} merchants){mark}{said}."
    )
