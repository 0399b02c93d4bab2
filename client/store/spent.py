"""Computed epsilons, kept so that the window need not compute them again: a view, never the truth."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from client.store import Store
from common.database import transaction
from common.heads import LedgerHead
from common.privacy import PrivacySpent


@dataclass(frozen=True, slots=True)
class SpentView:
    """A computed figure at one head of the ledger; a cache, never the truth.

    Attributes:
        sequence: The entry up to which everything is counted.
        at: When that entry was made.
        spent: Epsilon at delta.
        rounds_left: Rounds like the last one that still fit the budget; None if never asked.
    """

    sequence: int
    at: str
    spent: PrivacySpent
    rounds_left: int | None


def remember(
    store: Store, at_head: LedgerHead, spent: PrivacySpent, rounds_left: int | None = None
) -> None:
    """Keep a computed figure, so that the window need not compute it again."""
    with transaction(store.db) as conn:
        conn.execute(
            "INSERT OR REPLACE INTO spent_views (ledger_hash, epsilon, delta, accountant, unit, "
            "adversary, rounds_left) VALUES (?,?,?,?,?,?,?)",
            (at_head.hash, *astuple(spent), rounds_left),
        )


def spent_history(store: Store, delta: float, accountant: str = "pld") -> list[SpentView]:
    """Computed figures over the life of the ledger, oldest first; the last may lag behind `head`."""
    rows = store.db.execute(
        "SELECT l.sequence, l.at, s.epsilon, s.delta, s.accountant, s.unit, s.adversary, "
        "s.rounds_left FROM spent_views s JOIN ledger l ON l.hash = s.ledger_hash "
        "WHERE s.delta = ? AND s.accountant LIKE ? ORDER BY l.sequence",
        (delta, f"{accountant}%"),
    ).fetchall()
    return [SpentView(r[0], r[1], PrivacySpent(*r[2:7]), r[7]) for r in rows]
