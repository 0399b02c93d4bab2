"""FeatureSpec: public bounds and hash buckets, never fitted on data; encode() makes ids and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.canonical import digest
from common.columns import (
    CATEGORICAL_KINDS,
    NUMERIC_KINDS,
    Categorical,
    Numeric,
    bucket,
    number,
)
from common.errors import WrongSpec

MAX_IDS = 1 << 20


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the model eats.

    Attributes:
        ids: int64 [N, F], already offset into the one id table 0..V-1.
        numeric: float32 [N, D] in [0, 1].
    """

    ids: NDArray[np.int64]
    numeric: NDArray[np.float32]


@dataclass(frozen=True)
class FeatureSpec:
    """Which raw columns become which ids and numbers. The same for every merchant.

    Attributes:
        version: Counts changes of meaning that the columns do not show.
        categorical: F columns that share one id table.
        numeric: D columns.
    """

    version: int
    categorical: tuple[Categorical, ...]
    numeric: tuple[Numeric, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be encoded.

        Raises:
            WrongSpec: a kind, a bound or a name is not usable.
        """
        seen: dict[str, int] = {}
        for c in self.categorical:
            sound = c.kind in CATEGORICAL_KINDS and c.buckets >= 2 and c.name not in seen
            if c.kind == "bins":
                sound &= c.buckets == len(c.edges) + 2 and list(c.edges) == sorted(c.edges)
            if c.kind == "cross":
                sound &= len(c.of) == 2 and all(name in seen for name in c.of)
                sound = sound and c.buckets == seen[c.of[0]] * seen[c.of[1]]
            if not sound:
                raise _wrong(c.name)
            seen[c.name] = c.buckets
        for n in self.numeric:
            if n.kind not in NUMERIC_KINDS or not 0 < n.cap < 1e12 or n.name in seen:
                raise _wrong(n.name)
            seen[n.name] = 0
        if not self.categorical or self.n_ids > MAX_IDS:
            raise _wrong("size")

    @property
    def n_ids(self) -> int:
        """V: rows of the one id table."""
        return sum(c.buckets for c in self.categorical)

    @property
    def n_categorical(self) -> int:
        """F: categorical columns."""
        return len(self.categorical)

    @property
    def n_numeric(self) -> int:
        """D: numeric columns."""
        return len(self.numeric)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """First row of each categorical column in the id table."""
        sizes = [0, *(c.buckets for c in self.categorical)]
        return tuple(int(v) for v in np.cumsum(sizes)[:-1])

    @property
    def categorical_names(self) -> tuple[str, ...]:
        """Names of the F columns of `Encoded.ids`, in order."""
        return tuple(c.name for c in self.categorical)

    @property
    def numeric_names(self) -> tuple[str, ...]:
        """Names of the D columns of `Encoded.numeric`, in order."""
        return tuple(n.name for n in self.numeric)

    @property
    def sources(self) -> tuple[str, ...]:
        """Raw columns that `encode` reads."""
        names = [c.name for c in self.categorical if c.kind != "cross"]
        return tuple(dict.fromkeys([*names, *(n.source for n in self.numeric)]))

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Group name -> its column names, for explanations; at most 10 groups."""
        out: dict[str, tuple[str, ...]] = {}
        named = [(c.group, c.name) for c in self.categorical]
        for group, name in [*named, *((m.group, m.name) for m in self.numeric)]:
            out[group] = (*out.get(group, ()), name)
        return out

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "version": self.version,
            "categorical": [
                {**asdict(c), "edges": list(c.edges), "of": list(c.of)} for c in self.categorical
            ],
            "numeric": [asdict(n) for n in self.numeric],
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> FeatureSpec:
        """Inverse of `as_dict`.

        Raises:
            WrongSpec: it is no feature specification.
        """
        try:
            categorical = tuple(
                Categorical(**{**c, "edges": tuple(c["edges"]), "of": tuple(c["of"])})
                for c in raw["categorical"]
            )
            numeric = tuple(Numeric(**n) for n in raw["numeric"])
            return cls(int(raw["version"]), categorical, numeric)
        except (KeyError, TypeError, ValueError, AttributeError) as e:
            raise _wrong("layout") from e

    def digest(self) -> str:
        """SHA-256 of the canonical bytes of `as_dict`."""
        return digest(self.as_dict())


def encode(spec: FeatureSpec, columns: Mapping[str, NDArray[Any]]) -> Encoded:
    """Raw columns to ids and numbers, row by row, with nothing fitted.

    Args:
        spec: The specification.
        columns: Every name of `spec.sources` -> [N] text (object) or numbers.

    Raises:
        KeyError: a raw column is missing.
    """
    n = len(columns[spec.sources[0]])
    ids = np.empty((n, spec.n_categorical), np.int64)
    codes: dict[str, NDArray[np.int64]] = {}
    for i, c in enumerate(spec.categorical):
        if c.kind == "cross":
            second = next(o for o in spec.categorical if o.name == c.of[1])
            code = codes[c.of[0]] * second.buckets + codes[c.of[1]]
        else:
            code = bucket(c, columns[c.name])
        codes[c.name] = code
        ids[:, i] = code + spec.offsets[i]
    numeric = np.empty((n, spec.n_numeric), np.float32)
    for i, m in enumerate(spec.numeric):
        numeric[:, i] = number(m, columns[m.source])
    return Encoded(ids, numeric)


def _wrong(name: str) -> WrongSpec:
    return WrongSpec(
        "This feature specification cannot be used.",
        where=name,
        safe="Nothing was scored or trained with it.",
        todo="Update Hansa, or ask the operator for a bundle of this version.",
    )


BOUGHT, KIND, RECENT = "bought from you before", "bought this kind before", "recency and spend"
LOOKED, ANSWERED = "looked at your products", "answered your offers before"
ACTIVE, AFFINE, COUPONS = "loyalty tier", "department affinity", "coupon habits"
OFFER, PLACE = "campaign and product", "where and when"


def _hash(name: str, group: str, buckets: int) -> Categorical:
    return Categorical(name, group, "hash", buckets)


def _tier(name: str, group: str, buckets: int) -> Categorical:
    return Categorical(name, group, "tier", buckets)


def _log2(name: str, group: str, buckets: int) -> Categorical:
    return Categorical(name, group, "log2", buckets)


def _bins(name: str, group: str, *edges: float) -> Categorical:
    return Categorical(name, group, "bins", len(edges) + 2, edges)


def default_spec() -> FeatureSpec:
    """The specification of this version; every number here is a public constant."""
    plain = (
        _hash("campaign_type", OFFER, 8),
        _hash("department", OFFER, 32),
        _hash("category", OFFER, 128),
        _hash("product_type", OFFER, 64),
        _log2("breadth", OFFER, 7),
        _tier("own_purchases", BOUGHT, 5),
        _tier("product_purchases", BOUGHT, 4),
        _tier("category_purchases", KIND, 5),
        _log2("department_purchases", KIND, 7),
        _bins("recency_days", RECENT, 2, 8, 15, 31, 61, 121, 366),
        _bins("spend_minor", RECENT, 1, 500, 1500, 5000, 20000, 100000),
        _log2("own_views", LOOKED, 7),
        _tier("product_views", LOOKED, 4),
        _tier("past_conversions", ANSWERED, 5),
        _log2("past_exposures", ANSWERED, 7),
        _tier("platform_activity", ACTIVE, 7),
        _tier("platform_affinity", AFFINE, 7),
        _tier("platform_redemptions", COUPONS, 7),
        _hash("placement", PLACE, 8),
        _hash("device", PLACE, 8),
        _tier("weekday", PLACE, 7),
        _bins("hour", PLACE, 6, 12, 18),
    )
    crosses = (
        _cross(plain, "campaign_type_x_redemptions", "campaign_type", "platform_redemptions"),
        _cross(plain, "own_x_category", "own_purchases", "category_purchases", KIND),
        _cross(plain, "affinity_x_own", "platform_affinity", "own_purchases", AFFINE),
    )
    return FeatureSpec(1, plain + crosses, _default_numeric())


def _default_numeric() -> tuple[Numeric, ...]:
    return (
        Numeric("n_own_purchases", BOUGHT, "own_purchases", "log", 64.0),
        Numeric("n_category_purchases", KIND, "category_purchases", "log", 32.0),
        Numeric("n_recency", RECENT, "recency_days", "fresh", 365.0),
        Numeric("n_spend", RECENT, "spend_minor", "log", 1_000_000.0),
        Numeric("n_past_conversions", ANSWERED, "past_conversions", "log", 16.0),
        Numeric("n_redemptions", COUPONS, "platform_redemptions", "linear", 6.0),
        Numeric("n_activity", ACTIVE, "platform_activity", "linear", 6.0),
        Numeric("n_affinity", AFFINE, "platform_affinity", "linear", 6.0),
        Numeric("n_position", PLACE, "position", "log", 64.0),
    )


def _cross(
    columns: tuple[Categorical, ...], name: str, a: str, b: str, group: str = COUPONS
) -> Categorical:
    size = {c.name: c.buckets for c in columns}
    return Categorical(name, group, "cross", size[a] * size[b], of=(a, b))
