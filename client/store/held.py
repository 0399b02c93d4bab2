"""Reports that are held until the merchant has seen them: kept, approved, dropped, sent or lapsed.

Holding is between `reserve` and `release`: the charge is in the ledger, the bytes are only here.
What the ledger says wins over the column `state`: a held report whose reservation was settled by
somebody else, or whose deadline has passed, has lapsed, whatever a crash left written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from client.preview import Preview
from client.store import Store
from client.store.tensor_bytes import pack_tensors, unpack_tensors
from common.canonical import canonical
from common.database import transaction
from common.errors import InputError, PrivacyError, StoreError
from common.ledger import LedgerEntry, utc
from common.rounds import RoundPlan, Tensors

State = Literal["held", "approved", "dropped", "sent", "lapsed"]

#: A shortened digest that a person types must have so many characters.
MIN_ID = 6

# the ledger and the sent reports are the truth; a state written by a crashed process is not
_STATE = """CASE
    WHEN EXISTS (SELECT 1 FROM sent_reports s WHERE s.plan_digest = h.plan_digest) THEN 'sent'
    WHEN h.state NOT IN ('held', 'approved') THEN h.state
    WHEN EXISTS (SELECT 1 FROM ledger l WHERE l.reservation = h.reservation) THEN 'lapsed'
    WHEN h.deadline_at < ? THEN 'lapsed'
    ELSE h.state END"""
_SELECT = (
    "SELECT h.plan_digest, h.reservation, h.run_id, h.round, h.task, h.held_at, h.deadline_at, "
    f"{_STATE}, h.preview FROM held_reports h"
)


@dataclass(frozen=True, slots=True)
class HeldReport:
    """A report that was made and charged, and waits for the merchant's yes.

    Attributes:
        plan_digest: The plan that it answers; names it.
        reservation: Sequence of its charge in the ledger.
        run_id: The coordinator's run.
        round: Of the run.
        task: "train" or "evaluate".
        held_at: ISO-8601 UTC.
        deadline_at: ISO-8601 UTC; after it the coordinator does not want it any more.
        state: "held", "approved" (leaves when the coordinator asks again), "sent", "dropped" (the
            merchant said no), "lapsed" (deadline passed, or a newer round came).
        preview: What it would tell and cost.
    """

    plan_digest: str
    reservation: int
    run_id: str
    round: int
    task: str
    held_at: str
    deadline_at: str
    state: State
    preview: Preview


def keep(
    store: Store,
    reservation: LedgerEntry,
    plan: RoundPlan,
    tensors: Tensors,
    preview: Preview,
    now: datetime,
) -> None:
    """Hold the noised tensors of a charged plan instead of sending them.

    Raises:
        StoreError: something is held for this plan already; nothing was changed.
    """
    deadline = utc(datetime.fromisoformat(plan.deadline_at))
    values = (
        plan.digest(),
        reservation.sequence,
        plan.run_id,
        plan.round,
        plan.task.value,
        utc(now),
        deadline,
        canonical(preview.as_dict()).decode("utf-8"),
        pack_tensors(tensors),
    )
    with transaction(store.db) as conn:
        try:
            conn.execute(
                "INSERT INTO held_reports (plan_digest, reservation, run_id, round, task, held_at, "
                "deadline_at, state, preview, content) VALUES (?,?,?,?,?,?,?,'held',?,?)",
                values,
            )
        except sqlite3.IntegrityError as e:
            raise StoreError(
                "A report for this plan is held already.",
                safe="Nothing was sent. The new attempt stays charged.",
                todo="Run only one node for this shop.",
            ) from e


def state(store: Store, plan_digest: str, now: datetime | None = None) -> State | None:
    """What became of the report for a plan; None when none was ever held."""
    row = store.db.execute(
        f"SELECT {_STATE} FROM held_reports h WHERE h.plan_digest = ?",
        (_clock(now), plan_digest),
    ).fetchone()
    return row[0] if row else None


def load(store: Store, plan_digest: str, now: datetime | None = None) -> HeldReport:
    """One held report by the digest of its plan, or by the digest's first characters.

    Raises:
        InputError: there is none of that name, or more than one.
    """
    found = []
    if len(plan_digest) >= MIN_ID and plan_digest.isalnum():
        found = store.db.execute(
            f"{_SELECT} WHERE h.plan_digest GLOB ?", (_clock(now), f"{plan_digest.lower()}*")
        ).fetchall()
    if len(found) != 1:
        raise InputError(
            "More than one held report has this name." if found else "No such report is held here.",
            where=plan_digest,
            safe="Nothing was changed or sent.",
            todo="'hansa hold list' shows every name.",
        )
    return _report(found[0])


def listing(
    store: Store, states: Sequence[State] = ("held",), now: datetime | None = None
) -> list[HeldReport]:
    """Held reports in some states, newest first; those that wait for the merchant by default."""
    rows = store.db.execute(f"{_SELECT} ORDER BY h.reservation DESC", (_clock(now),)).fetchall()
    return [_report(row) for row in rows if row[7] in states]


def tensors(store: Store, plan_digest: str) -> Tensors:
    """The noised tensors that were held: the same bytes, whenever they leave.

    Raises:
        InputError: nothing is held for the plan any more.
        StoreError: the stored bytes are damaged.
    """
    row = store.db.execute(
        "SELECT content FROM held_reports WHERE plan_digest = ? AND content IS NOT NULL",
        (plan_digest,),
    ).fetchone()
    if row is None:
        raise InputError("Nothing is held for this plan.", safe="Nothing was sent.")
    try:
        return unpack_tensors(row[0])
    except (ValueError, KeyError, TypeError) as e:
        raise StoreError(
            "The held report is damaged.",
            where="hansa.db, table held_reports",
            safe="Nothing was sent. The charge stays.",
        ) from e


def approve(store: Store, plan_digest: str, now: datetime | None = None) -> HeldReport:
    """The merchant said "send": it leaves when the coordinator asks for it again.

    Raises:
        InputError: no such report.
        PrivacyError: it cannot be sent any more.
    """
    report = load(store, plan_digest, now)
    if report.state not in ("held", "approved"):
        raise _too_late(report)
    return _move(store, report, "approved", now)


def drop(store: Store, plan_digest: str, now: datetime | None = None) -> HeldReport:
    """The merchant said "don't send": the tensors are deleted, the charge stays.

    Raises:
        InputError: no such report.
        PrivacyError: it left already.
    """
    report = load(store, plan_digest, now)
    if report.state == "sent":
        raise _too_late(report)
    return report if report.state == "lapsed" else _move(store, report, "dropped", now)


def sent(store: Store, plan_digest: str) -> None:
    """It left; from now on `sent_reports` keeps its bytes."""
    with transaction(store.db) as conn:
        conn.execute(
            "UPDATE held_reports SET state = 'sent', content = NULL WHERE plan_digest = ?",
            (plan_digest,),
        )


def lapse(
    store: Store, run_id: str = "", now: datetime | None = None, *, apart_from: str = ""
) -> int:
    """Delete what can never leave any more.

    Args:
        store: The shop.
        run_id: Everything that still waits in this run is overtaken by a newer plan; "": only
            what has lapsed by itself (deadline, settled charge).
        now: Aware time; else the clock's.
        apart_from: A plan's digest that stays.

    Returns:
        How many lapsed.
    """
    with transaction(store.db) as conn:
        done = conn.execute(
            "UPDATE held_reports AS h SET state = 'lapsed', content = NULL "
            "WHERE h.state IN ('held', 'approved') AND h.plan_digest <> ? "
            f"AND ((h.run_id = ? AND ? <> '') OR {_STATE} = 'lapsed')",
            (apart_from, run_id, run_id, _clock(now)),
        )
        return int(done.rowcount)


def _move(store: Store, report: HeldReport, to: State, now: datetime | None) -> HeldReport:
    """Only from the state that was looked at: two windows cannot both decide."""
    kept = "content" if to == "approved" else "NULL"
    with transaction(store.db) as conn:
        conn.execute(
            f"UPDATE held_reports SET state = ?, content = {kept} "
            "WHERE plan_digest = ? AND state IN ('held', 'approved')",
            (to, report.plan_digest),
        )
    moved = load(store, report.plan_digest, now)
    if moved.state != to:
        raise _too_late(moved)
    return moved


def _too_late(report: HeldReport) -> PrivacyError:
    why = {
        "lapsed": f"Its deadline was {report.deadline_at}, or a newer round came meanwhile.",
        "dropped": "You decided not to send it, and its figures were deleted.",
        "sent": "It left already.",
    }.get(report.state, "Somebody else decided about it meanwhile.")
    error = PrivacyError(
        f"This report can no longer be decided about. {why}",
        where=f"{report.task} round {report.round} of {report.run_id}",
        safe="Nothing was changed." if report.state == "sent" else "Nothing was or will be sent.",
        todo="'hansa hold list --all' shows what became of every held report.",
    )
    error.code = "lapsed" if report.state == "lapsed" else "decided"
    return error


def _clock(now: datetime | None) -> str:
    return utc(now or datetime.now(UTC))


def _report(row: Sequence[object]) -> HeldReport:
    digest, reservation, run, number, task, held_at, deadline, current, preview = row
    try:
        shown = Preview.from_dict(json.loads(str(preview)))
    except ValueError as e:
        raise StoreError(
            "The preview of a held report is damaged.",
            where="hansa.db, table held_reports",
            safe="Nothing was sent. The charge stays.",
        ) from e
    return HeldReport(
        plan_digest=str(digest),
        reservation=int(str(reservation)),
        run_id=str(run),
        round=int(str(number)),
        task=str(task),
        held_at=str(held_at),
        deadline_at=str(deadline),
        state=current,  # type: ignore[arg-type]  # the table's own check holds it
        preview=shown,
    )
