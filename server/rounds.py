"""Rounds and reports of the registry: opened and closed together with their entries in the book."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from common import merkle
from common.book import BookEntry, BookKind, leaves
from common.canonical import canonical
from common.database import Database, transaction
from common.errors import InternalError
from common.rounds import RoundPlan, Task, Tensors, tensors_digest
from server.book import Book, entry
from server.rows import Arrays, KeptReport, ReportRow, RoundRow, now, pack, unpack
from server.sums import SumRecord, close_sum, open_sum


@dataclass(frozen=True, slots=True)
class CoSigned:
    """The newest admitted report of a merchant, and the round of the book that it is in.

    Attributes:
        report: As it was admitted.
        entry: The book's `round` entry.
        digests: `RoundReport.digest()` of all admitted reports, in order of merchant.
        index: Where this one stands among them.
    """

    report: KeptReport
    entry: BookEntry
    digests: tuple[str, ...]
    index: int


class Rounds:
    """The part of the registry that keeps rounds. Every method is one transaction."""

    db: Database
    book: Book

    def open_round(
        self, draft: RoundPlan, n_asked: int, record: SumRecord | None = None
    ) -> RoundPlan:
        """Before a plan is sent: name the book's head in it, sign it, keep it, enter it in the book.

        Args:
            draft: The plan without head and signature.
            n_asked: How many merchants it goes to.
            record: Of the round's secure sum.

        Returns:
            The plan as it is sent.
        """
        if self.book.identity is None:
            raise InternalError("plans are signed with the coordinator's key")
        with transaction(self.db) as conn:
            plan = replace(draft, book=self.book.head())
            plan = plan.signed(self.book.identity.sign(plan.signed_bytes()))
            digest = plan.digest()
            conn.execute(
                """INSERT INTO rounds (run_id, round, task, status, plan_digest, plan, signature,
                   sent, n_asked, opened_at) VALUES (?,?,?,'open',?,?,?,?,?,?)""",
                (
                    plan.run_id, plan.round, plan.task.value, digest, _json(plan.header()),
                    plan.signature, pack(plan.tensors), n_asked, now(),
                ),
            )  # fmt: skip
            if record is not None:
                open_sum(conn, plan, record)
            self.book.append(conn, _turn(BookKind.PLAN, plan, digest))
        return plan

    def close_round(
        self,
        plan: RoundPlan,
        status: str,
        reports: Sequence[ReportRow],
        *,
        result: Tensors | None = None,
        velocity: Tensors | None = None,
        metrics: Mapping[str, float] | None = None,
        record: SumRecord | None = None,
    ) -> BookEntry:
        """Close or void a round together with what came back and its entry in the book.

        Raises:
            InternalError: the round is not open.
        """
        digest, at = plan.digest(), (plan.run_id, plan.round)
        good = sorted((r for r in reports if r.admitted), key=lambda r: r.merchant)
        digests = [r.report.digest() for r in good if r.report]
        packed = [None if t is None else pack(t) for t in (result, velocity)]
        with transaction(self.db) as conn:
            done = conn.execute(
                """UPDATE rounds SET status = ?, sent = NULL, result = ?, velocity = ?,
                   n_admitted = ?, metrics = ?, closed_at = ?
                   WHERE run_id = ? AND round = ? AND plan_digest = ? AND status = 'open'""",
                (status, *packed, len(good), _json(dict(metrics or {})), now(), *at, digest),
            )
            if done.rowcount != 1:
                raise InternalError("only an open round is closed")
            conn.executemany(
                "INSERT INTO reports VALUES (?,?,?,?,?,?,?,?,?)", [r.values(*at) for r in reports]
            )
            conn.executemany(
                "INSERT INTO updates VALUES (?,?,?,?)",
                [(*at, r.merchant, pack(r.report.tensors)) for r in good if r.report],
            )
            if record is not None:
                close_sum(conn, plan, record)
            draft = _outcome(plan, status, digests, result, velocity)
            return self.book.append(conn, draft)

    def rounds(self, run_id: str, *, tensors: bool = False) -> list[RoundRow]:
        """Rounds of a run in order; with their tensors if asked."""
        rows = self.db.execute(
            f"""SELECT round, task, status, plan, signature, n_asked, n_admitted, metrics,
                opened_at, closed_at, {"sent, result, velocity" if tensors else "NULL, NULL, NULL"},
                coalesce(charged, 1)
                FROM rounds LEFT JOIN sums USING (run_id, round) WHERE run_id = ? ORDER BY round""",
            (run_id,),
        ).fetchall()
        return [_row(run_id, r) for r in rows]

    def admitted(self, run_id: str, round_: int) -> list[KeptReport]:
        """The reports of a round that counted, in order of merchant."""
        rows = self.db.execute(
            "SELECT merchant, report_digest, header, signature FROM reports "
            "WHERE run_id = ? AND round = ? AND admitted = 1 ORDER BY merchant",
            (run_id, round_),
        )
        return [KeptReport(r[0], r[1], json.loads(r[2]), r[3]) for r in rows.fetchall()]

    def update(self, run_id: str, round_: int, merchant: str) -> Arrays | None:
        """What an admitted report held; None when it was not kept."""
        row = self.db.execute(
            "SELECT tensors FROM updates WHERE run_id = ? AND round = ? AND merchant = ?",
            (run_id, round_, merchant),
        ).fetchone()
        return unpack(row[0]) if row else None

    def cosigned(self) -> dict[str, CoSigned]:
        """By merchant: the newest report that a round of the book includes."""
        rows = self.db.execute(
            """SELECT reports.merchant, reports.run_id, reports.round, max(book.sequence)
               FROM reports JOIN rounds USING (run_id, round)
               JOIN book ON book.subject = rounds.plan_digest AND book.kind = 'round'
               WHERE reports.admitted = 1 GROUP BY reports.merchant"""
        ).fetchall()
        found: dict[str, CoSigned] = {}
        for merchant, run_id, round_, sequence in rows:
            reports = self.admitted(run_id, round_)
            index = [r.merchant for r in reports].index(merchant)
            digests = tuple(r.digest for r in reports)
            found[merchant] = CoSigned(reports[index], self.book.at(sequence), digests, index)
        return found

    def refusals(self, run_id: str, round_: int) -> dict[str, list[str]]:
        """Codes of what was refused in a round, by merchant; empty for an admitted report."""
        rows = self.db.execute(
            "SELECT merchant, refusals FROM reports WHERE run_id = ? AND round = ?",
            (run_id, round_),
        )
        return {r[0]: json.loads(r[1]) for r in rows.fetchall()}


def _row(run_id: str, r: tuple[Any, ...]) -> RoundRow:
    sent, result, velocity = (unpack(blob) if blob else None for blob in r[10:13])
    return RoundRow(
        run_id, r[0], Task(r[1]), r[2], json.loads(r[3]), r[4], r[5], r[6], json.loads(r[7]), r[8],
        r[9] or "", sent, result, velocity, bool(r[13]),
    )  # fmt: skip


def _turn(kind: BookKind, plan: RoundPlan, digest: str) -> BookEntry:
    return entry(kind, digest, run_id=plan.run_id, round_=plan.round, task=plan.task.value)


def _outcome(
    plan: RoundPlan,
    status: str,
    digests: Sequence[str],
    result: Tensors | None,
    velocity: Tensors | None,
) -> BookEntry:
    return replace(
        _turn(BookKind.ROUND, plan, plan.digest()),
        status=status,
        root=merkle.root(leaves(digests)),
        n_leaves=len(digests),
        before=tensors_digest(plan.tensors),
        after=tensors_digest(result) if result is not None else "",
        velocity=tensors_digest(velocity) if velocity else "",
    )


def _json(value: dict[str, object]) -> str:
    return canonical(value).decode("utf-8")
