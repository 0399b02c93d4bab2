"""What a person asks of an audience: how many, for what money, above which rate, and who not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from common.errors import InputError

#: Minor units in one unit of money: two decimals, as everywhere in Hansa.
MINOR = 100
#: Impressions of one ad to one person that may be planned (docs/audiences.md).
MAX_FREQUENCY = 10
_MAX_LIST_BYTES = 64 << 20
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
NOTHING = "No audience was made."


@dataclass(frozen=True, slots=True)
class Wish:
    """One audience as it is asked for; everything may be left out.

    Attributes:
        size: Shoppers at most.
        budget_minor: As many shoppers as this pays for.
        cost_per_impression_minor: What one impression costs, in minor units and parts of them.
        frequency: Impressions planned for each shopper.
        min_ctr: Only who is likelier than this to click.
        min_cvr: Only who is likelier than this to convert.
        exclude_buyers_days: Leave out who bought the product in so many days before the shop's now.
        exclude_audiences: Leave out who is in these.
        segments: Only who is in one of these.
        leave_out: Pseudonyms left out of this audience.
    """

    size: int | None = None
    budget_minor: int | None = None
    cost_per_impression_minor: float | None = None
    frequency: int = 1
    min_ctr: float | None = None
    min_cvr: float | None = None
    exclude_buyers_days: int | None = None
    exclude_audiences: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    leave_out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            InputError: size and budget at once, or a number out of bounds.
        """
        if self.size is not None and self.budget_minor is not None:
            raise _bad("A size and a budget were both given.", "Give one of --size and --budget.")
        for value, name in ((self.min_ctr, "--min-ctr"), (self.min_cvr, "--min-cvr")):
            if value is not None and not 0 < value < 1:
                raise _bad("A rate lies between 0 and 1, or 0 % and 100 %.", name)
        cost = self.cost_per_impression_minor
        if cost is not None and not (math.isfinite(cost) and cost > 0):
            raise _bad("The cost of an impression must be above zero.", "--cost-per-impression")
        if self.budget_minor is not None and self.budget_minor <= 0:
            raise _bad("The budget must be above zero.", "--budget")
        if not 1 <= self.frequency <= MAX_FREQUENCY:
            raise _bad(f"1 to {MAX_FREQUENCY} impressions of each can be planned.", "--frequency")
        if self.exclude_buyers_days is not None and not 1 <= self.exclude_buyers_days <= 3650:
            raise _bad("Buyers of 1 to 3650 days can be left out.", "--exclude-buyers")


def money(text: str, flag: str) -> float:
    """An amount such as "500", "12.50" or "0.02" in minor units and parts of them.

    Raises:
        InputError: it is no amount.
    """
    try:
        value = Decimal(text.strip()) * MINOR
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 < value < 10**15:
        raise _bad("This is no amount of money above zero.", f"{flag}: write it like 12.50")
    return float(value)


def rate(text: str, flag: str) -> float:
    """A rate such as "0.02" or "2%" as a fraction.

    Raises:
        InputError: it is no rate between 0 and 1.
    """
    word = text.strip().replace("％", "%")
    try:
        value = Decimal(word.removesuffix("%").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if word.endswith("%"):
        value /= 100
    if not value.is_finite() or not 0 < value < 1:
        raise _bad("This is no rate above 0 and below 1.", f"{flag}: write it like 0.02 or 2%")
    return float(value)


def pseudonyms(file: Path) -> frozenset[str]:
    """Pseudonyms of a file, one a line; a heading and empty lines are passed over.

    Raises:
        InputError: it cannot be read, or holds something else; nothing of it is repeated.
    """
    try:
        if file.stat().st_size > _MAX_LIST_BYTES:
            raise _bad("The list of pseudonyms is too long.", str(file))
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as e:
        raise _bad("The list of pseudonyms cannot be read.", str(file)) from e
    words = [line.strip().strip('"') for line in lines]
    first = 1 if words and not _PSEUDONYM.fullmatch(words[0]) else 0
    found = [w for w in words[first:] if w]
    for line, word in enumerate(words[first:], start=first + 1):
        if word and not _PSEUDONYM.fullmatch(word):
            raise _bad(
                "A line of the list is no pseudonym of 32 hexadecimal digits.",
                f"{file}, line {line}",
            )
    return frozenset(found)


def _bad(what: str, where: str) -> InputError:
    return InputError(what, where=where, safe=NOTHING, todo="See: hansa audience pick --help")
