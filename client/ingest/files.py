"""Import files into the shop, block by block: what was cut off goes on, what is done is known again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from client.ingest.blocks import Block, Source
from client.ingest.files_plan import Options, Plan, Where, canonical, expand, hints, plans
from client.ingest.mapping import Mapping
from client.ingest.pseudonym import Pseudonyms, Seal
from client.ingest.reader import read_block
from client.ingest.source import open_source
from client.ingest.typed import Typed
from client.shop import load_salt
from client.store import Store
from client.store.intake import Intake, Record, Refused, intake
from client.store.intake_record import first_refused, known, unfinished
from client.store.people import suppressed
from common.errors import InputError, UserFacing

__all__ = ["Imported", "Options", "Watch", "expand", "import_files"]

Watch = Callable[[str, int, float], None]
#: Refused rows that are named at once.
N_SHOWN = 20
_TIMED = ("events", "impressions", "conversions")
_RIGHTS = {"consent", "personalise", "minor"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file.

    Attributes:
        file_name: Name without folder.
        kind: Table.
        n_rows: Rows taken: new, changed and already known ones.
        n_new: Rows that were not there before.
        n_changed: Rows whose values changed.
        n_refused: Rows that were refused and kept aside.
        refused: The first of these: line, column, reason.
        state: "imported", "resumed" (an earlier run had begun it) or "known" (the same bytes are
            there already; nothing was read).
        n_masked: Values in which personal data was replaced.
        n_left_out: Rows that the mapping leaves out or whose shopper was forgotten.
        n_skipped: Those of them that the mapping leaves out.
        time_zone: Of times without one; empty where there are no times.
    """

    file_name: str
    kind: str
    n_rows: int
    n_new: int
    n_changed: int
    n_refused: int
    refused: tuple[tuple[int, str, str], ...]
    state: str = "imported"
    n_masked: int = 0
    n_left_out: int = 0
    n_skipped: int = 0
    time_zone: str = ""


def import_files(
    store: Store,
    paths: Sequence[Where],
    options: Options | None = None,
    *,
    watch: Watch | None = None,
) -> list[Imported]:
    """Import files, products and shoppers first.

    All files' columns are checked before the first row is written. A file is written in parts,
    each in one transaction with the place reached; an import that was cut off goes on there.

    Args:
        store: The shop.
        paths: Files, folders or connection strings.
        options: How to read them.
        watch: Called with the file's name, the rows read so far and the share of the file, 0 to 1.

    Raises:
        InputError: a file cannot be read or its columns do not fit.
        StoreError: the database cannot be written; what was written before stays.
    """
    options = options or Options()
    salt = load_salt(store.home)
    work = _Work(store, options, salt, watch or (lambda name, n, share: None))
    return [work.take(plan) for plan in plans(paths, options, store.home)]


@dataclass(frozen=True, slots=True)
class _Work:
    """Takes files one after the other."""

    store: Store
    options: Options
    salt: bytes
    watch: Watch

    def take(self, plan: Plan) -> Imported:
        """Import one file, or know it again."""
        mapping = plan.mapping
        with open_source(plan.where, hints()) as source:
            digest, how = source.digest(), canonical(mapping, source)
            conn = self.store.db.conn
            if not self.options.again and (done := known(conn, digest, mapping.kind, how)):
                return _known(source.name, done, first_refused(conn, digest, N_SHOWN))
            record = unfinished(conn, digest, mapping.kind, how)
            resumed = record is not None
            record = record or Record(0, mapping.kind, source.name, digest, mapping=how)
            part = _Part(source, mapping, Seal(self.salt), self.watch)
            key_of, gone = Pseudonyms(self.salt), suppressed(self.store, self.salt)
            with intake(
                self.store, record, key_of, dry_run=self.options.dry_run, gone=gone
            ) as work:
                try:
                    part.run(work)
                except UserFacing as e:
                    raise _kept(e, work) from e
        state = "resumed" if resumed else "imported"
        return part.result(work, state)


