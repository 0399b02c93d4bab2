"""The shop's own head: chosen by grouped cross-validation, cheap, bound to its bundle and rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from client import personal, personal_choose, personal_isotonic
from client.ingest.files import import_files
from client.personal_choose import choose, cross_fitted, one_standard_error
from client.personal_fit import Design, prior, solve
from client.personal_folds import MAX_ROWS, folds_of, sampled
from client.personal_head import BLEND, CALIBRATED, OWN, REFIT, Linear, mixed
from client.personal_mix import shares
from client.score import Scorer
from client.store import Store, models
from client.store import personal_heads as heads
from client.targeting import as_kept, calibrate, open_scorer
from common.features import Encoded
from common.metrics import auc, sigmoid
from tests.client.made_up import SPEC, encoded
from tests.client.made_up_shop import COORDINATOR, model, shop

V = SPEC.n_ids
#: All to the calibrated shared model, nothing to the ten other ways.
SHARE_OF_SHARED = np.eye(11)[0]


def people(n: int, each: int, seed: int, own: float, common: float):
    """Rows whose log-odds are `common` times a shared score plus `own` times an id's own weight."""
    rng = np.random.default_rng(seed)
    e = encoded(n * each, seed)
    shared = rng.normal(-2, 1, n * each)
    weight = np.zeros(V)
    weight[SPEC.offsets[1] : SPEC.offsets[1] + SPEC.categorical[1].buckets] = rng.choice(
        [-1.0, 1.0], SPEC.categorical[1].buckets
    )
    truth = common * shared + own * weight[e.ids].sum(1) - (1 - common) * 2
    label = (rng.random(n * each) < sigmoid(truth)).astype(np.int8)
    return e, shared.astype(np.float32), label, np.repeat(np.arange(n), each), truth


def test_where_the_shared_model_says_it_all_little_is_added() -> None:
    e, shared, label, who, _ = people(300, 3, 1, own=0.0, common=1.0)
    chosen = choose(e, shared, label, who, V)
    tried = dict(chosen.losses)
    assert {CALIBRATED, REFIT, OWN, BLEND} <= set(tried) and "cross-validation" in chosen.why
    fresh, score, later, _, _ = people(300, 3, 11, own=0.0, common=1.0)
    given = chosen.linear.logit(score, fresh) if chosen.linear else score
    assert auc(later, given) > auc(later, score) - 0.01


def test_a_clear_shared_model_stays_as_it_is() -> None:
    e, shared, label, who, _ = people(2000, 3, 1, own=0.0, common=1.0)
    noise = SHARE_OF_SHARED[None].repeat(personal_choose.N_FOLDS + 1, 0)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(personal_choose, "shares", lambda *_: noise)
        chosen = choose(e, shared, label, who, V)
    assert chosen.kind == CALIBRATED and chosen.linear is None and chosen.folds == ()
    assert cross_fitted(chosen, e, shared, label, who) is shared


def test_shares_go_to_the_better_way_and_are_even_where_nobody_can_tell() -> None:
    rng = np.random.default_rng(0)
    fold = np.arange(500) % personal_choose.N_FOLDS
    base = rng.exponential(0.3, 500)
    chance = base + rng.normal(0, 0.02, 500)
    found = shares(np.stack([base, chance, base + 0.05], 1), fold, rng)
    assert found.shape == (6, 3) and np.allclose(found.sum(1), 1) and (found[:, 2] < 0.01).all()
    assert 0.2 < found[-1, 0] < 0.8
    # a fold's own shoppers have no part in its shares
    odd = np.stack([base, base], 1)
    odd[fold == 2, 1] += 50.0
    held = shares(odd, fold, rng)
    assert held[2] == pytest.approx([0.5, 0.5]) and held[-1, 0] > 0.99


def test_a_shop_with_a_taste_of_its_own_gets_its_own_weights() -> None:
    e, shared, label, who, _ = people(500, 3, 2, own=1.5, common=1.0)
    chosen = choose(e, shared, label, who, V)
    assert chosen.kind in (REFIT, BLEND) and chosen.linear is not None
    weights = chosen.linear.ids[SPEC.offsets[1] : SPEC.offsets[1] + 32]
    assert weights.std() > 0.3 and chosen.linear.slope == pytest.approx(1, abs=0.3)
    inner = cross_fitted(chosen, e, shared, label, who)
    assert auc(label, inner) > auc(label, shared) + 0.05


