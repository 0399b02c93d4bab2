"""Open anything that holds rows: text, JSON lines, Parquet, workbooks, SQLite and PostgreSQL tables."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from client.ingest import source_encoding as encodings
from client.ingest import source_json, source_split
from client.ingest.blocks import Hints, Layout, Source
from client.ingest.source_bytes import FileBytes, is_codec
from client.ingest.source_errors import no_header, unreadable
from client.ingest.source_exact import split_lines
from client.ingest.source_header import find_in_text, sound, told_apart
from client.ingest.source_text import Place, TextSource

_HEAD = 1 << 20
_SAMPLES = 16
_PACKED = {
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "an empty ZIP archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}
_OTHER = {b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture"}
_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")


def open_source(where: str | Path, hints: Hints | None = None) -> Source:
    """Open a file or a table; its content decides what it is, not its name.

    Args:
        where: A file, "sqlite:///file.db#table" or "postgresql://...#table-or-query".
        hints: What is known about it.

    Raises:
        InputError: it cannot be opened, is empty, or holds no columns.
    """
    hints = hints or Hints()
    text = str(where)
    if text.startswith(("postgresql://", "postgres://")):
        from client.ingest.source_postgres import open_postgres

        return open_postgres(text)
    if text.startswith("sqlite://"):
        from client.ingest.source_sqlite import open_sqlite

        path, _, table = text.removeprefix("sqlite://").partition("#")
        # sqlite:///relative.db and sqlite:////absolute.db, as everywhere
        return open_sqlite(Path(path.removeprefix("/")), table or hints.layout.sheet)
    return _open_file(Path(where), hints)


def _open_file(path: Path, hints: Hints) -> Source:
    file = FileBytes(path)
    try:
        source = _dispatch(file, hints)
    except BaseException:
        file.close()
        raise
    return source


def _dispatch(file: FileBytes, hints: Hints) -> Source:
    head, whole = file.head(_HEAD)
    opener = None if file.zipped else _binary(head, file, hints)
    if opener is not None:
        file.close()
        return opener()
    for sign, what in {**_PACKED, **_OTHER}.items():
        if head.startswith(sign):
            todo = "Unpack it first." if sign in _PACKED else "Export the data as CSV or XLSX."
            raise unreadable(f"The file is {what}, no table.", file.name, todo)
    return open_text(file, head, whole, hints)


def _binary(head: bytes, file: FileBytes, hints: Hints) -> Callable[[], Source] | None:
    """What opens a format with a signature of its own."""
    if head.startswith(b"PAR1"):
        from client.ingest.source_parquet import open_parquet

        return partial(open_parquet, file.path)
    if head.startswith(b"SQLite format 3\0"):
        from client.ingest.source_sqlite import open_sqlite

        return partial(open_sqlite, file.path, hints.layout.sheet)
    if head.startswith(b"\xd0\xcf\x11\xe0") or (head.startswith(b"PK") and _is_workbook(file.path)):
        from client.ingest.source_sheet import open_sheet

        return partial(open_sheet, file.path, hints)
    return None


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(n in _WORKBOOK_PARTS for n in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return path.suffix.lower() in (".xlsx", ".xlsm", ".xlsb", ".ods")


def open_text(file: FileBytes, head: bytes, whole: bool, hints: Hints) -> TextSource:
    """Find encoding, line ends, format, header and delimiter of a text file.

    Args:
        file: The file.
        head: Its first bytes, unzipped.
        whole: The head is all of it.
        hints: What is known about it.

    Raises:
        InputError: there is no header.
    """
    encoding, mark = encodings.mark(head)
    if head.startswith(b"\xff\xfe\0\0"):
        raise no_header("The file is UTF-32, not UTF-8.", file.name)
    body = head[mark:] if whole else head[mark : max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]
    wanted = hints.layout.encoding
    if wanted and not is_codec(wanted):
        raise unreadable(f"There is no encoding '{wanted}'.", file.name, "Try gb18030 or utf-8.")
    sample = body + (b"" if encoding else file.samples(_SAMPLES, 1 << 16))
    encoding = encoding or wanted or encodings.find(sample, hints.known)
    if encoding.startswith("utf-16") and not whole:
        body = body[: len(body) // 2 * 2]
    text = encodings.to_utf8(body, encoding)
    lone_cr = _is_lone_cr(text)
    lines = split_lines(text.replace(b"\r", b"\n") if lone_cr else text, whole)
    shown = [lines.text(i) for i in range(min(len(lines), source_json.SAMPLE))]
    first = next((t for t in shown if t.strip()), None)
    if first is None:
        raise no_header("The file is empty." if whole else "The first line is too long.", file.name)
    _refuse_other(first, file.name)
    start, names, layout, splitter = (
        _json(shown, file.name)
        if first.lstrip().startswith(b"{")
        else _delimited(shown, encoding, file.name, hints)
    )
    layout = Layout(
        layout.format, encoding, layout.delimiter, compression="gzip" if file.zipped else ""
    )
    return TextSource(file, layout, told_apart(names), Place(mark, 1, start), lone_cr, splitter)


def _refuse_other(first: bytes, name: str) -> None:
    """Texts that are no tables of lines."""
    start = first.strip()[:100].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta")):
        what = "The file is a web page or XML, no table."
        raise unreadable(what, name, "Log in at the shop platform and export it as CSV or XLSX.")
    if start.startswith(b"[") and start[1:].lstrip()[:1] in (b"", b"{", b"["):
        what = "The file is one JSON list."
        raise unreadable(what, name, "Write one object a line: jq -c '.[]' FILE > FILE.jsonl")


_Opened = tuple[int, tuple[str, ...], Layout, Callable[..., source_split.Split]]


def _json(lines: list[bytes], name: str) -> _Opened:
    names = source_json.names_of([t for t in lines if t.strip()])
    if not names:
        raise no_header("The first line is no flat JSON object with names.", name)
    if not sound(names):
        raise no_header("The first lines hold names that cannot be columns.", name)
    return 0, names, Layout("jsonl"), partial(source_json.split, names=names)


def _delimited(lines: list[bytes], encoding: str, name: str, hints: Hints) -> _Opened:
    texts = [_text(t) for t in lines]
    header = find_in_text(texts, hints.known, hints.layout.delimiter)
    if header is None or not sound(header.names) or "\0" in "".join(header.names):
        what = f"The first line is no list of column names in {encoding.upper()}."
        raise no_header(what, name)
    splitter = partial(
        source_split.split,
        delimiter=header.delimiter,
        width=len(header.names),
        encoding=encoding,
    )
    names = tuple(n.removeprefix("\ufeff") for n in header.names)
    return header.place + 1, names, Layout("csv", delimiter=header.delimiter), splitter


def _text(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_lone_cr(text: bytes) -> bool:
    """Old spreadsheets end lines with a carriage return alone."""
    place = text.find(b"\r")
    before = text[: max(place, 0)]
    follows = text[place + 1 : place + 2]
    return (
        place >= 0 and b"\n" not in before and b'"' not in before and follows not in (b"\n", b"\r")
    )
