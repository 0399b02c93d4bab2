"""Learning together in one call is the same mathematics as merchant by merchant; splits and intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from client.comparator import train_plain
from client.dataset import ShopperData
from client.evaluate import networks
from client.evaluate.arrange import by_size, parts, pooled
from client.evaluate.figures import gain
from client.evaluate.nouns import Case, Figures, Merchant, MerchantFigures, Rows, Run, Shop
from client.evaluate.plain import make_plan, without_privacy
from client.evaluate.split import find_split, part
from client.evaluate.verdict import verdict_of
from client.train import train
from common.errors import InputError
from common.features import Encoded
from common.model import initial_tensors
from common.recipe import DEFAULT, LEAGUE
from tests.client.made_up import SPEC, Everybody, Seeded, shop

SHOPS = [shop(30, 1), shop(50, 2), shop(7, 3)]
RECIPE = replace(DEFAULT, rounds=1, server_momentum=0.0)


def rows(data, at: int = 0) -> Rows:  # type: ignore[no-untyped-def]
    shopper = np.repeat(np.arange(data.n_shoppers), np.diff(data.start))
    shown = np.arange(data.n_rows, dtype=np.int64) + at
    return Rows(data, shopper.astype(np.int64), np.zeros(data.n_rows, np.int64), shown)


def case() -> Case:
    merchants = [Merchant(f"m{i}", rows(d), rows(shop(20, 20 + i))) for i, d in enumerate(SHOPS)]
    league = replace(LEAGUE, rounds=2)
    return Case(tuple(merchants), SPEC, ("conversion",), 1e-4, RECIPE, league)


def test_all_shoppers_are_kept_whole_in_every_arrangement() -> None:
    data = pooled(SHOPS)
    assert data.n_shoppers == 87 and data.n_rows == sum(s.n_rows for s in SHOPS)
    small = by_size(data)
    assert (np.diff(np.diff(small.start)) >= 0).all()

    def people(d) -> list[bytes]:  # type: ignore[no-untyped-def]
        ends = zip(d.start[:-1], d.start[1:], strict=True)
        return sorted(d.ids[a:b].tobytes() + d.conversion[a:b].tobytes() for a, b in ends)

    assert people(small) == people(data)
    assert sum(p.n_shoppers for p in parts(small)) == 87


def test_one_step_together_is_the_mean_of_everybodys_steps() -> None:
    recipe = without_privacy(replace(RECIPE, heads=("conversion",)), SHOPS, rounds=1)
    start = initial_tensors(SPEC)
    plan = make_plan(SPEC, recipe, start, 1, 1.0, 1e-4)
    each = [train_plain(plan, SPEC, d, Everybody()).tensors for d in SHOPS]
    wanted = {k: sum(u[k] for u in each) / len(each) for k in each[0]}
    whole = replace(plan, expected_batch=plan.expected_batch * len(SHOPS))
    found = networks.added(
        [train_plain(whole, SPEC, g, Everybody()).tensors for g in parts(by_size(pooled(SHOPS)))]
    )
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, atol=2e-6)


def test_own_noise_at_once_moves_the_weights_as_the_products_own_training() -> None:
    one = case()
    found = networks.own_noise(one, Everybody(), 3.0)
    sigma = networks.noise_multiplier(one, RECIPE, 3.0)
    assert found.sigma == sigma > 0
    start = initial_tensors(SPEC)
    plan = make_plan(SPEC, RECIPE, start, 1, sigma, 1e-4)
    updates = [train(plan, SPEC, d, Everybody()) for d in SHOPS]
    mean = {k: sum(u[k] for u in updates) / len(updates) for k in updates[0]}
    tensors = {k: start[k] + mean[k] if k in mean else start[k] for k in start}
    wanted = networks.scored(one, [tensors] * 3)
    for a, b in zip(found.by_head["conversion"], wanted.by_head["conversion"], strict=True):
        np.testing.assert_allclose(a[1], b[1], atol=1e-3)


def test_several_local_steps_go_merchant_by_merchant() -> None:
    several = replace(case(), own=replace(RECIPE, local_steps=2))
    found = networks.own_noise(several, Seeded(1), 3.0)
    assert np.isfinite(found.by_head["conversion"][0][1]).all()


def test_a_league_learns_and_two_runs_differ() -> None:
    one, two = (networks.league_noise(case(), Seeded(1), 3.0) for _ in range(2))
    a, b = one.by_head["conversion"][0][1], two.by_head["conversion"][0][1]  # type: ignore[union-attr]
    assert np.isfinite(a).all() and not np.array_equal(a, b)


def test_the_cut_is_the_moment_nearest_to_seventy_percent() -> None:
    shops = [Shop("a", rows(SHOPS[0])), Shop("b", rows(SHOPS[1]))]
    split = find_split(shops, ["conversion"], "auto", "")
    merchants = part(shops, split, 0)
    before = sum(m.before.data.n_rows for m in merchants)
    assert split.kind == "time" and abs(before / sum(m.n_rows for m in merchants) - 0.7) < 0.03
    for m, s in zip(merchants, shops, strict=True):
        assert m.n_rows == s.rows.data.n_rows
        assert m.before.shown_at.max() < m.later.shown_at.min()
    with pytest.raises(InputError, match="one side"):
        find_split(shops, ["conversion"], "time", "2030-01-01")


def test_a_random_split_keeps_shoppers_whole_and_is_another_for_every_seed() -> None:
    shops = [Shop("a", rows(SHOPS[1]))]
    split = find_split(shops, ["conversion"], "random", "")
    one, two = part(shops, split, 0)[0], part(shops, split, 1)[0]
    assert not {*one.before.shopper} & {*one.later.shopper}
    assert {*one.before.shopper} != {*two.before.shopper}
    assert part(shops, split, 0)[0].before.data.n_rows == one.before.data.n_rows


def test_a_random_split_does_not_depend_on_how_shoppers_are_numbered() -> None:
    d, n = SHOPS[1], SHOPS[1].n_shoppers
    new = np.random.default_rng(0).permutation(n)
    shopper = new[np.repeat(np.arange(n), np.diff(d.start))]
    order = np.argsort(shopper, kind="stable")
    encoded = Encoded(d.ids[order], d.numeric[order])
    other = ShopperData.from_arrays(encoded, shopper[order], d.click[order], d.conversion[order])
    zero = np.zeros(d.n_rows, np.int64)
    shops = [
        Shop("a", Rows(x, who, zero, zero))
        for x, who in ((d, np.repeat(np.arange(n), np.diff(d.start))), (other, shopper[order]))
    ]
    split = find_split(shops, ["conversion"], "random", "")
    one, two = (part([s], split, 3)[0].before.data for s in shops)
    assert one.n_rows and sorted(map(bytes, one.ids)) == sorted(map(bytes, two.ids))


def run(aucs: list[float], n_rows: int = 100, n_positive: int = 5) -> Run:
    one = Figures(0.7, 0.7, 0.1, 0.9, 0.0, 1.0, 2.0)
    each = [
        MerchantFigures(f"m{i}", n_rows, 5, 50, n_positive, a, 0.1, 0.1, 1.0, 1.0)
        for i, a in enumerate(aucs)
    ]
    return Run(one, one, float(np.mean(aucs)), 1.0, tuple(each))


def test_a_gain_is_paired_and_its_interval_says_whether_it_is_one() -> None:
    base = [0.5, 0.6, 0.9, 0.7, 0.55, 0.8]
    better = run([a + 0.03 for a in base])
    found = gain([better], [run(base)], np.random.default_rng(0))
    assert found and found.value == pytest.approx(0.03) and found.low == pytest.approx(0.03)
    mixed = run([a + d for a, d in zip(base, [0.2, -0.2, 0.1, -0.1, 0.05, -0.02], strict=True)])
    found = gain([mixed], [run(base)], np.random.default_rng(0))
    assert found and found.low < 0 < found.high
    assert gain([run([0.7])], [run([0.6])], np.random.default_rng(0)) is None
    assert gain([run(base, n_positive=2)], [run(base)], np.random.default_rng(0)) is None


def test_a_verdict_looks_at_small_merchants_only_and_needs_the_league() -> None:
    from client.evaluate.nouns import Row

    base = [0.5, 0.6, 0.9, 0.7, 0.55, 0.8]
    alone = Row("local", "", "click", (run(base),))
    league = Row("league-3", "", "click", (run([a + 0.03 for a in base]),))
    plain = Row("federated", "", "click", (run([a + 0.04 for a in base]),))
    found = verdict_of("click", [alone, league, plain])
    assert found.gains and found.keeps and found.loss_mean_auc == pytest.approx(0.01)
    assert "reached" in found.lines()[0] and "NOT" not in found.lines()[0]
    large = Row("league-3", "", "click", (run([a + 0.03 for a in base], n_rows=9_000),))
    assert not verdict_of("click", [alone, large]).gains
    assert verdict_of("click", [alone]).gain_small is None
