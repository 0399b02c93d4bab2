"""What an auditor finds in one ledger export, and what several exports say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from common.accounting import agreement, spent
from common.accounting_discrete import spent_against_all
from common.audit.replay import Step, check_stated, replay
from common.audit.verify_receipts import check_receipts
from common.audit.verify_tally import Tally
from common.errors import InputError
from common.keys import PublicIdentity
from common.ledger import EntryKind, mechanisms, open_reservations
from common.ledger_check import Problem
from common.ledger_file import LedgerExport, load
from common.privacy import PrivacySpent

__all__ = [
    "Step",
    "Verdict",
    "compare",
    "examine",
    "examine_bytes",
    "find_files",
    "fingerprint_of",
    "read",
    "replay",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One export, looked at.

    Attributes:
        where: The file.
        merchant: Fingerprint; empty when the file cannot be read.
        n_entries: Entries in the ledger.
        n_releases: Reports that left (commits).
        n_lost: Charges for which nothing left (voids and open reserves).
        n_receipts: Receipts of the coordinator.
        by_pld: Epsilon of everything reserved, by PLD: the figure that counts.
        by_rdp: The same by RDP, an independent upper bound.
        alone: By PLD against the coordinator and all other merchants together, the weaker figure of
            a ledger with league noise; None where all noise is the merchant's own.
        colluders: f that every league-noise release counts on; 0 without any.
        limit: The merchant's own lifetime epsilon.
        problems: What does not hold; empty means the ledger is whole.
        notes: What a person should know although nothing is broken.
        unchecked: What could not be checked here.
        checked: (what, how often).
    """

    where: str
    merchant: str = ""
    n_entries: int = 0
    n_releases: int = 0
    n_lost: int = 0
    n_receipts: int = 0
    by_pld: PrivacySpent | None = None
    by_rdp: PrivacySpent | None = None
    alone: PrivacySpent | None = None
    colluders: int = 0
    limit: float = 0.0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    checked: tuple[tuple[str, int], ...] = ()

    @property
    def holds(self) -> bool:
        """True when there is no problem at all."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        league: dict[str, Any] = {}
        if self.alone is not None:
            league = {
                "epsilon_if_all_collude": self.alone.epsilon,
                "pld_all_others": asdict(self.alone),
                "colluders": self.colluders,
            }
        return {
            **league,
            "file": self.where,
            "merchant": self.merchant,
            "holds": self.holds,
            "entries": self.n_entries,
            "releases": self.n_releases,
            "lost_charges": self.n_lost,
            "receipts": self.n_receipts,
            "epsilon_limit": self.limit,
            "pld": asdict(self.by_pld) if self.by_pld else None,
            "rdp": asdict(self.by_rdp) if self.by_rdp else None,
            "problems": [p.as_dict() for p in self.problems],
            "notes": list(self.notes),
            "unchecked": list(self.unchecked),
        }


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and every *.json and *.hansa in the folders named.

    Raises:
        InputError: something is not there, or a folder holds no export.
    """
    files: list[Path] = []
    for path in paths:
        found = [path]
        if path.is_dir():
            found = sorted(f for f in path.iterdir() if f.suffix in (".json", ".hansa"))
        if not found or not all(f.is_file() for f in found):
            raise InputError(
                "There is no ledger export here.",
                where=str(path),
                todo="Ask the merchant for a file made with 'hansa ledger export', the operator for "
                "one made with 'hansa-server ledger export'.",
            )
        files += found
    return files


def fingerprint_of(text: str) -> str:
    """A merchant as given on the command line: a fingerprint, or a public key.

    Raises:
        InputError: it is neither.
    """
    plain = text.strip().lower()
    if len(plain) == 32 and set(plain) <= set("0123456789abcdef"):
        return plain
    return PublicIdentity.from_hex(plain).fingerprint


def examine(path: Path, trusted: Sequence[str] = ()) -> tuple[Verdict, LedgerExport | None]:
    """Look at one export.

    Args:
        path: The file.
        trusted: Fingerprints of the merchants that are expected; empty = whoever signed the file.

    Raises:
        InputError: the file cannot be opened.
    """
    return examine_bytes(str(path), read(path), trusted)


def read(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        InputError: the file cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as e:
        raise InputError(f"The file cannot be read: {e.strerror}.", where=str(path)) from e


def examine_bytes(
    where: str, data: bytes, trusted: Sequence[str] = ()
) -> tuple[Verdict, LedgerExport | None]:
    """Look at one export that was read already; see `examine`."""
    try:
        export = load(data, where)
    except InputError as e:
        return Verdict(where, problems=(Problem("unreadable", e.what),)), None
    return _verdict(where, export, trusted), export


def compare(exports: Sequence[tuple[str, LedgerExport]]) -> list[Problem]:
    """Exports of one merchant must tell one history: each is the beginning of the longer ones."""
    problems = []
    for i, (where, one) in enumerate(exports):
        for other_where, other in exports[:i]:
            if one.merchant != other.merchant:
                continue
            pairs = zip(one.entries, other.entries, strict=False)
            for a, b in pairs:
                if a.hash != b.hash:
                    text = (
                        f"{where} and {other_where} tell two histories of merchant "
                        f"{one.merchant.fingerprint}: they part at entry {a.sequence}."
                    )
                    problems.append(Problem("forked", text, a.sequence))
                    break
    return problems


def _verdict(where: str, export: LedgerExport, trusted: Sequence[str]) -> Verdict:
    problems = export.problems()
    if trusted and export.merchant.fingerprint not in trusted:
        text = "The file is signed by a merchant whose key is not among the expected ones."
        problems.append(Problem("stranger", text))
    released = mechanisms(export.entries)
    shares = [m.league for m in released if m.league is not None]
    by_pld = spent(released, export.budget.delta)
    by_rdp = spent(released, export.budget.delta, "rdp")
    disagreement = agreement(by_pld, by_rdp)
    if disagreement:
        problems.append(Problem("disagreement", disagreement))
    tally = Tally(problems)
    check_receipts(export, tally)
    check_stated(export, tally)
    n_releases = sum(e.kind is EntryKind.COMMIT for e in export.entries)
    return Verdict(
        where=where,
        merchant=export.merchant.fingerprint,
        n_entries=len(export.entries),
        n_releases=n_releases,
        n_lost=len(released) - n_releases,
        by_pld=by_pld,
        by_rdp=by_rdp,
        alone=spent_against_all(released, export.budget.delta) if shares else None,
        colluders=min((s.f for s in shares), default=0),
        limit=export.budget.epsilon,
        n_receipts=len(export.receipts),
        problems=tuple(tally.problems),
        notes=(*_notes(export, by_pld), *tally.notes),
        unchecked=tuple(tally.unchecked),
        checked=tuple(tally.checked.items()),
    )


def _notes(export: LedgerExport, by_pld: PrivacySpent) -> list[str]:
    notes = []
    if export.entries and export.exported_at < export.entries[-1].at:
        notes.append(
            f"The file says that it was written at {export.exported_at}, before its newest entry: the "
            "clock was set back."
        )
    if by_pld.epsilon > export.budget.epsilon:
        notes.append(
            f"Spent {by_pld.epsilon:.3f} is above the merchant's present limit of "
            f"{export.budget.epsilon:g}: the limit was lowered afterwards, or not kept."
        )
    pending = open_reservations(export.entries)
    if pending:
        numbers = ", ".join(str(e.sequence) for e in pending)
        notes.append(f"Charged, but neither committed nor voided yet: entries {numbers}.")
    return notes
