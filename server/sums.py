"""Secure sums of the registry: whom a round's sum was asked of, how far it came, what it was opened from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.canonical import canonical
from common.database import Database, transaction
from common.errors import InternalError, Refusal
from common.rounds import RoundPlan
from common.secagg import codec
from common.secagg.messages import Up
from common.secagg.roster import Roster
from common.secagg.server_side import SumResult
from common.sum_evidence import SumEvidence


@dataclass
class SumRecord:
    """One attempt at a secure sum, while it is played.

    Attributes:
        roster: Whose keys may take part.
        attempt: Always 1: a new try is a new round, with a new plan.
        charged: The masked stage was asked, so that merchants have paid.
        messages: What was taken, in order.
        dropped: Who did not answer a stage well: fingerprint -> (stage, code).
        seconds: How long each stage took.
        result: The opened sum.
        void: Why there is none.
    """

    roster: Roster
    attempt: int = 1
    charged: bool = False
    messages: list[Up] = field(default_factory=list)
    dropped: dict[str, tuple[str, str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    result: SumResult | None = None
    void: Refusal | None = None

    def outcome(self) -> dict[str, Any]:
        """What became of it, as plain JSON values."""
        found = self.result
        return {
            "members": list(found.members) if found else [],
            "dropped": {who: list(why) for who, why in sorted(self.dropped.items())},
            "liars": list(found.liars) if found else [],
            "seconds": self.seconds,
            "void": self.void.code if self.void else "",
        }


@dataclass(frozen=True, slots=True)
class SumRow:
    """A secure sum as the registry holds it.

    Attributes:
        charged: The masked stage was asked.
        members: Fingerprints of those in the sum.
        dropped: Who did not answer a stage well: fingerprint -> (stage, code).
        liars: Whose revealed share was wrong.
        seconds: How long each stage took.
        void: Code of why there is no sum; "" if there is one.
    """

    charged: bool
    members: tuple[str, ...]
    dropped: Mapping[str, tuple[str, str]]
    liars: tuple[str, ...]
    seconds: Mapping[str, float]
    void: str


class Sums:
    """The part of the registry that keeps secure sums. Every method is one transaction."""

    db: Database

    def charging(self, plan: RoundPlan) -> None:
        """Before the masked stage is asked: from here on a void round was paid for."""
        with transaction(self.db) as conn:
            done = conn.execute(
                "UPDATE sums SET charged = 1 WHERE run_id = ? AND round = ?",
                (plan.run_id, plan.round),
            )
            if done.rowcount != 1:
                raise InternalError("the round has no secure sum")

    def sum_of(self, run_id: str, round_: int) -> SumRow | None:
        """A round's sum; None for own noise."""
        row = self.db.execute(
            "SELECT charged, outcome FROM sums WHERE run_id = ? AND round = ?", (run_id, round_)
        ).fetchone()
        if row is None:
            return None
        o = json.loads(row[1])
        dropped = {who: (stage, code) for who, (stage, code) in o.get("dropped", {}).items()}
        return SumRow(
            bool(row[0]), tuple(o.get("members", ())), dropped, tuple(o.get("liars", ())),
            o.get("seconds", {}), o.get("void", ""),
        )  # fmt: skip

    def sum_evidence(self, run_id: str, round_: int) -> SumEvidence | None:
        """What a finished sum was opened from; None without one."""
        at = (run_id, round_)
        kept = self.db.execute(
            "SELECT attempt, roster FROM sums WHERE run_id = ? AND round = ?", at
        ).fetchone()
        rows = self.db.execute(
            "SELECT header, vector FROM sum_messages WHERE run_id = ? AND round = ? ORDER BY place",
            at,
        ).fetchall()
        if kept is None or not rows:
            return None
        roster = Roster.from_dict(json.loads(kept[1]))
        return SumEvidence(kept[0], roster, tuple((bytes(r[0]), bytes(r[1])) for r in rows))


def open_sum(conn: sqlite3.Connection, plan: RoundPlan, record: SumRecord) -> None:
    """In the transaction that opens the round."""
    conn.execute(
        "INSERT INTO sums (run_id, round, attempt, roster) VALUES (?,?,?,?)",
        (plan.run_id, plan.round, record.attempt, _json(record.roster.as_dict())),
    )


def close_sum(conn: sqlite3.Connection, plan: RoundPlan, record: SumRecord) -> None:
    """In the transaction that closes the round; messages are kept of a sum that was opened."""
    at = (plan.run_id, plan.round)
    conn.execute(
        "UPDATE sums SET outcome = ? WHERE run_id = ? AND round = ?",
        (_json(record.outcome()), *at),
    )
    if record.result is None:
        return
    packed = (codec.pack(m) for m in record.messages)
    conn.executemany(
        "INSERT INTO sum_messages VALUES (?,?,?,?,?)",
        [(*at, i, header, vector) for i, (header, vector) in enumerate(packed)],
    )


def _json(value: dict[str, Any]) -> str:
    return canonical(value).decode("utf-8")
