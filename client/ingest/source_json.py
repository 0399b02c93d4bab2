"""JSON lines: one flat object a line, its values as the texts that stand there."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from client.ingest.source_bytes import MAX_LINE
from client.ingest.source_exact import Exact, Lines
from client.ingest.source_split import Split, blanks, columns

#: Objects that are looked at for names: a web log's events do not all have the same.
SAMPLE = 1000
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
_TEXTS = {str}
_BAD = Exact(1, (), "bad-json", "not a flat JSON object in UTF-8")


def names_of(lines: Sequence[bytes]) -> tuple[str, ...] | None:
    """Names of the first objects in their order; None: the first line is no flat object."""
    found: dict[str, None] = {}
    for i, line in enumerate(lines[:SAMPLE]):
        row = _object(line) if line.strip() else {}
        if row is None and not found and i == 0:
            return None
        found.update(dict.fromkeys(row or {}))
    return tuple(found)


def split(lines: Lines, names: Sequence[str]) -> Split:
    """Objects as columns "0", "1", ... in the order of the names."""
    blank = blanks(lines)
    wanted = frozenset(names)
    rows: list[list[str | None]] = []
    first: list[int] = []
    bad: list[tuple[int, Exact]] = []
    for i in np.flatnonzero(~blank).tolist():
        raw = lines.text(i)
        row = _object(raw) if len(raw) < MAX_LINE else None
        if row is None:
            bad.append((i, _BAD if len(raw) < MAX_LINE else _too_long()))
        elif row.keys() <= wanted:
            rows.append([row.get(n) for n in names])
            first.append(i)
        else:
            bad.append((i, Exact(1, (), "unknown-names", "has names that no line before has")))
    ones = np.ones(len(first), np.int64)
    frame = columns(rows, len(names))
    return Split(frame, np.array(first, np.int64), ones, tuple(bad), int(blank.sum()), len(lines))


def _too_long() -> Exact:
    return Exact(1, (), "too-long", f"line longer than {MAX_LINE} bytes")


def _object(raw: bytes) -> dict[str, str] | None:
    """Names and texts of a flat object; numbers stay as they are written."""
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if set(map(type, value.values())) != _TEXTS:
        for key, item in value.items():
            if item is None:
                value[key] = ""
            elif isinstance(item, bool):
                value[key] = "true" if item else "false"
            elif not isinstance(item, str):
                # nested, or NaN and Infinity, which are no JSON
                return None
    return None if b"\\u" in raw and _unkeepable(value) else value


def _unkeepable(row: dict[str, str]) -> bool:
    """JSON may spell NUL, or half of a surrogate pair, which no UTF-8 file or database can hold."""
    return any(c == "\0" or "\ud800" <= c <= "\udfff" for k, t in row.items() for c in k + t)
