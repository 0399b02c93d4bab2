"""A public random rotation: signs from a seed, then Hadamard's matrix, block by block."""

from __future__ import annotations

import hashlib
import math

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

#: Padding that is accepted for a larger block: one value in sixteen.
_PADDING = 16


def block_for(dimension: int) -> int:
    """The largest power of two whose multiples need little padding (at most 1/16 more values).

    A larger block spreads a vector over more values, a smaller one pads less: 1,500 values become
    3 blocks of 512, 50,000 become 25 of 2,048.
    """
    block = 1 << max(0, math.ceil(math.log2(dimension)))
    while padded(dimension, block) > dimension + dimension // _PADDING:
        block //= 2
    return block


def padded(dimension: int, block: int) -> int:
    """The smallest multiple of `block` that holds `dimension` values."""
    return -(-dimension // block) * block


def rotate(values: NDArray[np.float64], block: int, seed: bytes) -> NDArray[np.float64]:
    """H D x / sqrt(block) in every block, with random signs D: no norm and no angle changes.

    Each value of the result is a sum of the block's values with independent random signs over
    sqrt(block), so it is sub-Gaussian with variance at most |x|^2 / block (Hoeffding 1963).

    Args:
        values: float64 [d]; zeros are appended up to a multiple of `block`.
        block: Power of two; 1 leaves the values as they are but for their signs.
        seed: Public; the same for all merchants of a round, chosen before the values are known.
    """
    whole = np.zeros(padded(values.size, block))
    whole[: values.size] = values
    whole *= _signs(whole.size, seed)
    return _hadamard(whole, block) / math.sqrt(block)


def unrotate(
    values: NDArray[np.float64], block: int, seed: bytes, dimension: int
) -> NDArray[np.float64]:
    """Inverse of `rotate`: float64 [dimension]."""
    whole = _hadamard(values, block) / math.sqrt(block) * _signs(values.size, seed)
    return whole[:dimension]


def _hadamard(values: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    """Fast Walsh-Hadamard transform of every block, not normalised, [d] -> [d]."""
    x = values.copy()
    half = 1
    while half < block:
        pairs = x.reshape(-1, 2, half)
        x = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).reshape(-1)
        half *= 2
    return x


def _signs(n: int, seed: bytes) -> NDArray[np.float64]:
    """Signs [n] from the seed (AES-256-CTR keyed by its SHA-256), alike on every machine."""
    key = hashlib.sha256(b"hansa-rotation-v1\n" + seed).digest()
    stream = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    raw = np.frombuffer(stream.update(bytes(-(-n // 8))), np.uint8)
    signs: NDArray[np.float64] = 1.0 - 2.0 * np.unpackbits(raw)[:n].astype(np.float64)
    return signs
