"""What the shop's tables say of consenting shoppers, read into arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.store import Store
from client.store.asof import Ints

UNKNOWN = -1
#: Rows that are Python objects at one time; what was read before is numbers in arrays.
CHUNK = 32_768
#: Who may be learned from: with consent, of age, and not set aside by a cleaning rule.
USABLE = "consent = 1 AND minor = 0 AND aside = 0"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products by code 0..P-1; each array has one more entry, [-1], for unknown products.

    Attributes:
        code: product_id -> code.
        text: "department", "category", "product_type" -> object [P + 1].
        department: int64 [P + 1] codes of equal department texts; -1 for none.
        category: int64 [P + 1] the same for categories.
        breadth: int64 [P + 1] articles that the product stands for.
    """

    code: dict[str, int]
    text: dict[str, NDArray[Any]]
    department: Ints
    category: Ints
    breadth: Ints


@dataclass(frozen=True, slots=True)
class History:
    """M events of consenting shoppers; `shopper` is the database's number, `at` in seconds."""

    shopper: Ints
    at: Ints
    is_purchase: NDArray[np.bool_]
    value_minor: Ints
    product: Ints


@dataclass(frozen=True, slots=True)
class Shown:
    """N impressions; `at` in seconds since 1970, `product` by code, `tiers` int64 [N, 3]."""

    shopper: Ints
    at: Ints
    product: Ints
    campaign_type: NDArray[Any]
    placement: NDArray[Any]
    device: NDArray[Any]
    position: Ints
    tiers: Ints
    city: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Offers:
    """N impressions with what came of them, sorted by shopper, time, impression.

    Attributes:
        shown: What was shown, as arrays.
        product_id: [N].
        shown_at: [N] ISO-8601 UTC.
        clicked: int8 [N]: 1, 0, or -1 where the source does not record clicks.
        converted_at: int64 [N] seconds; -1 for none.
    """

    shown: Shown
    product_id: list[str]
    shown_at: list[str]
    clicked: NDArray[np.int8]
    converted_at: Ints


def seconds(times: Sequence[str]) -> Ints:
    """[N] ISO-8601 UTC texts -> seconds since 1970; -1 for empty text."""
    parsed = np.array([t[:19] or "NaT" for t in times], "datetime64[s]")
    return np.where(np.isnat(parsed), UNKNOWN, parsed.astype(np.int64))


def outcomes_known(store: Store) -> bool:
    """Whether an impression without a conversion did not convert: a file said so, or the attribution."""
    row = store.db.execute(
        "SELECT EXISTS (SELECT 1 FROM imports WHERE kind = 'conversions')"
        " OR EXISTS (SELECT 1 FROM conversions WHERE source = 'window')"
    ).fetchone()
    return bool(row[0])


def read_catalogue(store: Store) -> Catalogue:
    """All products, in the order of their ids."""
    rows = store.db.execute(
        "SELECT product_id, department, category, product_type, breadth FROM products"
        " ORDER BY product_id"
    ).fetchall()
    text = {
        name: np.array([*(r[i] for r in rows), ""], object)
        for i, name in enumerate(("department", "category", "product_type"), start=1)
    }
    return Catalogue(
        code={r[0]: i for i, r in enumerate(rows)},
        text=text,
        department=_codes(text["department"]),
        category=_codes(text["category"]),
        breadth=np.array([*(r[4] for r in rows), 1], np.int64),
    )


def read_history(store: Store, catalogue: Catalogue) -> History:
    """All usable events of usable shoppers, in no stated order."""
    usable = usable_shoppers(store)
    # One walk along the table, with shoppers chosen in numpy: a join is a seek for each event.
    # strftime makes numbers in C, where a text would be parsed here.
    cursor = store.db.execute(
        "SELECT shopper, CAST(strftime('%s', happened_at) AS INTEGER), kind = 'purchase',"
        " value_minor, product_id FROM events WHERE aside = 0"
    )
    code = catalogue.code
    parts: list[tuple[Ints, ...]] = [as_numbers([()] * 5)]
    for *numbers, product in chunks(cursor):
        codes = [code.get(p, UNKNOWN) for p in product]
        columns = as_numbers([*numbers, codes])
        kept = usable[columns[0]]
        parts.append(tuple(c[kept] for c in columns))
    who, at, purchase, value, code_of = joined(parts)
    spent = purchase.astype(np.bool_)
    # only a purchase is money spent; a cart's value is not
    return History(who, at, spent, np.where(spent, value, 0), code_of)