class _Part:
    """What a run reads of one file."""

    def __init__(self, source: Source, mapping: Mapping, seal: Seal, watch: Watch) -> None:
        self._source = source
        self._mapping = mapping
        self._seal = seal
        self._watch = watch
        self._first: list[tuple[int, str, str]] = []
        self._n_masked = 0
        self._n_left_out = 0

    def run(self, work: Intake) -> None:
        """Read from the record's place to the end."""
        cursor = work.record.cursor
        if cursor and work.kind == "events":
            self._replay(work, cursor)
        for block in self._source.blocks(cursor):
            typed = read_block(block, self._mapping)
            work.put(self._said(typed.frame))
            work.refuse(self._refused(block, typed))
            self._n_masked += sum(typed.masked.values())
            self._n_left_out += typed.skipped
            work.step(block.cursor)
            n = work.record.n_rows + work.record.n_refused
            self._watch(self._source.name, n, block.fraction)
        work.finish()

    def _replay(self, work: Intake, cursor: str) -> None:
        """Show the writer the events before this place: it counts equal ones.

        Told by lines, not by the ends of blocks: reading that went on somewhere else may have cut
        the file into other blocks.
        """
        stop = _first_line(self._source.blocks(cursor))
        for block in self._source.blocks():
            before = np.flatnonzero(block.lines < stop)
            whole = len(before) == len(block.lines)
            if not whole:
                block = replace(block, frame=block.frame[before], lines=block.lines[before])
            work.replay(read_block(block, self._mapping).frame)
            if not whole:
                return

    def _said(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A file of shoppers changes nothing of which it does not speak: consent, minors."""
        m = self._mapping
        if m.kind != "shoppers":
            return frame
        silent = _RIGHTS - {*m.columns, *m.constants, *m.joined}
        return frame.with_columns(pl.lit(None, pl.Int64).alias(name) for name in sorted(silent))

    def _refused(self, block: Block, typed: Typed) -> list[Refused]:
        out = [
            Refused(b.line, "", b.code, b.reason, self._seal.close(b.raw)) for b in block.bad
        ] + [
            Refused(
                *(int(block.lines[r.place]), r.column, r.code, r.reason),
                self._seal.close(block.raw(r.place)),
            )
            for r in typed.refused
        ]
        out.sort(key=lambda r: r.line)
        shown = out[: max(0, N_SHOWN - len(self._first))]
        self._first += [(r.line, r.column, r.reason) for r in shown]
        return out

    def result(self, work: Intake, state: str) -> Imported:
        """What became of the file."""
        record, left_out = work.record, self._n_left_out + work.n_gone
        return Imported(
            *(record.file_name, record.kind, record.n_rows, record.n_new, record.n_changed),
            *(record.n_refused, tuple(self._first), state, self._n_masked, left_out),
            *(self._n_left_out, self._mapping.time_zone if record.kind in _TIMED else ""),
        )


def _first_line(blocks: Iterator[Block]) -> float:
    """Line of the first row that is read or refused; infinite at the end of the file."""
    for block in blocks:
        lines = [*(int(n) for n in block.lines[:1]), *(b.line for b in block.bad)]
        if lines:
            return float(min(lines))
    return math.inf


def _known(name: str, done: Record, first: tuple[tuple[int, str, str], ...]) -> Imported:
    return Imported(name, done.kind, done.n_rows, 0, 0, done.n_refused, first, "known")


def _kept(error: UserFacing, work: Intake) -> UserFacing:
    """Keep the blocks before a place that cannot be read, and say so."""
    n = work.record.n_rows + work.record.n_refused
    if not isinstance(error, InputError):
        return error
    if n and not work.dry_run:
        work.commit()
        error.safe = f"The first {n} rows of this file are in the shop, whole and once each."
    else:
        error.safe = "Nothing of this file was imported."
    return error
