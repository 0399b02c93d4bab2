import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.columns import Categorical, Numeric, bucket, hash_bucket, number
from common.errors import WrongSpec
from common.features import FeatureSpec, default_spec, encode

SPEC = default_spec()
TEXTS = {c.name for c in SPEC.categorical if c.kind == "hash"}


def columns(n, text, value):
    return {
        name: np.array([text] * n, object) if name in TEXTS else np.full(n, value)
        for name in SPEC.sources
    }


def test_size_and_groups_are_what_other_rooms_count_on():
    assert 400 <= SPEC.n_ids <= 700
    groups = SPEC.groups()
    assert 1 < len(groups) <= 10
    named = [name for names in groups.values() for name in names]
    assert sorted(named) == sorted([*SPEC.categorical_names, *SPEC.numeric_names])


def test_round_trip_and_digest():
    again = FeatureSpec.from_dict(json.loads(json.dumps(SPEC.as_dict())))
    assert again == SPEC
    assert again.digest() == SPEC.digest() == default_spec().digest()
    assert replace(SPEC, version=2).digest() != SPEC.digest()


@given(st.text(max_size=20), st.floats(allow_nan=True, allow_infinity=False, width=32))
@settings(max_examples=60, deadline=None)
def test_ids_and_numbers_stay_in_bounds_whatever_the_row(text, value):
    encoded = encode(SPEC, columns(3, text, value))
    assert encoded.ids.shape == (3, SPEC.n_categorical)
    assert encoded.numeric.shape == (3, SPEC.n_numeric)
    low = np.array(SPEC.offsets)
    high = low + [c.buckets for c in SPEC.categorical]
    assert (encoded.ids >= low).all()
    assert (encoded.ids < high).all()
    assert (encoded.numeric >= 0).all()
    assert (encoded.numeric <= 1).all()


def test_no_rows():
    encoded = encode(SPEC, columns(0, "", 0))
    assert encoded.ids.shape == (0, SPEC.n_categorical)


def test_hash_is_public_and_folded():
    assert hash_bucket("", 8) == 0 == hash_bucket("  ", 8)
    assert hash_bucket("Frozen Pizza", 128) == hash_bucket(" FROZEN PIZZA ", 128)
    assert hash_bucket("茶", 128) == hash_bucket("茶", 128) > 0
    # crc32("frozen pizza") is the same on every machine and in every version
    assert hash_bucket("frozen pizza", 128) == 1 + 306453280 % 127


def test_tiers_bins_and_logs():
    def of(kind, buckets, values, edges=()):
        return bucket(Categorical("x", "g", kind, buckets, edges), np.array(values)).tolist()

    assert of("tier", 5, [-1, 0, 3, 9]) == [0, 0, 3, 4]
    assert of("log2", 7, [0, 1, 2, 3, 6, 7, 63, 10**6]) == [0, 1, 1, 2, 2, 3, 6, 6]
    assert of("bins", 4, [-1, 0, 1.9, 2, 100], (2.0, 8.0)) == [0, 1, 1, 2, 3]


def test_numbers():
    def of(kind, values):
        return number(Numeric("x", "g", "s", kind, 10.0), np.array(values)).round(3).tolist()

    assert of("linear", [-1, 0, 5, 99]) == [0, 0, 0.5, 1]
    assert of("fresh", [-1, 0, 10]) == [0, 1, 0]
    assert of("log", [0, 10]) == [0, 1]


def test_cross_is_the_pair():
    raw = columns(1, "", 0) | {"own_purchases": np.array([3]), "category_purchases": np.array([2])}
    encoded = encode(SPEC, raw)
    i = SPEC.categorical_names.index("own_x_category")
    assert encoded.ids[0, i] - SPEC.offsets[i] == 3 * 5 + 2


@pytest.mark.parametrize(
    "break_it",
    [
        lambda d: d.pop("numeric"),
        lambda d: d["categorical"][0].update(kind="fitted"),
        lambda d: d["categorical"][0].update(buckets=1 << 30),
        lambda d: d["categorical"].append(d["categorical"][0]),
        lambda d: d["numeric"][0].update(cap=0),
        lambda d: d["categorical"][-1].update(of=["nothing", "weekday"]),
        lambda d: d["categorical"][0].update(surprise=1),
        lambda d: d.update(categorical=None),
        lambda d: d["categorical"][0].update(buckets="8"),
    ],
)
def test_a_foreign_spec_that_cannot_be_encoded_is_refused(break_it):
    raw = json.loads(json.dumps(SPEC.as_dict()))
    break_it(raw)
    with pytest.raises(WrongSpec):
        FeatureSpec.from_dict(raw)
