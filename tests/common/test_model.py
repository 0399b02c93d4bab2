"""TargetingNet: shapes, determinism, freezing, refusals."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from common.errors import InternalError
from common.features import default_spec
from common.model import (
    NUMERIC_GAIN,
    VECTOR_GAIN,
    TargetingNet,
    build,
    initial_tensors,
    load_tensors,
    tensors_of,
    trainable,
)
from common.model_parts import entire_space

SPEC = default_spec()


def rows(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    sizes = np.array([c.buckets for c in SPEC.categorical])
    ids = rng.integers(0, sizes, (n, len(sizes))) + np.array(SPEC.offsets)
    return torch.from_numpy(ids), torch.from_numpy(rng.random((n, SPEC.n_numeric), np.float32))


def shaken(seed: int = 1) -> TargetingNet:
    rng = np.random.default_rng(seed)
    net = build(SPEC)
    given = tensors_of(net)
    load_tensors(
        net,
        {k: v + rng.standard_normal(v.shape).astype(np.float32) * 0.1 for k, v in given.items()},
    )
    return net


def test_rows_do_not_mix_and_leading_axes_do_not_matter() -> None:
    net = shaken()
    ids, numeric = rows(24)
    flat = net(ids, numeric)
    nested = net(ids.reshape(4, 6, -1), numeric.reshape(4, 6, -1))
    for a, b in zip(flat, nested, strict=True):
        assert a.shape == (24,) and b.shape == (4, 6)
        torch.testing.assert_close(a.reshape(4, 6), b)
    torch.testing.assert_close(net(ids[3:4], numeric[3:4])[1], flat[1][3:4])


def test_a_funnel_composes_what_the_same_weights_say() -> None:
    """1/p - 1 = e^-a + e^-b + e^-(a + b) for p of the product, and no conversion without a click."""
    net = shaken()
    other = TargetingNet(SPEC.n_ids, SPEC.n_numeric, funnel=True)
    load_tensors(other, tensors_of(net))
    (a, b), (click, both) = net(*rows(50)), other(*rows(50))
    assert (click == a).all() and (both <= torch.minimum(a, b)).all()
    a, b = a.double(), b.double()
    torch.testing.assert_close(
        torch.sigmoid(both.double()), torch.sigmoid(a) * torch.sigmoid(b), rtol=1e-5, atol=1e-9
    )
    start = initial_tensors(SPEC, funnel=True)
    plain = initial_tensors(SPEC)
    assert [n for n in start if (start[n] != plain[n]).any()] == ["numeric_conversion.bias"]


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_the_product_is_exact_at_any_log_odds(kind: torch.dtype) -> None:
    ends = torch.tensor([-1e6, -800.0, -50.0, -3.0, 0.0, 3.0, 50.0, 800.0, 1e6])
    a, b = torch.cartesian_prod(ends, ends).to(kind).unbind(1)
    wide = torch.stack([-a, -b, -a - b], 1).double()
    found = entire_space(a, b)
    torch.testing.assert_close(found.double(), -wide.logsumexp(1), rtol=1e-6, atol=1e-6)
    assert (found <= torch.minimum(a, b)).all()


def test_the_pairs_are_those_of_a_factorisation_machine() -> None:
    net = shaken()
    ids, numeric = rows(2)
    v = VECTOR_GAIN * net.vectors(ids[:1])[0]
    pairs = sum(
        (v[i] * v[j] for i in range(len(v)) for j in range(i + 1, len(v))), torch.zeros(v.shape[1])
    )
    expected = (
        net.first_click(ids[:1]).sum()
        + net.pair_click(pairs).squeeze()
        + net.numeric_click(NUMERIC_GAIN * numeric[0]).squeeze()
    )
    torch.testing.assert_close(net(ids[:1], numeric[:1])[0].squeeze(), expected)


def test_the_start_is_public_and_near_the_prior() -> None:
    a, b = initial_tensors(SPEC), initial_tensors(SPEC)
    assert all((a[k] == b[k]).all() for k in a)
    assert (a["vectors.weight"] != initial_tensors(SPEC, 1)["vectors.weight"]).any()
    net = build(SPEC)
    p = torch.sigmoid(net(*rows(50))[1]).detach()
    assert 0.0005 < p.mean().item() < 0.02


def test_a_head_without_labels_is_not_trained() -> None:
    names = trainable(SPEC, ("conversion",))
    assert not [n for n in names if "click" in n]
    assert "vectors.weight" in names and "numeric_conversion.bias" in names
    assert set(trainable(SPEC, ("click", "conversion"))) == set(initial_tensors(SPEC))
    for heads in ((), ("price",)):
        with pytest.raises(InternalError):
            trainable(SPEC, heads)


def test_strange_tensors_are_refused() -> None:
    good = initial_tensors(SPEC)
    net = build(SPEC)
    for bad in (
        {k: v for k, v in good.items() if k != "vectors.weight"},
        {**good, "extra": np.zeros(1, np.float32)},
        {**good, "vectors.weight": good["vectors.weight"][:-1]},
        {**good, "vectors.weight": np.full_like(good["vectors.weight"], np.nan)},
    ):
        with pytest.raises(InternalError):
            load_tensors(net, bad)
