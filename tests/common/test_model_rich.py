"""RichNet: each layer's gradient per shopper, rows that do not mix, masks, sizes, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from common.errors import InternalError
from common.features_rich import rich_spec
from common.history_spec import default_history_spec
from common.model_parts import entire_space
from common.model_rich import RichConfig, RichNet, build_rich, initial_rich, n_weights

SPEC, PAST = rich_spec(), default_history_spec()
FULL = RichConfig(history="attention", target=(1, 2, 3), cross=True, clicks=True)
CONFIGS = {
    "plain": RichConfig(),
    "no pairs": RichConfig(pairs=False),
    "dot": RichConfig(history="dot", target=(1, 2, 3), width=2),
    "attention": RichConfig(history="attention", target=(1, 2, 3)),
    "cross": RichConfig(cross=True, pairs=False),
    "everything": FULL,
}
#: How many of a shopper's events are there: none at all for some rows and one whole shopper.
B, K = 4, 3


def made(config: RichConfig, seed: int = 3) -> RichNet:
    net = build_rich(SPEC, SPEC.n_categorical, PAST.n_ids, config)
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for p in net.parameters():
            p += torch.from_numpy(0.3 * rng.standard_normal(tuple(p.shape)).astype(np.float32))
    return net


def rows(seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    rng = np.random.default_rng(seed)
    sizes = np.array([c.buckets for c in SPEC.categorical])
    ids = rng.integers(0, sizes, (B, K, len(sizes))) + np.array(SPEC.offsets)
    ids[1, 1] = ids[1, 0]  # a shopper who saw the same twice
    past = np.array([c.buckets for c in PAST.columns])
    events = rng.integers(0, past, (B, K, PAST.length, len(past))) + np.array(PAST.offsets)
    mask = (rng.random((B, K, PAST.length)) < 0.4).astype(np.float32)
    mask[0] = 0  # a shopper without any past
    mask[2, 1] = 0
    numeric = rng.random((B, K, SPEC.n_numeric), np.float32)
    return (
        torch.from_numpy(ids),
        torch.from_numpy(numeric),
        torch.from_numpy(events),
        torch.from_numpy(mask),
    )


def losses(net: nn.Module, given: tuple[Tensor, ...]) -> Tensor:
    """[B] a shopper's loss, over every outcome that the net has."""
    label = (torch.arange(given[0].shape[1]) % 2).float()
    total = torch.zeros(given[0].shape[0])
    for z in net(*given).values():
        total = total + functional.binary_cross_entropy_with_logits(
            z, label.expand_as(z), reduction="none"
        ).sum(1)
    return total


@pytest.mark.privacy
@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.filterwarnings("ignore")
def test_opacus_sees_each_shopper_as_autograd_does(name: str) -> None:
    from opacus import GradSampleModule

    given = rows()
    hooked = GradSampleModule(made(CONFIGS[name]), strict=True, loss_reduction="sum")
    losses(hooked, given).sum().backward()
    net = made(CONFIGS[name])
    for b in range(B):
        net.zero_grad()
        losses(net, tuple(t[b : b + 1] for t in given)).sum().backward()
        alone = dict(net.named_parameters())
        for key, p in hooked._module.named_parameters():
            expected, got = alone[key].grad, p.grad_sample
            assert expected is not None and torch.isfinite(expected).all(), key
            assert got.shape[0] == B, key
            torch.testing.assert_close(got[b], expected, rtol=1e-4, atol=1e-5, msg=key)


@pytest.mark.parametrize("name", CONFIGS)
def test_rows_do_not_mix_and_leading_axes_do_not_matter(name: str) -> None:
    net, given = made(CONFIGS[name]), rows()
    whole = net(*given)
    flat = net(*(t.reshape(B * K, *t.shape[2:]) for t in given))
    one = net(*(t[2:3, 1:2] for t in given))
    for head, z in whole.items():
        assert z.shape == (B, K)
        torch.testing.assert_close(flat[head].reshape(B, K), z)
        torch.testing.assert_close(one[head][0, 0], z[2, 1])


