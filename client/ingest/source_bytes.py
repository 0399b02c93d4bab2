"""A file's bytes in chunks cut at line ends, unzipped and as UTF-8, each with its place in the file."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from client.ingest.source_encoding import to_utf8
from client.ingest.source_errors import changed, damaged, not_opened, unreadable
from common.errors import InputError

CHUNK = 4 << 20
MAX_LINE = 1 << 20
#: Bytes of a monstrous line that are kept: enough to be too long in UTF-8, whatever the encoding.
_KEPT = 2 * MAX_LINE + 2
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines.

    Attributes:
        at: Offset of its first byte in the unzipped file.
        data: UTF-8 where it can be read, broken lines as they are; each ends with a line feed.
        last: The file ends here.
        fraction: How much of the file has been read, 0 to 1.
        error: The file is damaged after this chunk.
    """

    at: int
    data: bytes
    last: bool
    fraction: float
    error: InputError | None = None


class FileBytes:
    """A file that must not change while it is read."""

    def __init__(self, path: Path, *, chunk: int = CHUNK) -> None:
        """Open it; gzip is seen by its first bytes.

        Args:
            path: A file.
            chunk: Bytes read at a time.

        Raises:
            InputError: it is a folder or cannot be opened.
        """
        self.path = path
        self.name = path.name
        self._chunk = chunk
        try:
            if path.is_dir():
                raise unreadable("This is a folder, not a file.", self.name, "Name a file in it.")
            if path.exists() and not path.is_file():
                raise unreadable("This is not a file.", self.name, "Name a file.")
            self._raw: BinaryIO = path.open("rb")
            self.zipped = self._raw.read(2) == b"\x1f\x8b"
            self._state = _state(os.fstat(self._raw.fileno()))
        except (OSError, ValueError) as e:
            raise not_opened(self.name, e if isinstance(e, OSError) else OSError(0, str(e))) from e
        self.size = self._state[0]

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def check(self) -> None:
        """Raise where the file is not the one that was opened.

        Raises:
            InputError: it was written to, replaced or removed.
        """
        try:
            now = _state(self.path.stat())
        except OSError as e:
            raise changed(self.name) from e
        if now != self._state:
            raise changed(self.name)

    def digest(self) -> str:
        """SHA-256 of the file as it lies there."""
        with self.path.open("rb") as f:
            found = hashlib.file_digest(f, "sha256").hexdigest()
        self.check()
        return found

    def stream(self, at: int = 0) -> BinaryIO:
        """The unzipped bytes from an offset on."""
        self._raw.seek(0)
        opened: BinaryIO = self._raw
        if self.zipped:
            opened = gzip.GzipFile(fileobj=self._raw)  # type: ignore[assignment]
        opened.seek(at)
        return opened

    def head(self, n: int) -> tuple[bytes, bool]:
        """The first n unzipped bytes, and whether this is all there is.

        Raises:
            InputError: the file cannot be unzipped from its first bytes on.
        """
        data, error = _read(self.stream(), n + 1, self.name)
        if error is not None and not data:
            raise error
        return data[:n], len(data) <= n and error is None

    def samples(self, n: int, size: int) -> bytes:
        """Whole lines from n places of a file that is not zipped; for finding its encoding."""
        if self.zipped or self.size <= n * size:
            return b""
        out = []
        for i in range(1, n + 1):
            self._raw.seek(self.size * i // (n + 1))
            piece = self._raw.read(size)
            out.append(piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1])
        return b"".join(out)

    def chunks(self, at: int, encoding: str, *, lone_cr: bool = False) -> Iterator[Chunk]:
        """Chunks from an offset, which is a line's beginning, to the end.

        Args:
            at: Unzipped offset.
            encoding: Name as in `Layout.encoding`.
            lone_cr: Lines end with a carriage return.

        Raises:
            InputError: the file has changed.
        """
        try:
            stream = self.stream(at)
        except (OSError, EOFError, zlib.error) as e:
            raise damaged(self.name) from e
        cut = _Cut(encoding, lone_cr)
        rest = b""
        while True:
            piece, error = _read(stream, self._chunk, self.name)
            self.check()
            rest += piece
            end = cut.last(rest)
            done = len(piece) < self._chunk
            if done and error is None:
                yield Chunk(at, cut.utf8(rest), True, 1.0)
                return
            if end == 0 and not done:
                if len(rest) < _KEPT:
                    continue
                data, gone, rest, error = _skip_line(stream, rest, cut, self.name)
            else:
                data, gone, rest = rest[:end], end, rest[end:]
            yield Chunk(at, cut.utf8(data), False, self._fraction(at + gone), error)
            if error is not None:
                return
            at += gone

    def _fraction(self, at: int) -> float:
        done = self._raw.tell() if self.zipped else at
        return min(done / self.size, 1.0) if self.size else 1.0


class _Cut:
    """Where lines end in the file's own encoding."""

    def __init__(self, encoding: str, lone_cr: bool) -> None:
        self.encoding = encoding
        self.lone_cr = lone_cr
        self.width = 2 if encoding.startswith("utf-16") else 1
        self.ends = [c.encode(encoding) for c in ("\r\n" if lone_cr else "\n")]

    def last(self, data: bytes) -> int:
        """Bytes up to and with the last line end; 0: there is none."""
        return max(self._find(data, e, last=True) for e in self.ends)

    def first(self, data: bytes) -> int:
        """Bytes up to and with the first line end; 0: there is none."""
        return min((n for e in self.ends if (n := self._find(data, e, last=False))), default=0)

    def _find(self, data: bytes, end: bytes, *, last: bool) -> int:
        place = data.rfind(end) if last else data.find(end)
        while place >= 0 and place % self.width:
            # half of one character and half of the next look like a line end
            place = data.rfind(end, 0, place + 1) if last else data.find(end, place + 1)
        return place + len(end) if place >= 0 else 0

    def utf8(self, data: bytes) -> bytes:
        """As UTF-8 with line feeds."""
        data = to_utf8(data, self.encoding)
        return data.replace(b"\r", b"\n") if self.lone_cr else data


def _skip_line(
    stream: BinaryIO, rest: bytes, cut: _Cut, name: str
) -> tuple[bytes, int, bytes, InputError | None]:
    """The beginning of a monstrous line; its tail is skipped, so that memory stays bounded."""
    kept, gone = rest[:_KEPT] + "\n".encode(cut.encoding), len(rest)
    odd = rest[len(rest) - len(rest) % cut.width :]
    while True:
        piece, error = _read(stream, _PIECE, name)
        end = cut.first(odd + piece)
        if end:
            return kept, gone + end - len(odd), (odd + piece)[end:], error
        gone += len(piece)
        if error is not None or len(piece) < _PIECE:
            return kept, gone, b"", error
        odd = (odd + piece)[len(odd + piece) - len(odd + piece) % cut.width :]


def _read(stream: BinaryIO, n: int, name: str) -> tuple[bytes, InputError | None]:
    """Up to n bytes; what could be read before a damage, and the damage."""
    out = io.BytesIO()
    # read1 of a zipped file gives what is good before it meets the damage
    read = stream.read1 if isinstance(stream, gzip.GzipFile) else stream.read
    try:
        while out.tell() < n and (piece := read(min(_PIECE, n - out.tell()))):
            out.write(piece)
    except (OSError, EOFError, zlib.error):
        return out.getvalue(), damaged(name)
    return out.getvalue(), None


def _state(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def is_codec(name: str) -> bool:
    """Whether Python can decode it."""
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True
