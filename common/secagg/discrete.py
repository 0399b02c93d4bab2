"""Exact samples of the discrete Gaussian by integer arithmetic, many at once, from cryptographic bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Where randomness comes from: n bytes, uniform and independent. Tests bring a seeded one.
Source = Callable[[int], bytes]

#: Above it a sample of some hundred standard deviations would not fit into 63 bits.
MAX_STD = 1 << 44
#: Bounds up to here are drawn from 32-bit words, others from 64-bit words.
_SMALL = 1 << 20
_CHUNK = 1 << 17

_Word = TypeVar("_Word", np.uint32, np.uint64)


def system_source() -> Source:
    """AES-256 in counter mode under a fresh key from `os.urandom`. It takes no seed."""
    key, start = os.urandom(32), os.urandom(16)
    stream = Cipher(algorithms.AES(key), modes.CTR(start)).encryptor()
    return lambda n: stream.update(bytes(n))


def gaussian(std: int, n: int, source: Source) -> Ints:
    """Independent samples of the discrete Gaussian N_Z(0, std^2): P(x) ~ exp(-x^2 / 2 std^2).

    Karney 2016 ("Sampling exactly from the normal distribution") for mean 0 and a whole standard
    deviation, with the Bernoulli trials of Canonne, Kairouz and Steinke 2020
    (algorithm 1). Only whole numbers are compared: no float, no table, no truncated tail, so the
    samples are exactly distributed if the bytes are uniform. How long it takes depends on the
    numbers drawn.

    Args:
        std: Standard deviation parameter, in 1..2^44.
        n: How many.
        source: Bytes.

    Returns:
        int64 [n].

    Raises:
        ValueError: std or n is out of bounds.
    """
    if not 1 <= std <= MAX_STD or n < 0:
        raise ValueError("std must be a whole number in 1..2^44 and n at least 0")
    out = np.empty(n, np.int64)
    done = 0
    while done < n:
        # about half of the candidates are kept (sqrt(pi/2) (1 - exp(-1/2)) = .49)
        wanted = min(n - done, _CHUNK)
        kept = _candidates(std, wanted * 21 // 10 + 16, source)[: n - done]
        out[done : done + len(kept)] = kept
        done += len(kept)
    return out


def below(bound: int, n: int, source: Source) -> Ints:
    """Uniform whole numbers in 0..bound-1, [n], exactly even by rejection; bound up to 2^62."""
    if bound == 1:
        return np.zeros(n, np.int64)
    if bound <= _SMALL:
        return _even(np.uint32, 32, bound, n, source)
    return _even(np.uint64, 64, bound, n, source)


def _even(kind: type[_Word], width: int, bound: int, n: int, source: Source) -> Ints:
    if bound & (bound - 1) == 0:
        return (_words(kind, n, source) & kind(bound - 1)).astype(np.int64)
    # the last, incomplete run of `bound` words would make small numbers likelier
    limit = kind((1 << width) // bound * bound - 1)
    words = _words(kind, n, source)
    bad = np.flatnonzero(words > limit)
    while bad.size:
        words[bad] = _words(kind, bad.size, source)
        bad = bad[words[bad] > limit]
    return (words % kind(bound)).astype(np.int64)


def _words(kind: type[_Word], n: int, source: Source) -> NDArray[_Word]:
    return np.frombuffer(source(n * np.dtype(kind).itemsize), dtype=kind).copy()


def _candidates(std: int, n: int, source: Source) -> Ints:
    """Those of n candidates that are accepted: sign * (k * std + j), x = j / std in [0, 1).

    k comes with weight exp(-k^2/2), j is even, and exp(-x^2/2) exp(-kx) accepts the pair, so its
    weight is exp(-(k + x)^2 / 2) in all. Zero would come with both signs: one of them is refused.
    """
    k = _levels(n, source)
    j = below(std, k.size, source)
    keep = _exp_square(j, std, source)
    k, j = k[keep], j[keep]
    keep = _exp_fraction(j, std, k, source)
    k, j = k[keep], j[keep]
    negative = below(2, k.size, source) == 1
    keep = ~((k == 0) & (j == 0) & negative)
    size = k * std + j
    signed: Ints = np.where(negative, -size, size)[keep]
    return signed


def _levels(n: int, source: Source) -> Ints:
    """Whole numbers k with weight exp(-k^2/2): geometric ones, thinned by exp(-k(k-1)/2)."""
    k = np.zeros(n, np.int64)
    alive = np.arange(n)
    while alive.size:
        alive = alive[_exp_half(alive.size, source)]
        k[alive] += 1
    left = k * (k - 1)
    alive = np.flatnonzero(left)
    while alive.size:
        passed = _exp_half(alive.size, source)
        k[alive[~passed]] = -1
        alive = alive[passed]
        left[alive] -= 1
        alive = alive[left[alive] > 0]
    return k[k >= 0]


def _exp_half(n: int, source: Source) -> Flags:
    """Coins that come up with probability exp(-1/2), [n]."""
    return _series(n, lambda alive, i: below(2 * i, alive.size, source) == 0)


def _exp_square(j: Ints, std: int, source: Source) -> Flags:
    """Coins with probability exp(-x^2/2), x = j / std, [n]."""

    def step(alive: Ints, i: int) -> Flags:
        hit: Flags = below(2 * i, alive.size, source) == 0
        for _ in range(2):
            hit[hit] = below(std, int(hit.sum()), source) < j[alive[hit]]
        return hit

    return _series(j.size, step)


def _exp_fraction(j: Ints, std: int, times: Ints, source: Source) -> Flags:
    """Coins with probability exp(-x)^times, x = j / std, [n]: every one of `times` must come up."""
    out = np.ones(j.size, np.bool_)
    left = times.copy()
    alive = np.flatnonzero(left)
    while alive.size:
        own = j[alive]

        def step(inner: Ints, i: int, own: Ints = own) -> Flags:
            hit = below(std, inner.size, source) < own[inner]
            hit[hit] = below(i, int(hit.sum()), source) == 0
            return hit

        passed = _series(alive.size, step)
        out[alive[~passed]] = False
        alive = alive[passed]
        left[alive] -= 1
        alive = alive[left[alive] > 0]
    return out


def _series(n: int, step: Callable[[Ints, int], Flags]) -> Flags:
    """Coins with probability exp(-g), [n], from coins with probability g / i (g at most 1).

    Trial i = 1, 2, ... until the first failure; the coin is up if the failure has an odd number:
    the alternating series of exp(-g) (Canonne, Kairouz, Steinke 2020, algorithm 1).
    """
    out = np.zeros(n, np.bool_)
    alive = np.arange(n)
    i = 1
    while alive.size:
        hit = step(alive, i)
        out[alive[~hit]] = i % 2 == 1
        alive = alive[hit]
        i += 1
    return out
