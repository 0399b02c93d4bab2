"""The exact reader: one record at a time out of a chunk's lines; a broken line ends alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.ingest.source_bytes import MAX_LINE

MAX_QUOTED_LINES = 200


class NeedMore(Exception):
    """The record may end in the next chunk."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The physical lines of a chunk.

    Attributes:
        data: UTF-8; every line ends with a line feed.
        starts: int64 [lines], offset of each.
        ends: int64 [lines], offset behind its last byte, without its end.
        last: No lines follow in the file.
    """

    data: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    last: bool

    def __len__(self) -> int:
        """How many."""
        return len(self.starts)

    def text(self, i: int) -> bytes:
        """Line i without its end; a monstrous one is cut."""
        return self.data[self.starts[i] : self.ends[i]][:MAX_LINE]

    def raw(self, i: int, n: int) -> bytes:
        """Lines i to i + n - 1 as they are."""
        return self.data[self.starts[i] : self.ends[i + n - 1]]


def split_lines(data: bytes, last: bool) -> Lines:
    """Where lines begin and end; only a line feed ends one, a carriage return before it goes with it."""
    if data and not data.endswith(b"\n"):
        data += b"\n"
    place = np.frombuffer(data, np.uint8)
    feeds = np.flatnonzero(place == 10)
    starts = np.empty_like(feeds)
    if len(feeds):
        starts[0] = 0
        starts[1:] = feeds[:-1] + 1
    ends = feeds
    if b"\r" in data:
        ends = feeds - ((feeds > starts) & (place[np.maximum(feeds - 1, 0)] == 13))
    return Lines(data, starts, ends, last)


@dataclass(frozen=True, slots=True)
class Exact:
    """What one record is.

    Attributes:
        n: Lines that it takes.
        fields: Texts in the order of the header; empty where `code` is set.
        code: Why it cannot be read; empty if it can.
        reason: The same for people.
    """

    n: int
    fields: Sequence[str] = ()
    code: str = ""
    reason: str = ""


def record(lines: Lines, i: int, delimiter: str, width: int, encoding: str = "utf-8") -> Exact:
    """The record that begins with line i, which is not blank.

    Raises:
        NeedMore: it has an open quote at the end of the chunk, and lines follow.
    """
    raw = lines.text(i)
    if len(raw) >= MAX_LINE:
        return Exact(1, (), "too-long", f"line longer than {MAX_LINE} bytes")
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError:
        return Exact(1, (), "bad-encoding", f"not {encoding.upper()}")
    if "\0" in line:
        return Exact(1, (), "bad-nul", "holds a NUL byte")
    if '"' in line:
        return _quoted(lines, i, delimiter, width)
    fields = line.split(delimiter)
    return _checked(1, fields, width)


def _checked(n: int, fields: Sequence[str], width: int) -> Exact:
    if len(fields) == width:
        return Exact(n, fields)
    return Exact(n, (), "bad-width", f"{len(fields)} fields where the header has {width}")


def _quoted(lines: Lines, i: int, delimiter: str, width: int) -> Exact:
    """A record with quotes, perhaps over several lines; if it fails, only its first line is lost."""
    feed = _Feed(lines, i)
    try:
        fields = next(csv.reader(feed, delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration) as e:
        open_ = feed.n > 1 or "end of data" in str(e)
        if open_:
            return Exact(1, (), "open-quote", "a quote is not closed")
        return Exact(1, (), "bad-quote", "quotes are wrong, or a field is too long")
    if feed.n > 1 and len(fields) != width:
        return Exact(1, (), "open-quote", "a quote is not closed")
    return _checked(feed.n, fields, width)


class _Feed:
    """Lines for `csv.reader`, as many as it takes to close a quote, within bounds."""

    def __init__(self, lines: Lines, i: int) -> None:
        self._lines = lines
        self._i = i
        self._size = 0
        self.n = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.n > MAX_QUOTED_LINES or self._size >= MAX_LINE:
            raise StopIteration
        place = self._i + self.n
        if place >= len(self._lines):
            if self._lines.last:
                raise StopIteration
            raise NeedMore
        raw = self._lines.text(place)
        self.n += 1
        self._size += len(raw) + 1
        # the line's end belongs to a field that goes on in the next line
        return raw.decode("utf-8") + "\n"
