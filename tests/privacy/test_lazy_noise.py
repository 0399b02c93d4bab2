"""Noise that is owed and drawn once has the distribution of noise drawn in every step, and all of it leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from client import train as training
from client.engine import lazy
from client.engine.lazy import Owed, compact, lends_itself
from client.train import train
from client.watch import Watch
from common.errors import InternalError
from common.rounds import RoundPlan
from tests.client.made_up import SPEC, Seeded, Silent, plan, shop

pytestmark = pytest.mark.privacy
STEPS = 4


class Mute(Silent):
    """No noise, and none drawn: who is sampled does not hang on how much noise there was."""

    def normal(self, n: int) -> np.ndarray:
        return np.zeros(n)


def asked(**more: Any) -> RoundPlan:
    return plan(local_steps=STEPS, noise_multiplier=2.0, clip_norm=0.5, sampling_rate=0.3, **more)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lazily for tables of any size."""
    monkeypatch.setattr(lazy, "WORTH_FROM", 1)


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy, "WORTH_FROM", 1 << 60)


@pytest.mark.usefixtures("always")
def test_without_noise_every_weight_is_that_of_eager_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = shop(60)
    lazily = train(asked(), SPEC, data, Mute(2))
    monkeypatch.setattr(lazy, "WORTH_FROM", 1 << 60)
    eagerly = train(asked(), SPEC, data, Mute(2))
    assert set(lazily) == set(eagerly)
    for n in lazily:
        np.testing.assert_allclose(lazily[n], eagerly[n], rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("always")
def test_mean_variance_and_form_are_those_of_eager_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shoppers: some rows are read in some steps, most in none."""
    data, std = shop(2, most=2), np.sqrt(STEPS) * 2.0 * 0.5 / 10

    def drawn(n_runs: int) -> np.ndarray:
        runs = [train(asked(), SPEC, data)["vectors.weight"].ravel() for _ in range(n_runs)]
        return np.concatenate(runs).astype(np.float64)

    lazily = drawn(8)
    monkeypatch.setattr(lazy, "WORTH_FROM", 1 << 60)
    eagerly = drawn(8)
    for z in (lazily, eagerly):
        assert abs(z.mean()) < 5 * std / np.sqrt(len(z)) + 1e-3
        assert abs(z.std() / std - 1) < 0.03
    assert stats.ks_2samp(lazily, eagerly).pvalue > 1e-4


def test_rows_read_at_different_steps_have_had_as_much_noise(never: None) -> None:
    p = asked(learning_rate=1.0, expected_batch=1.0)
    start = {
        n: np.zeros((3_000, v.shape[1]), np.float32) for n, v in p.tensors.items() if "vec" in n
    }
    owed = Owed.of(replace(p, tensors=start), start)
    groups = np.array_split(np.arange(3_000), 3)
    noise = Seeded(1)
    for t in range(STEPS):
        rows = groups[0] if t == 0 else groups[1] if t == 2 else np.zeros(0, np.int64)
        owed.settle(rows, noise)
        assert not owed.steps[rows].any()
        owed.step(rows, {n: np.zeros((len(rows), v.shape[1])) for n, v in start.items()}, noise)
    table = owed.done(noise)["vectors.weight"]
    assert not owed.steps.any()
    for rows in groups:
        z = table[rows].ravel() / np.sqrt(STEPS)
        assert abs(z.std() - 1) < 0.03 and stats.kstest(z, "norm").pvalue > 1e-4


@pytest.mark.usefixtures("always")
def test_nothing_leaves_that_owes_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    update = train(asked(), SPEC, shop(2))
    assert all((v != 0).mean() > 0.99 for v in update.values())
    monkeypatch.setattr(Owed, "settle", lambda *_: None)
    with pytest.raises(InternalError, match="owes noise"):
        train(asked(), SPEC, shop(2))


def test_it_is_left_where_it_is_not_exact_or_does_not_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    class Engine:
        name = "fast"

    engine: Any = Engine()
    large = lazy.WORTH_FROM
    assert lends_itself(asked(), engine, large)
    assert not lends_itself(asked(), engine, large - 1)
    assert not lends_itself(asked(proximal=0.1), engine, large)
    assert not lends_itself(replace(asked(), local_steps=1), engine, large)
    engine.name = "hooks"
    assert not lends_itself(asked(), engine, large)
    # whoever watches sees every step's weights, so they must be there
    monkeypatch.setattr(lazy, "WORTH_FROM", 1)
    monkeypatch.setattr(training, "_lazily", None)
    train(asked(), SPEC, shop(3), Seeded(), watch=Watch())


def test_an_id_outside_of_the_table_is_refused() -> None:
    batch = shop(4).everybody(3, Seeded())
    with pytest.raises(InternalError, match="outside"):
        compact(batch, int(batch.ids.max()))
    rows, small = compact(batch, SPEC.n_ids)
    assert (rows[small.ids.numpy()] == batch.ids.numpy()).all()