def read_impressions(store: Store, catalogue: Catalogue, shown_before: str | None = None) -> Offers:
    """Usable impressions of usable shoppers with their conversions, by shopper, then time."""
    usable = usable_shoppers(store)
    # along the table and sorted here: sorted by SQLite's index, every row would be a seek
    cursor = store.db.execute(
        "SELECT i.shopper, coalesce(CAST(strftime('%s', i.shown_at) AS INTEGER), -1), i.position,"
        " i.platform_activity, i.platform_affinity, i.platform_redemptions,"
        " coalesce(i.clicked, -1), coalesce(CAST(strftime('%s', c.converted_at) AS INTEGER), -1),"
        " i.impression_id, i.shown_at, i.product_id, i.campaign_type, i.placement, i.device,"
        " i.city"
        " FROM impressions AS i NOT INDEXED"
        " LEFT JOIN conversions AS c ON c.impression_id = i.impression_id AND c.aside = 0"
        " WHERE i.aside = 0 AND i.shown_at < ?",
        [shown_before or "9999"],
    )
    words: dict[str, int] = {}  # a million rows share few texts
    ids: list[str] = []
    shown_at: list[str] = []
    parts: list[tuple[Ints, ...]] = [as_numbers([()] * 13)]
    for columns in chunks(cursor):
        texts = [[words.setdefault(t, len(words)) for t in c] for c in columns[10:]]
        numbers = as_numbers([*columns[:8], *texts])
        kept = np.flatnonzero(usable[numbers[0]])
        parts.append(tuple(c[kept] for c in numbers))
        ids.extend([columns[8][i] for i in kept])
        shown_at.extend([columns[9][i] for i in kept])
    return _offers(joined(parts), ids, shown_at, catalogue, np.array([*words, ""], object))


def _offers(
    columns: list[Ints],
    ids: list[str],
    shown_at: list[str],
    catalogue: Catalogue,
    words: NDArray[Any],
) -> Offers:
    """Sorted by shopper, time and id; columns as `read_impressions` selects them."""
    order = _sorted(columns[0], columns[1], ids)
    for i, column in enumerate(columns):
        columns[i] = column[order]
    shopper, at, position, *tiers, clicked, converted_at = columns[:8]
    product, campaign_type, placement, device, city = columns[8:]
    code = np.array([catalogue.code.get(w, UNKNOWN) for w in words], np.int64)
    shown = Shown(
        shopper=shopper,
        at=at,
        product=code[product],
        campaign_type=words[campaign_type],
        placement=words[placement],
        device=words[device],
        position=position,
        tiers=np.stack(tiers, axis=1),
        city=words[city],
    )
    return Offers(
        shown=shown,
        product_id=words[product].tolist(),
        shown_at=[shown_at[i] for i in order],
        clicked=clicked.astype(np.int8),
        converted_at=converted_at,
    )


def _sorted(shopper: Ints, at: Ints, ids: list[str]) -> Ints:
    """The order by shopper, then time, then id; ids are compared only where the others are equal."""
    order = np.lexsort((at, shopper))
    same = (np.diff(shopper[order]) == 0) & (np.diff(at[order]) == 0)
    tied = np.append(same, False) | np.append(False, same)
    places = np.flatnonzero(tied[: len(order)])
    rows = sorted(order[places].tolist(), key=lambda i: (shopper[i], at[i], ids[i]))
    order[places] = rows
    return order


def read_keys(store: Store, *, personalised: bool = False) -> dict[int, str]:
    """Number -> pseudonym of usable shoppers; `personalised`: only who allows that too."""
    rows = store.db.execute(
        f"SELECT shopper, shopper_key FROM shoppers WHERE {USABLE} AND personalise >= ?",
        [int(personalised)],
    )
    return dict(rows.fetchall())


def usable_shoppers(store: Store) -> NDArray[np.bool_]:
    """[largest number + 1] whether the shopper of that number may be learned from."""
    rows = store.db.execute(f"SELECT shopper FROM shoppers WHERE {USABLE}").fetchall()
    last = store.db.execute("SELECT coalesce(max(shopper), 0) FROM shoppers").fetchone()[0]
    found = np.zeros(int(last) + 1, np.bool_)
    found[[r[0] for r in rows]] = True
    return found


def chunks(cursor: Any) -> Iterator[list[tuple[Any, ...]]]:
    """The cursor's rows as columns, at most CHUNK rows at a time."""
    while rows := cursor.fetchmany(CHUNK):
        yield list(zip(*rows, strict=True))


def as_numbers(columns: Sequence[Sequence[int]]) -> tuple[Ints, ...]:
    """Columns of whole numbers as arrays."""
    return tuple(np.array(c, np.int64) for c in columns)


def joined(parts: list[tuple[Ints, ...]]) -> list[Ints]:
    """Columns of all parts, one behind the other."""
    return [np.concatenate([p[i] for p in parts]) for i in range(len(parts[0]))]


def _codes(texts: NDArray[Any]) -> Ints:
    """[P + 1] equal codes for equal non-empty texts, -1 for empty ones."""
    known = {t: i for i, t in enumerate(dict.fromkeys(t for t in texts.tolist() if t))}
    return np.array([known.get(t, UNKNOWN) for t in texts.tolist()], np.int64)
