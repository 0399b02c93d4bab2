"""Delimited text and JSON lines as blocks: chunks of some MiB, records over their borders, exact cursors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import polars as pl

from client.ingest.blocks import BLOCK_ROWS, BadRow, Block, Layout
from client.ingest.source_bytes import Chunk, FileBytes
from client.ingest.source_errors import bad_cursor
from client.ingest.source_exact import Lines, split_lines
from client.ingest.source_header import is_total
from client.ingest.source_split import Split

#: Rows at a file's end that may be totals.
_FOOTER = 5
Splitter = Callable[[Lines], Split]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next block begins.

    Attributes:
        at: Unzipped offset of a line's beginning.
        line: 1-based number of that line.
        skip: Lines after it that were read already.
    """

    at: int
    line: int
    skip: int


@dataclass(frozen=True, slots=True)
class TextSource:
    """An open text file.

    Attributes:
        file: Its bytes.
        layout: How it is written.
        names: Columns, told apart.
        start: Where its rows begin.
        lone_cr: Lines end with a carriage return.
        splitter: Lines -> columns.
    """

    file: FileBytes
    layout: Layout
    names: tuple[str, ...]
    start: Place
    lone_cr: bool
    splitter: Splitter

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.file.name

    def digest(self) -> str:
        """SHA-256 of the file's bytes."""
        return self.file.digest()

    def __enter__(self) -> TextSource:
        """Use as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.file.close()

    def blocks(self, cursor: str = "") -> Iterator[Block]:
        """Rows from the cursor of an earlier block on, else from the first.

        Raises:
            InputError: the file is damaged from some place on, or changes; blocks before are good.
        """
        place = self._read_cursor(cursor) if cursor else self.start
        line, skip = place.line, place.skip
        carry = b""
        carried = place
        for chunk in self.file.chunks(place.at, self.layout.encoding, lone_cr=self.lone_cr):
            data = chunk.data
            if skip:
                kept, gone = _drop(data, skip)
                here = Place(chunk.at, line, gone)
                line, skip, data = line + gone, skip - gone, kept
            else:
                here = Place(chunk.at, line, 0)
            before = carry.count(b"\n")
            lines = split_lines(carry + data, chunk.last)
            found = self.splitter(lines)
            origin = _Origin(line - before, before, carried, here)
            yield from self._blocks(lines, found, chunk, origin)
            if chunk.error is not None:
                raise chunk.error
            carried = origin.place(found.used)
            line += len(lines) - before
            carry = lines.data[lines.starts[found.used] :] if found.used < len(lines) else b""

    def _blocks(self, lines: Lines, found: Split, chunk: Chunk, origin: _Origin) -> Iterator[Block]:
        frame = found.frame.rename(dict(zip(found.frame.columns, self.names, strict=True)))
        bad = [BadRow(origin.line + i, e.code, e.reason, lines.text(i)) for i, e in found.bad]
        n = frame.height
        if chunk.last:
            n = _without_totals(frame)
            bad += [self._footer(lines, found, origin, i) for i in range(n, frame.height)]
            bad = sorted((_relabelled(b, self.layout) for b in bad), key=lambda b: b.line)
        cuts = list(range(BLOCK_ROWS, n, BLOCK_ROWS))
        begin = 0
        for end in [*cuts, n]:
            last = end == n
            until = found.used if last else int(found.first[end])
            number = origin.line + until
            mine = tuple(b for b in bad if b.line < number)
            bad = [b for b in bad if b.line >= number]
            part = Block(
                frame[begin:end],
                found.first[begin:end] + origin.line,
                _Raw(lines, found, begin),
                mine,
                self._write_cursor(origin.place(until)),
                chunk.fraction,
            )
            begin = end
            if part.frame.height or part.bad:
                yield part

    def _footer(self, lines: Lines, found: Split, origin: _Origin, i: int) -> BadRow:
        first = int(found.first[i])
        raw = lines.raw(first, int(found.n_lines[i]))
        return BadRow(origin.line + first, "footer", "a line of totals, no row", raw)

    def _write_cursor(self, place: Place) -> str:
        kept = {"size": self.file.size, "layout": asdict(self.layout), **asdict(place)}
        return json.dumps(kept, separators=(",", ":"))

    def _read_cursor(self, cursor: str) -> Place:
        try:
            kept = json.loads(cursor)
            place = Place(int(kept["at"]), int(kept["line"]), int(kept["skip"]))
            same = kept["size"] == self.file.size and kept["layout"] == asdict(self.layout)
        except (ValueError, TypeError, KeyError) as e:
            raise bad_cursor(self.name) from e
        if not same or place.at < 0 or place.line < 1 or place.skip < 0:
            raise bad_cursor(self.name)
        return place


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a run of lines comes from: what an earlier chunk left over, then this chunk.

    Attributes:
        line: Number of the first line.
        before: Lines that were left over.
        carried: Place of the first of these.
        here: Place of this chunk's first line.
    """

    line: int
    before: int
    carried: Place
    here: Place

    def place(self, n: int) -> Place:
        """The place behind n of these lines."""
        origin, more = (self.carried, n) if n < self.before else (self.here, n - self.before)
        return replace(origin, skip=origin.skip + more)


@dataclass(frozen=True, slots=True)
class _Raw:
    """Row's place in its block -> its bytes."""

    lines: Lines
    found: Split
    begin: int

    def __call__(self, place: int) -> bytes:
        i = self.begin + place
        return self.lines.raw(int(self.found.first[i]), int(self.found.n_lines[i]))


def _drop(data: bytes, n: int) -> tuple[bytes, int]:
    """Without its first n lines, and how many these were."""
    feeds = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
    if n <= len(feeds):
        return data[int(feeds[n - 1]) + 1 :], n
    return b"", len(feeds) + (bool(data) and not data.endswith(b"\n"))


def _without_totals(frame: pl.DataFrame) -> int:
    """Rows that are left without the totals at the end."""
    n = frame.height
    for row in reversed(frame.tail(_FOOTER).rows()):
        if not is_total(next((t for t in row if t), "")):
            break
        n -= 1
    return n


def _relabelled(bad: BadRow, layout: Layout) -> BadRow:
    """A line of totals with fewer fields than the header is a footer too."""
    text = bad.raw.decode("utf-8", "replace").strip().strip('"')
    if bad.code == "bad-width" and is_total(text.split(layout.delimiter or "\0")[0].strip('"')):
        return replace(bad, code="footer", reason="a line of totals, no row")
    return bad
