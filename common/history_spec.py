"""HistorySpec: how the last L events before an impression become ids, by public constants alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.canonical import digest
from common.columns import CATEGORICAL_KINDS, Categorical, bucket
from common.errors import WrongSpec

#: Kinds of events, in the order of their codes; code 0 is no event.
KINDS = ("view", "search", "cart", "favourite", "purchase", "review", "share", "return")
#: Columns of an event by itself, and columns of an event beside the impression that it precedes.
OF_EVENT = ("kind", "taxonomy", "category", "price_minor")
OF_PAIR = ("age_hours", "same")
#: The public seed of the projection: nothing depends on any shop's rows.
PROJECTION_SEED = b"hansa projection 1"
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class HistorySpec:
    """Which columns an event of the past has. The same for every merchant.

    Attributes:
        version: Counts changes of meaning that the columns do not show.
        length: L, the last events before the impression that are kept.
        columns: H columns that share one id table; bucket 0 of each is "none".
        projected: Width of the product's projected text vector; 0 = none.
    """

    version: int
    length: int
    columns: tuple[Categorical, ...]
    projected: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be encoded.

        Raises:
            WrongSpec: a column, the length or the size is not usable.
        """
        names = [c.name for c in self.columns]
        sound = 1 <= self.length <= 512 and 0 <= self.projected <= 256
        sound &= bool(names) and len(set(names)) == len(names)
        sound &= set(names) <= {*OF_EVENT, *OF_PAIR}
        for c in self.columns:
            sound &= c.kind in CATEGORICAL_KINDS and c.kind != "cross" and c.buckets >= 2
            if c.kind == "bins":
                sound &= c.buckets == len(c.edges) + 2 and list(c.edges) == sorted(c.edges)
        if not sound or self.n_ids > np.iinfo(np.int16).max:
            raise _wrong()

    @property
    def n_columns(self) -> int:
        """H."""
        return len(self.columns)

    @property
    def n_ids(self) -> int:
        """Rows of the one id table of events."""
        return sum(c.buckets for c in self.columns)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """First row of each column in the id table; it is the column's "none"."""
        sizes = [0, *(c.buckets for c in self.columns)]
        return tuple(int(v) for v in np.cumsum(sizes)[:-1])

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "version": self.version,
            "length": self.length,
            "columns": [{**asdict(c), "edges": list(c.edges), "of": []} for c in self.columns],
            "projected": self.projected,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> HistorySpec:
        """Inverse of `as_dict`.

        Raises:
            WrongSpec: it is no specification of histories.
        """
        try:
            columns = tuple(
                Categorical(**{**c, "edges": tuple(c["edges"]), "of": ()}) for c in raw["columns"]
            )
            return cls(int(raw["version"]), int(raw["length"]), columns, int(raw["projected"]))
        except (KeyError, TypeError, ValueError, AttributeError) as e:
            raise _wrong() from e

    def digest(self) -> str:
        """SHA-256 of the canonical bytes of `as_dict`."""
        return digest(self.as_dict())


@dataclass(frozen=True, slots=True)
class EncodedHistory:
    """The last L events before each of N impressions, newest first.

    Attributes:
        ids: int16 [N, L, H], offset into the spec's one id table.
        mask: bool [N, L]; True where there is an event.
    """

    ids: NDArray[np.int16]
    mask: NDArray[np.bool_]


def default_history_spec() -> HistorySpec:
    """The specification of this version; every number here is a public constant."""
    past = "what you did before"
    prices = (1.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 50_000.0, 200_000.0)
    columns = (
        Categorical("kind", past, "tier", len(KINDS) + 1),
        Categorical("taxonomy", past, "hash", 256),
        Categorical("category", past, "hash", 128),
        Categorical("price_minor", past, "bins", len(prices) + 2, prices),
        Categorical("age_hours", past, "log2", 16),
        Categorical("same", past, "tier", 4),
    )
    return HistorySpec(1, 20, columns, 16)


def encode_history(
    spec: HistorySpec,
    events: Mapping[str, NDArray[Any]],
    pairs: Mapping[str, NDArray[Any]],
    place: Codes,
) -> EncodedHistory:
    """Ids of events beside impressions, with nothing fitted.

    Args:
        spec: The specification.
        events: Raw values [M] of "kind" (1 + place in KINDS), "taxonomy", "category" (texts) and
            "price_minor" (negative = unknown), as the spec names them.
        pairs: Raw values [N, L] of "age_hours" (whole hours between event and impression) and
            "same" (1 the same category, 2 the same product, else 0).
        place: int64 [N, L] which of the M events, newest first; -1 for none.
    """
    mask = place >= 0
    ids = np.empty((*place.shape, spec.n_columns), np.int16)
    for i, (c, offset) in enumerate(zip(spec.columns, spec.offsets, strict=True)):
        if c.name in OF_PAIR:
            code = bucket(c, pairs[c.name].ravel()).reshape(place.shape)
            if c.kind == "log2":
                # an event of this very hour is not "none"
                code = np.minimum(code + 1, c.buckets - 1)
            code = np.where(mask, code, 0)
        else:
            # one more entry for place -1
            code = np.append(bucket(c, events[c.name]), 0)[place]
        ids[:, :, i] = code + offset
    return EncodedHistory(ids, mask)


def projection(width: int, to: int) -> NDArray[np.float32]:
    """A frozen random projection [width, to]: entries +-1/sqrt(to) from a public stream.

    Achlioptas, "Database-friendly random projections" (2003). The signs are bits of SHAKE-256 of a
    public constant, so every merchant has the same matrix, whatever the version of numpy.
    """
    n = width * to
    stream = hashlib.shake_256(PROJECTION_SEED).digest(n // 8 + 1)
    bits = np.unpackbits(np.frombuffer(stream, np.uint8))[:n].astype(np.float32)
    signs: NDArray[np.float32] = (2 * bits - 1).reshape(width, to) / np.float32(np.sqrt(to))
    return signs


def _wrong() -> WrongSpec:
    return WrongSpec(
        "This specification of histories cannot be used.",
        safe="Nothing was scored or trained with it.",
        todo="Update Hansa, or ask the operator for a bundle of this version.",
    )
