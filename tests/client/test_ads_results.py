"""Outcomes by version, results with intervals, choices and clicked pairs: store and commands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest
from click.testing import CliRunner

from client.commands.ads_results import choose as choose_verb
from client.commands.ads_results import pairs as pairs_verb
from client.commands.ads_results import results as results_verb
from client.creative.learn import preferences
from client.creative.learn.choose import choose
from client.creative.learn.results import GroupResult, results
from client.store import Store, creative_choices, creative_outcomes, creatives
from client.store.creative_outcomes import Outcome, spans
from common.domain import Creative, CreativeDecision, CreativeState
from common.errors import CreativeError, UserFacing
from tests.client.made_up_ads import ad, shop, show


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shop")
    shop(home).close()
    return home


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Store:
    copy(made / "hansa.db", tmp_path / "hansa.db")
    return Store.open(tmp_path)


def outcomes(store: Store, c: Creative) -> list[Outcome]:
    return creative_outcomes.outcomes(store, [c.creative_id])


def test_outcomes_are_counted_by_day_and_placement(store: Store) -> None:
    c = ad(store, "One", state="live")
    show(store, c.creative_id, 10, 3, bought=2, propensity=0.4)
    show(store, c.creative_id, 5, None, at="2099-01-03T10:00:00Z", propensity=None)
    show(store, c.creative_id, 4, 1, placement="side")
    found = outcomes(store, c)
    assert [
        (o.version, o.day[-2:], o.placement, o.n_shown, o.n_known, o.n_clicks) for o in found
    ] == [
        (1, "02", "side", 4, 4, 1),
        (1, "02", "top", 10, 10, 3),
        (1, "03", "top", 5, 0, 0),
    ]
    top = found[1]
    assert (top.n_conversions, top.cost_minor, top.propensity) == (2, 20, pytest.approx(0.4))
    assert found[2].propensity is None


def test_rows_set_aside_refunds_and_shoppers_without_consent_do_not_count(store: Store) -> None:
    c = ad(store, "One")
    show(store, c.creative_id, 5, 1, bought=2)
    show(store, c.creative_id, 5, 5, shopper=15)
    store.db.execute("UPDATE impressions SET aside = 1 WHERE impression_id = 'i4'")
    store.db.execute("UPDATE conversions SET refunded_at = 'x' WHERE impression_id = 'i1'")
    (o,) = outcomes(store, c)
    assert (o.n_shown, o.n_clicks, o.n_conversions) == (4, 1, 1)


def decision(entry: int, version: int, state: str, hour: int) -> CreativeDecision:
    at = f"2026-01-01T{hour:02}:00:00.000001+00:00"
    return CreativeDecision(entry, "a", version, CreativeState(state), at, "mei")


def test_impressions_belong_to_the_version_in_force() -> None:
    log = [
        decision(1, 1, "approved", 1),
        decision(2, 1, "live", 2),
        decision(3, 2, "approved", 3),  # the first is still on show
        decision(4, 1, "retired", 4),
        decision(5, 2, "live", 4),
        decision(6, 2, "retired", 5),  # a platform may go on showing it
    ]
    found = [(s.version, s.start[11:13], s.until[11:13]) for s in spans(log)]
    assert found == [(0, "", "01"), (1, "01", "04"), (2, "04", "")]


def test_a_version_may_be_named_and_what_nobody_approved_is_told(store: Store) -> None:
    c = ad(store, "One")
    fresh = creatives.edit(store, replace(c, headline="Two", writer="person"))
    creatives.decide(store, c.creative_id, CreativeState.APPROVED, "mei")
    show(store, f"{c.creative_id}.1", 3, 1)
    show(store, c.creative_id, 4, 1)
    show(store, c.creative_id, 5, 1, at="2020-01-01T10:00:00Z")
    draft = ad(store, "Three", state="draft")
    show(store, f"{draft.creative_id}.1", 6, 1)
    show(store, "theirs-1", 7, 1)
    sums = {(o.version, o.n_shown) for o in outcomes(store, c)}
    assert sums == {(1, 3), (fresh.version, 4), (0, 5)}
    found = results(store)
    assert (found.n_unapproved, found.n_unknown, found.n_unknown_names) == (11, 7, 1)


def test_a_log_by_day_counts_for_the_day_of_approval(store: Store) -> None:
    c = ad(store, "One")
    show(store, c.creative_id, 2, 1, at=f"{c.decided_at[:10]}T00:00:00Z")
    assert [o.version for o in outcomes(store, c)] == [1]


def test_a_report_by_day_fills_in_where_there_are_no_impressions(store: Store) -> None:
    c = ad(store, "One")
    show(store, c.creative_id, 10, 1)
    for day in ("2099-01-02", "2099-01-03"):
        store.db.table("costs").insert(
            {
                "cost_key": day,
                "day": day,
                "creative_id": c.creative_id,
                "cost_minor": 9,
                "n_impressions": 100,
                "n_clicks": 7,
            }
        )
    found = outcomes(store, c)
    assert [(o.day, o.n_shown, o.from_report) for o in found] == [
        ("2099-01-02", 10, False),
        ("2099-01-03", 100, True),
    ]
    v = results(store).groups[0].variants[0]
    assert (v.n_shown, v.n_clicks, v.cvr) == (110, 8, None)


def one_group(store: Store) -> GroupResult:
    (group,) = results(store).groups
    return group


def test_results_name_the_likely_best_and_the_prior(store: Store) -> None:
    a, b, c = (ad(store, w, audience="au-1", state="live") for w in ("One", "Two", "Three"))
    for made, clicks in ((a, 40), (b, 90), (c, 45)):
        show(store, made.creative_id, 1_000, clicks)
    creatives.decide(store, c.creative_id, CreativeState.RETIRED, "mei", "old")
    group = one_group(store)
    assert (group.prior.mean, group.prior.source) == (0.04, "model")
    best, other, gone = group.variants
    assert (best.creative.creative_id, gone.p_best) == (b.creative_id, None)
    assert best.p_best and other.p_best and best.p_best > 0.99
    assert best.p_best + other.p_best == pytest.approx(1)
    assert best.ctr and best.ctr.low < 0.09 < best.ctr.high
    assert best.expected_ctr == pytest.approx((30 * 0.04 + 90) / 1_030)


def test_without_a_model_the_shop_says_what_to_expect(store: Store) -> None:
    c = ad(store, "One")
    assert one_group(store).prior.source == "assumed"
    show(store, c.creative_id, 1_000, 100)
    prior = one_group(store).prior
    assert prior.source == "shop" and prior.mean == pytest.approx(0.1, abs=0.01)


def test_a_choice_is_kept_with_the_chances(store: Store) -> None:
    a, b = (ad(store, w, audience="au-1", state="live") for w in ("One", "Two"))
    ad(store, "Draft", audience="au-1", state="draft")
    ad(store, "Feed", audience="au-1", slot="feed")
    show(store, a.creative_id, 1_000, 20)
    show(store, b.creative_id, 1_000, 80)
    made = choose(store, "p1", "au-1", n=2, seed=7)
    assert sum(x.propensity for x in made.arms) == pytest.approx(1)
    assert made.arms[0].creative_id == b.creative_id and made.arms[1].propensity >= 0.05
    (kept,) = creative_choices.listing(store)
    assert kept == made and kept.settings["prior_source"] == "model"
    first, second = made.decisions("c1")
    assert {first.creative_id, second.creative_id} == {a.creative_id, b.creative_id}
    assert first.propensity in {x.propensity for x in made.arms} and second.propensity == 1
    assert choose(store, "p1", "au-1", n=2, seed=7).arms == made.arms
    assert choose(store, "p1", "au-1").seed is not None


def test_nothing_is_chosen_that_nobody_approved(store: Store) -> None:
    ad(store, "Draft", state="draft")
    with pytest.raises(CreativeError, match="No ad is approved") as e:
        choose(store, "p1")
    assert "1 wait" in e.value.todo
    c = ad(store, "One", state="live")
    creatives.edit(store, replace(c, headline="Two"))
    assert [x.version for x in choose(store, "p1").arms] == [1]
    d = ad(store, "Yes", product="p2")
    creatives.edit(store, replace(d, headline="Waits"))
    with pytest.raises(CreativeError, match="No ad is approved"):
        choose(store, "p2")


def test_what_no_longer_holds_is_not_chosen(store: Store) -> None:
    right, wrong = ad(store, "One", state="live"), ad(store, "Steel bottle, $9.99", state="live")
    assert [x.creative_id for x in choose(store, "p1").arms] == [right.creative_id]
    assert creatives.load(store, wrong.creative_id).state is CreativeState.REFUSED


def test_clicked_pairs_only_where_the_clicks_are_sure(store: Store) -> None:
    a, b, c = (ad(store, w, state="live") for w in ("One", "Two", "Three"))
    elsewhere = ad(store, "Four", slot="feed", state="live")
    for made, clicks in ((a, 20), (b, 60), (c, 21), (elsewhere, 0)):
        show(store, made.creative_id, 1_000, clicks)
    assert preferences.refresh_clicked(store) == 2
    assert preferences.refresh_clicked(store) == 2
    counted = preferences.count(store)
    assert (counted.by_kind["clicked"], counted.n, counted.is_enough) == (2, 2, False)
    found = preferences.pairs(store)
    assert {p.chosen_id for p in found} == {(b.creative_id, 1)}
    assert all(0.8 < p.weight <= 1 and p.chosen.headline == "Two" for p in found)
    show(store, a.creative_id, 1_000, 300)
    preferences.refresh_clicked(store)
    again = {(p.chosen_id[0], p.rejected_id[0]) for p in preferences.pairs(store)}
    assert (a.creative_id, b.creative_id) in again and (b.creative_id, a.creative_id) not in again


def test_pairs_carry_the_brief_and_no_earlier_ad(store: Store) -> None:
    c = ad(store, "One", state="draft")
    creatives.edit(store, replace(c, headline="A bottle for the road", writer="person"))
    creatives.decide(store, c.creative_id, CreativeState.APPROVED, "mei")
    (pair,) = preferences.pairs(store)
    assert pair.brief.product.title == "Steel Bottle" and pair.brief.earlier == ()
    assert (pair.kind, pair.chosen.headline, pair.rejected.headline, pair.weight) == (
        "edited",
        "A bottle for the road",
        "One",
        1.0,
    )
    store.db.execute("DELETE FROM products")
    assert preferences.pairs(store) == []


def run(store: Store, verb: object, *args: str) -> dict[str, object]:
    done = CliRunner().invoke(verb, [*args, "--home", str(store.home), "--json"])  # type: ignore[arg-type]
    if isinstance(done.exception, UserFacing):
        raise done.exception
    assert done.exit_code == 0, done.output
    value = json.loads(done.output)
    assert isinstance(value, dict)
    return value


def test_the_commands(store: Store, tmp_path: Path) -> None:
    a, b = (ad(store, w, state="live") for w in ("One", "Two"))
    show(store, a.creative_id, 1_000, 20)
    show(store, b.creative_id, 1_000, 80)
    (group,) = run(store, results_verb, "--product", "p1")["groups"]  # type: ignore[misc]
    assert (
        group["variants"][0]["headline"] == "Two" and group["variants"][0]["ctr"]["value"] == 0.08
    )
    chosen = run(store, choose_verb, "--product", "p1", "--seed", "3")
    assert len(chosen["arms"]) == 2 and len(chosen["decisions"]) == 1  # type: ignore[arg-type]
    file = tmp_path / "pairs.json"
    assert run(store, pairs_verb, "--to", str(file))["by_kind"] == {
        "edited": 0,
        "approved": 0,
        "clicked": 1,
    }
    (record,) = json.loads(file.read_text("utf-8"))["pairs"]
    assert record["chosen"]["headline"] == "Two" and record["slot"] == "search"
    with pytest.raises(UserFacing, match="cannot be written"):
        run(store, pairs_verb, "--to", str(file))


def test_words_for_people(store: Store) -> None:
    c = ad(store, "One", state="live")
    show(store, c.creative_id, 100, 5)
    show(store, "theirs", 3, 0)
    for verb, words in (
        (results_verb, ("5.00% [", "best 100.0%", "3 impressions name 1")),
        (choose_verb, ("share 100.0%", "<- 1")),
        (pairs_verb, ("0 pairs", "that takes 200")),
    ):
        args = ["--product", "p1"] if verb is choose_verb else []
        done = CliRunner().invoke(verb, [*args, "--home", str(store.home)])
        assert done.exit_code == 0 and all(w in done.output for w in words), done.output
