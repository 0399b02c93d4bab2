"""Masks: the keystream is AES-256-CTR, wraps right, and its bytes are as narrow as the modulus allows."""

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from common.secagg import agreement, masks

KEY = bytes(range(32))


@pytest.mark.parametrize("length", [1, 5, 32767, 32768, 32769, 100_003])
@pytest.mark.parametrize("bits", [16, 32, 33, 64])
def test_a_mask_is_the_plain_keystream(length, bits):
    total = masks.zeros(length, bits)
    masks.add_mask(total, KEY)
    aes = Cipher(algorithms.AES256(KEY), modes.CTR(bytes(16))).encryptor()
    raw = aes.update(bytes(length * total.dtype.itemsize))
    np.testing.assert_array_equal(total, np.frombuffer(raw, dtype=total.dtype))
    masks.add_mask(total, KEY, minus=True)
    assert not total.any()


def test_every_bit_of_the_key_counts():
    """Flower's SecAgg+ folds a 32-byte seed to 32 bits: keys that differ elsewhere mask alike."""
    seen = set()
    for bit in range(256):
        key = bytearray(KEY)
        key[bit // 8] ^= 1 << (bit % 8)
        total = masks.zeros(4, 32)
        masks.add_mask(total, bytes(key))
        seen.add(total.tobytes())
    assert len(seen) == 256


@settings(max_examples=60, deadline=None)
@given(st.integers(16, 64), st.integers(1, 50), st.integers(0, 2**32 - 1))
def test_bytes_and_back(bits, length, seed):
    top = (1 << bits) - 1
    kind = masks.dtype_of(bits).type
    vector = np.random.default_rng(seed).integers(0, top, length, dtype=kind, endpoint=True)
    raw = masks.to_bytes(vector, bits)
    assert len(raw) == length * -(-bits // 8)
    back = masks.from_bytes(raw, length, bits)
    np.testing.assert_array_equal(back, vector)
    assert back.dtype == masks.dtype_of(bits)
    assert masks.checked(vector, length, bits) is vector


def test_foreign_vectors():
    with pytest.raises(ValueError, match="size"):
        masks.from_bytes(b"\0" * 7, 2, 32)
    with pytest.raises(ValueError, match="above"):
        masks.from_bytes(b"\xff\xff\xff", 1, 20)
    with pytest.raises(ValueError, match="above"):
        masks.checked(np.array([1 << 20], dtype=np.uint32), 1, 20)
    with pytest.raises(ValueError, match="shape"):
        masks.checked(np.array([1], dtype=np.int64), 1, 20)
    for bits in (15, 65):
        with pytest.raises(ValueError):
            masks.dtype_of(bits)


def test_two_sides_agree_and_nobody_else():
    one, two, three = (agreement.new_secret() for _ in range(3))
    a, b, c = map(agreement.public_of, (one, two, three))
    task = "ab" * 32
    assert agreement.agree(one, b) == agreement.agree(two, a) != agreement.agree(one, c)
    shared = agreement.agree(one, b)
    same = agreement.pair_mask_key(shared, task, "x", "y")
    assert same == agreement.pair_mask_key(shared, task, "y", "x")
    others = {
        agreement.pair_mask_key(shared, "cd" * 32, "x", "y"),
        agreement.pair_mask_key(shared, task, "x", "z"),
        agreement.self_mask_key(shared, task, "x"),
    }
    assert len(others | {same}) == 4


def test_keys_that_hide_nothing_are_refused():
    for small in (b"\0" * 32, b"\1" + b"\0" * 31):
        with pytest.raises(ValueError):
            agreement.agree(agreement.new_secret(), small)
    assert not agreement.is_public((2**255 - 19).to_bytes(32, "little"))
    assert not agreement.is_public(b"\xff" * 32)
    assert not agreement.is_public(b"short")


def test_a_seal_opens_only_where_it_belongs():
    shared = agreement.new_secret()
    place = ["ab" * 32, "cd" * 32, "x", "y"]
    box = agreement.seal(shared, b"text", *place)
    assert agreement.unseal(shared, box, *place) == b"text"
    assert agreement.seal(shared, b"text", *place) != box
    for i, other in enumerate(["cd" * 32, "ab" * 32, "y", "x"]):
        moved = [*place[:i], other, *place[i + 1 :]]
        with pytest.raises(ValueError, match="does not open"):
            agreement.unseal(shared, box, *moved)
    for wrong in (box[:-1], box[:5], b"", bytes([box[0] ^ 1]) + box[1:]):
        with pytest.raises(ValueError, match="does not open"):
            agreement.unseal(shared, wrong, *place)
