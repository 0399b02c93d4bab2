"""Mapping: which column of a file is which of ours, and how its texts are to be read."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of file is read. Kept as TOML; the same for every file of that export.

    Attributes:
        kind: A key of `client.ingest.columns.KINDS`.
        columns: Our column -> theirs.
        constants: Our column -> a text for every row.
        joined: Our column -> several of theirs, joined with "|" (a natural key of several columns).
        values: Our column -> {their text: our text}.
        ignored: Their columns that are left out, each by name.
        time_zone: IANA name for times without a zone.
        decimal: "." or ",": the other one may stand between thousands.
        day_first: 03/04/2024 is the 3rd of April; None: the file's own values decide.
        name: Under which it is kept; empty for one that is not.
    """

    kind: str
    columns: MappingOf[str, str] = field(default_factory=dict)
    constants: MappingOf[str, str] = field(default_factory=dict)
    joined: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)
    values: MappingOf[str, MappingOf[str, str]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    time_zone: str = "UTC"
    decimal: str = "."
    day_first: bool | None = None
    name: str = ""
