"""Runs one rule: from its settings to the temporary tables of hits, whatever `aside` says now."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from client.clean.nouns import Value
from client.clean.robust import limits
from client.clean.unusual import Typical
from client.clean.unusual import find as find_unusual
from client.store import clean_amounts, clean_people, clean_rows

Settings = Mapping[str, Value]


def find(
    conn: sqlite3.Connection, name: str, s: Settings, now: datetime, seed: int
) -> Typical | None:
    """Fill the tables of hits with what a rule finds. It reads rows, never `aside`.

    So every rule says the same whichever others are on, and however often it runs.

    Args:
        conn: With the tables of `client.store.clean.hits`.
        name: Of the rule.
        s: Its settings, all of them.
        now: For times in the future.
        seed: For the forest.

    Returns:
        What is usual among the shop's shoppers, from the rule "unusual"; else None.
    """
    if name == "missing":
        clean_rows.missing(conn)
    elif name == "duplicates":
        gaps = int(s["event_s"]), int(s["impression_s"])
        clean_rows.duplicates(conn, *gaps, purchases=s["purchases"] == "aside")
    elif name == "amounts":
        clean_rows.amounts(conn, _minor(s["max_value"]), _minor(s["max_cost"]))
    elif name == "outliers":
        _outliers(conn, float(s["spread"]), int(s["at_least"]))
    elif name == "clock":
        opened = f"{s['opened']}T00:00:00Z"
        clean_rows.clock(conn, opened, int(s["tolerance_s"]), int(s["whole_hours"]))
    elif name == "future":
        latest = now.astimezone(UTC) + timedelta(seconds=int(s["tolerance_s"]))
        clean_rows.future(conn, latest.strftime("%Y-%m-%dT%H:%M:%SZ"))
    elif name == "bursts":
        clean_people.bursts(conn, int(s["per_minute"]), int(s["hours_a_day"]), int(s["only_shown"]))
        clean_people.spread(conn)
    elif name == "unusual":
        return _unusual(conn, s, seed)
    elif name == "orphans":
        clean_rows.orphans(conn, [t for t, how in s.items() if how == "aside"])
    else:
        raise KeyError(name)
    return None


def _outliers(conn: sqlite3.Connection, spread: float, at_least: int) -> None:
    for table in ("events", "impressions", "conversions"):
        found = clean_amounts.amounts(conn, table)
        if not found:
            continue
        groups = np.array([a.group for a in found], object)
        amounts = np.array([a.amount for a in found], np.int64)
        n = np.array([a.n for a in found], np.int64)
        out = []
        for group in dict.fromkeys(groups.tolist()):
            mine = groups == group
            # a category that is too small is judged by the whole shop
            use = mine if n[mine].sum() >= at_least else np.ones(len(n), bool)
            if n[use].sum() >= at_least:
                usual = limits(amounts[use], n[use], spread)
                # every distinct amount is known: a group without an odd one needs no second look
                if ((amounts[mine] < usual.low) | (amounts[mine] > usual.high)).any():
                    out.append((group, usual.low, usual.high))
        if out:
            clean_amounts.outside(conn, table, out)


def _unusual(conn: sqlite3.Connection, s: Settings, seed: int) -> Typical | None:
    counts = clean_people.counts(conn)
    found = find_unusual(
        counts.values,
        score=float(s["score"]),
        spread=float(s["spread"]),
        max_share=float(s["max_share"]),
        at_least=int(s["at_least"]),
        seed=seed,
    )
    clean_people.mark(conn, counts.shopper[found.places].tolist(), "unusual")
    clean_people.spread(conn)
    return found.typical


def _minor(units: Value) -> int:
    return round(float(units) * 100)
