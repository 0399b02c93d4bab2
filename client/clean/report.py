"""What a run of cleaning found: rows seen and set aside by rule and table, examples by key hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from client.clean.nouns import Value


@dataclass(frozen=True, slots=True)
class Example:
    """One row that a rule set aside.

    Attributes:
        table: Where it is.
        key: First 12 hexadecimal digits of the SHA-256 of its natural key; no value of the row.
        shopper: First 8 characters of the shopper's pseudonym; empty where there is none.
        reason: Code, a key of `Rule.reasons`; empty where it was set aside for an older state of the data.
        sentence: More in words, for shoppers that are unlike others; empty elsewhere.
    """

    table: str
    key: str
    shopper: str
    reason: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class TableCount:
    """What one rule does to one table.

    Attributes:
        table: Name.
        seen: Rows of the table.
        aside: Rows that this rule sets aside.
        before: Rows in use (no rule sets them aside) before this rule ran.
        after: Rows in use after it.
    """

    table: str
    seen: int
    aside: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one rule did.

    Attributes:
        rule: Its name.
        on: Whether it was switched on; a rule that is off takes its bit back everywhere.
        settings: That it ran with.
        tables: One count for each of its tables.
        reasons: Code -> rows.
        changed: Rows whose bit was set or cleared by this run.
        examples: A few rows.
        note: In words, why the rule did nothing; empty if it ran.
    """

    rule: str
    on: bool
    settings: Mapping[str, Value]
    tables: tuple[TableCount, ...]
    reasons: Mapping[str, int]
    changed: int
    examples: tuple[Example, ...] = ()
    note: str = ""

    @property
    def aside(self) -> int:
        """Rows of all its tables."""
        return sum(t.aside for t in self.tables)

    @property
    def seen(self) -> int:
        """Rows of all its tables."""
        return sum(t.seen for t in self.tables)


@dataclass(frozen=True, slots=True)
class Report:
    """A run of all rules.

    Attributes:
        ran_at: ISO-8601 UTC.
        dry_run: Nothing was changed.
        rules: In the order in which they ran.
        seconds: Wall clock.
    """

    ran_at: str
    dry_run: bool
    rules: tuple[RuleReport, ...]
    seconds: float

    @property
    def changed(self) -> int:
        """Rows whose bits changed."""
        return sum(r.changed for r in self.rules)
