"""What a shop's own head is worth: shared model, shared model with head, and the shop alone.

    python3 scripts/simulate_heads.py --sample data/completejourney [--epsilon 3] [--draws 2000] [--json]
    python3 scripts/simulate_heads.py --sample DIR --cut 2017-08-08T00:00:00Z --until 2017-10-30T00:00:00Z

Learns before the public cut and judges after it; nothing is tuned here. The shared model comes from
one run with league noise (scripts/simulate_league.py), the head from client/personal_choose.py on
rows before the cut, the shop alone from client/comparator.py, calibrated on its own rows like the
others. Differences come with a 95 % bootstrap interval over shoppers (Efron 1979), both sides of a
difference on the same draw. --cut and --until move both ends: constants were chosen on an inner
split of the training part.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from simulate import LOCAL_DECAY, MIN_LATER, Merchant, alone, make_plan
from simulate_league import DELTA, simulate_league
from simulate_shops import sample_homes

from client import personal
from client.comparator import predict, train_plain
from client.dataset import ShopperData
from client.noise import SystemNoise
from client.personal_choose import choose, cross_fitted
from client.store import Store
from client.store.exposures import load
from common.features import Encoded, FeatureSpec, default_spec
from common.metrics import auc
from common.model import initial_tensors
from common.recipe import DEFAULT

HEAD = "conversion"
#: A merchant with so many exposures to learn from is promised not to lose by joining.
PROMISED = 1000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """One way to score a merchant's later rows."""

    auc: float
    log_loss: float


@dataclass(frozen=True)
class Line:
    """One merchant: three ways, and what the head adds to being alone.

    `auc_gain` and `loss_gain` are given minus alone and alone minus given: above 0, joining pays.
    """

    name: str
    n_rows: int
    n_positive: int
    n_later_positive: int
    kind: str
    shared: Way
    given: Way
    alone: Way
    auc_gain: tuple[float, float, float]
    loss_gain: tuple[float, float, float]


def losses(y: NDArray[np.integer], logit: Floats) -> Floats:
    """Negative log-likelihood [n] of each row."""
    return np.logaddexp(0.0, logit) - y * logit


def weighted_auc(won: NDArray[Any], lost: NDArray[Any]) -> float:
    """Area under the ROC curve of counts [levels] by rising score, ties half."""
    below = np.cumsum(lost) - lost / 2
    total = won.sum() * lost.sum()
    return float(won @ below / total) if total else float("nan")


def own_model(spec: FeatureSpec, data: ShopperData) -> dict[str, NDArray[np.float32]]:
    """The merchant alone: the same network without privacy (scripts/simulate.py)."""
    start = initial_tensors(spec)
    plan = make_plan(spec, alone(DEFAULT, data), start, 1, 1.0, DELTA)
    update = train_plain(plan, spec, data, SystemNoise(), weight_decay=LOCAL_DECAY).tensors
    return {k: start[k] + update[k] if k in update else start[k] for k in start}


def calibrated(
    fit_on: NDArray[np.floating], label: NDArray[np.int8], logit: NDArray[np.floating]
) -> Floats:
    """Log-odds after Platt's calibration on earlier rows, as every merchant does."""
    platt = personal.fit(fit_on, label)
    return platt.logit(logit) if platt else logit.astype(np.float64)


def judged(
    merchant: Merchant, spec: FeatureSpec, tensors: dict[str, NDArray[np.float32]], draws: int
) -> Line:
    """Three ways to score one merchant's later rows."""
    name, before, later = merchant
    label, y = before.labels(HEAD), later.labels(HEAD)
    past = predict(spec, tensors, before, HEAD)
    shared = predict(spec, tensors, later, HEAD)
    who = np.repeat(np.arange(before.n_shoppers), np.diff(before.start))
    rows = Encoded(before.ids, before.numeric)
    chosen = choose(rows, past, label, who, spec.n_ids)
    with_head = shared
    if chosen.linear:
        with_head = chosen.linear.logit(shared, Encoded(later.ids, later.numeric))
    inner = cross_fitted(chosen, rows, past, label, who)
    own = own_model(spec, before)
    logits = (
        calibrated(past, label, shared),
        chosen.isotonic.logit(with_head)
        if chosen.isotonic
        else calibrated(inner, label, with_head),
        calibrated(predict(spec, own, before, HEAD), label, predict(spec, own, later, HEAD)),
    )
    # a calibration may tie scores at the ends; the order is that of the log-odds before it
    orders = (shared, with_head, predict(spec, own, later, HEAD))
    ways = [Way(auc(y, o), float(losses(y, x).mean())) for o, x in zip(orders, logits, strict=True)]
    gains = bootstrap(later, y, orders, logits, draws)
    n_won = int((label == 1).sum())
    facts = (name, before.n_rows, n_won, int((y == 1).sum()), chosen.kind)
    return Line(*facts, ways[0], ways[1], ways[2], gains[0], gains[1])


