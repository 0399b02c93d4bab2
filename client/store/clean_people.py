"""What the rules about whole shoppers find: bursts as SQL; figures of each shopper by GROUP BY."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Somebody with only impressions is a robot only if there are so many times the shop's usual number.
TIMES_USUAL = 10
#: Counts of one shopper, in the order of the columns of `Counts.values`.
COUNTED = (
    "events",
    "active_days",
    "busiest_day",
    "hours",
    "purchases",
    "spent_minor",
    "products",
    "impressions",
    "clicks",
)
#: Columns of the queries of `counts`, the shopper among them.
_WIDTHS = (5, 3, 2, 2, 2)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by shopper.

    Attributes:
        shopper: int64 [S], rising.
        values: float64 [S, len(COUNTED)].
    """

    shopper: NDArray[np.int64]
    values: NDArray[np.float64]


def bursts(
    conn: sqlite3.Connection, per_minute: int, hours_a_day: int, only_shown: int, one: int = 0
) -> None:
    """Shoppers whose activity no person has; `one` looks at this shopper only.

    Times at a full hour count as rounded; the lines of one purchase or return share their time and
    are no clicks. Shoppers with too few events to break a limit are left out by the index alone.
    """
    busy = (
        "SELECT shopper FROM events WHERE :one IN (0, shopper) GROUP BY shopper"
        " HAVING count(*) > {limit}"
    )
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_shoppers SELECT DISTINCT shopper, 'too-fast' FROM events"
        f" WHERE shopper IN ({busy.format(limit=':per_minute')})"
        "  AND kind NOT IN ('purchase', 'return') AND happened_at NOT LIKE '%:00:00Z'"
        " GROUP BY shopper, substr(happened_at, 1, 16) HAVING count(*) > :per_minute",
        {"per_minute": per_minute, "one": one},
    )
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_shoppers SELECT DISTINCT shopper, 'no-sleep' FROM events"
        f" WHERE shopper IN ({busy.format(limit=':hours')})"
        " GROUP BY shopper, substr(happened_at, 1, 10)"
        " HAVING count(DISTINCT substr(happened_at, 12, 2)) > :hours",
        {"hours": hours_a_day, "one": one},
    )
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_shoppers SELECT i.shopper, 'only-shown'"
        " FROM (SELECT shopper FROM impressions WHERE :one IN (0, shopper) GROUP BY shopper"
        "  HAVING count(*) > max(:only, :usual)) AS i"
        " WHERE NOT EXISTS (SELECT 1 FROM events AS e WHERE e.shopper = i.shopper)"
        "  AND NOT EXISTS (SELECT 1 FROM impressions AS j WHERE j.shopper = i.shopper"
        "   AND j.clicked = 1)"
        "  AND NOT EXISTS (SELECT 1 FROM impressions AS j JOIN conversions AS c"
        "   USING (impression_id) WHERE j.shopper = i.shopper AND c.source = 'file')",
        {"only": only_shown, "usual": TIMES_USUAL * _usual_impressions(conn), "one": one},
    )


def mark(conn: sqlite3.Connection, shoppers: Iterable[int], why: str) -> None:
    """These shoppers as hits."""
    conn.executemany(
        "INSERT OR IGNORE INTO temp.hit_shoppers VALUES (?, ?)", [(int(s), why) for s in shoppers]
    )


def spread(conn: sqlite3.Connection) -> None:
    """Every row of the shoppers that were found, through the indexes by shopper."""
    for table in ("events", "impressions"):
        conn.execute(
            f"INSERT OR IGNORE INTO temp.hit_{table} SELECT t.rowid, h.why"
            f" FROM temp.hit_shoppers AS h CROSS JOIN {table} AS t ON t.shopper = h.place"
        )
    conn.execute(
        "INSERT OR IGNORE INTO temp.hit_conversions SELECT c.impression_id, h.why"
        " FROM temp.hit_shoppers AS h CROSS JOIN impressions AS t ON t.shopper = h.place"
        " CROSS JOIN conversions AS c ON c.impression_id = t.impression_id"
    )


def counts(conn: sqlite3.Connection, shopper: int | None = None) -> Counts:
    """Counts of every shopper who has an event or an impression, or of one.

    Args:
        conn: The shop's database.
        shopper: Number of the only one wanted.
    """
    only, values = ("", []) if shopper is None else (" AND shopper = ?", [shopper])
    # what the index (shopper, time) holds is read from it; the rest in the order of the table: a
    # look into the table for each entry of the index costs minutes on millions of rows (hence +)
    queries = (
        "SELECT shopper, sum(n), count(*), max(n), max(hours) FROM ("
        " SELECT shopper, count(*) AS n, count(DISTINCT substr(happened_at, 12, 2)) AS hours"
        f" FROM events WHERE true{only} GROUP BY shopper, substr(happened_at, 1, 10))"
        " GROUP BY shopper",
        "SELECT shopper, count(*), sum(value_minor) FROM events"
        f" WHERE kind = 'purchase'{only} GROUP BY +shopper",
        "SELECT shopper, count(*) FROM (SELECT DISTINCT +shopper AS shopper, product_id"
        f" FROM events WHERE true{only}) GROUP BY shopper",
        f"SELECT shopper, count(*) FROM impressions WHERE true{only} GROUP BY shopper",
        f"SELECT shopper, count(*) FROM impressions WHERE clicked = 1{only} GROUP BY +shopper",
    )
    parts = [_array(conn.execute(q, values), n) for q, n in zip(queries, _WIDTHS, strict=True)]
    who = np.unique(np.concatenate([p[:, 0] for p in parts])).astype(np.int64)
    table = np.zeros((len(who), len(COUNTED)))
    first = 0
    for part in parts:
        width = part.shape[1] - 1
        table[np.searchsorted(who, part[:, 0].astype(np.int64)), first : first + width] = part[
            :, 1:
        ]
        first += width
    return Counts(who, table)


def _usual_impressions(conn: sqlite3.Connection) -> int:
    """The median number of impressions of the shoppers who had any."""
    row = conn.execute(
        "SELECT n FROM (SELECT count(*) AS n FROM impressions GROUP BY shopper) ORDER BY n LIMIT 1"
        " OFFSET (SELECT count(DISTINCT shopper) / 2 FROM impressions)"
    ).fetchone()
    return 0 if row is None else int(row[0])


def _array(rows: Iterable[tuple[float, ...]], width: int) -> NDArray[np.float64]:
    flat = np.fromiter((v for row in rows for v in row), np.float64)
    return flat.reshape(-1, width)
