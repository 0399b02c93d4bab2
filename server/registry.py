"""The coordinator's SQLite: merchants, runs, rounds, reports, bundles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from common.canonical import canonical
from common.database import open_database, transaction
from common.errors import InputError
from common.heads import LedgerHead
from common.rounds import RoundPlan, Task, Tensors
from server.options import RunOptions
from server.rows import Merchant, ReportRow, RoundRow, RunRow, now, pack, unpack
from server.schema import MIGRATIONS


class Registry:
    """One open registry. Every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self.db: Database = open_database(path, MIGRATIONS)

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    # merchants

    def add_merchant(self, merchant: Merchant) -> None:
        """Enrol; a merchant that was there before is replaced."""
        sql = """INSERT INTO merchants (fingerprint, name, merchant_key, node_key_pem, node_id,
                 enrolled_at) VALUES (?,?,?,?,?,?) ON CONFLICT (fingerprint) DO UPDATE SET
                 name = excluded.name, node_key_pem = excluded.node_key_pem,
                 node_id = excluded.node_id, enrolled_at = excluded.enrolled_at,
                 banned_at = NULL, ban_reason = ''"""
        m = merchant
        row = (m.fingerprint, m.name, m.merchant_key, m.node_key_pem, str(m.node_id), m.enrolled_at)
        with transaction(self.db) as conn:
            conn.execute(sql, row)

    def merchants(self) -> list[Merchant]:
        """All, in order of enrolment, the banned ones too."""
        rows = self.db.execute(
            """SELECT fingerprint, name, merchant_key, node_key_pem, node_id, enrolled_at,
               banned_at, ban_reason FROM merchants ORDER BY enrolled_at, name"""
        ).fetchall()
        return [Merchant(r[0], r[1], r[2], r[3], int(r[4]), r[5], r[6] or "", r[7]) for r in rows]

    def merchant(self, who: str) -> Merchant:
        """By name or by the beginning of the fingerprint.

        Raises:
            InputError: nobody, or more than one.
        """
        found = [m for m in self.merchants() if m.name == who or m.fingerprint.startswith(who)]
        if len(found) != 1:
            many = "More than one merchant has" if found else "No merchant has"
            raise InputError(
                f"{many} this name or fingerprint.",
                where=who,
                safe="Nothing was changed.",
                todo="Copy the fingerprint from: hansa-server merchants",
            )
        return found[0]

    def set_ban(self, fingerprint: str, reason: str | None) -> None:
        """Ban with a reason, or lift the ban with None."""
        with transaction(self.db) as conn:
            conn.execute(
                "UPDATE merchants SET banned_at = ?, ban_reason = ? WHERE fingerprint = ?",
                (None if reason is None else now(), reason or "", fingerprint),
            )

    # runs

    def add_run(
        self, run_id: str, options: RunOptions, sigma: float, spec_digest: str, initial: Tensors
    ) -> None:
        """Open a run."""
        row = (run_id, _json(options.as_dict()), now(), sigma, spec_digest, pack(initial))
        with transaction(self.db) as conn:
            conn.execute(
                """INSERT INTO runs (run_id, options, status, started_at, noise_multiplier,
                   spec_digest, initial) VALUES (?,?,'open',?,?,?,?)""",
                row,
            )

    def run(self, run_id: str) -> RunRow:
        """One run.

        Raises:
            InputError: there is no such run.
        """
        r = self.db.execute(
            """SELECT run_id, options, status, started_at, ended_at, noise_multiplier, spec_digest,
               initial, flower_run, bundle_digest, note FROM runs WHERE run_id = ?""",
            (run_id,),
        ).fetchone()
        if r is None:
            raise InputError(
                "There is no run of this name.",
                where=run_id,
                safe="No merchant was asked anything.",
                todo="See the runs with: hansa-server rounds",
            )
        options, initial = RunOptions.from_dict(json.loads(r[1])), unpack(r[7])
        return RunRow(
            r[0], options, r[2], r[3], r[4] or "", r[5], r[6], initial, r[8], r[9] or "", r[10]
        )

    def run_ids(self) -> list[tuple[str, str]]:
        """(run_id, status) of every run, the newest first."""
        rows = self.db.execute("SELECT run_id, status FROM runs ORDER BY started_at DESC")
        return [(r[0], r[1]) for r in rows.fetchall()]

    def note_flower_run(self, run_id: str, flower_run: int) -> None:
        """Which of Flower's runs carries ours now; a resumed run is open again."""
        with transaction(self.db) as conn:
            conn.execute(
                "UPDATE runs SET flower_run = ?, status = 'open', ended_at = NULL WHERE run_id = ?",
                (str(flower_run), run_id),
            )

    def end_run(self, run_id: str, status: str, note: str = "", bundle: str | None = None) -> None:
        """Finished or failed, and why."""
        with transaction(self.db) as conn:
            conn.execute(
                "UPDATE runs SET status = ?, ended_at = ?, note = ?, bundle_digest = ? "
                "WHERE run_id = ?",
                (status, now(), note, bundle, run_id),
            )

    # rounds

    def open_round(self, plan: RoundPlan, n_asked: int) -> None:
        """Before the plan is sent: its header, its signature and its tensors."""
        row = (
            plan.run_id, plan.round, plan.task.value, plan.digest(), _json(plan.header()),
            plan.signature, pack(plan.tensors), n_asked, now(),
        )  # fmt: skip
        with transaction(self.db) as conn:
            conn.execute(
                """INSERT INTO rounds (run_id, round, task, status, plan_digest, plan, signature,
                   sent, n_asked, opened_at) VALUES (?,?,?,'open',?,?,?,?,?,?)""",
                row,
            )

    def close_round(
        self,
        run_id: str,
        round_: int,
        status: str,
        reports: Sequence[ReportRow],
        *,
        result: Tensors | None = None,
        velocity: Tensors | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Close or void a round together with what came back, all or nothing."""
        admitted = sum(r.admitted for r in reports)
        packed = [None if t is None else pack(t) for t in (result, velocity)]
        with transaction(self.db) as conn:
            conn.execute(
                """UPDATE rounds SET status = ?, sent = NULL, result = ?, velocity = ?,
                   n_admitted = ?, metrics = ?, closed_at = ? WHERE run_id = ? AND round = ?""",
                (status, *packed, admitted, _json(dict(metrics or {})), now(), run_id, round_),
            )
            conn.executemany(
                "INSERT OR REPLACE INTO reports VALUES (?,?,?,?,?,?,?,?,?)",
                [r.values(run_id, round_) for r in reports],
            )

    def rounds(self, run_id: str, *, tensors: bool = False) -> list[RoundRow]:
        """Rounds of a run in order; with their tensors if asked."""
        rows = self.db.execute(
            f"""SELECT round, task, status, plan, signature, n_asked, n_admitted, metrics,
                opened_at, closed_at, {"sent, result, velocity" if tensors else "NULL, NULL, NULL"}
                FROM rounds WHERE run_id = ? ORDER BY round""",
            (run_id,),
        ).fetchall()
        return [
            RoundRow(
                run_id, r[0], Task(r[1]), r[2], json.loads(r[3]), r[4], r[5], r[6],
                json.loads(r[7]), r[8], r[9] or "", *(unpack(b) if b else None for b in r[10:13]),
            )
            for r in rows
        ]  # fmt: skip

    def heads(self) -> dict[str, LedgerHead]:
        """The newest ledger head that each merchant has shown in an admitted report."""
        rows = self.db.execute(
            "SELECT merchant, header FROM reports WHERE admitted = 1 ORDER BY received_at, round"
        ).fetchall()
        newest: dict[str, LedgerHead] = {}
        for merchant, header in rows:
            head = LedgerHead(**json.loads(header)["ledger_head"])
            if merchant not in newest or head.sequence > newest[merchant].sequence:
                newest[merchant] = head
        return newest

    def refusals(self, run_id: str, round_: int) -> dict[str, list[str]]:
        """Codes of what was refused in a round, by merchant; empty for an admitted report."""
        rows = self.db.execute(
            "SELECT merchant, refusals FROM reports WHERE run_id = ? AND round = ?",
            (run_id, round_),
        )
        return {r[0]: json.loads(r[1]) for r in rows.fetchall()}

    # bundles

    def add_bundle(self, digest: str, run_id: str, path: str, provenance: dict[str, Any]) -> None:
        """A published bundle."""
        with transaction(self.db) as conn:
            conn.execute(
                "INSERT OR REPLACE INTO bundles (digest, run_id, path, provenance, created_at) "
                "VALUES (?,?,?,?,?)",
                (digest, run_id, path, _json(provenance), now()),
            )

    def note_installed(self, digest: str, n_installed: int) -> None:
        """How many merchants said that they installed it."""
        with transaction(self.db) as conn:
            conn.execute(
                "UPDATE bundles SET n_installed = ? WHERE digest = ?", (n_installed, digest)
            )

    def bundles(self) -> list[dict[str, Any]]:
        """Published bundles, the newest first."""
        rows = self.db.execute(
            "SELECT digest, run_id, path, provenance, created_at, n_installed FROM bundles "
            "ORDER BY created_at DESC"
        ).fetchall()
        names = ("digest", "run_id", "path", "provenance", "created_at", "n_installed")
        return [dict(zip(names, (*r[:3], json.loads(r[3]), *r[4:]), strict=True)) for r in rows]


def _json(value: dict[str, Any]) -> str:
    return canonical(value).decode("utf-8")
