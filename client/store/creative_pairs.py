"""Preference pairs in SQLite: written with the edit or decision that made them, read while they hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from client.store import Store
from client.store.creative_read import SLOT
from common.database import transaction
from common.domain import Creative, CreativeState

PairKind = Literal["edited", "approved", "clicked"]
PAIR_KINDS: tuple[PairKind, ...] = ("edited", "approved", "clicked")
#: one decision makes at most so many pairs: fifty old rejects must not count fifty times
MOST_A_DECISION = 5


@dataclass(frozen=True, slots=True)
class Clicks:
    """What stands behind "clicked over not".

    Attributes:
        p_better: Posterior probability that the winner's CTR is the higher.
        winner_shown: Impressions of the winner whose clicks are known.
        winner_clicks: Of them clicked.
        loser_shown: As for the winner.
        loser_clicks: As for the winner.
    """

    p_better: float
    winner_shown: int
    winner_clicks: int
    loser_shown: int
    loser_clicks: int


@dataclass(frozen=True, slots=True)
class PairRow:
    """One stored pair of versions.

    Attributes:
        kind: "edited": a person's words over the writer's; "approved": over a rejected ad of the
            same brief; "clicked": the one that was clicked more.
        winner: Id and version.
        loser: Id and version.
        made_at: When; of "clicked" when the counts were last taken.
        by: The person; "" for "clicked".
        holds: Whether it still counts: the winner is approved (or was, and is retired), and
            the loser of "approved" is still rejected.
        clicks: Only of "clicked".
    """

    kind: PairKind
    winner: tuple[str, int]
    loser: tuple[str, int]
    made_at: str
    by: str
    holds: bool
    clicks: Clicks | None = None


def edited(conn: sqlite3.Connection, versions: list[Creative], fresh: Creative, by: str) -> None:
    """New words over those that the writer wrote; within the edit's transaction.

    Args:
        conn: In the transaction.
        versions: Those of before the edit, oldest first.
        fresh: The new version.
        by: Who edited.
    """
    written = [v for v in versions if v.writer != "person"]
    if written and _words(written[-1]) != _words(fresh):
        pair = (fresh.creative_id, fresh.version, written[-1].creative_id, written[-1].version)
        _insert(conn, "edited", pair, fresh.created_at, by)


def decided(conn: sqlite3.Connection, new: Creative) -> None:
    """Approved over rejected ads of the same brief; within the decision's transaction."""
    if new.state is CreativeState.APPROVED:
        for other in _others(conn, new, ("rejected",)):
            pair = (new.creative_id, new.version, *other)
            _insert(conn, "approved", pair, new.decided_at, new.decided_by)
    if new.state is CreativeState.REJECTED:
        for other in _others(conn, new, ("approved", "live", "retired")):
            pair = (*other, new.creative_id, new.version)
            _insert(conn, "approved", pair, new.decided_at, new.decided_by)


def clicked(
    store: Store, found: Iterable[tuple[tuple[str, int], tuple[str, int], Clicks]], at: str
) -> None:
    """Keep which variant was clicked more, with the counts as they are now.

    Args:
        store: The open shop folder.
        found: Winner, loser, counts. A pair that is there already gets the newer counts; the
            other way round, if it was there, goes.
        at: Now, ISO-8601 UTC.
    """
    with transaction(store.db) as conn:
        for winner, loser, c in found:
            conn.execute(
                "DELETE FROM creative_pairs WHERE kind = 'clicked' AND winner_id = ?"
                " AND winner_version = ? AND loser_id = ? AND loser_version = ?",
                (*loser, *winner),
            )
            conn.execute(
                "INSERT OR REPLACE INTO creative_pairs (made_at, kind, winner_id, winner_version,"
                " loser_id, loser_version, p_better, winner_shown, winner_clicks, loser_shown,"
                " loser_clicks) VALUES (?, 'clicked', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    at,
                    *winner,
                    *loser,
                    c.p_better,
                    c.winner_shown,
                    c.winner_clicks,
                    c.loser_shown,
                    c.loser_clicks,
                ),
            )


def listing(store: Store) -> list[PairRow]:
    """Every pair, oldest first."""
    rows = store.db.conn.execute(
        "SELECT p.kind, p.winner_id, p.winner_version, p.loser_id, p.loser_version, p.made_at,"
        " p.by, w.state IN ('approved', 'live', 'retired')"
        "  AND (p.kind <> 'approved' OR l.state = 'rejected'),"
        " p.p_better, p.winner_shown, p.winner_clicks, p.loser_shown, p.loser_clicks"
        " FROM creative_pairs p"
        " JOIN creative_versions w ON w.creative_id = p.winner_id AND w.version = p.winner_version"
        " JOIN creative_versions l ON l.creative_id = p.loser_id AND l.version = p.loser_version"
        " ORDER BY p.pair_id"
    )
    return [
        PairRow(
            kind=r[0],
            winner=(r[1], r[2]),
            loser=(r[3], r[4]),
            made_at=r[5],
            by=r[6],
            holds=bool(r[7]),
            clicks=Clicks(*r[8:13]) if r[0] == "clicked" else None,
        )
        for r in rows
    ]


def _others(
    conn: sqlite3.Connection, about: Creative, states: tuple[str, ...]
) -> list[tuple[str, int]]:
    """Newest versions in one of the states, written for the same brief, the latest few."""
    marks = ", ".join("?" for _ in states)
    rows = conn.execute(
        "SELECT v.creative_id, v.version FROM creatives c JOIN creative_versions v"
        " USING (creative_id) WHERE c.product_id = ? AND c.audience_id = ? AND c.language = ?"
        f" AND {SLOT} = ? AND v.creative_id <> ? AND v.state IN ({marks})"
        " AND v.version = (SELECT max(version) FROM creative_versions"
        "  WHERE creative_id = c.creative_id)"
        " AND coalesce(json_extract(v.provenance, '$.kind'), '') = ?"
        " ORDER BY v.decided_at DESC, v.creative_id LIMIT ?",
        (
            about.product_id,
            about.audience_id,
            about.language,
            about.slot,
            about.creative_id,
            *states,
            about.provenance.get("kind", ""),
            MOST_A_DECISION,
        ),
    )
    return [(str(r[0]), int(r[1])) for r in rows]


def _insert(
    conn: sqlite3.Connection, kind: PairKind, pair: tuple[str, int, str, int], at: str, by: str
) -> None:
    conn.execute(
        "INSERT OR IGNORE INTO creative_pairs (made_at, kind, winner_id, winner_version, loser_id,"
        " loser_version, by) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (at, kind, *pair, by),
    )


def _words(c: Creative) -> tuple[str, str, str]:
    return c.headline, c.body, c.call_to_action
