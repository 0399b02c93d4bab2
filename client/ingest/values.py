"""Texts of a file to values: ids, texts, numbers, yes and no, ages; refusals say why, never what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from client.ingest.values_words import AGE_UNKNOWN, EVENT_KINDS, KIND_OF, NO, YES

MAX_ID = 200
MAX_TEXT = 1_000
MAX_LONG = 20_000
CACHE = 1 << 16
ADULT_AGE = 18
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PROBABILITY = re.compile(r"(\d+(\.\d+)?|\.\d+)([eE]-?\d{1,3})?%?", re.ASCII)
_AGE_BAND = re.compile(r"(\d{1,3})\s*(?:-|–|—|~|to|至|到)\s*(\d{1,3})\s*(?:岁|years?)?", re.ASCII)
_AGE_UNDER = re.compile(
    r"(?:under|below|less than|younger than|<|未满|小于|不满)\s*(\d{1,3})\s*(?:岁|years?)?",
    re.ASCII,
)
_AGE_UNDER_ZH = re.compile(r"(\d{1,3})岁?(?:以下|及以下)", re.ASCII)
_AGE_FROM = re.compile(
    r"(?:over|above|>|>=|≥|大于)?\s*(\d{1,3})(?:\.0)?\s*(?:\+|岁以上|及以上|以上|岁|years?|and over)?",
    re.ASCII,
)
_MINOR = frozenset(("minor", "child", "teen", "未成年", "未成年人", "儿童"))
_GROWN = frozenset(("adult", "成年", "成年人", "成人"))


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a file writes numbers and times.

    Attributes:
        zone: IANA name for times without a zone.
        decimal: "." or ",".
        day_first: 03/04/2024 is the 3rd of April; None: only clear dates are read.
    """

    zone: str = "UTC"
    decimal: str = "."
    day_first: bool | None = None


PLAIN = Spelling()


class BadValue(Exception):
    """A field that cannot be read; the message is a reason without the value.

    Attributes:
        code: Stable name of the reason; one-click fixes go by it.
    """

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


def identifier(raw: str) -> str:
    """An id: one line, no control characters."""
    if len(raw) > MAX_ID:
        raise BadValue(f"longer than {MAX_ID} characters", "too-long")
    if not raw.isprintable():
        raise BadValue("holds control characters", "control-characters")
    return raw


def _text(raw: str, longest: int) -> str:
    if len(raw) > longest:
        raise BadValue(f"longer than {longest} characters", "too-long")
    if _CONTROL.search(raw):
        raise BadValue("holds control characters", "control-characters")
    return raw


def text(raw: str) -> str:
    """Short text."""
    return _text(raw, MAX_TEXT)


def long_text(raw: str) -> str:
    """A description or an address of a picture."""
    return _text(raw, MAX_LONG)


def currency(raw: str) -> str:
    """An ISO 4217 code."""
    if not re.fullmatch(r"[A-Za-z]{3}", raw):
        raise BadValue("not a three-letter currency code", "bad-currency")
    return raw.upper()


@lru_cache(8)
def _whole_patterns(decimal: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    point, group = re.escape(decimal), re.escape("," if decimal == "." else ".")
    plain = rf"(\d{{1,9}})(?:{point}0{{1,6}})?"
    return (
        re.compile(plain, re.ASCII),
        re.compile(rf"(\d{{1,3}}(?:([{group}'’\u00a0\u202f ])\d{{3}})(?:\2\d{{3}})?)", re.ASCII),
    )


def whole_number(raw: str, decimal: str, low: int, high: int) -> int:
    """A whole number within bounds, with or without signs between thousands."""
    plain, grouped = _whole_patterns(decimal)
    found = plain.fullmatch(raw) or grouped.fullmatch(raw)
    # 12.0 is what programs make of 12; behind a comma as decimal sign, 1.000 is a thousand
    if found is None and decimal == ",":
        found = re.fullmatch(r"(\d{1,9})\.0{1,6}", raw, re.ASCII)
    if found is None:
        raise BadValue("not a whole number", "bad-number")
    number = int("".join(c for c in found.group(1) if c.isdigit()))
    if not low <= number <= high:
        raise BadValue(f"not between {low} and {high}", "out-of-range")
    return number


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers within bounds, for files with a decimal point."""

    @lru_cache(CACHE)
    def read(raw: str) -> int:
        return whole_number(raw, ".", low, high)

    return read


def probability(raw: str, decimal: str = ".") -> float:
    """A number above 0, at most 1; "12.5%" too."""
    plain = raw.replace(",", ".") if decimal == "," and raw.count(",") == 1 else raw
    if not _PROBABILITY.fullmatch(plain) or len(plain) > 40:
        raise BadValue("not a number", "bad-number")
    number = float(plain.rstrip("%")) / (100.0 if plain.endswith("%") else 1.0)
    if not 0.0 < number <= 1.0:
        raise BadValue("not above 0 and at most 1", "out-of-range")
    return number


def yes_no(raw: str) -> int:
    """1 for yes, 0 for no."""
    folded = raw.lower()
    if folded in YES:
        return 1
    if folded in NO:
        return 0
    raise BadValue("neither yes nor no", "not-yes-no")


def event_kind(raw: str) -> str:
    """One of `EVENT_KINDS`, or a usual other name of it."""
    folded = raw.lower()
    kind = KIND_OF.get(folded) or KIND_OF.get(folded.replace(" ", "_"))
    if kind is None:
        raise BadValue("not one of " + ", ".join(EVENT_KINDS), "unknown-kind")
    return kind


def minor(raw: str) -> int:
    """1 for somebody under age; from yes and no, an age, or an age band. The age itself is not kept.

    A band that holds ages below 18 counts as under age as a whole; an age that the source calls
    unknown is like an empty field.
    """
    folded = raw.lower().strip()
    if folded in YES or folded in _MINOR:
        return 1
    if folded in NO or folded in _GROWN or folded in AGE_UNKNOWN:
        return 0
    # the upper end of a band does not matter: one below 18 has a lower end below 18
    low = (_AGE_BAND.fullmatch(folded), _AGE_FROM.fullmatch(folded))
    if _AGE_UNDER.fullmatch(folded) or _AGE_UNDER_ZH.fullmatch(folded):
        return 1
    for found in low:
        if found is not None and int(found.group(1)) <= 130:
            return int(int(found.group(1)) < ADULT_AGE)
    raise BadValue("neither yes, no, an age nor an age band", "bad-age")
