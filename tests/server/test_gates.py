"""The gates: a model that is worse beyond noise is held, one that may be as good is not."""

from __future__ import annotations

import numpy as np
import pytest

from common import scorebins
from common.scorebins import HIGH, LOW, NEGATIVE_WEIGHT
from server.gates import Measured, figures, gates, measured_words

N_BINS = 12


def counted(auc_shift: float, n: int = 40_000, rate: float = 0.02, off: float = 0.0, seed: int = 0):
    """A histogram of made-up rows: scores are right up to `off`, and order by `auc_shift`."""
    rng = np.random.default_rng(seed)
    logit = np.log(rate / (1 - rate)) - auc_shift**2 / 2 + auc_shift * rng.standard_normal(n)
    y = rng.random(n) < 1 / (1 + np.exp(-logit))
    bins = scorebins.bin_of(logit + off, N_BINS)
    return np.stack(
        [
            NEGATIVE_WEIGHT * np.bincount(bins[~y], minlength=N_BINS),
            np.bincount(bins[y], minlength=N_BINS),
        ]
    ).astype(np.float64)


def seen(auc_shift: float, noise: float = 0.0, seed: int = 0, **more: float) -> Measured:
    rng = np.random.default_rng(seed + 99)
    exact = counted(auc_shift, seed=seed, **more)
    return Measured(
        exact + noise * rng.standard_normal(exact.shape), noise, shown_from="2026-01-01"
    )


def test_the_figures_are_those_of_the_release() -> None:
    one = seen(1.5, noise=5.0)
    read = scorebins.read(one.histogram, 5.0)
    found = figures(one)
    assert found.auc.value == pytest.approx(read.auc)
    assert np.exp(found.log_pcoc.value) == pytest.approx(read.pcoc)
    assert found.auc.std == pytest.approx(read.auc_std, rel=0.6)


def test_recentring_moves_calibration_and_not_the_order() -> None:
    raw = seen(1.0, off=-1.5)
    pcoc = float(np.exp(figures(raw).log_pcoc.value))
    assert pcoc < 0.4
    moved = figures(Measured(raw.histogram, 0.0, shift=float(np.log(pcoc))))
    assert abs(moved.log_pcoc.value) < 0.1 and moved.auc == figures(raw).auc
    assert moved.relative_log_loss.value < figures(raw).relative_log_loss.value


def test_the_error_bars_hold_what_noise_does() -> None:
    """Of many releases of the same counts about the announced share lies within the bars."""
    exact = counted(1.2)
    truth = figures(Measured(exact, 0.0)).auc.value
    rng, inside = np.random.default_rng(5), 0
    for _ in range(60):
        found = figures(Measured(exact + 12.0 * rng.standard_normal(exact.shape), 12.0)).auc
        inside += abs(found.value - truth) <= 2 * found.std
    assert inside >= 50


def test_a_better_or_equal_model_is_promoted() -> None:
    for new in (seen(1.5, seed=1), seen(1.0, seed=2), seen(0.97, seed=3)):
        said = gates(new, seen(1.0), "d" * 64)
        assert said.promote, said.reasons
        assert said.against == "d" * 64 and said.current is not None


def test_a_model_that_orders_worse_is_held_with_words() -> None:
    said = gates(seen(0.4), seen(1.2), "d" * 64)
    assert not said.promote
    assert any("AUC falls from" in r for r in said.reasons)
    assert any("Log-loss" in r for r in said.reasons)
    assert said.as_dict()["new"]["auc"]["value"] < said.as_dict()["current"]["auc"]["value"]


def test_a_fall_within_the_noise_is_no_fall() -> None:
    worse, better = seen(0.9, noise=15.0), seen(1.1, noise=15.0)
    assert gates(worse, better, "d" * 64).promote
    assert not gates(seen(0.9, n=4_000_000), seen(1.1, n=4_000_000), "d" * 64).promote


def test_a_model_that_is_off_in_level_is_held() -> None:
    said = gates(seen(1.0, off=-2.0), seen(1.0, seed=4), "d" * 64)
    assert not said.promote and any("Predicted over observed" in r for r in said.reasons)
    # a tenth is free
    assert gates(seen(1.0, off=0.08), seen(1.0, seed=4), "d" * 64).promote


def test_a_first_model_must_order_better_than_chance() -> None:
    assert gates(seen(1.0)).promote
    said = gates(seen(0.02, n=20_000))
    assert not said.promote and "not above .5" in said.reasons[0]


def test_without_figures() -> None:
    """Nothing asked: no gate. All noise: a first model goes out with a caution, a later one not."""
    assert gates(None, None, "d" * 64, asked=False).promote
    drowned = seen(1.0, n=3000, noise=60.0)
    for nothing in (None, drowned):
        first = gates(nothing)
        assert first.promote and first.cautions
        assert not gates(nothing, seen(1.0), "d" * 64).promote
    said = gates(seen(1.0), None, "d" * 64)
    assert said.promote and "no usable evaluation" in said.cautions[0]


def test_other_rows_and_another_head_are_said() -> None:
    old = Measured(counted(1.0), 0.0, shown_from="2025-12-01", merchants=5)
    said = gates(Measured(counted(1.0), 0.0, shown_from="2026-01-01", merchants=7), old, "d" * 64)
    assert said.promote and len(said.cautions) == 2
    assert len(measured_words(said.as_dict())) == 3
    clicks = Measured(counted(1.0), 0.0, head="click")
    assert not gates(clicks, old, "d" * 64).promote


def test_the_verdict_is_the_same_every_time() -> None:
    pair = seen(0.9, noise=9.0), seen(1.1, noise=9.0)
    assert gates(*pair, "d" * 64).as_dict() == gates(*pair, "d" * 64).as_dict()


def test_bins_cover_the_range_of_the_release() -> None:
    assert (LOW, HIGH) == (-9.0, 1.0)
