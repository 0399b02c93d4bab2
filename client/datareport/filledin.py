"""Days without rows put between those that have some, and ranges of values in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from client.datareport.facts import Column, Day

#: Beyond so many days (a wrong date) gaps are not filled in.
MOST_DAYS = 4_000


def every_day(days: Sequence[Day]) -> list[Day]:
    """Every day from the first to the last, those without rows too."""
    good = [d for d in days if _is_day(d.day)]
    if not good:
        return []
    first, last = date.fromisoformat(good[0].day), date.fromisoformat(good[-1].day)
    span = (last - first).days + 1
    if span > MOST_DAYS:
        return good
    known = {d.day: d for d in good}
    names = [(first + timedelta(days=i)).isoformat() for i in range(span)]
    return [known.get(name) or Day(name) for name in names]


def range_words(column: Column) -> str:
    """Least and largest value: money in units, times as days; empty for text."""
    if not column.low or not column.high:
        return ""
    low, high = column.low, column.high
    if column.name.endswith("_minor"):
        low, high = (f"{int(v) / 100:,.2f}" for v in (low, high))
    elif column.name.endswith("_at"):
        low, high = low[:10], high[:10]
    return low if low == high else f"{low} – {high}"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
