"""Propose how a file is read: its kind, its columns, its habits, each with a confidence and a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from client.ingest.blocks import Block, Source
from client.ingest.columns import KINDS
from client.ingest.mapping import Mapping
from client.ingest.mapping_file import find, names_of
from client.ingest.propose_draft import Draft, Note, Sample, draft
from client.ingest.propose_values import currency, day_first, decimal_sign, time_zone
from client.ingest.reader import read_block
from client.ingest.sensitive import is_sensitive
from client.ingest.typed import Typed
from common.errors import InputError

PREVIEW_ROWS = 20
SAMPLE_ROWS = 2_000
#: Below this a kind is not proposed; two kinds nearer than this are not told apart.
LEAST, CLOSE = 0.45, 0.02


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A column that is never taken.

    Attributes:
        name: In the file.
        why: "its name" or what its values look like, for people.
    """

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a file may be read; a person or a command accepts it.

    Attributes:
        mapping: Complete where `missing` is empty. Sensitive columns are not in it.
        confidence: That the kind is right, 0 to 1.
        names: The file's columns.
        texts: First rows as the file has them; "" where empty.
        typed: The same rows as the mapping reads them.
        notes: One per column of ours, and for the time zone, the decimal sign and the like.
        unmapped: Their columns that are left out, by name.
        sensitive: Their columns that Hansa never takes; the import stops until they are removed
            or left out by name (`without_sensitive`).
        missing: Our columns that are needed and that nothing fills.
        kept: The mapping was kept from an earlier file with the same columns.
    """

    mapping: Mapping
    confidence: float
    names: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    typed: Typed
    notes: tuple[Note, ...]
    unmapped: tuple[str, ...]
    sensitive: tuple[Sensitive, ...]
    missing: tuple[str, ...] = ()
    kept: bool = False

    def without_sensitive(self) -> Mapping:
        """The mapping with the sensitive columns left out by name: what the merchant agrees to."""
        names = tuple(s.name for s in self.sensitive if s.name not in self.mapping.ignored)
        return replace(self.mapping, ignored=(*self.mapping.ignored, *names))


def propose(source: Source, kind: str | None = None, known: Sequence[Mapping] = ()) -> Proposal:
    """Look at the first rows of a file and propose how to read it.

    Args:
        source: An open file.
        kind: What the caller says it holds; None: find out.
        known: Mappings kept from earlier files.

    Raises:
        InputError: it is not clear what the file holds, or it cannot be read at all.
    """
    block = next(iter(source.blocks()), None)
    if block is None:
        block = Block(_nothing(source.names), np.empty(0, dtype=np.int64), lambda place: b"")
    sample = Sample.of(block, source.names, SAMPLE_ROWS)
    kept = find(source.names, known, kind)
    if kept is not None:
        note = Note("", "", 1.0, "kept", "an earlier file with the same columns was read this way")
        return _proposal(source, block, sample, kept, 1.0, (note,), kept=True)
    best = _best(sample, kind, source.name)
    mapping, notes = _habits(best, sample)
    return _proposal(source, block, sample, mapping, best.score, (*best.notes, *notes))


def _nothing(names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(names, pl.String))


def _best(sample: Sample, kind: str | None, where: str) -> Draft:
    if kind is not None:
        return draft(sample, kind)
    drafts = sorted((draft(sample, k) for k in KINDS), key=lambda d: -d.score)
    first, second = drafts[:2]
    if first.score < LEAST or first.score - second.score < CLOSE:
        like = " or ".join(d.kind for d in drafts[:2] if d.score > 0.2)
        raise InputError(
            f"It is not clear what this file holds{f'; most like {like}' if like else ''}.",
            where=where,
            safe="Nothing of this file was imported.",
            todo=f"Say it with --as {'|'.join(KINDS)}, or give a mapping file with --map.",
        )
    return first


def _habits(best: Draft, sample: Sample) -> tuple[Mapping, list[Note]]:
    """The draft as a mapping: with time zone, order of day and month, decimal sign and currency."""
    forms = {c.name: c.form for c in KINDS[best.kind]}
    taken = {ours: theirs for ours, theirs in best.columns.items() if ours in forms}
    time_names = [t for o, t in taken.items() if forms[o] in ("time", "day")]
    time_names += [n for o, names in best.joined.items() if forms[o] == "time" for n in names]
    money_names = [t for o, t in taken.items() if forms[o] in ("money", "signed")]
    times = [t for n in time_names for t in sample.texts[n]]
    amounts = [t for n in money_names for t in sample.texts[n]]
    zone, sure, why = time_zone([*time_names, *sample.names], times)
    first, first_sure, first_why = day_first(times)
    # a day is a day in every zone
    clocks = any(forms[o] == "time" for o in (*taken, *best.joined))
    notes = [Note("time_zone", "", sure, "zone", f"{zone}: {why}")] if times and clocks else []
    notes += [Note("day_first", "", first_sure, "day-first", first_why)] if first_why else []
    decimal = decimal_sign(amounts)
    if amounts and decimal == ",":
        notes.append(Note("decimal", "", 0.95, "decimal", "amounts have a decimal comma"))
    constants = dict(best.constants)
    code = currency(money_names, amounts)
    if code and "currency" in forms and "currency" not in taken:
        constants["currency"] = code
        notes.append(Note("currency", "", 0.8, "currency", f"{code}: it stands at the amounts"))
    used = {*taken.values(), *(n for names in best.joined.values() for n in names)}
    mapping = Mapping(
        best.kind,
        taken,
        constants,
        best.joined,
        best.values,
        tuple(n for n in sample.names if n not in used and n not in sample.refused),
        zone if times else "UTC",
        decimal or ".",
        first,
    )
    return mapping, notes


def _proposal(
    source: Source,
    block: Block,
    sample: Sample,
    mapping: Mapping,
    confidence: float,
    notes: tuple[Note, ...],
    *,
    kept: bool = False,
) -> Proposal:
    head = block.frame.head(PREVIEW_ROWS)
    rows = tuple(tuple("" if v is None else str(v) for v in row) for row in head.iter_rows())
    first = Block(head, block.lines[:PREVIEW_ROWS], block.raw)
    have = {*mapping.columns, *mapping.constants, *mapping.joined}
    return Proposal(
        mapping,
        round(confidence, 2),
        source.names,
        rows,
        read_block(first, mapping),
        notes,
        tuple(n for n in source.names if n in mapping.ignored),
        tuple(
            Sensitive(n, "its name" if is_sensitive(n) else f"values that look like: {why}")
            for n, why in sample.refused.items()
            if n not in names_of(mapping)
        ),
        tuple(c.name for c in KINDS[mapping.kind] if c.required and c.name not in have),
        kept,
    )