def test_a_shared_model_that_says_nothing_here_is_left_out() -> None:
    e, shared, label, who, _ = people(500, 3, 3, own=1.5, common=0.0)
    chosen = choose(e, shared, label, who, V)
    assert chosen.linear is not None and abs(chosen.linear.slope) < 0.3
    again = choose(e, shared, label, who, V)
    np.testing.assert_array_equal(again.linear.ids, chosen.linear.ids)


def test_cross_fitted_scores_are_not_too_sure() -> None:
    e, shared, label, who, _ = people(300, 3, 4, own=1.5, common=1.0)
    chosen = choose(e, shared, label, who, V)
    assert chosen.linear is not None and len(chosen.folds) == personal_choose.N_FOLDS
    inner = cross_fitted(chosen, e, shared, label, who)
    seen = chosen.linear.logit(shared, e)
    assert auc(label, inner) < auc(label, seen)
    honest, fooled = personal.fit(inner, label), personal.fit(seen, label)
    assert honest is not None and fooled is not None and honest.slope < fooled.slope


@pytest.mark.parametrize(
    ("label", "who", "says"),
    [
        (np.zeros(0, np.int8), np.zeros(0, np.int64), "too few"),
        (np.zeros(300, np.int8), np.arange(300), "no row of this shop has the outcome"),
        (np.full(300, -1, np.int8), np.arange(300), "too few"),
        (np.arange(300) % 2, np.arange(300) % 3, "too few shoppers"),
        (np.ones(300, np.int8), np.arange(300), "too few shoppers"),
    ],
)
def test_where_there_is_no_head_a_sentence_says_why(label, who, says) -> None:
    n = len(label)
    chosen = choose(encoded(n), np.zeros(n, np.float32), label.astype(np.int8), who, V)
    assert chosen.kind == CALIBRATED and chosen.linear is None and says in chosen.why
    assert chosen.n_rows == (label >= 0).sum()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_that_are_not_numbers_give_no_head_and_no_calibration(bad: float) -> None:
    e, shared, label, who, _ = people(100, 3, 5, own=1.0, common=1.0)
    shared[7] = bad
    assert "not numbers" in choose(e, shared, label, who, V).why
    assert personal.fit(shared, label) is None


@pytest.mark.parametrize(("middle", "spread"), [(0.0, 60.0), (300.0, 200.0), (-40.0, 5.0)])
def test_scores_gone_wild_are_calibrated_in_the_large(middle: float, spread: float) -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(3000) < 0.05).astype(np.int8)
    x = rng.normal(middle, spread, 3000)
    platt = personal.fit(x, y)
    assert platt is not None and platt.slope > 0
    assert platt.p(x).sum() / y.sum() == pytest.approx(1, abs=0.05)


def test_folds_keep_a_shopper_whole_and_spread_outcomes() -> None:
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(50), 4)
    label = np.zeros(200, np.int8)
    label[::40] = 1
    fold = folds_of(who, label, rng)
    assert all(len(set(fold[who == s])) == 1 for s in range(50))
    assert sorted(fold[label == 1]) == [0, 1, 2, 3, 4]


def test_a_large_shop_keeps_every_outcome_and_the_weight_of_the_rest() -> None:
    label = np.zeros(3 * MAX_ROWS, np.int8)
    label[:1000] = 1
    rows, weight = sampled(label, np.random.default_rng(0))
    assert len(rows) == MAX_ROWS and (label[rows] == 1).sum() == 1000
    assert weight.sum() == pytest.approx(len(label)) and (np.diff(rows) > 0).all()


def test_the_simplest_within_one_standard_error_is_taken() -> None:
    rng = np.random.default_rng(0)
    base = rng.random(400)
    who = np.arange(400)
    noise = rng.normal(0, 1, 400)
    assert one_standard_error([base, base + 0.001 * noise - 1e-6], who) == 0
    assert one_standard_error([base + 0.1, base], who) == 1
    assert one_standard_error([base, base], who) == 0


