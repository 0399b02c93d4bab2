"""Refused rows of one person: opened with the salt, told by the id in them, and nothing else is kept."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from client.ingest.pseudonym import Pseudonyms, Seal
from client.store.people_forget import refused

#: How a refused row may have been written.
_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
# what stands between the fields of a line of CSV, TSV or JSON
_BETWEEN = re.compile(r'[,;\t|"\'{}\[\]:\r\n\x00\x1e\x1f]+')


@dataclass(frozen=True, slots=True)
class RefusedOf:
    """Refused rows of one person.

    Attributes:
        numbers: Of the rows.
        n_looked: Rows that were opened.
        n_closed: Rows that could not be opened: they were sealed with another salt.
    """

    numbers: tuple[int, ...]
    n_looked: int
    n_closed: int


def of_person(conn: sqlite3.Connection, salt: bytes, shopper_key: str) -> RefusedOf:
    """Look through the refused rows for a person.

    A row is the person's when one of its fields is an id whose pseudonym is theirs. An id with a
    separator inside (a comma in quotes) is not told apart; such rows go with the retention.

    Args:
        conn: Of the shop.
        salt: The shop's.
        shopper_key: Whom.
    """
    seal, pseudonyms = Seal(salt), Pseudonyms(salt)
    numbers, n_looked, n_closed = [], 0, 0
    for number, sealed in refused(conn):
        try:
            raw = seal.open(sealed)
        except (InvalidTag, ValueError):
            n_closed += 1
            continue
        n_looked += 1
        if names(raw, shopper_key, pseudonyms):
            numbers.append(number)
    return RefusedOf(tuple(numbers), n_looked, n_closed)


def names(raw: bytes, shopper_key: str, pseudonyms: Pseudonyms) -> bool:
    """Whether one of a row's fields is an id of the person.

    Args:
        raw: The row's bytes as they were.
        shopper_key: Whom.
        pseudonyms: The shop's.
    """
    for encoding in _ENCODINGS:
        # a row of plain ASCII reads the same in the first two; UTF-16 shows by its zeros
        if encoding == "gb18030" and raw.isascii():
            continue
        if encoding.startswith("utf-16") and b"\x00" not in raw:
            continue
        text = raw.decode(encoding, errors="replace")
        fields = {part.strip() for part in _BETWEEN.split(text)}
        fields.add(text.strip())
        if any(pseudonyms(part) == shopper_key for part in fields if part):
            return True
    return False
