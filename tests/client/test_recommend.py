"""Products for one shopper: the same rows as an audience's, varied, not too often; and good company."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from client import recommend, recommend_pairs, recommend_text
from client.commands.recommend import recommend as verb
from client.recommend_rows import rows_of
from client.store import Store, audiences, exposures, models, vectors
from client.text.vectors import digest, product_text
from common.errors import AudienceError, BundleError, InputError
from common.features import default_spec, encode
from common.settings import Settings
from tests.client import audience_shop
from tests.client.audience_shop import key

SETTINGS = Settings(audience_floor=10)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with audience_shop.copy(tmp_path / "shop") as s:
        yield s


def words(store: Store, **of: list[float]) -> None:
    """Vectors of some products' words, by product id."""
    texts = {p.product_id: p for p in vectors.product_texts(store)}
    found = {}
    for product_id, vector in of.items():
        p = texts[product_id]
        found[digest(product_text(p.title, p.path, p.description))] = np.array(vector, np.float32)
    vectors.keep(store, "test@1", found)


@pytest.mark.parametrize("who", [0, 3, 46])
def test_rows_are_those_of_an_audience(store: Store, who: int) -> None:
    store.db.execute(
        "UPDATE impressions SET platform_activity = 3, platform_affinity = 1 + position,"
        " platform_redemptions = 2, device = 'phone' WHERE product_id != 'P1'"
    )
    rows = rows_of(store, key(store, who))
    assert rows.product_ids == ("P1", "P2", "P3", "P4", "P5")
    for i, product_id in enumerate(rows.product_ids):
        same = exposures.candidates(store, product_id)
        at = same.shopper_keys.index(key(store, who))
        wanted = encode(default_spec(), same.columns)
        np.testing.assert_array_equal(rows.encoded.ids[i], wanted.ids[at])
        np.testing.assert_array_equal(rows.encoded.numeric[i], wanted.numeric[at])


def test_what_was_bought_or_seen_often_is_left_out(store: Store) -> None:
    three = key(store, 3)
    everything = recommend.for_shopper(store, three, bought_days=0, cap=100)
    assert {o.product_id for o in everything.offers} == {"P1", "P2", "P3", "P4", "P5"}
    p = [o.p_conversion for o in everything.offers]
    assert all(0 < x < 1 for x in p) and everything.offers[0].p_click is not None
    # the shop's now is 2024-02-20: pot on 2024-01-20 and soap on 2024-01-25 are 26 and 31 days ago
    lately = recommend.for_shopper(store, three, bought_days=32, cap=100)
    assert lately.n_bought >= 2 and not {"P2", "P4"} & {o.product_id for o in lately.offers}
    store.db.execute(
        "INSERT INTO impressions (impression_id, shopper, product_id, shown_at)"
        " SELECT 'x' || n, shopper, 'P5', '2024-02-1' || (5 + n) || 'T00:00:00Z' FROM shoppers,"
        " (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2) WHERE shopper_key = ?",
        [three],
    )
    often = recommend.for_shopper(store, three, bought_days=0, cap=3)
    assert often.n_capped == 1 and "P5" not in {o.product_id for o in often.offers}
    store.db.execute("UPDATE products SET stock = 0 WHERE product_id = 'P3'")
    audiences.exclude(store, [three], "P1")
    found = recommend.for_shopper(store, three, bought_days=0, cap=100)
    assert found.n_sold_out == 1 and {o.product_id for o in found.offers} == {"P2", "P4", "P5"}
    audiences.exclude(store, [three])
    with pytest.raises(AudienceError, match="left out by hand"):
        recommend.for_shopper(store, three, bought_days=0, cap=100)


def test_variety_brings_something_else(store: Store) -> None:
    alike = recommend_text.likeness(store)
    p = np.array([0.10, 0.05, 0.09, 0.04, 0.08])
    pool = np.argsort(-p)
    assert recommend._varied(pool, p, alike, 3, 1.0) == [0, 2, 4]  # three teas
    assert recommend._varied(pool, p, alike, 3, 0.5) == [0, 1, 3]
    assert sorted(recommend._varied(pool, p, alike, 9, 0.5)) == [0, 1, 2, 3, 4]


def test_products_of_one_title_are_not_offered_side_by_side(store: Store) -> None:
    store.db.execute("UPDATE products SET title = 'Green  TEA' WHERE product_id IN ('P3', 'P5')")
    store.db.execute("UPDATE products SET title = 'Ｇreen Tea ' WHERE product_id = 'P1'")
    store.db.execute("UPDATE products SET category = product_id WHERE product_id = 'P5'")
    alike = recommend_text.likeness(store)
    assert alike.to(0).tolist()[2] == alike.to(0)[4] == 1.0 and alike.to(0)[1] < 1
    p = np.array([0.10, 0.001, 0.09, 0.001, 0.08])
    pool = np.argsort(-p, kind="stable")
    assert set(recommend._varied(pool, p, alike, 3, 0.7)) == {0, 1, 3}
    assert recommend._varied(pool, p, alike, 3, 1.0) == [0, 2, 4]  # asked for: however alike
    assert sorted(recommend._varied(pool, p, alike, 9, 0.7)) == [0, 1, 2, 3, 4]
    offers = recommend.for_shopper(store, key(store, 3), 3, bought_days=0, cap=100).offers
    assert len({" ".join(o.title.casefold().split()) for o in offers}) >= 2
    # a title that is missing is no title that products share
    store.db.execute("UPDATE products SET title = ''")
    assert not recommend_text.likeness(store).named_as(0).any()


