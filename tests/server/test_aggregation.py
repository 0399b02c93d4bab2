"""Aggregation: means, momentum, refusals; what a histogram says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import InternalError
from common.metrics import auc, log_loss, quality, sigmoid
from common.scorebins import NEGATIVE_WEIGHT, bin_of
from server.aggregation import aggregate, curve_metrics


def tensors(value: float) -> dict[str, np.ndarray]:
    return {"a": np.full((2, 3), value, np.float32), "b": np.full(2, value, np.float32)}


def test_the_mean_is_weighted_by_public_weights_and_leaves_the_rest() -> None:
    updates = [{"a": tensors(1)["a"]}, {"a": tensors(3)["a"]}]
    assert (aggregate(tensors(10), updates).tensors["a"] == 12).all()
    out = aggregate(tensors(10), updates, [3, 1])
    assert (out.tensors["a"] == 11.5).all() and (out.tensors["b"] == 10).all()
    assert set(out.velocity) == {"a"}


def test_momentum_goes_on_from_round_to_round() -> None:
    first = aggregate(tensors(0), [tensors(1)], momentum=0.5)
    second = aggregate(
        first.tensors, [tensors(1)], momentum=0.5, velocity=first.velocity, server_rate=2.0
    )
    assert (second.velocity["a"] == 1.5).all() and (second.tensors["a"] == 4).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6), st.randoms())
def test_the_order_of_merchants_does_not_matter(values: list[float], r: object) -> None:
    updates = [tensors(v) for v in values]
    mixed = sorted(updates, key=lambda u: -float(u["a"][0, 0]))
    a, b = aggregate(tensors(0), updates), aggregate(tensors(0), mixed)
    np.testing.assert_allclose(a.tensors["a"], b.tensors["a"], atol=1e-6)
    assert min(values) - 1e-5 <= a.tensors["a"][0, 0] <= max(values) + 1e-5


@pytest.mark.parametrize(
    ("updates", "weights"),
    [
        ([], None),
        ([{"a": np.full((2, 3), np.nan, np.float32)}], None),
        ([{"a": np.zeros((3, 3), np.float32)}], None),
        ([{"c": np.zeros(2, np.float32)}], None),
        ([tensors(1), {"a": np.zeros((2, 3), np.float32)}], None),
        ([tensors(1)], [0.0]),
        ([tensors(1)], [-1.0]),
        ([tensors(1)], [1.0, 2.0]),
        ([tensors(1)], [float("inf")]),
    ],
)
def test_what_does_not_fit_is_refused(updates: list, weights: list | None) -> None:
    with pytest.raises(InternalError):
        aggregate(tensors(0), updates, weights)


def test_a_histogram_gives_nearly_the_figures_of_the_rows() -> None:
    rng = np.random.default_rng(0)
    logit = rng.normal(-4, 1.5, 50_000)
    y = (rng.random(50_000) < sigmoid(logit)).astype(int)
    h = np.zeros((2, 32))
    np.add.at(h, (y, bin_of(logit, 32)), np.where(y == 1, 1.0, NEGATIVE_WEIGHT))
    found, exact = curve_metrics(h), quality(y, sigmoid(logit))
    assert found.auc == pytest.approx(exact.auc, abs=0.01)
    assert found.log_loss == pytest.approx(exact.log_loss, rel=0.02)
    assert found.pcoc == pytest.approx(exact.pcoc, rel=0.05)


def test_a_histogram_of_noise_gives_no_made_up_figure() -> None:
    assert np.isnan(curve_metrics(np.full((2, 8), -3.0)).auc)
    for bad in (np.zeros((3, 8)), np.full((2, 8), np.nan)):
        with pytest.raises(InternalError):
            curve_metrics(bad)


def test_noise_in_empty_high_bins_predicts_no_crowds() -> None:
    """Six merchants' noise around 300 conversions, as in the demo: a figure near the truth or none."""
    rng = np.random.default_rng(1)
    logit = rng.normal(-5, 1.2, 40_000)
    y = (rng.random(40_000) < sigmoid(logit)).astype(int)
    h = np.zeros((2, 12))
    np.add.at(h, (y, bin_of(logit, 12)), np.where(y == 1, 1.0, NEGATIVE_WEIGHT))
    truth, std = quality(y, sigmoid(logit)), 4.0 * 6**0.5
    for _ in range(20):
        found = curve_metrics(h + std * rng.standard_normal(h.shape), std)
        assert abs(found.auc - truth.auc) < 4 * max(found.auc_std, 0.02)
        assert np.isnan(found.pcoc) or 1 / 3 < found.pcoc / truth.pcoc < 3


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_auc_is_that_of_all_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, s = rng.integers(0, 2, 30), rng.integers(0, 5, 30).astype(float)
    a, b = s[y == 1][:, None], s[y == 0][None]
    if a.size and b.size:
        assert auc(y, s) == pytest.approx(((a > b) + 0.5 * (a == b)).mean())
    else:
        assert np.isnan(auc(y, s))


def test_unknown_outcomes_do_not_count() -> None:
    y, p = np.array([1, 0, -1, -1]), np.array([0.8, 0.2, 0.9, 0.1])
    q = quality(y, p)
    assert (q.n_rows, q.n_positive, q.auc, q.pcoc) == (2, 1, 1.0, 1.0)
    assert q.log_loss == pytest.approx(-np.log(0.8))
    assert np.isnan(log_loss(np.empty(0, int), np.empty(0)))
