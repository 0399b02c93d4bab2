"""Tensors as JSON: a layout in order of name, and little-endian float32 bytes in base64; pure."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensors = Mapping[str, NDArray[np.float32]]


def pack(tensors: Tensors) -> dict[str, Any]:
    """Float32 arrays by name as JSON: a layout in order of name, and little-endian bytes in base64."""
    names = sorted(tensors)
    data = b"".join(np.asarray(tensors[n], dtype="<f4").tobytes("C") for n in names)
    return {
        "layout": [[n, list(np.shape(tensors[n]))] for n in names],
        "data": base64.b64encode(data).decode("ascii"),
    }


def unpack(raw: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    """Inverse of `pack`.

    Raises:
        ValueError: the layout does not use up exactly all bytes, or a name comes twice.
    """
    if not isinstance(raw, Mapping) or set(raw) != {"layout", "data"}:
        raise ValueError("missing or unknown fields")
    layout, text = raw["layout"], raw["data"]
    if not isinstance(layout, list) or not isinstance(text, str):
        raise ValueError("a field of another type")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as e:
        raise ValueError("not tensors") from e
    out: dict[str, NDArray[np.float32]] = {}
    at = 0
    for item in layout:
        name, shape = _place(item)
        n = math.prod(shape)
        if name in out or at + 4 * n > len(data):
            raise ValueError("not tensors")
        flat = np.frombuffer(data, dtype="<f4", count=n, offset=at)
        out[name] = flat.astype(np.float32).reshape(shape)
        at += 4 * n
    if at != len(data):
        raise ValueError("not tensors")
    return out


def _place(item: Any) -> tuple[str, tuple[int, ...]]:
    if not isinstance(item, list) or len(item) != 2:
        raise ValueError("not tensors")
    name, shape = item
    if not isinstance(name, str) or not isinstance(shape, list) or len(shape) > 8:
        raise ValueError("not tensors")
    if not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("not tensors")
    return name, tuple(shape)
