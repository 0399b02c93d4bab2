"""Whether the shop still is what the model was fitted to: shifts of scores and features, and calibration by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from common.features import Encoded, FeatureSpec, default_spec

if TYPE_CHECKING:
    from client.store import Store

STEADY, WATCH, ACT, UNKNOWN = "steady", "watch", "act", "unknown"
#: Population stability index: under .1 nothing to see, over .25 another population (Siddiqi 2006).
PSI_WATCH, PSI_ACT = 0.1, 0.25
#: Outcomes over expected ones: beyond this and beyond chance, the rates are wrong.
RATIO_ACT = 1.5
N_BINS, N_WEEKS, SHOWN_WEEKS, MIN_ROWS = 10, 4, 12, 50
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the newest weeks' distribution of something is from that before.

    Attributes:
        name: "score", or the name of a feature group.
        column: The column of the group that moved most; empty for the score.
        psi: Population stability index, in nats.
        chance: What chance alone stays under in 95 of 100 cases, with so few rows.
        verdict: STEADY, WATCH or ACT.
        words: For a person.
    """

    name: str
    column: str
    psi: float
    chance: float
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class Week:
    """Calibration in the large, of exposures shown in one week.

    Attributes:
        monday: First day, ISO-8601.
        n_rows: Exposures with a known outcome.
        observed: Outcomes.
        expected: Sum of the probabilities that the shop's scorer gives.
        ratio: Observed over expected; NaN where nothing was expected.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    monday: str
    n_rows: int
    observed: int
    expected: float
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything that `hansa drift` shows.

    Attributes:
        verdict: The worst of all; UNKNOWN where too little is there to tell.
        words: One sentence for a person.
        bundle_digest: The model in use; empty without one.
        since: First moment of the newest weeks, ISO-8601 UTC.
        n_before: Exposures before.
        n_new: Exposures since.
        shifts: The score first, then the feature groups, those that moved most first.
        weeks: Newest last.
        recent: All newest weeks in one; None without rows.
        bins: Of the scores, (least score, share before, share since), cut into tenths of before.
    """

    verdict: str
    words: str
    bundle_digest: str = ""
    since: str = ""
    n_before: int = 0
    n_new: int = 0
    shifts: tuple[Shift, ...] = ()
    weeks: tuple[Week, ...] = ()
    recent: Week | None = None
    bins: tuple[tuple[float, float, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; what cannot be computed is null."""
        out: dict[str, Any] = _finite(asdict(self))
        return out


def status(store: Store, weeks: int = N_WEEKS) -> Drift:
    """Compare the newest weeks of a shop with all before, under the scorer it has.

    Reads only: nothing is fitted, and nothing of it is ever sent. Needs no torch.

    Args:
        store: The shop.
        weeks: How many weeks before the last exposure are new.
    """
    from client.targeting import as_kept

    seen = as_kept(store)
    if seen is None:
        return Drift(UNKNOWN, "No model is installed yet, so there is nothing to compare.")
    head = "conversion" if "conversion" in seen.rows.logits else "click"
    return compare(
        seen.rows.encoded,
        seen.scorer.calibrated(head, seen.rows.logits[head]),
        seen.rows.labels[head],
        seen.shown_at,
        default_spec(),
        weeks=weeks,
        bundle_digest=seen.scorer.bundle.digest(),
    )


def compare(
    encoded: Encoded,
    p: NDArray[np.floating],
    label: NDArray[np.integer],
    shown_at: Sequence[str],
    spec: FeatureSpec,
    *,
    weeks: int = N_WEEKS,
    bundle_digest: str = "",
) -> Drift:
    """The newest weeks against all before.

    Args:
        encoded: N rows.
        p: [N] the shop's probabilities, cross-fitted where a head was fitted on these rows.
        label: [N] of 0, 1, and -1 for unknown.
        shown_at: [N] ISO-8601 UTC.
        spec: Names groups and columns.
        weeks: How many are new.
        bundle_digest: The model in use.
    """
    if not len(shown_at) or not np.isfinite(p).all():
        what = "no exposures yet" if not len(shown_at) else "scores that are not numbers"
        return Drift(UNKNOWN, f"There are {what}, so nothing can be compared.", bundle_digest)
    day = np.array([t[:10] for t in shown_at], "datetime64[D]")
    first = day.max() - np.timedelta64(7 * weeks - 1, "D")
    new = day >= first
    since = f"{first}T00:00:00Z"
    n_new, n_before = int(new.sum()), int((~new).sum())
    by_week = by_weeks(p, label, day)
    recent = _week(str(first), p[new], label[new]) if (label[new] >= 0).any() else None
    if min(n_new, n_before) < MIN_ROWS:
        few = f"{n_new} exposures in the newest {weeks} weeks and {n_before} before are too few"
        words = f"{few} to compare; {MIN_ROWS} each are needed."
        return Drift(UNKNOWN, words, bundle_digest, since, n_before, n_new, (), by_week, recent)
    score, bins = _score(p, new)
    shifts = (score, *_groups(encoded, new, spec))
    verdict, words = _overall(shifts, recent)
    counts = (n_before, n_new)
    return Drift(verdict, words, bundle_digest, since, *counts, shifts, by_week, recent, bins)


def psi(before: NDArray[np.integer], now: NDArray[np.integer]) -> tuple[float, float]:
    """(population stability index, its 95 % bound under chance alone) of two sets of counts.

    Half a row is added to every bin that occurs, so that an empty one is no infinity. Under equal
    distributions the index is about (1/n + 1/m) chi-square(bins - 1) (Yurdakul 2018); the bound
    takes its mean and 1.645 standard deviations.

    Args:
        before: [bins] counts.
        now: [bins] counts.
    """
    used = (before + now) > 0
    a, b = before[used] + _HALF, now[used] + _HALF
    if len(a) < 2 or not before.sum() or not now.sum():
        return 0.0, 0.0
    p, q = a / a.sum(), b / b.sum()
    free = len(a) - 1
    chance = (1 / before.sum() + 1 / now.sum()) * (free + 1.645 * np.sqrt(2 * free))
    return float(((q - p) * np.log(q / p)).sum()), float(chance)


def by_weeks(
    p: NDArray[np.floating], label: NDArray[np.integer], day: NDArray[np.datetime64]
) -> tuple[Week, ...]:
    """Calibration in the large of the last SHOWN_WEEKS weeks that have known outcomes."""
    known = label >= 0
    # 1970-01-01 was a Thursday: three days later weeks begin on Mondays
    number = (day[known].astype(np.int64) + 3) // 7
    out = []
    for week in np.unique(number)[-SHOWN_WEEKS:]:
        monday = str(np.datetime64(int(week) * 7 - 3, "D"))
        mine = number == week
        out.append(_week(monday, p[known][mine], label[known][mine]))
    return tuple(out)


def interval(observed: int) -> tuple[float, float]:
    """95 % interval of a Poisson mean (Byar's formula, Breslow and Day 1987)."""

    def end(n: int, z: float) -> float:
        return float(n * (1 - 1 / (9 * n) + z / (3 * np.sqrt(n))) ** 3)

    return (end(observed, -1.96) if observed else 0.0), end(observed + 1, 1.96)


def _week(monday: str, p: NDArray[np.floating], label: NDArray[np.integer]) -> Week:
    known = label >= 0
    observed, expected = int((label == 1).sum()), float(p[known].sum())
    low, high = interval(observed)
    if not expected:
        nan = float("nan")
        return Week(monday, int(known.sum()), observed, expected, nan, nan, nan)
    ends = (observed / expected, low / expected, high / expected)
    return Week(monday, int(known.sum()), observed, expected, *ends)


def _shift(name: str, column: str, found: tuple[float, float]) -> Shift:
    value, chance = found
    real = value > chance
    verdict = ACT if real and value > PSI_ACT else WATCH if real and value > PSI_WATCH else STEADY
    if value > PSI_WATCH and not real:
        words = "seems to have moved, but so few rows move by chance"
    else:
        words = {STEADY: "as before", WATCH: "has moved", ACT: "is not what it was"}[verdict]
    return Shift(name, column, value, chance, verdict, words)


def _score(
    p: NDArray[np.floating], new: NDArray[np.bool_]
) -> tuple[Shift, tuple[tuple[float, float, float], ...]]:
    edges = np.unique(np.quantile(p[~new], np.linspace(0, 1, N_BINS + 1)[1:-1]))
    code = np.searchsorted(edges, p, side="right")
    n = len(edges) + 1
    shift = _shift("score", "", _counts(code, new, n))
    least = [float(p.min()), *edges.tolist()]
    before, now = (np.bincount(code[m], minlength=n) / max(1, m.sum()) for m in (~new, new))
    return shift, tuple(zip(least, before.tolist(), now.tolist(), strict=True))


def _groups(encoded: Encoded, new: NDArray[np.bool_], spec: FeatureSpec) -> list[Shift]:
    """Each feature group by the column of it that moved most, those that moved most first."""
    moved: dict[str, tuple[float, float]] = {}
    for i, column in enumerate(spec.categorical):
        code = encoded.ids[:, i] - spec.offsets[i]
        moved[column.name] = _counts(code, new, column.buckets)
    for i, name in enumerate(spec.numeric_names):
        code = np.minimum((encoded.numeric[:, i] * N_BINS).astype(np.int64), N_BINS - 1)
        moved[name] = _counts(np.maximum(code, 0), new, N_BINS)
    out = []
    for group, columns in spec.groups().items():
        # beyond chance first: a wide column with few rows moves a lot for no reason
        most = max(columns, key=lambda c: moved[c][0] - moved[c][1])
        out.append(_shift(group, most, moved[most]))
    return sorted(out, key=lambda s: -s.psi)


def _counts(code: NDArray[np.integer], new: NDArray[np.bool_], n: int) -> tuple[float, float]:
    return psi(np.bincount(code[~new], minlength=n), np.bincount(code[new], minlength=n))


def _overall(shifts: Sequence[Shift], recent: Week | None) -> tuple[str, str]:
    """(verdict, sentence): wrong rates count most, then scores; features alone are to be watched."""
    score, groups = shifts[0], [s for s in shifts[1:] if s.verdict != STEADY]
    if recent is not None and recent.expected and not recent.low <= 1 <= recent.high:
        side = "more" if recent.ratio > 1 else "fewer"
        far = not 1 / RATIO_ACT <= recent.ratio <= RATIO_ACT
        words = (
            f"The newest weeks had {recent.ratio:.2f} times the outcomes expected"
            f" ({recent.low:.2f} to {recent.high:.2f}): {side} than the model says."
        )
        return (ACT if far else WATCH), words
    if score.verdict != STEADY:
        return score.verdict, f"The scores' distribution {score.words} (PSI {score.psi:.2f})."
    if groups:
        named = ", ".join(s.name for s in groups[:3])
        return WATCH, f"Scores are as before, but these features moved: {named}."
    return STEADY, "Scores, features and rates are as before."


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
