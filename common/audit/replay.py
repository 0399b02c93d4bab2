"""Epsilon again after every charge, by both accountants, against what the live program stated."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context

from common.accounting import TOLERANCE, epsilon_of
from common.accounting_discrete import alone
from common.audit.replay_quick import Quick
from common.audit.verify_tally import Tally
from common.composition import Gaussian, prefixes
from common.ledger import EntryKind, mechanisms
from common.ledger_check import Problem
from common.ledger_file import LedgerExport, Stated
from common.privacy import Mechanism

#: A stated figure and its replay are the same computation; more than this is another one.
STATED_TOLERANCE = 1e-9
#: `verify` replays so many stated figures of an export, evenly spread; `replay` does all.
SAMPLE = 12
#: Below it every figure comes from the live program's own function, and no process is started.
LONG = 64
_CHUNK = 16
#: More than `Quick` and the accountant can differ by rounding.
_ROUNDING = 1e-5

Groups = tuple[Gaussian, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """The ledger after one charge, as the accountants see it.

    Attributes:
        stated: What the live program showed after it, by PLD; None when it is not in the export.
        alone: By PLD against the coordinator and all other merchants together; None in a ledger
            without league noise, where `pld` holds against everybody.
    """

    sequence: int
    at: str
    run_id: str
    round: int
    task: str
    outcome: str
    pld: float
    rdp: float
    stated: float | None = None
    alone: float | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """One export, computed again.

    Attributes:
        steps: After every charge.
        low: A lower bound on the final epsilon; None when it was not computed.
        problems: Alarms.
        notes: What was not computed.
        max_difference: Largest |stated - replayed|; 0 without stated figures.
    """

    steps: tuple[Step, ...]
    low: float | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    max_difference: float


def replay(export: LedgerExport) -> list[Step]:
    """Epsilon after every charge, computed again from the mechanisms alone."""
    outcome = {e.reservation: e.kind.value for e in export.entries if e.reservation >= 0}
    charges = [e for e in export.entries if e.kind is EntryKind.RESERVE and e.mechanism]
    stated = {s.sequence: s.epsilon for s in export.stated if _name(s) == "pld"}
    shown = [stated.get(e.sequence) for e in charges]
    released, delta = mechanisms(charges), export.budget.delta
    by_pld = figures(released, delta, shown)
    by_rdp = [epsilon_of(groups, delta, "rdp") for groups in prefixes(released)]
    return [
        Step(
            e.sequence,
            e.at,
            e.run_id,
            e.round,
            e.task,
            outcome.get(e.sequence, "open"),
            pld,
            rdp,
            said,
            weaker,
        )
        for e, pld, rdp, said, weaker in zip(
            charges, by_pld, by_rdp, shown, _alone(released, delta), strict=True
        )
    ]


def _alone(released: Sequence[Mechanism], delta: float) -> list[float] | list[None]:
    """The weaker figures after each charge; none where all noise is the merchant's own."""
    if not any(m.league for m in released):
        return [None] * len(released)
    return figures([alone(m) for m in released], delta)


def whole(export: LedgerExport) -> Replay:
    """Everything that a replay can say of one export."""
    from common.audit.replay_bracket import lower_epsilon

    steps = replay(export)
    tally = Tally()
    for s in steps:
        if s.pld > s.rdp * (1 + TOLERANCE):
            text = (
                f"After entry {s.sequence} the two accountants disagree: PLD says {s.pld:.4f}, RDP only "
                f"{s.rdp:.4f}. RDP is an upper bound, so one of the two is wrong."
            )
            tally.bad("disagreement", text, s.sequence)
            break
    low: float | None = None
    if steps and steps[-1].pld > 0:
        last = steps[-1]
        low = lower_epsilon(mechanisms(export.entries), export.budget.delta, last.pld)
        if low is None:
            tally.note("Too many steps for a lower bound on epsilon: the bracket was not computed.")
        elif last.pld - low > TOLERANCE * last.pld:
            text = (
                f"PLD says {last.pld:.4f}, but an independent lower bound only {low:.4f}: more than "
                "1 % apart, so the figure cannot be trusted."
            )
            tally.bad("bracket", text, last.sequence)
    elif steps:
        low = 0.0
    worst = check_stated(export, tally, {s.sequence: (s.pld, s.rdp) for s in steps})
    return Replay(tuple(steps), low, tuple(tally.problems), tuple(tally.notes), worst)


