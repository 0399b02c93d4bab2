"""What the data report knows: counts and shares only; no row, no id of a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day. Rows that cleaning set aside are in `n_aside` only."""

    day: str
    n_impressions: int = 0
    n_clicks: int = 0
    n_events: int = 0
    n_purchases: int = 0
    n_conversions: int = 0
    spend_minor: int = 0
    value_minor: int = 0
    n_aside: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """How many rows find what they point to; `name` is stable ("impressions-product")."""

    name: str
    n_matched: int
    n_rows: int

    @property
    def share(self) -> float | None:
        """0 to 1; None without rows."""
        return self.n_matched / self.n_rows if self.n_rows else None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: rows that fill it in, and its least and largest value ("" for text)."""

    table: str
    name: str
    n_filled: int
    n_rows: int
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class RefusedGroup:
    """Rows that were refused for one reason and wait for repair."""

    code: str
    column: str
    reason: str
    n_rows: int


@dataclass(frozen=True, slots=True)
class AsideGroup:
    """Rows of one table that one cleaning rule set aside."""

    rule: str
    table: str
    n_rows: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to know. `code` is stable; `level` is "bad", "warn" or "info".

    Attributes:
        code: A key of `client.datareport.words.ALERTS`.
        level: How much it matters.
        values: Figures for the places {0}, {1} of its sentence.
    """

    code: str
    level: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All of it.

    Attributes:
        shop: The shop's name.
        language: "en" or "zh".
        made_at: ISO-8601 UTC.
        state: `client.store.coverage.state` when it was made: another state, another report.
        currency: Of most prices.
        tables: Table -> rows.
        days: Days with anything on them, oldest first.
        hour_of_day: Impressions and events in each UTC hour of the day, 24 figures.
        matches: What finds what it points to.
        columns: Every column of every table that has rows.
        features: Raw feature -> share of exposures that have it; empty where not counted.
        refused: Refused rows by reason, most first.
        aside: Rows set aside by rule.
        open_imports: Files whose import was cut off.
        n_consenting: Shoppers with consent.
        n_shoppers: Shoppers.
        most_of_one: Largest share of the impressions that is one shopper's, 0 to 1.
        n_late: Conversions more than 30 days after their impression.
        n_early: Conversions before their impression.
        has_outcomes: Conversions were imported.
        alerts: What to know, what matters most first.
        seconds: What counting took.
    """

    shop: str
    language: str
    made_at: str
    state: str
    currency: str
    tables: tuple[tuple[str, int], ...]
    days: tuple[Day, ...]
    hour_of_day: tuple[int, ...]
    matches: tuple[Match, ...]
    columns: tuple[Column, ...]
    features: tuple[tuple[str, float], ...]
    refused: tuple[RefusedGroup, ...]
    aside: tuple[AsideGroup, ...]
    open_imports: tuple[str, ...]
    n_consenting: int
    n_shoppers: int
    most_of_one: float
    n_late: int
    n_early: int
    has_outcomes: bool
    alerts: tuple[Alert, ...] = ()
    seconds: float = 0.0

    def n_rows(self, table: str) -> int:
        """Rows of a table."""
        return dict(self.tables).get(table, 0)

    def column(self, table: str, name: str) -> Column:
        """One column; empty where its table has no rows."""
        found = (c for c in self.columns if (c.table, c.name) == (table, name))
        return next(found, Column(table, name, 0, 0, "", ""))

    def match(self, name: str) -> Match:
        """One match rate."""
        return next((m for m in self.matches if m.name == name), Match(name, 0, 0))

    @property
    def n_refused(self) -> int:
        """Rows that were refused and wait."""
        return sum(g.n_rows for g in self.refused)

    @property
    def n_aside(self) -> int:
        """Rows set aside by cleaning; a row under two rules is counted under each."""
        return sum(g.n_rows for g in self.aside)
