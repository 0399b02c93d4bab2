import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store, rows
from client.store.asof import AsOf, pair
from client.store.coverage import coverage
from client.store.exposures import after_everything, candidates, load
from common.errors import InputError
from common.features import default_spec, encode

SPEC = default_spec()
PRODUCTS = """product_id,title,department,category
P1,Tea,Grocery,Tea
P2,Pot,Household,Kitchen
P3,Cup,Household,Kitchen
"""


def fill(home: Path, **files: str) -> Store:
    make_shop(home / "shop", "Tea", "en", {})
    (home / "in").mkdir()
    for name, text in files.items():
        (home / "in" / f"{name}.csv").write_text(text, encoding="utf-8")
    store = Store.open(home / "shop")
    import_files(store, [home / "in"])
    return store


def shop(home: Path, events: list[str], shown: list[str], won: list[str] | None = None) -> Store:
    files = {
        "products": PRODUCTS,
        "shoppers": "customer_id,consent\na,yes\nb,yes\nc,no\nd,\n",
        "events": "\n".join(["customer_id,kind,happened_at,product_id,value", *events, ""]),
        "impressions": "\n".join(
            [
                "impression_id,customer_id,product_id,shown_at,campaign_type,platform_affinity",
                *shown,
                "",
            ]
        ),
    }
    if won is not None:
        files["conversions"] = "\n".join(["impression_id,converted_at", *won, ""])
    return fill(home, **files)


def test_each_row_is_as_of_its_own_moment(tmp_path):
    store = shop(
        tmp_path,
        [
            "a,purchase,2024-01-01,P2,5.00",
            "a,view,2024-01-02,P3,",
            "a,cart,2024-01-02,P2,9.00",
            "a,purchase,2024-01-10,P3,7.50",
            "b,purchase,2024-01-01,P1,1.00",
            "a,purchase,2024-02-01,unheard-of,1.00",
        ],
        [
            "i1,a,P3,2024-01-10T00:00:00Z,A,1",
            "i2,a,P3,2024-01-10T00:00:01Z,A,2",
            "i3,a,P2,2024-03-01,B,3",
            "i4,b,P1,2024-01-01,B,0",
        ],
        ["i1,2024-01-11"],
    )
    with store:
        e = load(store)
    assert e.product_id == ["P3", "P3", "P2", "P1"] or e.product_id == ["P1", "P3", "P3", "P2"]
    order = sorted(range(4), key=lambda i: (e.product_id[i] == "P1", e.shown_at[i]))

    def column(name):
        return [int(e.columns[name][i]) for i in order]

    # the purchase of 10 January is at the very moment of i1: it must not count there
    assert column("own_purchases") == [1, 2, 3, 0]
    assert column("product_purchases") == [0, 1, 1, 0]
    assert column("category_purchases") == [1, 2, 2, 0]
    assert column("spend_minor") == [500, 1250, 1350, 0]
    assert column("recency_days") == [9, 0, 29, -1]
    assert column("own_views") == [2, 2, 2, 0]
    assert column("product_views") == [1, 1, 1, 0]
    assert column("past_exposures") == [0, 1, 2, 0]
    assert column("past_conversions") == [0, 0, 1, 0]
    assert column("weekday") == [2, 2, 4, 0]
    assert [e.columns["department"][i] for i in order] == ["Household"] * 3 + ["Grocery"]
    assert [int(e.converted[i]) for i in order] == [1, 0, 0, 0]
    assert (e.clicked == -1).all()
    assert (np.diff(e.shopper) >= 0).all()
    assert len(e.shopper_keys) == 2
    assert encode(SPEC, e.columns).ids.shape == (4, SPEC.n_categorical)


def test_a_conversion_dated_before_its_impression_does_not_tell_the_label(tmp_path):
    store = shop(tmp_path, [], ["i1,a,P1,2024-01-10,A,0"], ["i1,2024-01-01"])
    with store:
        e = load(store)
    assert e.columns["past_conversions"].tolist() == [0]
    assert e.converted.tolist() == [1]


def test_outcomes_are_unknown_until_conversions_are_imported(tmp_path):
    with shop(tmp_path, [], ["i1,a,P1,2024-01-10,A,0"]) as store:
        assert load(store).converted.tolist() == [-1]
        assert rows.summary(store).conversion_rate is None


