"""The fast split: lines that are plain go to columns by polars, all others through the exact reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from client.ingest.source_bytes import MAX_LINE
from client.ingest.source_exact import Exact, Lines, NeedMore, record

#: `csv.field_size_limit()`, which polars does not know.
_MAX_FIELD = 131_072
_SPACE = np.zeros(256, bool)
_SPACE[list(b" \t\n\r\x0b\x0c")] = True
QUOTE = 34


@dataclass(frozen=True, slots=True)
class Split:
    """What a chunk's lines became.

    Attributes:
        frame: Rows in the order of the file; columns "0", "1", ... as String, null where empty.
        first: int64 [rows], place of each row's first line.
        n_lines: int64 [rows], lines of each row.
        bad: Places of lines that could not be split, with why.
        blank: Blank lines.
        used: Lines that were read; the rest belongs to a record that goes on in the next chunk.
    """

    frame: pl.DataFrame
    first: NDArray[np.int64]
    n_lines: NDArray[np.int64]
    bad: tuple[tuple[int, Exact], ...]
    blank: int
    used: int


def split(
    lines: Lines, delimiter: str, width: int, encoding: str = "utf-8", *, fast: bool = True
) -> Split:
    """Split lines into columns.

    Args:
        lines: A chunk's lines.
        delimiter: One character.
        width: Fields of a row.
        encoding: Of the file, for messages.
        fast: Let polars split what is plain; changes nothing but the speed.
    """
    blank = blanks(lines)
    plain = _plain(lines, delimiter, width) & ~blank if fast else np.zeros(len(lines), bool)
    bad: list[tuple[int, Exact]] = []
    slow: list[tuple[int, Exact]] = []
    used = len(lines)
    done = 0
    for i in np.flatnonzero(~plain & ~blank).tolist():
        if i < done:
            continue
        try:
            found = record(lines, i, delimiter, width, encoding)
        except NeedMore:
            used = i
            break
        if found.code:
            bad.append((i, found))
        else:
            slow.append((i, found))
        if found.n > 1:
            # lines inside of a quoted field are no rows of their own
            plain[i + 1 : i + found.n] = False
            blank[i + 1 : i + found.n] = False
        done = i + found.n
    plain[used:] = False
    frame, first, n_lines = _frame(lines, plain, slow, delimiter, width)
    return Split(frame, first, n_lines, tuple(bad), int(blank[:used].sum()), used)


def _frame(
    lines: Lines,
    plain: NDArray[np.bool_],
    slow: Sequence[tuple[int, Exact]],
    delimiter: str,
    width: int,
) -> tuple[pl.DataFrame, NDArray[np.int64], NDArray[np.int64]]:
    """Plain and exact rows together, in the order of the file."""
    first = np.flatnonzero(plain)
    frame = _by_polars(lines, plain, delimiter, width)
    if frame.height != len(first):
        # polars counts rows otherwise than we do: never seen, but then ours is the count
        slow = sorted([*slow, *((i, record(lines, i, delimiter, width)) for i in first.tolist())])
        first, frame = first[:0], frame.clear()
    n_lines = np.ones(len(first), np.int64)
    if slow:
        frame = pl.concat([frame, columns([e.fields for _, e in slow], width)])
        first = np.concatenate([first, np.array([i for i, _ in slow], np.int64)])
        n_lines = np.concatenate([n_lines, np.array([e.n for _, e in slow], np.int64)])
        order = np.argsort(first, kind="stable")
        frame, first, n_lines = frame[order], first[order], n_lines[order]
    return frame, first, n_lines


def columns(rows: Sequence[Sequence[str | None]], width: int) -> pl.DataFrame:
    """Rows of texts as columns "0", "1", ...; null where empty."""
    turned = zip(*rows, strict=True) if rows else [()] * width
    return pl.DataFrame(
        [pl.Series(str(i), [t or None for t in texts], pl.String) for i, texts in enumerate(turned)]
    )


def _by_polars(lines: Lines, plain: NDArray[np.bool_], delimiter: str, width: int) -> pl.DataFrame:
    names = [str(i) for i in range(width)]
    schema = dict.fromkeys(names, pl.String())
    if not plain.any():
        return pl.DataFrame(schema=schema)
    data = lines.data
    if not plain.all():
        sizes = np.diff(lines.starts, append=len(data))
        data = np.frombuffer(data, np.uint8)[np.repeat(plain, sizes)].tobytes()
    quoted = b'"' in data
    # a header of ours: a byte order mark at the beginning of a line stays part of its field
    head = delimiter.join(names).encode() + b"\n"
    frame = pl.read_csv(
        head + data,
        separator=delimiter,
        quote_char='"' if quoted else None,
        schema=schema,
        infer_schema_length=0,
    )
    if not quoted:
        return frame
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def blanks(lines: Lines) -> NDArray[np.bool_]:
    """Flags [lines]: nothing but white space."""
    place = np.frombuffer(lines.data, np.uint8)
    blank: NDArray[np.bool_] = lines.ends == lines.starts
    inside = ~blank
    edges = _SPACE[place[lines.starts[inside]]] & _SPACE[place[lines.ends[inside] - 1]]
    for i in np.flatnonzero(inside)[edges].tolist():
        blank[i] = not lines.text(i).strip()
    return blank


def _plain(lines: Lines, delimiter: str, width: int) -> NDArray[np.bool_]:
    """Flags [lines]: polars and the exact reader split it alike, and it has the right width."""
    data = lines.data
    if len(delimiter.encode()) != 1 or not data:
        return np.zeros(len(lines), bool)
    place = np.frombuffer(data, np.uint8)
    found = np.flatnonzero(place == ord(delimiter))
    inside = _count(found, lines)
    plain = lines.ends - lines.starts < MAX_LINE
    if b'"' in data:
        regular, outside = _regular_quotes(lines, place, found)
        plain &= regular & (outside == width - 1)
    else:
        plain &= inside == width - 1
    if b"\0" in data:
        plain &= _count(np.flatnonzero(place == 0), lines) == 0
    if b"\r" in data:
        plain &= _count(np.flatnonzero(place == 13), lines) == 0
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        plain &= _is_utf8(lines, place)
    return plain


def _count(found: NDArray[np.int64], lines: Lines) -> NDArray[np.int64]:
    """int64 [lines]: how many of the sorted places lie in each line, its end left out."""
    return np.searchsorted(found, lines.ends) - np.searchsorted(found, lines.starts)


def _is_utf8(lines: Lines, place: NDArray[np.uint8]) -> NDArray[np.bool_]:
    good = np.ones(len(lines), bool)
    for i in np.flatnonzero(_count(np.flatnonzero(place >= 128), lines)).tolist():
        try:
            lines.text(i).decode("utf-8")
        except UnicodeDecodeError:
            good[i] = False
    return good


def _regular_quotes(
    lines: Lines, place: NDArray[np.uint8], delimiters: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Lines whose quotes open at a field's beginning and close at its end; delimiters outside of quotes.

    Returns:
        bool [lines] and int64 [lines].
    """
    quotes = np.flatnonzero(place == QUOTE)
    n_quotes = _count(quotes, lines)
    before = np.searchsorted(quotes, lines.starts)
    line = np.repeat(np.arange(len(lines)), n_quotes)
    # quotes are never in a line's end, so that these are all of them, in order
    opening = (np.arange(len(quotes)) - before[line]) % 2 == 0
    left = place[np.maximum(quotes - 1, 0)]
    right = place[np.minimum(quotes + 1, len(place) - 1)]
    sign = place[delimiters[0]] if len(delimiters) else np.uint8(0)
    edge = np.where(
        opening,
        (quotes == lines.starts[line]) | (left == sign) | (left == QUOTE),
        (quotes + 1 == lines.ends[line]) | (right == sign) | (right == QUOTE),
    )
    wrong = np.bincount(line[~edge], minlength=len(lines))
    regular = (n_quotes % 2 == 0) & (wrong == 0)
    regular &= (n_quotes == 0) | (lines.ends - lines.starts <= _MAX_FIELD)
    where = np.searchsorted(lines.starts, delimiters, side="right") - 1
    hidden = (np.searchsorted(quotes, delimiters) - before[where]) % 2 == 1
    return regular, np.bincount(where[~hidden], minlength=len(lines))
