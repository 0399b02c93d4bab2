"""Declared groups of people: segments of the shop, or a file that is given now and never kept."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from client.store import Store, audience_facts, profiles
from common.errors import InputError

#: Columns that need no file: where `hansa segments` put people.
SEGMENT, CLUSTER = "segment", "cluster"
_MOST_GROUPS = 200
_SAFE = "Nothing was written, and nothing of the file was kept."


@dataclass(frozen=True, slots=True)
class Groups:
    """Who is in which group.

    Attributes:
        of: Pseudonym -> group; who is in none is missing.
        names: Group -> its name in words.
    """

    of: dict[str, str]
    names: dict[str, str]


def from_segments(store: Store, column: str) -> Groups:
    """The shop's segments or clusters as groups.

    Raises:
        InputError: there are none yet.
    """
    place = 0 if column == SEGMENT else 1
    found = {k: v[place] for k, v in audience_facts.segments_of(store).items() if v[place]}
    if not found:
        raise InputError(
            f"The shop has no {column}s yet.",
            where=f"--by {column}",
            safe="Nothing was changed.",
            todo="Make them with: hansa segments"
            + (" --method kmeans" if column == CLUSTER else ""),
        )
    names = {s.segment_id: s.name_en for s in profiles.segments(store)}
    return Groups(found, {g: names.get(g, g) for g in set(found.values())})


def from_file(file: Path, column: str, key_of: Callable[[str], str]) -> Groups:
    """A file with customer_id and that column as groups; ids are hashed while they are read.

    Args:
        file: CSV in UTF-8.
        column: Its column of groups.
        key_of: The shop's own customer id -> pseudonym.

    Raises:
        InputError: it cannot be read, lacks a column, has too many groups, or puts somebody into
            two; no value of it is repeated.
    """
    of: dict[str, str] = {}
    names: set[str] = set()
    try:
        with file.open(encoding="utf-8-sig", newline="") as f:
            reader = csv.reader(f)
            heading = [h.strip() for h in next(reader, [])]
            if "customer_id" not in heading or column not in heading:
                raise _bad("The file needs a heading with customer_id and the column.", file)
            who, what = heading.index("customer_id"), heading.index(column)
            for line, row in enumerate(reader, start=2):
                if len(row) <= max(who, what) or not row[who].strip() or not row[what].strip():
                    continue
                key, group = key_of(row[who].strip()), row[what].strip()[:60]
                names.add(group)
                if of.setdefault(key, group) != group:
                    raise _bad(f"Somebody is in two groups (line {line}).", file)
                if len(names) > _MOST_GROUPS:
                    raise _bad(f"More than {_MOST_GROUPS} groups: is it the right column?", file)
    except (OSError, ValueError, csv.Error):
        # the cause may quote a line of the file, so it is not passed on
        raise _bad("The file cannot be read as CSV in UTF-8.", file) from None
    if not of:
        raise _bad("The file puts nobody into a group.", file)
    return Groups(of, {g: g for g in names})


def _bad(what: str, file: Path) -> InputError:
    return InputError(
        what, where=str(file), safe=_SAFE, todo="Its heading is customer_id,COLUMN; see --by COLUMN"
    )