@pytest.mark.parametrize("history", ["dot", "attention"])
def test_events_that_are_not_there_have_no_influence(history: str) -> None:
    net = made(RichConfig(history=history, target=(1,)))
    ids, numeric, events, mask = rows()
    other = torch.where(mask.bool().unsqueeze(-1), events, torch.zeros_like(events))
    for head, z in net(ids, numeric, events, mask).items():
        torch.testing.assert_close(net(ids, numeric, other, mask)[head], z)
    nothing = net(ids, numeric, events, torch.zeros_like(mask))["conversion"]
    assert torch.isfinite(nothing).all()


def test_a_past_counts() -> None:
    net = made(RichConfig(history="attention", target=(1,)))
    ids, numeric, events, mask = rows()
    a = net(ids, numeric, events, torch.ones_like(mask))["conversion"]
    assert (
        a - net(ids, numeric, events.flip(0), torch.ones_like(mask))["conversion"]
    ).abs().max() > 0


def test_gains_act_where_they_say() -> None:
    off = (0.0,) * SPEC.n_categorical
    net = made(RichConfig(first_gain=off, numeric_default=0.0, pairs=False))
    z = net(*rows()[:2])["conversion"].detach()
    torch.testing.assert_close(z, torch.full_like(z, float(z[0, 0])))


def test_the_start_is_public_and_near_the_priors() -> None:
    net = build_rich(SPEC, SPEC.n_categorical, PAST.n_ids, FULL)
    again = initial_rich(net)
    assert all((v.numpy() == again[k]).all() for k, v in net.state_dict().items())
    out = {k: torch.sigmoid(z).mean().item() for k, z in net(*rows()).items()}
    assert 0.005 < out["click"] < 0.02 and 0.001 < out["conversion"] < 0.006


def test_a_conversion_is_never_likelier_than_its_click() -> None:
    z = torch.tensor([-200.0, -30, -3, 0, 3, 30, 200]).requires_grad_()
    both = entire_space(z, z.flip(0))
    assert (both <= torch.minimum(z, z.flip(0)) + 1e-4).all()
    p = torch.sigmoid(z[2:5].double()) * torch.sigmoid(z.flip(0)[2:5].double())
    torch.testing.assert_close(torch.sigmoid(both[2:5].double()), p, rtol=1e-5, atol=1e-7)
    both.sum().backward()
    assert z.grad is not None and torch.isfinite(z.grad).all()


def test_without_clicks_there_is_one_head() -> None:
    net = made(RichConfig())
    assert set(net(*rows()[:2])) == {"conversion"}
    assert not [n for n, _ in net.named_parameters() if "click" in n]


def test_it_fits_a_small_merchant() -> None:
    sizes = {
        name: n_weights(build_rich(SPEC, SPEC.n_categorical, PAST.n_ids, config))
        for name, config in CONFIGS.items()
    }
    assert sizes["plain"] < 5_000 and max(sizes.values()) < 10_000, sizes


@pytest.mark.parametrize(
    "change",
    [
        {"history": "memory"},
        {"history": "dot", "target": ()},
        {"width": 0},
        {"vector_gain": float("nan")},
        {"numeric_default": -1.0},
    ],
)
def test_what_is_no_model_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InternalError):
        replace(RichConfig(), **change)  # type: ignore[arg-type]


def test_a_prior_is_log_odds_from_lowest_to_highest() -> None:
    prior = tuple(float(i) for i in range(SPEC.n_numeric))
    config = RichConfig(numeric_prior=prior, numeric_default=2.0, pairs=False)
    net = build_rich(SPEC, SPEC.n_categorical, 0, config)
    ids = rows()[0][0, :1]
    low, high = (net(ids, torch.full((1, SPEC.n_numeric), v))["conversion"] for v in (0.0, 1.0))
    assert (high - low).item() == pytest.approx(sum(prior), rel=1e-5)
    with pytest.raises(InternalError):
        build_rich(SPEC, SPEC.n_categorical, 0, RichConfig(numeric_prior=(1.0,)))


def test_gains_of_another_spec_are_refused() -> None:
    with pytest.raises(InternalError):
        build_rich(SPEC, SPEC.n_categorical, PAST.n_ids, RichConfig(first_gain=(1.0,)))
    net = made(FULL)
    with pytest.raises(InternalError):
        net(*rows()[:2])
