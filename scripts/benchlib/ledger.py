"""The ledger: seconds to verify 100,000 entries, replay against live, tampering and planted faults."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from common import ledger_file
from common.accounting import spent
from common.audit.replay import whole
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, mechanisms, open_ledger, utc
from common.ledger_check import verify
from common.ledger_file import LedgerExport, Stated
from common.privacy import Mechanism, MechanismKind, PrivacyBudget

DELTA = 1e-5


def measure(*, quick: bool) -> dict[str, float]:
    """Figures of the ledger, and those of `benchlib.canary` beside them.

    `verify_100k_s`: a whole export, from its bytes to the list of problems: reading, form, hash
    chain, pairing, every signature (scaled up from 20k when quick). `tampering_found`: share of
    changed ledgers that are named. `replay_max_difference`: live figures against their replay.
    """
    from benchlib import canary

    n = 20_000 if quick else 100_000
    identity = Identity.generate()
    entries = chain(identity, n)
    data = ledger_file.dump(export(identity, entries).as_dict())
    began = time.perf_counter()
    sound = not ledger_file.load(data).problems()
    took = (time.perf_counter() - began) * 100_000 / n
    faults = planted(entries[:101])
    found = sum(bool(verify(f, identity.public)) for f in faults)
    return {
        "verify_100k_s": took if sound else float("inf"),
        "tampering_found": found / len(faults),
        **replayed(identity, entries[: 41 if quick else 401]),
        **canary.measure(quick=quick),
    }


def export(
    identity: Identity, entries: list[LedgerEntry], stated: tuple[Stated, ...] = ()
) -> LedgerExport:
    """As a merchant would hand it over."""
    budget, at = PrivacyBudget(3.0, DELTA), utc(datetime(2026, 2, 1, tzinfo=UTC))
    made = LedgerExport(identity.public, budget, at, "bench", tuple(entries), stated=stated)
    return made.signed(identity)


def replayed(identity: Identity, entries: list[LedgerEntry]) -> dict[str, float]:
    """Live figures after every charge, then read back from the file and computed again."""
    stated = []
    for i, e in enumerate(entries):
        if e.kind is EntryKind.RESERVE:
            live = spent(mechanisms(entries[: i + 1]), DELTA)
            stated.append(Stated(e.sequence, live.accountant, live.epsilon))
    data = ledger_file.dump(export(identity, entries, tuple(stated)).as_dict())
    began = time.perf_counter()
    again = whole(ledger_file.load(data))
    took = time.perf_counter() - began
    high = again.steps[-1].pld
    return {
        "replay_max_difference": again.max_difference,
        "replay_charge_ms": 1000 * took / len(stated),
        "replay_bracket": (high - (again.low or 0.0)) / high,
    }


def chain(identity: Identity, n: int) -> list[LedgerEntry]:
    """A sound ledger of n entries: reserve, commit, reserve, commit..."""
    at = utc(datetime(2026, 1, 1, tzinfo=UTC))
    mechanism = Mechanism(MechanismKind.DP_SGD, 2.0, 0.1, 3, 1.0)
    entries = [open_ledger(identity, at)]
    while len(entries) < n:
        i = len(entries)
        turn = {
            "run_id": "bench",
            "round": i // 2 + 1,
            "task": "train",
            "plan_digest": f"{i // 2:064x}",
        }
        if i % 2:
            draft = LedgerEntry(0, at, EntryKind.RESERVE, mechanism=mechanism, **turn)
        else:
            turn = {k: getattr(entries[-1], k) for k in turn}
            draft = LedgerEntry(
                0, at, EntryKind.COMMIT, reservation=i - 1, report_digest="0" * 64, **turn
            )
        entries.append(append(identity, entries[-1], draft))
    return entries


def planted(entries: list[LedgerEntry]) -> list[list[LedgerEntry]]:
    """Ledgers with one fault each; every one must be found."""
    i = next(k for k, e in enumerate(entries) if k > 4 and e.kind is EntryKind.RESERVE)
    e = entries[i]
    quieter = replace(
        e, mechanism=replace(e.mechanism, noise_multiplier=9.0) if e.mechanism else None
    )
    swapped = [*entries[:i], entries[i + 1], entries[i], *entries[i + 2 :]]
    return [
        [*entries[:i], quieter, *entries[i + 1 :]],
        [*entries[:i], replace(quieter, hash=quieter.computed_hash()), *entries[i + 1 :]],
        [*entries[:i], *entries[i + 1 :]],
        [*entries[:i], *entries[i:], entries[i]],
        swapped,
        entries[1:],
        [*entries[:i], replace(e, at="2020-01-01T00:00:00Z"), *entries[i + 1 :]],
        [*entries[:i], replace(e, signature=entries[0].signature), *entries[i + 1 :]],
        [],
    ]
