"""Which ads may leave the shop, and which went into a file: when, by whom, its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from client.store import Store
from client.store.creative_life import now
from client.store.creative_read import load, usable
from common.database import transaction
from common.domain import Creative
from common.errors import CreativeError


def export_approved(
    store: Store, creative_ids: Iterable[str] = (), slot: str | None = None
) -> list[Creative]:
    """The versions that may be shown now, the only ones that may leave the shop.

    Args:
        store: The open shop folder.
        creative_ids: Only these; empty = all.
        slot: Only those that were written for this slot.

    Raises:
        CreativeError: nothing is approved, or one that was named is not.
    """
    wanted = tuple(dict.fromkeys(creative_ids))
    of_id = {c.creative_id: c for c in usable(store)}
    every = [of_id.get(i) or load(store, i) for i in wanted] if wanted else list(of_id.values())
    chosen = [c for c in every if slot is None or c.slot == slot]
    waiting = [c.creative_id for c in chosen if not c.may_be_shown]
    if waiting or not chosen:
        raise CreativeError(
            f"Not approved: {', '.join(waiting)}." if waiting else "No ad is approved yet.",
            where=f"slot {slot}" if slot else "",
            safe="Nothing was exported.",
            todo="Read the ads (hansa ads list), then: hansa ads approve ID",
        )
    return chosen


def record_export(store: Store, exported: Sequence[Creative], by: str, file_name: str) -> None:
    """Keep which versions went into a file; the database refuses one that is not approved."""
    at = now()
    with transaction(store.db) as conn:
        conn.executemany(
            "INSERT INTO creative_exports VALUES (?, ?, ?, ?, ?)",
            [(c.creative_id, c.version, at, by, file_name) for c in exported],
        )


def exports(store: Store, creative_id: str) -> Sequence[tuple[int, str, str, str]]:
    """Files that the ad was written to, oldest first: version, when, by whom, name."""
    return [
        (int(r[0]), str(r[1]), str(r[2]), str(r[3]))
        for r in store.db.conn.execute(
            "SELECT version, exported_at, exported_by, file_name FROM creative_exports"
            " WHERE creative_id = ? ORDER BY exported_at, rowid",
            (creative_id,),
        )
    ]
