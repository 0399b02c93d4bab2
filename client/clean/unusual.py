"""Shoppers unlike all others: figures, an isolation forest over them, one sentence for each shopper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from client.clean.nouns import Words
from client.clean.robust import NORMAL
from client.store.clean_people import COUNTED

#: Smallest robust standard deviation of a figure, in logarithms: where nearly everybody has the same
#: number, a half more is not odd.
LEAST_SPREAD = 0.4
TREES = 100
#: Shoppers that the forest sees, and rows that are scored at a time.
SAMPLE = 20_000
CHUNK = 50_000

_W = Words
#: Figure -> how it reads with its value in it.
FIGURES: dict[str, Words] = {
    "events": _W("{} events in all", "共 {} 个事件"),
    "active_days": _W("{} active days", "{} 个活跃日"),
    "busiest_day": _W("{} events on the busiest day", "最忙的一天有 {} 个事件"),
    "hours": _W("events in {} different hours of one day", "一天中有 {} 个小时有事件"),
    "purchases": _W("{} purchases", "{} 次购买"),
    "mean_amount": _W("{} spent on an average purchase", "平均每次购买 {}"),
    "products": _W("{} different products", "{} 种不同商品"),
    "impressions": _W("{} impressions", "{} 次展示"),
    "clicks": _W("{} clicks", "{} 次点击"),
    "looks": _W("{} events for each purchase", "每次购买对应 {} 个事件"),
}


@dataclass(frozen=True, slots=True)
class Typical:
    """What is usual in this shop: holds for all, says nothing of one person.

    Attributes:
        median: Figure -> median of its logarithm.
        spread: Figure -> robust standard deviation of its logarithm.
    """

    median: Mapping[str, float]
    spread: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Found:
    """What the forest found.

    Attributes:
        places: int64 [M], rows of the figures that are unusual, most unusual first.
        typical: What is usual; None for too few shoppers.
    """

    places: NDArray[np.int64]
    typical: Typical | None


def figures(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of one plus each figure: [S, len(FIGURES)] from counts [S, len(COUNTED)]."""
    c = {name: counts[:, i] for i, name in enumerate(COUNTED)}
    plain = {
        **c,
        "mean_amount": np.maximum(c["spent_minor"], 0) / 100 / np.maximum(c["purchases"], 1),
        "looks": c["events"] / np.maximum(c["purchases"], 1),
    }
    return np.stack([np.log1p(plain[name]) for name in FIGURES], axis=1)


def typical(x: NDArray[np.float64]) -> Typical:
    """Medians and robust spreads of figures [S, D], each over the shoppers for whom it is above zero.

    Most shoppers of most shops have never bought; beside them every good customer would look odd.
    """
    median, spread = {}, {}
    for i, name in enumerate(FIGURES):
        some = x[x[:, i] > 0, i]
        middle = float(np.median(some)) if len(some) else 0.0
        deviation = float(np.median(np.abs(some - middle))) if len(some) else 0.0
        median[name], spread[name] = middle, max(NORMAL * deviation, LEAST_SPREAD)
    return Typical(median, spread)


def distances(x: NDArray[np.float64], usual: Typical) -> NDArray[np.float64]:
    """Robust standard deviations from the median, with sign, 0 for a figure of zero: [S, D] from [S, D]."""
    median = np.array([usual.median[name] for name in FIGURES])
    spread = np.array([usual.spread[name] for name in FIGURES])
    return np.where(x > 0, (x - median) / spread, 0.0)


def find(
    counts: NDArray[np.float64],
    *,
    score: float,
    spread: float,
    max_share: float,
    at_least: int,
    seed: int,
) -> Found:
    """Shoppers with a high isolation score and two figures far from the median, never too many.

    The forest: Liu, Ting and Zhou 2008, Isolation Forest; its score is near 0.5 for who is like
    the others and near 1 for who is alone. The two figures are what makes a finding explainable.

    Args:
        counts: float64 [S, len(COUNTED)], in an order that does not change between runs.
        score: Isolation score from which a shopper is unusual.
        spread: Robust standard deviations that two figures must differ by.
        max_share: Never more than this share; the highest scores win.
        at_least: With fewer shoppers nobody is unusual.
        seed: Of the forest and of its sample.
    """
    nobody = np.zeros(0, np.int64)
    if len(counts) < at_least:
        return Found(nobody, None)
    x = figures(counts)
    usual = typical(x)
    far = np.sort(np.abs(distances(x, usual)), axis=1)[:, -2] >= spread
    candidates = np.flatnonzero(far)
    if not len(candidates):
        return Found(nobody, usual)
    scores = _scores(x, candidates, seed)
    keep = scores >= score
    candidates, scores = candidates[keep], scores[keep]
    order = np.lexsort((candidates, -scores))[: int(max_share * len(counts))]
    return Found(candidates[order].astype(np.int64), usual)


def _scores(x: NDArray[np.float64], places: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    # a second to load, and only this rule needs it
    from sklearn.ensemble import IsolationForest

    rng = np.random.default_rng(seed)
    sample = x if len(x) <= SAMPLE else x[rng.choice(len(x), SAMPLE, replace=False)]
    forest = IsolationForest(n_estimators=TREES, random_state=seed, n_jobs=1).fit(sample)
    parts = [-forest.score_samples(x[places[i : i + CHUNK]]) for i in range(0, len(places), CHUNK)]
    return np.concatenate(parts)


def sentence(counts: NDArray[np.float64], usual: Typical, language: str = "en") -> str:
    """One shopper in one sentence: the two figures that stand out most, beside what is usual.

    Args:
        counts: float64 [len(COUNTED)] of the shopper.
        usual: Of the shop.
        language: "en" or "zh".
    """
    x = figures(counts[None, :])
    names, far = list(FIGURES), np.abs(distances(x, usual))[0]
    top = sorted(range(len(names)), key=lambda i: (-far[i], i))[:2]
    parts = []
    for i in top:
        value, common = np.expm1(x[0, i]), np.expm1(usual.median[names[i]])
        said = FIGURES[names[i]].of(language).format(_figure(float(value)))
        usually = _figure(float(common))
        parts.append(
            f"{said}（通常为 {usually}）" if language == "zh" else f"{said} (usual: {usually})"
        )
    if language == "zh":
        return f"与其他顾客不同：{'，'.join(parts)}。"
    return f"Unlike the other shoppers: {' and '.join(parts)}."


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or abs(value - round(value)) < 0.05 else f"{value:.1f}"
