"""Blocks: what every reader of files gives, a few ten thousand rows as texts with their line numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: Rows in a block: large enough for columnar work, small enough for bounded memory.
BLOCK_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be split into fields.

    Attributes:
        line: 1-based number of its first line (of its row in a workbook or a table).
        code: Stable name of the reason, "bad-quote".
        reason: The reason for people, without any value of the row.
        raw: Its bytes as they were.
    """

    line: int
    code: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of one file.

    Attributes:
        frame: N rows; every column a String under the file's own name; null where empty or missing.
        lines: int64 [N], 1-based line of each row.
        raw: Row place -> its bytes as they were, to be kept where the row is refused.
        bad: Rows between these that could not be split.
        cursor: Opaque text: where the next block begins, after everything in this one. The reader
            can go on from it in another process.
        fraction: How much of the file has been read after this block, 0 to 1.
    """

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    raw: Callable[[int], bytes]
    bad: tuple[BadRow, ...] = ()
    cursor: str = ""
    fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written, found by the reader or said by the caller.

    Attributes:
        format: "csv", "jsonl", "parquet", "xlsx", "sqlite" or "postgresql".
        encoding: "utf-8", "utf-16-le", "utf-16-be", "gb18030"; empty for binary formats.
        delimiter: Of a CSV file; empty elsewhere.
        sheet: Of a workbook, or the table of a database.
        compression: "gzip" or empty.
    """

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    compression: str = ""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the caller says about a file; empty = find out.

    Attributes:
        layout: Fields that are set are taken as they are.
        known: Tells whether a text is a column's name; picks delimiter and encoding.
    """

    layout: Layout = field(default_factory=lambda: Layout(""))
    known: Callable[[str], bool] = lambda name: False


class Source(Protocol):
    """An open file or table. A context manager: closed on the way out."""

    @property
    def name(self) -> str:
        """The file's name without its folder, for people."""
        ...

    @property
    def layout(self) -> Layout:
        """How it is written."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Columns in the file's order."""
        ...

    def digest(self) -> str:
        """SHA-256 of the file's bytes (of a database's rows' description, where there is no file)."""
        ...

    def blocks(self, cursor: str = "") -> Iterator[Block]:
        """Rows from the cursor of an earlier block on, else from the first.

        Raises:
            InputError: the file is damaged from some place on; blocks before it are good.
        """
        ...

    def __enter__(self) -> Source:
        """Use as a context manager."""
        ...

    def __exit__(self, *_: object) -> None:
        """Close."""
        ...
