"""Parquet files as blocks: streamed by polars, typed columns as canonical texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from client.ingest.blocks import BLOCK_ROWS, BadRow, Layout
from client.ingest.source_bytes import FileBytes
from client.ingest.source_errors import bad_cursor, guarded, no_header
from client.ingest.source_guard import survives
from client.ingest.source_header import sound, told_apart
from client.ingest.source_table import Piece, TableSource, csv_line, texts

#: Rows that are asked of polars at a time.
_PORTION = 500_000


def open_parquet(path: Path) -> TableSource:
    """Open a Parquet file.

    Raises:
        InputError: it is damaged or has no columns.
    """
    file = FileBytes(path)
    survives(file)
    with guarded(file.name, "The Parquet file is damaged: it cannot be opened."):
        scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        schema = scan.collect_schema()
        n = int(scan.select(pl.len()).collect().item())
    if not sound(schema.names()):
        file.close()
        raise no_header("The Parquet file has no columns with names.", file.name)

    def read(following: tuple[int | str, ...]) -> Iterator[Piece]:
        start = following[0] if following else 0
        if not isinstance(start, int) or not 0 <= start <= n:
            raise bad_cursor(file.name)
        yield from _pieces(scan, file, start, n)

    layout = Layout("parquet")
    names = told_apart(schema.names())
    return TableSource(file.name, layout, names, read, str(file.size), file.digest, file.close)


def portions(scan: pl.LazyFrame, start: int, n: int) -> Iterator[pl.DataFrame]:
    """Rows from one to another, a few hundred thousand asked for at a time.

    In portions: polars reads row groups ahead, as many as it is let.
    """
    for begin in range(start, n, _PORTION):
        portion = scan.slice(begin, min(_PORTION, n - begin))
        yield from portion.collect_batches(chunk_size=BLOCK_ROWS, maintain_order=True)


def _pieces(scan: pl.LazyFrame, file: FileBytes, start: int, n: int) -> Iterator[Piece]:
    what = "The Parquet file is damaged: it cannot be read to its end."
    done = start
    batches = portions(scan, start, n)
    while True:
        with guarded(file.name, what):
            batch = next(batches, None)
        file.check()
        if batch is None:
            break
        for part in batch.iter_slices(BLOCK_ROWS):
            lines = np.arange(done + 1, done + 1 + part.height, dtype=np.int64)
            done += part.height
            with guarded(file.name, what):
                frame, broken = _canonical(part)
            rows = frame.rows()[: 0 if not broken else None]
            bad = tuple(
                BadRow(
                    int(lines[i]), "bad-encoding", "holds bytes that are no text", csv_line(rows[i])
                )
                for i in broken
            )
            good = np.setdiff1d(np.arange(part.height), broken)
            yield Piece(
                frame[good] if broken else frame, lines[good], bad, (done,), done / max(n, 1)
            )
    if done != n:
        with guarded(file.name, what):
            raise EOFError(f"{done} rows of {n}")


def _canonical(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """Every column as String, and the rows that hold bytes that are no text."""
    out: list[pl.Series] = []
    broken: set[int] = set()
    for series in frame.get_columns():
        if series.dtype == pl.Binary or series.dtype == pl.Object:
            values, bad = texts(series.to_list())
            broken.update(bad)
            out.append(pl.Series(series.name, values, pl.String))
        else:
            out.append(_text(series))
    return pl.DataFrame(out), sorted(broken)


def _text(series: pl.Series) -> pl.Series:
    kind = series.dtype
    if kind.is_float():
        plain = series.fill_nan(None).cast(pl.String)
        return plain.str.replace(r"\.0$", "").replace("-0", "0")
    if isinstance(kind, pl.Datetime):
        if kind.time_zone:
            return series.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
        return series.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
    if isinstance(kind, pl.Duration):
        # seconds, as a number
        return _text(series.dt.total_microseconds() / 1e6)
    if kind.is_nested():
        # as JSON under the column's name: nothing is lost, and no column of ours takes it by accident
        packed = series.to_frame().to_struct(series.name).struct.json_encode().alias(series.name)
        return packed.set(series.is_null(), None)
    text = series.cast(pl.String)
    return text.set(text == "", None) if kind in (pl.String, pl.Categorical) else text
