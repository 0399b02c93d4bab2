"""Merkle tree hashes and inclusion proofs (RFC 6962, section 2.1); pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> str:
    """The tree's hash, 64 hexadecimal digits; of no leaves: the hash of nothing."""
    return _tree(leaves).hex()


def path(leaves: Sequence[bytes], index: int) -> tuple[str, ...]:
    """The hashes that lead from leaf `index` to the root, from the bottom up.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ValueError("there is no such leaf")
    return tuple(h.hex() for h in _path(leaves, index))


def included(leaf: bytes, index: int, size: int, proof: Sequence[str], tree: str) -> bool:
    """Whether the proof leads from this leaf at this place to this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    try:
        steps = [bytes.fromhex(step) for step in proof]
    except (ValueError, TypeError):
        return False
    at, last, hashed = index, size - 1, _leaf(leaf)
    for step in steps:
        if last == 0 or len(step) != 32:
            return False
        if at % 2 or at == last:
            hashed = _node(step, hashed)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            hashed = _node(hashed, step)
        at, last = at // 2, last // 2
    return last == 0 and hashed.hex() == tree


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(n: int) -> int:
    """The largest power of two below n."""
    return 1 << ((n - 1).bit_length() - 1)


def _tree(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return _leaf(leaves[0])
    k = _split(len(leaves))
    return _node(_tree(leaves[:k]), _tree(leaves[k:]))


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*_path(leaves[:k], index), _tree(leaves[k:])]
    return [*_path(leaves[k:], index - k), _tree(leaves[:k])]
