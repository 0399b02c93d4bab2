"""Rotation, rounding, modulus: sensitivity on every small case, wrap-around, decoding."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import InputError, TrainingError
from common.secagg.discrete import Source
from common.secagg.encoding import Codec, League, choose, clipped_sum, reach
from common.secagg.masks import reduced, zeros
from common.secagg.rotation import block_for, padded, rotate, unrotate
from common.secagg.shares import LeagueNoise, sensitivity

LEAGUE = League(dimension=300, clip_norm=0.3, sigma=2.0, n_min=6, n_max=8, f=1, weight=64)


def seeded(seed: int) -> Source:
    return np.random.default_rng(seed).bytes


def total_of(vectors: list[np.ndarray], bits: int) -> np.ndarray:
    total = zeros(len(vectors[0]), bits)
    for vector in vectors:
        total += vector
    return reduced(total, bits)


# --- rotation


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(0, 9), st.text(max_size=8))
def test_rotation_is_orthogonal_and_has_an_inverse(d: int, power: int, seed: str) -> None:
    block = 1 << power
    one, two = np.random.default_rng(d).standard_normal((2, d))
    a, b = rotate(one, block, seed.encode()), rotate(two, block, seed.encode())
    assert a.size == padded(d, block)
    assert a @ a == pytest.approx(one @ one, rel=1e-12)
    assert a @ b == pytest.approx(one @ two, abs=1e-10)
    np.testing.assert_allclose(unrotate(a, block, seed.encode(), d), one, atol=1e-12)


def test_rotation_spreads_one_large_value_and_follows_its_seed() -> None:
    one = np.zeros(512)
    one[17] = 1
    a = rotate(one, 512, b"a")
    np.testing.assert_allclose(np.abs(a), 512**-0.5)
    even, other = np.ones(512), rotate(np.ones(512), 512, b"b")
    assert np.abs(other).max() < 5 and not np.allclose(other, rotate(even, 512, b"a"))
    assert np.array_equal(a, rotate(one, 512, b"a"))


@pytest.mark.parametrize(("d", "block"), [(1, 1), (3, 1), (8, 8), (1_500, 512), (50_000, 2_048)])
def test_padding_is_small(d: int, block: int) -> None:
    assert block_for(d) == block
    assert padded(d, block) <= d * 17 / 16


# --- sensitivity


def worst(codec: Codec, sums: np.ndarray, shoppers: np.ndarray) -> float:
    """The largest L2 change that any of the shoppers makes to any of the sums."""
    found = 0.0
    for total in sums:
        base = codec.encode(total)
        for one in shoppers:
            found = max(found, float(np.linalg.norm(codec.encode(total + one) - base)))
    return found


@pytest.mark.privacy
@pytest.mark.parametrize("block", [1, 2])
@pytest.mark.parametrize("scale", [0.7, 2.0, 3.3])
def test_sensitivity_on_every_case_of_a_grid(scale: float, block: int) -> None:
    """All sums and all shoppers of a fine grid in the plane, the ball's border included."""
    grid = np.array(list(itertools.product(np.linspace(-1, 1, 9), repeat=2)))
    shoppers = grid / np.maximum(1, np.linalg.norm(grid, axis=1, keepdims=True))
    sums = np.array(list(itertools.product(np.linspace(-3.1, 3.1, 14), repeat=2)))
    codec = Codec(2, clip_norm=1.0, radius=2.5, scale=scale, bits=16, block=block, seed="s")
    found = worst(codec, sums, shoppers)
    assert found <= sensitivity(scale, 1.0, 2, 0.0) + 1e-9
    # the grid is fine enough to see that s C alone would be a lie
    assert found > scale


