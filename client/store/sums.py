"""Which rounds of secure sums this shop joined, and in which its masked sum was sent: on disk before it leaves."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from client.store import Store
from client.store.ledger import taken_over
from common.database import transaction
from common.errors import DatabaseBusy
from common.ledger import utc
from common.rounds import RoundPlan, Task
from common.secagg.task import Joined, RoundMemory, SumTask


@dataclass(frozen=True, slots=True)
class JoinedSum:
    """A round that was joined, as its messages name it.

    Attributes:
        run_id: The coordinator's run.
        round: Of the run.
        task: "train" or "evaluate".
        plan_digest: The plan.
        sent: Whether the masked sum was made to be sent.
    """

    run_id: str
    round: int
    task: str
    plan_digest: str
    sent: bool


def memory(store: Store, run_id: str, task: Task) -> RoundMemory:
    """The newest round of this run that was joined for this task; empty before the first.

    Training and evaluation of one run are counted apart: their plans, sums and charges are.
    """
    return _memory(store.db.conn, run_id, task)


def join(
    store: Store,
    plan: RoundPlan,
    task: SumTask,
    before: RoundMemory,
    after: RoundMemory,
    now: datetime,
) -> None:
    """Put an attempt on the disk, before its first message leaves.

    Args:
        store: The shop.
        plan: That is answered.
        task: The attempt.
        before: The memory on which it was decided.
        after: With the attempt in it.
        now: Aware time.

    Raises:
        DatabaseBusy: another process joined a round meanwhile.
    """
    joined = after.runs[task.run_id]
    with transaction(store.db) as conn:
        if _memory(conn, task.run_id, plan.task) != before:
            raise DatabaseBusy(
                "Another process of this shop joined the round meanwhile.",
                safe="Nothing was charged or sent from here.",
                todo="Run only one node for this shop.",
            )
        conn.execute(
            "INSERT INTO league_rounds (run_id, task, round, attempt, plan_digest, sum_digest, "
            "joined_at, sent) VALUES (?,?,?,?,?,?,?,0) ON CONFLICT (run_id, task, round) "
            "DO UPDATE SET attempt = excluded.attempt, sum_digest = excluded.sum_digest, "
            "plan_digest = excluded.plan_digest, joined_at = excluded.joined_at",
            (
                task.run_id,
                plan.task.value,
                joined.round,
                joined.attempt,
                joined.plan_digest,
                task.digest(),
                utc(now),
            ),
        )


def sending(conn: sqlite3.Connection, task: SumTask, kind: Task) -> None:
    """The masked sum of this attempt is made to be sent, in the transaction that commits its charge.

    Raises:
        DatabaseBusy: the attempt was overtaken by another one; nothing may leave.
    """
    done = conn.execute(
        "UPDATE league_rounds SET sent = 1 WHERE run_id = ? AND task = ? AND round = ? "
        "AND attempt = ? AND sum_digest = ? AND NOT sent AND round = "
        "(SELECT max(round) FROM league_rounds WHERE run_id = ? AND task = ?)",
        (
            task.run_id,
            kind.value,
            task.round,
            task.attempt,
            task.digest(),
            task.run_id,
            kind.value,
        ),
    )
    if done.rowcount != 1:
        raise taken_over()


def named(store: Store, sum_digest: str) -> JoinedSum | None:
    """The round that a message of a secure sum belongs to; None if it was never joined here."""
    row = store.db.execute(
        "SELECT run_id, round, task, plan_digest, sent FROM league_rounds WHERE sum_digest = ?",
        (sum_digest,),
    ).fetchone()
    return JoinedSum(row[0], row[1], row[2], row[3], bool(row[4])) if row else None


def _memory(conn: sqlite3.Connection, run_id: str, task: Task) -> RoundMemory:
    row = conn.execute(
        "SELECT round, attempt, plan_digest, sent FROM league_rounds "
        "WHERE run_id = ? AND task = ? ORDER BY round DESC LIMIT 1",
        (run_id, task.value),
    ).fetchone()
    return RoundMemory({run_id: Joined(row[0], row[1], row[2], bool(row[3]))} if row else {})
