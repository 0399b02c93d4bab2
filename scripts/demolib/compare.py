"""What learning together was worth: the published model against every merchant alone, and against no privacy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from demolib.shops import Shop
from simulate import MIN_LATER, SimResult, simulate, simulate_local
from simulate_league import simulate_league

from client.dataset import ShopperData
from client.personal import fit as fit_platt
from client.score import Scorer
from client.store import Store, models
from client.store.exposures import Exposures, load
from common.features import FeatureSpec, default_spec, encode
from common.metrics import Quality, quality, sigmoid
from common.privacy import PrivacyMode
from common.recipe import DEFAULT, LEAGUE, Recipe

Split = tuple[str, Exposures, Exposures]


def splits(shops: Sequence[Shop], cut: str) -> list[Split]:
    """Rows before and after the public cut, as each merchant has them."""
    out = []
    for shop in shops:
        with Store.open(shop.home, read_only=True) as store:
            out.append((shop.name, load(store, shown_before=cut), load(store, shown_from=cut)))
    return out


def published(shops: Sequence[Shop], rows: Sequence[Split], spec: FeatureSpec) -> dict[str, Any]:
    """Figures of the bundle that each node installed, scored by ONNX Runtime."""
    raws, cals, labels, merchants = [], [], [], []
    for shop, (_, before, later) in zip(shops, rows, strict=True):
        with Store.open(shop.home, read_only=True) as store:
            bundle = models.current(store)
        scorer = Scorer(bundle)
        x_before = scorer.logits(encode(spec, before.columns))["conversion"]
        x = scorer.logits(encode(spec, later.columns))["conversion"]
        p = sigmoid(x)
        platt = fit_platt(x_before, before.converted)
        raws.append(p)
        cals.append(platt.p(x) if platt else p)
        labels.append(later.converted)
        merchants.append((shop.name, quality(later.converted, p)))
    y = np.concatenate(labels)
    return row(
        "federated, private (published)",
        quality(y, np.concatenate(raws)),
        quality(y, np.concatenate(cals)),
        merchants,
    )


def row(
    name: str, raw: Quality, cal: Quality, merchants: Sequence[tuple[str, Quality]]
) -> dict[str, Any]:
    """One line of the table."""
    judged = [q.auc for _, q in merchants if q.n_positive >= MIN_LATER and math.isfinite(q.auc)]
    return {
        "name": name,
        "auc": raw.auc,
        "auc_mean": float(np.mean(judged)) if judged else None,
        "log_loss": raw.log_loss,
        "log_loss_calibrated": cal.log_loss,
        "pcoc": raw.pcoc,
        "pcoc_calibrated": cal.pcoc,
        "judged": len(judged),
        "merchants": {n: asdict(q) for n, q in merchants},
    }


def from_simulation(name: str, result: SimResult) -> dict[str, Any]:
    """A simulated way of learning as a line of the same table."""
    merchants = [(m.name, m.raw) for m in result.merchants]
    raw = replace(result.calibrated, auc=result.auc, log_loss=result.log_loss, pcoc=result.pcoc)
    return row(name, raw, result.calibrated, merchants)


def compare(
    shops: Sequence[Shop],
    cut: str,
    recipe: Recipe,
    epsilons: Sequence[float],
    say: Callable[[str], None],
) -> list[dict[str, Any]]:
    """The table: local only, published, then the same league simulated at other budgets."""
    spec = default_spec()
    rows = splits(shops, cut)
    data = [
        (n, ShopperData.from_exposures(spec, a), ShopperData.from_exposures(spec, b))
        for n, a, b in rows
    ]
    say("each merchant alone")
    # the comparators do not know of noise: the same for both kinds
    plain = replace(DEFAULT, rounds=recipe.rounds)
    table = [from_simulation("each alone, no privacy", simulate_local(data, spec, plain))]
    table.append(published(shops, rows, spec))
    say("federated without privacy")
    table.append(from_simulation("federated, no privacy", simulate(data, spec, None, plain)))
    for epsilon in epsilons:
        say(f"federated at epsilon {epsilon:g}")
        if recipe.step_noise:
            name, result = "league", simulate_league(data, spec, epsilon, recipe)
        else:
            name, result = "own", simulate(data, spec, epsilon, recipe)
        table.append(from_simulation(f"federated, {name} noise, epsilon {epsilon:g}", result))
    return table


def recipe_of(run: dict[str, Any]) -> Recipe:
    """The recipe with the number of rounds that the run really did."""
    base = LEAGUE if run["mode"] == PrivacyMode.LEAGUE else DEFAULT
    return replace(base, rounds=int(run["rounds"]))
