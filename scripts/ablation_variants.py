"""The variants of the ablation: which columns, which parts, which public gains."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from ablation_data import ALIKE, Rows
from ablation_engine import Table

from common.features import FeatureSpec, default_spec
from common.features_rich import rich_spec
from common.history_spec import default_history_spec
from common.model_rich import RichConfig, RichNet, build_rich

FIRST, RICH = default_spec(), rich_spec()
HASHED = tuple(c.name for c in RICH.categorical if c.kind == "hash")
CROSSES = tuple(c.name for c in RICH.categorical if c.kind == "cross")
#: Columns whose rows are many and say little each.
WIDE = (*HASHED, *CROSSES)
#: Columns of both versions that describe the candidate; a past meets them.
CANDIDATE = tuple(
    FIRST.categorical_names.index(n) for n in ("department", "category", "product_type")
)


@dataclass(frozen=True)
class Variant:
    """One way to build the model.

    Attributes:
        label: Its line in the table.
        rich: Version 2 of the features, else version 1.
        alike: Whether the frozen text attention's numbers are given.
        text: Whether the projected text vector is given.
        gain: Gain of id columns by name; "*" is of all others, 1 if it is missing.
        number_gain: The same for numbers; "*" is 4 if it is missing.
        prior: Log-odds from the lowest to the highest value of a number before any training.
        step: The recipe's learning rate times this, where there is privacy.
        config: All else.
    """

    label: str
    rich: bool = False
    alike: bool = False
    text: bool = False
    gain: dict[str, float] = field(default_factory=dict)
    number_gain: dict[str, float] = field(default_factory=dict)
    prior: dict[str, float] = field(default_factory=dict)
    step: float = 1.0
    config: RichConfig = field(default_factory=RichConfig)

    @property
    def spec(self) -> FeatureSpec:
        """Of its columns."""
        return RICH if self.rich else FIRST

    @property
    def numbers(self) -> tuple[str, ...]:
        """Names of its numbers, in order."""
        past = default_history_spec()
        more = ALIKE if self.alike else ()
        text = tuple(f"text_{i}" for i in range(past.projected)) if self.text else ()
        return (*self.spec.numeric_names, *more, *text)


@dataclass(frozen=True)
class Sizes:
    """V and D, as the net wants them."""

    n_ids: int
    n_numeric: int


def table_of(variant: Variant, rows: Rows) -> Table:
    """The rows as this variant takes them; version 1's columns are the first of version 2's."""
    data, spec = rows.data, variant.spec
    numeric = [data.numeric[:, : spec.n_numeric]]
    numeric += [rows.alike] if variant.alike else []
    numeric += [rows.text] if variant.text else []
    return Table(
        rows,
        np.ascontiguousarray(data.ids[:, : spec.n_categorical]),
        np.concatenate(numeric, axis=1).astype(np.float32),
        variant.config.history != "none",
    )


def net_of(variant: Variant) -> RichNet:
    """The variant's net with its public initial weights."""
    spec, numbers = variant.spec, variant.numbers
    config = RichConfig(
        **{
            **vars(variant.config),
            "first_gain": tuple(
                variant.gain.get(n, variant.gain.get("*", 1.0)) for n in spec.categorical_names
            ),
            "numeric_prior": tuple(variant.prior.get(n, 0.0) for n in numbers),
            "numeric_gain": tuple(
                variant.number_gain.get(n, variant.number_gain.get("*", 4.0)) for n in numbers
            ),
        }
    )
    past = default_history_spec()
    return build_rich(Sizes(spec.n_ids, len(numbers)), spec.n_categorical, past.n_ids, config)


def _same(names: tuple[str, ...], gain: float) -> dict[str, float]:
    return dict.fromkeys(names, gain)


def _past(kind: str, gain: float) -> RichConfig:
    return RichConfig(pairs=False, history=kind, history_gain=gain, target=CANDIDATE)


BARE = RichConfig(pairs=False)
TEXT_GAIN = _same(tuple(f"text_{i}" for i in range(16)), 1.0)
LESS = {"*": 0.7, **_same(WIDE, 0.4)}
HALF, NONE = _same(WIDE, 0.5), _same(CROSSES, 0.0)
#: One log-odds from the lowest to the highest value of what marketing has called recency, frequency
#: and monetary value for decades: equal weights, nothing fitted (Dawes 1979).
UNIT = _same(
    (
        *("n_own_purchases", "n_category_purchases", "n_recency", "n_spend"),
        *("n_past_conversions", "n_redemptions", "n_activity", "n_affinity"),
    ),
    1.0,
)
#: The first is what all others are compared with: today's model without its pairs, which add nothing
#: and cost most of the time; the second is today's model as it is.
VARIANTS: tuple[Variant, ...] = (
    Variant("today's model, no pairs", config=BARE),
    Variant("today's model"),
    Variant("minus crosses", gain=NONE, config=BARE),
    Variant("minus numbers", number_gain={"*": 0.0}, config=BARE),
    Variant("unit priors", prior=UNIT, config=BARE),
    Variant("unit priors, steps x .5", prior=UNIT, step=0.5, config=BARE),
    Variant("unit priors, hashed and crosses x .5", prior=UNIT, gain=HALF, config=BARE),
    Variant("steps x .5", step=0.5, config=BARE),
    Variant("hashed and crosses x .5", gain=HALF, config=BARE),
    Variant("ids x .7, hashed and crosses x .4", gain=LESS, config=BARE),
    Variant("numbers x 2 in place of 4", number_gain={"*": 2.0}, config=BARE),
    Variant("numbers x 6 in place of 4", number_gain={"*": 6.0}, config=BARE),
    Variant("plus text likeness", alike=True, number_gain=_same(ALIKE, 1.0), config=BARE),
    Variant("plus text projection", text=True, number_gain=TEXT_GAIN, config=BARE),
    Variant("rich columns", rich=True, config=BARE),
    Variant("plus number crosses", config=replace(BARE, cross=True, cross_gain=0.05)),
    Variant("pairs, width 2", config=RichConfig(width=2)),
    Variant("plus history, dot", config=_past("dot", 0.3)),
    Variant("plus history, attention", config=_past("attention", 1.0)),
    Variant("pairs, width 8", config=RichConfig(width=8)),
)
