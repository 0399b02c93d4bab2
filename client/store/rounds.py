"""Plans that were received and reports that were sent: the sent bytes are kept for an identical resend."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from client.store import Store
from client.store import entries as table
from client.store.ledger import broken, commit_within, taken_over
from common.canonical import canonical
from common.database import transaction
from common.errors import Refusal
from common.keys import Identity
from common.ledger import LedgerEntry, utc
from common.ledger_check import Problem
from common.rounds import RoundPlan, RoundReport

_LENGTH_BYTES = 8

#: What else is written in the transaction of a commit.
Also = Callable[[sqlite3.Connection], None]


@dataclass(frozen=True, slots=True)
class SentTensor:
    """One tensor that left this computer."""

    name: str
    shape: tuple[int, ...]
    n_bytes: int


@dataclass(frozen=True, slots=True)
class SentReport:
    """One report that left this computer, as a person may want to see it.

    Attributes:
        run_id: The coordinator's run.
        round: Of the run.
        task: "train" or "evaluate".
        plan_digest: What was asked.
        made_at: ISO-8601 UTC.
        content_digest: As committed to the ledger.
        sequence: The ledger's entry that committed it.
        n_bytes: Size of the whole stored report.
        tensors: What was in it.
        masked: SHA-256 of the masked vector that left with it, in a secure sum; else empty.
    """

    run_id: str
    round: int
    task: str
    plan_digest: str
    made_at: str
    content_digest: str
    sequence: int
    n_bytes: int
    tensors: tuple[SentTensor, ...]
    masked: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedPlan:
    """One plan that came in, and what was done about it."""

    received_at: str
    plan_digest: str
    run_id: str
    round: int
    task: str
    outcome: str
    code: str
    reasons: tuple[str, ...]


def pack(report: RoundReport) -> bytes:
    """A report as bytes, always the same for the same report: length, JSON head, raw float32."""
    names = sorted(report.tensors)
    shapes = [[name, list(report.tensors[name].shape)] for name in names]
    head = canonical({"header": report.header(), "signature": report.signature, "tensors": shapes})
    arrays = (np.ascontiguousarray(report.tensors[name], dtype="<f4") for name in names)
    return b"".join([len(head).to_bytes(_LENGTH_BYTES), head, *(a.tobytes() for a in arrays)])


def unpack(data: bytes) -> RoundReport:
    """Inverse of `pack`.

    Raises:
        ValueError: the bytes are damaged.
    """
    size = int.from_bytes(data[:_LENGTH_BYTES])
    head = json.loads(data[_LENGTH_BYTES : _LENGTH_BYTES + size])
    at, tensors = _LENGTH_BYTES + size, {}
    for name, shape in head["tensors"]:
        n_bytes = 4 * int(np.prod(shape, dtype=np.int64))
        flat: NDArray[np.float32] = np.frombuffer(data[at : at + n_bytes], dtype="<f4")
        tensors[name] = flat.reshape(shape)
        at += n_bytes
    if at != len(data):
        raise ValueError("the stored report is cut or too long")
    return RoundReport.from_header(head["header"], tensors, head["signature"])


def release(
    store: Store,
    identity: Identity,
    reservation: LedgerEntry,
    report: RoundReport,
    now: datetime,
    also: Also | None = None,
) -> RoundReport:
    """Commit, sign and keep a report, all or nothing. Only what this returns may be sent.

    Args:
        store: The shop.
        identity: The merchant's.
        reservation: What was charged for it.
        report: Complete but for its ledger's head and tail and its signature.
        now: Aware UTC time.
        also: What must be on the disk exactly when the commit is.

    Raises:
        DatabaseBusy: the reservation is no longer open, or the plan was answered meanwhile.
    """
    with transaction(store.db) as conn:
        entry = commit_within(conn, identity, reservation, report.content_digest(), now)
        asked_by = table.signer(conn, reservation.sequence)
        tail = table.after(conn, table.cosigned(conn, asked_by))
        final = replace(report, ledger_head=entry.head, ledger_tail=tail)
        final = final.signed(identity.sign(final.signed_bytes()))
        try:
            _keep(conn, final, entry)
        except sqlite3.IntegrityError as e:
            raise taken_over() from e
        if also is not None:
            also(conn)
    return final


def answered(store: Store, plan: RoundPlan) -> RoundReport | None:
    """The report that was made for this very plan, with the same bytes as the first time.

    Raises:
        LedgerBroken: the stored bytes are damaged.
    """
    row = store.db.execute(
        "SELECT content FROM sent_reports WHERE plan_digest = ?", (plan.digest(),)
    ).fetchone()
    return _whole(row[0]) if row else None


def sent_at(store: Store, sequence: int) -> RoundReport | None:
    """The report that was committed by this entry of the ledger; None if none was.

    Raises:
        LedgerBroken: the stored bytes are damaged.
    """
    row = store.db.execute(
        "SELECT content FROM sent_reports WHERE sequence = ?", (sequence,)
    ).fetchone()
    return _whole(row[0]) if row else None


def answered_otherwise(store: Store, plan: RoundPlan) -> bool:
    """True when the same round of the same run was answered for another plan."""
    row = store.db.execute(
        "SELECT 1 FROM sent_reports WHERE run_id = ? AND round = ? AND task = ? "
        "AND plan_digest <> ?",
        (plan.run_id, plan.round, plan.task.value, plan.digest()),
    ).fetchone()
    return row is not None


@dataclass(frozen=True, slots=True)
class About:
    """Which plan a line of the diary is about, where the plan itself is not at hand."""

    plan_digest: str
    run_id: str
    round: int
    task: str


def note(
    store: Store,
    asked: RoundPlan | About,
    outcome: str,
    now: datetime,
    reasons: tuple[Refusal, ...] = (),
) -> None:
    """Write down that a plan came in: "answered", "resent", "refused" or "failed", and why."""
    if isinstance(asked, RoundPlan):
        about = About(asked.digest(), asked.run_id, asked.round, asked.task.value)
    else:
        about = asked
    with transaction(store.db) as conn:
        conn.execute(
            "INSERT INTO received_plans (received_at, plan_digest, run_id, round, task, outcome, "
            "code, reasons) VALUES (?,?,?,?,?,?,?,?)",
            (
                utc(now),
                about.plan_digest,
                about.run_id,
                about.round,
                about.task,
                outcome,
                reasons[0].code if reasons else "",
                json.dumps([r.reason for r in reasons], ensure_ascii=False),
            ),
        )


def history(store: Store, limit: int = 1000) -> list[SentReport]:
    """Everything that ever left, newest first."""
    rows = store.db.execute(
        "SELECT run_id, round, task, plan_digest, made_at, content_digest, sequence, "
        "length(content), content FROM sent_reports ORDER BY sequence DESC LIMIT ?",
        (limit,),
    )
    return [
        SentReport(run, number, task, plan, at, content, sequence, size, *_inside(data))
        for run, number, task, plan, at, content, sequence, size, data in rows
    ]


def received(store: Store, limit: int = 1000) -> list[ReceivedPlan]:
    """Every plan that came in, newest first."""
    rows = store.db.execute(
        "SELECT received_at, plan_digest, run_id, round, task, outcome, code, reasons "
        "FROM received_plans ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [
        ReceivedPlan(at, plan, run, number, task, outcome, code, tuple(json.loads(reasons)))
        for at, plan, run, number, task, outcome, code, reasons in rows
    ]


def _keep(conn: sqlite3.Connection, report: RoundReport, entry: LedgerEntry) -> None:
    conn.execute(
        "INSERT INTO sent_reports (plan_digest, run_id, round, task, sequence, ledger_hash, "
        "content_digest, made_at, content) VALUES (?,?,?,?,?,?,?,?,?)",
        (
            report.plan_digest,
            report.run_id,
            report.round,
            report.task.value,
            entry.sequence,
            entry.hash,
            entry.report_digest,
            entry.at,
            pack(report),
        ),
    )


def _whole(content: bytes) -> RoundReport:
    try:
        return unpack(content)
    except (ValueError, KeyError, TypeError) as e:
        raise broken([Problem("damaged", "A stored report is damaged.")]) from e


def _inside(content: bytes) -> tuple[tuple[SentTensor, ...], str]:
    """Only the layout is read: reports of older protocols are listed too."""
    size = int.from_bytes(content[:_LENGTH_BYTES])
    head = json.loads(content[_LENGTH_BYTES : _LENGTH_BYTES + size])
    tensors = tuple(
        SentTensor(name, tuple(shape), 4 * int(np.prod(shape, dtype=np.int64)))
        for name, shape in head["tensors"]
    )
    return tensors, str(head["header"].get("masked", ""))
