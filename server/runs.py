"""Runs of the registry: what the operator chose, where they began, how they ended."""

from __future__ import annotations

import json

from common.canonical import canonical
from common.database import Database, transaction
from common.errors import InputError
from common.rounds import Tensors
from server.options import RunOptions
from server.rows import RunRow, now, pack, unpack


class Runs:
    """The part of the registry that keeps runs. Every method is one transaction."""

    db: Database

    def add_run(
        self, run_id: str, options: RunOptions, sigma: float, spec_digest: str, initial: Tensors
    ) -> None:
        """Open a run."""
        row = (
            run_id,
            canonical(options.as_dict()).decode("utf-8"),
            now(),
            sigma,
            spec_digest,
            pack(initial),
        )
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
