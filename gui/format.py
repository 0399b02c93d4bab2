"""Numbers, shares, money and times in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QLocale

DASH = "–"
MINUS = "−"


def count(n: int | float | None) -> str:
    """A whole number with separators; a dash when unknown."""
    return DASH if n is None else QLocale().toString(round(n))


def short(n: float) -> str:
    """A count for an axis: 12.5k, 3M."""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if abs(n) >= limit:
            return f"{QLocale().toString(float(n) / limit, 'f', 1).removesuffix('.0')}{unit}"
    return QLocale().toString(float(n), "f", 0 if n == round(n) else 1)


def share(p: float | None, digits: int = 2) -> str:
    """A probability or rate in per cent; a dash when unknown."""
    return DASH if p is None else QLocale().toString(100 * p, "f", digits) + "%"


def number(x: float | None, digits: int = 2) -> str:
    """A decimal number; a dash when unknown."""
    return DASH if x is None else QLocale().toString(x, "f", digits)


def factor(x: float) -> str:
    """A factor on the odds, "×1.38"."""
    return "×" + QLocale().toString(x, "f", 2)


def signed(x: float, digits: int = 2, unit: str = "") -> str:
    """A change: always with its sign."""
    sign = "+" if x > 0 else MINUS if x < 0 else "±"
    return sign + QLocale().toString(abs(x), "f", digits) + unit


def arrow(x: float) -> str:
    """The direction of a change, for those who see no colour."""
    return "▲" if x > 0 else "▼" if x < 0 else "■"


def money(minor: int, currency: str) -> str:
    """Money given in minor units."""
    symbols = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
    amount = QLocale().toString(minor / 100, "f", 2)
    return f"{symbols[currency]}{amount}" if currency in symbols else f"{amount} {currency}".strip()


def size(n_bytes: int | None) -> str:
    """Bytes in words."""
    return DASH if n_bytes is None else QLocale().formattedDataSize(n_bytes, 1)


def moment(iso: str) -> str:
    """A time in the reader's zone, short; a dash when there is none."""
    when = parse(iso)
    if when is None:
        return DASH
    return when.astimezone().strftime("%Y-%m-%d %H:%M")


def day(iso: str) -> str:
    """A day with its year."""
    when = parse(iso)
    return DASH if when is None else when.strftime("%Y-%m-%d")


def day_of_year(iso: str) -> str:
    """A day for an axis: month/day."""
    when = parse(iso)
    return DASH if when is None else f"{when.month}/{when.day}"


def parse(iso: str) -> datetime | None:
    """Read ISO-8601; a time without zone is UTC."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def brief_hash(text: str) -> str:
    """The beginning of a digest, enough to compare by eye."""
    return f"{text[:12]}…" if len(text) > 12 else text or DASH
