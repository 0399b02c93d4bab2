"""What leaves training has the noise that was promised, whichever engine made the sum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from client.noise import GRID_BITS, grid
from client.train import train
from tests.client.made_up import SPEC, Everybody, plan, shop

pytestmark = pytest.mark.privacy


class Loud(Everybody):
    """Everybody is in every batch; the noise is the system's."""

    def __init__(self) -> None:
        from client.noise import SystemNoise

        self._real = SystemNoise()

    def normal(self, n: int) -> np.ndarray:
        return self._real.normal(n)


def flat(update: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([update[n].ravel() for n in sorted(update)]).astype(np.float64)


@pytest.mark.parametrize("engine", ["fast", "hooks", "ghost"])
def test_the_noise_is_gaussian_of_the_promised_size_around_the_clipped_sum(engine: str) -> None:
    data = shop(30, most=5)
    asked = plan(
        noise_multiplier=2.0,
        clip_norm=0.5,
        local_steps=1,
        sampling_rate=1.0,
        learning_rate=1.0,
        expected_batch=1.0,
    )
    mean = flat(train(asked, SPEC, data, Everybody(), engine=engine))
    z = np.stack([flat(train(asked, SPEC, data, Loud(), engine=engine)) - mean for _ in range(8)])
    assert abs(z.std() - 1.0) < 0.03 and abs(z.mean()) < 0.03
    assert stats.kstest(z.ravel(), "norm").pvalue > 1e-4
    # every tensor, and rows that no shopper touched, have their noise too
    untouched = np.abs(mean) == 0
    assert abs(z[:, untouched].std() - 1.0) < 0.06
    # two trainings share no noise
    assert np.abs(np.corrcoef(z) - np.eye(8)).max() < 0.15


def test_what_leaves_is_on_the_public_grid() -> None:
    asked = plan(noise_multiplier=2.0, local_steps=1, learning_rate=1.0, expected_batch=1.0)
    asked_for = {**asked.tensors}
    asked_for = {n: np.zeros_like(v) for n, v in asked_for.items()}
    from dataclasses import replace

    update = flat(train(replace(asked, tensors=asked_for), SPEC, shop(30), engine="fast"))
    steps = update / grid(asked.noise_multiplier * asked.clip_norm)
    assert (steps == np.round(steps)).all() and GRID_BITS == 20
