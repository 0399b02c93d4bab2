"""What a file holds and how it is read: by its columns' names, a mapping that was said or kept, or a proposal."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from client.ingest import mapping_file
from client.ingest.blocks import Hints, Source
from client.ingest.columns import KINDS, check, rename
from client.ingest.mapping import Mapping
from client.ingest.sensitive import refuse_sensitive
from client.ingest.source import open_source
from common.errors import InputError

MAPPINGS = "mappings"
SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".ods")
_PACKED = (".csv.gz", ".tsv.gz", ".txt.gz", ".jsonl.gz", ".ndjson.gz")
_NAMES = frozenset(c.name for columns in KINDS.values() for c in columns)
Where = str | Path


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read.

    Attributes:
        kind: What the files hold; None: found from the columns.
        mapping: Their column names -> ours.
        skip_unknown: Leave unknown columns out.
        dry_run: Check and count, change nothing.
        how: A whole mapping, instead of all that is found.
        again: Read a file whose bytes were imported before once more.
        time_zone: IANA name for times without a zone; empty: as the mapping says.
        decimal: "." or ","; empty: as the mapping says.
    """

    kind: str | None = None
    mapping: MappingOf[str, str] | None = None
    skip_unknown: bool = False
    dry_run: bool = False
    how: Mapping | None = None
    again: bool = False
    time_zone: str = ""
    decimal: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A file and how it is read."""

    where: Where
    mapping: Mapping


def expand(paths: Sequence[Where]) -> list[Where]:
    """Files and connection strings, with folders replaced by the files in them.

    Raises:
        InputError: a folder has no file that can be imported.
    """
    out: list[Where] = []
    for where in paths:
        if "://" in str(where):
            out.append(str(where))
            continue
        path = Path(where)
        ends = (*SUFFIXES, *_PACKED)
        inside = sorted(p for p in path.glob("*") if p.name.lower().endswith(ends) and p.is_file())
        if path.is_dir() and not inside:
            raise InputError(
                "The folder holds no files that can be imported.",
                where=str(path),
                safe="Nothing was imported.",
                todo=f"Put files there that end in {', '.join(ends)}.",
            )
        out += inside if path.is_dir() else [path]
    return out


def plans(paths: Sequence[Where], options: Options, home: Path) -> list[Plan]:
    """Look at every file, and put products and shoppers before what speaks of them.

    Raises:
        InputError: a file cannot be read, or it is not clear how.
    """
    kept = mapping_file.kept(home / MAPPINGS)
    out = []
    for where in expand(paths):
        with open_source(where, hints()) as source:
            out.append(Plan(where, mapping_of(source, options, kept)))
    order = list(KINDS)
    return sorted(out, key=lambda plan: order.index(plan.mapping.kind))


def hints() -> Hints:
    """What a reader may know about files: the names of our columns."""
    return Hints(known=lambda name: name.strip().lower() in _NAMES)


def mapping_of(source: Source, options: Options, kept: Sequence[Mapping]) -> Mapping:
    """How a file is read.

    Raises:
        InputError: its columns do not fit, or some are personal.
    """
    found = options.how or mapping_file.find(source.names, kept, options.kind)
    if found is not None and not options.mapping:
        mapping_file.check(found, source.names, source.name)
    else:
        found = _by_name(source, options)
    if options.time_zone:
        found = replace(found, time_zone=options.time_zone)
    return replace(found, decimal=options.decimal) if options.decimal else found


def _by_name(source: Source, options: Options) -> Mapping:
    # by the file's own names: a new name does not make a sensitive column harmless
    refuse_sensitive(source.names, source.name)
    names = rename(source.names, options.mapping or {})
    kind, places = check(names, options.kind, source.name, skip_unknown=options.skip_unknown)
    columns = {ours: source.names[place] for ours, place in places.items()}
    ignored = tuple(n for n in source.names if n not in columns.values())
    return Mapping(kind, columns, ignored=ignored)


def canonical(mapping: Mapping) -> str:
    """The mapping as one text; equal texts read a file the same way. Its name is no part of it."""
    return json.dumps(
        asdict(replace(mapping, name="")), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
