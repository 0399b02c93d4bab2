"""A file before it is imported, as a window shows it: its columns, ours, samples; and a changed mapping."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from client.ingest import mapping_file
from client.ingest.columns import KINDS
from client.ingest.mapping import Mapping

#: Where a mapping lies that was chosen for one import and has no name.
UNNAMED = "import.toml"


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column of the file.

    Attributes:
        theirs: Its name; several joined with " + ", or words for a constant.
        ours: What it is taken for; "" where it is left out.
        confidence: 0 to 1.
        why: In English, for the curious.
        samples: First values as they will be read; customers' numbers are cut short.
        fixed: It is a constant or joined: kept as it is, or left to the mapping's file.
        code: Of the reason; stable, for translations.
    """

    theirs: str
    ours: str
    confidence: float
    why: str
    samples: tuple[str, ...]
    fixed: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """How one file would be read.

    Attributes:
        path: The file.
        kind: What it holds.
        written: "csv, gb18030" and the like.
        columns: Of the file, those that are taken first.
        doubts: What has to be said before it can be imported.
        problems: Line, column and reason of the first rows that would be refused.
        mapping: How it would be read.
        unclear: The doubts as code, column, English words.
        problem_codes: Codes of the problems' reasons, in their order.
    """

    path: Path
    kind: str
    written: str
    columns: tuple[MappedColumn, ...]
    doubts: tuple[str, ...]
    problems: tuple[tuple[int, str, str], ...]
    mapping: Mapping
    unclear: tuple[tuple[str, str, str], ...] = ()
    problem_codes: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Every column goes by its own name: there is nothing to ask."""
        return not self.doubts and all(c.theirs.strip().lower() == c.ours for c in self.columns)


def kinds() -> tuple[str, ...]:
    """What a file may hold."""
    return tuple(KINDS)


def columns_of(kind: str) -> tuple[tuple[str, bool], ...]:
    """Our columns of a kind, and whether every row must have it."""
    return tuple((c.name, c.required) for c in KINDS[kind])


def read_previews(values: MappingOf[str, Any], paths: Sequence[Path]) -> tuple[ImportPreview, ...]:
    """What `hansa import --preview --json` said of these files, in their order."""
    return tuple(_preview(p, f) for p, f in zip(paths, values.get("files", ()), strict=False))


def _preview(path: Path, said: MappingOf[str, Any]) -> ImportPreview:
    mapping = mapping_file.loads(str(said["toml"]))
    single = {theirs: ours for ours, theirs in mapping.columns.items()}
    columns = [
        MappedColumn(
            str(c["theirs"]),
            str(c["ours"]),
            float(c["confidence"]),
            str(c["why"]),
            tuple(str(s) for s in c["samples"]),
            fixed=str(c["theirs"]) not in single,
            code=str(c.get("code", "")),
        )
        for c in said["columns"]
    ]
    columns += [MappedColumn(str(n), "", 1.0, "", ()) for n in said["left_out"]]
    written = ", ".join(str(said[k]) for k in ("format", "encoding") if said.get(k))
    return ImportPreview(
        path,
        str(said["kind"]),
        written,
        tuple(columns),
        tuple(str(d) for d in said["doubts"]),
        tuple((int(n), str(c), str(r)) for n, c, r in said["problems"]),
        mapping,
        tuple((str(d["code"]), str(d["column"]), str(d["text"])) for d in said.get("unclear", ())),
        tuple(str(c) for c in said.get("problem_codes", ())),
    )


def changed(
    mapping: Mapping,
    columns: MappingOf[str, str],
    *,
    time_zone: str,
    decimal: str,
    day_first: bool | None,
) -> Mapping:
    """The mapping with what a person chose.

    Args:
        mapping: As proposed.
        columns: Their column -> ours, "" to leave it out. Columns that are not named stay.
        time_zone: IANA name.
        decimal: "." or ",".
        day_first: 03/04 is the 3rd of April; None: the file decides.
    """
    kept = {ours: theirs for ours, theirs in mapping.columns.items() if theirs not in columns}
    kept |= {ours: theirs for theirs, ours in columns.items() if ours}
    ignored = [n for n in mapping.ignored if n not in columns]
    ignored += [theirs for theirs, ours in columns.items() if not ours]
    return replace(
        mapping,
        columns=kept,
        ignored=tuple(ignored),
        time_zone=time_zone,
        decimal=decimal,
        day_first=day_first,
    )


def write(home: Path, mapping: Mapping, name: str = "") -> Path:
    """Write a mapping's file: under a name it is used again for files with these columns.

    Raises:
        InputError: it cannot be written.
    """
    path = home / "mappings" / f"{name}.toml" if name else home / UNNAMED
    mapping_file.dump(replace(mapping, name=name), path)
    return path
