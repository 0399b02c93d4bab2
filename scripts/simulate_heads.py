"""What a shop's own head is worth, on inner splits of the part that is learned from; later rows stay unseen.

    python3 scripts/simulate_heads.py data/completejourney --cut 2017-10-30T00:00:00Z --inner 2017-08-08T00:00:00Z
    python3 scripts/simulate_heads.py build/silos/ipinyou --split random --seeds 4 [--json]

Folders are those of `hansa evaluate`, which judges by later rows; constants are chosen with this
script. It parts the rows before the outer cut once more, by time at --inner (or 70 %) or at random,
learns a league (epsilon 3), and compares on the inner later rows: the shared model with Platt's
calibration, the simplest head within one standard error (the rule until November 2026), the mixture
that the product takes (client/personal_choose.py), and each shop alone; and what calibrations that
trust newer rows more would change.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from client import personal
from client.evaluate import networks
from client.evaluate.figures import MIN_LATER
from client.evaluate.folders import heads_of, read_folder
from client.evaluate.given import given
from client.evaluate.nouns import Case, Merchant, NotPossible, Pair, Shop
from client.evaluate.promise import PROMISED, promise_of
from client.evaluate.run import Wishes, case_of
from client.evaluate.split import Split, find_split, part
from client.noise import SystemNoise
from client.personal_choose import candidates, one_standard_error, too_little
from client.personal_folds import Shop as Labelled
from client.personal_folds import folds_of, sampled
from common.features import Encoded, default_spec
from common.metrics import auc, log_loss, pcoc, sigmoid

#: Half-lives in days of a row's weight in the calibration.
HALF_LIVES = (30, 60, 120)
EPSILON = 3.0
Figures = dict[str, dict[str, float]]


def simplest(case: Case, m: Merchant, head: str, pair: Pair) -> Pair:
    """The first way that is not worse than the best beyond one standard error (Breiman 1984)."""
    data, label = m.before.data, m.before.data.labels(head)
    who = np.unique(m.before.shopper, return_inverse=True)[1].astype(np.int64)
    if too_little(pair[0], label, who):
        return pair
    rng = np.random.default_rng(0)
    fold = folds_of(who, label, rng)
    shop = Labelled(Encoded(data.ids, data.numeric), pair[0], label, who, fold)
    rows, weight = sampled(label, rng)
    tried = candidates(shop, rows, weight, case.spec.n_ids)
    found = tried[one_standard_error([c.loss for c in tried], who[rows])]
    later = Encoded(m.later.data.ids, m.later.data.numeric)
    return found.crossed.logit, found.crossed.whole.logit(pair[1], later).astype(np.float64)


def figures(y: NDArray[np.int8], order: NDArray[np.float64], p: NDArray[np.float64]) -> list[float]:
    """AUC, log-loss, PCOC and rows of one merchant."""
    return [auc(y, order), log_loss(y, p), pcoc(y, p), float(len(y))]


def one_split(case: Case, head: str) -> tuple[Figures, str]:
    """Means over merchants of all ways on one inner split, and the promise in words."""
    noise = SystemNoise()
    league = networks.league_noise(case, noise, EPSILON)
    if isinstance(league, NotPossible):
        raise click.ClickException(league.reason)
    alone, own = networks.local(case, noise), given(case, league)
    if isinstance(own, NotPossible):
        raise click.ClickException(own.reason)
    rows: dict[str, list[list[float]]] = {}
    for i, m in enumerate(case.merchants):
        y, label = m.later.data.labels(head), m.before.data.labels(head)
        if (y == 1).sum() < MIN_LATER or m.n_rows < PROMISED or not len(label):
            continue
        shared = league.by_head[head][i]
        ways = {"shared": shared, "simplest": simplest(case, m, head, shared)}
        ways |= {"given": own.by_head[head][i], "alone": alone.by_head[head][i]}
        for name, pair in ways.items():
            platt = personal.fit(pair[0], label) or personal.Platt()
            rows.setdefault(name, []).append(figures(y, pair[1], platt.p(pair[1])))
        for name, p in aged(m, label, ways["given"]):
            rows.setdefault(name, []).append(figures(y, ways["given"][1], p))
    return summary(rows), promise_of([case], head, [own], [alone]).lines()[0]


def aged(
    m: Merchant, label: NDArray[np.int8], pair: Pair
) -> Sequence[tuple[str, NDArray[np.float64]]]:
    """Probabilities of the given head under calibrations whose rows lose half their weight."""
    days = (m.before.shown_at.max() - m.before.shown_at) / 86_400
    out = []
    for life in HALF_LIVES:
        platt = personal.fit(pair[0], label, 0.5 ** (days / life))
        out.append((f"given, half-life {life}", platt.p(pair[1]) if platt else sigmoid(pair[1])))
    return out


def summary(rows: dict[str, list[list[float]]]) -> Figures:
    """Mean AUC, worst AUC against alone, log-loss of all rows, mean |log PCOC|."""
    out: Figures = {}
    base = np.array(rows["alone"])[:, 0]
    for name, found in rows.items():
        v = np.array(found)
        out[name] = {
            "mean_auc": float(v[:, 0].mean()),
            "worst_against_alone": float((v[:, 0] - base).min()),
            "log_loss": float(np.average(v[:, 1], weights=v[:, 3])),
            "mean_abs_log_pcoc": float(np.abs(np.log(v[:, 2])).mean()),
        }
    return out


def inner_shops(
    data: Path, kind: str, cut: str, inner: str
) -> tuple[list[Shop], list[Shop], Split, tuple[str, ...]]:
    """Every shop, what each learns from, the split inside of that, and the outcomes."""
    shops = read_folder(data, default_spec()).shops
    heads = heads_of(shops)
    outer = find_split(shops, heads, kind, cut)
    some = [Shop(m.name, m.before) for m in part(shops, outer, 0) if m.before.data.n_rows]
    return shops, some, find_split(some, heads, outer.kind, inner), heads


def inner_cases(data: Path, kind: str, cut: str, inner: str, seeds: int) -> tuple[list[Case], str]:
    """Cases of the inner splits, and the outcome that is judged."""
    _, some, split, heads = inner_shops(data, kind, cut, inner)
    spec = default_spec()
    return [case_of(some, split, 100 + s, spec, heads, Wishes()) for s in range(seeds)], heads[0]


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--split", "kind", default="auto", type=click.Choice(["auto", "time", "random"]))
@click.option("--cut", default="", help="Outer cut; found as 'hansa evaluate' does by default.")
@click.option("--inner", default="", help="Inner cut by time; 70 % by default.")
@click.option("--seeds", default=1, show_default=True, help="Inner splits, or runs on one by time.")
@click.option("--json", "as_json", is_flag=True)
def main(data: Path, kind: str, cut: str, inner: str, seeds: int, as_json: bool) -> None:
    """Compare what a merchant is given with the shared model and with being alone."""
    cases, head = inner_cases(data, kind, cut, inner, seeds)
    for number, case in enumerate(cases):
        found, promise = one_split(case, head)
        if as_json:
            print(json.dumps({"run": number, "head": head, "ways": found, "promise": promise}))
            continue
        print(f"run {number}, {head}: {promise}")
        for name, v in found.items():
            print(f"  {name:22s} " + "  ".join(f"{k} {x:.4f}" for k, x in v.items()))


if __name__ == "__main__":
    main()
