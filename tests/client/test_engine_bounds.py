"""Who is added without cells is under the clip norm for certain, and nobody is lost between the two ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from client.engine import fast
from client.engine.bounds import sound
from client.engine.fast import Fast
from client.engine.nouns import Clip
from common.model import initial_tensors, trainable
from tests.client.test_engine import CPU, HEADS, Sizes, batch, one_by_one, weights


def seen(monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """What `certain` said, call by call."""
    said: list[torch.Tensor] = []
    true = fast.certain

    def spy(*args: Any) -> torch.Tensor:
        said.append(true(*args))
        return said[-1]

    monkeypatch.setattr(fast, "certain", spy)
    return said


def quiet(rising: bool, seed: int = 0, b: int = 40) -> Any:
    """Shoppers of whom some are far under the norm and some are over it."""
    many = batch(b, 5, seed, pool=9)
    if rising:  # each column has ids of its own, so that none is in a row twice
        many.ids[:] = many.ids % 8 + 8 * torch.arange(7)
    many.conversion[::2] = torch.where(many.conversion[::2] > 0, 0.0, many.conversion[::2])
    return many


def start() -> dict[str, np.ndarray]:
    return initial_tensors(Sizes())


@pytest.mark.parametrize("rising", [True, False])
def test_both_ways_are_taken_and_add_up(rising: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    said = seen(monkeypatch)
    w, many = start(), quiet(rising)
    clip = Clip(("conversion",), trainable(Sizes(), ("conversion",)), 0.2, 5)
    found, expected = Fast(clip, CPU).total(w, many), one_by_one(w, clip, many)
    with_rows = ((many.mask > 0) & (many.conversion >= 0)).any(1)
    assert (said[0] & with_rows).any() and not said[0].all()
    for n in clip.names:
        np.testing.assert_allclose(found[n], expected[n], rtol=1e-5, atol=1e-6)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([1e-3, 0.05, 0.4, 3.0]),
    st.sampled_from([0.02, 0.2, 2.0]),
    st.booleans(),
    st.sampled_from(HEADS),
)
def test_nobody_who_is_certain_is_over_the_norm(
    seed: int, scale: float, norm: float, rising: bool, heads: tuple[str, ...]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        said = seen(patch)
        w, many = weights(scale, seed), quiet(rising, seed, 14)
        clip = Clip(heads, trainable(Sizes(), heads), norm, 5, margin=0.0)
        Fast(clip, CPU).total(w, many)
        alone = Clip(heads, clip.names, 1e9, 5, margin=1e-12)
        for s in said[0].nonzero().squeeze(1).tolist()[:8]:
            sums = one_by_one(w, alone, _only(many, s))
            assert np.sqrt(sum((v * v).sum() for v in sums.values())) <= norm * (1 + 1e-9)


def test_figures_that_are_not_finite_are_never_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    said = seen(monkeypatch)
    many = quiet(True)
    many.mask[3, 0], many.conversion[3, 0], many.numeric[3, 0, 0] = 1, 0, np.inf
    many.mask[5, 0], many.conversion[5, 0], many.numeric[5, 0, 0] = 1, 0, np.nan
    clip = Clip(("conversion",), trainable(Sizes(), ("conversion",)), 0.2, 5)
    w = start()
    w["numeric_conversion.weight"] += 1.0
    Fast(clip, CPU).total(w, many)
    assert not said[0][3] and not said[0][5]


def _only(many: Any, shopper: int) -> Any:
    i = slice(shopper, shopper + 1)
    fields = (many.ids, many.numeric, many.click, many.conversion, many.mask)
    return type(many)(*(f[i] for f in fields))


def test_where_parts_cancel_no_more_than_c_comes_through() -> None:
    """Two rows alike with both outcomes, far weights, among others: rounding must not pass for a norm."""
    w = weights(1e5, seed=1)
    w["numeric_conversion.bias"][:] = 0
    many = batch(30, 2, seed=2)
    many.mask[0], many.conversion[0] = 1, torch.tensor([0.0, 1.0])
    many.ids[0, 1], many.numeric[0, 1] = many.ids[0, 0], many.numeric[0, 0]
    clip = Clip(("conversion",), trainable(Sizes(), ("conversion",)), 0.01, 5, margin=0.0)
    whole = Fast(clip, CPU).total(w, many)
    assert np.sqrt(sum((v * v).sum() for v in whole.values())) <= 0.01 * 30 * (1 + 1e-9)


def test_norms_of_what_cancels_are_not_used_for_rows() -> None:
    squared = torch.tensor([1.0, 1e-4, 1e-8, np.nan, np.inf], dtype=torch.float64)
    reaches = torch.tensor([2.0, 5.0, 1.0, 1.0, np.inf], dtype=torch.float64)
    assert sound(squared, reaches).tolist() == [True, True, False, False, False]
