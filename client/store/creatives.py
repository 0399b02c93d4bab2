"""Creatives in SQLite: versions, decisions, and the rule that only approved ads go out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from client.store import Store
from client.store.creative_rows import COLUMNS, findings_text, from_row, insert_version
from common.database import transaction
from common.domain import Creative, CreativeState, Finding
from common.errors import CreativeError

#: the newest version of every creative
_NEWEST = f"""
    SELECT {COLUMNS} FROM creatives c JOIN creative_versions v USING (creative_id)
    WHERE v.version = (SELECT max(version) FROM creative_versions WHERE creative_id = c.creative_id)
"""


def now() -> str:
    """The time as ISO-8601 UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


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


def listing(
    store: Store,
    state: CreativeState | str | None = None,
    audience_id: str | None = None,
    product_id: str | None = None,
) -> list[Creative]:
    """The newest version of every creative, newest first; filters are joined by "and"."""
    sql, values = _NEWEST, []
    filters = (("v.state", state), ("c.audience_id", audience_id), ("c.product_id", product_id))
    for column, value in filters:
        if value is not None:
            sql += f" AND {column} = ?"
            values.append(str(value))
    rows = store.db.conn.execute(f"{sql} ORDER BY v.created_at DESC, c.creative_id", values)
    return [from_row(row) for row in rows]


def load(store: Store, creative_id: str, version: int | None = None) -> Creative:
    """One creative, its newest version unless another is named.

    Raises:
        CreativeError: there is no such creative or version.
    """
    versions = history(store, creative_id)
    for c in versions if version is not None else versions[-1:]:
        if version is None or c.version == version:
            return c
    raise CreativeError(
        f"The ad {creative_id} has no version {version}.",
        safe="Nothing was changed.",
        todo=f"It has versions 1 to {versions[-1].version}; see: hansa ads show {creative_id}",
    )


def history(store: Store, creative_id: str) -> list[Creative]:
    """Every version of one creative, oldest first.

    Raises:
        CreativeError: there is no such creative.
    """
    rows = store.db.conn.execute(
        f"SELECT {COLUMNS} FROM creatives c JOIN creative_versions v USING (creative_id)"
        " WHERE c.creative_id = ? ORDER BY v.version",
        (creative_id,),
    ).fetchall()
    if not rows:
        raise CreativeError(
            f"There is no ad with the id {creative_id}.",
            safe="Nothing was changed.",
            todo="See the ids with: hansa ads list",
        )
    return [from_row(row) for row in rows]


def edit(store: Store, edited: Creative) -> Creative:
    """Store new words as the next version; it waits for approval again.

    Args:
        store: The open shop folder.
        edited: The version that was edited, with the new words and their findings. Its
            `version` must be the newest one: somebody else's edit is never overwritten.

    Raises:
        CreativeError: the creative changed since it was read.
    """
    errors = any(f.severity == "error" for f in edited.findings)
    with transaction(store.db) as conn:
        newest = _newest_version(conn, edited.creative_id)
        if newest != edited.version:
            raise _changed(edited.creative_id)
        fresh = replace(
            edited,
            version=newest + 1,
            state=CreativeState.REFUSED if errors else CreativeState.DRAFT,
            created_at=now(),
            decided_at="",
            decided_by="",
            reason="",
        )
        insert_version(conn, fresh)
    return fresh


def decide(
    store: Store,
    creative_id: str,
    state: CreativeState,
    by: str,
    reason: str = "",
    version: int | None = None,
) -> Creative:
    """Approve or reject the newest version; who (`by`, never empty), when and why are kept.

    `version` is the one that the person saw: a newer one makes this call fail.

    Raises:
        CreativeError: unknown creative, error findings, no name, or it changed meanwhile.
    """
    if state not in (CreativeState.APPROVED, CreativeState.REJECTED) or not by.strip():
        raise CreativeError(
            "An ad is approved or rejected by a named person.",
            safe="The ad is as before.",
            todo="Give a name, and approve or reject.",
        )
    current = load(store, creative_id)
    if version is not None and current.version != version:
        raise _changed(creative_id)
    if state is CreativeState.APPROVED:
        refuse_errors(current)
    decided_at = now()
    with transaction(store.db) as conn:
        if _newest_version(conn, creative_id) != current.version:
            raise _changed(creative_id)
        conn.execute(
            "UPDATE creative_versions SET state = ?, decided_at = ?, decided_by = ?, reason = ?"
            " WHERE creative_id = ? AND version = ?",
            (str(state), decided_at, by, reason, creative_id, current.version),
        )
        conn.execute(
            "INSERT INTO creative_decisions VALUES (?, ?, ?, ?, ?, ?)",
            (creative_id, current.version, str(state), decided_at, by, reason),
        )
    return load(store, creative_id)


