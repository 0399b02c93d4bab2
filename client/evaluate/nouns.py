"""What an evaluation is about: merchants' rows before and after the split, scores, and their figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from client.dataset import ShopperData
from client.personal_head import Calibration
from common.features import Encoded, FeatureSpec
from common.recipe import DEFAULT, LEAGUE, Recipe

Floats = NDArray[np.float64]
#: One merchant's log-odds on rows to learn from and on rows to judge by.
Pair = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Rows:
    """Encoded rows of one merchant, sorted by shopper.

    Attributes:
        data: As training takes them.
        shopper: int64 [N], ascending.
        product: int64 [N], codes within this merchant.
        shown_at: int64 [N], seconds since 1970.
    """

    data: ShopperData
    shopper: NDArray[np.int64]
    product: NDArray[np.int64]
    shown_at: NDArray[np.int64]

    def take(self, kept: NDArray[np.bool_]) -> Rows:
        """The rows where `kept` [N] is true."""
        d = self.data
        encoded, who = Encoded(d.ids[kept], d.numeric[kept]), self.shopper[kept]
        data = ShopperData.from_arrays(encoded, who, d.click[kept], d.conversion[kept])
        return Rows(data, who, self.product[kept], self.shown_at[kept])


@dataclass(frozen=True, slots=True)
class Shop:
    """One merchant as it was imported."""

    name: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A merchant whose folder cannot be used, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merchant:
    """One merchant after the split."""

    name: str
    before: Rows
    later: Rows

    @property
    def n_rows(self) -> int:
        """All its rows."""
        return self.before.data.n_rows + self.later.data.n_rows


@dataclass(frozen=True, slots=True)
class Case:
    """One split of one federation, and the constants to learn with.

    Attributes:
        merchants: All with rows on either side.
        spec: Of the rows.
        heads: Outcomes that are recorded: "click", "conversion".
        delta: Of every budget.
        own: Constants with own noise, without privacy and alone.
        league: Constants with league noise.
    """

    merchants: tuple[Merchant, ...]
    spec: FeatureSpec
    heads: tuple[str, ...]
    delta: float
    own: Recipe = DEFAULT
    league: Recipe = LEAGUE


@dataclass(frozen=True, slots=True)
class Scored:
    """What one method says.

    Attributes:
        by_head: head -> one pair a merchant, in the case's order.
        sigma: Of its noise; 0 without.
        calibrations: head -> one a merchant that brings its own; the others are Platt's.
    """

    by_head: Mapping[str, tuple[Pair, ...]]
    sigma: float = 0.0
    calibrations: Mapping[str, tuple[Calibration | None, ...]] = field(default_factory=dict)

    def own(self, head: str, merchant: int) -> Calibration | None:
        """The calibration that a merchant brings, by its place in the case."""
        found = self.calibrations.get(head)
        return found[merchant] if found else None


@dataclass(frozen=True, slots=True)
class NotPossible:
    """Why a method has no figures here."""

    reason: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One set of probabilities against what happened later (`common.metrics`)."""

    auc: float
    grouped_auc: float
    log_loss: float
    normalised_entropy: float
    ece: float
    pcoc: float
    top_decile_lift: float


@dataclass(frozen=True, slots=True)
class MerchantFigures:
    """One merchant's later rows; `auc` is the same raw and calibrated (the order stays)."""

    name: str
    n_rows: int
    n_positive_before: int
    n_later: int
    n_positive: int
    auc: float
    log_loss: float
    log_loss_calibrated: float
    pcoc: float
    pcoc_calibrated: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one method, judged for one head.

    `mean_auc` is over merchants with `figures.MIN_LATER` or more later positives.
    """

    raw: Figures
    calibrated: Figures
    mean_auc: float
    sigma: float
    merchants: tuple[MerchantFigures, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean AUC per merchant minus that of a reference, with a 95 % interval."""

    value: float
    low: float
    high: float
    n_merchants: int


@dataclass(frozen=True, slots=True)
class Row:
    """One method and head: a row of the table.

    Attributes:
        method: "league-3", ...
        label: As people read it.
        head: Which outcome.
        runs: One a seed; one only where nothing has chance in it.
        gain: Against local-only.
        not_possible: Why there are no runs.
        seconds: Of all runs, judging included.
    """

    method: str
    label: str
    head: str
    runs: tuple[Run, ...] = ()
    gain: Gain | None = None
    not_possible: str = ""
    seconds: float = 0.0
