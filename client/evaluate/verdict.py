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
LEAGUE, OWN = "league-3", "own-3"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the table says; a figure is None where it could not be had.

    Attributes:
        head: Which outcome.
        gain_small: League noise at epsilon 3 against alone, merchants below SMALL rows.
        gain_small_own: Own noise at epsilon 3, the same.
        loss_auc: Overall AUC lost against federated without privacy.
        loss_mean_auc: Mean AUC per merchant lost against the same.
        pcoc_calibrated: (merchant, PCOC) of league noise for merchants with N_OUTCOMES.
    """

    head: str
    gain_small: Gain | None = None
    gain_small_own: Gain | None = None
    loss_auc: float | None = None
    loss_mean_auc: float | None = None
    pcoc_calibrated: tuple[tuple[str, float], ...] = ()

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
        if self.loss_auc is not None and self.loss_mean_auc is not None:
            verdict = "reached" if self.keeps else "NOT reached"
            out.append(
                f"Against federated without privacy league noise at epsilon 3 loses "
                f"{self.loss_auc:.3f} AUC overall and {self.loss_mean_auc:.3f} per merchant "
                f"(mark: at most {MOST_LOSS}): {verdict}."
            )
        if self.pcoc_calibrated:
            inside = sum(PCOC_LOW <= p <= PCOC_HIGH for _, p in self.pcoc_calibrated)
            each = ", ".join(f"{name} {p:.2f}" for name, p in self.pcoc_calibrated)
            out.append(
                f"Calibrated PCOC of merchants with {N_OUTCOMES} later outcomes or more, league "
                f"noise at epsilon 3: {inside} of {len(self.pcoc_calibrated)} in {PCOC_LOW} to "
                f"{PCOC_HIGH} ({each})."
            )
        return out


def verdict_of(head: str, rows: Sequence[Row]) -> Verdict:
    """The marks of issue C on the rows of one head."""
    by_name = {r.method: r for r in rows if r.runs}
    league, alone, plain = (by_name.get(k) for k in (LEAGUE, "local", "federated"))
    if league is None or alone is None:
        return Verdict(head)
    small = frozenset(m.name for r in league.runs for m in r.merchants if m.n_rows < SMALL)
    rng = np.random.default_rng(1)
    own = by_name.get(OWN)
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
    )


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _pcoc(row: Row) -> tuple[tuple[str, float], ...]:
    found: dict[str, list[MerchantFigures]] = {}
    for run in row.runs:
        for m in run.merchants:
            if m.n_positive >= N_OUTCOMES:
                found.setdefault(m.name, []).append(m)
    return tuple(
        (name, float(np.mean([m.pcoc_calibrated for m in each]))) for name, each in found.items()
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
