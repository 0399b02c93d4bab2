"""Profiles and segments in the shop's database: written in one transaction, read only with consent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.store import Store
from client.store.profiles_read import ALLOWED
from common.database import transaction
from common.errors import InputError

#: Where a shopper was before the last run who was not there at the run before it.
NEWCOMER = "new"
#: A profile of somebody who may not be profiled (any more) is as if it were not there.
_READABLE = f"profiles AS p JOIN shoppers AS s USING (shopper) WHERE {ALLOWED}"
#: Column of `profiles` -> the field of the body that says where a shopper was before.
_BEFORE = {"segment_id": "before", "cluster_id": "cluster_before"}


@dataclass(frozen=True, slots=True)
class SegmentNames:
    """A segment's name in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment as people see it.

    Attributes:
        segment_id: Stable from run to run.
        names: In both languages.
        method: "rfm" or "kmeans".
        n_people: In it now; who withdrew is not counted.
        share: Of all profiled people.
        n_orders: Their orders.
        spend_minor: Their spend.
        moved_in: People who were elsewhere, or not there, at the run before the last.
        moved_out: People who were here then and are elsewhere now.
    """

    segment_id: str
    names: SegmentNames
    method: str
    n_people: int
    share: float
    n_orders: int
    spend_minor: int
    moved_in: int
    moved_out: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A row of the table `segments`; `rule` is canonical JSON."""

    segment_id: str
    method: str
    name_en: str
    name_zh: str
    rule: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Was:
    """What the last run said of a shopper."""

    segment_id: str
    cluster_id: str
    pending: str
    pending_since: str


def segments(store: Store) -> tuple[Segment, ...]:
    """All segments of the last runs, rules first."""
    rows = store.db.execute(
        "SELECT segment_id, method, name_en, name_zh, rule, made_at FROM segments"
        " ORDER BY method DESC, segment_id"
    ).fetchall()
    return tuple(Segment(*r) for r in rows)


def last_run(store: Store) -> str:
    """`as_of` of the newest profiles; empty before the first run."""
    row = store.db.execute("SELECT max(as_of) FROM profiles").fetchone()
    return str(row[0] or "")


def were(store: Store, first: int, last: int) -> dict[int, Was]:
    """What the last run said of the shoppers with numbers first..last."""
    rows = store.db.execute(
        "SELECT p.shopper, p.segment_id, p.cluster_id, p.body ->> '$.pending',"
        f" p.body ->> '$.pending_since' FROM {_READABLE} AND p.shopper BETWEEN ? AND ?",
        [first, last],
    )
    return {r[0]: Was(*r[1:]) for r in rows}


class Draft:
    """New profiles on their way: kept beside the database, so that nobody waits for its lock."""

    def __init__(self, store: Store) -> None:
        """An empty draft; an older one of this connection is gone."""
        self._store = store
        self._conn: sqlite3.Connection = store.db.conn
        self._conn.execute("DROP TABLE IF EXISTS temp.draft")
        self._conn.execute(
            "CREATE TEMP TABLE draft (shopper INTEGER PRIMARY KEY, rule TEXT NOT NULL,"
            " interest TEXT NOT NULL, cluster_id TEXT NOT NULL, body TEXT NOT NULL)"
        )

    def put(self, rows: Iterable[tuple[int, str, str, str, str]]) -> None:
        """Add shoppers: number, rule, clear interest or "", cluster so far or "", body."""
        self._conn.execute("BEGIN")
        self._conn.executemany("INSERT INTO temp.draft VALUES (?, ?, ?, ?, ?)", rows)
        self._conn.execute("COMMIT")

    def counts(self) -> list[tuple[tuple[str, str], int]]:
        """People by (rule, interest)."""
        rows = self._conn.execute("SELECT rule, interest, count(*) FROM temp.draft GROUP BY 1, 2")
        return [((r[0], r[1]), r[2]) for r in rows]

    def clusters(self) -> dict[int, str]:
        """Number -> cluster so far, of those in one."""
        rows = self._conn.execute(
            "SELECT shopper, cluster_id FROM temp.draft WHERE cluster_id > ''"
        )
        return dict(rows.fetchall())

    def cluster(self, shoppers: NDArray[np.int64], ids: Sequence[str]) -> None:
        """Put shoppers [n] into clusters [n]; everybody else is in none."""
        self._conn.execute("BEGIN")
        self._conn.execute("UPDATE temp.draft SET cluster_id = ''")
        self._conn.executemany(
            "UPDATE temp.draft SET cluster_id = ? WHERE shopper = ?",
            zip(ids, shoppers.tolist(), strict=True),
        )
        self._conn.execute("COMMIT")

    def save(
        self, as_of: str, found: Sequence[Segment], opened: Iterable[tuple[str, str, str]]
    ) -> int:
        """Replace all profiles and the segments of the methods in `found`: all or nothing.

        Args:
            as_of: Of the run.
            found: The segments now.
            opened: (rule, interest, segment_id) of the segments with an interest of their own;
                everybody else of a rule is in "rfm-" and its key.

        Returns:
            People with a profile. Who withdrew while the run was going on has none.

        Raises:
            StoreError: the database could not be written; the profiles are as before.
        """
        conn = self._conn
        conn.execute("DROP TABLE IF EXISTS temp.opened")
        conn.execute(
            "CREATE TEMP TABLE opened (rule TEXT, interest TEXT, segment_id TEXT,"
            " PRIMARY KEY (rule, interest))"
        )
        conn.executemany("INSERT INTO temp.opened VALUES (?, ?, ?)", opened)
        with transaction(self._store.db):
            conn.execute("DELETE FROM profiles")
            n = conn.execute(
                "INSERT INTO profiles (shopper, as_of, segment_id, cluster_id, body)"
                " SELECT d.shopper, ?, coalesce(o.segment_id, 'rfm-' || d.rule), d.cluster_id,"
                " d.body FROM temp.draft AS d JOIN shoppers AS s USING (shopper)"
                f" LEFT JOIN temp.opened AS o USING (rule, interest) WHERE {ALLOWED}",
                [as_of],
            ).rowcount
            for method in {s.method for s in found}:
                conn.execute("DELETE FROM segments WHERE method = ?", [method])
            conn.executemany(
                "INSERT INTO segments (segment_id, method, name_en, name_zh, rule, made_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [(s.segment_id, s.method, s.name_en, s.name_zh, s.rule, s.made_at) for s in found],
            )
        self.close()
        return n

    def close(self) -> None:
        """Throw the draft away."""
        for table in ("draft", "opened"):
            self._conn.execute(f"DROP TABLE IF EXISTS temp.{table}")


