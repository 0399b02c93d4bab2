"""Conversions of source 'window': purchases credited to impressions, replaced whole, never over a file's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from client.store import Store
from client.store.clean import whole

#: Shoppers with a purchase whose impressions are read at a time.
GROUP = 500
_AT = "'%Y-%m-%dT%H:%M:%SZ'"


class Shown(NamedTuple):
    """An impression; `own_at` is the time of the conversion that a file gives it. Unix seconds."""

    impression_id: str
    product_id: str
    category: str
    at: int
    clicked: int
    own_at: int | None


class Sold(NamedTuple):
    """A purchase or a return. Unix seconds, hundredths."""

    event_key: str
    product_id: str
    category: str
    at: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Journey:
    """What is known of one shopper, each by time."""

    shown: tuple[Shown, ...]
    bought: tuple[Sold, ...]
    returned: tuple[Sold, ...]


@dataclass(frozen=True, slots=True)
class NewConversion:
    """A conversion to be written; times in Unix seconds, None without a refund."""

    impression_id: str
    converted_at: int
    value_minor: int
    order_id: str
    refunded_at: int | None
    refund_minor: int


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of source 'window' that changed, and all of them afterwards."""

    n_new: int
    n_changed: int
    n_removed: int
    n_total: int


def journeys(conn: sqlite3.Connection, reach_s: int) -> Iterator[Journey]:
    """Every shopper with a purchase of a known product; rows that are set aside are left out.

    Of a shopper's impressions those are read that lie within `reach_s` before a purchase, through
    the index, and those to which a file gives a conversion. The memory is that of `GROUP` shoppers. The unary plus keeps SQLite from walking the whole
    index by shopper: sorting the few purchases is quicker.
    """
    conn.execute("DROP TABLE IF EXISTS temp.own")
    conn.execute(
        "CREATE TEMP TABLE own AS SELECT i.shopper, i.rowid AS place FROM conversions AS c"
        " CROSS JOIN impressions AS i USING (impression_id) WHERE c.source = 'file'"
    )
    conn.execute("CREATE INDEX temp.own_by_shopper ON own (shopper)")
    sales = conn.execute(
        "SELECT e.shopper, e.kind, e.event_key, e.product_id, coalesce(p.category, ''),"
        " unixepoch(e.happened_at), e.value_minor FROM events AS e"
        " LEFT JOIN products AS p USING (product_id)"
        " WHERE e.kind IN ('purchase', 'return') AND e.product_id != '' AND e.aside = 0"
        " ORDER BY +e.shopper, e.happened_at, e.event_key"
    )
    group: list[tuple[int, list[Any]]] = []
    for shopper, rows in groupby(sales, key=itemgetter(0)):
        group.append((int(shopper), list(rows)))
        if len(group) == GROUP:
            yield from _with_shown(conn, group, reach_s)
            group = []
    yield from _with_shown(conn, group, reach_s)


def replace(
    store: Store,
    make: Callable[[Iterator[Journey]], Iterator[NewConversion]],
    reach_s: int,
    *,
    dry_run: bool = False,
) -> Written:
    """Put new conversions in place of those of source 'window', in one transaction.

    Rows that are the same stay untouched, with their bits of `aside`; rows of source 'file' are
    never written over.

    Args:
        store: The shop.
        make: From journeys to conversions.
        reach_s: Seconds before a purchase that matter.
        dry_run: Count everything, then leave the database as it was.

    Raises:
        StoreError: the database cannot be written; everything is as it was.
    """
    conn = store.db.conn
    with whole(store, dry_run):
        conn.execute(
            "CREATE TEMP TABLE credit (impression_id TEXT PRIMARY KEY, converted_at TEXT,"
            " value_minor INT, order_id TEXT, refunded_at TEXT, refund_minor INT)"
        )
        conn.executemany(
            f"INSERT INTO temp.credit VALUES (?, strftime({_AT}, ?, 'unixepoch'), ?, ?,"
            f" coalesce(strftime({_AT}, ?, 'unixepoch'), ''), ?)",
            (
                (n.impression_id, n.converted_at, n.value_minor, n.order_id, n.refunded_at,
                 n.refund_minor)
                for n in make(journeys(conn, reach_s))
            ),
        )  # fmt: skip
        written = _swap(conn)
        # after an error the transaction takes its temporary tables back by itself
        for table in ("credit", "own", "span"):
            conn.execute(f"DROP TABLE IF EXISTS temp.{table}")
    return written


