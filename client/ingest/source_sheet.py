"""Workbooks (XLSX, XLS, ODS) as blocks: the first sheet with data, dates as ISO text."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from client.ingest.blocks import BadRow, Hints, Layout
from client.ingest.source_bytes import FileBytes
from client.ingest.source_errors import bad_cursor, guarded, no_header, unreadable
from client.ingest.source_header import find_in_rows, is_total, sound, told_apart
from client.ingest.source_split import columns
from client.ingest.source_table import Piece, TableSource, bounds, csv_line, shortest

_DAMAGED = "The workbook cannot be read: it is damaged, or protected by a password."
#: Unpacked bytes: a sheet of a million rows has about one GiB of XML.
_MAX_UNPACKED = 4 << 30
_SAMPLE = 200
Row = list[str | None]


def open_sheet(path: Path, hints: Hints) -> TableSource:
    """Open a workbook at a sheet.

    Raises:
        InputError: it is damaged, has no such sheet, or no sheet has data.
    """
    file = FileBytes(path)
    try:
        _refuse_bomb(file)
        sheet, rows = _rows(file, hints.layout.sheet)
        filled = [[t or "" for t in row] for row in rows[:_SAMPLE]]
        place = find_in_rows(filled, hints.known)
        names = _trimmed(filled[place]) if place is not None else []
        if place is None or not sound(names):
            raise no_header(
                "The sheet has no row of column names.", f"{file.name}, sheet '{sheet}'"
            )
    except BaseException:
        file.close()
        raise
    begin = place + 1

    def read(following: tuple[int | str, ...]) -> Iterator[Piece]:
        start = following[0] if following else begin
        if not isinstance(start, int) or not begin <= start <= len(rows):
            raise bad_cursor(file.name)
        for first, last in bounds(len(rows), start):
            file.check()
            yield _piece(rows, first, last, len(names))

    return TableSource(
        file.name,
        Layout("xlsx", sheet=sheet),
        told_apart(names),
        read,
        str(file.size),
        file.digest,
        file.close,
    )


def _refuse_bomb(file: FileBytes) -> None:
    try:
        with zipfile.ZipFile(file.path) as archive:
            size = sum(i.file_size for i in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return
    if size > _MAX_UNPACKED:
        raise unreadable(
            "The workbook is larger than any real one when it is unpacked.",
            file.name,
            "Export the data as CSV.",
        )


def _rows(file: FileBytes, wanted: str) -> tuple[str, list[Row]]:
    """The sheet's name and its rows as texts, from the sheet's first row on."""
    import python_calamine

    with guarded(file.name, _DAMAGED):
        book = python_calamine.CalamineWorkbook.from_path(str(file.path))
        names = list(book.sheet_names)
    if wanted and wanted not in names:
        shown = ", ".join(f"'{n[:40]}'" for n in names[:12])
        raise unreadable(f"There is no sheet '{wanted}'.", file.name, f"Sheets: {shown}.")
    for name in [wanted] if wanted else names:
        with guarded(file.name, _DAMAGED):
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            rows = [[_text(c) for c in row] for row in cells]
        if any(t for row in rows for t in row):
            return name, rows
    raise no_header("The workbook is empty.", file.name)


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return shortest(cell)
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        # durations beyond a day, [hh]:mm:ss
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return None if cell is None else str(cell)


def _trimmed(row: Sequence[str]) -> list[str]:
    """Without the empty cells on the right."""
    width = max((i + 1 for i, t in enumerate(row) if t.strip()), default=0)
    return list(row[:width])


def _piece(rows: Sequence[Row], first: int, last: int, width: int) -> Piece:
    """Rows of a sheet; empty ones are blank lines, cells beyond the header make a row bad."""
    good: list[Row] = []
    lines: list[int] = []
    bad: list[BadRow] = []
    for i in range(first, last):
        row = rows[i]
        if not any(t and t.strip() for t in row):
            continue
        if any(row[width:]):
            reason = "has cells to the right of the last column name"
            bad.append(BadRow(i + 1, "bad-width", reason, csv_line(row)))
        elif i >= len(rows) - 5 and is_total(next((t for t in row if t), "")):
            bad.append(BadRow(i + 1, "footer", "a line of totals, no row", csv_line(row)))
        else:
            good.append([*row[:width], *[None] * (width - len(row))])
            lines.append(i + 1)
    frame = columns(good, width)
    return Piece(frame, np.array(lines, np.int64), tuple(bad), (last,), last / len(rows))
