"""From files to facts: the checks of `hansa-audit verify`, and the figures that a report shows beside them."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from common import __version__, book_file
from common.accounting import LEAGUE, spent
from common.audit import findings
from common.audit.report import canary as canary_file
from common.audit.report.facts import (
    CanaryFacts,
    Charge,
    FileFacts,
    KindFacts,
    MerchantFacts,
    ReportFacts,
)
from common.audit.report.history import rounds
from common.audit.report.words import plain
from common.book_file import BookExport
from common.errors import InputError, InternalError
from common.keys import PublicIdentity
from common.ledger import EntryKind, mechanisms, open_reservations
from common.ledger_check import Problem
from common.ledger_file import LedgerExport
from common.program import code_digest

#: Points of the curve: each is a composition from the beginning.
MOST_POINTS = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person who makes a report says about it.

    Attributes:
        at: When, ISO-8601 UTC.
        asked_by: Who asked for it.
        auditor: Who will sign.
        trusted: Fingerprints of the merchants that are expected; empty = whoever signed.
        canary: Results of a canary audit; None if there are none.
    """

    at: str
    asked_by: str = ""
    auditor: str = ""
    trusted: tuple[str, ...] = ()
    canary: Path | None = None


@dataclass(slots=True)
class _Found:
    """What the files turned out to be."""

    files: list[FileFacts] = field(default_factory=list)
    merchants: list[MerchantFacts] = field(default_factory=list)
    ledgers: list[tuple[str, LedgerExport]] = field(default_factory=list)
    books: list[BookExport] = field(default_factory=list)
    together: list[Problem] = field(default_factory=list)

    def take(self, path: Path, name: str, trusted: Sequence[str]) -> None:
        """Look at one file."""
        data = _bytes_of(path)
        if _is_book(data):
            kind, problems = _book(name, data, self.books)
            self.together += problems
        else:
            facts, export = _ledger(path, name, trusted)
            self.merchants.append(facts)
            kind = "ledger" if export is not None else "unreadable"
            self.ledgers += [(name, export)] if export is not None else []
        self.files.append(_file(name, kind, data))


def collect(paths: Sequence[Path], asked: Asked) -> ReportFacts:
    """Look at every file and put together what a report says.

    Raises:
        InputError: a file is not there, or the canary results cannot be used.
    """
    found = _Found()
    apart = asked.canary.resolve() if asked.canary else None
    files = [p for p in findings.find_files(paths) if p.resolve() != apart]
    for path, name in zip(files, _names(files), strict=True):
        found.take(path, name, asked.trusted)
    found.together += findings.compare(found.ledgers)
    canary: CanaryFacts | None = None
    if asked.canary is not None:
        data = _bytes_of(asked.canary)
        found.files.append(_file(plain(asked.canary.name), "canary", data))
        canary = canary_file.read(data, str(asked.canary))
    return ReportFacts(
        at=asked.at,
        asked_by=plain(asked.asked_by),
        auditor=plain(asked.auditor),
        files=tuple(found.files),
        merchants=tuple(found.merchants),
        together=_plain(found.together),
        rounds=rounds([e for _, e in found.ledgers], found.books),
        has_book=bool(found.books),
        trusted=asked.trusted,
        canary=canary,
        versions=_versions(),
        code_digest=_code(),
    )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        raise InputError(f"The file cannot be read: {e.strerror}.", where=str(path)) from e


def _names(paths: Sequence[Path]) -> list[str]:
    """Names without the folders of this computer, where that names one file only."""
    short = [p.name for p in paths]
    return [plain(n if short.count(n) == 1 else str(p)) for p, n in zip(paths, short, strict=True)]


def _file(name: str, kind: str, data: bytes) -> FileFacts:
    return FileFacts(name, kind, hashlib.sha256(data).hexdigest(), len(data))


