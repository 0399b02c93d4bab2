"""Clocks and the calendar of a ledger: one that was set back, two that are apart, hours, a quarter; pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from common.ledger import utc

#: A clock is set right by a little now and then; more is a clock set back, or a restored machine.
SLACK = timedelta(minutes=10)
#: How far the clocks of two computers may be apart.
APART = timedelta(hours=1)


def went_back(now: datetime, last_at: str, slack: timedelta = SLACK) -> bool:
    """Whether an aware time lies before one of the ledger ("" = none) by more than the slack."""
    return bool(last_at) and utc(now + slack) < last_at


def quarter_of(moment: datetime) -> tuple[str, str]:
    """First moment of the calendar quarter (UTC) and of the one after, as the ledger writes times."""
    year, month = (int(part) for part in utc(moment)[:7].split("-"))
    first = month - (month - 1) % 3
    after = (year, first + 3) if first < 10 else (year + 1, 1)
    return f"{year:04}-{first:02}-01T00:00:00Z", f"{after[0]:04}-{after[1]:02}-01T00:00:00Z"


def within_hours(hours: str, now: datetime) -> bool:
    """Whether "HH-HH" holds the local time; "22-6" goes over midnight, "" is always, "5-5" too.

    An hour that does not exist never matches: fail closed.
    """
    if not hours:
        return True
    begin, end = (int(part) for part in hours.split("-"))
    if not (0 <= begin <= 24 and 0 <= end <= 24):
        return False
    if begin < end:
        return begin <= now.hour < end
    return now.hour >= begin or now.hour < end


def aware(text: str) -> datetime:
    """A time with its zone.

    Raises:
        ValueError: it cannot be read, or names no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment
