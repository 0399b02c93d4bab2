"""Headers: the line of column names below titles and comments, its delimiter, and names that are told apart."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|", "^", "\x01", "\x1f", "~")
#: A shop platform's title, filters and remarks stay below this.
MAX_PREAMBLE = 60
MAX_NAMES = 1000
_SAMPLE = 200
_TOTALS = frozenset(
    {"总计", "合计", "小计", "总和", "汇总", "總計", "合計", "小計", "subtotal"}
) | {*("total", "totals", "grand_total", "sum_total", "summe", "gesamt")}
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table begins.

    Attributes:
        place: 0-based place of its line; the lines before it are titles and comments.
        names: Its fields.
        delimiter: Between them; empty in a workbook.
    """

    place: int
    names: tuple[str, ...]
    delimiter: str = ""


def find_in_text(
    lines: Sequence[str | None], known: Callable[[str], bool], say: str
) -> Header | None:
    """The header of a delimited text; None: there is none.

    Args:
        lines: The first lines; None where a line is no text.
        known: Tells whether a text is a column's name.
        say: The delimiter if it is known, else empty.
    """
    said = _SEP.fullmatch((lines[0] or "").strip()) if lines else None
    if said:
        return find_in_text(["", *lines[1:]], known, say or said[1])
    best: Header | None = None
    begin = next((line for line in lines if line is None or line.strip()), None)
    best_score: tuple[int, float, int] = (-1, 0.0, 0)
    for delimiter in (say,) if say else DELIMITERS:
        rows = [_fields(line, delimiter) for line in lines[:_SAMPLE]]
        place = find_in_rows(rows, known)
        if place is None:
            continue
        names = tuple(rows[place] or ())
        same = sum(r is not None and len(r) == len(names) for r in rows) if len(names) > 1 else 0
        score = (_known(names, known), same / max(len(rows), 1), len(names))
        if score > best_score:
            best, best_score = Header(place, names, delimiter), score
    if best_score[0] < 2 and (begin is None or not _splits(begin, best)):
        # a first line that cannot be read may well be the header: the next one is not guessed
        return None
    return best


def find_in_rows(rows: Sequence[Sequence[str] | None], known: Callable[[str], bool]) -> int | None:
    """Place of the row of column names: known names first, else the first that looks like one.

    Args:
        rows: The first rows; None where a row cannot be split, empty texts where cells are empty.
        known: Tells whether a text is a column's name.
    """
    used = {i: r for i, r in enumerate(rows) if r and any(t.strip() for t in r)}
    first = {i: r for i, r in list(used.items())[:MAX_PREAMBLE] if not r[0].startswith("#")}
    if not first:
        return next(iter(used), None)
    scores = {i: _known(r, known) for i, r in first.items()}
    best = max(scores, key=lambda i: (scores[i], -i))
    widths = Counter(_width(r) for r in used.values())
    usual = max((w for w in widths if w > 1), key=lambda w: (widths[w], w), default=1)
    if scores[best] >= 2 or (scores[best] == 1 and _width(first[best]) >= usual):
        return best
    if usual > 1 and widths[usual] >= len(used) / 2:
        like = [i for i, r in first.items() if _width(r) >= usual and _is_header(r)]
        if like:
            return like[0]
    return next((i for i, r in first.items() if _width(r) > 1), next(iter(first)))


def _known(names: Sequence[str], known: Callable[[str], bool]) -> int:
    return sum(known(n.strip()) for n in names)


def _width(row: Sequence[str]) -> int:
    """Fields up to the last that is filled."""
    return max((i + 1 for i, t in enumerate(row) if t.strip()), default=0)


def _is_header(row: Sequence[str]) -> bool:
    names = [t.strip() for t in row[: _width(row)]]
    return len(set(names)) == len(names) and all(n and not n[0].isdigit() for n in names)


def _fields(line: str | None, delimiter: str) -> list[str] | None:
    if line is None or not line.strip():
        return None
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return None


def _splits(line: str, header: Header | None) -> bool:
    return header is not None and _fields(line, header.delimiter) is not None


def sound(names: Sequence[str]) -> bool:
    """Whether these can be names of columns: texts, not too many, nothing that no screen shows."""
    joined = "".join(names)
    return (
        0 < len(names) <= MAX_NAMES
        and not all(_is_number(n) for n in names)
        and not any(c < " " and c not in "\t\r\n" for c in joined)
    )


def _is_number(text: str) -> bool:
    """No name: nothing but digits and signs."""
    return not any(c.isalpha() for c in text)


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Every column under a name of its own: "kind (2)" for the second of a name, "(4)" for none."""
    taken = set(names)
    out: list[str] = []
    seen: set[str] = set()
    for place, name in enumerate(names):
        new, n = name, 2
        while not new.strip() or new in seen or (new != name and new in taken):
            new = f"{name} ({n})" if name.strip() else f"({place + n - 1})"
            n += 1
        seen.add(new)
        out.append(new)
    return tuple(out)


def is_total(text: str) -> bool:
    """Whether a row's first text says that the row holds totals."""
    return text.strip(" \t:：*.").lower().replace(" ", "_") in _TOTALS
