"""Write imported rows: upserts by natural key, one transaction a file, refused rows beside them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from client.store import Store
from common.database import transaction

CACHE_KIB = 65_536

Value = str | int | float | None
Row = tuple[Value, ...]


def _upsert(table: str, key: str, columns: tuple[str, ...], shopper: bool = False) -> str:
    """SQL that inserts or, where a value differs, updates; an equal row counts as no change."""
    others = [c for c in columns if c != key]
    marks = ["?"] * len(columns)
    if shopper:
        marks[columns.index("shopper")] = "(SELECT shopper FROM shoppers WHERE shopper_key = ?)"
    old = ", ".join(f"{table}.{c}" for c in others)
    new = ", ".join(f"excluded.{c}" for c in others)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(marks)})"
        f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in others)}"
        f" WHERE ({old}) IS NOT ({new})"
    )


#: kind -> columns of a row, in the order in which `Intake.put` takes them. "shopper" is given
#: as the pseudonym; an event's first value is its own id or ""; the key of costs is made here.
COLUMNS: dict[str, tuple[str, ...]] = {
    "products": (
        *("product_id", "title", "department", "category", "product_type", "brand"),
        *("description", "price_minor", "currency", "url", "image", "breadth"),
        *("stock", "gtin", "taxonomy_id"),
    ),
    "shoppers": ("shopper_key", "consent", "personalise", "minor"),
    "events": (
        *("event_key", "shopper", "kind", "happened_at", "product_id", "value_minor"),
        *("query", "device", "city"),
    ),
    "impressions": (
        *("impression_id", "shopper", "product_id", "shown_at", "campaign_id", "campaign_type"),
        *("placement", "position", "device", "propensity", "cost_minor", "platform_activity"),
        *("platform_affinity", "platform_redemptions", "clicked", "creative_id", "city"),
    ),
    "conversions": (
        *("impression_id", "converted_at", "value_minor", "order_id", "refunded_at"),
        "refund_minor",
    ),
    "costs": (
        *("day", "campaign_id", "product_id", "creative_id", "placement", "cost_minor"),
        *("currency", "n_impressions", "n_clicks"),
    ),
}
#: Values of the columns at the end of a row that is shorter.
_ABSENT: dict[str, Row] = {
    "products": (None, "", ""),
    "shoppers": (0,),
    "events": ("", "", ""),
    "impressions": ("", ""),
    "conversions": ("", "", 0),
}
_SQL: dict[str, str] = {
    kind: _upsert(kind, columns[0], columns, "shopper" in columns)
    for kind, columns in COLUMNS.items()
    if kind != "costs"
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be imported; `sealed` is its line, encrypted."""

    line: int
    column: str
    reason: str
    sealed: bytes


@dataclass(slots=True)
class Intake:
    """One file on its way into one table; the rows appear only when the file is done.

    Attributes:
        kind: The table.
        file_name: Name without folder.
        sha256: Digest of the file's bytes.
        n_rows: Rows that were taken so far.
        n_new: Of these, natural keys that were not there before; known when the file is done.
        n_changed: Of these, known natural keys with another value; known when the file is done.
        n_refused: Rows that were refused.
    """

    conn: sqlite3.Connection
    kind: str
    file_name: str
    sha256: str
    n_rows: int = 0
    n_new: int = 0
    n_changed: int = 0
    n_refused: int = 0
    import_id: int = 0

    def put(self, rows: Sequence[Row]) -> None:
        """Insert or update a batch of rows, in the order of `COLUMNS[kind]`."""
        n = len(COLUMNS[self.kind])
        rows = [(*row, *_ABSENT[self.kind][len(row) - n :]) if len(row) < n else row for row in rows]
        if "shopper" in COLUMNS[self.kind]:
            place = COLUMNS[self.kind].index("shopper")
            # somebody who is only seen has not consented
            self.conn.executemany(
                "INSERT OR IGNORE INTO shoppers (shopper_key) VALUES (?)",
                [(key,) for key in {row[place] for row in rows}],
            )
        if self.kind == "events":
            rows = [(self._event_key(row), *row[1:]) for row in rows]
        before = self.conn.total_changes
        # in the order of the key the tree is walked once; equal keys keep their order
        ordered: list[Row] = sorted(rows, key=lambda row: str(row[0]))
        self.conn.executemany(_SQL[self.kind], ordered)
        self.n_rows += len(rows)
        self.n_changed += self.conn.total_changes - before

    def refuse(self, refused: Sequence[Refused]) -> None:
        """Keep rows that were refused; the same line of the same bytes is kept once."""
        self.conn.executemany(
            "INSERT OR REPLACE INTO refused_rows"
            " (import_id, file_name, sha256, line, column, reason, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (self.import_id, self.file_name, self.sha256, r.line, r.column, r.reason, r.sealed)
                for r in refused
            ],
        )
        self.n_refused += len(refused)

    def finish(self, n_before: int) -> None:
        """Tell new rows from changed ones, and write the import's record."""
        self.n_new = self.count() - n_before
        self.n_changed -= self.n_new
        self.conn.execute(
            "UPDATE imports SET n_rows = ?, n_new = ?, n_changed = ?, n_refused = ?"
            " WHERE import_id = ?",
            [self.n_rows, self.n_new, self.n_changed, self.n_refused, self.import_id],
        )

    def count(self) -> int:
        """Rows in the table now."""
        return int(self.conn.execute(f"SELECT count(*) FROM {self.kind}").fetchone()[0])

    def _event_key(self, row: Row) -> str:
        """The event's own id, else a digest of its values and of how often the file had them.

        Two equal lines of one file are two events; the same file again brings no new ones.
        """
        if row[0]:
            return f"id:{row[0]}"
        text = "\x1f".join(str(v) for v in (row[1:6] if row[6:] == ("", "", "") else row[1:]))
        key = hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()
        n = self.conn.execute(
            "INSERT INTO temp.seen VALUES (?, 0) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n",
            [key],
        ).fetchone()[0]
        return f"{key}:{n}"


class _DryRun(Exception):
    """Leaves the transaction without a trace."""


@contextmanager
def intake(
    store: Store, kind: str, file_name: str, sha256: str, *, dry_run: bool = False
) -> Iterator[Intake]:
    """One file, all or nothing.

    Args:
        store: The shop.
        kind: The table.
        file_name: Name without folder, for people.
        sha256: Digest of the file's bytes.
        dry_run: Count everything, then leave the database as it was.
    """
    # room for the inner pages of the indexes: a large file would else write them again and again
    store.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    try:
        with transaction(store.db) as conn:
            conn.execute("CREATE TEMP TABLE IF NOT EXISTS seen (key TEXT PRIMARY KEY, n INTEGER)")
            conn.execute("DELETE FROM temp.seen")
            work = Intake(conn, kind, file_name, sha256)
            work.import_id = int(
                conn.execute(
                    "INSERT INTO imports (imported_at, file_name, sha256, kind, n_rows, n_new,"
                    " n_changed, n_refused) VALUES (?, ?, ?, ?, 0, 0, 0, 0) RETURNING import_id",
                    [datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), file_name, sha256, kind],
                ).fetchone()[0]
            )
            n_before = work.count()
            yield work
            work.finish(n_before)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
