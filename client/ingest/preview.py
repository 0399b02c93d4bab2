"""A look at a file before it is imported: columns, what they would become, first problems; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from client.ingest import mapping_file
from client.ingest.columns import KINDS
from client.ingest.files_plan import MAPPINGS, Doubt, Options, Where, doubts_of, hints, mapping_of
from client.ingest.mapping import Mapping
from client.ingest.propose import Proposal, propose
from client.ingest.reader import read_block
from client.ingest.source import open_source
from client.store import Store
from common.errors import InputError

N_SAMPLES = 3
MAX_SHOWN = 24
#: Values of customers' columns are cut: the screen may be somebody else's too.
_IDS = frozenset(("customer_id",))


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """One of our columns.

    Attributes:
        ours: Its name.
        theirs: Columns of the file, or the constant.
        confidence: That it is the right one, 0 to 1.
        why: For people.
        samples: First values as they will be read.
        code: Of the reason; stable.
    """

    ours: str
    theirs: str
    confidence: float
    why: str
    samples: tuple[str, ...]
    code: str = "name"


@dataclass(frozen=True, slots=True)
class Preview:
    """How a file would be read.

    Attributes:
        file_name: Name without folder.
        kind: The table.
        confidence: That the kind is right, 0 to 1.
        format: "csv" and so on.
        encoding: Of a text file.
        columns: Ours that are filled.
        left_out: Theirs that are not taken.
        doubts: What has to be said before it is imported.
        problems: Line, column and reason of the first refused rows.
        toml: The mapping, as its file would be.
        unclear: The doubts with their codes.
        problem_codes: Codes of the problems' reasons.
    """

    file_name: str
    kind: str
    confidence: float
    format: str
    encoding: str
    columns: tuple[PreviewColumn, ...]
    left_out: tuple[str, ...]
    doubts: tuple[str, ...]
    problems: tuple[tuple[int, str, str], ...]
    toml: str
    unclear: tuple[Doubt, ...] = ()
    problem_codes: tuple[str, ...] = ()


def preview(store: Store, where: Where, options: Options) -> Preview:
    """Look at the first rows of a file.

    Raises:
        InputError: it cannot be opened, or nothing can be said about it.
    """
    known = mapping_file.kept(store.home / MAPPINGS)
    with open_source(where, hints()) as source:
        found = propose(source, options.kind, known)
        doubts: Sequence[Doubt] = ()
        try:
            mapping = mapping_of(source, options, known)
        except InputError as e:
            mapping = found.without_sensitive()
            doubts = doubts_of(found, options) or [Doubt("other", "", e.what)]
        block = next(iter(source.blocks()), None)
        typed = read_block(block, mapping) if block is not None else found.typed
        lines = block.lines if block is not None else ()
        return Preview(
            source.name,
            mapping.kind,
            1.0 if not doubts else found.confidence,
            source.layout.format,
            source.layout.encoding,
            tuple(_columns(found, mapping, typed.frame)),
            tuple(mapping.ignored),
            tuple(d.text for d in doubts),
            tuple((int(lines[r.place]), r.column, r.reason) for r in typed.refused[:5]),
            mapping_file.dumps(mapping),
            tuple(doubts),
            tuple(r.code for r in typed.refused[:5]),
        )


def _columns(found: Proposal, mapping: Mapping, frame: pl.DataFrame) -> Iterator[PreviewColumn]:
    notes = {n.column: n for n in found.notes}
    for column, series in zip(KINDS[mapping.kind], frame.get_columns(), strict=True):
        theirs = _theirs(mapping, column.name)
        if not theirs:
            continue
        note = notes.get(column.name) if found.mapping.kind == mapping.kind else None
        same = note is not None and note.theirs == theirs
        yield PreviewColumn(
            column.name,
            theirs,
            note.confidence if note and same else 1.0,
            note.why if note and same else "by its name",
            tuple(_shown(v, column.name) for v in series.drop_nulls().head(N_SAMPLES).to_list()),
            note.code if note and same else "own-name",
        )


def _theirs(mapping: Mapping, ours: str) -> str:
    if ours in mapping.constants:
        return f"always {mapping.constants[ours]!r}"
    return " + ".join(mapping.joined.get(ours, ())) or mapping.columns.get(ours, "")


def _shown(value: object, column: str) -> str:
    text = str(value)
    if column in _IDS:
        return text[:3] + "..."
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "..."
