"""Masks: AES-256-CTR keystreams added to vectors modulo 2^b, and their bytes on the wire; pure."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

#: Unsigned integers modulo 2**bits: uint32 up to 32 bits, uint64 above.
Words: TypeAlias = NDArray[np.unsignedinteger[Any]]

MIN_BITS, MAX_BITS = 16, 64
#: A piece of keystream that stays in the processor's cache.
_CHUNK_BYTES = 1 << 17
_ZEROS = bytes(_CHUNK_BYTES)


def dtype_of(bits: int) -> np.dtype[np.unsignedinteger[Any]]:
    """The little-endian words that hold numbers of so many bits.

    Raises:
        ValueError: not 16..64 bits.
    """
    if not MIN_BITS <= bits <= MAX_BITS:
        raise ValueError("a modulus has 16 to 64 bits")
    return np.dtype("<u4" if bits <= 32 else "<u8")


def zeros(length: int, bits: int) -> Words:
    """A sum of nothing, shape [length]."""
    return np.zeros(length, dtype=dtype_of(bits))


def add_mask(total: Words, key: bytes, *, minus: bool = False) -> None:
    """Add (or subtract) a key's keystream in place, modulo the words' own 2^32 or 2^64.

    The keystream is AES in counter mode from zero under the full 256-bit key: every key is used
    for one mask only. Reduce once at the end (`reduced`): 2^bits divides the words' modulus.

    Args:
        total: Shape [length], contiguous.
        key: 32 bytes.
        minus: Subtract instead of add.
    """
    stream = Cipher(algorithms.AES256(key), modes.CTR(bytes(16))).encryptor()
    buffer = bytearray(_CHUNK_BYTES + 15)  # update_into asks for a block to spare
    step = _CHUNK_BYTES // total.dtype.itemsize
    words = np.frombuffer(buffer, dtype=total.dtype, count=step)
    change = np.subtract if minus else np.add
    for start in range(0, len(total), step):
        part = total[start : start + step]
        stream.update_into(memoryview(_ZEROS)[: part.nbytes], buffer)
        change(part, words[: len(part)], out=part)


def reduced(total: Words, bits: int) -> Words:
    """The same numbers modulo 2^bits, shape [length]."""
    if bits == 8 * total.dtype.itemsize:
        return total
    return total & total.dtype.type((1 << bits) - 1)


def to_bytes(vector: Words, bits: int) -> bytes:
    """Little-endian numbers of as few whole bytes as hold `bits`."""
    width = -(-bits // 8)
    words = np.ascontiguousarray(vector, dtype=dtype_of(bits))
    octets = words.view(np.uint8).reshape(len(words), words.dtype.itemsize)
    return octets[:, :width].tobytes()


def from_bytes(raw: bytes, length: int, bits: int) -> Words:
    """Inverse of `to_bytes`, shape [length].

    Raises:
        ValueError: another size, or a number of more than `bits` bits.
    """
    width, dtype = -(-bits // 8), dtype_of(bits)
    if len(raw) != length * width:
        raise ValueError("the vector has another size than the round's")
    octets = np.zeros((length, dtype.itemsize), dtype=np.uint8)
    octets[:, :width] = np.frombuffer(raw, dtype=np.uint8).reshape(length, width)
    words: Words = octets.view(dtype).reshape(length)
    if bits % 8 and bool(np.any(words >> dtype.type(bits))):
        raise ValueError("the vector has numbers above the round's modulus")
    return words


def checked(vector: Words, length: int, bits: int) -> Words:
    """The vector itself when it is one of this round; shape [length].

    Raises:
        ValueError: another shape or type, or a number of more than `bits` bits.
    """
    if vector.shape != (length,) or vector.dtype != dtype_of(bits):
        raise ValueError("the vector has another shape or type than the round's")
    if bits < 8 * vector.dtype.itemsize and bool(np.any(vector >> vector.dtype.type(bits))):
        raise ValueError("the vector has numbers above the round's modulus")
    return vector
