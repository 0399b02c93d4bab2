"""Publishing: parity, heads, gates, recentring; nothing of this machine in the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from common.bundle import unpack
from common.errors import InternalError
from common.keys import Identity
from common.model import TargetingNet, initial_tensors, load_tensors
from server.publish import publish, recentre, weights_in
from tests.client.made_up import SPEC, encoded

KEY = Identity.generate()


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        k: v + rng.standard_normal(v.shape).astype(np.float32) * 0.3
        for k, v in initial_tensors(SPEC).items()
    }


@pytest.mark.parametrize(
    ("heads", "funnel"),
    [(["conversion"], False), (["click", "conversion"], False), (["click", "conversion"], True)],
)
def test_onnx_gives_the_figures_of_torch_for_any_number_of_rows(
    tmp_path: Path, heads: list[str], funnel: bool
) -> None:
    tensors = weights()
    facts = {"heads": heads, "run_id": "r", **({"funnel": True} if funnel else {})}
    bundle = publish(tensors, SPEC, facts, KEY, tmp_path)
    assert bundle.provenance.get("funnel", False) is funnel
    assert bundle.provenance["parity_error"] < 1e-5
    session = onnxruntime.InferenceSession(bundle.onnx, providers=["CPUExecutionProvider"])
    assert [o.name for o in session.get_outputs()] == [f"logit_{h}" for h in heads]
    net = TargetingNet(SPEC.n_ids, SPEC.n_numeric, funnel=funnel)
    load_tensors(net, tensors)
    for n in (1, 2, 1000):
        rows = encoded(n, n)
        given = session.run(["logit_conversion"], {"ids": rows.ids, "numeric": rows.numeric})[0]
        with torch.inference_mode():
            wanted = net(torch.from_numpy(rows.ids), torch.from_numpy(rows.numeric))[1].numpy()
        assert given.shape == (n,)
        np.testing.assert_allclose(given, wanted, atol=1e-5)


def test_the_file_is_whole_signed_and_says_nothing_of_this_machine(tmp_path: Path) -> None:
    bundle = publish(weights(), SPEC, {"heads": ["conversion"]}, KEY, tmp_path)
    files = list(tmp_path.iterdir())
    assert [f.name for f in files] == [f"{bundle.digest()}.hansa"]
    data = files[0].read_bytes()
    assert unpack(data) == bundle
    unpack(data).verify(KEY.public, SPEC)
    assert str(Path(__file__).resolve().parents[2]).encode() not in data
    assert b".py" not in onnx.load_from_string(bundle.onnx).SerializeToString()
    again = publish(weights(), SPEC, {"heads": ["conversion"]}, KEY, tmp_path)
    assert again.digest() == bundle.digest()


def test_weights_that_are_not_sound_are_not_published(tmp_path: Path) -> None:
    bad = {**weights(), "vectors.weight": np.full((SPEC.n_ids, 4), np.inf, np.float32)}
    nan = {**weights(), "numeric_conversion.bias": np.full(1, np.nan, np.float32)}
    few = {k: v for k, v in weights().items() if k != "vectors.weight"}
    wide = {**weights(), "vectors.weight": np.zeros((SPEC.n_ids, 5), np.float32)}
    wrong = [(t, ["conversion"]) for t in (bad, nan, few, wide)]
    for tensors, heads in (*wrong, (weights(), []), (weights(), ["price"])):
        with pytest.raises(InternalError):
            publish(tensors, SPEC, {"heads": heads}, KEY, tmp_path)
    for funnel, heads in ((True, ["conversion"]), ("yes", ["click", "conversion"])):
        with pytest.raises(InternalError):
            publish(weights(), SPEC, {"heads": heads, "funnel": funnel}, KEY, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_weights_are_in_the_file_bit_for_bit(tmp_path: Path) -> None:
    tensors = weights(3)
    bundle = publish(tensors, SPEC, {"heads": ["click", "conversion"]}, KEY, tmp_path)
    inside = weights_in(bundle.onnx)
    assert set(inside) == set(tensors)
    assert all((inside[k] == v).all() for k, v in tensors.items())
    empty = onnx.helper.make_model(onnx.helper.make_graph([], "g", [], []))
    with pytest.raises(InternalError):
        weights_in(empty.SerializeToString())


def test_recentring_moves_only_the_bias_and_not_far() -> None:
    old = weights()
    new = recentre(old, "conversion", 0.25)
    moved = [k for k in old if (old[k] != new[k]).any()]
    assert moved == ["numeric_conversion.bias"]
    assert new[moved[0]] - old[moved[0]] == pytest.approx(np.log(4), abs=1e-5)
    for silly in (float("nan"), 0.0, 1e9, -2.0):
        same = recentre(old, "conversion", silly)
        assert all((same[k] == old[k]).all() for k in old)
