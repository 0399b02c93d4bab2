"""A person decides on a creative: approve, reject, live, retire, take back; every decision is logged."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from client.store import Store, creative_pairs
from client.store.creative_read import decided, load, versions
from client.store.creative_rows import findings_text
from common.database import transaction
from common.domain import Creative, CreativeDecision, CreativeState, Finding
from common.errors import CreativeError

#: who is named in the log where the checks took an approval back
CHECKS = "(checks)"
_S = CreativeState
#: decision -> states that it may be taken in, and what to do in any other
_FROM: dict[CreativeState, tuple[tuple[CreativeState, ...], str]] = {
    _S.APPROVED: ((_S.DRAFT, _S.REJECTED, _S.RETIRED), "Edit it for other words."),
    _S.REJECTED: ((_S.DRAFT, _S.REFUSED, _S.APPROVED), "hansa ads retire ID --reason WHY"),
    _S.LIVE: ((_S.APPROVED,), "Approve it first: hansa ads approve ID"),
    _S.RETIRED: ((_S.APPROVED, _S.LIVE), "Only an approved or live ad is retired."),
}

#: decision on the newest version -> states in which an older version is retired by it
_REPLACES = {
    _S.APPROVED: (_S.APPROVED,),
    _S.LIVE: (_S.APPROVED, _S.LIVE),
    _S.RETIRED: (_S.APPROVED, _S.LIVE),
}


def now() -> str:
    """The time as ISO-8601 UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def decide(
    store: Store,
    creative_id: str,
    state: CreativeState,
    by: str,
    reason: str = "",
    version: int | None = None,
) -> Creative:
    """Approve, reject, set live or retire; who (`by`, never empty), when and why are kept.

    It is about the newest version, but "retire" also takes older versions that are still live out
    of use, and so does a newer version that goes live; a newer approval retires an older one that was
    not live. Preference pairs are kept in the same transaction.
    `version` is the one that the person saw: a newer one makes this call fail.

    Raises:
        CreativeError: unknown creative, error findings, no name, a state that this decision does
            not follow, or it changed meanwhile.
    """
    if state not in _FROM or not by.strip():
        raise CreativeError(
            "An ad is approved, rejected, set live or retired by a named person.",
            safe="The ad is as before.",
            todo="Give a name, and one of these decisions.",
        )
    load(store, creative_id)
    with transaction(store.db) as conn:
        known = versions(conn, creative_id)
        current, at = known[-1], now()
        if version is not None and current.version != version:
            raise changed(creative_id)
        older = [v for v in known[:-1] if v.state in _REPLACES.get(state, ())]
        if state is _S.RETIRED and older and not current.may_be_shown:
            for v in older:
                _apply(conn, v, state, by, reason, at)
        else:
            _follows(current, state)
            why = reason if state is _S.RETIRED else f"version {current.version} is {state}"
            for v in older:
                _apply(conn, v, _S.RETIRED, by, why, at)
            creative_pairs.decided(conn, _apply(conn, current, state, by, reason, at))
    return load(store, creative_id)


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
    found = {name for name, state in names.items() if current.state in _FROM[state][0]}
    if any(v.state is _S.LIVE for v in known.values()):
        found.add("retire")
    try:
        _last(decided(store.db.conn, creative_id), known, creative_id)
    except CreativeError:
        return frozenset(found)
    return frozenset({*found, "undo"})


def recheck(store: Store, creative_id: str, version: int, findings: tuple[Finding, ...]) -> None:
    """Keep fresh findings of a version; one that is no longer right goes back to refused."""
    n_errors = sum(f.severity == "error" for f in findings)
    with transaction(store.db) as conn:
        old = next((v for v in versions(conn, creative_id) if v.version == version), None)
        if old is None:
            return
        state = old.state
        if n_errors and (old.may_be_shown or state is _S.DRAFT):
            state = _S.REFUSED
        elif not n_errors and state is _S.REFUSED:
            state = _S.DRAFT
        if old.may_be_shown and state is _S.REFUSED:
            why = next(f.message for f in findings if f.severity == "error")
            _apply(conn, old, state, CHECKS, why, now(), (findings_text(findings), n_errors))
        else:
            conn.execute(
                "UPDATE creative_versions SET findings = ?, n_errors = ?, state = ?"
                " WHERE creative_id = ? AND version = ?",
                (findings_text(findings), n_errors, str(state), creative_id, version),
            )


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


def changed(creative_id: str) -> CreativeError:
    """Somebody else was faster."""
    return CreativeError(
        f"The ad {creative_id} was edited meanwhile.",
        safe="The newer words are kept.",
        todo=f"Read it again: hansa ads show {creative_id}",
    )


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


def _follows(current: Creative, state: CreativeState) -> None:
    allowed, todo = _FROM[state]
    if state is _S.APPROVED:
        refuse_errors(current)
    if current.state not in allowed:
        raise CreativeError(
            f"This ad is {current.state}; it cannot become {state}.",
            where=f"{current.creative_id}, version {current.version}",
            safe="The ad is as before.",
            todo=todo.replace("ID", current.creative_id),
        )


def _apply(
    conn: sqlite3.Connection,
    old: Creative,
    state: CreativeState,
    by: str,
    reason: str,
    at: str,
    findings: tuple[str, int] | None = None,
) -> Creative:
    """Give a version its new state and log that; an approval comes with "approved" and stays while used."""
    if state is _S.APPROVED:
        approval = (at, by)
    elif state in (_S.LIVE, _S.RETIRED):
        approval = (old.approved_at, old.approved_by)
    else:
        approval = ("", "")
    _set(conn, old, state, (at, by, reason), approval, findings)
    conn.execute(
        "INSERT INTO creative_decisions (creative_id, version, state, decided_at, decided_by,"
        " reason, was) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (old.creative_id, old.version, str(state), at, by, reason, str(old.state)),
    )
    return next(v for v in versions(conn, old.creative_id) if v.version == old.version)


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
    _set(conn, version, state, last or ("", "", ""), approval, None)
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


def _set(
    conn: sqlite3.Connection,
    version: Creative,
    state: CreativeState,
    decision: tuple[str, str, str],
    approval: tuple[str, str],
    findings: tuple[str, int] | None,
) -> None:
    kept, n_errors = findings or (
        findings_text(version.findings),
        sum(f.severity == "error" for f in version.findings),
    )
    conn.execute(
        "UPDATE creative_versions SET state = ?, decided_at = ?, decided_by = ?, reason = ?,"
        " approved_at = ?, approved_by = ?, findings = ?, n_errors = ?"
        " WHERE creative_id = ? AND version = ?",
        (
            str(state),
            *decision,
            *approval,
            kept,
            n_errors,
            version.creative_id,
            version.version,
        ),
    )


def _nothing(creative_id: str, why: str) -> CreativeError:
    return CreativeError(
        why,
        where=creative_id,
        safe="The ad is as before.",
        todo=f"See its decisions: hansa ads show {creative_id}",
    )