def _swap(conn: sqlite3.Connection) -> Written:
    was = _windows(conn)
    before = conn.total_changes
    conn.execute(
        "DELETE FROM conversions WHERE source = 'window'"
        " AND impression_id NOT IN (SELECT impression_id FROM temp.credit)"
    )
    n_removed = conn.total_changes - before
    before = conn.total_changes
    conn.execute(
        "INSERT INTO conversions (impression_id, converted_at, value_minor, order_id, refunded_at,"
        " refund_minor, source) SELECT impression_id, converted_at, value_minor, order_id,"
        " refunded_at, refund_minor, 'window' FROM temp.credit WHERE true ON CONFLICT"
        " (impression_id) DO UPDATE SET converted_at = excluded.converted_at,"
        " value_minor = excluded.value_minor, order_id = excluded.order_id,"
        " refunded_at = excluded.refunded_at, refund_minor = excluded.refund_minor"
        " WHERE conversions.source = 'window' AND (conversions.converted_at,"
        " conversions.value_minor, conversions.order_id, conversions.refunded_at,"
        " conversions.refund_minor) IS NOT (excluded.converted_at, excluded.value_minor,"
        " excluded.order_id, excluded.refunded_at, excluded.refund_minor)"
    )
    n_total = _windows(conn)
    n_new = n_total - (was - n_removed)
    return Written(n_new, conn.total_changes - before - n_new, n_removed, n_total)


def _windows(conn: sqlite3.Connection) -> int:
    return int(
        conn.execute("SELECT count(*) FROM conversions WHERE source = 'window'").fetchone()[0]
    )


def _with_shown(
    conn: sqlite3.Connection, group: list[tuple[int, list[Any]]], reach_s: int
) -> Iterator[Journey]:
    conn.execute("CREATE TEMP TABLE IF NOT EXISTS span (shopper INT, low TEXT, high TEXT)")
    conn.execute("DELETE FROM temp.span")
    conn.executemany(
        f"INSERT INTO temp.span VALUES (:shopper, strftime({_AT}, :at - :reach, 'unixepoch'),"
        f" strftime({_AT}, :at, 'unixepoch'))",
        (
            {"shopper": shopper, "at": row[5], "reach": reach_s}
            for shopper, rows in group
            for row in rows
            if row[1] == "purchase"
        ),
    )
    shown = conn.execute(
        "SELECT i.shopper, i.impression_id, i.product_id, coalesce(p.category, ''),"
        " unixepoch(i.shown_at), coalesce(i.clicked, 0), unixepoch(c.converted_at)"
        " FROM impressions AS i LEFT JOIN products AS p USING (product_id)"
        " LEFT JOIN conversions AS c ON c.impression_id = i.impression_id AND c.source = 'file'"
        " WHERE i.aside = 0 AND i.rowid IN ("
        "  SELECT j.rowid FROM temp.span AS s CROSS JOIN impressions AS j ON j.shopper = s.shopper"
        "   AND j.shown_at BETWEEN s.low AND s.high"
        "  UNION SELECT o.place FROM temp.span AS s CROSS JOIN temp.own AS o USING (shopper))"
        " ORDER BY +i.shopper, i.shown_at, i.impression_id"
    )
    by_shopper = {
        s: tuple(Shown(*r[1:]) for r in rows) for s, rows in groupby(shown, key=itemgetter(0))
    }
    for shopper, rows in group:
        sales: dict[str, list[Sold]] = {"purchase": [], "return": []}
        for _, kind, *sold in rows:
            sales[kind].append(Sold(*sold))
        yield Journey(
            by_shopper.get(shopper, ()),
            tuple(sales["purchase"]),
            tuple(sales["return"]),
        )
