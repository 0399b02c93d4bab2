"""audit(): every file that was given, by itself and against all the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import book_file
from common.audit.findings import Verdict, compare, examine_bytes, find_files, read
from common.audit.verify_evidence import Evidence, check_evidence
from common.audit.verify_league import Ledger, check_league
from common.audit.verify_model import check_model
from common.audit.verify_tally import Tally
from common.audit.verify_weights import Published, check_weights
from common.book_file import BookExport
from common.bundle import ModelBundle, unpack
from common.errors import InputError, UserFacing
from common.ledger_check import Problem
from common.ledger_file import LedgerExport


@dataclass(frozen=True, slots=True)
class BookVerdict:
    """One operator's export, looked at by itself.

    Attributes:
        where: The file.
        coordinator: Fingerprint; empty when the file cannot be read.
        league: The league's name.
        n_entries: Entries in the book.
        n_rounds: Rounds that are over and shown.
        problems: What does not hold.
    """

    where: str
    coordinator: str = ""
    league: str = ""
    n_entries: int = 0
    n_rounds: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def holds(self) -> bool:
        """True when there is no problem at all."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "file": self.where,
            "coordinator": self.coordinator,
            "league": self.league,
            "holds": self.holds,
            "entries": self.n_entries,
            "rounds": self.n_rounds,
            "problems": [p.as_dict() for p in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found.

    Attributes:
        ledgers: One verdict for each merchant's export.
        books: One verdict for each operator's export.
        problems: Of the files together, and of models.
        notes: What a person should know although nothing is broken.
        unchecked: What could not be checked.
        checked: (what, how often).
        exports: The merchants' exports that could be read, with their files.
        evidence: The operators' exports that could be read, taken apart.
    """

    ledgers: tuple[Verdict, ...]
    books: tuple[BookVerdict, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    unchecked: tuple[str, ...]
    checked: tuple[tuple[str, int], ...]
    exports: tuple[tuple[str, LedgerExport], ...]
    evidence: tuple[Evidence, ...]

    @property
    def holds(self) -> bool:
        """True when nothing at all is broken."""
        alone = all(v.holds for v in self.ledgers) and all(b.holds for b in self.books)
        return alone and not self.problems

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "holds": self.holds,
            "ledgers": [v.as_dict() for v in self.ledgers],
            "books": [v.as_dict() for v in self.books],
            "problems": [p.as_dict() for p in self.problems],
            "notes": list(self.notes),
            "unchecked": list(self.unchecked),
            "checked": dict(self.checked),
        }


def audit(paths: Sequence[Path], trusted: Sequence[str] = ()) -> Findings:
    """Look at files and folders of files: merchants' exports, operators' exports, models.

    Args:
        paths: Files, or folders that hold them.
        trusted: Fingerprints of the expected merchants; empty = whoever signed the files.

    Raises:
        InputError: a file is not there or cannot be opened.
    """
    tally = Tally()
    ledgers: list[Verdict] = []
    books: list[BookVerdict] = []
    exports: list[tuple[str, LedgerExport]] = []
    evidence: list[tuple[str, Evidence, dict[str, Published]]] = []
    models: list[tuple[str, ModelBundle]] = []
    for path in find_files(paths):
        where, data = str(path), read(path)
        if is_model(data):
            models += _model(where, data, tally)
        elif is_book(data):
            verdict, taken = _book(where, data, tally)
            books.append(verdict)
            evidence += [(where, *taken)] if taken is not None else []
        else:
            looked, export = examine_bytes(where, data, trusted)
            ledgers.append(looked)
            tally.checked.update(dict(looked.checked))
            exports += [(where, export)] if export is not None else []
    _together(exports, evidence, models, tally)
    return Findings(
        tuple(ledgers),
        tuple(books),
        tuple(tally.problems),
        tuple(tally.notes),
        tuple(tally.unchecked),
        tuple(sorted(tally.checked.items())),
        tuple(exports),
        tuple(e for _, e, _ in evidence),
    )


def is_model(data: bytes) -> bool:
    """Whether it is a published model: a ZIP file."""
    return data[:2] == b"PK"


def is_book(data: bytes) -> bool:
    """Whether it says that it is an operator's export; the loader decides whether it is one."""
    return f'"format":"{book_file.FORMAT}"'.encode() in data


def _together(
    exports: list[tuple[str, LedgerExport]],
    evidence: list[tuple[str, Evidence, dict[str, Published]]],
    models: list[tuple[str, ModelBundle]],
    tally: Tally,
) -> None:
    tally.problems += compare(exports)
    tally.problems += _compare_books([(where, e.book) for where, e, _ in evidence])
    newest: dict[str, Evidence] = {}
    for _, e, _ in evidence:
        known = newest.setdefault(e.book.coordinator.hex, e)
        if len(e.book.entries) > len(known.book.entries):
            newest[e.book.coordinator.hex] = e
    ledgers = [Ledger(where, export) for where, export in exports]
    check_league(ledgers, list(newest.values()), tally)
    if not evidence:
        tally.skip(
            "No operator's book was given: what the league did with reports was not checked."
        )
    for where, bundle in models:
        check_model(where, bundle, [(e.book, made) for _, e, made in evidence], tally)


def _book(
    where: str, data: bytes, tally: Tally
) -> tuple[BookVerdict, tuple[Evidence, dict[str, Published]] | None]:
    try:
        book = book_file.load(data, where)
    except InputError as e:
        return BookVerdict(where, problems=(Problem("unreadable", e.what),)), None
    alone = Tally()
    alone.problems += book.problems()
    taken = check_evidence(book, alone)
    made = check_weights(taken, alone)
    for text in alone.notes:
        tally.note(f"{where}: {text}")
    for text in alone.unchecked:
        tally.skip(f"{where}: {text}")
    tally.checked.update(alone.checked)
    verdict = BookVerdict(
        where,
        book.coordinator.fingerprint,
        book.league,
        len(book.entries),
        len(taken.rounds),
        tuple(alone.problems),
    )
    return verdict, (taken, made)


def _model(where: str, data: bytes, tally: Tally) -> list[tuple[str, ModelBundle]]:
    try:
        return [(where, unpack(data))]
    except UserFacing as e:
        tally.bad("unreadable", f"{where}: {e.what}")
        return []


def _compare_books(books: Sequence[tuple[str, BookExport]]) -> list[Problem]:
    """Exports of one operator must tell one history; a later one is never the shorter one."""
    problems = []
    for i, (where, one) in enumerate(books):
        for other_where, other in books[:i]:
            if one.coordinator != other.coordinator:
                continue
            pairs = zip(one.entries, other.entries, strict=False)
            parted = next((a.sequence for a, b in pairs if a.hash != b.hash), None)
            if parted is not None:
                text = f"{where} and {other_where} tell two histories of one book: they part at entry {parted}."
                problems.append(Problem("book-forked", text, parted))
            later = (one.exported_at > other.exported_at) - (one.exported_at < other.exported_at)
            if later * (len(one.entries) - len(other.entries)) < 0:
                text = f"Of {where} and {other_where} the later one is shorter: the book was rolled back."
                problems.append(Problem("book-cut", text))
    return problems
