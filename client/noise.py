"""Noise and sampling from a cryptographic generator (AES-256-CTR keyed by the system)."""

from __future__ import annotations

import math
import os
from typing import Protocol

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

#: A noised value is a whole multiple of 2^-20 of the noise's standard deviation (rounded down to
#: a power of two), so that its low bits tell nothing (Mironov 2012).
GRID_BITS = 20
_CHUNK = 1 << 16


class Noise(Protocol):
    """Where randomness comes from. Only tests and comparators bring another than SystemNoise."""

    def normal(self, n: int) -> NDArray[np.float64]:
        """Standard normals [n]."""

    def uniform(self, n: int) -> NDArray[np.float64]:
        """Uniform values in (0, 1), [n]."""


class SystemNoise:
    """AES-256 in counter mode under a key from `os.urandom`. It takes no seed.

    Normals come by Box and Muller's transform in float64 from 53-bit uniforms.
    """

    def __init__(self) -> None:
        key, start = os.urandom(32), os.urandom(16)
        self._stream = Cipher(algorithms.AES(key), modes.CTR(start)).encryptor()

    def uniform(self, n: int) -> NDArray[np.float64]:
        """Uniform values in (0, 1), multiples of 2^-53 plus half a step, [n]."""
        words = np.frombuffer(self._stream.update(bytes(8 * n)), dtype=np.uint64)
        out: NDArray[np.float64] = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
        return out

    def normal(self, n: int) -> NDArray[np.float64]:
        """Standard normals [n], made in chunks so that memory stays small."""
        out = np.empty(n, np.float64)
        for start in range(0, n, _CHUNK):
            size = min(_CHUNK, n - start)
            half = (size + 1) // 2
            u = self.uniform(2 * half)
            # 1 - 2^-54 rounds to 1.0: log gives -0.0 and the root 0.0, never NaN.
            radius = np.sqrt(-2.0 * np.log(u[:half]))
            angle = 2.0 * math.pi * u[half:]
            pair = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
            out[start : start + size] = pair[:size]
        return out


def grid(std: float) -> float:
    """The power of two that values with this noise are rounded to."""
    return 2.0 ** (math.floor(math.log2(std)) - GRID_BITS)


def add_noise(values: NDArray[np.floating], std: float, noise: Noise) -> NDArray[np.float32]:
    """The sum plus N(0, std^2), rounded to the public grid: the release of a Gaussian mechanism.

    Args:
        values: Any shape; the clipped sum.
        std: Standard deviation, sigma * C, above 0.
        noise: The generator.

    Returns:
        float32 of the same shape.
    """
    drawn = noise.normal(values.size).reshape(values.shape)
    step = grid(std)
    total = values.astype(np.float64) + std * drawn
    out: NDArray[np.float32] = (np.round(total / step) * step).astype(np.float32)
    return out
