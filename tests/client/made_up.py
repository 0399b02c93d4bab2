"""Made-up shoppers and plans for tests of learning; no real row is in here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.dataset import ShopperData
from common.features import Encoded, FeatureSpec, default_spec
from common.model import initial_tensors
from common.privacy import PrivacyUnit
from common.rounds import RoundPlan, Task

SPEC = default_spec()


class Seeded:
    """A generator that repeats itself: what production code must never have."""

    def __init__(self, seed: int = 0, scale: float = 1.0) -> None:
        self.rng, self.scale = np.random.default_rng(seed), scale

    def normal(self, n: int) -> NDArray[np.float64]:
        return self.scale * self.rng.standard_normal(n)

    def uniform(self, n: int) -> NDArray[np.float64]:
        return self.rng.random(n)


class Silent(Seeded):
    """No noise at all, to look at the clipped sum itself."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed, 0.0)


class Everybody(Silent):
    """Takes every shopper into every batch, without noise."""

    def uniform(self, n: int) -> NDArray[np.float64]:
        return np.full(n, 1e-9)


class Nobody(Seeded):
    """Takes no shopper into any batch, with noise."""

    def uniform(self, n: int) -> NDArray[np.float64]:
        return np.full(n, 1 - 1e-9)


def encoded(n: int, seed: int = 0, spec: FeatureSpec = SPEC) -> Encoded:
    rng = np.random.default_rng(seed)
    sizes = np.array([c.buckets for c in spec.categorical])
    ids = rng.integers(0, sizes, (n, len(sizes))) + np.array(spec.offsets)
    return Encoded(ids.astype(np.int64), rng.random((n, spec.n_numeric), np.float32))


def shop(n_shoppers: int = 40, seed: int = 0, rate: float = 0.3, most: int = 5) -> ShopperData:
    """Shoppers with 1..most rows, labels that depend on the first numeric column."""
    rng = np.random.default_rng(seed)
    shopper = np.repeat(np.arange(n_shoppers), rng.integers(1, most + 1, n_shoppers))
    e = encoded(len(shopper), seed)
    p = np.clip(rate * 2 * e.numeric[:, 0], 0, 1)
    y = (rng.random(len(shopper)) < p).astype(np.int8)
    return ShopperData.from_arrays(e, shopper, np.full(len(y), -1, np.int8), y)


def without(data: ShopperData, s: int) -> ShopperData:
    """The same shop had this shopper never come."""
    rows = np.ones(data.n_rows, bool)
    rows[data.start[s] : data.start[s + 1]] = False
    size = np.delete(np.diff(data.start), s)
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    return ShopperData(
        data.ids[rows], data.numeric[rows], data.click[rows], data.conversion[rows], start
    )


def plan(**changes: Any) -> RoundPlan:
    base = RoundPlan(
        run_id="test",
        round=1,
        task=Task.TRAIN,
        unit=PrivacyUnit(8),
        sampling_rate=0.5,
        noise_multiplier=1.0,
        clip_norm=0.5,
        local_steps=2,
        learning_rate=1.0,
        expected_batch=10.0,
        heads=("conversion",),
        spec_digest=SPEC.digest(),
        train_before_at="",
        delta=1e-4,
        issued_at="",
        deadline_at="",
        tensors=initial_tensors(SPEC),
    )
    return replace(base, **changes)
