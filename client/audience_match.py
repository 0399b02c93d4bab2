"""Hashed customer-match rows from the shop's own list of e-mails and phones; nothing of it is kept."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from common.errors import InputError

PhoneForm = Literal["plus", "digits"]
#: E.164: a country code that begins with 1..9, at most 15 digits in all (ITU-T E.164).
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\".]{2,}")
_FILLING = re.compile(r"[\s().\-/·]+")
_CALLING_CODE = re.compile(r"[1-9]\d{0,2}")
_MAX_FIELD = 1_000
_SAFE = "Nothing was written, and nothing of the file was kept."


@dataclass(frozen=True, slots=True)
class Matched:
    """What the list had for an audience.

    Attributes:
        rows: (SHA-256 of the e-mail or "", SHA-256 of the phone or ""), each once, sorted by
            themselves: their order tells nothing.
        n_people: Members of the audience with at least one of them.
        n_unusable: Their rows with neither a usable e-mail nor a usable phone.
        n_without_code: Their phone numbers that were left out for want of a calling code.
    """

    rows: tuple[tuple[str, str], ...]
    n_people: int
    n_unusable: int
    n_without_code: int = 0


def match(
    file: Path,
    members: frozenset[str],
    key_of: Callable[[str], str],
    *,
    calling_code: str = "",
    phone: PhoneForm = "plus",
) -> Matched:
    """Read the list once and hash what belongs to the members.

    Args:
        file: CSV with customer_id and email or phone.
        members: Pseudonyms.
        key_of: The shop's own customer id -> pseudonym.
        calling_code: Of the country whose numbers have no "+", such as "86".
        phone: "+8613..." as E.164 writes it, or "8613..." as some platforms ask.

    Raises:
        InputError: the file cannot be read or lacks a column; no value of it is repeated.
    """
    if calling_code and not _CALLING_CODE.fullmatch(calling_code):
        raise _bad("A calling code has one to three digits, such as 86.", "--calling-code")
    found: set[tuple[str, str]] = set()
    people: set[str] = set()
    unusable = without_code = 0
    for customer_id, email, number in _rows(file):
        key = key_of(customer_id)
        if key not in members:
            continue
        written = phone_of(number, calling_code)
        # with any code it would be a number: all that is missing is the code
        without_code += not calling_code and not written and bool(phone_of(number, "1"))
        hashed = (_hash(email_of(email)), _hash(_as(phone, written)))
        if hashed == ("", ""):
            unusable += 1
            continue
        found.add(hashed)
        people.add(key)
    return Matched(tuple(sorted(found)), len(people), unusable, without_code)


def email_of(text: str) -> str:
    """An e-mail as platforms hash it: without blanks around it, in lower case; "" if it is none."""
    word = text.strip().lower()
    return word if _EMAIL.fullmatch(word) else ""


def phone_of(text: str, calling_code: str = "") -> str:
    """A phone number as E.164 writes it, "+8613800138000"; "" if it cannot be told.

    A number without "+" or "00" needs the calling code; the 0 before a national number is dropped,
    but not in Italy, where it is part of the number.
    """
    word = _FILLING.sub("", text.replace("＋", "+"))
    if word.startswith("00"):
        word = "+" + word[2:]
    if not word.startswith("+"):
        if not calling_code or not word.isascii() or not word.isdigit():
            return ""
        word = f"+{calling_code}{word if calling_code == '39' else word.removeprefix('0')}"
    return word if word.isascii() and _E164.fullmatch(word) else ""


def _rows(file: Path) -> Iterator[tuple[str, str, str]]:
    """(customer_id, email, phone) of each row, "" for what is missing.

    Raises:
        InputError: as `match`.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as f:
            reader = csv.reader(f)
            heading = [h.strip().lower() for h in next(reader, [])]
            if "customer_id" not in heading or not {"email", "phone"} & set(heading):
                raise _bad("The list needs the columns customer_id and email or phone.", str(file))
            places = [heading.index(c) if c in heading else -1 for c in ("email", "phone")]
            who = heading.index("customer_id")
            for row in reader:
                if len(row) <= who or not row[who].strip() or max(map(len, row)) > _MAX_FIELD:
                    continue
                email, phone = (row[p] if 0 <= p < len(row) else "" for p in places)
                yield row[who].strip(), email, phone
    except (OSError, ValueError, csv.Error):
        # the cause may quote a line of the file, so it is not passed on
        raise _bad("The list cannot be read as CSV in UTF-8.", str(file)) from None


def _as(form: PhoneForm, number: str) -> str:
    return number.removeprefix("+") if form == "digits" else number


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest() if text else ""


def _bad(what: str, where: str) -> InputError:
    return InputError(
        what, where=where, safe=_SAFE, todo="The list has a heading: customer_id,email,phone"
    )