def _is_book(data: bytes) -> bool:
    """Whether the file says that it is a book; the loader decides whether it is one."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(raw, dict) and raw.get("format") == book_file.FORMAT


def _book(name: str, data: bytes, books: list[BookExport]) -> tuple[str, list[Problem]]:
    try:
        book = book_file.load(data, name)
    except InputError as e:
        return "unreadable", [Problem("unreadable", e.what)]
    books.append(book)
    return "book", book.problems()


def _ledger(
    path: Path, name: str, trusted: Sequence[str]
) -> tuple[MerchantFacts, LedgerExport | None]:
    verdict, export = findings.examine(path, trusted)
    problems = _plain(verdict.problems)
    if export is None or verdict.by_pld is None or verdict.by_rdp is None:
        return MerchantFacts("", name, problems), None
    charges = _charges(export)
    adversary = "league" if verdict.by_pld.adversary == LEAGUE else "everybody"
    charged = mechanisms(export.entries)
    facts = MerchantFacts(
        merchant=verdict.merchant,
        file=name,
        problems=problems,
        epsilon_pld=verdict.by_pld.epsilon,
        epsilon_rdp=verdict.by_rdp.epsilon,
        delta=verdict.by_pld.delta,
        limit=verdict.limit,
        max_impressions=max((m.unit.max_impressions for m in charged), default=0),
        against=adversary,
        n_entries=verdict.n_entries,
        n_releases=verdict.n_releases,
        n_lost=verdict.n_lost,
        n_rounds=len({(c.run_id, c.round) for c in charges}),
        n_receipts=len(export.receipts),
        n_stated=len(export.stated),
        coordinator=_coordinator(export.coordinator),
        codes=tuple(dict.fromkeys(plain(e.code_digest) for e in export.entries if e.code_digest)),
        charges=charges,
        curve=_curve(export),
        kinds=_kinds(export),
        pending=tuple(e.sequence for e in open_reservations(export.entries)),
    )
    return facts, export


def _charges(export: LedgerExport) -> tuple[Charge, ...]:
    outcome = {e.reservation: e.kind.value for e in export.entries if e.reservation >= 0}
    return tuple(
        Charge(
            sequence=e.sequence,
            at=plain(e.at),
            run_id=plain(e.run_id),
            round=e.round,
            task=plain(e.task),
            outcome=outcome.get(e.sequence, "open"),
            kind=e.mechanism.kind.value,
            noise=e.mechanism.noise_multiplier,
            sampling_rate=e.mechanism.sampling_rate,
            steps=e.mechanism.steps,
            clip_norm=e.mechanism.clip_norm,
        )
        for e in export.entries
        if e.kind is EntryKind.RESERVE and e.mechanism is not None
    )


def _curve(export: LedgerExport) -> tuple[tuple[str, float], ...]:
    """Epsilon after some of the charges: the first, the last, and evenly spaced ones between."""
    charged = [e for e in export.entries if e.mechanism is not None]
    n = len(charged)
    wanted = sorted(
        {round(i * (n - 1) / (MOST_POINTS - 1)) for i in range(MOST_POINTS)} if n else ()
    )
    delta = export.budget.delta
    return tuple(
        (plain(charged[i].at), spent(mechanisms(charged[: i + 1]), delta).epsilon) for i in wanted
    )


def _kinds(export: LedgerExport) -> tuple[KindFacts, ...]:
    charged, delta = mechanisms(export.entries), export.budget.delta
    found = []
    for kind in sorted({m.kind for m in charged}):
        some = [m for m in charged if m.kind is kind]
        found.append(KindFacts(kind.value, len(some), spent(some, delta).epsilon))
    return tuple(found)


def _coordinator(key: str) -> str:
    """The fingerprint of a public key as the export names it; what is no key is shown as it is."""
    try:
        return PublicIdentity.from_hex(key).fingerprint if key else ""
    except InputError:
        return plain(key)


def _plain(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(Problem(p.code, plain(p.text), p.sequence) for p in problems)


def _versions() -> tuple[tuple[str, str], ...]:
    found = [("Hansa", __version__), ("Python", platform.python_version())]
    for name in ("dp-accounting", "reportlab", "cryptography"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def _code() -> str:
    """The installed program's digest; empty when a part of it is not installed here."""
    try:
        return code_digest()
    except (InternalError, ImportError):
        return ""