def test_the_solver_finds_the_least_penalised_loss() -> None:
    e, shared, label, _, _ = people(120, 2, 6, own=1.0, common=1.0)
    d = Design.build(e.ids, e.numeric, shared, label.astype(float), np.ones(240), V)
    mean, precision = (np.repeat(v[:, None], 2, 1) for v in prior(d, 5.0, own=False))
    rows, seen = np.arange(240), np.ones((240, 2))
    seen[:80, 1] = 0.0  # the second never sees the first rows
    curves = [
        d.curvature(rows[seen[:, m] > 0], np.full(int(seen[:, m].sum()), 0.2)) for m in (0, 1)
    ]
    found = solve(d, seen, mean, precision, curves)
    error = seen * (sigmoid(d.x @ found) - d.y[:, None])
    gradient = d.x.T @ error + precision * (found - mean)
    assert np.abs(gradient).max() < 0.02
    alone = solve(d, seen[:, 1:], mean[:, 1:], precision[:, 1:], curves[1:])
    np.testing.assert_allclose(alone[:, 0], found[:, 1], atol=1e-3)
    linear = d.linear(found[:, 0])
    np.testing.assert_allclose(linear.logit(shared, e), d.x @ found[:, 0], atol=1e-4)
    strong = solve(d, seen, mean, np.full_like(precision, 1e8), curves)
    assert np.abs(strong[1:-1]).max() < 1e-3


def test_heads_add_up() -> None:
    e, x = encoded(9), np.linspace(-3, 1, 9).astype(np.float32)
    rng = np.random.default_rng(0)
    one, two = (
        Linear(a, 0.5, *(rng.normal(size=n).astype(np.float32) for n in (V, SPEC.n_numeric)))
        for a in (1.0, 0.0)
    )
    both = mixed([one, two], [0.25, 0.5], 1.0)
    want = 0.25 * one.logit(x, e) + 0.5 * two.logit(x, e) + 1.0
    np.testing.assert_allclose(both.logit(x, e), want, atol=1e-5)


def test_isotonic_needs_outcomes_and_keeps_the_order() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(-2, 1.5, 6000)
    y = (rng.random(6000) < np.where(x > -1, 0.4, 0.02)).astype(np.int8)
    found = personal_isotonic.fit(x, y)
    assert found is not None and personal_isotonic.fit(x[:200], y[:200]) is None
    grid = np.linspace(-12, 12, 500)
    assert (np.diff(found.logit(grid)) >= 0).all() and found.logit(grid)[-1] > found.logit(grid)[
        -50
    ]
    assert found.p(x).sum() == pytest.approx(y.sum(), rel=0.05)
    assert found.p(np.array([-5.0]))[0] < 0.1 < found.p(np.array([0.5]))[0]


def test_one_head_serves_one_bundle_and_is_kept_with_it(tmp_path: Path, monkeypatch) -> None:
    with shop(tmp_path, 120, rate=0.3) as store:
        digest = models.install(store, model().pack(), COORDINATOR.public)
        assert as_kept(store).scorer.own == {} and heads.facts(store, digest) == ()
        plant(monkeypatch)
        steps: list[tuple[int, int]] = []
        scorer, rows = calibrate(store, lambda done, of: steps.append((done, of)))
        assert steps == [(n, 6) for n in range(7)]
        assert set(scorer.own) == {"conversion"}
        kept = heads.kept(store, digest, "conversion")
        np.testing.assert_array_equal(kept.chosen.linear.ids, scorer.own["conversion"].ids)
        assert kept.chosen.folds[3].slope == pytest.approx(0.3)
        (fact,) = heads.facts(store, digest)
        assert (fact.kind, fact.stale) == (REFIT, False) and fact.words and fact.losses
        assert scorer.score(rows.encoded)[1].mean() != Scorer(model()).score(rows.encoded)[1].mean()
        # nothing is fitted a second time
        monkeypatch.setattr(personal_choose, "choose", None)
        again, same = calibrate(store)
        np.testing.assert_array_equal(
            again.logits(same.encoded)["conversion"], scorer.logits(rows.encoded)["conversion"]
        )
        np.testing.assert_array_equal(same.logits["conversion"], rows.logits["conversion"])
        assert set(open_scorer(store).own) == {"conversion"}
        assert set(as_kept(store).scorer.own) == {"conversion"}
        # another bundle has no head of this one
        other = models.install(store, model(seed=1).pack(), COORDINATOR.public)
        assert heads.kept(store, other, "conversion") is None
        assert as_kept(store).scorer.own == {}
        assert open_scorer(store, shared_only=True).own == {}