def overview(store: Store) -> tuple[SegmentRow, ...]:
    """All segments with people in them or just gone, largest first; () before the first run."""
    rows = store.db.execute(
        "SELECT p.segment_id, p.cluster_id, p.body ->> '$.before',"
        " p.body ->> '$.cluster_before', count(*), sum(p.body ->> '$.n_orders'),"
        f" sum(p.body ->> '$.spend_minor') FROM {_READABLE} GROUP BY 1, 2, 3, 4"
    ).fetchall()
    total = sum(r[4] for r in rows)
    out = []
    for segment in segments(store):
        place, before = (0, 2) if segment.method == "rfm" else (1, 3)
        here = [r for r in rows if r[place] == segment.segment_id]
        gone = [
            r for r in rows if r[before] == segment.segment_id and r[place] != segment.segment_id
        ]
        came = [r for r in here if r[before] not in ("", segment.segment_id)]
        if not here and not gone:
            continue
        n = sum(r[4] for r in here)
        out.append(
            SegmentRow(
                segment_id=segment.segment_id,
                names=SegmentNames(segment.name_en, segment.name_zh),
                method=segment.method,
                n_people=n,
                share=n / total if total else 0.0,
                n_orders=sum(r[5] for r in here),
                spend_minor=sum(r[6] for r in here),
                moved_in=sum(r[4] for r in came),
                moved_out=sum(r[4] for r in gone),
            )
        )
    return tuple(sorted(out, key=lambda s: (s.method != "rfm", -s.n_people, s.segment_id)))


def find(store: Store, segment_id: str) -> Segment:
    """A segment by its id.

    Raises:
        InputError: there is none.
    """
    for segment in segments(store):
        if segment.segment_id == segment_id:
            return segment
    raise InputError(
        "There is no such segment.",
        where=segment_id[:60],
        safe="Nothing was changed.",
        todo="List them with: hansa segments",
    )


def bodies(store: Store, segment: Segment) -> Iterator[str]:
    """JSON of the profiles in a segment."""
    for row in store.db.execute(
        f"SELECT p.body FROM {_READABLE} AND p.{_column(segment)} = ?", [segment.segment_id]
    ):
        yield str(row[0])


def moves(store: Store, segment: Segment) -> list[tuple[str, str, int]]:
    """(from, to, people) of those who came into a segment or left it at the last run."""
    column = _column(segment)
    before = f"p.body ->> '$.{_BEFORE[column]}'"
    rows = store.db.execute(
        f"SELECT {before}, p.{column}, count(*) FROM {_READABLE}"
        f" AND {before} NOT IN ('', p.{column}) AND ? IN ({before}, p.{column})"
        " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        [segment.segment_id],
    ).fetchall()
    return [(r[0], r[1], r[2]) for r in rows]


def addressable(store: Store, segment: Segment) -> list[str]:
    """Pseudonyms of a segment's people who allow personalisation, in order."""
    rows = store.db.execute(
        f"SELECT s.shopper_key FROM {_READABLE} AND s.personalise = 1"
        f" AND p.{_column(segment)} = ? ORDER BY 1",
        [segment.segment_id],
    ).fetchall()
    return [r[0] for r in rows]


def _column(segment: Segment) -> str:
    return "segment_id" if segment.method == "rfm" else "cluster_id"
