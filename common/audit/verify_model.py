"""A published .hansa file against the book: signature, provenance, and the very weights in its ONNX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.audit.verify_tally import Tally
from common.audit.verify_weights import Published
from common.book_file import BookExport
from common.bundle import ModelBundle
from common.errors import UserFacing
from common.features import FeatureSpec
from common.rounds import tensors_digest

#: As `common.model`, which needs torch; a test holds the two together.
VECTOR_GAIN = 0.3
NUMERIC_GAIN = 4.0
#: Largest difference of a log-odds between the file and these weights (`server.publish`: 1e-5).
MAX_ERROR = 2e-5
_ROWS = 64
_PREFIX = "net."

Arrays = Mapping[str, NDArray[np.float32]]


def check_model(
    where: str,
    bundle: ModelBundle,
    books: list[tuple[BookExport, dict[str, Published]]],
    tally: Tally,
) -> None:
    """Check one bundle against the book of the coordinator that signed it.

    Args:
        where: The file.
        bundle: Unpacked.
        books: Each export with what it published, by digest of the bundle.
        tally: Is filled.
    """
    own = [(book, made) for book, made in books if book.coordinator.hex == bundle.signer]
    if not own:
        tally.skip(f"{where}: no book of the coordinator that signed it was given.")
        return
    book = own[-1][0]
    try:
        bundle.verify(book.coordinator)
    except UserFacing as e:
        tally.bad("model-signature", f"{where}: {e.what}")
        return
    tally.checked["model files"] += 1
    published = next((m[bundle.digest()] for _, m in own if bundle.digest() in m), None)
    if published is None:
        text = f"{where}: the coordinator signed this model, but its book does not name it."
        tally.bad("unbooked-model", text)
        return
    _provenance(where, bundle, published, tally)
    if published.weights is None:
        tally.skip(
            f"{where}: the weights in it were not compared, for they were not computed again."
        )
        return
    _onnx(where, bundle, published.weights, tally)


def _provenance(where: str, bundle: ModelBundle, published: Published, tally: Tally) -> None:
    said = bundle.provenance
    text = f"{where}: it names another run than the book."
    tally.demand(said.get("run_id") == published.entry.run_id, "provenance", text)
    text = f"{where}: what its conversion head means is not what its run's plans said."
    same = published.funnel is None or said.get("funnel", False) is published.funnel
    tally.demand(same, "provenance", text)
    named = said.get("weights_digest")
    if named is None:
        tally.skip(f"{where}: its provenance does not name the weights it was made of.")
        return
    text = f"{where}: its provenance names other weights than its run's last round left."
    tally.demand(named == published.trained, "provenance", text)
    if published.entry.before != published.trained:
        text = f"{where}: the published weights were changed, and its provenance does not say so."
        changed = bool(said.get("recentred")) or said.get("averaged", 1) != 1
        tally.demand(changed, "provenance", text)


def _onnx(where: str, bundle: ModelBundle, weights: Arrays, tally: Tally) -> None:
    # imported here: only this check needs it, and the others must run without it
    try:
        import onnx
        from onnx import numpy_helper
        from onnx.reference import ReferenceEvaluator
    except ImportError:
        tally.skip(
            f"{where}: 'onnx' is not installed, so the weights in the file were not compared."
        )
        return
    try:
        model = onnx.load_from_string(bundle.onnx)
        found = {t.name: np.asarray(numpy_helper.to_array(t)) for t in model.graph.initializer}
        _initializers(where, found, weights, bundle.heads, tally)
        ids, numeric = _rows(FeatureSpec.from_dict(bundle.spec))
        given = ReferenceEvaluator(model).run(None, {"ids": ids, "numeric": numeric})
        funnel = bool(bundle.provenance.get("funnel", False))
        wanted = [
            log_odds(weights, head, ids, numeric, funnel=funnel and head == "conversion")
            for head in bundle.heads
        ]
        same = len(given) == len(wanted) and all(
            np.shape(g) == w.shape and float(np.abs(g - w).max()) <= MAX_ERROR
            for g, w in zip(given, wanted, strict=True)
        )
    # what somebody else's file can make that library raise has no end
    except Exception as e:
        tally.bad("model-file", f"{where}: the model in it cannot be run ({type(e).__name__}).")
        return
    text = f"{where}: the model in it does not give the scores that the published weights give."
    tally.demand(same, "model-scores", text)
    tally.checked["models compared weight by weight"] += 1


def _initializers(
    where: str, found: dict[str, Any], weights: Arrays, heads: tuple[str, ...], tally: Tally
) -> None:
    """Every weight of the trained heads is there bit for bit; nothing else that could be a weight."""
    for name, value in found.items():
        known = weights.get(name.removeprefix(_PREFIX))
        if known is None:
            if value.dtype.kind == "f" and value.size > 1:
                tally.bad("model-weights", f"{where}: it holds weights that were never trained.")
        elif tensors_digest({"": np.asarray(value, np.float32)}) != tensors_digest({"": known}):
            plain = name.removeprefix(_PREFIX)
            tally.bad("model-weights", f"{where}: {plain} is not the published one.")
    other = [f"_{h}." for h in ("click", "conversion") if h not in heads]
    for name in weights:
        if _PREFIX + name not in found and not any(o in name for o in other):
            tally.bad("model-weights", f"{where}: {name} is missing in it.")


def log_odds(
    weights: Arrays,
    head: str,
    ids: NDArray[np.int64],
    numeric: NDArray[np.float32],
    *,
    funnel: bool = False,
) -> NDArray[np.float32]:
    """The model (docs/model.md) in plain numpy: a factorisation machine (Rendle 2010), [N].

    With a funnel a head's own log-odds are given a click, and p = p_click * p_given_click (Ma et al.
    2018): 1/p - 1 = e^-a + e^-b + e^-(a + b).
    """
    vectors = np.float32(VECTOR_GAIN) * weights["vectors.weight"][ids]
    pooled = vectors.sum(-2)
    pairs = np.float32(0.5) * (pooled * pooled - (vectors * vectors).sum(-2))
    first = weights[f"first_{head}.weight"][ids].sum(-2)
    second = pairs @ weights[f"pair_{head}.weight"].T
    scaled = np.float32(NUMERIC_GAIN) * numeric
    third = scaled @ weights[f"numeric_{head}.weight"].T + weights[f"numeric_{head}.bias"]
    total: NDArray[np.float32] = (first + second + third)[:, 0]
    if funnel:
        click = log_odds(weights, "click", ids, numeric)
        total = -np.logaddexp(np.logaddexp(-click, -total), -click - total)
    return total


def _rows(spec: FeatureSpec) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Made-up rows within the bounds of the specification: ids [N, F], numeric [N, D]."""
    rng = np.random.default_rng(0)
    sizes = np.array([c.buckets for c in spec.categorical])
    ids = rng.integers(0, sizes, (_ROWS, len(sizes))) + np.array(spec.offsets)
    return ids.astype(np.int64), rng.random((_ROWS, spec.n_numeric), np.float32)
