"""Scoring with the published model: one row, many rows, and how far ONNX is from torch."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from benchlib.shop import made_up

from client.comparator import predict
from client.score import Scorer
from common.features import Encoded, default_spec
from common.keys import Identity
from common.metrics import sigmoid
from common.model import initial_tensors
from server.publish import publish


def measure(*, quick: bool) -> dict[str, float]:
    """`p99_batch1_ms`, `rows_per_core_s` (ONNX Runtime, one thread), `onnx_max_error` (probability)."""
    torch.set_num_threads(1)
    spec = default_spec()
    rng = np.random.default_rng(0)
    tensors = {
        k: (v + 0.1 * rng.standard_normal(v.shape)).astype(np.float32)
        for k, v in initial_tensors(spec).items()
    }
    data = made_up(spec, 2000 if quick else 12_000, 8)
    rows = Encoded(data.ids, data.numeric)
    with tempfile.TemporaryDirectory() as folder:
        identity = Identity.generate()
        bundle = publish(tensors, spec, {"heads": ["conversion"]}, identity, Path(folder))
    scorer = Scorer(bundle)
    one = Encoded(rows.ids[:1], rows.numeric[:1])
    times = []
    for _ in range(500 if quick else 3000):
        began = time.perf_counter()
        scorer.score(one)
        times.append(time.perf_counter() - began)
    scorer.score(rows)
    began = time.process_time()
    p = scorer.score(rows)[1]
    seconds = time.process_time() - began
    truth = sigmoid(predict(spec, tensors, data, "conversion"))
    return {
        "p99_batch1_ms": 1000 * float(np.quantile(times, 0.99)),
        "rows_per_core_s": len(rows.ids) / seconds,
        "onnx_max_error": float(np.abs(p - truth).max()),
    }
