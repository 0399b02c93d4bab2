"""Linear and Chosen: the shop's own head over the shared log-odds, a gather and a sum; never sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from client.personal_isotonic import Isotonic
from common.features import Encoded

CALIBRATED, ISOTONIC, REFIT, OWN, BLEND = "calibrated", "isotonic", "refit", "own", "blend"
WORDS = {
    CALIBRATED: "the shared model, calibrated here",
    ISOTONIC: "the shared model, calibrated here in steps",
    REFIT: "the shared model with weights of this shop's own rows",
    OWN: "this shop's own model alone",
    BLEND: "a blend of the shared model and this shop's own",
}
#: Hears how many steps of how many are done.
Told = Callable[[int, int], object]


def quiet(_done: int, _of: int) -> None:
    """Tells nobody."""


class Calibration(Protocol):
    """Log-odds to calibrated log-odds and to a probability; `Platt` and `Isotonic` are some."""

    def logit(self, logit: NDArray[np.floating]) -> NDArray[np.float64]:
        """Calibrated log-odds, same shape."""

    def p(self, logit: NDArray[np.floating]) -> NDArray[np.float64]:
        """Calibrated probability, same shape."""


@dataclass(frozen=True, slots=True)
class Linear:
    """log-odds -> slope * shared log-odds + shift + sum of ids[id] + numeric . numbers.

    Attributes:
        slope: Of the shared log-odds; 0 = the shop's own model alone.
        shift: Added to every row.
        ids: float32 [V], one weight an id.
        numeric: float32 [D], one weight a number.
    """

    slope: float
    shift: float
    ids: NDArray[np.float32]
    numeric: NDArray[np.float32]

    def logit(self, shared: NDArray[np.floating], encoded: Encoded) -> NDArray[np.float32]:
        """Log-odds [N] of rows whose shared log-odds [N] are given."""
        own: NDArray[np.float32] = np.take(self.ids, encoded.ids).sum(-1, dtype=np.float32)
        own += encoded.numeric @ self.numeric
        own += np.float32(self.slope) * shared.astype(np.float32, copy=False)
        own += np.float32(self.shift)
        return own


@dataclass(frozen=True, slots=True)
class Chosen:
    """The head of one shop for one bundle's click or conversion.

    Attributes:
        kind: CALIBRATED, ISOTONIC, REFIT, OWN or BLEND.
        why: One sentence: what was chosen and why, or why there is no head.
        linear: The head itself; None where the shared order stays.
        folds: N_FOLDS heads, the k-th fitted without the shoppers of fold k; empty without a head.
        isotonic: Calibration in steps, of ISOTONIC alone; Platt's comes after all others.
        ridge: Precision of the prior that was chosen; 0 without a head.
        losses: Cross-validated log-loss a row of the best of each kind that was tried.
        n_rows: Labelled rows.
        n_positive: Of them, with the outcome.
    """

    kind: str
    why: str
    linear: Linear | None = None
    folds: tuple[Linear, ...] = ()
    isotonic: Isotonic | None = None
    ridge: float = 0.0
    losses: tuple[tuple[str, float], ...] = ()
    n_rows: int = 0
    n_positive: int = 0


def mixed(parts: Sequence[Linear], share: Sequence[float], shift: float) -> Linear:
    """The sum of heads, each times its share, plus a shift: again one head."""
    pairs = list(zip(parts, share, strict=True))
    return Linear(
        slope=float(sum(p.slope * a for p, a in pairs)),
        shift=float(sum(p.shift * a for p, a in pairs)) + shift,
        ids=sum((p.ids * np.float32(a) for p, a in pairs), np.zeros_like(parts[0].ids)),
        numeric=sum((p.numeric * np.float32(a) for p, a in pairs), np.zeros_like(parts[0].numeric)),
    )