@pytest.mark.privacy
def test_only_consenting_shoppers_are_seen(tmp_path):
    events = [f"{who},purchase,2024-01-01,P1,1" for who in "abcde"]
    shown = [f"i{n},{who},P1,2024-02-01,A,0" for n, who in enumerate("abcde")]
    with shop(tmp_path, events, shown, []) as store:
        summary = rows.summary(store)
        e, c = load(store), candidates(store, "P1")
        assert summary.tables["shoppers"] == 5  # e is known from the files only
        assert summary.n_consenting == 2
        assert len(e) == len(e.shopper_keys) == len(c) == 2
        raw = {r[0] for r in store.db.execute("SELECT shopper_key FROM shoppers")}
        assert not raw & set("abcde")
        (tmp_path / "no.csv").write_text("customer_id,consent\na,no\n")
        import_files(store, [tmp_path / "no.csv"])
        assert len(load(store)) == len(candidates(store, "P1")) == 1


def test_who_wants_no_personalisation_is_learned_from_but_not_picked(tmp_path):
    with shop(tmp_path, [], ["i1,a,P1,2024-01-10,A,0", "i2,b,P1,2024-01-10,A,0"]) as store:
        (tmp_path / "p.csv").write_text("customer_id,consent,personalise\na,yes,no\n")
        import_files(store, [tmp_path / "p.csv"])
        assert len(load(store)) == 2
        assert len(candidates(store, "P1")) == 1


def test_candidates_are_as_if_shown(tmp_path):
    shown = ["i1,a,P2,2024-01-10,Type A,4", "i2,a,P1,2024-01-20,Type B,1", "i3,b,P1,2024-01-21,C,2"]
    with shop(tmp_path, ["b,purchase,2024-01-12,P3,2"], shown, []) as store:
        assert after_everything(store) == "2024-01-21T00:00:01Z"
        c = candidates(store, "P3")
        by_key = dict(zip(c.shopper_keys, range(2), strict=True))
        e = load(store)
        a = next(
            by_key[e.shopper_keys[s]]
            for s, p in zip(e.shopper, e.product_id, strict=True)
            if p == "P2"
        )
        b = 1 - a
        # P2 is of the same department as P3, so its affinity is told; P1's is not
        assert c.columns["platform_affinity"].tolist() == ([4, 0] if a == 0 else [0, 4])
        assert int(c.columns["category_purchases"][b]) == 1
        assert c.columns["past_exposures"].sum() == 3
        assert set(c.columns) == set(e.columns)
        assert (c.converted == -1).all()
        early = candidates(store, "P2", "2024-01-05T00:00:00Z")
        assert early.columns["past_exposures"].sum() == 0
        assert candidates(store, "P2").columns["campaign_type"][0] == "Type A"
        with pytest.raises(InputError):
            candidates(store, "P9")


def test_time_limits_choose_rows_but_do_not_change_them(tmp_path):
    shown = [f"i{n},a,P1,2024-01-{n + 1:02d},A,0" for n in range(9)]
    with shop(
        tmp_path, ["a,purchase,2024-01-03T12:00:00Z,P1,2"], shown, ["i0,2024-01-02"]
    ) as store:
        whole = load(store)
        early = load(store, shown_before="2024-01-05T00:00:00Z")
        late = load(store, shown_from="2024-01-05T00:00:00Z")
        assert (len(early), len(late)) == (4, 5)
        for name, values in whole.columns.items():
            both = [*early.columns[name].tolist(), *late.columns[name].tolist()]
            assert both == values.tolist(), name
        assert coverage(store)["campaign_type"] == 1.0


def random_shop(home: Path, rng: random.Random, after: bool) -> Store:
    """Events and offers before 1 June; `after` adds wild ones from then on."""

    def day(late: bool) -> str:
        month = rng.randint(6, 12) if late else rng.randint(1, 5)
        return f"2024-{month:02d}-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:00:00Z"

    def lines(n: int, late: bool) -> tuple[list[str], list[str], list[str]]:
        mark = "late" if late else "early"
        events = [
            f"{rng.choice('ab')},{rng.choice(['view', 'purchase'])},{day(late)},"
            f"{rng.choice(['P1', 'P2', 'P3', 'P9'])},{rng.randint(0, 99)}"
            for _ in range(n)
        ]
        shown = [
            f"{mark}{i},{rng.choice('ab')},{rng.choice(['P1', 'P2'])},{day(late)},A,{rng.randint(0, 6)}"
            for i in range(n)
        ]
        won = [f"{mark}{i},{day(True)}" for i in range(0, n, 3)]
        return events, shown, won

    events, shown, won = lines(25, False)
    if after:
        more = lines(25, True)
        events, shown, won = events + more[0], shown + more[1], won + more[2]
    rng.shuffle(events)
    return shop(home, events, shown, won)


