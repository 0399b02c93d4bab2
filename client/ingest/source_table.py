"""A table that is no text as blocks: what Parquet, workbooks and databases have in common."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from client.ingest.blocks import BLOCK_ROWS, BadRow, Block, Layout
from client.ingest.source_errors import bad_cursor


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a table.

    Attributes:
        frame: Columns in the order of the table, as String, null where empty.
        lines: int64 [rows], 1-based row in the table.
        bad: Rows that hold no text.
        following: Where the next piece begins, for `TableSource.read`.
        fraction: How much has been read, 0 to 1.
    """

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    bad: tuple[BadRow, ...]
    following: tuple[int | str, ...]
    fraction: float


@dataclass(frozen=True, slots=True)
class TableSource:
    """An open table.

    Attributes:
        name: For people.
        layout: How it is kept.
        names: Columns, told apart.
        read: Pieces from the `following` of an earlier one on; from () the first.
        identity: What must be the same where reading goes on; a file's size, a database's name.
        hashed: Digest of the bytes or of the description.
        closed: Called on the way out.
    """

    name: str
    layout: Layout
    names: tuple[str, ...]
    read: Callable[[tuple[int | str, ...]], Iterator[Piece]]
    identity: str
    hashed: Callable[[], str]
    closed: Callable[[], None]

    def digest(self) -> str:
        """SHA-256 of the file's bytes, or of what stands for them."""
        return self.hashed()

    def __enter__(self) -> TableSource:
        """Use as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.closed()

    def blocks(self, cursor: str = "") -> Iterator[Block]:
        """Rows from the cursor of an earlier block on, else from the first.

        Raises:
            InputError: the table is damaged from some place on; blocks before it are good.
        """
        for piece in self.read(self._start(cursor) if cursor else ()):
            if not piece.frame.height and not piece.bad:
                continue
            names = dict(zip(piece.frame.columns, self.names, strict=True))
            frame = piece.frame.rename(names)
            after = {
                "identity": self.identity,
                "layout": asdict(self.layout),
                "following": piece.following,
            }
            yield Block(
                frame,
                piece.lines,
                _Raw(frame),
                piece.bad,
                json.dumps(after, separators=(",", ":")),
                piece.fraction,
            )

    def _start(self, cursor: str) -> tuple[int | str, ...]:
        try:
            kept = json.loads(cursor)
            same = kept["identity"] == self.identity and kept["layout"] == asdict(self.layout)
            following = tuple(kept["following"])
        except (ValueError, TypeError, KeyError) as e:
            raise bad_cursor(self.name) from e
        if not same or not following or not all(isinstance(v, int | str) for v in following):
            raise bad_cursor(self.name)
        return following


@dataclass(frozen=True, slots=True)
class _Raw:
    """Row's place -> the row as a line of CSV: a table has no bytes of its own."""

    frame: pl.DataFrame

    def __call__(self, place: int) -> bytes:
        return csv_line(self.frame.row(place))


def csv_line(row: Sequence[str | None]) -> bytes:
    """A row as one line of CSV, without a line end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(["" if t is None else t for t in row])
    return out.getvalue().encode("utf-8", "surrogatepass")


def texts(values: Sequence[object]) -> tuple[list[str | None], list[int]]:
    """A database's values as texts: floats shortest, nulls null; and the places that hold no text.

    Bytes are read as UTF-8.
    """
    out: list[str | None] = []
    bad: list[int] = []
    for place, value in enumerate(values):
        if value is None or isinstance(value, str):
            out.append(value or None)
        elif isinstance(value, bytes):
            try:
                out.append(value.decode("utf-8") or None)
            except UnicodeDecodeError:
                out.append(None)
                bad.append(place)
        elif isinstance(value, bool):
            out.append("true" if value else "false")
        elif isinstance(value, float):
            out.append(shortest(value))
        else:
            out.append(str(value))
    return out, bad


def shortest(value: float) -> str | None:
    """The shortest text that is this number; whole ones without a point; null for no number."""
    if value != value:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def bounds(n: int, start: int = 0) -> Iterator[tuple[int, int]]:
    """Begin and end of blocks over n rows."""
    for begin in range(start, n, BLOCK_ROWS):
        yield begin, min(begin + BLOCK_ROWS, n)
