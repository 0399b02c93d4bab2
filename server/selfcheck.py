"""What the registry's tables and its book say of each other: each thing that happened is in both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from common import merkle
from common.book import BookEntry, BookKind, leaves
from common.canonical import digest
from common.ledger_check import Problem
from server.book import broken
from server.registry import Registry
from server.rows import RoundRow


def verified(registry: Registry) -> None:
    """Fail closed: nothing is asked of a merchant while the book does not hold.

    Raises:
        LedgerBroken: it does not; the words say what.
    """
    found = problems(registry)
    if found:
        raise broken(found)


def problems(registry: Registry) -> list[Problem]:
    """Everything that does not hold of the book, alone and beside the tables; empty = whole.

    The chain alone cannot show that its end was cut off; rounds, merchants and bundles that it does
    not know do. A whole registry that was put back to an older copy shows nothing here: that is
    seen by the merchants, who refuse a book older than the one they signed under.
    """
    found = registry.book.problems()
    if any(p.code == "unreadable" for p in found):
        return found
    entries = registry.book.entries()
    by_kind = {kind: {e.subject: e for e in entries if e.kind is kind} for kind in BookKind}
    opened = datetime.fromisoformat(entries[0].at) if entries else datetime.max
    found += _merchants(registry, entries)
    for run_id, _ in registry.run_ids():
        for row in registry.rounds(run_id):
            if datetime.fromisoformat(row.opened_at) >= opened:  # older ones were in no book yet
                found += _round(registry, row, by_kind[BookKind.PLAN], by_kind[BookKind.ROUND])
    for bundle in registry.bundles():
        if datetime.fromisoformat(bundle["created_at"]) < opened:
            continue
        if bundle["digest"] not in by_kind[BookKind.BUNDLE]:
            name = bundle["digest"][:16]
            found.append(_gone(f"Bundle {name} was published, but the book does not have it."))
    return found


def _round(
    registry: Registry,
    row: RoundRow,
    plans: dict[str, BookEntry],
    rounds: dict[str, BookEntry],
) -> Iterator[Problem]:
    name, plan = f"Round {row.round} of run {row.run_id}", digest(row.plan)
    if plan not in plans:
        yield _gone(f"{name} was asked, but the book does not have its plan.")
        return
    entry = rounds.get(plan)
    if row.status == "open":
        if entry is not None:
            yield _differs(f"{name} is closed in the book and open in the registry.", entry)
        return
    if entry is None:
        yield _gone(f"{name} is over, but the book does not say so.")
        return
    reports = registry.admitted(row.run_id, row.round)
    if any(digest(r.header) != r.digest for r in reports):
        yield _differs(f"A report of {name[0].lower()}{name[1:]} was edited.", entry)
    root = merkle.root(leaves([r.digest for r in reports]))
    if (entry.status, entry.root, entry.n_leaves) != (row.status, root, len(reports)):
        yield _differs(f"{name} is not in the book as it is in the registry.", entry)


def _merchants(registry: Registry, entries: Sequence[BookEntry]) -> Iterator[Problem]:
    """Who is enrolled and banned, by the book and by the table."""
    names = {e.subject: e.label for e in entries if e.kind is BookKind.ENROL}
    banned: set[str] = set()
    for e in entries:
        if e.kind is BookKind.BAN:
            banned.add(e.subject)
        elif e.kind is BookKind.UNBAN:
            banned.discard(e.subject)
    for m in registry.merchants():
        if names.get(m.merchant_key) != m.name:
            yield _gone(f"Merchant {m.fingerprint} is enrolled, but not in the book.")
        elif (m.fingerprint in banned) != bool(m.banned_at):
            text = f"Whether merchant {m.fingerprint} is banned, book and registry disagree."
            yield Problem("differs", text)


def _gone(text: str) -> Problem:
    return Problem("cut", f"{text} The end of the book was cut off, or an older one was put back.")


def _differs(text: str, entry: BookEntry) -> Problem:
    return Problem("differs", f"{text} One of the two was changed afterwards.", entry.sequence)
