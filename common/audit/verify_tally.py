"""Tally: what an auditor found, noted, could not check, and how much of what was looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from common.ledger_check import Problem


@dataclass(slots=True)
class Tally:
    """Filled while checks go on.

    Attributes:
        problems: What does not hold.
        notes: What a person should know although nothing is broken.
        unchecked: What could not be checked, and what would be needed.
        checked: How often each thing was checked, by its name in words.
    """

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)

    def bad(self, code: str, text: str, sequence: int | None = None) -> None:
        """Something does not hold."""
        self.problems.append(Problem(code, text, sequence))

    def demand(self, holds: bool, code: str, text: str, sequence: int | None = None) -> bool:
        """Something must hold; whether it does."""
        if not holds:
            self.bad(code, text, sequence)
        return holds

    def note(self, text: str) -> None:
        """Something to know."""
        if text not in self.notes:
            self.notes.append(text)

    def skip(self, text: str) -> None:
        """Something that was not checked."""
        if text not in self.unchecked:
            self.unchecked.append(text)
