"""Bytes to records: CSV (quotes, BOM, gzip) or JSON lines, with line numbers; a broken line ends alone."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from common.errors import InputError

MAX_LINE = 1 << 20
MAX_QUOTED_LINES = 200
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file.

    Attributes:
        line: 1-based number of its first line.
        fields: Texts in the order of the header; empty where `reason` is set.
        raw: Its bytes.
        reason: Why it cannot be read; empty if it can.
    """

    line: int
    fields: Sequence[str]
    raw: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """An open file.

    Attributes:
        stream: Its bytes, unzipped.
        raw: The file itself.
        size: Bytes on disk.
    """

    stream: BinaryIO
    raw: BinaryIO
    size: int

    def fraction(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(self.raw.tell() / self.size, 1.0) if self.size else 1.0

    def __enter__(self) -> Source:
        """Use as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close on the way out."""
        self.stream.close()
        self.raw.close()


def open_file(path: Path) -> Source:
    """Open for reading; gzip is seen by its first bytes.

    Raises:
        InputError: the file cannot be opened.
    """
    try:
        raw = path.open("rb")
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        size = path.stat().st_size
    except OSError as e:
        raise InputError(
            f"The file cannot be opened: {e.strerror}.",
            where=str(path),
            safe="Nothing was imported.",
            todo="Check the name and that you may read the file.",
        ) from e
    stream = io.BufferedReader(gzip.GzipFile(fileobj=raw)) if zipped else raw
    return Source(stream, raw, size)


class Lines:
    """Physical lines of a file with their numbers, and a way to give some back."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        """Read from the stream; `name` is for messages."""
        self._stream = stream
        self._name = name
        self._back: deque[tuple[int, bytes]] = deque()
        self._number = 0

    def next(self) -> tuple[int, bytes] | None:
        """Number and bytes of the next line, without its end; None at the end of the file.

        Raises:
            InputError: the file is a damaged gzip file or cannot be read.
        """
        if self._back:
            return self._back.popleft()
        try:
            raw = self._stream.readline(MAX_LINE)
            rest = raw
            while len(rest) == MAX_LINE and not rest.endswith(b"\n"):
                # the tail of a monstrous line is skipped, so that memory stays bounded
                rest = self._stream.readline(MAX_LINE)
        except (OSError, EOFError, zlib.error) as e:
            raise InputError(
                "The file is damaged: it cannot be read to its end.",
                where=self._name,
                safe="Nothing of this file was imported.",
                todo="Copy or export the file again.",
            ) from e
        if not raw:
            return None
        self._number += 1
        return self._number, raw.removesuffix(b"\n").removesuffix(b"\r")

    def give_back(self, lines: Sequence[tuple[int, bytes]]) -> None:
        """Read these lines again, next."""
        self._back.extendleft(reversed(lines))


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: its columns and its records."""

    names: tuple[str, ...]
    records: Iterator[Record]


def open_table(stream: BinaryIO, name: str, known: Callable[[str], bool]) -> Table:
    """Read the header, find the delimiter, and stream the records.

    Args:
        stream: Bytes of a CSV file or of JSON lines, UTF-8 with or without a mark.
        name: File name for messages.
        known: Tells whether a text is a column's name: picks the delimiter.

    Raises:
        InputError: there is no header, or it is not UTF-8.
    """
    lines = Lines(stream, name)
    first = lines.next()
    while first is not None and not first[1].strip():
        first = lines.next()
    if first is None:
        raise _bad_header("The file is empty.", name)
    number, raw = first
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _bad_header("The file is UTF-16, not UTF-8.", name)
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if raw.lstrip().startswith(b"{"):
        lines.give_back([(number, raw)])
        return _open_json(lines, name)
    try:
        header = raw.decode("utf-8")
        tried = {d: next(csv.reader([header], delimiter=d, strict=True)) for d in _DELIMITERS}
    except (UnicodeDecodeError, csv.Error, StopIteration) as e:
        raise _bad_header("The first line is no list of column names in UTF-8.", name) from e
    delimiter = max(_DELIMITERS, key=lambda d: (sum(map(known, tried[d])), len(tried[d])))
    names = tuple(tried[delimiter])
    if "\0" in header or len(names) > 1000:
        raise _bad_header("The first line is no list of column names.", name)
    return Table(names, _csv_records(lines, delimiter, len(names)))


def _csv_records(lines: Lines, delimiter: str, width: int) -> Iterator[Record]:
    """Records of a CSV file; blank lines are skipped."""
    while (item := lines.next()) is not None:
        number, raw = item
        if not raw.strip():
            continue
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            yield Record(number, (), raw, "not UTF-8")
            continue
        if len(raw) >= MAX_LINE:
            yield Record(number, (), raw, f"line longer than {MAX_LINE} bytes")
        elif "\0" in line:
            yield Record(number, (), raw, "holds a NUL byte")
        elif '"' in line:
            yield _quoted(lines, number, raw, delimiter, width)
        else:
            fields = line.split(delimiter)
            yield Record(number, fields, raw, _width(len(fields), width))


def _quoted(lines: Lines, number: int, raw: bytes, delimiter: str, width: int) -> Record:
    """A record with quotes, perhaps over several lines; if it fails, only its first line is lost."""
    taken: list[tuple[int, bytes]] = []
    whole = raw
    while True:
        try:
            text = io.StringIO(whole.decode("utf-8"), newline="")
            fields = next(csv.reader(text, delimiter=delimiter, strict=True))
            reason = _width(len(fields), width)
            if not reason:
                return Record(number, fields, whole)
        except UnicodeDecodeError:
            reason = "not UTF-8"
        except csv.Error as e:
            reason = "quotes are wrong, or a field is too long"
            if "end of data" in str(e):
                reason = "a quote is not closed"
                if (more := _to_next_quote(lines, len(whole), taken)) is not None:
                    whole += more
                    continue
        lines.give_back(taken)
        return Record(number, (), raw, "a quote is not closed" if taken else reason)


def _to_next_quote(lines: Lines, size: int, taken: list[tuple[int, bytes]]) -> bytes | None:
    """Lines up to the next one with a quote, which may close the open one; None: give up."""
    more = b""
    while len(taken) < MAX_QUOTED_LINES and size + len(more) < MAX_LINE:
        following = lines.next()
        if following is None:
            return None
        taken.append(following)
        more += b"\n" + following[1]
        if b'"' in following[1]:
            return more
    return None


def _open_json(lines: Lines, name: str) -> Table:
    """JSON lines: the first object's names are the columns."""
    first = lines.next()
    fields = _json_object(first[1]) if first else None
    if first is None or fields is None:
        raise _bad_header("The first line is no JSON object.", name)
    names = tuple(fields)
    lines.give_back([first])

    def records() -> Iterator[Record]:
        while (item := lines.next()) is not None:
            number, raw = item
            if not raw.strip():
                continue
            row = _json_object(raw) if len(raw) < MAX_LINE else None
            if row is None:
                yield Record(number, (), raw, "not a flat JSON object in UTF-8")
            elif row.keys() - set(names):
                yield Record(number, (), raw, "has names that the first line does not have")
            else:
                yield Record(number, [row.get(n, "") for n in names], raw)

    return Table(names, records())


def _json_object(raw: bytes) -> dict[str, str] | None:
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    row: dict[str, str] = {}
    for key, item in value.items():
        if isinstance(item, dict | list | float):
            return None
        text = "" if item is None else str(item)
        if "\0" in text or not key.isprintable() or not _encodable(text):
            return None
        row[key] = text
    return row


def _encodable(text: str) -> bool:
    # JSON may spell half of a surrogate pair, which no UTF-8 file or database can hold
    return not any("\ud800" <= c <= "\udfff" for c in text)


def _width(n: int, width: int) -> str:
    return "" if n == width else f"{n} fields where the header has {width}"


def _bad_header(what: str, name: str) -> InputError:
    return InputError(
        what,
        where=name,
        safe="Nothing of this file was imported.",
        todo="Save it as 'CSV UTF-8' with one line of column names; see docs/data-format.md.",
    )
