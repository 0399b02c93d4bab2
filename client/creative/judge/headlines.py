"""Headline choice on real A/B tests: the ranker against random, length and a logistic baseline."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from client.creative import headlines
from client.creative.brief import AdText, Brief, Candidate, Slot, make_brief
from client.creative.headlines import HeadlineModel
from client.creative.judge.sets import Arm
from client.creative.rank import rank
from client.creative.signals import Signals
from client.creative.text import words
from client.text.encoder import Encoder
from common.domain import Product

#: width of the hashed bag of words; shape features follow
BUCKETS = 1_024
#: a headline alone: the picture and the text below it are the same for both
_HEADLINE_ONLY = Slot("headline", 1_000, 0, "chars", False)
_Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two headlines of one test under one picture; the first one won."""

    better: Arm
    worse: Arm


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Share of pairs whose winner was chosen, with a 95 % interval over tests."""

    rate: float
    low: float
    high: float


def pairs_of(arms: Sequence[Arm], z: float = 1.96) -> list[Pair]:
    """Pairs whose click rates differ by more than chance: two-proportion z above `z`."""
    groups: dict[tuple[str, str], list[Arm]] = {}
    for a in arms:
        if a.n_shown:
            groups.setdefault((a.test, a.picture), []).append(a)
    out = []
    for group in groups.values():
        for a, b in combinations(sorted(group, key=lambda x: x.headline), 2):
            value = _z(a, b)
            if abs(value) >= z:
                out.append(Pair(a, b) if value > 0 else Pair(b, a))
    return out


def _z(a: Arm, b: Arm) -> float:
    p = (a.n_clicks + b.n_clicks) / (a.n_shown + b.n_shown)
    spread = math.sqrt(p * (1 - p) * (1 / a.n_shown + 1 / b.n_shown))
    return (a.n_clicks / a.n_shown - b.n_clicks / b.n_shown) / spread if spread else 0.0


def held_out(test: str) -> bool:
    """Whether a test is in the held-out half: by its id, so that no test is in both."""
    return hashlib.sha256(test.encode()).digest()[0] % 2 == 0


def choose_headlines(
    arms: Sequence[Arm], seed: int = 0, encoder: Encoder | None = None
) -> dict[str, Accuracy]:
    """Pairwise accuracy of each way to choose on held-out tests, and the leads between them.

    The ranker's weights in the package were rounded after a fit on the other half of the public
    set; "learned" is fitted here on that half, as `hansa ads learn-headlines` does for a shop.

    Args:
        arms: Of all tests.
        seed: Of the random choice and the intervals.
        encoder: If given, "learned_with_vectors" uses its vectors too.

    Returns:
        "ranker", "learned", "random", "length", "logistic" -> accuracy; "ranker_minus_length" and
        so on -> difference on the same draws of tests. Empty if either half has no pair.
    """
    pairs = pairs_of(arms)
    train = [p for p in pairs if not held_out(p.better.test)]
    test = [p for p in pairs if held_out(p.better.test)]
    if not (train and test):
        return {}
    rng = np.random.default_rng(seed)
    words_of = [(p.better.headline, p.worse.headline) for p in train]
    right = {
        "ranker": _by_ranker(test),
        "learned": _by_model(test, headlines.fit(words_of), None),
        "random": (rng.random(len(test)) < 0.5).astype(np.float64),
        "length": _right(test, _by_length(train)),
        "logistic": _right(test, _by_logistic(train)),
    }
    if encoder is not None:
        right["learned_with_vectors"] = _by_model(test, headlines.fit(words_of, encoder), encoder)
    draws = _draws([p.better.test for p in test], rng)
    out = {name: _interval(hits, draws) for name, hits in right.items()}
    for own in ("ranker", "learned_with_vectors"):
        for other in ("random", "length", "logistic"):
            if own in right:
                out[f"{own}_minus_{other}"] = _interval(right[own] - right[other], draws)
    return out


def _by_ranker(pairs: Sequence[Pair]) -> _Vector:
    """[pairs] of the ranker as it is shipped, without the part that is chance."""
    out = np.zeros(len(pairs))
    for i, p in enumerate(pairs):
        brief = _brief(p.better.test)
        both = [Candidate(AdText(a.headline, "")) for a in (p.better, p.worse)]
        ranked = rank(brief, both, 2, None, Signals())
        score = {id(r.candidate): _sure(r.parts) for r in ranked}
        # The ranker drops the second of two equal headlines: a tie.
        lead = score.get(id(both[0]), 0.0) - score.get(id(both[1]), 0.0) if len(ranked) == 2 else 0
        out[i] = (np.sign(lead) + 1) / 2
    return out


def _brief(test: str) -> Brief:
    made = make_brief(Product(test, ""))
    return Brief(made.product, made.facts, slot=_HEADLINE_ONLY)


def _sure(parts: dict[str, float]) -> float:
    return sum(v for k, v in parts.items() if k not in ("chance", "diversity"))


def _by_model(pairs: Sequence[Pair], model: HeadlineModel, encoder: Encoder | None) -> _Vector:
    texts = list(dict.fromkeys(a.headline for p in pairs for a in (p.better, p.worse)))
    score = dict(zip(texts, model.score(texts, encoder).tolist(), strict=True))
    return _right(pairs, lambda arm: float(score[arm.headline]))


def _right(pairs: Sequence[Pair], score: Callable[[Arm], float]) -> _Vector:
    """[pairs]: 1 right, 0 wrong, 0.5 a tie."""
    signs = [score(p.better) - score(p.worse) for p in pairs]
    out: _Vector = (np.sign(np.asarray(signs)) + 1) / 2
    return out


def _by_length(train: Sequence[Pair]) -> Callable[[Arm], float]:
    """Longer or shorter, whichever won more often in training."""
    longer = sum(np.sign(len(p.better.headline) - len(p.worse.headline)) for p in train)
    sign = 1.0 if longer >= 0 else -1.0
    return lambda arm: sign * len(arm.headline)


def _by_logistic(train: Sequence[Pair], ridge: float = 0.02) -> Callable[[Arm], float]:
    """Logistic regression on differences of hashed words and shape (Bradley and Terry 1952)."""
    x = np.stack([_vector(p.better.headline) - _vector(p.worse.headline) for p in train])
    weights = np.zeros(x.shape[1])
    step = 4.0 / (np.linalg.norm(x, 2) ** 2 / len(x) + 4 * ridge)
    for _ in range(400):
        p_wrong = 1 / (1 + np.exp(np.clip(x @ weights, -30, 30)))
        weights += step * (x.T @ p_wrong / len(x) - ridge * weights)
    return lambda arm: float(_vector(arm.headline) @ weights)


def _vector(headline: str) -> _Vector:
    """[BUCKETS + 6]: hashed words and pairs of words, then shape."""
    v = np.zeros(BUCKETS + 6)
    tokens = words(headline)
    for gram in (*tokens, *map(" ".join, pairwise(tokens))):
        v[zlib.crc32(gram.encode()) % BUCKETS] += 1
    v[BUCKETS:] = (
        len(headline) / 50,
        len(tokens) / 10,
        "?" in headline,
        any(c.isdigit() for c in headline),
        headline.count(".") + headline.count("!"),
        "you" in tokens or "your" in tokens,
    )
    return v


def _draws(tests: Sequence[str], rng: np.random.Generator, n: int = 1_000) -> npt.NDArray[np.int64]:
    """[n, pairs]: how often each pair counts when tests are drawn with replacement."""
    names, index = np.unique(np.asarray(tests), return_inverse=True)
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n)
    return counts[:, index].astype(np.int64)


def _interval(values: _Vector, draws: npt.NDArray[np.int64]) -> Accuracy:
    means = (draws @ values) / np.maximum(draws.sum(axis=1), 1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Accuracy(float(values.mean()), float(low), float(high))
