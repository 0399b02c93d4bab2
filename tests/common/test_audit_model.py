"""A published model against book and weights: the very weights, the very scores, in the very file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from common.audit import verify_model
from common.audit.verify import Findings, audit
from common.book import BookKind
from common.bundle import ModelBundle
from common.features import default_spec
from common.keys import Identity
from common.model import NUMERIC_GAIN, VECTOR_GAIN, build, initial_tensors, load_tensors
from common.rounds import Task, tensors_digest
from server.publish import publish, recentre
from tests.common.small_league import SmallLeague, save

SPEC = default_spec()


class Published:
    """A league whose weights are those of the real model, and the bundle it published."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.league = folder, SmallLeague()
        self.league.weights = self.league.initial = initial_tensors(SPEC)
        self.league.play()
        self.league.play(Task.EVALUATE)
        weights = self.league.weights
        facts = {
            "run_id": "r1",
            "heads": ["conversion"],
            "weights_digest": tensors_digest(weights),
        }
        self.bundle = publish(weights, SPEC, facts, self.league.identity, folder / "made")

    def audited(self, bundle: ModelBundle, weights: Any = None) -> Findings:
        """The book as it names this bundle, and the file."""
        before = tensors_digest(self.league.weights if weights is None else weights)
        league = self.league
        league.book = [e for e in league.book if e.kind is not BookKind.BUNDLE]
        league.write(BookKind.BUNDLE, bundle.digest(), run_id="r1", before=before)
        save(league.operator(), self.folder / "book.json")
        (self.folder / "m.hansa").write_bytes(bundle.pack())
        return audit([self.folder / "book.json", self.folder / "m.hansa"])

    def again(self, **changes: Any) -> ModelBundle:
        return replace(self.bundle, **changes).signed(self.league.identity)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return Published(tmp_path_factory.mktemp("published"))


def codes(found: Findings) -> set[str]:
    return {p.code for p in (*found.problems, *(p for b in found.books for p in b.problems))}


def test_a_sound_model_holds(made: Published) -> None:
    found = made.audited(made.bundle)
    assert found.holds, found.problems
    assert dict(found.checked)["models compared weight by weight"] == 1


def test_a_model_that_its_book_does_not_name(made: Published) -> None:
    made.audited(made.bundle)
    other = made.again(provenance={**made.bundle.provenance, "more": 1})
    (made.folder / "m.hansa").write_bytes(other.pack())
    assert codes(audit([made.folder / "book.json", made.folder / "m.hansa"])) == {"unbooked-model"}


def test_a_model_with_a_weight_of_its_own(made: Published) -> None:
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(made.bundle.onnx)
    first = next(t for t in model.graph.initializer if t.name.endswith("vectors.weight"))
    value = np.array(numpy_helper.to_array(first))
    value[0, 0] += 0.5
    first.CopyFrom(numpy_helper.from_array(value, first.name))
    found = made.audited(made.again(onnx=model.SerializeToString()))
    assert "model-weights" in codes(found)


def test_a_model_that_computes_something_else(made: Published) -> None:
    """Every weight is the published one; one step of the graph is not."""
    import onnx

    model = onnx.load_from_string(made.bundle.onnx)
    node = next(n for n in model.graph.node if n.op_type == "Sub")
    node.op_type = "Add"
    found = made.audited(made.again(onnx=model.SerializeToString()))
    assert codes(found) == {"model-scores"}
    assert codes(made.audited(made.again(onnx=b"nonsense"))) == {"model-file"}


def test_a_model_whose_conversions_mean_something_else(made: Published) -> None:
    """Its plans were of direct heads; whoever says otherwise, in words or in the graph, is told."""
    said = {**made.bundle.provenance, "funnel": True, "heads": ["click", "conversion"]}
    folder = made.folder / "funnel"
    lying = publish(made.league.weights, SPEC, said, made.league.identity, folder)
    assert codes(made.audited(lying)) == {"provenance"}
    silent = {k: v for k, v in lying.provenance.items() if k != "funnel"}
    hidden = replace(lying, provenance=silent).signed(made.league.identity)
    assert codes(made.audited(hidden)) == {"model-scores"}


def test_a_model_of_other_weights_and_provenance(made: Published) -> None:
    said = {**made.bundle.provenance, "weights_digest": "e" * 64}
    assert codes(made.audited(made.again(provenance=said))) == {"provenance"}
    said = {**made.bundle.provenance, "run_id": "r2"}
    assert codes(made.audited(made.again(provenance=said))) == {"provenance"}
    moved = recentre(made.league.weights, "conversion", 3.0)
    assert "published" in codes(made.audited(made.bundle, moved))


def test_a_file_that_was_changed_or_is_of_another_signer(made: Published) -> None:
    made.audited(made.bundle)
    data = bytearray(made.bundle.pack())
    data[len(data) // 2] ^= 1
    (made.folder / "m.hansa").write_bytes(bytes(data))
    assert codes(audit([made.folder / "m.hansa"])) == {"unreadable"}
    stranger = made.bundle.signed(Identity.generate())
    (made.folder / "m.hansa").write_bytes(stranger.pack())
    found = audit([made.folder / "book.json", made.folder / "m.hansa"])
    assert found.holds and "no book of the coordinator that signed it" in " ".join(found.unchecked)
    forged = replace(made.bundle, signature=stranger.signature)
    assert codes(made.audited(forged)) == {"model-signature"}


def test_without_onnx_it_says_what_was_not_compared(
    made: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    found = made.audited(made.bundle)
    assert found.holds and "'onnx' is not installed" in " ".join(found.unchecked)


def test_the_model_in_numpy_is_the_model_in_torch() -> None:
    import torch

    assert (verify_model.VECTOR_GAIN, verify_model.NUMERIC_GAIN) == (VECTOR_GAIN, NUMERIC_GAIN)
    rng = np.random.default_rng(1)
    weights = {
        n: rng.normal(0, 0.3, v.shape).astype(np.float32) for n, v in initial_tensors(SPEC).items()
    }
    net = build(SPEC)
    load_tensors(net, weights)
    ids, numeric = verify_model._rows(SPEC)
    with torch.inference_mode():
        both = net(torch.from_numpy(ids), torch.from_numpy(numeric))
    for head, given in zip(("click", "conversion"), both, strict=True):
        ours = verify_model.log_odds(weights, head, ids, numeric)
        assert np.abs(ours - given.numpy()).max() < 2e-5
