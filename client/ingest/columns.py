"""What columns each kind of file has, how each is read, and which kind a set of columns is."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from client.ingest import times, values, values_money
from client.ingest.values import PLAIN, Spelling
from client.store.intake import Value
from common.errors import InputError


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    Attributes:
        name: Its name in the file.
        form: How its texts are read: "id", "text", "long", "time", "day", "money", "signed"
            (money that may be below zero and is kept without its sign), "whole", "chance",
            "yes", "event", "currency" or "minor".
        required: The file must have it and each row must fill it.
        absent: Value where the file does not have it or the field is empty.
        low: Smallest whole number.
        high: Largest whole number.
    """

    name: str
    form: str
    required: bool = False
    absent: Value = ""
    low: int = 0
    high: int = 0

    @property
    def read(self) -> Callable[[str], Value]:
        """Text -> value for a file without local habits; raises `values.BadValue`."""
        return self.reader(PLAIN)

    def reader(self, how: Spelling) -> Callable[[str], Value]:
        """Text -> value for a file that writes like this; raises `values.BadValue`."""
        decimal = how.decimal
        match self.form:
            case "time":
                return partial(times.time, how=how)
            case "day":
                return partial(times.day, how=how)
            case "money":
                return partial(values_money.money, decimal=decimal)
            case "signed":
                return partial(values_money.refund, decimal=decimal)
            case "whole":
                return partial(values.whole_number, decimal=decimal, low=self.low, high=self.high)
            case "chance":
                return partial(values.probability, decimal=decimal)
            case _:
                return _PLAIN[self.form]


_PLAIN: dict[str, Callable[[str], Value]] = {
    "id": values.identifier,
    "text": values.text,
    "long": values.long_text,
    "currency": values.currency,
    "yes": values.yes_no,
    "event": values.event_kind,
    "minor": values.minor,
}


def _need(name: str, form: str = "id") -> Column:
    return Column(name, form, required=True)


def _whole(name: str, low: int, high: int, absent: Value = 0) -> Column:
    return Column(name, "whole", absent=absent, low=low, high=high)


#: kind -> columns in the order of `store.intake.COLUMNS`. "customer_id" becomes a pseudonym.
#: The order of kinds is the order in which several files are imported.
KINDS: dict[str, tuple[Column, ...]] = {
    "products": (
        _need("product_id"),
        _need("title", "text"),
        Column("department", "text"),
        Column("category", "text"),
        Column("product_type", "text"),
        Column("brand", "text"),
        Column("description", "long"),
        Column("price", "money", absent=None),
        Column("currency", "currency"),
        Column("url", "long"),
        Column("image", "long"),
        _whole("breadth", 1, 1_000_000, absent=1),
        _whole("stock", 0, 999_999_999, absent=None),
        Column("gtin", "id"),
        Column("taxonomy_id", "id"),
    ),
    "shoppers": (
        _need("customer_id"),
        Column("consent", "yes", absent=0),
        Column("personalise", "yes", absent=1),
        Column("minor", "minor", absent=0),
    ),
    "events": (
        Column("event_id", "id"),
        _need("customer_id"),
        _need("kind", "event"),
        _need("happened_at", "time"),
        Column("product_id", "id"),
        # below zero only where kind is "return"; the reader looks at both
        Column("value", "money", absent=0),
        Column("query", "text"),
        Column("device", "text"),
        Column("city", "text"),
    ),
    "impressions": (
        _need("impression_id"),
        _need("customer_id"),
        _need("product_id"),
        _need("shown_at", "time"),
        Column("campaign_id", "id"),
        Column("campaign_type", "text"),
        Column("placement", "text"),
        _whole("position", 0, 10_000),
        Column("device", "text"),
        Column("propensity", "chance", absent=None),
        Column("cost", "money", absent=0),
        _whole("platform_activity", 0, 6),
        _whole("platform_affinity", 0, 6),
        _whole("platform_redemptions", 0, 6),
        Column("clicked", "yes", absent=None),
        Column("creative_id", "id"),
        Column("city", "text"),
    ),
    "conversions": (
        _need("impression_id"),
        _need("converted_at", "time"),
        Column("value", "money", absent=0),
        Column("order_id", "id"),
        Column("refunded_at", "time"),
        Column("refund", "signed", absent=0),
    ),
    "costs": (
        _need("day", "day"),
        Column("campaign_id", "id"),
        Column("product_id", "id"),
        Column("creative_id", "id"),
        Column("placement", "text"),
        _need("cost", "money"),
        Column("currency", "currency"),
        _whole("impressions", 0, 999_999_999, absent=None),
        _whole("clicks", 0, 999_999_999, absent=None),
    ),
}


