"""Watching changes nothing; the quick membership attack sees what noise hides and what it does not."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.attack import FEWEST, membership, score
from client.dataset import ShopperData
from client.preview import Membership, Preview, TensorPreview
from client.train import clipped_gradients, train
from client.watch import Watch, preview
from common.heads import LedgerHead
from common.privacy import PrivacySpent
from common.rounds import RoundReport, Task
from tests.client.made_up import SPEC, Seeded, Silent, plan, shop


def spent(epsilon: float) -> PrivacySpent:
    return PrivacySpent(epsilon, 1e-4, "pld", "one shopper")


@pytest.fixture(scope="module")
def data() -> ShopperData:
    return shop(900)


def test_watching_changes_no_byte_of_the_update(data: ShopperData) -> None:
    asked = plan(local_steps=3)
    watch = Watch()
    with_, without = (train(asked, SPEC, data, Seeded(7), watch=seen) for seen in (watch, None))
    assert {n: a.tobytes() for n, a in with_.items()} == {
        n: a.tobytes() for n, a in without.items()
    }
    assert watch.n_steps == 3 and set(watch.clipped) == set(with_)
    assert {n: a.tobytes() for n, a in watch.update.items()} == {
        n: a.tobytes() for n, a in with_.items()
    }


def test_what_was_watched_is_the_update_without_its_noise(data: ShopperData) -> None:
    asked = plan(local_steps=2)
    watch = Watch()
    update = train(asked, SPEC, data, Silent(3), watch=watch)
    scale = asked.learning_rate / asked.expected_batch
    for name, value in update.items():
        assert np.allclose(value, -scale * watch.clipped[name], atol=2e-5), name
    # without noise, before and after are the same length
    shown = preview(asked, update, spent(0.1), spent(0.4), watch)
    assert shown.norm_before == pytest.approx(shown.norm_after, rel=1e-3)
    assert shown.n_bytes == sum(4 * a.size for a in update.values())
    assert all(t.norm_before is not None for t in shown.tensors)
    unwatched = preview(asked, update, spent(0.1), spent(0.4))
    assert unwatched.norm_before is None


def test_gradients_of_the_attack_are_those_of_the_training(data: ShopperData) -> None:
    """Summed over the batch they are what the optimiser clipped and summed."""
    asked = plan(local_steps=1)
    watch = Watch()
    train(asked, SPEC, data, Silent(1), watch=watch)
    assert watch.batch is not None
    each = clipped_gradients(asked, SPEC, watch.weights, watch.batch)
    whole = np.concatenate([watch.clipped[n].ravel() for n in sorted(watch.clipped)])
    assert np.allclose(each.sum(0), whole, atol=1e-4)
    assert (np.linalg.norm(each, axis=1) <= asked.clip_norm * (1 + 1e-5)).all()


def test_without_noise_who_was_in_can_be_told_and_with_noise_less_so(data: ShopperData) -> None:
    few = plan(sampling_rate=0.15, local_steps=1)
    bare = Watch()
    train(few, SPEC, data, Silent(5), watch=bare)
    told = membership(few, SPEC, data, bare, Seeded(0))
    assert told is not None and told.auc > 0.6 and told.n_in >= FEWEST
    loud = replace(few, noise_multiplier=30.0)
    hidden = Watch()
    train(loud, SPEC, data, Seeded(5), watch=hidden)
    guess = membership(loud, SPEC, data, hidden, Seeded(0))
    assert guess is not None and guess.low <= 0.5 <= guess.high
    assert guess.auc < told.auc


def test_there_is_no_score_where_there_is_nobody_to_compare(data: ShopperData) -> None:
    everybody, watch = plan(sampling_rate=1.0, local_steps=1), Watch()
    train(everybody, SPEC, data, Seeded(), watch=watch)
    assert membership(everybody, SPEC, data, watch) is None
    small, watch = shop(25), Watch()
    train(plan(), SPEC, small, Seeded(), watch=watch)
    assert membership(plan(), SPEC, small, watch) is None
    assert membership(plan(task=Task.EVALUATE), SPEC, small, Watch()) is None


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=12),
    st.lists(st.integers(0, 5), min_size=1, max_size=12),
)
@settings(max_examples=40, deadline=None)
def test_the_area_is_the_share_of_pairs_in_the_right_order(a: list[int], b: list[int]) -> None:
    found = score(np.array(a, float), np.array(b, float))
    pairs = [1.0 if x > y else 0.5 if x == y else 0.0 for x in a for y in b]
    assert found.auc == pytest.approx(np.mean(pairs))
    assert 0 <= found.low <= found.auc <= found.high <= 1


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    # normals one standard deviation apart: the area is Phi(1 / sqrt 2)
    truth, n = 0.760250, 40
    tries = [score(rng.normal(1, 1, n), rng.normal(0, 1, n)) for _ in range(200)]
    assert np.mean([t.low <= truth <= t.high for t in tries]) >= 0.95
    assert score(np.ones(200), np.zeros(200)).low < 1


def test_nothing_that_was_watched_has_a_place_in_a_report() -> None:
    """What leaves is the header and the tensors; neither knows a word of the preview."""
    shown = {f.name for c in (Preview, TensorPreview, Membership) for f in fields(c)}
    private = shown - {"tensors", "name", "shape", "delta"}
    report = RoundReport(
        "run", 1, Task.TRAIN, "0" * 64, "m", plan().mechanism(), LedgerHead(0, "0" * 64),
        {"a": np.zeros(1, np.float32)},
    )  # fmt: skip
    text = json.dumps(report.header())
    assert not [name for name in private if f'"{name}"' in text]
    assert private.isdisjoint(f.name for f in fields(RoundReport))