@pytest.mark.privacy
def test_the_bound_is_nearly_reached_in_many_dimensions() -> None:
    """A hair over one half in every value: rounding turns a small shopper into sqrt(D)."""
    d = 256
    codec = Codec(d, clip_norm=1e-3, radius=60.0, scale=1.0, bits=16, block=1)
    total = np.full(d, 0.5) - 1e-5
    signs = np.sign(unrotate(np.ones(d), 1, b"", d))
    change = codec.encode((total + 2e-5) * signs) - codec.encode(total * signs)
    assert np.linalg.norm(change) == math.sqrt(d)
    assert math.sqrt(d) <= sensitivity(1.0, 1e-3, d, 0.0)


@pytest.mark.privacy
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 500), st.sampled_from([1, 4, 32]))
def test_sensitivity_of_random_batches(seed: int, scale: float, block: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((6, 32)) * 10 ** rng.uniform(-2, 2, (6, 1))
    codec = Codec(32, clip_norm=0.5, radius=1.5, scale=scale, bits=32, block=block, seed=str(seed))
    all_of_them = codec.encode(clipped_sum(rows, 0.5))
    for left_out in range(6):
        fewer = codec.encode(clipped_sum(np.delete(rows, left_out, axis=0), 0.5))
        change = float(np.linalg.norm(all_of_them - fewer))
        assert change <= sensitivity(scale, 0.5, codec.length, 2.0**-19)


@pytest.mark.privacy
def test_an_empty_batch_is_zero_and_clipping_clips() -> None:
    empty = clipped_sum(np.zeros((0, 5), np.float32), 1.0)
    assert empty.dtype == np.float64 and not empty.any()
    assert np.linalg.norm(clipped_sum(np.full((1, 5), 1e30, np.float32), 0.3)) <= 0.3 * (1 + 1e-12)
    np.testing.assert_array_equal(clipped_sum(np.full((2, 4), 0.01), 0.3), np.full(4, 0.02))
    assert not clipped_sum(np.zeros((3, 4)), 0.3).any()


# --- modulus


def test_what_is_decoded_is_the_sum_to_quantisation() -> None:
    codec, _ = choose(LEAGUE, seed="round 1")
    sums = np.random.default_rng(1).standard_normal((8, 300)) * 0.3
    decoded = codec.decode(total_of([codec.modular(codec.encode(x)) for x in sums], codec.bits))
    bound = 8 * math.sqrt(codec.length) / 2 / codec.scale
    assert 0 < np.linalg.norm(decoded - sums.sum(0)) <= bound < 0.01


def test_the_decoded_noise_is_that_of_the_shares() -> None:
    codec, noise = choose(LEAGUE, seed="round 2")
    nothing = np.zeros(300)
    decoded = [
        codec.decode(
            total_of([codec.noised(nothing, noise, seeded(99 * i + k)) for k in range(8)], 32)
        )
        for i in range(40)
    ]
    std = math.sqrt(8) * noise.share_std / codec.scale
    assert np.std(decoded) == pytest.approx(std, rel=0.03)
    assert std >= LEAGUE.sigma * LEAGUE.clip_norm


@pytest.mark.parametrize("bits", [24, 32, 40])
@pytest.mark.parametrize("turned", [True, False])
def test_no_wrap_around_when_all_pull_one_way(bits: int, turned: bool) -> None:
    league = replace(LEAGUE, bits=bits, weight=16 if bits == 24 else 64, rotate=turned)
    codec, noise = choose(league)
    pull = np.zeros(300)
    pull[7] = codec.radius
    for i in range(12):
        codec = replace(codec, seed=f"round {i}")
        parts = [codec.noised(pull, noise, seeded(8 * i + k)) for k in range(8)]
        error = codec.decode(total_of(parts, bits)) - 8 * pull
        # a wrapped value would be off by 2^bits / scale, thousands of times the noise
        assert np.abs(error).max() < 7 * math.sqrt(8) * noise.share_std / codec.scale + 1e-2


def test_too_large_a_scale_would_wrap() -> None:
    codec, _ = choose(replace(LEAGUE, bits=24, weight=16, rotate=False))
    wide = replace(codec, scale=codec.scale * 4)
    pull = np.zeros(300)
    pull[7] = codec.radius
    parts = [wide.modular(wide.encode(pull)) for _ in range(8)]
    assert np.abs(wide.decode(total_of(parts, 24)) - 8 * pull).max() > codec.radius
    assert reach(replace(LEAGUE, bits=24, weight=16), 1, wide.scale, 2.0**-40) > 2**23


def test_the_stated_reach_holds_and_is_not_idle() -> None:
    """Among 2^10 values per round, one in 2^6 rounds may pass a reach stated for 2^-6."""
    league = replace(LEAGUE, dimension=1024, weight=32)
    codec, noise = choose(league)
    far = reach(league, codec.block, codec.scale, 2.0**-6)
    pull = np.zeros(1024)
    pull[0] = codec.radius
    largest = []
    for i in range(60):
        codec = replace(codec, seed=f"{i}")
        parts = [codec.noised(pull, noise, seeded(8 * i + k)) for k in range(8)]
        whole = total_of(parts, 32).astype(np.int64)
        largest.append(np.abs(np.where(whole >= 1 << 31, whole - (1 << 32), whole)).max())
    assert sum(x > far for x in largest) <= 4
    assert max(largest) > far / 3


def test_a_modulus_that_is_too_small_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="16 bits is too small for this league") as e:
        choose(replace(LEAGUE, bits=16, weight=1000))
    assert "nothing was sent" in str(e.value) and "more bits" in e.value.todo


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 60_000),
    st.floats(0.3, 50),
    st.integers(2, 300),
    st.floats(0.01, 10),
    st.integers(1, 512),
    st.sampled_from([24, 32, 40, 48]),
)
def test_what_is_chosen_holds(
    d: int, sigma: float, n: int, clip: float, weight: int, bits: int
) -> None:
    n_min, f = max(2, 2 * n // 3), n // 10
    league = League(d, clip, sigma, n_min, n, f, weight, bits)
    try:
        codec, noise = choose(league)
    except InputError:
        assert bits < 40
        return
    assert noise.multiplier() >= sigma
    assert noise.sensitivity <= codec.scale * clip * (1 + 1.02 / 64)
    assert reach(league, codec.block, codec.scale, 2.0**-40) < 2 ** (bits - 1)
    assert Codec.from_dict(json.loads(json.dumps(codec.as_dict()))) == codec
    assert LeagueNoise.from_dict(json.loads(json.dumps(noise.as_dict()))) == noise


# --- refusals


@pytest.mark.parametrize(
    "wrong",
    [
        {"bits": 8},
        {"bits": 64},
        {"bits": 32.0},
        {"block": 3},
        {"block": 0},
        {"scale": 0.0},
        {"scale": math.inf},
        {"radius": 0.1},
        {"radius": 1e9},
        {"clip_norm": math.nan},
        {"dimension": 0},
        {"more": 1},
    ],
)
def test_a_codec_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    codec, _ = choose(LEAGUE)
    with pytest.raises(ValueError):
        Codec.from_dict({**codec.as_dict(), **wrong})


def test_wrong_vectors_are_refused() -> None:
    codec, noise = choose(LEAGUE)
    with pytest.raises(TrainingError, match="not finite"):
        codec.encode(np.full(300, np.nan))
    with pytest.raises(TrainingError, match="not finite"):
        codec.encode(np.full(300, np.inf))
    with pytest.raises(ValueError):
        codec.encode(np.zeros(299))
    with pytest.raises(ValueError):
        codec.encode(np.zeros(300, np.float32))  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        codec.decode(np.zeros(300, np.uint32))
    with pytest.raises(ValueError, match="another codec"):
        codec.noised(np.zeros(300), replace(noise, scale=1.0), seeded(0))
    with pytest.raises(ValueError):
        choose(LEAGUE, p_wrap=0.0)
