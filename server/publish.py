"""Weights to ONNX, parity check, gates, signature: what leaves is a signed ModelBundle."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

from common.bundle import ModelBundle
from common.errors import InternalError
from common.features import FeatureSpec
from common.keys import Identity
from common.model import HEADS, TargetingNet, load_tensors
from common.recentring import recentre

__all__ = ["export", "parity", "publish", "recentre"]

#: Largest difference of a log-odds between torch and onnxruntime that is let through.
MAX_PARITY_ERROR = 1e-5
OPSET = 20
_ROWS = 257


class _Scoring(torch.nn.Module):
    """The network with the outputs of its trained heads only."""

    def __init__(self, net: TargetingNet, heads: tuple[str, ...]) -> None:
        super().__init__()
        self.net, self.heads = net, heads

    def forward(self, ids: torch.Tensor, numeric: torch.Tensor) -> tuple[torch.Tensor, ...]:
        both = dict(zip(HEADS, self.net(ids, numeric), strict=True))
        return tuple(both[h] for h in self.heads)


def publish(
    tensors: Mapping[str, NDArray[np.float32]],
    spec: FeatureSpec,
    provenance: Mapping[str, Any],
    identity: Identity,
    out_dir: Path,
) -> ModelBundle:
    """Export, check and sign a model; writes `<digest>.hansa` into `out_dir`.

    Args:
        tensors: The shared weights, by name.
        spec: FeatureSpec they belong to.
        provenance: Public JSON values; "heads" lists the trained heads (all if absent), "funnel" says
            that the conversion head means a conversion given a click. What the file gives is
            p_click and p_conversion over all impressions either way.
        identity: The coordinator's.
        out_dir: Folder of the bundles.

    Raises:
        InternalError: a weight is not finite, names or shapes do not fit, a head is unknown, or
            onnxruntime gives other figures than torch.
    """
    heads = tuple(provenance.get("heads", HEADS))
    if not heads or not set(heads) <= set(HEADS):
        raise InternalError("a bundle needs at least one known head")
    funnel = provenance.get("funnel", False)
    if funnel is not False and (funnel is not True or set(heads) != set(HEADS)):
        raise InternalError("a funnel needs both heads")
    net = TargetingNet(spec.n_ids, spec.n_numeric, funnel=funnel)
    load_tensors(net, tensors)
    model = _Scoring(net, heads).eval()
    data = export(model, spec, heads)
    error = parity(model, data, spec)
    if not error <= MAX_PARITY_ERROR:
        raise InternalError(f"the exported model differs by {error:.2g} from the trained one")
    facts = {**provenance, "heads": list(heads), "parity_error": error, "opset": OPSET}
    bundle = ModelBundle(data, spec.as_dict(), facts).signed(identity)
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / f"{bundle.digest()}.hansa"
    part = path.with_suffix(".part")
    part.write_bytes(bundle.pack())
    part.replace(path)
    return bundle


def export(model: torch.nn.Module, spec: FeatureSpec, heads: tuple[str, ...]) -> bytes:
    """ONNX bytes, one file, any number of rows."""
    ids, numeric = _example(spec, 8, 0)
    rows = torch.export.Dim("rows", min=1, max=1 << 20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("torch.onnx", "onnxscript"):
            logging.getLogger(name).setLevel(logging.ERROR)
        program = torch.onnx.export(
            model,
            # An example of one row would fix the number of rows at one, silently.
            (ids, numeric),
            dynamo=True,
            opset_version=OPSET,
            input_names=["ids", "numeric"],
            output_names=[f"logit_{h}" for h in heads],
            dynamic_shapes={"ids": {0: rows}, "numeric": {0: rows}},
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise InternalError("torch exported nothing")
    proto = program.model_proto
    # Paths of this machine and stack traces have no business in a published file.
    for node in proto.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*proto.graph.value_info, *proto.graph.input, *proto.graph.output):
        del value.metadata_props[:]
    del proto.graph.metadata_props[:]
    del proto.metadata_props[:]
    onnx.checker.check_model(proto)
    out = io.BytesIO()
    onnx.save_model(proto, out)
    return out.getvalue()


def weights_in(data: bytes) -> dict[str, NDArray[np.float32]]:
    """The weights in an exported model, bit for bit, by the network's own names.

    Raises:
        InternalError: it holds none of ours.
    """
    prefix = "net."
    found = {
        t.name.removeprefix(prefix): np.array(onnx.numpy_helper.to_array(t), np.float32)
        for t in onnx.load_from_string(data).graph.initializer
        if t.name.startswith(prefix)
    }
    if not found:
        raise InternalError("the exported model holds no weights of ours")
    return found


def parity(model: torch.nn.Module, data: bytes, spec: FeatureSpec) -> float:
    """Largest absolute difference of a log-odds between torch and onnxruntime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    worst = 0.0
    for n in (1, _ROWS):
        ids, numeric = _example(spec, n, n)
        with torch.inference_mode():
            expected = [t.numpy() for t in model(ids, numeric)]
        given = session.run(None, {"ids": ids.numpy(), "numeric": numeric.numpy()})
        for a, b in zip(expected, given, strict=True):
            if a.shape != b.shape:
                raise InternalError("the exported model gives another shape")
            worst = max(worst, float(np.abs(a - b).max()))
    return worst


def _example(spec: FeatureSpec, n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Made-up rows within the bounds of the specification."""
    rng = np.random.default_rng(seed)
    sizes = np.array([c.buckets for c in spec.categorical])
    ids = rng.integers(0, sizes, (n, len(sizes))) + np.array(spec.offsets)
    numeric = rng.random((n, spec.n_numeric), np.float32)
    return torch.from_numpy(ids.astype(np.int64)), torch.from_numpy(numeric)
