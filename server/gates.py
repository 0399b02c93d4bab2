"""gates(): may a new model take the place of the current one? Noised histograms, their noise, words; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.scorebins import HIGH, LOW, NEGATIVE_WEIGHT

#: A fall counts from so many standard errors on: by chance alone once in 44 comparisons.
Z = 2.0
#: An AUC whose standard error is larger says nothing of a model.
MAX_AUC_STD = 0.1
#: Predicted over observed may always be off by so much (the calibration that issue C asks for).
LOG_PCOC_FREE = float(np.log(1.1))
_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Measured:
    """What an evaluation released of a model.

    Attributes:
        histogram: [2, n_bins], summed and noised; row 0 without conversion (times
            NEGATIVE_WEIGHT), row 1 with.
        noise_std: Standard deviation of the noise in each cell; public.
        shift: By how much the published log-odds lie below the evaluated ones (`recentre`).
        head: Which head was evaluated.
        shown_from: Rows shown from this time on were evaluated, ISO-8601 UTC.
        merchants: How many answered.
    """

    histogram: NDArray[np.floating]
    noise_std: float
    shift: float = 0.0
    head: str = "conversion"
    shown_from: str = ""
    merchants: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its standard error; NaN where the noise is larger than what is measured."""

    value: float
    std: float

    @property
    def known(self) -> bool:
        """Whether it says anything."""
        return bool(np.isfinite(self.value) and np.isfinite(self.std))


@dataclass(frozen=True, slots=True)
class Figures:
    """A model in three figures.

    Attributes:
        auc: Probability that a converting row scores above another one.
        relative_log_loss: Log-loss over that of the best constant (normalised entropy, He et al.
            2014): below 1 is better than knowing the rate only. Log-losses of rows with other
            conversion rates cannot be compared; this can.
        log_pcoc: Logarithm of predicted over observed conversions, as published; 0 is right.
    """

    auc: Figure
    relative_log_loss: Figure
    log_pcoc: Figure

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values; figures that are not known are left out."""
        return {
            name: {k: round(v, 6) for k, v in asdict(figure).items()}
            for name in ("auc", "relative_log_loss", "log_pcoc")
            if (figure := getattr(self, name)).known
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model may be handed out.

    Attributes:
        promote: Yes.
        reasons: Why not, or what was found; sentences.
        cautions: What the figures do not say; sentences.
        new: Of the new model; None without an evaluation.
        current: Of the model that it was compared with; None without one.
        against: Digest of that bundle; "" if there is none.
    """

    promote: bool
    reasons: tuple[str, ...]
    cautions: tuple[str, ...] = ()
    new: Figures | None = None
    current: Figures | None = None
    against: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, for provenance and the registry."""
        return {
            "promote": self.promote,
            "reasons": list(self.reasons),
            "cautions": list(self.cautions),
            "new": self.new.as_dict() if self.new else {},
            "current": self.current.as_dict() if self.current else {},
            "against": self.against,
        }


def figures(measured: Measured) -> Figures:
    """Three figures with their standard errors.

    The error is a parametric bootstrap (Efron & Tibshirani 1993): the noise of the release, whose
    size is public, and the chance in the counts themselves (Poisson) are drawn again on top. It is
    post-processing of the release and costs nothing. That one shopper has several rows makes
    the counts vary a little more than this says.
    """
    seen = measured.histogram.astype(np.float64)
    rng = np.random.default_rng(0)
    unit = np.array([[NEGATIVE_WEIGHT], [1.0]])
    spread = np.sqrt(measured.noise_std**2 + unit * np.maximum(seen, 0.0))
    drawn = seen + spread * rng.standard_normal((_DRAWS, *seen.shape))
    values = _read(seen[None], measured)[0]
    draws = _read(drawn, measured)
    # a figure that many draws do not have is none
    sound = np.isfinite(draws).mean(axis=0) >= 0.95
    stds = np.nanstd(np.where(np.isfinite(draws), draws, np.nan)[:, sound], axis=0)
    every = np.full(3, np.nan)
    every[sound] = stds
    return Figures(*(Figure(float(v), float(s)) for v, s in zip(values, every, strict=True)))


def gates(
    new: Measured | None,
    current: Measured | None = None,
    against: str = "",
    *,
    asked: bool = True,
) -> Verdict:
    """The verdict on a new model.

    Args:
        new: Its evaluation; None where there is none.
        current: Evaluation of the bundle that merchants have now; None where there is none.
        against: Digest of that bundle; "" for a league's first.
        asked: Whether an evaluation was asked for: who spends nothing on figures gets no gate.
    """
    if not asked:
        why = "No evaluation was asked for (--no-evaluation), so nothing was compared."
        return Verdict(True, (why,), against=against)
    found = figures(new) if new is not None else None
    if new is None or found is None or not _judged(found):
        return _untold(found, against)
    if not against:
        return _first(found)
    if current is None:
        return _stored_nothing(found, against)
    if current.head != new.head:
        why = f"It was judged by its {new.head} head, the current one by {current.head}."
        return Verdict(False, (why,), new=found, against=against)
    before = figures(current)
    if not _judged(before):
        return _stored_nothing(found, against)
    fallen = tuple(_falls(found, before))
    cautions = _other_rows(new, current)
    words = fallen or ("No figure falls below the current bundle's beyond its noise.",)
    return Verdict(not fallen, words, cautions, found, before, against)


def measured_words(verdict: Mapping[str, Any]) -> list[str]:
    """A stored verdict for a terminal: the reasons, then the cautions."""
    cautions = [f"(caution) {c}" for c in verdict.get("cautions", ())]
    return [*verdict.get("reasons", ()), *cautions]


def _judged(found: Figures) -> bool:
    return found.auc.known and found.auc.std <= MAX_AUC_STD


def _untold(found: Figures | None, against: str) -> Verdict:
    """No figure, or one that is all noise."""
    what = "It has no evaluation" if found is None else "The noise of its evaluation is too large"
    if against:
        why = f"{what}: whether it is as good as the current bundle cannot be told."
        return Verdict(False, (why,), new=found, against=against)
    why = f"{what}: it goes out unjudged, for merchants have no other."
    return Verdict(True, (why,), (why,), found)


def _first(found: Figures) -> Verdict:
    """A league's first bundle must at least order better than chance."""
    above = found.auc.value - Z * found.auc.std > 0.5
    words = f"The first bundle: AUC {_said(found.auc)}, "
    words += "above .5 beyond noise." if above else "not above .5 beyond noise."
    return Verdict(above, (words,), new=found)


