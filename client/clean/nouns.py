"""Nouns of cleaning: a rule, its settings and words in two languages, a shop's choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = float | int | str
#: Rows of these tables have an `aside` column.
TABLES = ("shoppers", "events", "impressions", "conversions")


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in English and Simplified Chinese."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        """In "zh" or else in English."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting of a rule.

    Attributes:
        name: As in cleaning.toml.
        default: Used where nothing is set; its type is the setting's type.
        low: Smallest value of a number.
        high: Largest value of a number.
        choices: For a text that is one of a few; empty for numbers and days.
        words: What it means, with its unit.
    """

    name: str
    default: Value
    words: Words
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: Stable name, "duplicates".
        bit: Its bit in `aside`; never given to another rule.
        words: One sentence: which rows it sets aside.
        title: Two or three words.
        tables: Tables that it looks at, in the order in which they are reported.
        knobs: Its settings.
        reasons: Code of a reason -> what is said of one row.
        on: Whether it is on where nothing is set.
    """

    name: str
    bit: int
    title: Words
    words: Words
    tables: tuple[str, ...]
    knobs: tuple[Knob, ...]
    reasons: Mapping[str, Words]
    on: bool = True

    def settings(self) -> dict[str, Value]:
        """Its settings where nothing is set."""
        return {k.name: k.default for k in self.knobs}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a shop says about one rule: on or off, and its settings by name."""

    on: bool
    values: Mapping[str, Value] = field(default_factory=dict)
