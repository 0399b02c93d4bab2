"""Inclusion proofs hold for what is in the tree and for nothing else."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import merkle

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def test_known_roots_of_rfc_6962():
    data = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"]
    assert merkle.root([]) == hashlib.sha256(b"").hexdigest()
    assert merkle.root(data[:1]) == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert merkle.root(data[:2]) == (
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    )
    assert merkle.root(data[:3]) == (
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    )


@settings(max_examples=60, deadline=None)
@given(LEAVES, st.data())
def test_every_leaf_is_included_and_no_other(leaves, data):
    tree = merkle.root(leaves)
    i = data.draw(st.integers(0, len(leaves) - 1))
    proof = merkle.path(leaves, i)
    assert merkle.included(leaves[i], i, len(leaves), proof, tree)
    assert not merkle.included(leaves[i] + b"x", i, len(leaves), proof, tree)
    assert not merkle.included(leaves[i], i, len(leaves), (*proof, "00" * 32), tree)
    if proof:
        assert not merkle.included(leaves[i], i, len(leaves), proof[:-1], tree)
        bad = ("00" * 32, *proof[1:])
        assert not merkle.included(leaves[i], i, len(leaves), bad, tree)
    with pytest.raises(ValueError):
        merkle.path(leaves, len(leaves))
