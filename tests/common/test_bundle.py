"""ModelBundle: one byte, another signer, another spec: each is refused in words."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.bundle import ModelBundle, unpack
from common.errors import BadSignature, WrongSpec
from common.features import FeatureSpec, default_spec
from common.keys import Identity

KEY, OTHER = Identity.generate(), Identity.generate()
SPEC = default_spec()
BUNDLE = ModelBundle(
    b"not really onnx" * 20, SPEC.as_dict(), {"heads": ["conversion"], "rounds": 3}
).signed(KEY)
PACKED = BUNDLE.pack()


def test_packing_keeps_everything_and_is_the_same_every_time() -> None:
    again = unpack(PACKED)
    assert again == BUNDLE and again.pack() == PACKED and again.digest() == BUNDLE.digest()
    again.verify(KEY.public, SPEC)
    assert again.heads == ("conversion",) and again.feature_spec() == SPEC


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_one_changed_byte_is_refused(place: int, change: int) -> None:
    data = bytearray(PACKED)
    data[place] ^= change
    with pytest.raises(BadSignature):
        unpack(bytes(data)).verify(KEY.public, SPEC)


@pytest.mark.parametrize("data", [b"", b"PK", PACKED[:-1], PACKED + b"x", b"\0" * 100])
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(BadSignature) as e:
        unpack(data)
    assert e.value.safe and e.value.todo


def test_a_zip_with_other_parts_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("../escape", "x")
    with pytest.raises(BadSignature):
        unpack(out.getvalue())


def test_another_signer_no_signature_and_swapped_parts_are_refused() -> None:
    fakes = [
        replace(BUNDLE, signature=""),
        replace(BUNDLE, signer=OTHER.public.hex),
        replace(BUNDLE, onnx=b"another model"),
        replace(BUNDLE, provenance={**BUNDLE.provenance, "rounds": 4}),
        replace(BUNDLE, spec={**BUNDLE.spec, "version": 2}),
        replace(BUNDLE, signature="zz"),
        BUNDLE.signed(OTHER),
    ]
    for fake in fakes:
        with pytest.raises(BadSignature):
            fake.verify(KEY.public, SPEC)
    BUNDLE.signed(OTHER).verify(OTHER.public, SPEC)


def test_a_model_for_other_features_is_refused() -> None:
    other = FeatureSpec(2, SPEC.categorical, SPEC.numeric)
    bundle = ModelBundle(b"x", other.as_dict(), {}).signed(KEY)
    bundle.verify(KEY.public)
    with pytest.raises(WrongSpec):
        bundle.verify(KEY.public, SPEC)
    with pytest.raises(WrongSpec):
        ModelBundle(b"x", {"version": 1}, {}).signed(KEY).verify(KEY.public)