def test_vectors_of_words_count_where_there_are_any(store: Store) -> None:
    assert recommend_text.likeness(store).vectors is None
    words(store, P1=[1, 0.2], P2=[1, 0], P3=[-1, 0.1], P4=[-1, 0])
    alike = recommend_text.likeness(store)
    assert alike.vectors is not None and not alike.vectors[4].any()
    to = alike.to(0)
    assert to[4] == 1.0  # no vector: by its category alone
    assert to[2] == pytest.approx(0.5) and to[1] > 0.45 and to[3] == 0
    assert alike.cosines(4) is None and np.isnan(alike.cosines(0)[4])  # type: ignore[index]
    assert recommend.for_shopper(store, key(store, 3)).by_words


def test_reasons_are_against_the_other_products(store: Store) -> None:
    found = recommend.for_shopper(store, key(store, 3), bought_days=0, cap=100)
    texts = [r.text for o in found.offers for r in o.reasons]
    assert all("other products for the same shopper" in t and "because" not in t for t in texts)


@pytest.mark.privacy
@pytest.mark.parametrize("change", ["consent = 0", "minor = 1", "aside = 4", "personalise = 0"])
def test_who_may_not_be_addressed_gets_nothing(store: Store, change: str) -> None:
    three = key(store, 3)
    store.db.execute(f"UPDATE shoppers SET {change} WHERE shopper_key = ?", [three])
    with pytest.raises(AudienceError, match="may be addressed"):
        recommend.for_shopper(store, three)


def test_what_is_bought_by_the_same_people(store: Store) -> None:
    found = recommend_pairs.goes_with(store, SETTINGS, "Tea Pot")
    first = next(g for g in found.found if g.product_id == "P1")
    assert first.by == recommend_pairs.TOGETHER
    lows = [g.lift_low for g in found.found if g.lift_low is not None]
    assert lows == sorted(lows, reverse=True)
    assert first.n_both is not None and first.n_both >= 10
    assert first.lift is not None and first.lift_low is not None and 1 < first.lift_low < first.lift
    # soap is bought by every third, tea or not: not surely together
    assert "P4" not in {g.product_id for g in found.found if g.by == recommend_pairs.TOGETHER}
    assert found.enough_buyers and not found.has_vectors
    store.db.execute("UPDATE products SET stock = 0 WHERE product_id = 'P1'")
    assert "P1" not in {
        g.product_id for g in recommend_pairs.goes_with(store, SETTINGS, "P2").found
    }


@pytest.mark.privacy
def test_pairs_of_fewer_people_than_the_floor_are_not_counted(store: Store) -> None:
    found = recommend_pairs.goes_with(store, Settings(audience_floor=100), "P2")
    assert found.found == () and not found.enough_buyers
    store.db.execute("UPDATE shoppers SET consent = 0")
    found = recommend_pairs.goes_with(store, SETTINGS, "P2")
    assert found.found == ()


def test_words_fill_up_what_purchases_leave(store: Store) -> None:
    words(store, P1=[1, 0.2], P2=[1, 0], P3=[-1, 0.1], P4=[-1, 0], P5=[1, 0.3])
    found = recommend_pairs.goes_with(store, SETTINGS, "P5")
    assert found.has_vectors and not found.enough_buyers
    assert [g.by for g in found.found] == [recommend_pairs.WORDS] * len(found.found)
    assert found.found[0].product_id == "P1" and found.found[0].cosine is not None
    with pytest.raises(AudienceError) as e:
        recommend_pairs.goes_with(store, SETTINGS, "Whit Tea")
    assert "P5" in e.value.todo


def test_lift_and_its_interval_agree_with_a_bootstrap() -> None:
    rng = np.random.default_rng(3)
    n, cells = 2000, np.array([60, 240, 340, 1360])  # both, first, second, neither
    value, low = recommend_pairs.lift(np.array([60]), 300, np.array([400]), n)
    draws = rng.multinomial(n, cells / n, 4000).astype(float)
    lifts = n * draws[:, 0] / ((draws[:, 0] + draws[:, 1]) * (draws[:, 0] + draws[:, 2]))
    assert value[0] == pytest.approx(1.0)
    assert low[0] == pytest.approx(np.exp(-1.96 * np.log(lifts).std()), abs=0.01)
    none, bound = recommend_pairs.lift(np.array([0]), 3, np.array([0]), 10)
    assert np.isnan(none[0]) and np.isnan(bound[0])


def test_the_verb(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSA_AUDIENCE_FLOOR", "10")

    def run(*args: str, feed: str | None = None):  # type: ignore[no-untyped-def]
        return CliRunner().invoke(verb, [*args, "--home", str(store.home)], input=feed)

    value = json.loads(run("--shopper", "c3", "--n", "2", "--json").output.splitlines()[-1])
    assert len(value["offers"]) == 2 and value["shopper"] == key(store, 3)
    assert '"c3"' not in json.dumps(value)
    assert run("--shopper", "-", feed="c3\n").exit_code == 0
    pairs = run("--product", "P2")
    assert "Green Tea" in pairs.output and "lift" in pairs.output and "hansa text" in pairs.output
    assert json.loads(run("--product", "P2", "--json").output)["floor"] == 10
    for args, error in (
        (["--shopper", "nobody"], InputError),
        (["--shopper", "c9"], AudienceError),
        (["--product", "nothing like it"], AudienceError),
        ([], InputError),
        (["--shopper", "c3", "--product", "P2"], InputError),
    ):
        assert isinstance(run(*args).exception, error)
    for found in models.listing(store):
        store.db.execute("DELETE FROM bundles WHERE digest = ?", [found.digest])
    assert isinstance(run("--shopper", "c3").exception, BundleError)
