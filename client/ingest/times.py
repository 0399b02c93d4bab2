"""Times as files write them, to UTC: ISO, epochs, Excel days, day or month first, Chinese, month names."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from client.ingest.values import CACHE, PLAIN, BadValue, Spelling

FIRST_YEAR, LAST_YEAR = 1990, 2100
EXCEL_ZERO = datetime(1899, 12, 30)
MAX_CHARACTERS = 60
_NOT = "not a time such as 2024-05-31T18:30:00Z"
_CLOCK = (
    r"(?:[T ,_]\s*(?P<half_zh>上午|下午)?\s*(?P<hour>\d{1,2})(?::|时|点)(?P<minute>\d{1,2})分?"
    r"(?::?(?P<second>\d{1,2})秒?(?:[.,]\d{1,9})?)?(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?:\s?(?P<zone>Z|z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?))?)?"
)
_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
_FORMS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_CLOCK}",
        rf"(?P<a>\d{{1,2}})(?P<mark>[-/.])(?P<b>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}}){_CLOCK}",
        rf"(?P<year>\d{{4}})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]?\s?{_CLOCK}",
        r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]"
        r"(?P<half_zh>上午|下午)?(?P<hour>\d{1,2})(?::|时|点)(?P<minute>\d{1,2})分?(?::?(?P<second>\d{1,2})秒?)?",
        rf"(?:[A-Za-z]{{3,9}},? )?(?P<day>\d{{1,2}})[- ]{_MONTH}[- ,]{{1,2}}(?P<year>\d{{4}}){_CLOCK}",
        rf"(?:[A-Za-z]{{3,9}},? )?{_MONTH} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_CLOCK}",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:[T _]?(?P<hour>\d{2}):?(?P<minute>\d{2})"
        r"(?::?(?P<second>\d{2})(?:[.,]?\d{3})?)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    )
)


@lru_cache(64)
def zone_of(name: str) -> tzinfo:
    """A zone by its IANA name.

    Raises:
        BadValue: there is none of this name.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as e:
        raise BadValue("not an IANA time zone such as Asia/Shanghai", "bad-zone") from e


@lru_cache(CACHE)
def time(raw: str, how: Spelling = PLAIN) -> str:
    """A moment as "2024-05-31T18:30:00Z", to the second.

    Without a zone it is local to `how.zone`. Where clocks are set back, the doubled hour is read as
    the first one; a time in the hour that a clock change skips is read with the offset before the
    change, so it lands just after it (PEP 495, fold=0).

    Raises:
        BadValue: it is no time, not one of 1990 to 2100, or day and month cannot be told apart.
    """
    moment = _epoch(raw) or _local(raw, how)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_of(how.zone))
    try:
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as e:
        raise BadValue(_NOT, "bad-time") from e
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadValue(f"not a time between {FIRST_YEAR} and {LAST_YEAR}", "time-range")
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(CACHE)
def day(raw: str, how: Spelling = PLAIN) -> str:
    """A day as "2024-05-31", as the source's own calendar has it: the zone is not applied.

    Raises:
        BadValue: as for `time`.
    """
    moment = _epoch(raw)
    moment = moment.astimezone(zone_of(how.zone)) if moment else _local(raw, how)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadValue(f"not a day between {FIRST_YEAR} and {LAST_YEAR}", "time-range")
    return moment.strftime("%Y-%m-%d")


def _epoch(raw: str) -> datetime | None:
    """Seconds, milliseconds or microseconds since 1970; told apart by the number of digits."""
    if re.fullmatch(r"\d{9,10}(\.\d{0,9})?", raw, re.ASCII):
        seconds = int(raw.partition(".")[0])
    elif re.fullmatch(r"\d{13}(\.0)?", raw, re.ASCII):
        seconds = int(raw.partition(".")[0]) // 1_000
    elif re.fullmatch(r"\d{16}", raw, re.ASCII):
        seconds = int(raw) // 1_000_000
    else:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _local(raw: str, how: Spelling) -> datetime:
    """A written time; with its zone where it has one, else naive."""
    if re.fullmatch(r"\d{5}(\.\d{1,12})?", raw, re.ASCII):
        # Excel counts days; a second is about 1e-5 of one, so the half second decides
        seconds = int(float(raw) * 86_400 + 0.5)
        return EXCEL_ZERO + timedelta(seconds=seconds)
    if len(raw) > MAX_CHARACTERS:
        raise BadValue(_NOT, "bad-time")
    found = next((m for form in _FORMS if (m := form.fullmatch(raw))), None)
    if found is None:
        raise BadValue(_NOT, "bad-time")
    parts = found.groupdict()
    year, month, date = _date(parts, how)
    try:
        return datetime(
            *(year, month, date, _hour(parts)),
            *(int(parts.get("minute") or 0), int(parts.get("second") or 0)),
            tzinfo=_offset(parts.get("zone") or ""),
        )
    except ValueError as e:
        raise BadValue(_NOT, "bad-time") from e


def _date(parts: dict[str, str | None], how: Spelling) -> tuple[int, int, int]:
    """Year, month and day of month."""
    year = int(parts["year"] or 0)
    if parts.get("name"):
        name = str(parts["name"])[:3].lower()
        if name not in _NAMES:
            raise BadValue(_NOT, "bad-time")
        return year, _NAMES.index(name) + 1, int(parts["day"] or 0)
    if not parts.get("a"):
        return year, int(parts["month"] or 0), int(parts["day"] or 0)
    first, second = int(parts["a"] or 0), int(parts["b"] or 0)
    day_first = how.day_first
    if day_first is None and len(parts["year"] or "") == 4:
        # only where it cannot be read in two ways; points stand between day and month, never month and day
        clear = first > 12 or second > 12 or first == second
        day_first = True if parts["mark"] == "." or first > 12 else False if clear else None
    if day_first is None:
        raise BadValue("it is not said whether the day or the month comes first", "day-or-month")
    if len(parts["year"] or "") == 2:
        year += 2000 if year < 70 else 1900
    return (year, second, first) if day_first else (year, first, second)


def _hour(parts: dict[str, str | None]) -> int:
    hour = int(parts.get("hour") or 0)
    half = (parts.get("half") or "").lower() or {"上午": "a", "下午": "p"}.get(
        parts.get("half_zh") or ""
    )
    if not half:
        return hour
    if parts.get("half") and not 1 <= hour <= 12:
        raise ValueError
    # 下午 is written with 3 as with 15
    return hour % 12 + 12 if half == "p" and hour <= 12 else hour % 12 if half == "a" else hour


def _offset(zone: str) -> tzinfo | None:
    if not zone:
        return None
    digits = zone.upper().removeprefix("UTC").removeprefix("GMT")
    if digits in ("", "Z"):
        return UTC
    number = digits[1:].replace(":", "")
    hours, minutes = (int(number[:-2]), int(number[-2:])) if len(number) > 2 else (int(number), 0)
    if hours > 14 or minutes > 59:
        raise ValueError
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if digits[0] == "-" else size)
