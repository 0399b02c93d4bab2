"""Texts of a file to values: times, money, numbers, yes and no; refusals say why, never what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from common.domain import EventKind

MAX_ID = 200
MAX_TEXT = 1_000
MAX_LONG = 20_000
MAX_MINOR = 10**14
_CACHE = 1 << 16
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# a comma with one or two digits after it can only be a decimal one
_DECIMAL = re.compile(r"\d{1,15}(\.\d{1,18}|,\d{1,2})?", re.ASCII)
_INTEGER = re.compile(r"\d{1,9}(\.0{1,6})?", re.ASCII)
_YES = frozenset(("1", "yes", "y", "true", "t", "是", "同意"))
_NO = frozenset(("0", "no", "n", "false", "f", "否", "不同意"))
_KINDS = {k.value: k.value for k in EventKind} | {
    "pv": "view",
    "click": "view",
    "buy": "purchase",
    "order": "purchase",
    "fav": "favourite",
    "favorite": "favourite",
    "浏览": "view",
    "搜索": "search",
    "加购": "cart",
    "收藏": "favourite",
    "购买": "purchase",
}


class BadValue(Exception):
    """A field that cannot be read; the message is a reason without the value."""


def identifier(raw: str) -> str:
    """An id: one line, no control characters."""
    if len(raw) > MAX_ID:
        raise BadValue(f"longer than {MAX_ID} characters")
    if not raw.isprintable():
        raise BadValue("holds control characters")
    return raw


def text(raw: str) -> str:
    """Short text."""
    if len(raw) > MAX_TEXT:
        raise BadValue(f"longer than {MAX_TEXT} characters")
    if _CONTROL.search(raw):
        raise BadValue("holds control characters")
    return raw


def long_text(raw: str) -> str:
    """A description or an address of a picture."""
    if len(raw) > MAX_LONG:
        raise BadValue(f"longer than {MAX_LONG} characters")
    if _CONTROL.search(raw):
        raise BadValue("holds control characters")
    return raw


def currency(raw: str) -> str:
    """An ISO 4217 code."""
    if not re.fullmatch(r"[A-Za-z]{3}", raw):
        raise BadValue("not a three-letter currency code")
    return raw.upper()


@lru_cache(_CACHE)
def money(raw: str) -> int:
    """A decimal amount, not negative, in minor units (hundredths), half up."""
    if not _DECIMAL.fullmatch(raw):
        raise BadValue("not an amount such as 12.50")
    minor = int((Decimal(raw.replace(",", ".")) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if minor > MAX_MINOR:
        raise BadValue("amount too large")
    return minor


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers within bounds."""

    @lru_cache(_CACHE)
    def read(raw: str) -> int:
        if not _INTEGER.fullmatch(raw):
            raise BadValue("not a whole number")
        number = int(raw.partition(".")[0])
        if not low <= number <= high:
            raise BadValue(f"not between {low} and {high}")
        return number

    return read


def probability(raw: str) -> float:
    """A number above 0, at most 1."""
    if not re.fullmatch(r"(\d+(\.\d+)?|\.\d+)([eE]-?\d{1,3})?", raw, re.ASCII) or len(raw) > 40:
        raise BadValue("not a number")
    number = float(raw)
    if not 0.0 < number <= 1.0:
        raise BadValue("not above 0 and at most 1")
    return number


def yes_no(raw: str) -> int:
    """1 for yes, 0 for no."""
    folded = raw.lower()
    if folded in _YES:
        return 1
    if folded in _NO:
        return 0
    raise BadValue("neither yes nor no")


def event_kind(raw: str) -> str:
    """One of `EventKind`, or a usual other name of it."""
    kind = _KINDS.get(raw.lower())
    if kind is None:
        raise BadValue("not one of " + ", ".join(k.value for k in EventKind))
    return kind


@lru_cache(_CACHE)
def time(raw: str) -> str:
    """ISO-8601 with or without zone (none means UTC), or seconds since 1970; to "...Z"."""
    try:
        if re.fullmatch(r"\d{9,10}", raw, re.ASCII):
            moment = datetime.fromtimestamp(int(raw), UTC)
        else:
            moment = datetime.fromisoformat(raw.replace("/", "-"))
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError) as e:
        raise BadValue("not a time such as 2024-05-31T18:30:00Z") from e
    if not 1990 <= moment.year <= 2100:
        raise BadValue("not a time between 1990 and 2100")
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
