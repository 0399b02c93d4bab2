"""What learning together is worth on shop folders: alone, together, with noise, and pooled.

    python3 scripts/simulate_shops.py --sample data/completejourney [--merchants N] [--json]
    python3 scripts/simulate_shops.py --shops DIR --cut 2017-10-30T00:00:00Z

The first form imports the shipped sample into a temporary folder, the second takes shop folders
that exist. Learns from rows before the cut, judges by later ones; nothing is tuned here.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from sample import federation
from scipy.sparse import csr_matrix, hstack
from simulate import MIN_LATER, Merchant, SimResult, simulate, simulate_local
from sklearn.linear_model import LogisticRegression

from client.dataset import ShopperData
from client.ingest.files import import_files
from client.shop import make_shop
from client.store import DATABASE_NAME, Store
from client.store.exposures import load
from common.features import FeatureSpec, default_spec
from common.metrics import auc
from common.privacy import DELTA_BY_TIER, PrivacyUnit
from common.recipe import DEFAULT, for_epsilon


def merchants_of(homes: Sequence[Path], spec: FeatureSpec, cut: str) -> list[Merchant]:
    """Rows before and after the cut, of each shop folder."""
    out = []
    for home in homes:
        with Store.open(home, read_only=True) as store:
            before = ShopperData.from_exposures(spec, load(store, shown_before=cut))
            later = ShopperData.from_exposures(spec, load(store, shown_from=cut))
        out.append((home.name, before, later))
    return out


def pooled(merchants: Sequence[Merchant], spec: FeatureSpec) -> dict[str, float]:
    """Logistic regression on everybody's rows in one place: what nobody may do."""

    def matrix(part: int) -> tuple[Any, Any]:
        ids = np.concatenate([m[part].ids for m in merchants])
        numeric = np.concatenate([m[part].numeric for m in merchants])
        n, f = ids.shape
        place = (np.repeat(np.arange(n), f), ids.ravel())
        one_hot = csr_matrix((np.ones(n * f), place), shape=(n, spec.n_ids))
        y = np.concatenate([m[part].conversion for m in merchants])
        return hstack([one_hot, csr_matrix(numeric)]).tocsr(), y

    x, y = matrix(1)
    known = y >= 0
    fitted = LogisticRegression(C=0.3, max_iter=500).fit(x[known], y[known])
    x_later, y_later = matrix(2)
    score = fitted.decision_function(x_later)
    ends = np.cumsum([0, *(m[2].n_rows for m in merchants)])
    each = [
        auc(m[2].conversion, score[a:b])
        for m, a, b in zip(merchants, ends[:-1], ends[1:], strict=True)
        if (m[2].conversion == 1).sum() >= MIN_LATER
    ]
    return {"auc": auc(y_later, score), "mean_auc": float(np.mean(each))}


@contextmanager
def sample_homes(sample: Path, n: int | None) -> Iterator[tuple[list[Path], str]]:
    """The shipped sample as shop folders in a temporary place, and its public cut."""
    shipped = federation(sample)
    with tempfile.TemporaryDirectory() as root:
        homes = []
        for merchant in shipped.merchants[:n]:
            home = Path(root) / merchant.folder.name
            make_shop(home, merchant.name, "en", {})
            with Store.open(home) as store:
                import_files(store, [merchant.folder])
            homes.append(home)
        yield homes, shipped.cut_at


def table(rows: Sequence[SimResult], reference: dict[str, float]) -> str:
    """The results for people, in Markdown."""
    lines = [
        "| | overall AUC | mean per merchant | log-loss | PCOC | log-loss, calibrated | PCOC,"
        " calibrated | sigma |",
        "|---|---|---|---|---|---|---|---|",
        f"| logistic regression, pooled | {reference['auc']:.3f} | {reference['mean_auc']:.3f}"
        " | | | | | |",
    ]
    for r in rows:
        c = r.calibrated
        lines.append(
            f"| {r.label} | {r.auc:.3f} | {r.mean_auc:.3f} | {r.log_loss:.4f} | {r.pcoc:.2f}"
            f" | {c.log_loss:.4f} | {c.pcoc:.2f} | {r.noise_multiplier:.2f} |"
        )
    return "\n".join(lines)


@click.command()
@click.option("--sample", type=click.Path(exists=True, path_type=Path), help="Shipped files.")
@click.option("--shops", type=click.Path(exists=True, path_type=Path), help="Shop folders.")
@click.option("--cut", default="", help="ISO-8601 UTC; with --shops.")
@click.option("--merchants", "n_merchants", type=int, help="Only the first N.")
@click.option("--epsilon", "epsilons", type=float, multiple=True, default=(1.0, 3.0, 8.0))
@click.option("--json", "as_json", is_flag=True)
def main(
    sample: Path | None,
    shops: Path | None,
    cut: str,
    n_merchants: int | None,
    epsilons: tuple[float, ...],
    as_json: bool,
) -> None:
    """Compare ways to learn on the same merchants."""
    if sample:
        with sample_homes(sample, n_merchants) as (homes, cut_at):
            compare(homes, cut or cut_at, epsilons, as_json)
    elif shops and cut:
        found = sorted(p.parent for p in shops.glob(f"*/{DATABASE_NAME}"))
        compare(found[:n_merchants], cut, epsilons, as_json)
    else:
        raise click.UsageError("give --sample, or --shops with --cut")


def compare(homes: Sequence[Path], cut: str, epsilons: Sequence[float], as_json: bool) -> None:
    """Run every way to learn and print the table."""
    spec = default_spec()
    merchants = merchants_of(homes, spec, cut)
    reference = pooled(merchants, spec)
    rows = [simulate_local(merchants, spec), simulate(merchants, spec, None)]
    for epsilon in sorted(epsilons, reverse=True):
        rows.append(simulate(merchants, spec, epsilon, for_epsilon(DEFAULT, epsilon)))
    judged = sum((m[2].conversion == 1).sum() >= MIN_LATER for m in merchants)
    facts = {
        "merchants": len(merchants),
        "judged": int(judged),
        "shoppers": sum(m[1].n_shoppers for m in merchants),
        "rows": sum(m[1].n_rows for m in merchants),
        "later_rows": sum(m[2].n_rows for m in merchants),
        "delta": DELTA_BY_TIER["small"],
        "unit": str(PrivacyUnit(DEFAULT.max_impressions)),
    }
    if as_json:
        click.echo(json.dumps({**facts, "pooled": reference, "rows": [r.as_dict() for r in rows]}))
    else:
        click.echo("\n".join(f"{k}: {v}" for k, v in facts.items()))
        click.echo(table(rows, reference))


if __name__ == "__main__":
    main()
