"""The ablation's engine: each shopper's gradient, the clipped sum, and the noise's drift."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from ablation_engine import Course, Table, clipped_sum, drift, log_odds, shopper_gradients, train
from ablation_variants import VARIANTS, Sizes

from client.dataset import ShopperData
from common.history_spec import EncodedHistory, default_history_spec
from common.model_rich import RichConfig, RichNet, build_rich

PAST = default_history_spec()
SIZES, F = Sizes(40, 3), 4
FULL = RichConfig(history="attention", target=(1,), cross=True)


def table(shoppers: int = 12, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 6, shoppers)
    n = int(size.sum())
    buckets = np.array([c.buckets for c in PAST.columns])
    events = rng.integers(0, buckets, (n, 5, len(buckets))) + np.array(PAST.offsets)
    mask = rng.random((n, 5)) < 0.4
    mask[:3] = False
    ids = rng.integers(0, 10, (n, F)) + 10 * np.arange(F)
    numeric = rng.random((n, 3), np.float32)
    data = ShopperData(
        ids=ids,
        numeric=numeric,
        click=np.full(n, -1, np.int8),
        conversion=(rng.random(n) < 0.3).astype(np.int8),
        start=np.array([0, *np.cumsum(size)], np.int64),
        history=EncodedHistory(events.astype(np.int16), mask),
    )

    class Both:
        def __init__(self) -> None:
            self.data = data

    return Table(Both(), ids, numeric, True)  # type: ignore[arg-type]


def net_of(config: RichConfig) -> RichNet:
    net = build_rich(SIZES, F, PAST.n_ids, config)
    rng = np.random.default_rng(5)
    with torch.no_grad():
        for p in net.parameters():
            p += torch.from_numpy(0.2 * rng.standard_normal(tuple(p.shape)).astype(np.float32))
    return net


@pytest.mark.privacy
@pytest.mark.parametrize("config", [RichConfig(), FULL])
def test_book_kept_gradients_are_those_of_each_shopper_alone(config: RichConfig) -> None:
    net, rows = net_of(config), table()
    batch = rows.batch(np.arange(12), 16, np.random.default_rng(1))
    each = shopper_gradients(net, batch, 4)
    assert set(each) == {name for name, _ in net.named_parameters()}
    for b in range(12):
        mine = np.flatnonzero(batch.own.numpy() == b)
        alone = rows.batch(np.array([b]), 16, np.random.default_rng(1))
        assert len(alone.own) == len(mine)
        net.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(
            log_odds(net, alone), alone.label, reduction="sum"
        )
        (loss / 4).backward()
        for name, p in net.named_parameters():
            assert p.grad is not None
            torch.testing.assert_close(each[name][b].view_as(p), p.grad, rtol=1e-4, atol=1e-6)


def test_a_shopper_moves_the_sum_by_no_more_than_the_clip_norm() -> None:
    net, rows = net_of(FULL), table(1)
    course = Course(1, 1.0, 16, 0.01, 1.0, 1.0, 0.0)
    total, share = clipped_sum(net, rows, course, np.random.default_rng(0))
    norm = math.sqrt(sum(float(g.square().sum()) for g in total.values()))
    assert share == 1.0 and norm == pytest.approx(0.01, rel=1e-5)


def test_the_drift_of_noise_is_that_of_whole_runs() -> None:
    rows, ends = table(60), []
    course = Course(12, 1.0, 16, math.inf, 3.0, 60.0, 0.8, noise=0.05)
    for seed in range(25):
        net = build_rich(SIZES, F, 0, RichConfig(pairs=False))
        train(net, rows, course, seed, noisy=True)
        ends.append(net.heads["conversion"].numeric.weight.detach().numpy().copy())
    net = build_rich(SIZES, F, 0, RichConfig(pairs=False))
    train(net, rows, course)
    moved = [d["heads.conversion.numeric.weight"].numpy() for d in drift(net, rows, course, 25)]
    assert np.std(moved, 0).mean() == pytest.approx(np.std(ends, 0).mean(), rel=0.35)


def test_every_variant_has_a_name_of_its_own() -> None:
    assert len({v.label for v in VARIANTS}) == len(VARIANTS)
