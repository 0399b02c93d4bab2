"""What an audience may bring: rates with intervals, outcomes and cost of a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client import personal, personal_isotonic
from client.personal_head import Calibration
from client.personal_isotonic import Isotonic
from client.score import Scorer
from client.targeting import OwnRows
from common.domain import Interval

N_RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Expected:
    """What the impressions of an audience may bring.

    Attributes:
        n_impressions: Shoppers times frequency.
        conversions: Expected, with a 95 % interval of the expectation.
        clicks: The same; None without a click head.
        cost_minor: Of all impressions; None where no cost is known.
        cost_per_impression_minor: What was reckoned with; None where no cost is known.
        cost_from: "given", "costs of this product", "costs of the shop", or "".
    """

    n_impressions: int
    conversions: Interval
    clicks: Interval | None
    cost_minor: int | None
    cost_per_impression_minor: float | None
    cost_from: str


def expected(
    n_shoppers: int,
    frequency: int,
    cvr: Interval,
    ctr: Interval | None,
    cost: tuple[float | None, str],
) -> Expected:
    """Reckon a plan; every impression of a shopper is taken to be as good as the first.

    Args:
        n_shoppers: In the audience.
        frequency: Impressions of each.
        cvr: Conversions of one impression.
        ctr: Clicks of one impression.
        cost: Of an impression in minor units, and where that is from.
    """
    n = n_shoppers * frequency
    price, said_by = cost
    return Expected(
        n_impressions=n,
        conversions=_times(cvr, n),
        clicks=_times(ctr, n) if ctr else None,
        cost_minor=None if price is None else round(n * price),
        cost_per_impression_minor=price,
        cost_from=said_by,
    )


def interval(
    scorer: Scorer, past: OwnRows, logit: NDArray[np.floating], head: str = "conversion"
) -> Interval:
    """Mean probability of a group with a 95 % interval for the rate itself.

    With a local calibration, shoppers are resampled (Efron 1979) and the calibration is fitted
    again each time. Without one, the shop's outcomes so far against the model's total give a
    Gamma posterior for a common factor, with a prior worth one outcome.

    Args:
        scorer: With the calibration, if there is one.
        past: The shop's own labelled rows.
        logit: [n] the group's log-odds before calibration.
        head: "conversion" or "click".
    """
    p = scorer.calibrated(head, logit)
    value = float(p.mean())
    rng = np.random.default_rng(0)
    x, y = past.logits[head], past.labels[head]
    if head in scorer.calibration:
        # calibrated in steps here: resampled in steps too
        steps = isinstance(scorer.calibration[head], Isotonic)
        found = [
            float(again.p(logit).mean())
            for times in _resamples(past.shopper, rng)
            if (again := _fit(x, y, times, steps))
        ]
        draws = np.array(found or [value])
    else:
        known = y >= 0
        total = float(scorer.calibrated(head, x[known]).sum())
        draws = value * rng.gamma(1.0 + int((y[known] == 1).sum()), 1 / (1.0 + total), 4000)
    low, high = (float(v) for v in np.quantile(draws, [0.025, 0.975]))
    return Interval(value, min(low, value), min(1.0, max(high, value)))


def _fit(
    x: NDArray[np.floating], y: NDArray[np.int8], times: NDArray[np.int64], steps: bool
) -> Calibration | None:
    """The calibration of rows that count so many times, [N] each."""
    drawn = times > 0
    weight = times[drawn].astype(np.float64)
    fit = personal_isotonic.fit if steps else personal.fit
    return fit(x[drawn], y[drawn], weight)


def _resamples(shopper: NDArray[np.int64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """How often each row is in each bootstrap sample of whole shoppers, [N] each."""
    n = int(shopper.max()) + 1 if len(shopper) else 0
    return [
        np.bincount(rng.integers(0, n, n), minlength=n)[shopper].astype(np.int64)
        for _ in range(N_RESAMPLES if n else 0)
    ]


def _times(rate: Interval, n: int) -> Interval:
    return Interval(rate.value * n, rate.low * n, rate.high * n)
