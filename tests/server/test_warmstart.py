"""The public warm start: the same bytes every time, within the model's form, and it orders its own rows."""

from __future__ import annotations

import numpy as np
import pytest

from common.features import default_spec
from common.metrics import auc
from common.model import BASE_RATE, VECTOR_GAIN, check_tensors, initial_tensors
from common.rounds import tensors_digest
from server.warmstart import made_up, warm_start

SPEC = default_spec()


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    return warm_start(SPEC)


def test_it_is_the_same_every_time(weights: dict[str, np.ndarray]) -> None:
    assert tensors_digest(warm_start(SPEC)) == tensors_digest(weights)
    assert tensors_digest(warm_start(SPEC, seed=1)) != tensors_digest(weights)


def test_it_has_the_models_form_and_touches_only_what_it_may(
    weights: dict[str, np.ndarray],
) -> None:
    fresh = initial_tensors(SPEC)
    check_tensors(fresh, weights)
    changed = {k for k in fresh if (fresh[k] != weights[k]).any()}
    assert changed == {
        "first_conversion.weight",
        "numeric_conversion.bias",
        "numeric_conversion.weight",
    }
    for name in ("department", "category", "weekday", "campaign_type_x_redemptions"):
        i = SPEC.categorical_names.index(name)
        rows = slice(SPEC.offsets[i], SPEC.offsets[i] + SPEC.categorical[i].buckets)
        assert (weights["first_conversion.weight"][rows] == 0).all()


def test_it_orders_new_made_up_rows_at_the_public_level(weights: dict[str, np.ndarray]) -> None:
    rows, labels = made_up(SPEC, seed=7)
    score = weights["first_conversion.weight"][rows.ids, 0].sum(1)
    score = score + 4.0 * rows.numeric @ weights["numeric_conversion.weight"][0]
    score = score + weights["numeric_conversion.bias"]
    assert auc(labels, score) > 0.7
    assert np.mean(1 / (1 + np.exp(-score))) == pytest.approx(BASE_RATE["conversion"], rel=0.1)
    assert VECTOR_GAIN < 1  # the vectors' part is small beside it and left out above
