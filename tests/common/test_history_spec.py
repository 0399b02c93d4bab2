import json
from dataclasses import replace

import numpy as np
import pytest

from common.errors import WrongSpec
from common.features import FeatureSpec, default_spec
from common.features_rich import city_tier, rich_spec
from common.history_spec import (
    KINDS,
    HistorySpec,
    default_history_spec,
    encode_history,
    projection,
)

SPEC = default_history_spec()
PINNED_DIGEST = "42e40ce805193bf036d6e87c644bde756bdd657995cc01025362837ae08b7285"
PINNED_SIGNS = [[False, True, True, True], [False, True, True, False]]


def test_round_trip_bounds_and_digest():
    again = HistorySpec.from_dict(json.loads(json.dumps(SPEC.as_dict())))
    assert again == SPEC and again.digest() == SPEC.digest()
    assert replace(SPEC, length=5).digest() != SPEC.digest()
    for change in ({"length": 0}, {"columns": ()}, {"projected": -1}):
        with pytest.raises(WrongSpec):
            replace(SPEC, **change)
    with pytest.raises(WrongSpec):
        HistorySpec.from_dict({"version": 1})


def test_ids_are_in_their_columns_and_padding_is_none():
    m = len(KINDS)
    events = {
        "kind": np.arange(1, m + 1),
        "taxonomy": np.array(["412"] * m, object),
        "category": np.array([""] * m, object),
        "price_minor": np.full(m, -1),
    }
    place = np.array([[7, 0, -1], [-1, -1, -1]])
    pairs = {"age_hours": np.array([[0, 10**6, 9], [9] * 3]), "same": np.full((2, 3), 2)}
    out = encode_history(SPEC, events, pairs, place)
    assert out.ids.shape == (2, 3, SPEC.n_columns) and out.ids.dtype == np.int16
    assert out.mask.tolist() == [[True, True, False], [False] * 3]
    local = out.ids - np.array(SPEC.offsets)
    assert (local >= 0).all()
    assert (local < np.array([c.buckets for c in SPEC.columns])).all()
    assert (local[~out.mask] == 0).all()
    assert local[0, 0].tolist()[:1] == [8] and local[0, 0, 4] == 1  # an event of this very hour


def test_the_projection_is_frozen():
    matrix = projection(384, 16)
    assert matrix.shape == (384, 16)
    assert set(np.unique(matrix)) == {-0.25, 0.25}
    assert (matrix[:2, :4] > 0).tolist() == PINNED_SIGNS
    assert abs(float(matrix.mean())) < 0.01


def test_version_1_is_what_bundles_and_runs_depend_on():
    assert default_spec().version == 1
    assert default_spec().digest() == PINNED_DIGEST


def test_rich_spec():
    rich = rich_spec()
    assert rich.version == 2 and rich.digest() != default_spec().digest()
    assert rich.categorical[: default_spec().n_categorical] == default_spec().categorical
    assert 1 < len(rich.groups()) <= 10
    assert FeatureSpec.from_dict(json.loads(json.dumps(rich.as_dict()))) == rich


def test_tiers_of_cities():
    names = np.array(["北京市", " Shanghai ", "成都", "Little Town", ""], object)
    assert city_tier(names).tolist() == [1, 1, 2, 3, 0]
