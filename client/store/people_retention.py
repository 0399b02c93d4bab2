"""Delete what is older than the shop keeps, a chunk at a time; and rows of minors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from client.store import Store
from client.store.people import Person
from client.store.people_forget import KEPT_OF_MINORS, delete_person, erasing, truncate_log
from common.database import transaction

#: Rows that are deleted while others wait for the database.
CHUNK = 20_000
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Border:
    """What is too old.

    Attributes:
        before: ISO-8601 UTC; rows of before this moment go. "" keeps all.
        minors_before: The same for rows of minors.
    """

    before: str
    minors_before: str


# A conversion goes with its impression, and one without an impression by its own time. A profile
# tells of rows that are gone, so it goes too and is made anew; so do old lists of who was picked.
_OLD: dict[str, str] = {
    "events": "SELECT rowid FROM events WHERE happened_at < :before",
    "impressions": "SELECT rowid FROM impressions WHERE shown_at < :before"
    " ORDER BY shown_at, impression_id",
    "refused_rows": "SELECT refused_id FROM refused_rows WHERE import_id IN"
    " (SELECT import_id FROM imports WHERE imported_at < :before)",
    "audience_members": "SELECT m.rowid FROM audience_members m JOIN audiences a USING"
    " (audience_id) WHERE a.created_at < :before",
}
_CONVERSIONS = (
    "SELECT c.impression_id FROM impressions i JOIN conversions c USING (impression_id)"
    " WHERE i.shown_at < :before"
)
_ORPHANS = (
    "SELECT c.impression_id FROM conversions c WHERE c.converted_at < :before"
    " AND NOT EXISTS (SELECT 1 FROM impressions i WHERE i.impression_id = c.impression_id)"
)
_MINORS = "SELECT shopper FROM shoppers WHERE minor = 1"
_MINORS_OLD: dict[str, str] = {
    "events": f"SELECT rowid FROM events WHERE shopper IN ({_MINORS}) AND happened_at < :minors",
    "impressions": f"SELECT rowid FROM impressions WHERE shopper IN ({_MINORS})"
    " AND shown_at < :minors ORDER BY shopper, shown_at, rowid",
}
_MINORS_CONVERSIONS = (
    "SELECT c.impression_id FROM impressions i JOIN conversions c USING (impression_id)"
    f" WHERE i.shopper IN ({_MINORS}) AND i.shown_at < :minors"
)


def counts(store: Store, border: Border) -> dict[str, int]:
    """Table -> rows that would go."""
    values = {"before": border.before, "minors": border.minors_before}

    def count(*queries: str) -> int:
        each = " UNION ".join(f"SELECT * FROM ({q})" for q in queries)
        sql = f"SELECT count(*) FROM ({each})"
        return int(store.db.conn.execute(sql, values).fetchone()[0])

    out = {
        t: count(sql, *([_MINORS_OLD[t]] if t in _MINORS_OLD else [])) for t, sql in _OLD.items()
    }
    out["conversions"] = count(_CONVERSIONS, _ORPHANS, _MINORS_CONVERSIONS)
    out["profiles"] = count(_stale_profiles())
    return dict(sorted(out.items()))


def rows_of_people(store: Store) -> int:
    """Events and impressions that the shop holds."""
    row = store.db.execute(
        "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM impressions)"
    ).fetchone()
    return int(row[0])


def run(store: Store, border: Border, progress: Progress) -> dict[str, int]:
    """Delete what is too old; others may write between two chunks, and a run that was cut off goes on.

    Args:
        store: The shop.
        border: What is too old.
        progress: Called with table, rows deleted so far, rows to delete.

    Returns:
        Table -> rows deleted. The caller writes the receipt.
    """
    planned = counts(store, border)
    store.db.conn.execute("PRAGMA secure_delete = ON").fetchall()
    values = {"before": border.before, "minors": border.minors_before}
    done = dict.fromkeys(planned, 0)
    for table, key, sql in _steps():
        while True:
            with transaction(store.db) as conn:
                if table == "impressions":
                    # the same rows in both statements: the order is total
                    inner = f"SELECT impression_id FROM impressions WHERE rowid IN ({sql} LIMIT {CHUNK})"
                    gone = f"DELETE FROM conversions WHERE impression_id IN ({inner})"
                    done["conversions"] += conn.execute(gone, values).rowcount
                n = conn.execute(
                    f"DELETE FROM {table} WHERE {key} IN ({sql} LIMIT {CHUNK})", values
                ).rowcount
            done[table] += n
            if n:
                progress(table, done[table], planned[table])
            if n < CHUNK:
                break
    truncate_log(store)
    return done


def _steps() -> list[tuple[str, str, str]]:
    """(table, key, which rows): profiles while the rows that they tell of are still there."""
    return [
        ("profiles", "shopper", _stale_profiles()),
        *((t, "refused_id" if t == "refused_rows" else "rowid", s) for t, s in _OLD.items()),
        *((t, "rowid", s) for t, s in _MINORS_OLD.items()),
        ("conversions", "impression_id", _ORPHANS),
    ]


def _stale_profiles() -> str:
    old = [
        "SELECT shopper FROM events WHERE happened_at < :before",
        "SELECT shopper FROM impressions WHERE shown_at < :before",
        f"SELECT shopper FROM events WHERE shopper IN ({_MINORS}) AND happened_at < :minors",
        f"SELECT shopper FROM impressions WHERE shopper IN ({_MINORS}) AND shown_at < :minors",
    ]
    return f"SELECT shopper FROM profiles WHERE shopper IN ({' UNION '.join(old)})"


def n_minors_with_rows(store: Store, before: str) -> int:
    """Minors of whom the shop holds events or impressions of before a moment."""
    row = store.db.conn.execute(
        "SELECT count(*) FROM shoppers s WHERE minor = 1 AND (EXISTS (SELECT 1 FROM events e"
        " WHERE e.shopper = s.shopper AND e.happened_at < :t) OR EXISTS (SELECT 1 FROM impressions i"
        " WHERE i.shopper = s.shopper AND i.shown_at < :t))",
        {"t": before},
    ).fetchone()
    return int(row[0])


def delete_minors(
    store: Store, finish: Callable[[sqlite3.Connection, dict[str, int]], None]
) -> None:
    """Delete all that is held about minors but who they are, which keeps them out.

    Args:
        store: The shop.
        finish: Called in the same transaction with table -> rows deleted.
    """
    with erasing(store) as conn:
        done: dict[str, int] = {}
        for number, key in conn.execute(
            "SELECT shopper, shopper_key FROM shoppers WHERE minor = 1"
        ).fetchall():
            minor = Person(int(number), str(key), False, False, True, 0)
            for table, n in delete_person(conn, minor, keep=KEPT_OF_MINORS).items():
                done[table] = done.get(table, 0) + n
        finish(conn, done)
