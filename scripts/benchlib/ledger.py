"""The ledger: seconds to check 100,000 entries, and whether planted faults are found."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from common.accounting import spent
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, mechanisms, open_ledger, utc
from common.ledger_check import verify
from common.privacy import Mechanism, MechanismKind


def measure(*, quick: bool) -> dict[str, float]:
    """`verify_100k_s` (scaled up from 10k when quick), `planted_faults_found`, `sound_passes`."""
    n = 10_000 if quick else 100_000
    identity = Identity.generate()
    entries = chain(identity, n)
    began = time.perf_counter()
    sound = not verify(entries, identity.public)
    took = (time.perf_counter() - began) * 100_000 / n
    faults = planted(entries[:101])
    found = sum(bool(verify(f, identity.public)) for f in faults)
    live = spent(mechanisms(entries[:101]), 1e-5)
    again = spent([Mechanism.from_dict(m.as_dict()) for m in mechanisms(entries[:101])], 1e-5)
    return {
        "verify_100k_s": took,
        "planted_faults_found": found / len(faults),
        "sound_passes": float(sound),
        "replay_max_difference": abs(live.epsilon - again.epsilon),
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
