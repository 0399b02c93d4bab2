"""What clusters are made of, and their names from what stands out, in words of two languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.profiles.figures import DAY_S, Figures
from client.profiles.segments import Names

#: Public pull of shares towards what is usual, worth this many actions: one evening is no habit.
PRIOR_ACTIONS = 5.0
USUAL_WEEKEND, USUAL_DAYPART = 2 / 7, 1 / 4
#: A feature stands out from this many standard deviations on.
STANDS_OUT = 0.25
_AND = Names(", ", "，")


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the clusters' table; words for far above and far below the shop's mean."""

    name: str
    high: Names
    low: Names


FEATURES: tuple[Feature, ...] = (
    Feature("away", Names("long away", "久未到访"), Names("here lately", "最近来过")),
    Feature("orders", Names("buy often", "常下单"), Names("hardly buy", "很少下单")),
    Feature("order_value", Names("large orders", "客单价高"), Names("small orders", "客单价低")),
    Feature("days", Names("come on many days", "常来"), Names("come rarely", "偶尔来")),
    Feature("looks", Names("look around a lot", "浏览多"), Names("look around little", "浏览少")),
    Feature("carts", Names("fill carts", "加购收藏多"), Names("use no cart", "很少加购")),
    Feature("price", Names("choose the dear", "偏好高价"), Names("choose the cheap", "偏好低价")),
    Feature("focus", Names("one interest", "兴趣集中"), Names("many interests", "兴趣广泛")),
    Feature("weekend", Names("at weekends", "周末活跃"), Names("on weekdays", "工作日活跃")),
    Feature("evening", Names("in the evening", "晚间活跃"), Names("rarely evenings", "晚间少")),
    Feature("returns", Names("send much back", "退货多"), Names("send nothing back", "不退货")),
)
FEATURE_NAMES: tuple[str, ...] = tuple(f.name for f in FEATURES)


def features_of(f: Figures) -> NDArray[np.float64]:
    """[n, 11] by FEATURES, counts as logarithms; NaN rows for those who never did anything."""
    n = f.n_actions.astype(np.float64)
    days = np.where(f.last_at >= 0, (f.as_of - f.last_at) / DAY_S, np.nan)
    paid = f.spend_minor / np.maximum(f.n_orders, 1) / 100
    table = np.stack(
        [
            np.log1p(days),
            np.log1p(f.n_orders),
            np.log1p(paid),
            np.log1p(f.n_active_days),
            np.log1p(f.n_looks),
            np.log1p(f.n_carts),
            np.where(np.isnan(f.price_place), 0.5, f.price_place),
            _pulled(f.interest_share[:, 0], f.n_interest.astype(np.float64), 1 / 2),
            _pulled(f.weekend, n, USUAL_WEEKEND),
            _pulled(f.dayparts[:, 3], f.n_clock.astype(np.float64), USUAL_DAYPART),
            np.log1p(f.n_returns),
        ],
        axis=1,
    )
    table[n == 0] = np.nan
    return table


def _pulled(
    share: NDArray[np.float64], n: NDArray[np.float64], usual: float
) -> NDArray[np.float64]:
    pulled: NDArray[np.float64] = (share * n + usual * PRIOR_ACTIONS) / (n + PRIOR_ACTIONS)
    return pulled


def names_for(centroids: NDArray[np.float64], taken: Sequence[Names] = ()) -> list[Names]:
    """A name for each of k centroids [k, 11] in standard deviations: its two strongest features.

    Args:
        centroids: The new ones.
        taken: Names that are in use already; nobody gets one of these.
    """
    out: list[Names] = []
    for row in centroids:
        order = np.argsort(-np.abs(row), kind="stable")
        strong = [int(i) for i in order if abs(row[i]) >= STANDS_OUT] or [int(order[0])]
        name = _join(row, strong[:2])
        used = {n.en for n in (*taken, *out)}
        for more in range(3, len(order) + 1):
            if name.en not in used:
                break
            name = _join(row, [int(i) for i in order[:more]])
        out.append(name)
    return out


def _join(row: NDArray[np.float64], picked: Sequence[int]) -> Names:
    words = [FEATURES[i].high if row[i] > 0 else FEATURES[i].low for i in picked]
    return Names(_AND.en.join(w.en for w in words), _AND.zh.join(w.zh for w in words))