def check_stated(
    export: LedgerExport,
    tally: Tally,
    known: dict[int, tuple[float, float]] | None = None,
) -> float:
    """The live figures against figures computed again.

    Args:
        export: With `stated`.
        tally: Is filled.
        known: (PLD, RDP) after each charge; None = a sample is computed here.

    Returns:
        The largest difference.
    """
    sound = [s for s in export.stated if _known_accountant(s, tally)]
    for name in ("pld", "rdp"):
        own = sorted((s for s in sound if _name(s) == name), key=lambda s: s.sequence)
        for a, b in pairwise(own):
            if b.epsilon < a.epsilon - STATED_TOLERANCE:
                text = (
                    f"The stated epsilon falls from {a.epsilon:.4f} at entry {a.sequence} to "
                    f"{b.epsilon:.4f} at entry {b.sequence}; what was spent never comes back."
                )
                tally.bad("stated-differs", text, b.sequence)
                break
    chosen = sound if known is not None else _spread(sound)
    if len(chosen) < len(sound):
        tally.skip(
            f"{len(chosen)} of {len(sound)} stated figures were computed again; 'hansa-audit replay' "
            "does all."
        )
    worst = 0.0
    for s in chosen:
        again = _again(export, s, known)
        tally.checked["stated figures computed again"] += 1
        worst = max(worst, abs(again - s.epsilon))
        # written so that a figure that is no number differs too
        if not abs(again - s.epsilon) <= STATED_TOLERANCE:
            text = (
                f"At entry {s.sequence} the merchant was shown epsilon {s.epsilon:.6f}; everything "
                f"reserved until then costs {again:.6f}."
            )
            tally.bad("stated-differs", text, s.sequence)
    return worst


def _again(export: LedgerExport, s: Stated, known: dict[int, tuple[float, float]] | None) -> float:
    if known is not None:
        at = max((n for n in known if n <= s.sequence), default=None)
        if at is None:
            return 0.0
        return known[at][0 if _name(s) == "pld" else 1]
    until = [e for e in export.entries if e.sequence <= s.sequence]
    groups: Groups = ()
    for merged in prefixes(mechanisms(until)):
        groups = merged
    return epsilon_of(groups, export.budget.delta, "pld" if _name(s) == "pld" else "rdp")


def _known_accountant(s: Stated, tally: Tally) -> bool:
    text = (
        f"At entry {s.sequence} a figure of the accountant '{s.accountant[:40]}' was shown: only PLD and "
        "RDP are sound here. Opacus' 'gdp' reports too little."
    )
    return tally.demand(_name(s) in ("pld", "rdp"), "accountant", text, s.sequence)


def _name(s: Stated) -> str:
    return s.accountant.split(" ")[0]


def _spread(stated: Sequence[Stated]) -> list[Stated]:
    """The last one and others evenly spread, at most SAMPLE."""
    n = len(stated)
    places = sorted({round((i + 1) * n / SAMPLE) - 1 for i in range(SAMPLE)} - {-1})
    return [stated[i] for i in places]


def figures(
    released: Sequence[Mechanism], delta: float, shown: Sequence[float | None] = ()
) -> list[float]:
    """Epsilon by PLD after each release.

    A short history by the live program's own function. A long one by `Quick`, and by that function
    again wherever it cannot say, at the end, and where the figure that was shown differs by no more
    than rounding may explain.

    Args:
        released: In order.
        delta: Target delta.
        shown: What the merchant was shown after each; empty = nothing.
    """
    jobs = list(prefixes(released))
    if len(jobs) < LONG:
        return [_pld(groups, delta) for groups in jobs]
    quick, out, again = Quick(delta), [0.0] * len(jobs), [len(jobs) - 1]
    for i, groups in enumerate(jobs):
        found = quick.epsilon(groups)
        out[i] = 0.0 if found is None else found
        near = shown[i] if shown else None
        off = 0.0 if near is None else abs(out[i] - near)
        if found is None or STATED_TOLERANCE / 2 < off < _ROUNDING:
            again.append(i)
    for i, value in zip(again, _all([jobs[i] for i in again], delta), strict=True):
        out[i] = value
    return out


def _all(jobs: Sequence[Groups], delta: float) -> list[float]:
    """By several processes when there are many."""
    workers = os.cpu_count() or 1
    if len(jobs) >= LONG and workers > 1 and not getattr(sys, "frozen", False):
        try:
            # spawn: whoever called may have threads, which fork does not survive
            with ProcessPoolExecutor(min(workers, 16), mp_context=get_context("spawn")) as pool:
                return list(pool.map(_pld, jobs, [delta] * len(jobs), chunksize=_CHUNK))
        except (BrokenProcessPool, OSError):
            pass  # no processes here after all
    return [_pld(groups, delta) for groups in jobs]


def _pld(groups: Groups, delta: float) -> float:
    return epsilon_of(groups, delta, "pld")
