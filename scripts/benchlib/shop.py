"""Made-up shoppers of a stated size: the bench needs load, not truth."""

from __future__ import annotations

import numpy as np

from client.dataset import ShopperData
from common.features import Encoded, FeatureSpec


def made_up(spec: FeatureSpec, n_shoppers: int, rows_each: int, seed: int = 0) -> ShopperData:
    """Random ids and numbers in the spec's ranges, one conversion in twenty."""
    rng = np.random.default_rng(seed)
    n = n_shoppers * rows_each
    sizes = [c.buckets for c in spec.categorical]
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    ids = np.stack(
        [rng.integers(0, s, n) + o for s, o in zip(sizes, offsets, strict=True)], axis=1
    ).astype(np.int64)
    numeric = rng.random((n, spec.n_numeric), dtype=np.float32)
    shopper = np.repeat(np.arange(n_shoppers), rows_each)
    converted = (rng.random(n) < 0.05).astype(np.int8)
    clicked = np.full(n, -1, np.int8)
    return ShopperData.from_arrays(Encoded(ids, numeric), shopper, clicked, converted)
