"""Clicks and conversions: does a conversion given a click (ESMM) order better than a head of its own?

    python3 scripts/simulate_funnel.py made-up [--views .5] [--seeds 6]
    python3 scripts/simulate_funnel.py taobao SOURCE/taobao_userbehavior_100k/events.parquet

A conversion head alone, both heads direct, and the funnel (docs/model.md, "Clicks and conversions"), each
without privacy and with league noise, by the product's own code. Nothing is tuned here.

made-up: rows of `server.warmstart.made_up`, eight shops. A click follows hidden weights of its own, a
conversion given a click follows others, and `--views` is the share of conversions that come without
any click, where the funnel is wrong. It is made as the funnel supposes: what it gains here is the most.

taobao: no merchants and no impressions are in that set, so both are arranged: a shop is an eighth of
the categories, an impression is the first view of an item by a user on a day. Click: cart, favourite
or purchase within 24 hours (93 in 100 purchases come without the first two), conversion: purchase.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import click
import numpy as np
import polars as pl
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from scipy.optimize import brentq
from simulate import Merchant, make_plan, without_privacy
from simulate_league import simulate_league

from client.comparator import predict
from client.dataset import ShopperData
from client.evaluate.arrange import by_size, pooled
from client.noise import SystemNoise
from client.sums import clipped_total
from common.averaging import Arrays, aggregate
from common.features import Encoded, FeatureSpec, default_spec, encode
from common.metrics import quality, sigmoid
from common.model import NUMERIC_GAIN, initial_tensors, trainable
from common.recipe import LEAGUE, Recipe
from server.warmstart import made_up

N_SHOPS = 8
#: Rows a shopper, and share of the shoppers that are learned from, in made-up shops.
ROWS, LEARN = 3, 0.6
CLICK_RATE, GIVEN_CLICK = 0.05, 0.1
#: Spread of the hidden log-odds of a click and of a conversion given a click.
SPREAD = 1.0
BOTH = ("click", "conversion")
WAYS = {
    "conversion head alone": (("conversion",), False),
    "both heads, direct": (BOTH, False),
    "both heads, funnel": (BOTH, True),
}
#: A clip norm that nobody reaches: the sum of plain gradients, by the product's own engine.
UNCLIPPED = 1e9
EPSILON = 3.0
DEEP = ["cart", "fav", "buy"]
DAY = 86_400
#: Beijing midnight, 2017-11-25; the set is nine days long.
FIRST, CUT, DAYS = 1_511_539_200, 6, 9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Figures:
    """One way to learn, judged on later or other rows; NaN for a head that was not trained."""

    auc: float
    log_loss: float
    pcoc: float
    click_auc: float
    click_log_loss: float
    click_pcoc: float


def made_up_shops(seed: int, views: float, spec: FeatureSpec) -> list[Merchant]:
    """Eight made-up shops; the same hidden weights in all."""
    rng = np.random.default_rng([seed, 7])
    hidden = [rng.standard_normal(spec.n_ids + spec.n_numeric) for _ in range(2)]
    out = []
    for number in range(N_SHOPS):
        rows, _ = made_up(spec, seed * N_SHOPS + number)
        a, b = (_hidden(rows, w) for w in hidden)
        n = len(a)
        clicked = rng.random(n) < sigmoid(a + _level(a, CLICK_RATE))
        given = rng.random(n) < sigmoid(b + _level(b, GIVEN_CLICK))
        # without a click: as many as `views` asks for, by the taste of a conversion
        wanted = views / (1 - views) * CLICK_RATE * GIVEN_CLICK if views < 1 else 0.0
        unseen = rng.random(n) < sigmoid(b + _level(b, wanted)) if wanted else np.zeros(n, bool)
        bought = (clicked & given) | (~clicked & unseen)
        shopper = np.arange(n) // ROWS
        kept = shopper < LEARN * shopper[-1]
        out.append((f"shop {number}", *_parts(rows, shopper, clicked, bought, kept, ~kept)))
    return out


def _hidden(rows: Encoded, weights: Floats) -> Floats:
    """Hidden log-odds of standard deviation SPREAD, before their level."""
    n_ids = len(weights) - rows.numeric.shape[1]
    score = weights[rows.ids].sum(1) + NUMERIC_GAIN * rows.numeric @ weights[n_ids:]
    return SPREAD * (score - score.mean()) / score.std()


def _level(score: Floats, rate: float) -> float:
    """The bias with which the mean probability is `rate`."""
    return float(brentq(lambda bias: sigmoid(score + bias).mean() - rate, -30.0, 30.0))


def _parts(
    rows: Encoded,
    shopper: NDArray[np.int64],
    clicked: NDArray[np.bool_],
    bought: NDArray[np.bool_],
    *kept: NDArray[np.bool_],
) -> tuple[ShopperData, ...]:
    return tuple(
        ShopperData.from_arrays(
            Encoded(rows.ids[k], rows.numeric[k]),
            shopper[k],
            clicked[k].astype(np.int8),
            bought[k].astype(np.int8),
        )
        for k in kept
    )


def taobao_shops(path: Path, spec: FeatureSpec) -> list[Merchant]:
    """The arranged shops; counts are of what this shop saw before the impression."""
    events = pl.read_parquet(path).unique().sort("user_id", "timestamp", "item_id", "behavior")
    events = events.filter(pl.col("timestamp").is_between(FIRST, FIRST + DAYS * DAY, closed="left"))
    events = events.with_columns(
        shop=pl.col("category_id") % N_SHOPS, day=(pl.col("timestamp") - FIRST) // DAY
    )
    shown = _counted(events)
    for name, kinds in (("clicked", DEEP), ("bought", ["buy"])):
        shown = _followed(shown, events.filter(pl.col("behavior").is_in(kinds)), name)
    out = []
    for (shop,), part in sorted(shown.group_by("shop"), key=lambda p: str(p[0])):
        part = part.sort("user_id", "timestamp")
        at = part["timestamp"].to_numpy()
        before = at < FIRST + (CUT - 1) * DAY
        later = (at >= FIRST + CUT * DAY) & (at < FIRST + (DAYS - 1) * DAY)
        rows = encode(spec, _columns(part, spec))
        labels = (part["clicked"].to_numpy(), part["bought"].to_numpy())
        users = part["user_id"].to_numpy()
        out.append((f"shop {shop}", *_parts(rows, users, *labels, before, later)))
    return out


def _counted(events: pl.DataFrame) -> pl.DataFrame:
    """First views of an item by a user on a day, with what was seen before each."""

    def before(kinds: list[str], *by: str) -> pl.Expr:
        hit = pl.col("behavior").is_in(kinds).cast(pl.Int64)
        return hit.cum_sum().over("user_id", *by) - hit

    bought = pl.when(pl.col("behavior") == "buy").then("timestamp")
    last = bought.forward_fill().over("user_id", "shop")
    counted = events.with_columns(
        own_views=before(["pv"], "shop"),
        product_views=before(["pv"], "item_id"),
        own_purchases=before(["buy"], "shop"),
        product_purchases=before(["buy"], "item_id"),
        category_purchases=before(["buy"], "category_id"),
        past_conversions=before(["buy"], "shop"),
        past_exposures=before(["pv"], "shop"),
        recency_days=((pl.col("timestamp") - last) // DAY).fill_null(-1),
        activity=before(["pv", "cart", "fav", "buy"]),
        affinity=before(["cart", "fav", "buy"], "category_id"),
    )
    views = counted.filter(pl.col("behavior") == "pv")
    return views.unique(["user_id", "item_id", "day"], keep="first", maintain_order=True)


def _followed(shown: pl.DataFrame, events: pl.DataFrame, name: str) -> pl.DataFrame:
    """Whether one of the events is about the same user and item within 24 hours of the view."""
    key = ["user_id", "item_id", "day"]
    pairs = shown.select(*key, "timestamp").join(
        events.select("user_id", "item_id", then="timestamp"), on=["user_id", "item_id"]
    )
    gap = pl.col("then") - pl.col("timestamp")
    hit = pairs.filter((gap >= 0) & (gap < DAY)).select(key).unique()
    marked = shown.join(hit.with_columns(pl.lit(True).alias(name)), on=key, how="left")
    return marked.with_columns(pl.col(name).fill_null(False))


def _columns(part: pl.DataFrame, spec: FeatureSpec) -> dict[str, NDArray[np.generic]]:
    n, text = len(part), {c.name for c in spec.categorical if c.kind == "hash"}
    out: dict[str, NDArray[np.generic]] = {
        name: np.full(n, "", object) if name in text else np.full(n, -1.0) for name in spec.sources
    }
    out |= {name: part[name].to_numpy() for name in spec.sources if name in part.columns}
    at = part["timestamp"].to_numpy() - FIRST
    tier = (np.floor(np.log2(part[n].to_numpy() + 1)) for n in ("activity", "affinity"))
    out["platform_activity"], out["platform_affinity"] = (np.minimum(t, 6) for t in tier)
    out["category"] = part["category_id"].cast(pl.String).to_numpy().astype(object)
    out["weekday"], out["hour"] = (at // DAY + 5) % 7, at % DAY // 3600
    return out


def judged(merchants: Sequence[Merchant], spec: FeatureSpec, made: Arrays, way: str) -> Figures:
    """Both outcomes on the rows to judge by, over all of them, as the shared model says."""
    heads, funnel = WAYS[way]
    found = {"click": (math.nan,) * 3}
    for head in heads:
        score = [predict(spec, made, m[2], head, funnel=funnel) for m in merchants]
        label = np.concatenate([m[2].labels(head) for m in merchants])
        one = quality(label, sigmoid(np.concatenate(score)))
        found[head] = (one.auc, one.log_loss, one.pcoc)
    return Figures(*found["conversion"], *found["click"])


def learn(
    merchants: Sequence[Merchant], spec: FeatureSpec, epsilon: float | None, recipe: Recipe
) -> Arrays:
    """Weights learned with league noise; or without noise and clipping, on all rows in one place."""
    if epsilon is not None:
        return simulate_league(merchants, spec, epsilon, recipe).tensors
    everybody, noise = by_size(pooled([before for _, before, _ in merchants])), SystemNoise()
    course = replace(without_privacy(recipe, [everybody]), clip_norm=UNCLIPPED)
    names, velocity = trainable(spec, recipe.heads), None
    tensors = initial_tensors(spec, funnel=recipe.funnel)
    for number in range(1, course.rounds + 1):
        plan = make_plan(spec, course, tensors, number, 0.0, 1.0)
        total = clipped_total(plan, spec, everybody, noise)
        cuts = np.cumsum([tensors[n].size for n in names])[:-1]
        rate = -plan.learning_rate / plan.expected_batch
        parts = zip(names, np.split(rate * total, cuts), strict=True)
        step = {n: part.reshape(tensors[n].shape).astype(np.float32) for n, part in parts}
        done = aggregate(tensors, [step], momentum=course.server_momentum, velocity=velocity)
        tensors, velocity = done.tensors, done.velocity
    return tensors


def text(found: dict[str, list[Figures]], label: str) -> str:
    """Lines of a table in Markdown: means, and paired differences to both heads direct."""
    lines = []
    base = found["both heads, direct"]
    for way, runs in found.items():
        cells = []
        for name in (field.name for field in fields(Figures)):
            now, gap = (
                np.array([getattr(r, name) - off for r, off in zip(runs, offs, strict=True)])
                for offs in ([0.0] * len(runs), [getattr(r, name) for r in base])
            )
            more = "" if runs is base or "pcoc" in name else f" ({gap.mean():+.4f}{_error(gap)})"
            cells.append("" if np.isnan(now).any() else f"{now.mean():.4f}{more}")
        lines.append(f"| {label}: {way} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _error(gap: Floats) -> str:
    return f"±{gap.std(ddof=1) / math.sqrt(len(gap)):.4f}" if len(gap) > 1 else ""


@click.command()
@click.argument("kind", type=click.Choice(["made-up", "taobao"]))
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--views", default=0.0, help="made-up: share of conversions without a click.")
@click.option("--seeds", default=6, show_default=True, help="Of rows (made-up) and noise.")
def main(kind: str, path: Path | None, views: float, seeds: int) -> None:
    """Compare the three ways on the same rows."""
    spec = default_spec()
    if (kind == "taobao") != (path is not None):
        raise click.UsageError("taobao, and only it, needs the path of events.parquet")
    rows: dict[str, dict[str, list[Figures]]] = {}
    for seed in range(seeds):
        if path is None or not seed:
            shops = taobao_shops(path, spec) if path else made_up_shops(seed, views, spec)
        for epsilon in (None, EPSILON):
            label = "no privacy" if epsilon is None else f"league noise, epsilon {epsilon:g}"
            found = rows.setdefault(label, {way: [] for way in WAYS})
            for way, (heads, funnel) in WAYS.items():
                recipe = replace(LEAGUE, heads=heads, funnel=funnel)
                found[way].append(judged(shops, spec, learn(shops, spec, epsilon, recipe), way))
    facts = {
        part: {
            "rows": sum(m[i].n_rows for m in shops),
            **{h: int(sum((m[i].labels(h) == 1).sum() for m in shops)) for h in BOTH},
        }
        for i, part in ((1, "learned"), (2, "judged"))
    }
    click.echo(json.dumps(facts))
    click.echo(
        f"| | conversion: AUC | log-loss | PCOC | click: AUC | log-loss | PCOC |\n{'|---' * 7}|"
    )
    click.echo("\n".join(text(found, label) for label, found in rows.items()))


if __name__ == "__main__":
    main()