@pytest.mark.privacy
@pytest.mark.parametrize("seed", range(4))
def test_what_happens_later_changes_no_feature(tmp_path, seed):
    spec, before = default_spec(), "2024-06-01T00:00:00Z"
    encoded = []
    for after in (False, True):
        home = tmp_path / str(after)
        home.mkdir()
        with random_shop(home, random.Random(seed), after) as store:
            e = load(store, shown_before=before)
            # the two shops have their own salts, so shoppers may come in another order
            codes = encode(spec, e.columns)
            seen = np.hstack([codes.ids, (codes.numeric * 1e6).astype(np.int64)])
            at = list(zip(e.shown_at, e.product_id, seen.tolist(), strict=True))
            encoded.append(sorted(at))
    assert encoded[0] == encoded[1]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_as_of_agrees_with_counting_one_by_one(data):
    m, n = data.draw(st.integers(0, 12)), data.draw(st.integers(1, 6))
    small = st.integers(-1, 3)
    when = st.integers(-5, 5)
    groups = np.array(data.draw(st.lists(small, min_size=m, max_size=m)), np.int64)
    times = np.array(data.draw(st.lists(when, min_size=m, max_size=m)), np.int64)
    values = np.arange(m, dtype=np.int64) + 1
    g = np.array(data.draw(st.lists(small, min_size=n, max_size=n)), np.int64)
    t = np.array(data.draw(st.lists(when, min_size=n, max_size=n)), np.int64)
    past = AsOf.build(groups, times)
    for i in range(n):
        hits = [j for j in range(m) if groups[j] == g[i] >= 0 and times[j] < t[i]]
        assert past.count(g, t)[i] == len(hits)
        assert past.sum(values, g, t)[i] == sum(values[hits]) if hits else True
        latest = max((times[j] for j in hits), default=None)
        assert past.seconds_since(g, t)[i] == (-1 if latest is None else t[i] - latest)
        last = past.last(g, t)[i]
        assert last == -1 if latest is None else times[last] == latest and last in hits


def test_pair():
    assert pair(np.array([0, 1, -1]), np.array([2, -1, 0]), 3).tolist() == [2, -1, -1]


def test_an_empty_shop_has_no_exposures(tmp_path):
    make_shop(tmp_path, "Tea", "en", {})
    with Store.open(tmp_path) as store:
        e = load(store)
        assert len(e) == 0
        assert encode(SPEC, e.columns).ids.shape == (0, SPEC.n_categorical)
        assert coverage(store) == {}


def test_browsing(tmp_path):
    shown = ["i1,a,P2,2024-01-10,A,4", "i2,a,P2,2024-01-20,B,1", "i3,b,P1,2024-01-20,C,2"]
    with shop(tmp_path, ["b,purchase,2024-01-12,P3,2"], shown, ["i2,2024-02-01"]) as store:
        top = rows.products(store)
        assert [(p.product.product_id, p.n_impressions, p.n_converted) for p in top] == [
            ("P2", 2, 1),
            ("P1", 1, 0),
            ("P3", 0, 0),
        ]
        assert [p.product.title for p in rows.products(store, search="kitch")] == ["Pot", "Cup"]
        assert rows.products(store, search="%") == []
        assert rows.product(store, "P1").category == "Tea"
        page = rows.page(store, "impressions", offset=1, limit=1)
        assert (page.total, len(page.rows), page.rows[0][0]) == (3, 1, "i2")
        for table in rows.TABLES:
            assert rows.page(store, table).total == rows.summary(store).tables[table]
        with pytest.raises(InputError):
            rows.page(store, "ledger; DROP TABLE events")
        assert [i.kind for i in rows.imports(store)][::-1] == [
            *("products", "shoppers", "events", "impressions", "conversions")
        ]
