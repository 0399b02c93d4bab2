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
from client.ingest.propose import Proposal, propose
from client.ingest.propose_names import is_known
from client.ingest.sensitive import refuse_sensitive
from client.ingest.source import open_source
from common.errors import InputError

MAPPINGS = "mappings"
SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".ods")
_PACKED = (".csv.gz", ".tsv.gz", ".jsonl.gz", ".ndjson.gz")
#: Confidence from which on nobody has to look.
SURE = 0.75
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
    """What a reader may know about files: the names of our columns and what others call them."""
    return Hints(known=is_known)


def mapping_of(source: Source, options: Options, kept: Sequence[Mapping]) -> Mapping:
    """How a file is read.

    Raises:
        InputError: its columns do not fit, or some are personal.
    """
    found = options.how or mapping_file.find(source.names, kept, options.kind)
    if found is not None and not options.mapping:
        mapping_file.check(found, source.names, source.name)
    else:
        found = _by_name(source, options, kept)
    if options.time_zone:
        found = replace(found, time_zone=options.time_zone)
    return replace(found, decimal=options.decimal) if options.decimal else found


def _by_name(source: Source, options: Options, kept: Sequence[Mapping]) -> Mapping:
    # by the file's own names: a new name does not make a sensitive column harmless
    refuse_sensitive(source.names, source.name)
    names = rename(source.names, options.mapping or {})
    try:
        kind, places = check(names, options.kind, source.name, skip_unknown=options.skip_unknown)
    except InputError as by_name:
        if options.mapping:
            raise
        return _proposed(source, options, kept, by_name)
    columns = {ours: source.names[place] for ours, place in places.items()}
    ignored = tuple(n for n in source.names if n not in columns.values())
    return Mapping(kind, columns, ignored=ignored)


def _proposed(
    source: Source, options: Options, kept: Sequence[Mapping], by_name: InputError
) -> Mapping:
    """A proposal that nothing in is doubtful; else what is wrong with the names."""
    try:
        found = propose(source, options.kind, kept)
    except InputError:
        raise by_name from None
    doubts = doubts_of(found, options)
    if not doubts:
        return found.mapping
    by_name.what += (
        f" A guess would be {found.mapping.kind}, but {'; '.join(d.text for d in doubts)}."
    )
    by_name.todo += f" See what is guessed: hansa import {source.name} --preview"
    raise by_name


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that a person has to look at.

    Attributes:
        code: Stable: "missing", "sensitive", "kind", "left-out", "other", or a `Note`'s code.
        column: Of the file or of ours; "" for the whole file.
        text: In English.
    """

    code: str
    column: str
    text: str


def doubts_of(found: Proposal, options: Options) -> list[Doubt]:
    """What a person has to look at before a proposal is taken; empty if nothing."""
    said = {"time_zone"} if options.time_zone else set()
    said |= {"decimal"} if options.decimal else set()
    out = [Doubt("missing", c, f"nothing fills '{c}'") for c in found.missing]
    out += [Doubt("sensitive", s.name, f"'{s.name[:40]}' is never taken") for s in found.sensitive]
    if found.confidence < SURE and not options.kind:
        out.append(Doubt("kind", "", "the kind is not clear"))
    out += [
        Doubt(n.code, n.column or n.theirs, f"{n.column or n.theirs} is not clear ({n.why})")
        for n in found.notes
        if n.confidence < SURE and n.column not in said
    ]
    if not options.skip_unknown:
        out += [
            Doubt("left-out", n, f"'{n[:40]}' would be left out (--skip-unknown)")
            for n in found.unmapped[:12]
        ]
    return out


@dataclass(frozen=True, slots=True)
class Written:
    """How an imported file was written and read: enough to read one of its rows again.

    Attributes:
        mapping: How it was read.
        format: "csv", "jsonl" or the name of a binary format.
        delimiter: Of a CSV file.
        names: Its columns.
    """

    mapping: Mapping
    format: str
    delimiter: str
    names: tuple[str, ...]


def canonical(mapping: Mapping, source: Source) -> str:
    """The mapping and the file's columns as one text: equal texts read a file the same way.

    The mapping's name is no part of it.
    """
    layout = source.layout
    file = {"format": layout.format, "delimiter": layout.delimiter, "names": list(source.names)}
    whole = {**asdict(replace(mapping, name="")), "file": file}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def written_of(text: str) -> Written | None:
    """Back from `canonical`; None for the record of an earlier version."""
    try:
        whole = json.loads(text)
        file = whole.pop("file")
        whole["ignored"] = tuple(whole["ignored"])
        whole["joined"] = {k: tuple(v) for k, v in whole["joined"].items()}
        return Written(Mapping(**whole), file["format"], file["delimiter"], tuple(file["names"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