def _stored_nothing(found: Figures, against: str) -> Verdict:
    """The current bundle has no usable figures: as for a first one."""
    alone = _first(found)
    caution = "The current bundle has no usable evaluation, so the two were not compared."
    return Verdict(alone.promote, alone.reasons, (caution,), found, None, against)


def _falls(new: Figures, old: Figures) -> list[str]:
    """What is worse beyond noise, in words."""
    out = []
    noise = Z * float(np.hypot(new.auc.std, old.auc.std))
    if new.auc.value < old.auc.value - noise:
        out.append(f"AUC falls from {_said(old.auc)} to {_said(new.auc)}, beyond noise.")
    loss, before = new.relative_log_loss, old.relative_log_loss
    if loss.known and before.known:
        noise = Z * float(np.hypot(loss.std, before.std))
        if loss.value > before.value + noise:
            out.append(
                f"Log-loss (over the best constant's) rises from {_said(before)} to "
                f"{_said(loss)}, beyond noise."
            )
    return out + _off(new.log_pcoc, old.log_pcoc)


def _off(new: Figure, old: Figure) -> list[str]:
    """Calibration: farther from 1 than the current bundle, beyond noise and a free tenth."""
    if not (new.known and old.known):
        return []
    noise = Z * float(np.hypot(new.std, old.std))
    if abs(new.value) <= max(abs(old.value), LOG_PCOC_FREE) + noise:
        return []
    pair = (float(np.exp(old.value)), float(np.exp(new.value)))
    return [
        f"Predicted over observed moves away from 1: from {pair[0]:.2f} to {pair[1]:.2f}, "
        "beyond noise."
    ]


def _other_rows(new: Measured, old: Measured) -> tuple[str, ...]:
    """What makes the two evaluations less comparable."""
    out = []
    if new.shown_from != old.shown_from:
        out.append(
            f"The current bundle was judged by rows shown from {old.shown_from or 'an unknown day'} "
            f"on, the new one by rows from {new.shown_from} on: the market may have changed."
        )
    if new.merchants != old.merchants:
        out.append(f"{old.merchants} merchants judged the current one, {new.merchants} the new.")
    return tuple(out)


def _said(figure: Figure) -> str:
    return f"{figure.value:.3f} (+-{figure.std:.3f})"


def _read(histograms: NDArray[np.float64], measured: Measured) -> NDArray[np.float64]:
    """AUC, relative log-loss and log PCOC of each histogram; [M, 2, n_bins] to [M, 3].

    As `common.scorebins.read`: bins of rows without conversion that are noise count as empty.
    """
    seen, n_bins = histograms[:, 0], histograms.shape[2]
    negative = np.where(np.abs(seen) < 2 * measured.noise_std, 0.0, seen) / NEGATIVE_WEIGHT
    positive = histograms[:, 1]
    n0, n1 = negative.sum(1), positive.sum(1)
    edges = np.linspace(LOW, HIGH, n_bins + 1)
    p = 1 / (1 + np.exp(measured.shift - (edges[:-1] + edges[1:]) / 2))
    below = np.cumsum(negative, 1) - negative
    with np.errstate(divide="ignore", invalid="ignore"):
        auc = (positive * (below + negative / 2)).sum(1) / (n1 * n0)
        rate = n1 / (n0 + n1)
        constant = -(rate * np.log(rate) + (1 - rate) * np.log1p(-rate))
        loss = -(positive * np.log(p) + negative * np.log1p(-p)).sum(1) / (n0 + n1)
        log_pcoc = np.log((p * (positive + negative)).sum(1) / n1)
        out = np.stack([np.clip(auc, 0.0, 1.0), loss / constant, log_pcoc], axis=1)
    out[(n0 < 1) | (n1 < 1)] = np.nan
    found: NDArray[np.float64] = out
    return found
