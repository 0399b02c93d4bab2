"""A text model out of a local folder: a sentence-transformers export to ONNX with its tokenizer.json."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from client.text.encoder import Vectors, unit
from common.errors import InputError

#: Where exports keep the model.
MODELS = ("onnx/model.onnx", "model.onnx", "onnx/model_quantized.onnx")
LONGEST = 256


class OnnxFolder:
    """Mean of the last layer over the text's tokens, unit length; prefixes as the folder's config says.

    `config_sentence_transformers.json` may hold `prompts` {"query": ..., "passage": ...}.
    """

    def __init__(self, folder: Path, sha256: str = "") -> None:
        """Load model and tokenizer, on one thread.

        Args:
            folder: The export.
            sha256: What the model file must be; "" = whatever it is.

        Raises:
            InputError: no such model, another digest, or a package is missing.
        """
        path = next((folder / m for m in MODELS if (folder / m).is_file()), None)
        if path is None or not (folder / "tokenizer.json").is_file():
            raise _refused(folder, "This folder holds no text model.")
        with path.open("rb") as f:
            found = hashlib.file_digest(f, "sha256").hexdigest()
        if sha256 and found != sha256.lower():
            raise _refused(path, "This is not the text model that was agreed on.")
        self.name, self.version = folder.name, found[:16]
        self._tokenizer = _tokenizer(folder / "tokenizer.json")
        self._prompts = _prompts(folder)
        self._session: Any = _session(path)
        self._inputs = {i.name for i in self._session.get_inputs()}
        if not {"input_ids", "attention_mask"} <= self._inputs:
            raise _refused(path, "This model does not take token ids.")
        self.width = self.encode(["a"]).shape[1]

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Float32 [n, T] of unit length.

        Raises:
            InputError: the model gives something that is no vector.
        """
        prefix = self._prompts.get("query" if query else "passage", "")
        rows = [list(self._tokenizer.encode(prefix + t).ids)[:LONGEST] or [0] for t in texts]
        size = max((len(r) for r in rows), default=1)
        ids = np.zeros((len(rows), size), np.int64)
        mask = np.zeros((len(rows), size), np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)], mask[i, : len(row)] = row, 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            out = self._session.run(None, {k: v for k, v in given.items() if k in self._inputs})[0]
        except Exception as e:  # onnxruntime's errors have no common public base
            raise _refused(Path(self.name), "The text model failed.") from e
        out = np.asarray(out, np.float32)
        if out.ndim == 3:  # [n, tokens, T]: the mean over real tokens
            weight = mask[:, :, None].astype(np.float32)
            out = (out * weight).sum(axis=1) / weight.sum(axis=1)
        if out.ndim != 2 or not np.isfinite(out).all():
            raise _refused(Path(self.name), "The text model gave something that is no vector.")
        return unit(out)


def _tokenizer(path: Path) -> Any:
    try:
        tokenizer = importlib.import_module("tokenizers").Tokenizer  # has no types, may be absent
    except ImportError as e:
        raise _refused(path, "The package tokenizers is not installed.") from e
    try:
        return tokenizer.from_file(str(path))
    except Exception as e:  # the library raises bare Exception
        raise _refused(path, "This tokenizer cannot be read.") from e


def _session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as e:
        raise _refused(path, "The package onnxruntime is not installed.") from e
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        # from the path, not the bytes: large exports keep their weights in a file beside it
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as e:
        raise _refused(path, "This model cannot be read.") from e


def _prompts(folder: Path) -> dict[str, str]:
    try:
        raw = json.loads((folder / "config_sentence_transformers.json").read_text("utf-8"))
        return {str(k): str(v) for k, v in (raw.get("prompts") or {}).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _refused(where: Path, what: str) -> InputError:
    return InputError(
        what,
        where=str(where),
        safe="Nothing was changed.",
        todo="Name a sentence-transformers folder with onnx/model.onnx and tokenizer.json,"
        " or none for the model that comes with Hansa.",
    )
