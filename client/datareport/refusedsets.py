"""Refused rows in groups, as a window shows them: why, how many, and what may help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RefusedSet:
    """Rows of one file that were refused for one reason.

    Attributes:
        group_id: For `fix_refused`.
        file_name: Without folder.
        column: Ours; "" where it is the whole row.
        code: Stable name of the reason.
        reason: For people, in English.
        n_waiting: Rows that wait.
        n_left: Rows left alone on purpose.
        first_line: Of the file.
        offers: Deeds that may help, the likeliest first.
    """

    group_id: str
    file_name: str
    column: str
    code: str
    reason: str
    n_waiting: int
    n_left: int
    first_line: int
    offers: tuple[str, ...]


def read_groups(values: Mapping[str, Any]) -> tuple[RefusedSet, ...]:
    """What `hansa import fix --json` said."""
    return tuple(
        RefusedSet(
            group_id=str(g["group_id"]),
            file_name=str(g["file_name"]),
            column=str(g["column"]),
            code=str(g["code"]),
            reason=str(g["reason"]),
            n_waiting=int(g["n_waiting"]),
            n_left=int(g["n_left"]),
            first_line=int(g["first_line"]),
            offers=tuple(str(o) for o in g["offers"]),
        )
        for g in values.get("groups", ())
    )