def recheck(store: Store, creative_id: str, version: int, findings: tuple[Finding, ...]) -> None:
    """Keep fresh findings of a version; one that is no longer right goes back to refused."""
    n_errors = sum(f.severity == "error" for f in findings)
    with transaction(store.db) as conn:
        conn.execute(
            "UPDATE creative_versions SET findings = ?, n_errors = ?, state = CASE"
            " WHEN ? > 0 AND state IN ('draft', 'approved') THEN 'refused'"
            " WHEN ? = 0 AND state = 'refused' THEN 'draft' ELSE state END"
            " WHERE creative_id = ? AND version = ?",
            (findings_text(findings), n_errors, n_errors, n_errors, creative_id, version),
        )


def decisions(store: Store, creative_id: str) -> list[dict[str, str]]:
    """Every decision on a creative, oldest first, also those that later ones replaced."""
    rows = store.db.conn.execute(
        "SELECT version, state, decided_at, decided_by, reason FROM creative_decisions"
        " WHERE creative_id = ? ORDER BY decided_at",
        (creative_id,),
    )
    names = ("version", "state", "decided_at", "decided_by", "reason")
    return [dict(zip(names, map(str, row), strict=True)) for row in rows]


def export_approved(store: Store, creative_ids: Iterable[str] = ()) -> list[Creative]:
    """The approved newest versions, the only ads that may leave the shop.

    Args:
        store: The open shop folder.
        creative_ids: Only these; empty = all that are approved.

    Raises:
        CreativeError: nothing is approved, or one that was named is not.
    """
    wanted = tuple(creative_ids)
    chosen = [load(store, i) for i in wanted] if wanted else listing(store, CreativeState.APPROVED)
    waiting = [c.creative_id for c in chosen if c.state is not CreativeState.APPROVED]
    if waiting or not chosen:
        raise CreativeError(
            f"Not approved: {', '.join(waiting)}." if waiting else "No ad is approved yet.",
            safe="Nothing was exported.",
            todo="Read the ads (hansa ads list), then: hansa ads approve ID",
        )
    return chosen


def brands(store: Store, limit: int = 2_000) -> list[str]:
    """Brands of the shop's products: an ad for one must not name another."""
    found = store.db.conn.execute(
        "SELECT DISTINCT brand FROM products WHERE length(brand) > 2 ORDER BY brand LIMIT ?",
        (limit,),
    )
    return [str(row[0]) for row in found]


def refuse_errors(creative: Creative) -> None:
    """Raise if the checks found errors; the message names the words and the fix.

    Raises:
        CreativeError: at least one finding is an error.
    """
    errors = [f for f in creative.findings if f.severity == "error"]
    if errors:
        raise CreativeError(
            "This ad cannot be approved: "
            + " ".join(f"“{f.words}”: {f.message}" if f.words else f.message for f in errors),
            where=f"{creative.creative_id}, version {creative.version}",
            safe="The ad was not approved; it is shown to nobody.",
            todo=" ".join(dict.fromkeys(f.fix for f in errors if f.fix)) or "Edit the ad.",
        )


def _changed(creative_id: str) -> CreativeError:
    return CreativeError(
        f"The ad {creative_id} was edited meanwhile.",
        safe="The newer words are kept.",
        todo=f"Read it again: hansa ads show {creative_id}",
    )


def _newest_version(conn: sqlite3.Connection, creative_id: str) -> int:
    row = conn.execute(
        "SELECT max(version) FROM creative_versions WHERE creative_id = ?", (creative_id,)
    ).fetchone()
    return int(row[0] or 0)
