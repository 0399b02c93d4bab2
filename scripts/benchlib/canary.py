"""Canary audits: the share of planted faults that is found, and of sound runs that pass."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from common.audit.canary_command import WORKER, audit, claim
from common.audit.canary_judge import CanaryVerdict
from common.privacy import DELTA_BY_TIER

FAULTY = Path(__file__).resolve().parents[2] / "tests" / "privacy" / "canary_faulty.py"
EPSILON, DELTA = 3.0, DELTA_BY_TIER["small"]
SOUND_RUNS, QUICK_RUNS = 20, 3
#: Fault -> a check that must flag it. The first seven are those of the plan; the rest are more.
FAULTS = {
    "half-noise": "noise.sigma",
    "no-noise-on-one-tensor": "noise.sigma",
    "clip-off": "sensitivity.many_rows",
    "shuffled": "sampler.steps",
    "duplicated-shopper": "sampler.whole",
    "fresh-accountant": "door.stated_epsilon",
    "loss-b1": "sensitivity.one_row",
    "labels-b1": "sensitivity.ordinary",
    "split-shopper": "units",
    "clip-per-tensor": "sensitivity.equal_rows",
    "no-noise-on-untouched-rows": "noise.over_rows_coordinates",
    "same-noise-every-step": "noise.fresh",
    "more-than-k": "sampler.at_most_k",
    "histogram-unclipped": "histogram.sensitivity",
}
_CORE = 7


def measure(*, quick: bool) -> dict[str, float]:
    """`planted_faults_found`, `sound_passes` and `canary_s` (one audit)."""
    began = time.perf_counter()
    one = sound(quick=quick).sound
    took = time.perf_counter() - began
    return {
        "planted_faults_found": planted_faults_found(quick=quick),
        "sound_passes": sound_passes(quick=quick) if one else 0.0,
        "canary_s": took,
    }


def planted_faults_found(*, quick: bool) -> float:
    """Share of the planted faults that are flagged by the check that is there for them."""
    names = list(FAULTS)[: _CORE if quick else None]
    return sum(FAULTS[n] in flags(faulty(n, quick=quick)) for n in names) / len(names)


def sound_passes(*, quick: bool) -> float:
    """Share of audits of the sound client that pass: 20 of them, or 3 when quick."""
    n = QUICK_RUNS if quick else SOUND_RUNS
    return sum(sound(quick=quick).sound for _ in range(n)) / n


def sound(*, quick: bool) -> CanaryVerdict:
    """One audit of the installed client."""
    return _audit(WORKER, quick)


def faulty(name: str, *, quick: bool) -> CanaryVerdict:
    """One audit of the client with a fault planted in its process."""
    return _audit((sys.executable, str(FAULTY), name), quick)


def flags(verdict: CanaryVerdict) -> set[str]:
    """Codes of the checks that failed."""
    return {c.code for c in verdict.flagged}


def _audit(worker: tuple[str, ...], quick: bool) -> CanaryVerdict:
    with TemporaryDirectory(prefix="hansa-bench-") as folder:
        return audit(claim(EPSILON, DELTA, quick=quick), worker, Path(folder))
