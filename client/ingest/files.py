"""Import files into the shop: detect, check, pseudonymise, write; a whole file or nothing of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from client.ingest.columns import KINDS, Column, check, rename
from client.ingest.lines import Record, Table, open_file, open_table
from client.ingest.pseudonym import Pseudonyms, Seal
from client.ingest.sensitive import refuse_sensitive
from client.ingest.values import BadValue
from client.shop import load_salt
from client.store import Store
from client.store.intake import Intake, Refused, Row, Value, intake
from common.errors import InputError

BATCH = 20_000
Watch = Callable[[str, int, float], None]
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".ndjson")
_NAMES = frozenset(c.name for columns in KINDS.values() for c in columns)


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read.

    Attributes:
        kind: What the files hold; None: found from the columns.
        mapping: Their column names -> ours.
        skip_unknown: Leave unknown columns out.
        dry_run: Check and count, change nothing.
    """

    kind: str | None = None
    mapping: Mapping[str, str] | None = None
    skip_unknown: bool = False
    dry_run: bool = False


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
    """

    file_name: str
    kind: str
    n_rows: int
    n_new: int
    n_changed: int
    n_refused: int
    refused: tuple[tuple[int, str, str], ...]


def expand(paths: Sequence[Path]) -> list[Path]:
    """Files, with folders replaced by the files in them.

    Raises:
        InputError: a path is not there, or a folder has no file that can be imported.
    """
    out: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.glob("*") if p.name.endswith(SUFFIXES) and p.is_file())
        if path.is_dir() and inside:
            out += inside
        elif path.is_dir():
            raise InputError(
                "The folder holds no files that can be imported.",
                where=str(path),
                safe="Nothing was imported.",
                todo=f"Put files there that end in {', '.join(SUFFIXES)}.",
            )
        else:
            out.append(path)
    return out


def import_files(
    store: Store,
    paths: Sequence[Path],
    options: Options | None = None,
    *,
    watch: Watch | None = None,
) -> list[Imported]:
    """Import files, products and shoppers first, each file in one transaction.

    All files' columns are checked before the first row is written.

    Args:
        store: The shop.
        paths: Files or folders.
        options: How to read them.
        watch: Called with the file's name, the rows read so far and the share of the file, 0 to 1.

    Raises:
        InputError: a file cannot be read or its columns do not fit; that file is not imported.
        StoreError: the database cannot be written.
    """
    options = options or Options()
    salt = load_salt(store.home)
    kinds = {path: _kind(path, options) for path in expand(paths)}
    order = list(KINDS)
    reader = _Reader(options, Pseudonyms(salt), Seal(salt), watch or (lambda name, n, share: None))
    return [
        reader.take(store, path, kind)
        for path, kind in sorted(kinds.items(), key=lambda item: order.index(item[1]))
    ]


def _kind(path: Path, options: Options) -> str:
    with open_file(path) as source:
        table = open_table(source.stream, path.name, _is_known)
        return _check(table, path.name, options)[0]


def _check(table: Table, name: str, options: Options) -> tuple[str, dict[str, int]]:
    # by the file's own names: a new name does not make a sensitive column harmless
    refuse_sensitive(table.names, name)
    names = rename(table.names, options.mapping or {})
    return check(names, options.kind, name, skip_unknown=options.skip_unknown)


def _is_known(name: str) -> bool:
    return name.strip().lower() in _NAMES


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes files one after the other."""

    options: Options
    pseudonyms: Pseudonyms
    seal: Seal
    watch: Watch

    def take(self, store: Store, path: Path, kind: str) -> Imported:
        """Import one file."""
        digest = _sha256(path)
        first: list[tuple[int, str, str]] = []
        with (
            open_file(path) as source,
            intake(store, kind, path.name, digest, dry_run=self.options.dry_run) as work,
        ):
            table = open_table(source.stream, path.name, _is_known)
            places = _check(table, path.name, self.options)[1]
            fields = [(c, places.get(c.name)) for c in KINDS[kind]]
            for rows, refused in self._batches(table.records, fields):
                work.put(rows)
                work.refuse(refused)
                first += [(r.line, r.column, r.reason) for r in refused][: 20 - len(first)]
                self.watch(path.name, work.n_rows + work.n_refused, source.fraction())
        return _result(work, first)

    def _batches(
        self, records: Iterator[Record], fields: Sequence[tuple[Column, int | None]]
    ) -> Iterator[tuple[list[Row], list[Refused]]]:
        rows: list[Row] = []
        refused: list[Refused] = []
        for record in records:
            if record.reason:
                refused.append(self._refused(record, "", record.reason))
            else:
                try:
                    rows.append(self._row(record.fields, fields))
                except _BadField as e:
                    refused.append(self._refused(record, e.column, e.reason))
            if len(rows) + len(refused) >= BATCH:
                yield rows, refused
                rows, refused = [], []
        yield rows, refused

    def _row(self, texts: Sequence[str], fields: Sequence[tuple[Column, int | None]]) -> Row:
        """One row in the order of `store.intake.COLUMNS`."""
        out: list[Value] = []
        for column, place in fields:
            raw = texts[place].strip() if place is not None else ""
            if raw:
                try:
                    value = column.read(raw)
                except BadValue as e:
                    raise _BadField(column.name, str(e)) from None
                out.append(self.pseudonyms(raw) if column.name == "customer_id" else value)
            elif column.required:
                raise _BadField(column.name, "empty")
            else:
                out.append(column.absent)
        return tuple(out)

    def _refused(self, record: Record, column: str, reason: str) -> Refused:
        return Refused(record.line, column, reason, self.seal.close(record.raw))


class _BadField(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def _result(work: Intake, first: list[tuple[int, str, str]]) -> Imported:
    return Imported(
        work.file_name,
        work.kind,
        work.n_rows,
        work.n_new,
        work.n_changed,
        work.n_refused,
        tuple(first),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
