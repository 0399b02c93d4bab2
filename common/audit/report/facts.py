"""What a report says, as frozen values: files, merchants, rounds, canaries; no sentence is made here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from common.ledger_check import Problem


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file that was looked at.

    Attributes:
        name: As given on the command line.
        kind: "ledger", "book", "model", "canary" or "unreadable".
        sha256: Of its bytes, 64 hexadecimal digits.
        n_bytes: Its size.
    """

    name: str
    kind: str
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Charge:
    """One reserve of a ledger, and what became of it.

    Attributes:
        sequence: Its number in the ledger.
        at: ISO-8601 UTC.
        run_id: The coordinator's run.
        round: Of the plan.
        task: Of the plan.
        outcome: "commit", "void" or "open".
        kind: `MechanismKind` value.
        noise: sigma.
        sampling_rate: q.
        steps: Noisy sums in this charge.
        clip_norm: C.
    """

    sequence: int
    at: str
    run_id: str
    round: int
    task: str
    outcome: str
    kind: str
    noise: float
    sampling_rate: float
    steps: int
    clip_norm: float


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What one kind of release would have cost alone.

    Attributes:
        kind: `MechanismKind` value.
        n_charges: How many charges of this kind.
        epsilon: Of these alone, by PLD.
    """

    kind: str
    n_charges: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class MerchantFacts:
    """One merchant's ledger.

    Attributes:
        merchant: Fingerprint; empty when the file (`file`) cannot be read.
        epsilon_pld: Of everything reserved, by PLD (counts); `epsilon_rdp`: by RDP.
        delta: At which both are given.
        limit: The merchant's own lifetime epsilon.
        max_impressions: K of the unit.
        against: "everybody" or "league": whose eyes the noise holds against.
        epsilon_alone: By PLD if the coordinator and all others collude; None without league noise.
        colluders: f that every league-noise release counts on.
        curve_alone: As `curve`, for `epsilon_alone`.
        n_entries: Entries in the ledger.
        n_releases: Reports that left.
        n_lost: Charges for which nothing left.
        n_rounds: Different rounds that were charged.
        n_receipts: Co-signed heads in the export.
        n_stated: Live figures in the export.
        coordinator: Fingerprint of the pinned coordinator; empty if not named.
        codes: Digests of the programs that ran, in order of first use.
        charges: Every reserve.
        curve: (time, epsilon by PLD after it); thinned out for long ledgers.
        kinds: Cost of each kind of release alone.
        pending: Charges that are neither committed nor voided.
        problems: What does not hold.
        notes: What a person should know although nothing is broken, in the words of the check.
    """

    merchant: str
    file: str
    problems: tuple[Problem, ...]
    epsilon_pld: float = 0.0
    epsilon_rdp: float = 0.0
    delta: float = 0.0
    limit: float = 0.0
    max_impressions: int = 0
    against: str = "everybody"
    epsilon_alone: float | None = None
    colluders: int = 0
    curve_alone: tuple[tuple[str, float], ...] = ()
    n_entries: int = 0
    n_releases: int = 0
    n_lost: int = 0
    n_rounds: int = 0
    n_receipts: int = 0
    n_stated: int = 0
    coordinator: str = ""
    codes: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()
    curve: tuple[tuple[str, float], ...] = ()
    kinds: tuple[KindFacts, ...] = ()
    pending: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether the file could be read."""
        return bool(self.merchant)

    @property
    def over_limit(self) -> bool:
        """Whether more is spent than the merchant's present limit."""
        return self.epsilon_pld > self.limit


@dataclass(frozen=True, slots=True)
class BookFacts:
    """One operator's book.

    Attributes:
        coordinator: Fingerprint; empty when the file cannot be read.
        file: Where it was read.
        league: The league's name.
        n_entries: Entries in the book.
        n_rounds: Rounds shown with their evidence.
        problems: What does not hold.
    """

    coordinator: str
    file: str
    league: str
    n_entries: int
    n_rounds: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """One round, as the files tell it.

    Attributes:
        run_id: The coordinator's run.
        round: Its number.
        task: What was asked.
        at: When it was first seen.
        status: Of the book: "closed", "void"; empty without a book.
        states: merchant fingerprint -> "admitted" (the coordinator says so under its signature),
            "sent" (the merchant says so), "charged" (charged, nothing left).
    """

    run_id: str
    round: int
    task: str
    at: str
    status: str
    states: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A lower bound of epsilon that an attack on canaries reached.

    Attributes:
        code: Of the check.
        strict: At the level of the verdict.
        usual: With 95 % confidence; one in twenty is too large by chance.
        passed: Whether the strict one is within the claim.
    """

    code: str
    strict: float
    usual: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Test:
    """One check of a canary audit: its code, whether it was passed, what was seen."""

    code: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class CanaryFacts:
    """Results of a canary audit, as its file states them.

    Attributes:
        holds: Its verdict; None when the file has none that its own checks bear out.
        claimed: The claimed epsilon.
        delta: Of the claim.
        false_alarm: Bound on the chance that a sound program is flagged.
        code_digest: Of the program that was tested, by its own word.
        same_program: Whether that is the program which was installed beside the auditor.
        bounds: Lower bounds of epsilon.
        tests: Every check.
    """

    holds: bool | None
    claimed: float | None = None
    delta: float | None = None
    false_alarm: float | None = None
    code_digest: str = ""
    same_program: bool | None = None
    bounds: tuple[Bound, ...] = ()
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything in a report.

    Attributes:
        at: When the report was made, ISO-8601 UTC.
        asked_by: Who asked for it; may be empty.
        auditor: Who will sign; may be empty.
        files: Everything that was read.
        merchants: One for each ledger file, in the order of the files.
        books: One for each operator's book.
        together: Problems between files, and of models.
        notes: What a person should know of the files together, in the words of the check.
        unchecked: What these files did not allow to check, in the words of the check.
        counts: (what was checked, how often).
        rounds: In order of time.
        trusted: Fingerprints that were given as expected.
        canary: Results of a canary audit, if given.
        versions: (name, version).
        code_digest: Of the program that made the report; empty if it cannot be computed.
    """

    at: str
    asked_by: str
    auditor: str
    files: tuple[FileFacts, ...]
    merchants: tuple[MerchantFacts, ...]
    books: tuple[BookFacts, ...]
    together: tuple[Problem, ...]
    notes: tuple[str, ...]
    unchecked: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    rounds: tuple[RoundFacts, ...]
    trusted: tuple[str, ...]
    canary: CanaryFacts | None
    versions: tuple[tuple[str, str], ...]
    code_digest: str

    @property
    def holds(self) -> bool:
        """True when nothing at all is broken."""
        canary = self.canary is None or self.canary.holds is True
        return canary and not self.problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of all merchants and books, and between the files."""
        alone = [p for m in self.merchants for p in m.problems]
        alone += [p for b in self.books for p in b.problems]
        return (*alone, *self.together)

    @property
    def has_book(self) -> bool:
        """Whether an operator's book was among the files and could be read."""
        return any(b.coordinator for b in self.books)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; `digest` names this very report in both of its files."""
        return asdict(self)

    def digest(self) -> str:
        """SHA-256 over everything that the report says, whatever language or form it is in."""
        # json rather than canonical(): a bound of infinity is possible and must be named too
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()
