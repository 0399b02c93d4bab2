"""The operator's book and what each round was made of, as one signed file for an auditor.

What is inside is public (plans, digests, keys, names) or left a merchant as a mechanism's output:
noised updates and histograms, what secure sums were opened from (masked vectors; of each merchant only
what its sum with all others says can be read), and the merchants' own ledger entries. Refused reports and what the
operator saw of them are not inside.
"""

from __future__ import annotations

from datetime import UTC, datetime

from common import __version__
from common.book import BookKind
from common.book_file import BookExport, ReportEvidence, RoundEvidence, RunEvidence
from common.errors import InputError, InternalError
from common.ledger import utc
from server.registry import Registry
from server.rows import RoundRow


def book_export(
    registry: Registry, league: str, *, updates: bool = True, run_id: str | None = None
) -> BookExport:
    """The whole book, signed; with evidence of all runs that it knows, or of one.

    Args:
        registry: Opened with the coordinator's key.
        league: The league's name.
        updates: With the tensors of the admitted reports; without them the weights cannot be
            computed again from the file.
        run_id: Evidence of this run only; the book is always whole.

    Raises:
        InputError: the book does not know the run.
        InternalError: the registry was opened without the key.
    """
    identity = registry.book.identity
    if identity is None:
        raise InternalError("an export is signed with the coordinator's key")
    entries = registry.book.entries()
    over = [e for e in entries if e.kind is BookKind.ROUND and run_id in (None, e.run_id)]
    runs = list(dict.fromkeys(e.run_id for e in over))
    if run_id is not None and not runs:
        raise InputError(
            "The book has no finished round of this run.",
            where=run_id,
            safe="Nothing was written.",
            todo="See the runs with: hansa-server rounds",
        )
    rows = {(r.run_id, r.round): r for name in runs for r in registry.rounds(name)}
    return BookExport(
        coordinator=identity.public,
        league=league,
        exported_at=utc(datetime.now(UTC)),
        program=f"hansa {__version__}",
        entries=entries,
        runs=tuple(_run(registry, name) for name in runs),
        rounds=tuple(_round(registry, rows[e.run_id, e.round], updates) for e in over),
    ).signed(identity)


def _run(registry: Registry, run_id: str) -> RunEvidence:
    run = registry.run(run_id)
    recipe = run.options.recipe
    return RunEvidence(
        run_id, run.spec_digest, recipe.server_momentum, run.initial, recipe.averaged
    )


def _round(registry: Registry, row: RoundRow, updates: bool) -> RoundEvidence:
    at = (row.run_id, row.round)
    reports = tuple(
        ReportEvidence(r.header, r.signature, registry.update(*at, r.merchant) if updates else None)
        for r in registry.admitted(*at)
    )
    asked = registry.sum_evidence(*at) if updates else None
    return RoundEvidence(row.plan, row.signature, row.status, reports, asked)
