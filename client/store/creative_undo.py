"""Take a decision on a creative back: the state and approval of before return, both stay in the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from client.store import Store
from client.store.creative_life import CHECKS, FOLLOWS, now, set_state
from client.store.creative_read import decided, load, versions
from common.database import transaction
from common.domain import Creative, CreativeDecision, CreativeState
from common.errors import CreativeError

_S = CreativeState


def undo(store: Store, creative_id: str, by: str, reason: str = "") -> Creative:
    """Take the last decision back that still stands; both stay in the log.

    The state before it returns, with the approval that was in force then; if the checks find errors
    by now, the ad is refused instead. Taking back again goes one decision further back.

    Raises:
        CreativeError: there is none to take back, or the checks or an edit came after it.
    """
    if not by.strip():
        raise _nothing(creative_id, "Nobody is named who takes it back.")
    load(store, creative_id)
    with transaction(store.db) as conn:
        log = decided(conn, creative_id)
        known = {v.version: v for v in versions(conn, creative_id)}
        last = _last(log, known, creative_id)
        at = now()
        for d in reversed(last):
            _restore(conn, known[d.version], d, log, (by, reason, at))
    return load(store, creative_id)


def possible(store: Store, creative_id: str) -> frozenset[str]:
    """Which of "approve", "reject", "live", "retire", "undo" the ad's state allows now.

    Raises:
        CreativeError: there is no such creative.
    """
    current = load(store, creative_id)
    known = {v.version: v for v in versions(store.db.conn, creative_id)}
    names = {"approve": _S.APPROVED, "reject": _S.REJECTED, "live": _S.LIVE, "retire": _S.RETIRED}
    found = {name for name, state in names.items() if current.state in FOLLOWS[state][0]}
    if any(v.state is _S.LIVE for v in known.values()):
        found.add("retire")
    try:
        _last(decided(store.db.conn, creative_id), known, creative_id)
    except CreativeError:
        return frozenset(found)
    return frozenset({*found, "undo"})


def _standing(log: Sequence[CreativeDecision]) -> list[CreativeDecision]:
    """Decisions that nobody took back."""
    return [d for d in log if d.undoes is None and not d.undone]


def _last(
    log: Sequence[CreativeDecision], known: dict[int, Creative], creative_id: str
) -> list[CreativeDecision]:
    """The decisions of the last moment that still stand: one deed may end several versions.

    Raises:
        CreativeError: there is none, or the checks or an edit came after it.
    """
    standing = _standing(log)
    if not standing:
        raise _nothing(creative_id, "There is no decision on this ad that could be taken back.")
    last = [d for d in standing if d.decided_at == standing[-1].decided_at]
    for d in last:
        state = known[d.version].state
        if d.decided_by == CHECKS or state is not d.state:
            raise _nothing(creative_id, "The checks have decided since.")
        if state in (_S.APPROVED, _S.REJECTED) and d.version != max(known):
            raise _nothing(creative_id, "The ad was edited since.")
    return last


def _restore(
    conn: sqlite3.Connection,
    version: Creative,
    taken: CreativeDecision,
    log: Sequence[CreativeDecision],
    how: tuple[str, str, str],
) -> None:
    """The state before a decision, with the decision and approval that stood then."""
    by, reason, at = how
    before = [d for d in _standing(log) if d.version == version.version and d.entry < taken.entry]
    state = CreativeState(taken.was or (before[-1].state if before else _S.DRAFT))
    errors = any(f.severity == "error" for f in version.findings)
    yes = next((d for d in reversed(before) if d.state is _S.APPROVED), None)
    if errors and state in (_S.DRAFT, _S.APPROVED, _S.LIVE):
        state = _S.REFUSED
    elif state is _S.REFUSED and not errors:
        state = _S.DRAFT
    in_force = state in (_S.APPROVED, _S.LIVE, _S.RETIRED)
    if in_force and yes is None:
        raise _nothing(version.creative_id, "The log does not say who approved it.")
    last = (before[-1].decided_at, before[-1].decided_by, before[-1].reason) if before else None
    approval = (yes.decided_at, yes.decided_by) if in_force and yes else ("", "")
    set_state(conn, version, state, last or ("", "", ""), approval, None)
    conn.execute(
        "INSERT INTO creative_decisions (creative_id, version, state, decided_at, decided_by,"
        " reason, was, undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            version.creative_id,
            version.version,
            str(state),
            at,
            by,
            reason,
            str(version.state),
            taken.entry,
        ),
    )


def _nothing(creative_id: str, why: str) -> CreativeError:
    return CreativeError(
        why,
        where=creative_id,
        safe="The ad is as before.",
        todo=f"See its decisions: hansa ads show {creative_id}",
    )
