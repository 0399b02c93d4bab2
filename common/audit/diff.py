"""diff(): two exports of one merchant, or of one operator: which is longer, where they part, what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from common import book_file, ledger_file
from common.accounting import spent
from common.accounting_discrete import spent_against_all
from common.audit.verify import is_book
from common.book import BookEntry
from common.book_file import BookExport
from common.errors import InputError
from common.ledger import LedgerEntry, mechanisms
from common.ledger_check import Problem
from common.ledger_file import LedgerExport

Export = LedgerExport | BookExport


@dataclass(frozen=True, slots=True)
class Budget:
    """What a merchant had spent by one export, and its limit then.

    Attributes:
        epsilon_pld: The figure that counts.
        epsilon_rdp: The same by RDP.
        limit: The merchant's lifetime epsilon.
        delta: Of all of them.
        epsilon_alone: By PLD if the coordinator and all other merchants collude; None where all noise
            is the merchant's own.
    """

    epsilon_pld: float
    epsilon_rdp: float
    limit: float
    delta: float
    epsilon_alone: float | None = None

    def as_dict(self) -> dict[str, float]:
        """Plain JSON values."""
        alone = {} if self.epsilon_alone is None else {"epsilon_all_others": self.epsilon_alone}
        return {
            **alone,
            "epsilon_pld": self.epsilon_pld,
            "epsilon_rdp": self.epsilon_rdp,
            "limit": self.limit,
            "delta": self.delta,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """The second export against the first.

    Attributes:
        relation: "equal", "extends" (the second is longer), "shortened" (it is shorter) or "forked".
        whose: Fingerprint.
        n_before: Entries in the first.
        n_after: Entries in the second.
        parted_at: Number of the first entry that differs; None unless forked.
        added: Entries that only the second has, after the common beginning.
        before: Budget by the first; None for a book.
        after: Budget by the second; None for a book.
        problems: What does not hold of either by itself, and the relation if it is broken.
    """

    relation: str
    whose: str
    n_before: int
    n_after: int
    parted_at: int | None
    added: tuple[LedgerEntry | BookEntry, ...]
    before: Budget | None
    after: Budget | None
    problems: tuple[Problem, ...]

    @property
    def kinds(self) -> dict[str, int]:
        """Added entries by kind."""
        return dict(sorted(Counter(e.kind.value for e in self.added).items()))

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "relation": self.relation,
            "holds": not self.problems,
            "whose": self.whose,
            "entries_before": self.n_before,
            "entries_after": self.n_after,
            "parted_at": self.parted_at,
            "added": [e.as_dict() for e in self.added],
            "added_kinds": self.kinds,
            "before": self.before.as_dict() if self.before else None,
            "after": self.after.as_dict() if self.after else None,
            "problems": [p.as_dict() for p in self.problems],
        }


def diff(first: bytes, second: bytes, names: tuple[str, str] = ("A", "B")) -> Difference:
    """Compare two files.

    Raises:
        InputError: one of them is no export, or they are not of the same merchant or operator.
    """
    a, b = _load(first, names[0]), _load(second, names[1])
    if type(a) is not type(b) or _owner(a) != _owner(b):
        raise InputError(
            "These are not two exports of one merchant, nor two of one operator.",
            where=f"{names[0]}, {names[1]}",
            todo="Name two files of the same merchant, the older one first.",
        )
    problems = [
        Problem(p.code, f"{name}: {p.text}", p.sequence)
        for name, export in zip(names, (a, b), strict=True)
        for p in export.problems()
    ]
    n = len(a.entries), len(b.entries)
    parted = _parted(a.entries, b.entries)
    relation = "equal" if n[0] == n[1] else "extends" if n[0] < n[1] else "shortened"
    common_part = min(n)
    if parted is not None:
        relation, common_part = "forked", parted
        number = b.entries[parted].sequence
        text = f"{names[0]} and {names[1]} tell two histories: they part at entry {number}."
        problems.append(Problem("forked", text, number))
    elif relation == "shortened":
        text = (
            f"{names[1]} ends at entry {n[1] - 1}, {names[0]} at entry {n[0] - 1}: if {names[1]} is the "
            "later one, its end was cut off or a backup was restored."
        )
        problems.append(Problem("shortened", text, n[1] - 1))
    return Difference(
        relation,
        _owner(a).fingerprint,
        *n,
        None if parted is None else b.entries[parted].sequence,
        tuple(b.entries[common_part:]),
        _budget(a),
        _budget(b),
        tuple(problems),
    )


def _load(data: bytes, where: str) -> Export:
    return book_file.load(data, where) if is_book(data) else ledger_file.load(data, where)


def _owner(export: Export) -> Any:
    return export.coordinator if isinstance(export, BookExport) else export.merchant


def _parted(
    a: Sequence[LedgerEntry] | Sequence[BookEntry], b: Sequence[LedgerEntry] | Sequence[BookEntry]
) -> int | None:
    pairs = zip((e.hash for e in a), (e.hash for e in b), strict=False)
    return next((i for i, (x, y) in enumerate(pairs) if x != y), None)


def _budget(export: Export) -> Budget | None:
    if isinstance(export, BookExport):
        return None
    delta, released = export.budget.delta, mechanisms(export.entries)
    return Budget(
        spent(released, delta).epsilon,
        spent(released, delta, "rdp").epsilon,
        export.budget.epsilon,
        delta,
        spent_against_all(released, delta).epsilon if any(m.league for m in released) else None,
    )
