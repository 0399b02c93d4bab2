"""Named float32 tensors as bytes and back, always the same bytes for the same tensors."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from common.canonical import canonical
from common.rounds import Tensors

_LENGTH_BYTES = 8


def pack_tensors(given: Tensors) -> bytes:
    """Length, layout in canonical JSON, little-endian float32 in order of name."""
    names = sorted(given)
    layout = canonical([[name, list(given[name].shape)] for name in names])
    arrays = (np.ascontiguousarray(given[name], dtype="<f4").tobytes() for name in names)
    return b"".join([len(layout).to_bytes(_LENGTH_BYTES), layout, *arrays])


def unpack_tensors(data: bytes) -> dict[str, NDArray[np.float32]]:
    """Inverse of `pack_tensors`.

    Raises:
        ValueError: the bytes are cut, too long or no layout.
    """
    size = int.from_bytes(data[:_LENGTH_BYTES])
    at, out = _LENGTH_BYTES + size, {}
    for name, shape in json.loads(data[_LENGTH_BYTES:at]):
        n = int(np.prod(shape, dtype=np.int64))
        flat = np.frombuffer(data, dtype="<f4", count=n, offset=at)
        out[str(name)] = flat.astype(np.float32).reshape(shape)
        at += 4 * n
    if at != len(data):
        raise ValueError("the held report is cut or too long")
    return out
