"""The engines give one sum: ours, Opacus' hooks, Opacus' ghost, and autograd one shopper at a time."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from client.dataset import ShopperBatch
from client.engine import cells, choose, fast
from client.engine.choose import engine_for, exact
from client.engine.fast import Fast
from client.engine.hooks import Ghost, Hooks
from client.engine.loss import shopper_loss
from client.engine.nouns import Clip
from client.sums import clipped_total
from client.train import network, train
from common.errors import InternalError
from common.model import TargetingNet, freeze, initial_tensors, load_tensors, trainable
from common.rounds import Tensors
from tests.client.made_up import SPEC, Everybody, Nobody, Seeded, Silent, plan, shop

CPU = torch.device("cpu")
HEADS = [("conversion",), ("click",), ("click", "conversion")]
#: What is trained, and whether a conversion means given a click.
WAYS = [*((heads, False) for heads in HEADS), (HEADS[-1], True), (HEADS[-1][::-1], True)]


class Sizes:
    n_ids, n_numeric = 60, 4


def weights(scale: float = 0.4, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    start = initial_tensors(Sizes())
    return {n: (scale * rng.standard_normal(v.shape)).astype(np.float32) for n, v in start.items()}


def batch(b: int = 17, k: int = 5, seed: int = 0, n_ids: int = 60, pool: int = 60) -> ShopperBatch:
    """Ids may be twice in a row and in a shopper; some rows and some shoppers say nothing."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, min(pool, n_ids), (b, k, 7))
    mask = (rng.random((b, k)) < 0.7).astype(np.float32)
    label = [np.where(mask > 0, rng.integers(-1, 2, (b, k)), -1) for _ in range(2)]
    if b > 2:
        ids[1, :, 1] = ids[1, :, 0]
        label[0][2] = label[1][2] = -1
    parts = [torch.from_numpy(x.astype(np.float32)) for x in (*label, mask)]
    numeric = torch.from_numpy(rng.random((b, k, 4), np.float32))
    return ShopperBatch(torch.from_numpy(ids), numeric, *parts)


def net_of(w: Tensors, clip: Clip, n_ids: int = 60) -> TargetingNet:
    net = TargetingNet(n_ids, 4, funnel=clip.funnel)
    load_tensors(net, w)
    freeze(net, clip.names)
    return net


def one_by_one(w: Tensors, clip: Clip, many: ShopperBatch) -> dict[str, np.ndarray]:
    """Autograd in float64, one shopper at a time: what everybody is measured with."""
    net = net_of(w, clip).double()
    out = {n: np.zeros(w[n].shape) for n in clip.names}
    for s in range(many.n_shoppers):
        i = slice(s, s + 1)
        one = ShopperBatch(
            many.ids[i],
            many.numeric[i].double(),
            many.click[i].double(),
            many.conversion[i].double(),
            many.mask[i].double(),
        )
        net.zero_grad()
        torch.autograd.backward(shopper_loss(net, one, clip.heads, clip.max_impressions).sum())
        grads = {n: p.grad.numpy() for n, p in net.named_parameters() if p.grad is not None}
        norm = np.sqrt(sum(float((g * g).sum()) for g in grads.values()))
        for n in clip.names:
            out[n] += min(1.0, clip.norm / (norm + clip.margin)) * grads[n]
    return out


def clip_of(heads: tuple[str, ...], norm: float = 0.5, **more: Any) -> Clip:
    return Clip(heads, trainable(Sizes(), heads), norm, 5, **more)


