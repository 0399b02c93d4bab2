"""ShopperData: the first axis is one shopper, samples are Poisson, at most K rows each."""

from __future__ import annotations

import numpy as np
import pytest

from client.dataset import ShopperData
from client.noise import SystemNoise
from common.errors import InternalError
from tests.client.made_up import Everybody, Seeded, encoded, shop


def test_batches_hold_whole_shoppers_with_at_most_k_rows() -> None:
    data = shop(30, most=9)
    batch = data.everybody(4, SystemNoise())
    size = np.diff(data.start)
    assert batch.n_shoppers == 30
    assert (batch.mask.sum(1).numpy() == np.minimum(size, 4)).all()
    for s in range(30):
        own = {data.ids[r].tobytes() for r in range(data.start[s], data.start[s + 1])}
        seen = [batch.ids[s, j].numpy().tobytes() for j in range(int(batch.mask[s].sum()))]
        assert set(seen) <= own and len(set(seen)) == len(seen)
    assert batch.conversion[batch.mask == 0].eq(-1).all()


@pytest.mark.privacy
def test_sampling_is_poisson_over_shoppers() -> None:
    data = shop(200, most=3)
    rng = Seeded(1)
    sizes = np.array([data.sample(0.25, 4, rng).n_shoppers for _ in range(300)])
    assert abs(sizes.mean() - 50) < 1.5
    # a fixed batch size would have no spread; Poisson sampling has q(1-q)N
    assert 0.7 < sizes.var() / (200 * 0.25 * 0.75) < 1.4


def test_rows_of_a_shopper_are_drawn_uniformly() -> None:
    e = encoded(10)
    labels = np.zeros(10, np.int8)
    data = ShopperData.from_arrays(e, np.zeros(10, np.int64), labels, labels)
    rng = Seeded(2)
    counts = np.zeros(10)
    for _ in range(2000):
        batch = data.everybody(3, rng)
        for j in range(3):
            counts += (data.ids == batch.ids[0, j].numpy()).all(1)
    assert counts.sum() == 6000 and np.abs(counts - 600).max() < 110


def test_empty_shops_and_empty_batches() -> None:
    none = np.empty(0, np.int8)
    empty = ShopperData.from_arrays(encoded(0), np.empty(0, np.int64), none, none)
    assert empty.n_shoppers == 0 and empty.everybody(4, Everybody()).n_shoppers == 0
    assert shop(5).sample(1e-12, 4, SystemNoise()).n_shoppers == 0


def test_unsorted_rows_are_refused() -> None:
    labels = np.zeros(3, np.int8)
    with pytest.raises(InternalError):
        ShopperData.from_arrays(encoded(3), np.array([1, 0, 1]), labels, labels)
