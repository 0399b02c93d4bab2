"""The generator: its distribution, its grid, that it takes no seed."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from client.noise import SystemNoise, add_noise, grid


def test_normals_look_normal() -> None:
    x = SystemNoise().normal(200_001)
    assert x.shape == (200_001,) and np.isfinite(x).all()
    assert abs(x.mean()) < 0.015 and abs(x.std() - 1) < 0.01
    assert abs((np.abs(x) < 1.959964).mean() - 0.95) < 0.004
    assert abs((x**4).mean() - 3) < 0.12
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 0.015


def test_uniforms_are_inside_and_even() -> None:
    u = SystemNoise().uniform(100_000)
    assert u.min() > 0 and u.max() < 1
    counts = np.histogram(u, 20, (0, 1))[0]
    assert ((counts - 5000) ** 2 / 5000).sum() < 60


@pytest.mark.privacy
def test_it_cannot_be_seeded_and_never_repeats() -> None:
    assert list(inspect.signature(SystemNoise).parameters) == []
    assert (SystemNoise().normal(64) != SystemNoise().normal(64)).all()
    one = SystemNoise()
    assert (one.normal(64) != one.normal(64)).all()


@pytest.mark.privacy
@pytest.mark.parametrize("std", [0.003, 0.05, 1.0, 37.0])
def test_a_release_lies_on_the_public_grid(std: float) -> None:
    values = np.random.default_rng(0).standard_normal(500).astype(np.float32) * 3
    out = add_noise(values, std, SystemNoise())
    assert out.dtype == np.float32 and out.shape == values.shape
    steps = out.astype(np.float64) / grid(std)
    # float32 keeps 24 bits; grid points beyond that are rounded alike whatever the data
    fine = np.abs(steps) < 2**24
    assert (steps[fine] == np.round(steps[fine])).all() and fine.any()
    assert grid(std) <= std * 2.0**-20


@pytest.mark.privacy
def test_a_release_has_the_noise_it_claims() -> None:
    out = add_noise(np.zeros(100_000), 2.5, SystemNoise())
    assert abs(out.std() / 2.5 - 1) < 0.015
