"""Columns of a FeatureSpec: how one raw value becomes a bucket or a number, by public constants."""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: How a raw value becomes a bucket, and a raw number a feature. All constants are public.
CATEGORICAL_KINDS = ("hash", "tier", "log2", "bins", "cross")
NUMERIC_KINDS = ("linear", "log", "fresh")


@dataclass(frozen=True, slots=True)
class Categorical:
    """One column of the id table.

    Attributes:
        name: Name of the column; for all kinds but "cross" also of the raw values.
        group: Group under which explanations name it.
        kind: "hash" text to 1 + crc32 mod (buckets - 1), empty text to 0; "tier" a count,
            capped; "log2" floor(log2(v + 1)), capped; "bins" place among `edges`, with
            negative = unknown = 0; "cross" the pair of two earlier columns.
        buckets: Rows of the id table that belong to it.
        edges: Bin edges for "bins", ascending.
        of: The two columns of a "cross".
    """

    name: str
    group: str
    kind: str
    buckets: int
    edges: tuple[float, ...] = ()
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numeric:
    """One number in [0, 1].

    Attributes:
        name: Name of the column.
        group: Group under which explanations name it.
        source: Name of the raw values; negative means unknown and becomes 0.
        kind: "linear" v / cap; "log" log(1 + v) / log(1 + cap); "fresh" 1 minus that.
        cap: Largest value that makes a difference; a public constant.
    """

    name: str
    group: str
    source: str
    kind: str
    cap: float


def hash_bucket(text: str, buckets: int) -> int:
    """Public bucket of a text: 0 for empty, else 1 + crc32 of the folded text mod (buckets - 1)."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    return 1 + zlib.crc32(folded.encode("utf-8")) % (buckets - 1) if folded else 0


def bucket(c: Categorical, values: NDArray[Any]) -> NDArray[np.int64]:
    """[N] raw values -> [N] buckets 0..c.buckets-1."""
    if c.kind == "hash":
        texts = values.tolist()
        table = {t: hash_bucket(str(t or ""), c.buckets) for t in set(texts)}
        return np.fromiter((table[t] for t in texts), np.int64, count=len(texts))
    v = np.nan_to_num(np.asarray(values, np.float64), nan=-1.0)
    if c.kind == "bins":
        place = np.searchsorted(np.asarray(c.edges), v, side="right") + 1
        return np.where(v < 0, 0, place).astype(np.int64)
    v = np.maximum(v, 0.0)
    if c.kind == "log2":
        # frexp is exact where log2 could round a power of two down
        v = np.frexp(np.floor(v) + 1)[1] - 1.0
    return np.minimum(v, c.buckets - 1).astype(np.int64)


def number(m: Numeric, values: NDArray[Any]) -> NDArray[np.float64]:
    """[N] raw values -> [N] in [0, 1]; unknown (negative) is 0."""
    v = np.nan_to_num(np.asarray(values, np.float64), nan=-1.0)
    known = v >= 0
    v = np.clip(v, 0.0, m.cap)
    share = v / m.cap if m.kind == "linear" else np.log1p(v) / np.log1p(m.cap)
    if m.kind == "fresh":
        share = 1.0 - share
    return np.where(known, share, 0.0)
