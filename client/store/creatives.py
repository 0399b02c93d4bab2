"""Creatives in SQLite: new ones, edits, decisions; the one door to the files beside this one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

from client.store import Store, creative_pairs
from client.store.creative_exports import export_approved, exports, record_export
from client.store.creative_life import CHECKS, changed, decide, now, recheck, refuse_errors
from client.store.creative_read import (
    brands,
    counts,
    decisions,
    history,
    listing,
    load,
    shown,
    usable,
    versions,
)
from client.store.creative_rows import insert_version
from client.store.creative_undo import possible, undo
from common.database import transaction
from common.domain import Creative, CreativeState
from common.errors import CreativeError

__all__ = [
    "CHECKS",
    "brands",
    "counts",
    "decide",
    "decisions",
    "edit",
    "export_approved",
    "exports",
    "history",
    "listing",
    "load",
    "new_id",
    "now",
    "possible",
    "recheck",
    "record_export",
    "refuse_errors",
    "save",
    "shown",
    "undo",
    "usable",
]


def new_id() -> str:
    """A fresh id that a person can type."""
    return f"ad-{uuid4().hex[:8]}"


def save(store: Store, creatives: Iterable[Creative]) -> list[Creative]:
    """Store new creatives as version 1, drafts or refused.

    Args:
        store: The open shop folder.
        creatives: With an empty `creative_id` an id is given; an empty `created_at` is now.

    Returns:
        The creatives as stored.

    Raises:
        CreativeError: one of them is already decided; only `decide` decides.
    """
    ready = [
        replace(
            c, creative_id=c.creative_id or new_id(), version=1, created_at=c.created_at or now()
        )
        for c in creatives
    ]
    if any(c.state not in (CreativeState.DRAFT, CreativeState.REFUSED) for c in ready):
        raise CreativeError(
            "A new ad can only be a draft.",
            safe="Nothing was stored.",
            todo="Save it as a draft; a person approves it afterwards.",
        )
    with transaction(store.db) as conn:
        for c in ready:
            conn.execute(
                "INSERT INTO creatives (creative_id, product_id, audience_id, language, created_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (c.creative_id, c.product_id, c.audience_id, c.language, c.created_at),
            )
            insert_version(conn, c)
    return ready


def edit(store: Store, edited: Creative) -> Creative:
    """Store new words as the next version; it waits for approval again.

    In the same transaction the new words are kept as preferred to those that the writer wrote.

    Args:
        store: The open shop folder.
        edited: The version that was edited, with the new words and their findings. Its
            `version` must be the newest one: somebody else's edit is never overwritten.

    Raises:
        CreativeError: the creative changed since it was read.
    """
    errors = any(f.severity == "error" for f in edited.findings)
    with transaction(store.db) as conn:
        known = versions(conn, edited.creative_id)
        if not known or known[-1].version != edited.version:
            raise changed(edited.creative_id)
        fresh = replace(
            edited,
            version=edited.version + 1,
            state=CreativeState.REFUSED if errors else CreativeState.DRAFT,
            created_at=now(),
            decided_at="",
            decided_by="",
            reason="",
            approved_at="",
            approved_by="",
        )
        insert_version(conn, fresh)
        creative_pairs.edited(conn, known, fresh, edited.provenance.get("edited_by", ""))
    return fresh
