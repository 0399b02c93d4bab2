"""What a merchant is given in `hansa evaluate`: the product's own head, and the promise that joining costs nothing."""

from __future__ import annotations

import numpy as np
import pytest

from client import personal
from client.evaluate.figures import judge
from client.evaluate.given import given
from client.evaluate.methods import chosen
from client.evaluate.nouns import Case, Merchant, NotPossible, Rows, Scored
from client.evaluate.promise import PROMISED, promise_of
from client.evaluate.verdict import Ratio
from client.personal_choose import choose, cross_fitted
from common.features import Encoded
from common.metrics import pcoc, sigmoid
from tests.client.made_up import SPEC, shop

HEAD = "conversion"


def rows(n: int, seed: int) -> Rows:
    data = shop(n, seed)
    shopper = np.repeat(np.arange(data.n_shoppers), np.diff(data.start)).astype(np.int64)
    nothing = np.zeros(data.n_rows, np.int64)
    return Rows(data, shopper, nothing, nothing)


def case(n: int) -> Case:
    merchants = tuple(Merchant(f"m{i}", rows(n, i), rows(n, 50 + i)) for i in range(2))
    return Case(merchants, SPEC, (HEAD,), 1e-4)


def scores(one: Case, seed: int, good: float) -> Scored:
    """Log-odds that know the outcome by `good`."""
    rng = np.random.default_rng(seed)
    pairs = []
    for m in one.merchants:
        sides = [s.data.labels(HEAD) == 1 for s in (m.before, m.later)]
        pairs.append(tuple(good * y - 2.0 + rng.normal(0, 1, len(y)) for y in sides))
    return Scored({HEAD: tuple(pairs)}, 1.5)  # type: ignore[arg-type]


def test_what_is_given_is_the_products_own_head_and_calibration() -> None:
    one = case(400)
    league = scores(one, 1, 1.0)
    found = given(one, league)
    assert isinstance(found, Scored) and found.sigma == 1.5
    m, (past, later) = one.merchants[0], league.by_head[HEAD][0]
    data, label = m.before.data, m.before.data.labels(HEAD)
    encoded, shared = Encoded(data.ids, data.numeric), past.astype(np.float32)
    head = choose(encoded, shared, label, m.before.shopper, SPEC.n_ids)
    inner = cross_fitted(head, encoded, shared, label, m.before.shopper)
    x = later.astype(np.float32)
    if head.linear:
        x = head.linear.logit(x, Encoded(m.later.data.ids, m.later.data.numeric))
    np.testing.assert_allclose(found.by_head[HEAD][0][1], x, rtol=1e-6)
    platt = head.isotonic or personal.fit(inner, label)
    p = platt.p(x) if platt else sigmoid(x)
    y = m.later.data.labels(HEAD)
    run = judge(one, HEAD, found)
    assert run.merchants[0].pcoc_calibrated == pytest.approx(pcoc(y[y >= 0], p[y >= 0]), rel=1e-6)
    # nothing of later rows is in it
    other = Merchant(m.name, m.before, rows(400, 99))
    again = given(Case((other, one.merchants[1]), SPEC, (HEAD,), 1e-4), league_of(other, league))
    assert isinstance(again, Scored)
    np.testing.assert_array_equal(again.by_head[HEAD][0][0], found.by_head[HEAD][0][0])


def league_of(m: Merchant, league: Scored) -> Scored:
    pairs = league.by_head[HEAD]
    return Scored({HEAD: ((pairs[0][0], np.zeros(m.later.data.n_rows)), pairs[1])})


def test_without_a_league_nothing_is_given_and_its_scores_are_taken_from_the_league() -> None:
    assert given(case(30), NotPossible("too few")) == NotPossible("too few")
    method = chosen(["given"], [8.0])[-1]
    assert method.key == "given" and method.of == "league-3" and method.further is given


def test_a_promise_is_kept_by_the_same_scores_and_broken_by_clearly_worse_ones() -> None:
    one = case(600)
    assert all(m.n_rows >= PROMISED for m in one.merchants)
    good, bad = scores(one, 1, 3.0), scores(one, 2, 0.0)
    same = promise_of([one], HEAD, [good], [good])
    assert same.holds and not same.worse("auc") and same.merchants[0].auc.value == 0
    broken = promise_of([one], HEAD, [bad], [good])
    assert not broken.holds and len(broken.surely_worse("auc")) == 2
    assert "BROKEN" in broken.lines()[0] and "m0" in broken.lines()[0]
    kept = promise_of([one, one], HEAD, [good, good], [bad])
    assert kept.holds and all(m.auc.low > 0 for m in kept.merchants)


def test_a_merchant_with_hardly_an_outcome_is_not_judged_and_few_give_wide_intervals() -> None:
    one = case(600)
    for m, n in zip(one.merchants, (2, 4), strict=True):
        y = m.later.data.conversion
        won = np.flatnonzero(y == 1)
        y[won[n:]] = 0
    found = promise_of([one], HEAD, [scores(one, 2, 0.0)], [scores(one, 1, 0.0)])
    assert [m.name for m in found.merchants] == ["m1"] and found.holds
    assert found.merchants[0].auc.high - found.merchants[0].auc.low > 0.3


def test_a_ratio_knows_what_chance_does_to_a_hundred_outcomes() -> None:
    assert Ratio("a", 1.15, 100).beyond_chance is False and not Ratio("a", 1.15, 100).inside
    assert Ratio("a", 1.15, 1000).beyond_chance and Ratio("a", 0.95, 100).inside
