"""Amounts of money as files write them: decimal signs, thousands, currency signs, brackets and minus."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from client.ingest.values import CACHE, BadValue
from client.ingest.values_words import CODES, SIGN_OF

MAX_MINOR = 10**14
MAX_CHARACTERS = 60
_SIGNS = sorted((*SIGN_OF, *CODES), key=len, reverse=True)
_SIGN = "|".join(map(re.escape, _SIGNS))
_SPACE = r"[ \u00a0\u202f]*"
_OUTER = re.compile(
    rf"(?P<open>\()?{_SPACE}(?P<minus>[-−])?{_SPACE}(?P<before>{_SIGN})?{_SPACE}(?P<minus2>[-−])?"
    rf"(?P<body>\d[\d.,'’ \u00a0\u202f]*?){_SPACE}(?P<after>{_SIGN})?(?P<minus3>[-−])?"
    rf"{_SPACE}(?P<close>\))?",
    re.ASCII,
)


@lru_cache(2)
def _bodies(decimal: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Ways to write the digits, each with its decimal sign; the first that fits counts."""
    other = "," if decimal == "." else "."
    point, group = re.escape(decimal), re.escape(other)
    spaced = r"['’ \u00a0\u202f]"
    return tuple(
        (re.compile(pattern, re.ASCII), sign)
        for pattern, sign in (
            (rf"\d{{1,15}}({point}\d{{1,18}})?", decimal),
            (rf"\d{{1,3}}({group}\d{{3}})+({point}\d{{1,18}})?", decimal),
            # thousands and lakhs: 1,23,456.00
            (rf"\d{{1,2}}({group}\d{{2}})+{group}\d{{3}}({point}\d{{1,18}})?", decimal),
            (rf"\d{{1,3}}({spaced})\d{{3}}(\1\d{{3}})*({point}\d{{1,18}})?", decimal),
            # one or two digits behind the other sign: it can only be a decimal one
            (rf"\d{{1,15}}{group}\d{{1,2}}", other),
            (rf"\d{{1,3}}({point}\d{{3}})+{group}\d{{1,2}}", other),
            (rf"\d{{1,3}}({spaced})\d{{3}}(\1\d{{3}})*{group}\d{{1,2}}", other),
        )
    )


#: What programs write of a very small number; a positive exponent is a spreadsheet's loss of digits.
_TINY = re.compile(r"\d(\.\d{1,20})?[eE]-\d{1,3}", re.ASCII)


@lru_cache(CACHE)
def signed_money(raw: str, decimal: str = ".") -> int:
    """A decimal amount in minor units (hundredths), half up; below zero with a minus or in brackets.

    Raises:
        BadValue: it is no amount, or too large.
    """
    if _TINY.fullmatch(raw):
        return int((Decimal(raw) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    outer = _OUTER.fullmatch(raw) if len(raw) <= MAX_CHARACTERS else None
    if outer is None or bool(outer["open"]) != bool(outer["close"]):
        raise BadValue("not an amount such as 12.50", "bad-amount")
    body = outer["body"]
    sign = next((s for pattern, s in _bodies(decimal) if pattern.fullmatch(body)), None)
    if sign is None or (outer["before"] and outer["after"]):
        raise BadValue("not an amount such as 12.50", "bad-amount")
    digits = "".join("." if c == sign else c for c in body if c.isdigit() or c == sign)
    minor = int((Decimal(digits) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if minor > MAX_MINOR:
        raise BadValue("amount too large", "too-large")
    marks = [outer[name] for name in ("open", "minus", "minus2", "minus3") if outer[name]]
    if len(marks) > 1:
        raise BadValue("not an amount such as 12.50", "bad-amount")
    return -minor if marks else minor


def money(raw: str, decimal: str = ".") -> int:
    """An amount that is not below zero, in minor units.

    Raises:
        BadValue: it is no amount, too large, or below zero.
    """
    minor = signed_money(raw, decimal)
    if minor < 0:
        raise BadValue("not an amount such as 12.50: it is below zero", "negative")
    return minor


def refund(raw: str, decimal: str = ".") -> int:
    """Money that went back: the amount without its sign, in minor units."""
    return abs(signed_money(raw, decimal))


def currency_of(raw: str) -> str:
    """The currency whose sign or code stands at an amount; empty for none."""
    outer = _OUTER.fullmatch(raw) if len(raw) <= MAX_CHARACTERS else None
    sign = (outer["before"] or outer["after"] or "") if outer else ""
    return SIGN_OF.get(sign, sign)
