"""Scoring with the published model: one row, many rows, ONNX beside torch, fp32 beside dynamic int8."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from benchlib.shop import made_up
from numpy.typing import NDArray

from client.comparator import predict
from client.score import Scorer
from common.features import Encoded, default_spec
from common.keys import Identity
from common.metrics import sigmoid
from common.model import initial_tensors
from server.publish import publish

#: Times that both forms of the model are run in turn, so that a busy moment hits both.
_TURNS = 7


def measure(*, quick: bool) -> dict[str, float]:
    """What scoring costs; ONNX Runtime, one thread, the two forms in turn in one process.

    `p99_batch1_ms` (one row through the checked `Scorer`, wall clock), `rows_per_core_s`,
    `onnx_max_error` (probability, against plain torch), and of a dynamically quantised int8 copy:
    `int8_speedup` (rows a second over those of fp32), `int8_batch1_speedup` (median time of one
    row), `int8_max_error` (probability), `int8_size_ratio`. It is not published: see docs/model.md.
    """
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
        small = int8(bundle.onnx, Path(folder))
    scorer = Scorer(bundle)
    one = Encoded(rows.ids[:1], rows.numeric[:1])
    times = [_timed(lambda: scorer.score(one)) for _ in range(500 if quick else 3000)]
    speeds = [_rows_per_s(scorer, rows) for _ in range(3 if quick else _TURNS)]
    p = scorer.score(rows)[1]
    truth = sigmoid(predict(spec, tensors, data, "conversion"))
    return {
        "p99_batch1_ms": 1000 * float(np.quantile(times, 0.99)),
        "rows_per_core_s": float(np.median(speeds)),
        "onnx_max_error": float(np.abs(p - truth).max()),
        **_beside(bundle.onnx, small, rows, 200 if quick else 2000),
    }


def int8(model: bytes, folder: Path) -> bytes:
    """The same model with dynamically quantised int8 weights, its tables included."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    proto = onnx.load_from_string(model)
    # the quantiser infers shapes again and trips over those that torch wrote down
    del proto.graph.value_info[:]
    source, target = folder / "fp32.onnx", folder / "int8.onnx"
    onnx.save_model(proto, source)
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(source, target, weight_type=QuantType.QInt8)
    return target.read_bytes()


def _beside(model: bytes, small: bytes, rows: Encoded, n_single: int) -> dict[str, float]:
    """fp32 and int8 in turn: the ratio of their speeds, and what int8 changes."""
    both = [_session(model), _session(small)]
    feed = {"ids": rows.ids, "numeric": rows.numeric}
    one = {"ids": rows.ids[:1], "numeric": rows.numeric[:1]}
    many: list[list[float]] = [[], []]
    single: list[list[float]] = [[], []]
    for _ in range(_TURNS):
        for i, session in enumerate(both):
            began = time.process_time()
            session.run(None, feed)
            many[i].append(time.process_time() - began)
            single[i] += [_timed(partial(session.run, None, one)) for _ in range(n_single)]
    p = [_probability(session, feed) for session in both]
    return {
        "int8_speedup": float(np.median(many[0]) / np.median(many[1])),
        "int8_batch1_speedup": float(np.median(single[0]) / np.median(single[1])),
        "int8_max_error": float(np.abs(p[0] - p[1]).max()),
        "int8_size_ratio": len(small) / len(model),
    }


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _probability(
    session: onnxruntime.InferenceSession, feed: Mapping[str, object]
) -> NDArray[np.float64]:
    return sigmoid(session.run(None, feed)[0])


def _rows_per_s(scorer: Scorer, rows: Encoded) -> float:
    began = time.process_time()
    scorer.score(rows)
    return len(rows.ids) / (time.process_time() - began)


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
