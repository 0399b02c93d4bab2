"""The proximal pull is public: it changes the step and nothing that is summed over shoppers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from client.train import train
from client.watch import Watch
from common.errors import InputError
from common.recipe import DEFAULT
from server.options import RunOptions
from server.runner import with_recipe
from tests.client.made_up import SPEC, Seeded, plan, shop

pytestmark = pytest.mark.privacy


class Steps(Watch):
    """Keeps the weights before every step and what was summed in it."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[Any] = []
        self.sums: list[Any] = []

    def step(self, weights: Any, batch: Any, clipped: Any) -> None:
        self.before.append(weights)
        self.sums.append(clipped)


def trained(**more: Any) -> tuple[Steps, dict[str, np.ndarray]]:
    steps = Steps()
    return steps, train(plan(**more), SPEC, shop(20), Seeded(4), watch=steps)


def test_sums_are_the_same_and_only_the_step_differs() -> None:
    mu = 0.3
    (free, moved), (held, pulled) = trained(local_steps=2), trained(local_steps=2, proximal=mu)
    start, rate = plan().tensors, plan().learning_rate
    for n in moved:
        # both steps stand at the same weights, so the sums over shoppers are the same bits
        for a, b in zip(free.sums, held.sums, strict=True):
            assert (a[n] == b[n]).all()
        assert (free.before[1][n] == held.before[1][n]).all()
        gone = free.before[1][n] - start[n]
        np.testing.assert_allclose(pulled[n], moved[n] - rate * mu * gone, rtol=1e-5, atol=1e-6)
    assert any(np.abs(pulled[n] - moved[n]).max() > 1e-4 for n in moved)


def test_one_step_knows_no_pull() -> None:
    (_, a), (_, b) = trained(local_steps=1), trained(local_steps=1, proximal=0.5)
    assert all((a[n] == b[n]).all() for n in a)


def test_a_merchant_is_charged_the_same() -> None:
    assert plan(proximal=0.5).mechanism() == plan().mechanism()


def test_a_run_refuses_a_pull_that_does_nothing_or_overshoots() -> None:
    options = RunOptions("2017-10-30T00:00:00Z")
    with pytest.raises(InputError, match="between local steps"):
        with_recipe(options, proximal=0.01)
    with pytest.raises(InputError, match="overshoot"):
        with_recipe(options, local_steps=3, proximal=1.01 / DEFAULT.learning_rate)
    assert with_recipe(options, local_steps=3, proximal=0.02).recipe.proximal == 0.02
    old = options.as_dict()
    del old["recipe"]["proximal"]
    assert RunOptions.from_dict(old) == options
