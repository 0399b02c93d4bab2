"""Typed: a block's rows as values of ours, and the rows that are refused with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be taken.

    Attributes:
        place: Its row in the block.
        column: Our column; empty where it is the whole row.
        code: Stable name of the reason, "bad-time"; one-click fixes go by it.
        reason: For people, without the value.
    """

    place: int
    column: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What became of a block.

    Attributes:
        frame: Rows that are taken, columns in the order of `store.intake.COLUMNS[kind]`, typed
            (String, Int64, Float64; null where unknown). "customer_id" still holds the shop's own
            id here: the writer makes the pseudonym before anything is stored.
        places: int64 [rows of frame], their rows in the block.
        refused: The others.
        masked: Our column -> values in which personal data was replaced by "[removed]"; the rows are kept.
        skipped: Rows that the mapping leaves out ("!skip" in its values); neither taken nor refused.
    """

    frame: pl.DataFrame
    places: NDArray[np.int64]
    refused: tuple[RefusedRow, ...]
    masked: Mapping[str, int] = field(default_factory=dict)
    skipped: int = 0
