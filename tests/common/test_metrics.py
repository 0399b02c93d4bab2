"""Metrics agree with scikit-learn where it has them, and with counting by hand where it has not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as sk

from common.metrics import (
    auc,
    calibration_error,
    grouped_auc,
    log_loss,
    normalised_entropy,
    pcoc,
    quality,
    top_lift,
)

Pair = tuple[NDArray[np.int8], NDArray[np.float64]]


@st.composite
def scored(draw: st.DrawFn, least: int = 2) -> Pair:
    n = draw(st.integers(least, 60))
    label = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    # few different values, so that ties are common
    p = draw(st.lists(st.integers(1, 19).map(lambda v: v / 20), min_size=n, max_size=n))
    return np.array(label, np.int8), np.array(p)


@given(scored())
def test_auc_and_log_loss_are_those_of_scikit_learn(pair: Pair) -> None:
    y, p = pair
    assert log_loss(y, p) == pytest.approx(sk.log_loss(y, p, labels=[0, 1]))
    if 0 < y.sum() < len(y):
        assert auc(y, p) == pytest.approx(sk.roc_auc_score(y, p))
    else:
        assert np.isnan(auc(y, p))


@given(scored(), st.integers(1, 4))
def test_grouped_auc_weighs_groups_by_rows(pair: Pair, n_groups: int) -> None:
    y, p = pair
    group = np.arange(len(y)) % n_groups
    parts = [(y[group == g], p[group == g]) for g in range(n_groups)]
    both = [(a, b) for a, b in parts if 0 < a.sum() < len(a)]
    found = grouped_auc(y, p, group)
    if both:
        wanted = np.average(
            [sk.roc_auc_score(a, b) for a, b in both], weights=[len(a) for a, _ in both]
        )
        assert found == pytest.approx(wanted)
    else:
        assert np.isnan(found)


@given(scored())
def test_normalised_entropy_of_the_rate_itself_is_one(pair: Pair) -> None:
    y, p = pair
    rate = y.mean()
    if 0 < rate < 1:
        assert normalised_entropy(y, np.full(len(y), rate)) == pytest.approx(1)
        base = sk.log_loss(y, np.full(len(y), rate), labels=[0, 1])
        assert normalised_entropy(y, p) == pytest.approx(sk.log_loss(y, p) / base)
    else:
        assert np.isnan(normalised_entropy(y, p))


@given(scored(), st.randoms(use_true_random=False))
def test_calibration_error_does_not_depend_on_the_order_of_rows(pair: Pair, random) -> None:
    y, p = pair
    order = np.array(random.sample(range(len(y)), len(y)))
    found = calibration_error(y, p)
    assert 0 <= found <= 1
    assert calibration_error(y[order], p[order]) == pytest.approx(found)


def test_calibration_error_by_hand() -> None:
    p = np.repeat([0.1, 0.2, 0.4, 0.8], 10)
    y = np.concatenate([np.arange(10) < k for k in (1, 4, 4, 6)]).astype(np.int8)
    assert calibration_error(y, p, 4) == pytest.approx((0 + 0.2 + 0 + 0.2) / 4)
    assert calibration_error(y, p, 1) == pytest.approx(0)
    assert calibration_error(y, np.full(40, y.mean())) == pytest.approx(0)
    assert np.isnan(calibration_error(y[:0], p[:0]))


@given(scored())
def test_top_lift_of_all_rows_is_one_and_ties_are_shared(pair: Pair) -> None:
    y, p = pair
    if not y.sum():
        assert np.isnan(top_lift(y, p)) and np.isnan(pcoc(y, p))
        return
    assert top_lift(y, p, 1.0) == pytest.approx(1)
    assert top_lift(y, np.full(len(y), 0.5)) == pytest.approx(1)
    assert 0 <= top_lift(y, p) <= 10 + 1e-9
    assert pcoc(y, p) == pytest.approx(p.sum() / y.sum())


def test_top_lift_by_hand() -> None:
    y = np.array([1, 1] + [0] * 18, np.int8)
    assert top_lift(y, np.linspace(1, 0, 20)) == pytest.approx(10)
    assert top_lift(y, np.linspace(0, 1, 20)) == 0
    # of four that tie at the top, two fit into the decile
    assert top_lift(y, np.array([0.9] * 4 + [0.1] * 16)) == pytest.approx(5)


def test_unknown_outcomes_are_left_out_of_quality() -> None:
    found = quality(np.array([1, 0, -1, -1], np.int8), np.array([0.9, 0.1, 0.9, 0.9]))
    assert (found.n_rows, found.n_positive, found.auc, found.pcoc) == (2, 1, 1.0, 1.0)
