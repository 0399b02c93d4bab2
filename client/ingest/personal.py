"""Personal data told by its look: e-mail, phone, identity, account and card numbers, exact places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

REMOVED = "[removed]"
MAX_PASSES = 8
#: Nothing personal is in a text without one of these; a columnar reader asks this first.
SUSPECT = r"@|＠|\d{3}.?\d{4}|\d{1,3}\.\d{4}|[A-Z]{2}\d{2}|\d{3}[ -.]\d{3}"

# no look-behind beyond one character: the same patterns are tried on millions of texts
_EMAIL = re.compile(r"[\w.+%-]{1,64}[@＠][\w-]{1,63}(?:\.[\w-]{1,63})+")
_CN_ID = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[0-9Xx](?![0-9A-Za-z])", re.ASCII
)
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}\d{2}(?: ?[0-9A-Z]){11,30}(?![0-9A-Za-z])", re.ASCII)
_CARD = re.compile(r"(?<![0-9A-Za-z.])[2-6]\d(?:[ -]?\d){12,17}(?![0-9A-Za-z])", re.ASCII)
_CN_MOBILE = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:\+|00)86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])", re.ASCII
)
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:\+|00)[1-9]\d{0,2}(?:[ .()/-]{0,2}\d){6,12}"
    r"|\(\d{2,5}\)[ -]?\d{3,4}[ -]?\d{3,5}|0\d{2,3}-\d{7,8}|[2-9]\d{2}[-.]\d{3}[-.]\d{4})(?![0-9A-Za-z])",
    re.ASCII,
)
_PLACE = re.compile(
    r"(?<![0-9.])(-?\d{1,2}\.\d{3,15}) ?[,;，] ?(-?\d{1,3}\.\d{3,15})(?![0-9])", re.ASCII
)


def luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 * (number > 9)
    return total % 10 == 0


#: Ranges of the issuers, and how long their numbers are: American Express, Diners, JCB, Visa,
#: Mastercard, Maestro, Discover and UnionPay. 13 digits are articles (EAN).
_ISSUERS = re.compile(
    r"3[47]\d{13}|3[068]\d{12}|35\d{14,17}|4\d{15}(?:\d{3})?|(?:5[1-5]|2[2-7])\d{14}"
    r"|(?:50|5[6-8]|6[02-9])\d{14,17}",
    re.ASCII,
)


def _is_card(found: str) -> bool:
    digits = re.sub(r"\D", "", found)
    return bool(_ISSUERS.fullmatch(digits)) and len(set(digits)) > 1 and luhn(digits)


def is_chinese_id(found: str) -> bool:
    """A resident identity number with its date of birth and check digit (GB 11643-1999)."""
    try:
        date(int(found[6:10]), int(found[10:12]), int(found[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(found[:17]))
    return "10X98765432"[total % 11] == found[17].upper()


def is_iban(found: str) -> bool:
    """An account number with its check digits (ISO 13616, modulo 97)."""
    plain = found.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _is_place(found: str) -> bool:
    latitude, longitude = (float(p) for p in re.findall(r"-?\d+\.\d+", found))
    return abs(latitude) <= 90 and abs(longitude) <= 180


def _yes(found: str) -> bool:
    return True


#: What is looked for: its name, its look, and what proves it. Longest numbers first.
_LOOKS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("e-mail address", _EMAIL, _yes),
    ("Chinese identity number", _CN_ID, is_chinese_id),
    ("IBAN", _IBAN, is_iban),
    ("card number", _CARD, _is_card),
    ("exact place", _PLACE, _is_place),
    ("phone number", _CN_MOBILE, _yes),
    ("phone number", _PHONE, _yes),
)


#: A shop's own phone number or place in a product's text is not about a person who buys.
OF_PRODUCTS = frozenset(("e-mail address", "Chinese identity number", "IBAN", "card number"))
ALL_LOOKS = frozenset(name for name, _, _ in _LOOKS)


def _found(text: str, looks: frozenset[str] = ALL_LOOKS) -> Iterator[tuple[str, int, int]]:
    for name, look, proof in _LOOKS:
        if name not in looks:
            continue
        for match in look.finditer(text):
            if proof(match.group()):
                yield name, match.start(), match.end()


def mask(text: str, looks: frozenset[str] = ALL_LOOKS) -> str:
    """The text with every piece of personal data of these looks replaced by "[removed]"."""
    # what stood right behind another piece is only seen when that one is gone
    for _ in range(MAX_PASSES):
        masked = _mask_once(text, looks)
        if masked == text:
            break
        text = masked
    return text


def _mask_once(text: str, looks: frozenset[str]) -> str:
    spans = sorted((start, end) for _, start, end in _found(text, looks))
    out: list[str] = []
    at = 0
    for start, end in spans:
        if start >= at:
            out += [text[at:start], REMOVED]
        at = max(at, end)
    return "".join(out) + text[at:]


def column_holds(texts: Sequence[str], share: float = 0.3) -> str:
    """What a column of values is full of; empty where it is harmless.

    A value counts where the personal data is nearly all of it: a review that names a phone number
    is masked, a column of phone numbers is refused.

    Args:
        texts: Some values of the column.
        share: Of the values, from which on the column is refused.
    """
    counts: dict[str, int] = {}
    for text in texts:
        for name, start, end in _found(text):
            if end - start >= 0.8 * len(text):
                counts[name] = counts.get(name, 0) + 1
                break
    name, n = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return name if n >= 2 and n >= share * len(texts) else ""
