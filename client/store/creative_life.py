"""A person decides on a creative: approve, reject, live, retire; every decision is logged."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from client.store import Store, creative_pairs
from client.store.creative_read import load, versions
from client.store.creative_rows import findings_text
from common.database import transaction
from common.domain import Creative, CreativeState, Finding
from common.errors import CreativeError

#: who is named in the log where the checks took an approval back
CHECKS = "(checks)"
_S = CreativeState
#: decision -> states that it may be taken in, and what to do in any other
FOLLOWS: dict[CreativeState, tuple[tuple[CreativeState, ...], str]] = {
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
    not live. Preference pairs are kept in the same transaction. `version` is the one that the person saw: a newer one makes this call fail.

    Raises:
        CreativeError: unknown creative, error findings, no name, a state that this decision does
            not follow, or it changed meanwhile.
    """
    if state not in FOLLOWS or not by.strip():
        raise CreativeError(
            "An ad is approved, rejected, set live or retired by a named person.",
            safe="The ad is as before.",
            todo="Give a name, and one of these decisions.",
        )
    load(store, creative_id)
    with transaction(store.db) as conn:
        *before, current = versions(conn, creative_id)
        at = now()
        if version not in (None, current.version):
            raise changed(creative_id)
        older = [v for v in before if v.state in _REPLACES.get(state, ())]
        why = reason if state is _S.RETIRED else f"version {current.version} is {state}"
        only_older = state is _S.RETIRED and older and not current.may_be_shown
        if not only_older:
            _follows(current, state)
        for v in older:
            _apply(conn, v, _S.RETIRED, by, why, at)
        if not only_older:
            creative_pairs.decided(conn, _apply(conn, current, state, by, reason, at))
    return load(store, creative_id)


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


def _follows(current: Creative, state: CreativeState) -> None:
    allowed, todo = FOLLOWS[state]
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
    set_state(conn, old, state, (at, by, reason), approval, findings)
    conn.execute(
        "INSERT INTO creative_decisions (creative_id, version, state, decided_at, decided_by,"
        " reason, was) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (old.creative_id, old.version, str(state), at, by, reason, str(old.state)),
    )
    return next(v for v in versions(conn, old.creative_id) if v.version == old.version)


def set_state(
    conn: sqlite3.Connection,
    version: Creative,
    state: CreativeState,
    decision: tuple[str, str, str],
    approval: tuple[str, str],
    findings: tuple[str, int] | None,
) -> None:
    """Write a version's state with the decision (when, who, why) and approval (when, who) behind it."""
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
