"""Was joining worth it: the shop's own rows judged without the league's model and with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.personal_head import Told, quiet
from client.score import Scorer
from client.store import Store, exposures, models
from client.targeting import own_rows
from common.domain import Interval

#: Bootstrap draws of whole shoppers (Efron 1979).
N_DRAWS = 400
BETTER, SAME, WORSE, UNKNOWN = "better", "same", "worse", "unknown"


@dataclass(frozen=True, slots=True)
class Worth:
    """Own rows under a model of this shop alone, and under what it has with the league.

    Attributes:
        verdict: BETTER, SAME (chance may explain the difference), WORSE, or UNKNOWN.
        reason: Why it is unknown; "" where it is known.
        bundle_digest: The league's model; "" without one.
        head: "conversion" or "click".
        n_rows: Rows with a known outcome.
        n_shoppers: Whose.
        n_positive: Rows with the outcome.
        alone: AUC of a model fitted on this shop's rows alone; None where unknown.
        together: AUC of the league's model with this shop's own head, judged alike.
        gain: `together - alone` with its 95 % interval over shoppers.
    """

    verdict: str
    reason: str = ""
    bundle_digest: str = ""
    head: str = ""
    n_rows: int = 0
    n_shoppers: int = 0
    n_positive: int = 0
    alone: float | None = None
    together: float | None = None
    gain: Interval | None = None


def worth(store: Store, told: Told = quiet) -> Worth:
    """Compare both on the shop's own past; every row by a head that never saw its shopper.

    The league's model itself saw these rows in its rounds, through the noise of each; how little
    that can tell is what epsilon bounds. Reads only; nothing of it is ever sent.

    Args:
        store: The shop.
        told: Hears how far the fits are.

    Raises:
        BadSignature: the stored model was changed.
        WrongSpec: it is for other features.
    """
    bundle = models.current(store)
    if bundle is None:
        return Worth(UNKNOWN, "No model is installed yet.")
    scorer = Scorer(bundle)
    rows = own_rows(scorer, exposures.load(store))
    head = "conversion" if "conversion" in rows.logits else "click"
    label = rows.labels[head]
    known = label >= 0
    facts = (bundle.digest(), head, int(known.sum()))
    from client.personal_choose import compared  # scipy takes its time

    n_ids = bundle.feature_spec().n_ids
    found = compared(rows.encoded, rows.logits[head], label, rows.shopper, n_ids, told)
    if isinstance(found, str):
        return Worth(UNKNOWN, found, *facts)
    return _judged(label[known], rows.shopper[known], found[0][known], found[1][known], facts)


def _judged(
    label: NDArray[np.int8],
    shopper: NDArray[np.int64],
    alone: NDArray[np.float64],
    together: NDArray[np.float64],
    facts: tuple[str, str, int],
) -> Worth:
    """AUC of both, their difference, and its interval: shoppers are drawn anew each time."""
    _, code = np.unique(shopper, return_inverse=True)
    n = int(code.max()) + 1
    ways = (_Ranked.of(label, alone), _Ranked.of(label, together))
    ones = np.ones(len(label))
    values = [w.auc(ones) for w in ways]
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(N_DRAWS):
        times = np.bincount(rng.integers(0, n, n), minlength=n)[code].astype(np.float64)
        a, b = (w.auc(times) for w in ways)
        draws.append(b - a)
    low, high = (float(v) for v in np.nanquantile(draws, [0.025, 0.975]))
    value = values[1] - values[0]
    gain = Interval(value, min(low, value), max(high, value))
    verdict = BETTER if gain.low > 0 else WORSE if gain.high < 0 else SAME
    won = int((label == 1).sum())
    digest, head, n_rows = facts
    return Worth(verdict, "", digest, head, n_rows, n, won, values[0], values[1], gain)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Rows in the order of their score, so that an AUC with weights is two sums.

    Attributes:
        order: [N] places by rising score.
        won: bool [N] in that order.
        group: [N] equal numbers for equal scores, in that order.
    """

    order: NDArray[np.int64]
    won: NDArray[np.bool_]
    group: NDArray[np.int64]

    @staticmethod
    def of(label: NDArray[np.int8], score: NDArray[np.float64]) -> _Ranked:
        order = np.argsort(score, kind="stable")
        ordered = score[order]
        group = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])]).astype(np.int64)
        return _Ranked(order, label[order] == 1, group)

    def auc(self, weight: NDArray[np.float64]) -> float:
        """Area under the ROC curve of weighted rows [N], ties counted half; NaN if undefined."""
        w = weight[self.order]
        lost = np.bincount(self.group, weights=w * ~self.won)
        won = np.bincount(self.group, weights=w * self.won)
        below = np.cumsum(lost) - lost / 2
        total = float(won.sum() * lost.sum())
        return float((won * below).sum()) / total if total else float("nan")
