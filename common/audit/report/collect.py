"""From files to facts: the checks of `hansa-audit verify`, and the figures that a report shows beside them."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from common import __version__
from common.accounting import LEAGUE, spent
from common.accounting_discrete import spent_against_all
from common.audit.findings import Verdict, find_files
from common.audit.report import canary as canary_file
from common.audit.report.facts import (
    BookFacts,
    CanaryFacts,
    Charge,
    FileFacts,
    KindFacts,
    MerchantFacts,
    ReportFacts,
)
from common.audit.report.history import rounds
from common.audit.report.words import plain
from common.audit.verify import BookVerdict, audit, is_model
from common.errors import InputError, InternalError
from common.keys import PublicIdentity
from common.ledger import EntryKind, mechanisms, open_reservations
from common.ledger_check import Problem
from common.ledger_file import LedgerExport
from common.privacy import Mechanism, PrivacySpent
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


def collect(paths: Sequence[Path], asked: Asked) -> ReportFacts:
    """Look at every file and put together what a report says.

    Raises:
        InputError: a file is not there, or the canary results cannot be used.
    """
    apart = asked.canary.resolve() if asked.canary else None
    paths = [p for p in find_files(paths) if p.resolve() != apart]
    found = audit(paths, asked.trusted)
    names = _Names(paths)
    exports = dict(found.exports)
    merchants = [_merchant(v, exports.get(v.where), names) for v in found.ledgers]
    books = [_book(v, names) for v in found.books]
    read = {m.file for m in merchants if m.merchant} | {b.file for b in books if b.coordinator}
    files = [_file(p, names, {b.file for b in books}, read) for p in paths]
    canary: CanaryFacts | None = None
    if asked.canary is not None:
        data = _bytes_of(asked.canary)
        files.append(FileFacts(plain(asked.canary.name), "canary", _sha256(data), len(data)))
        canary = canary_file.read(data, str(asked.canary))
    return ReportFacts(
        at=asked.at,
        asked_by=plain(asked.asked_by),
        auditor=plain(asked.auditor),
        files=tuple(files),
        merchants=tuple(merchants),
        books=tuple(books),
        together=names.problems(found.problems),
        notes=names.texts(found.notes),
        unchecked=names.texts(found.unchecked),
        counts=found.checked,
        rounds=rounds([e for _, e in found.exports], [e.book for e in found.evidence]),
        trusted=asked.trusted,
        canary=canary,
        versions=_versions(),
        code_digest=_code(),
    )


class _Names:
    """Files without the folders of this computer, where that names one file only."""

    def __init__(self, paths: Sequence[Path]) -> None:
        short = [p.name for p in paths]
        self._of = {
            str(p): plain(n if short.count(n) == 1 else str(p))
            for p, n in zip(paths, short, strict=True)
        }

    def file(self, where: str) -> str:
        """The name in the report."""
        return self._of.get(where, plain(where))

    def text(self, text: str) -> str:
        """A sentence of a check, made safe, with these names in it."""
        for where in sorted(self._of, key=len, reverse=True):
            text = text.replace(where, self._of[where])
        return plain(text)

    def texts(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Several sentences, each once."""
        return tuple(dict.fromkeys(self.text(t) for t in texts))

    def problems(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """Problems with their sentences made safe."""
        return tuple(Problem(p.code, self.text(p.text), p.sequence) for p in problems)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        raise InputError(f"The file cannot be read: {e.strerror}.", where=str(path)) from e


def _names(paths: Sequence[Path]) -> list[str]:
    """Names without the folders of this computer, where that names one file only."""
    short = [p.name for p in paths]
    return [plain(n if short.count(n) == 1 else str(p)) for p, n in zip(paths, short, strict=True)]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _file(path: Path, names: _Names, books: set[str], read: set[str]) -> FileFacts:
    data, name = _bytes_of(path), names.file(str(path))
    if is_model(data):
        kind = "model"
    elif name not in read:
        kind = "unreadable"
    else:
        kind = "book" if name in books else "ledger"
    return FileFacts(name, kind, _sha256(data), len(data))


def _book(verdict: BookVerdict, names: _Names) -> BookFacts:
    return BookFacts(
        coordinator=verdict.coordinator,
        file=names.file(verdict.where),
        league=plain(verdict.league),
        n_entries=verdict.n_entries,
        n_rounds=verdict.n_rounds,
        problems=names.problems(verdict.problems),
    )


def _merchant(verdict: Verdict, export: LedgerExport | None, names: _Names) -> MerchantFacts:
    problems, name = names.problems(verdict.problems), names.file(verdict.where)
    if export is None or verdict.by_pld is None or verdict.by_rdp is None:
        return MerchantFacts("", name, problems)
    charges = _charges(export)
    adversary = "league" if verdict.by_pld.adversary == LEAGUE else "everybody"
    charged = mechanisms(export.entries)
    return MerchantFacts(
        merchant=verdict.merchant,
        file=name,
        problems=problems,
        epsilon_pld=verdict.by_pld.epsilon,
        epsilon_rdp=verdict.by_rdp.epsilon,
        delta=verdict.by_pld.delta,
        limit=verdict.limit,
        max_impressions=max((m.unit.max_impressions for m in charged), default=0),
        against=adversary,
        epsilon_alone=verdict.alone.epsilon if verdict.alone else None,
        colluders=verdict.colluders,
        curve_alone=_curve(export, spent_against_all) if verdict.alone else (),
        n_entries=verdict.n_entries,
        n_releases=verdict.n_releases,
        n_lost=verdict.n_lost,
        n_rounds=len({(c.run_id, c.round) for c in charges}),
        n_receipts=len(export.receipts),
        n_stated=len(export.stated),
        coordinator=_coordinator(export.coordinator),
        codes=tuple(dict.fromkeys(plain(e.code_digest) for e in export.entries if e.code_digest)),
        charges=charges,
        curve=_curve(export, spent),
        kinds=_kinds(export),
        pending=tuple(e.sequence for e in open_reservations(export.entries)),
        notes=names.texts(verdict.notes),
    )


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


def _curve(
    export: LedgerExport, figure: Callable[[Sequence[Mechanism], float], PrivacySpent]
) -> tuple[tuple[str, float], ...]:
    """Epsilon after some of the charges: the first, the last, and evenly spaced ones between."""
    charged = [e for e in export.entries if e.mechanism is not None]
    n = len(charged)
    wanted = sorted(
        {round(i * (n - 1) / (MOST_POINTS - 1)) for i in range(MOST_POINTS)} if n else ()
    )
    delta = export.budget.delta
    return tuple(
        (plain(charged[i].at), figure(mechanisms(charged[: i + 1]), delta).epsilon) for i in wanted
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