@pytest.fixture(params=["dense", "sorted", "blocks"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way through the fast engine: a cell for every id, cells by sorting, several blocks."""
    if request.param == "sorted":
        monkeypatch.setattr(cells, "DENSE_UP_TO", 0)
    if request.param == "blocks":
        monkeypatch.setattr(cells, "_BLOCK", 200)
        monkeypatch.setattr(fast, "AT_ONCE", 5)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("heads", "funnel"), WAYS)
@pytest.mark.parametrize("norm", [0.02, 0.5, 100.0])
def test_every_engine_gives_the_sum_of_one_shopper_at_a_time(
    heads: tuple[str, ...], funnel: bool, norm: float
) -> None:
    w, many, clip = weights(), batch(), clip_of(heads, norm, funnel=funnel)
    expected = one_by_one(w, clip, many)
    for engine in (
        Fast(clip, CPU),
        Hooks(net_of(w, clip), clip, CPU),
        Ghost(net_of(w, clip), clip, CPU),
    ):
        found = engine.total(w, many)
        assert set(found) == set(clip.names)
        for n in clip.names:
            assert found[n].dtype == np.float64 and found[n].shape == w[n].shape
            np.testing.assert_allclose(
                found[n], expected[n], rtol=1e-5, atol=1e-5 * norm, err_msg=f"{engine.name} {n}"
            )


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("pool", [1, 2, 60])
def test_ids_that_come_again_in_a_row_and_in_a_shopper_add_up(pool: int) -> None:
    w, many, clip = weights(), batch(pool=pool, seed=3), clip_of(("click", "conversion"), 0.1)
    expected = one_by_one(w, clip, many)
    found = Fast(clip, CPU).total(w, many)
    for n in clip.names:
        np.testing.assert_allclose(found[n], expected[n], rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("way")
@settings(max_examples=8, deadline=None)
@given(st.integers(0, 6), st.integers(1, 5), st.integers(0, 10**6), st.sampled_from(WAYS))
def test_any_small_batch(b: int, k: int, seed: int, way: tuple[tuple[str, ...], bool]) -> None:
    clip = clip_of(way[0], 0.2, funnel=way[1])
    w, many = weights(seed=seed), batch(b, k, seed, pool=9)
    expected = one_by_one(w, clip, many)
    found = Fast(clip, CPU).total(w, many)
    for n in clip.names:
        np.testing.assert_allclose(found[n], expected[n], rtol=1e-5, atol=1e-6)


def test_nobody_and_nothing_said_give_zeros() -> None:
    w, clip = weights(), clip_of(("conversion",))
    quiet = batch()
    quiet.mask.zero_()
    for many in (batch(0), quiet, replace(batch(), conversion=torch.full((17, 5), -1.0))):
        for engine in (Fast(clip, CPU), Hooks(net_of(w, clip), clip, CPU)):
            assert all(not v.any() for v in engine.total(w, many).values())


@pytest.mark.parametrize("funnel", [False, True])
@pytest.mark.parametrize("scale", [20.0, 1e4, 1e9])
def test_extreme_logits_stay_finite_and_under_the_bound(scale: float, funnel: bool) -> None:
    w, many = weights(scale), batch(1, 5, seed=4)
    clip = clip_of(("click", "conversion"), 0.5, funnel=funnel)
    found = Fast(clip, CPU).total(w, many)
    norm = np.sqrt(sum((v * v).sum() for v in found.values()))
    assert np.isfinite(norm) and norm <= 0.5 * (1 + 1e-9)


def test_rows_that_cancel_cannot_hide_a_large_gradient() -> None:
    """Two rows alike with both outcomes, far weights: the parts are huge, their sum is rounding."""
    w = weights(3e6, seed=1)
    for bias in ("click", "conversion"):
        w[f"numeric_{bias}.bias"][:] = 0
    many = batch(1, 2, seed=2)
    many.ids[0, 1] = many.ids[0, 0]
    many.numeric[0, 1] = many.numeric[0, 0]
    many.mask.fill_(1)
    many.conversion[0] = torch.tensor([0.0, 1.0])
    clip = clip_of(("conversion",), 0.01, margin=0.0)
    found = Fast(clip, CPU).total(w, many)
    assert np.sqrt(sum((v * v).sum() for v in found.values())) <= 0.01 * (1 + 1e-9)


def test_nan_reaches_the_sum() -> None:
    w, many, clip = weights(), batch(), clip_of(("click", "conversion"))
    many.mask[0, 0], many.click[0, 0] = 1, 1
    many.numeric[0, 0, 0] = np.nan
    assert any(np.isnan(v).any() for v in Fast(clip, CPU).total(w, many).values())


def test_the_cap_k_divides_the_loss_and_bounds_the_rows() -> None:
    data = shop(9, most=12)
    asked = plan(sampling_rate=1.0, local_steps=1, clip_norm=1e3)
    for k in (1, 3, 8):
        p = replace(asked, unit=replace(asked.unit, max_impressions=k))
        a, b = (train(p, SPEC, data, Everybody(), engine=e) for e in ("fast", "hooks"))
        for n in a:
            np.testing.assert_allclose(a[n], b[n], rtol=1e-5, atol=1e-5)


def test_training_is_the_same_on_every_engine() -> None:
    data, asked = shop(40, most=6), plan(local_steps=3)
    updates = [train(asked, SPEC, data, Silent(1), engine=e) for e in ("fast", "hooks", "ghost")]
    for other in updates[1:]:
        for n, value in updates[0].items():
            np.testing.assert_allclose(value, other[n], rtol=1e-5, atol=1e-5)


def test_the_league_sum_is_the_same_on_every_engine() -> None:
    data, asked = shop(700, most=4), plan(sampling_rate=0.9, clip_norm=0.05)
    ours, theirs = (
        clipped_total(asked, SPEC, data, Seeded(3), engine=e) for e in ("fast", "hooks")
    )
    assert ours.dtype == np.float64
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert not clipped_total(asked, SPEC, data, Nobody()).any()


def test_the_fast_engine_is_the_default() -> None:
    names = trainable(SPEC, ("conversion",))
    clip = Clip.of(plan(), names)
    assert engine_for(network(plan(), SPEC, names, CPU), clip, CPU).name == "fast"
    with pytest.raises(InternalError):
        engine_for(network(plan(), SPEC, names, CPU), clip, CPU, "quick")  # type: ignore[arg-type]


def test_a_funnel_is_of_the_network_and_of_the_plan_alike() -> None:
    """A network that composes its heads otherwise than the closed form is not summed by it."""
    clip = clip_of(HEADS[-1], funnel=True)
    assert engine_for(TargetingNet(60, 4, funnel=True), clip, CPU).name == "fast"
    for net, wrong in ((TargetingNet(60, 4), clip), (net_of(weights(), clip), clip_of(HEADS[-1]))):
        assert engine_for(net, wrong, CPU).name == "hooks"


def test_another_model_gets_the_hooks() -> None:
    class Other(TargetingNet):
        """It may have another forward pass."""

    clip = Clip.of(plan(), trainable(SPEC, ("conversion",)))
    assert engine_for(Other(5, 2), clip, CPU).name == "hooks"
    with pytest.raises(InternalError):
        engine_for(Other(5, 2), clip, CPU, "fast")


def test_an_engine_that_loses_duplicates_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sound = cells._groups

    def alone(rows: Any, n_ids: int) -> Any:
        """Every slot is a group of its own: norms as in Opacus' EmbeddingBag."""
        row, starts, owner, ids = sound(rows, n_ids)
        sizes = starts.diff().long()
        every = torch.arange(len(row) + 1, dtype=torch.int32)
        return row, every, owner.repeat_interleave(sizes), ids.repeat_interleave(sizes)

    monkeypatch.setattr(cells, "_groups", alone)
    exact.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert not exact(("conversion",), "cpu")
    assert "Opacus' hooks are used" in caplog.text
    clip = Clip.of(plan(), trainable(SPEC, ("conversion",)))
    assert engine_for(TargetingNet(5, 2), clip, CPU).name == "hooks"
    exact.cache_clear()


def test_an_engine_that_fails_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> float:
        raise RuntimeError("no such instruction")

    monkeypatch.setattr(choose, "_difference", broken)
    exact.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert not exact(("conversion",), "cpu")
    assert "failed its self-check" in caplog.text
    exact.cache_clear()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("heads", HEADS)
def test_a_gpu_gives_the_same_sum(heads: tuple[str, ...]) -> None:
    w, many, clip = weights(), batch(), clip_of(heads, 0.1)
    expected, found = (
        Fast(clip, CPU).total(w, many),
        Fast(clip, torch.device("cuda")).total(w, many),
    )
    for n in clip.names:
        np.testing.assert_allclose(found[n], expected[n], rtol=1e-5, atol=1e-6)


def test_a_large_table_is_summed_like_a_small_one() -> None:
    """2^18 ids: the work is that of the rows that are there."""
    n_ids = 1 << 18
    clip = clip_of(("conversion",), 0.1)
    rng, start = np.random.default_rng(0), weights()
    w = {
        n: rng.normal(0, 0.3, (n_ids, v.shape[1])).astype(np.float32) if v.shape[0] == 60 else v
        for n, v in start.items()
    }
    many = batch(6, n_ids=n_ids, pool=n_ids)
    many.ids[0, 1] = many.ids[0, 0]
    many.ids[2, :, 3] = n_ids - 1
    found = Fast(clip, CPU).total(w, many)
    expected = Hooks(net_of(w, clip, n_ids), clip, CPU).total(w, many)
    for n in clip.names:
        np.testing.assert_allclose(found[n], expected[n], rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("wrong", [-1, 60])
def test_an_id_outside_the_table_is_refused(wrong: int) -> None:
    many = batch()
    many.ids[0, 0, 0], many.mask[0, 0], many.conversion[0, 0] = wrong, 1, 1
    with pytest.raises((RuntimeError, IndexError)):
        Fast(clip_of(("conversion",)), CPU).total(weights(), many)


def test_weights_as_they_come_over_the_wire_are_read_only() -> None:
    w, many, clip = weights(), batch(), clip_of(("conversion",))
    for value in w.values():
        value.flags.writeable = False
    a, b = Fast(clip, CPU).total(w, many), Hooks(TargetingNet(60, 4), clip, CPU)
    freeze(b._net, clip.names)
    assert set(b.total(w, many)) == set(a)
