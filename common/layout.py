"""Tensors by name as one vector and back: the order is that of the names, everywhere alike."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray


def size(tensors: Mapping[str, NDArray[np.float32]], names: Collection[str]) -> int:
    """Values of the named tensors together."""
    return sum(math.prod(tensors[name].shape) for name in names)


def unflatten(
    vector: NDArray[np.float64],
    like: Mapping[str, NDArray[np.float32]],
    names: Collection[str],
) -> dict[str, NDArray[np.float64]]:
    """A vector [size] cut into the shapes of the named tensors, in order of name.

    Raises:
        ValueError: the vector has another length.
    """
    if vector.shape != (size(like, names),):
        raise ValueError("the vector is not that of these tensors")
    out, at = {}, 0
    for name in sorted(names):
        n = math.prod(like[name].shape)
        out[name] = vector[at : at + n].reshape(like[name].shape)
        at += n
    return out
