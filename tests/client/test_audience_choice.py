"""An audience by size, budget and rate, who may never be in one, and what audiences share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from client import audience, overlap
from client.audience_wish import Wish, money, pseudonyms, rate
from client.commands.audience import audience as verb
from client.store import Store, audience_facts, audiences, exposures, profiles
from client.store.profiles import Draft, Segment
from common.errors import AudienceError, InputError
from common.settings import Settings
from tests.client import audience_shop
from tests.client.audience_shop import key

SETTINGS = Settings(audience_floor=10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with audience_shop.copy(tmp_path / "shop") as s:
        yield s


def segments(store: Store) -> None:
    """Shoppers 0..59 in one segment, the others of those who may be profiled in another."""
    draft = Draft(store)
    ids = dict(store.db.execute("SELECT shopper_key, shopper FROM shoppers").fetchall())
    place = {ids[key(store, i)]: i for i in range(audience_shop.N)}
    body = json.dumps({"before": "", "cluster_before": "", "n_orders": 0, "spend_minor": 0})
    draft.put((n, "low" if i < 60 else "high", "", "", body) for n, i in place.items())
    found = [Segment(f"rfm-{r}", "rfm", r.title(), r, "{}", "2024-03-01") for r in ("low", "high")]
    draft.save("2024-03-01T00:00:00Z", found, [])


@pytest.mark.privacy
def test_only_people_who_may_be_addressed_are_candidates(store: Store) -> None:
    gone = {
        key(store, 0): "consent = 0",
        key(store, 1): "minor = 1",
        key(store, 2): "aside = 4",
        key(store, 3): "personalise = 0",
    }
    before = set(exposures.candidates(store, "P1").shopper_keys)
    assert set(gone) < before and key(store, 9) not in before
    for who, change in gone.items():
        store.db.execute(f"UPDATE shoppers SET {change} WHERE shopper_key = ?", [who])
    after = set(exposures.candidates(store, "P1").shopper_keys)
    assert after == before - set(gone) == audience_facts.addressable(store)
    made = audience.choose(store, SETTINGS, "P1", Wish(size=1000)).audience
    assert {m.shopper_key for m in made.members} == after


@pytest.mark.privacy
@pytest.mark.parametrize("change", ["consent = 0", "minor = 1", "aside = 4", "personalise = 0"])
def test_who_may_not_be_addressed_any_more_leaves_old_audiences(store: Store, change: str) -> None:
    made = audience.pick(store, SETTINGS, "P1", 20)
    gone = made.members[0].shopper_key
    store.db.execute(f"UPDATE shoppers SET {change} WHERE shopper_key = ?", [gone])
    left = [m.shopper_key for m in audiences.load(store, made.audience_id).members]
    assert len(left) == 19 and gone not in left


def test_a_budget_pays_for_so_many_and_says_what_to_expect(store: Store) -> None:
    wish = Wish(budget_minor=600, cost_per_impression_minor=10.0, frequency=2)
    made = audience.choose(store, SETTINGS, "P1", wish)
    plan = made.expected
    assert made.audience.size == 30 and plan.n_impressions == 60 and plan.cost_minor == 600
    cvr, ctr = made.audience.expected_cvr, made.audience.expected_ctr
    assert plan.conversions.value == pytest.approx(60 * cvr.value)
    assert plan.conversions.low < plan.conversions.value < plan.conversions.high
    assert ctr is not None and plan.clicks is not None
    assert plan.clicks.high == pytest.approx(60 * ctr.high)
    assert plan.cost_from == "given" and made.n_addressable == 108
    # thirds do not lose a shopper to a float's last digit
    thirds = Wish(budget_minor=700, cost_per_impression_minor=700 / 70)
    assert audience.choose(store, SETTINGS, "P1", thirds).audience.size == 70


def test_what_an_impression_costs_is_known_from_the_shop(store: Store) -> None:
    with pytest.raises(AudienceError, match="not known"):
        audience.choose(store, SETTINGS, "P1", Wish(budget_minor=5000))
    store.db.execute("UPDATE impressions SET cost_minor = 2 WHERE product_id = 'P2'")
    assert audience_facts.cost_per_impression(store, "P2") == (2.0, "costs of this product")
    cost, said_by = audience_facts.cost_per_impression(store, "P1")
    assert cost == pytest.approx(2 / 3) and said_by == "costs of the shop"
    store.db.execute(
        "INSERT INTO costs (cost_key, day, product_id, cost_minor, n_impressions)"
        " VALUES ('k', '2024-02-01', 'P1', 90, 30)"
    )
    made = audience.choose(store, SETTINGS, "P1", Wish(budget_minor=36))
    assert made.audience.size == 12 and made.expected.cost_from == "costs of this product"


def test_least_rates_keep_only_who_is_that_likely(store: Store) -> None:
    everybody = audience.choose(store, SETTINGS, "P1", Wish(size=1000)).audience.members
    least = float(np.quantile([m.p_conversion for m in everybody], 0.6))
    made = audience.choose(store, SETTINGS, "P1", Wish(min_cvr=least)).audience
    assert made.size == sum(m.p_conversion >= least for m in everybody)
    assert min(m.p_conversion for m in made.members) >= least
    few = audience.choose(store, SETTINGS, "P1", Wish(min_cvr=least, size=12)).audience
    assert few.size == 12
    clicks = [m.p_click for m in everybody if m.p_click is not None]
    by_click = audience.choose(store, SETTINGS, "P1", Wish(min_ctr=float(np.median(clicks))))
    assert 10 <= by_click.audience.size <= len(everybody)
    with pytest.raises(AudienceError, match="that likely") as e:
        audience.choose(store, SETTINGS, "P1", Wish(min_cvr=0.999999))
    reach = float(e.value.todo.split()[2])
    assert audience.choose(store, SETTINGS, "P1", Wish(min_cvr=reach)).audience.size >= 10


def test_exclusions_leave_out_whom_they_name(store: Store) -> None:
    buyers = audience_facts.buyers(store, "P2", 40)
    # events, and conversions of ads for it; never who bought earlier
    assert {key(store, i) for i in range(120) if i % 4 >= 2} <= buyers
    assert audience_facts.buyers(store, "P5", 3650) == frozenset()
    lately = audience_facts.buyers(store, "P2", 5)
    assert lately < buyers
    made = audience.choose(store, SETTINGS, "P2", Wish(size=1000, exclude_buyers_days=40))
    members = {m.shopper_key for m in made.audience.members}
    assert not members & buyers and len(members) + made.left_out["bought it lately"] == 108
    first = audience.pick(store, SETTINGS, "P1", 20)
    inside = {m.shopper_key for m in first.members}
    other = next(iter(members - inside))
    wish = Wish(
        size=1000, exclude_audiences=(first.audience_id,), leave_out=frozenset([other, "f" * 32])
    )
    made = audience.choose(store, SETTINGS, "P1", wish)
    members = {m.shopper_key for m in made.audience.members}
    assert not members & inside and other not in members and len(members) == 108 - 21
    assert made.left_out == {f"in {first.audience_id}": 20, "on the list": 1}


def test_a_segment_narrows_the_audience(store: Store) -> None:
    segments(store)
    made = audience.choose(store, SETTINGS, "P1", Wish(size=1000, segments=("rfm-low",)))
    assert {m.shopper_key for m in made.audience.members} == {
        key(store, i) for i in range(60) if i % 10 != 9
    }
    assert made.audience.size == 54 and made.left_out == {"not in the segments": 54}
    with pytest.raises(InputError, match="no such segment"):
        audience.choose(store, SETTINGS, "P1", Wish(segments=("nothing",)))


@pytest.mark.privacy
def test_nothing_below_the_floor_is_made(store: Store) -> None:
    most = audience.choose(store, SETTINGS, "P1", Wish(size=100)).audience
    with pytest.raises(AudienceError, match="Fewer than 10"):
        wish = Wish(exclude_audiences=(most.audience_id,))
        audience.choose(store, SETTINGS, "P1", wish)
    with pytest.raises(AudienceError, match="pays for fewer than 10") as e:
        wish = Wish(budget_minor=100, cost_per_impression_minor=25)
        audience.choose(store, SETTINGS, "P1", wish)
    assert "2.50" in e.value.todo
    assert len(audiences.listing(store)) == 1


def test_wishes_that_say_nothing_sensible() -> None:
    for bad in (
        {"size": 3, "budget_minor": 5},
        {"min_ctr": 1.5},
        {"min_cvr": 0.0},
        {"frequency": 0},
        {"frequency": 11},
        {"budget_minor": 0},
        {"cost_per_impression_minor": float("nan")},
        {"exclude_buyers_days": 0},
    ):
        with pytest.raises(InputError):
            Wish(**bad)  # type: ignore[arg-type]
    assert rate("2%", "") == rate("0.02", "") == pytest.approx(0.02)
    assert money("12.50", "") == 1250 and money("0.02", "") == pytest.approx(2)
    for text in ("", "x", "nan", "-1", "0", "1e99", "2e400"):
        with pytest.raises(InputError):
            money(text, "--budget")
    for text in ("", "x%", "nan", "0", "2", "200%", "-1%"):
        with pytest.raises(InputError):
            rate(text, "--min-ctr")


def test_a_list_of_pseudonyms_repeats_nothing_of_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f'shopper_key\r\n{"a" * 32}\r\n\r\n"{"b" * 32}"\r\n', "utf-8")
    assert pseudonyms(file) == {"a" * 32, "b" * 32}
    file.write_text(f"{'a' * 32}\nanna@example.org\n", "utf-8")
    with pytest.raises(InputError) as e:
        pseudonyms(file)
    assert "anna" not in str(e.value) and "line 2" in e.value.where
    with pytest.raises(InputError):
        pseudonyms(tmp_path / "missing")
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError):
        pseudonyms(file)


def test_what_audiences_share(store: Store) -> None:
    segments(store)
    a = audience.choose(store, SETTINGS, "P1", Wish(size=40)).audience
    b = audience.choose(store, SETTINGS, "P3", Wish(size=40)).audience
    c = audience.choose(store, SETTINGS, "P1", Wish(size=40, exclude_audiences=(a.audience_id,)))
    found = overlap.overlap(store, SETTINGS, (a.audience_id, b.audience_id, c.audience.audience_id))
    assert len(found) == 3
    in_a, in_b = ({m.shopper_key for m in x.members} for x in (a, b))
    assert found[0].n_shared == len(in_a & in_b) and not found[0].same_product
    assert found[0].jaccard == pytest.approx(len(in_a & in_b) / len(in_a | in_b))
    assert set(found[0].reasons) <= {r.group for r in a.reasons}
    assert all(s.n_people >= 10 for s in found[0].segments) and found[0].segments
    # nobody in common, and nothing that would tell so
    assert found[1].same_product and (found[1].n_shared, found[1].jaccard) == (None, None)
    assert found[1].segments == ()
    assert profiles.last_run(store)
    for ids in ((a.audience_id,), (a.audience_id, a.audience_id)):
        with pytest.raises(InputError):
            overlap.overlap(store, SETTINGS, ids)
    with pytest.raises(AudienceError, match="no audience"):
        overlap.overlap(store, SETTINGS, (a.audience_id, "nothing"))


def run(store: Store, *args: str) -> Result:
    return CliRunner().invoke(verb, [*args, "--home", str(store.home)])


def test_the_verbs_in_words(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSA_AUDIENCE_FLOOR", "10")
    made = run(
        store,
        *("--product", "Green Tea", "--budget", "6", "--cost-per-impression", "0.2"),
        *("--exclude-buyers", "5", "--min-cvr", "0.01%"),
    )
    assert made.exit_code == 0, made.exception
    for words in ("30 shoppers", "cost 6.00", "conversions", "clicks", "95 %", "bought it lately"):
        assert words in made.output
    assert "because" not in made.output.lower()
    assert run(store, "P1", "--size", "12").exit_code == 0
    ids = [a.audience_id for a in audiences.listing(store)]
    shared = run(store, "overlap", *ids)
    assert shared.exit_code == 0 and ids[0] in shared.output
    assert "Green Tea" in run(store, "--list").output
    assert "pick" in CliRunner().invoke(verb, ["--help"]).output
    refused = run(store, "P1", "--size", "12", "--budget", "5")
    assert isinstance(refused.exception, InputError)
    assert isinstance(run(store, "P1", "--exclude", "x", "--budget", "?").exception, InputError)
    assert store.db.execute("SELECT count(*) FROM audience_exclusions").fetchone()[0] == 0
    assert isinstance(run(store, "gren tea").exception, AudienceError)
    assert len(audiences.listing(store)) == 2
