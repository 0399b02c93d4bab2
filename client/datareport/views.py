"""What a window may know of the shop's rows: frozen values between client.api and its data pages."""

from __future__ import annotations

from dataclasses import dataclass

from client.datareport.facts import Day


@dataclass(frozen=True, slots=True)
class Telling:
    """A warning in words. `level` is "bad", "warn" or "info"."""

    level: str
    what: str
    todo: str


@dataclass(frozen=True, slots=True)
class Part:
    """A share with its name; `note` is a range of values or "12 of 30"."""

    name: str
    share: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """The last data report in one language.

    Attributes:
        made_at: ISO-8601 UTC.
        is_fresh: It still says what the rows say.
        alerts: What matters most first.
        days: Every day from the first to the last.
        matches: What finds what it points to.
        filled: Table -> its columns.
        currency: Of the money in `days`.
    """

    made_at: str
    is_fresh: bool
    alerts: tuple[Telling, ...]
    days: tuple[Day, ...]
    matches: tuple[Part, ...]
    filled: tuple[tuple[str, tuple[Part, ...]], ...]
    currency: str


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment of the shoppers who agreed; local only.

    Attributes:
        segment_id: Stable from run to run.
        name: In the reader's language.
        hint: What to do next, in the reader's language.
        is_cluster: Found by clusters, beside the segments by rules.
        n_people: In it now.
        share: Of all profiled people.
        n_orders: Their orders.
        spend_minor: Their spend, in hundredths.
        moved_in: People who came since the run before the last.
        moved_out: People who went.
    """

    segment_id: str
    name: str
    hint: str
    is_cluster: bool
    n_people: int
    share: float
    n_orders: int
    spend_minor: int
    moved_in: int
    moved_out: int


@dataclass(frozen=True, slots=True)
class CleaningRule:
    """One cleaning rule with its switch.

    Attributes:
        name: Stable name.
        title: Two or three words.
        words: Which rows it sets aside.
        on: Its switch.
        tables: Table -> rows that it sets aside now.
        pending: Its switch or a setting was changed after the last run.
    """

    name: str
    title: str
    words: str
    on: bool
    tables: tuple[tuple[str, int], ...]
    pending: bool

    @property
    def n_aside(self) -> int:
        """Rows of all tables."""
        return sum(n for _, n in self.tables)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """All rules, and when they last ran ("" = never)."""

    ran_at: str
    rules: tuple[CleaningRule, ...]
    can_undo: bool