def test_a_head_is_fitted_again_when_rows_changed(tmp_path: Path, monkeypatch) -> None:
    with shop(tmp_path, 120, rate=0.3) as store:
        digest = models.install(store, model().pack(), COORDINATOR.public)
        calls = plant(monkeypatch)
        open_scorer(store)
        open_scorer(store)
        assert calls == [324]
        path = tmp_path / "later.csv"
        path.write_text("customer_id,consent\nc0,no\n", encoding="utf-8")
        import_files(store, [path])
        assert heads.facts(store, digest)[0].stale
        open_scorer(store)
        assert calls == [324, 321] and not heads.facts(store, digest)[0].stale


def test_a_damaged_head_is_fitted_anew_and_a_shop_for_reading_scores_too(
    tmp_path: Path, monkeypatch
) -> None:
    with shop(tmp_path, 120, rate=0.3) as store:
        digest = models.install(store, model().pack(), COORDINATOR.public)
        home = store.home
    with Store.open(home, read_only=True) as reading:
        calls = plant(monkeypatch)
        assert set(open_scorer(reading).own) == {"conversion"}
        assert heads.kept(reading, digest, "conversion") is None
    with Store.open(home) as store:
        open_scorer(store)
        store.db.execute("UPDATE personal_heads SET weights = x'00'")
        assert heads.kept(store, digest, "conversion") is None
        assert set(open_scorer(store).own) == {"conversion"} and len(calls) == 3


def test_an_empty_shop_has_no_head_and_says_so(tmp_path: Path) -> None:
    with shop(tmp_path, 120, rate=0.0) as store:
        digest = models.install(store, model().pack(), COORDINATOR.public)
        scorer, _ = calibrate(store)
        assert scorer.own == {} and "has the outcome" in heads.facts(store, digest)[0].why
    with shop(tmp_path / "three", 3) as store:
        digest = models.install(store, model().pack(), COORDINATOR.public)
        scorer, _ = calibrate(store)
        assert scorer.own == {} and scorer.calibration == {}
        assert "too few" in heads.facts(store, digest)[0].why


def test_explanations_and_scores_see_the_head() -> None:
    ids = np.zeros(V, np.float32)
    ids[SPEC.offsets[1] : SPEC.offsets[2]] = 3.0
    own = Linear(1.0, 0.0, ids, np.zeros(SPEC.n_numeric, np.float32))
    bare, with_head = Scorer(model()), Scorer(model(), own={"conversion": own})
    rows = encoded(20)
    difference = with_head.logits(rows)["conversion"] - bare.logits(rows)["conversion"]
    np.testing.assert_allclose(difference, 3.0, atol=1e-5)
    np.testing.assert_array_equal(
        with_head.shared_logits(rows)["conversion"], bare.logits(rows)["conversion"]
    )
    assert (with_head.score(rows)[1] > bare.score(rows)[1]).all()
    assert with_head.logits(Encoded(rows.ids[:0], rows.numeric[:0]))["conversion"].shape == (0,)


def plant(monkeypatch) -> list[int]:
    """Let a fixed head be chosen, whatever the rows; the list grows with each fit."""
    calls: list[int] = []
    real = personal_choose.choose

    def planted(e, shared, label, who, n_ids, told):
        calls.append(len(label))
        found = real(e, shared, label, who, n_ids, told)
        rng = np.random.default_rng(0)
        ids = rng.normal(0, 0.3, n_ids).astype(np.float32)
        numeric = np.zeros(SPEC.n_numeric, np.float32)
        folds = tuple(Linear(0.1 * k, 0.0, ids, numeric) for k in range(personal_choose.N_FOLDS))
        return replace(found, kind=REFIT, linear=Linear(1.0, 0.2, ids, numeric), folds=folds)

    monkeypatch.setattr(personal_choose, "choose", planted)
    return calls