def bootstrap(
    later: ShopperData,
    y: NDArray[np.int8],
    orders: tuple[NDArray[np.floating], ...],
    logits: tuple[Floats, ...],
    draws: int,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """(value, low, high) of the gain in AUC and in log-loss of the second way over the third."""
    rng, n = np.random.default_rng(0), later.n_shoppers
    size = np.diff(later.start)
    off = losses(y, logits[2]) - losses(y, logits[1])
    codes = [np.unique(o, return_inverse=True)[1] for o in orders[1:]]
    found = []
    for draw in range(draws + 1):
        taken = np.bincount(rng.integers(0, n, n), minlength=n) if draw else np.ones(n)
        weight = np.repeat(taken, size).astype(np.float64)
        won, lost = weight * (y == 1), weight * (y == 0)
        if not won.sum():
            continue
        pair = [weighted_auc(*(np.bincount(c, weights=w) for w in (won, lost))) for c in codes]
        found.append((pair[0] - pair[1], float(weight @ off / weight.sum())))
    if not found:
        nothing = (float("nan"),) * 3
        return nothing, nothing
    values = np.array(found)
    low, high = np.quantile(values[1:], [0.025, 0.975], axis=0) if draws else values[[0, 0]]
    return tuple((float(values[0, i]), float(low[i]), float(high[i])) for i in range(2))  # type: ignore[return-value]


def table(lines: list[Line]) -> str:
    """All merchants, those with most rows first, in Markdown."""
    out = [
        "| merchant | rows | outcomes before, after | head | AUC shared | with head | alone |"
        " gain in AUC (95 %) | log-loss shared | with head | alone | gain in log-loss x 1000 |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in sorted(lines, key=lambda r: -r.n_rows):
        a, b, c = r.shared, r.given, r.alone
        g, h = r.auc_gain, [1000 * v for v in r.loss_gain]
        out.append(
            f"| {r.name} | {r.n_rows} | {r.n_positive}, {r.n_later_positive} | {r.kind}"
            f" | {a.auc:.3f} | {b.auc:.3f} | {c.auc:.3f} | {g[0]:+.3f} ({g[1]:+.3f} to {g[2]:+.3f})"
            f" | {a.log_loss:.4f} | {b.log_loss:.4f} | {c.log_loss:.4f}"
            f" | {h[0]:+.2f} ({h[1]:+.2f} to {h[2]:+.2f}) |"
        )
    return "\n".join(out)


def summary(lines: list[Line]) -> dict[str, float | int | list[str]]:
    """Means, and who loses by joining beyond noise."""
    some = [r for r in lines if r.n_later_positive >= MIN_LATER]
    large = [r for r in some if r.n_rows >= PROMISED]
    means = {
        f"{way}_auc_{group}": float(np.mean([getattr(r, way).auc for r in rows]))
        for way in ("shared", "given", "alone")
        for group, rows in (("all", some), ("promised", large))
        if rows
    }
    return {
        "judged": len(some),
        "promised": len(large),
        **means,
        "worse_auc": [r.name for r in large if r.auc_gain[2] < 0],
        "worse_log_loss": [r.name for r in large if r.loss_gain[2] < 0],
        "better_auc": [r.name for r in large if r.auc_gain[1] > 0],
        "better_log_loss": [r.name for r in large if r.loss_gain[1] > 0],
    }


@click.command()
@click.option("--sample", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--merchants", "n_merchants", type=int, help="Only the first N.")
@click.option("--epsilon", default=3.0, show_default=True)
@click.option("--runs", default=1, show_default=True, help="Shared models, each of its own noise.")
@click.option("--draws", default=2000, show_default=True, help="Bootstrap draws of shoppers.")
@click.option("--cut", default="", help="ISO-8601 UTC; the sample's public cut by default.")
@click.option("--until", default="", help="Judge by rows before this.")
@click.option("--json", "as_json", is_flag=True)
def main(
    sample: Path,
    n_merchants: int | None,
    epsilon: float,
    runs: int,
    draws: int,
    cut: str,
    until: str,
    as_json: bool,
) -> None:
    """Compare what a merchant is given with what it could do alone."""
    spec = default_spec()
    merchants: list[Merchant] = []
    with sample_homes(sample, n_merchants) as (homes, public):
        cut = cut or public
        for home in homes:
            with Store.open(home, read_only=True) as store:
                before = load(store, shown_before=cut)
                later = load(store, shown_from=cut, shown_before=until or None)
            pair = [ShopperData.from_exposures(spec, rows) for rows in (before, later)]
            merchants.append((home.name, pair[0], pair[1]))
    for run in range(1, runs + 1):
        tensors = dict(simulate_league(merchants, spec, epsilon).tensors)
        lines = [judged(m, spec, tensors, draws) for m in merchants if m[1].n_rows and m[2].n_rows]
        facts = {"run": run, "epsilon": epsilon, "delta": DELTA, "cut": cut, **summary(lines)}
        if as_json:
            print(json.dumps({**facts, "merchants": [asdict(r) for r in lines]}))
        else:
            print(json.dumps(facts, indent=1), table(lines), sep="\n\n")


if __name__ == "__main__":
    main()