def detect(names: Sequence[str]) -> str | None:
    """The kind whose columns these are; None where no kind or more than one fits."""
    given = set(names)
    fits = {
        kind: len(given & {c.name for c in columns})
        for kind, columns in KINDS.items()
        if all(c.name in given for c in columns if c.required)
        # any file of customers would do otherwise
        and (kind != "shoppers" or "consent" in given)
    }
    most = max(fits.values(), default=0)
    best = [kind for kind, n in fits.items() if n == most]
    return best[0] if len(best) == 1 else None


def check(
    names: Sequence[str], kind: str | None, where: str, *, skip_unknown: bool = False
) -> tuple[str, dict[str, int]]:
    """The kind of a file and the place of each of its known columns.

    Args:
        names: The file's columns, after renaming.
        kind: What the caller says it is; None: find out.
        where: File name, for messages.
        skip_unknown: Leave unknown columns out instead of refusing the file.

    Raises:
        InputError: a column is missing, unknown or there twice.
    """
    found = kind or detect(names)
    if found is None:
        raise _no_kind(names, where)
    known = [c.name for c in KINDS[found]]
    missing = [c.name for c in KINDS[found] if c.required and c.name not in names]
    unknown = [n for n in names if n not in known]
    twice = sorted({n for n in names if names.count(n) > 1})
    if missing or twice or (unknown and not skip_unknown):
        parts = [f"it lacks {_list(missing)}"] if missing else []
        parts += [f"it has {_list(twice)} more than once"] if twice else []
        parts += [f"unknown: {_hints(unknown, known)}"] if unknown else []
        raise _error(
            f"The columns do not fit a file of {found}: {'; '.join(parts)}.",
            where,
            f"Rename columns (--map THEIRS=OURS), or leave unknown ones out with --skip-unknown. "
            f"Known: {', '.join(known)}.",
        )
    return found, {n: names.index(n) for n in known if n in names}


def _no_kind(names: Sequence[str], where: str) -> InputError:
    def overlap(kind: str) -> int:
        return sum(c.name in names for c in KINDS[kind])

    nearest = max(KINDS, key=overlap)
    if not overlap(nearest):
        everything = sorted({c.name for columns in KINDS.values() for c in columns})
        return _error(
            f"No column of this file is known: {_hints(names, everything)}.",
            where,
            "Rename columns with --map THEIRS=OURS; docs/data-format.md lists them all.",
        )
    known = [c.name for c in KINDS[nearest]]
    missing = [c.name for c in KINDS[nearest] if c.required and c.name not in names]
    unknown = [n for n in names if n not in known]
    more = f", unknown: {_hints(unknown, known)}" if unknown else ""
    lacks = f" (but it lacks {_list(missing)}{more})" if missing else ""
    return _error(
        f"It is not clear what this file holds; most like {nearest}{lacks}.",
        where,
        f"Say it with --as {'|'.join(KINDS)}, or rename columns with --map THEIRS=OURS.",
    )


def _hints(unknown: Sequence[str], known: Sequence[str]) -> str:
    def hint(name: str) -> str:
        near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
        return f"'{name}' (do you mean '{near[0]}'?)" if near else f"'{name}'"

    return ", ".join(hint(_short(n)) for n in unknown[:12])


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{_short(n)}'" for n in names[:12])


def _short(name: str) -> str:
    return name[:40]


def _error(what: str, where: str, todo: str) -> InputError:
    return InputError(what, where=where, safe="Nothing of this file was imported.", todo=todo)


def rename(names: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """Columns under our names: trimmed, lower case, then by the caller's mapping."""
    folded = {k.strip().lower(): v for k, v in mapping.items()}
    return [folded.get(n.strip().lower(), n.strip().lower()) for n in names]
