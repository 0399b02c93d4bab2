"""What the values of a sample tell: times, amounts, decimal sign, order of day and month, zone, currency."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from client.ingest.columns import Column
from client.ingest.propose_names import brackets
from client.ingest.values import PLAIN, BadValue, Spelling
from client.ingest.values_money import currency_of
from client.ingest.values_words import CODES, SIGN_OF

_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})(?!\d)(.*)", re.ASCII)
_OFFSET = re.compile(r"[T ]\d{1,2}:\d{2}.*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$")
_CLOCK_OR_DATE = re.compile(
    r"\d{1,2}:\d{2}|\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"
)
#: Kana and Hangul: Japanese columns are of another zone.
_NOT_CHINESE = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_HINT = re.compile(r"(?:utc|gmt)\s*([+-]\s*\d{1,2})?(?::00)?")
_ZONES = {
    "北京": "Asia/Shanghai", "beijing": "Asia/Shanghai", "cst": "Asia/Shanghai", "上海": "Asia/Shanghai",
    "东京": "Asia/Tokyo", "jst": "Asia/Tokyo", "cet": "Europe/Berlin", "pst": "America/Los_Angeles",
    "est": "America/New_York", "london": "Europe/London", "berlin": "Europe/Berlin",
}  # fmt: skip


def share_read(texts: Sequence[str], column: Column, how: Spelling) -> float:
    """Share of non-empty values that can be read as this column, 0 to 1; 1 where there are none."""
    if not texts:
        return 1.0
    read, good = column.reader(how), 0
    for text in texts:
        try:
            read(text)
        except BadValue:
            continue
        good += 1
    return good / len(texts)


def looks_like_times(texts: Sequence[str], how: Spelling) -> bool:
    """True where the values are written times; bare numbers are not enough."""
    some = [t for t in texts if _CLOCK_OR_DATE.search(t)]
    column = Column("", "time")
    either = replace(how, day_first=True if how.day_first is None else how.day_first)
    return len(some) >= 0.9 * len(texts) > 0 and share_read(texts, column, either) >= 0.9


def decimal_sign(texts: Sequence[str]) -> str | None:
    """Point or comma by the amounts; None where they do not tell."""
    comma = sum(bool(re.search(r"\d,\d{1,2}\D*$|\.\d{3},\d", t)) for t in texts)
    point = sum(
        bool(re.search(r"\d\.\d{1,2}\D*$|,\d{3}\.\d|^0\.\d|\.\d{4,}\D*$", t)) for t in texts
    )
    if comma == point:
        return None
    return "," if comma > point else "."


def day_first(texts: Sequence[str]) -> tuple[bool | None, float, str]:
    """Whether 03/04/2024 is the 3rd of April: answer, confidence, why; None where it does not matter."""
    pairs = [(int(m[1]), int(m[2])) for t in texts if (m := _SLASHED.match(t))]
    if not pairs:
        return None, 1.0, ""
    first = any(a > 12 for a, _ in pairs)
    second = any(b > 12 for _, b in pairs)
    if first and not second:
        return True, 1.0, "a first number above 12 can only be a day"
    if second and not first:
        return False, 1.0, "a second number above 12 can only be a day"
    if first and second:
        return None, 0.2, "some dates have the day first, some the month: such rows are refused"
    n_first, n_second = len({a for a, _ in pairs}), len({b for _, b in pairs})
    if max(n_first, n_second) >= 3 * min(n_first, n_second):
        return n_first > n_second, 0.6, "days change more often than months; please look"
    return None, 0.1, "the dates can be read in two ways: say which comes first (day_first)"


def time_zone(names: Sequence[str], texts: Sequence[str]) -> tuple[str, float, str]:
    """IANA name, confidence and why.

    Args:
        names: Columns of the file, those with times first.
        texts: Values of its times.
    """
    if texts and all(_OFFSET.search(t) or re.fullmatch(r"\d{9,16}(\.\d*)?", t) for t in texts):
        return "UTC", 1.0, "each time has its own zone"
    for name in names:
        zone = _hinted(name)
        if zone:
            return zone, 0.95, f"the column '{name[:40]}' says so"
    chinese = sum(bool(re.search(r"[\u4e00-\u9fff]", n)) for n in names)
    if chinese >= 0.4 * len(names) and not any(_NOT_CHINESE.search(n) for n in names):
        # wherever Chinese is written as the first language, clocks are eight hours ahead
        return "Asia/Shanghai", 0.85, "the columns are Chinese and the times name no zone"
    return "UTC", 0.3, "the times name no zone; say it if they are local (time_zone)"


def _hinted(name: str) -> str:
    hint = brackets(name)
    for word, zone in _ZONES.items():
        if re.search(rf"(?<![a-z]){word}(?![a-z])", hint) or (not word.isascii() and word in name):
            return zone
    found = _HINT.search(hint) or re.search(r"(?:_|\s)(?:utc|gmt)$", name.lower())
    if found is None:
        return ""
    offset = int(found.group(1).replace(" ", "")) if found.lastindex else 0
    if offset == 8:
        return "Asia/Shanghai"
    # POSIX counts west of Greenwich as positive
    return f"Etc/GMT{-offset:+d}" if offset and -12 <= offset <= 14 else "UTC"


def currency(names: Sequence[str], texts: Sequence[str]) -> str:
    """ISO 4217 of the amounts, by their signs or a bracket in a column's name; empty where unknown."""
    signs = [c for t in texts[:200] if (c := currency_of(t))]
    if signs and len(set(signs)) == 1:
        return signs[0]
    for name in names:
        inside = brackets(name).strip("()（）[]【】 ").upper()
        if inside in CODES:
            return inside
        if inside in SIGN_OF or inside.lower() in SIGN_OF:
            return SIGN_OF.get(inside) or SIGN_OF[inside.lower()]
    return ""


def spelling(amounts: Sequence[str], dates: Sequence[str], zone: str) -> Spelling:
    """How a sample is written, as far as it tells."""
    return replace(
        PLAIN, zone=zone, decimal=decimal_sign(amounts) or ".", day_first=day_first(dates)[0]
    )
