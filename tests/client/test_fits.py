"""A plan whose weights are not this model's is refused before anything is charged."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from client.consent import MAX_WEIGHT, fits
from common.features import default_spec
from common.model import initial_tensors
from common.rounds import RoundPlan, Tensors
from common.shapes import model_shapes


def codes(tensors: Tensors) -> list[str]:
    return [r.code for r in fits(cast(RoundPlan, SimpleNamespace(tensors=tensors)))]


def test_the_shapes_are_those_of_the_model() -> None:
    spec = default_spec()
    made = initial_tensors(spec)
    assert model_shapes(spec.n_ids, spec.n_numeric) == {k: v.shape for k, v in made.items()}
    assert codes(made) == []


@pytest.mark.parametrize("name", sorted(initial_tensors(default_spec())))
def test_a_missing_renamed_or_reshaped_tensor_is_foreign(name: str) -> None:
    made = initial_tensors(default_spec())
    less = {k: v for k, v in made.items() if k != name}
    assert codes(less) == ["foreign-weights"]
    assert codes({**less, f"{name}2": made[name]}) == ["foreign-weights"]
    assert codes({**made, name: made[name][:, None]}) == ["foreign-weights"]


@pytest.mark.parametrize("value", [3e38, -2 * MAX_WEIGHT])
def test_weights_that_no_model_has_are_huge(value: float) -> None:
    made = initial_tensors(default_spec())
    made["numeric_click.bias"] = np.full(1, value, np.float32)
    assert codes(made) == ["huge-weights"]
