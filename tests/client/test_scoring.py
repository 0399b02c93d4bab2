"""Install, score, calibrate, explain: only what was checked, and it adds up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import numpy_helper

from client import personal
from client.commands.model import bundle
from client.explain import background_of, explain, reasons
from client.score import Scorer, probe
from client.store import models
from client.store import personal_heads as heads
from client.targeting import calibrate, open_scorer
from common.errors import BadSignature, BundleError, InputError, WrongSpec
from common.features import Encoded, FeatureSpec
from common.keys import Identity
from common.metrics import sigmoid
from tests.client.made_up import SPEC, encoded
from tests.client.made_up_shop import COORDINATOR, model, shop


def test_a_bundle_is_installed_once_and_checked_whenever_it_is_read(tmp_path: Path) -> None:
    with shop(tmp_path, 5) as store:
        assert models.current(store) is None and models.listing(store) == []
        with pytest.raises(BundleError):
            open_scorer(store)
        packed = model().pack()
        digest = models.install(store, packed, COORDINATOR.public)
        assert models.install(store, packed, COORDINATOR.public) == digest
        assert [b.current for b in models.listing(store)] == [True]
        second = models.install(store, model(seed=1).pack(), COORDINATOR.public)
        assert [b.digest for b in models.listing(store)] == [second, digest]
        assert models.load(store, digest[:12]) == model()
        with pytest.raises(InputError):
            models.load(store, "")
        store.db.execute("UPDATE bundles SET content = zeroblob(20)")
        with pytest.raises(BadSignature):
            models.current(store)


def test_a_foreign_or_changed_bundle_leaves_the_old_one_in_force(tmp_path: Path) -> None:
    with shop(tmp_path, 5) as store:
        digest = models.install(store, model().pack(), COORDINATOR.public)
        changed = bytearray(model(seed=1).pack())
        changed[500] ^= 1
        other = FeatureSpec(7, SPEC.categorical, SPEC.numeric)
        wrong = replace(model(), spec=other.as_dict()).signed(COORDINATOR)
        with pytest.raises(BadSignature):
            models.install(store, bytes(changed), COORDINATOR.public)
        with pytest.raises(BadSignature):
            models.install(store, model(seed=1).pack(), Identity.generate().public)
        with pytest.raises(WrongSpec):
            models.install(store, wrong.pack(), COORDINATOR.public)
        assert [b.digest for b in models.listing(store)] == [digest]


def test_scores_are_probabilities_and_unknown_ids_are_refused() -> None:
    scorer = Scorer(model())
    click, p = scorer.score(encoded(50))
    assert click is None and p.shape == (50,) and ((p > 0) & (p < 1)).all()
    both = Scorer(model(("click", "conversion")))
    assert both.score(encoded(3))[0] is not None
    assert scorer.score(encoded(0))[1].shape == (0,)
    rows = encoded(4)
    for ids in (rows.ids * 0 - 1, rows.ids + SPEC.n_ids, rows.ids[:, 1:]):
        with pytest.raises(BundleError):
            scorer.score(Encoded(ids, rows.numeric))


def test_an_unsigned_or_broken_model_is_never_scored() -> None:
    with pytest.raises(BadSignature):
        Scorer(replace(model(), signer="", signature=""))
    with pytest.raises(BadSignature):
        Scorer(replace(model(), onnx=model(seed=1).onnx))
    with pytest.raises(BundleError):
        Scorer(replace(model(), onnx=b"no model").signed(COORDINATOR))
    with pytest.raises(BundleError):
        Scorer(model(("click",))).score(encoded(2))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_signed_model_without_numbers_scores_nobody(wrong: float) -> None:
    graph = onnx.load_from_string(model().onnx)
    weights = next(i for i in graph.graph.initializer if "numeric" in i.name and "bias" in i.name)
    weights.CopyFrom(numpy_helper.from_array(np.array([wrong], np.float32), weights.name))
    damaged = replace(model(), onnx=graph.SerializeToString()).signed(COORDINATOR)
    with pytest.raises(BundleError, match="damaged"):
        Scorer(damaged).logits(encoded(2))
    probe(model())


def test_one_damaged_row_of_a_table_is_seen_before_it_is_installed(tmp_path: Path) -> None:
    graph = onnx.load_from_string(model().onnx)
    table = next(i for i in graph.graph.initializer if list(i.dims) == [SPEC.n_ids, 1])
    values = numpy_helper.to_array(table).copy()
    values[SPEC.n_ids // 2] = np.nan
    table.CopyFrom(numpy_helper.from_array(values, table.name))
    damaged = replace(model(), onnx=graph.SerializeToString()).signed(COORDINATOR)
    file = tmp_path / "model.hansa"
    file.write_bytes(damaged.pack())
    key = COORDINATOR.public.hex
    with shop(tmp_path, 5) as store:
        good = models.install(store, model().pack(), COORDINATOR.public)
        for verb in ("install", "verify"):
            args = [verb, str(file), "--key", key, "--home", str(store.home)]
            refused = CliRunner().invoke(bundle, args).exception
            assert isinstance(refused, BundleError) and "damaged" in refused.what
        assert [b.digest for b in models.listing(store)] == [good]


def test_platt_finds_the_shift_and_keeps_the_order() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(-5, 1, 20_000)
    y = (rng.random(20_000) < sigmoid(x + 2)).astype(np.int8)
    platt = personal.fit(x, y)
    assert platt is not None and platt.slope == pytest.approx(1, abs=0.15)
    assert platt.p(x).sum() == pytest.approx(y.sum(), rel=0.02)
    assert (np.argsort(platt.p(x)) == np.argsort(x)).all()


def test_platt_with_little_or_one_sided_data() -> None:
    x = np.linspace(-6, -2, 400)
    assert personal.fit(x[:10], np.ones(10, np.int8)) is None
    assert personal.fit(x, np.full(400, -1, np.int8)) is None
    never = personal.fit(x, np.zeros(400, np.int8))
    assert never is not None and never.p(x).sum() < sigmoid(x).sum()
    assert never.p(x).min() > 1e-5 and never.slope > 0
    always = personal.fit(x, np.ones(400, np.int8))
    assert always is not None and np.isfinite(always.p(x)).all() and always.p(x).mean() > 0.5


def test_calibration_is_fitted_here_and_kept(tmp_path: Path) -> None:
    with shop(tmp_path) as store:
        digest = models.install(store, model().pack(), COORDINATOR.public)
        assert heads.calibration(store, digest, "conversion") is None
        scorer = open_scorer(store)
        kept = heads.calibration(store, digest, "conversion")
        assert kept is not None and kept == scorer.calibration["conversion"]
        assert open_scorer(store, shared_only=True).calibration == {}
        again, rows = calibrate(store)
        y, p = rows.labels["conversion"], again.score(rows.encoded)[1]
        assert p.sum() == pytest.approx(y.sum(), rel=0.1)


def test_shapley_values_add_up_exactly_and_are_those_of_all_orders() -> None:
    scorer = Scorer(model())
    rows, behind = encoded(4, 1), encoded(6, 2)

    def logit(e: Encoded) -> np.ndarray:
        return scorer.logits(e)["conversion"]

    why = explain(logit, SPEC, rows, behind)
    assert why.values.shape == (4, len(SPEC.groups())) and len(SPEC.groups()) <= 10
    np.testing.assert_allclose(why.base + why.values.sum(1), logit(rows), atol=1e-4)
    # terms join at most two groups, so one antithetic pair is exact: other orders agree
    other = explain(logit, SPEC, rows, behind, seed=9)
    np.testing.assert_allclose(why.values, other.values, atol=2e-2)
    same = explain(
        logit, SPEC, Encoded(behind.ids[:1], behind.numeric[:1]), background_of(behind, 1)
    )
    np.testing.assert_allclose(same.values, 0, atol=1e-5)


def test_reasons_name_what_raised_the_odds_and_nothing_else() -> None:
    found = reasons(("a", "b", "c"), np.array([0.01, 1.0, -2.0]))
    assert [r.group for r in found] == ["b"] and found[0].odds_factor == pytest.approx(np.e)
    assert "the model used" in found[0].text
