import random

import numpy as np
import pytest

from client.dataset import ShopperData
from client.store import exposures, history
from client.store.exposures import after_everything, candidates, load
from client.store.history import UNKNOWN, History, Offers, Shown, seconds
from tests.client.test_exposures import SPEC, random_shop, shop


def history_by_rows(store, catalogue):
    rows = store.db.execute(
        "SELECT e.shopper, e.happened_at, e.kind = 'purchase', e.value_minor, e.product_id"
        " FROM events AS e JOIN shoppers AS s USING (shopper) WHERE s.consent = 1"
    ).fetchall()
    return History(
        shopper=np.array([r[0] for r in rows], np.int64),
        at=seconds([r[1] for r in rows]),
        is_purchase=np.array([r[2] for r in rows], np.bool_),
        value_minor=np.array([r[3] if r[2] else 0 for r in rows], np.int64),
        product=np.array([catalogue.code.get(r[4], UNKNOWN) for r in rows], np.int64),
    )


def impressions_by_rows(store, catalogue, shown_before=None):
    rows = store.db.execute(
        "SELECT i.shopper, i.product_id, i.shown_at, i.campaign_type, i.placement, i.device,"
        " i.position, i.platform_activity, i.platform_affinity, i.platform_redemptions,"
        " i.clicked, c.converted_at, i.city"
        " FROM impressions AS i JOIN shoppers AS s USING (shopper)"
        " LEFT JOIN conversions AS c USING (impression_id)"
        " WHERE s.consent = 1 AND i.shown_at < ?"
        " ORDER BY i.shopper, i.shown_at, i.impression_id",
        [shown_before or "9999"],
    ).fetchall()
    shown = Shown(
        shopper=np.array([r[0] for r in rows], np.int64),
        at=seconds([r[2] for r in rows]),
        product=np.array([catalogue.code.get(r[1], UNKNOWN) for r in rows], np.int64),
        campaign_type=np.array([r[3] for r in rows], object),
        placement=np.array([r[4] for r in rows], object),
        device=np.array([r[5] for r in rows], object),
        position=np.array([r[6] for r in rows], np.int64),
        tiers=np.array([r[7:10] for r in rows], np.int64).reshape(-1, 3),
        city=np.array([r[12] for r in rows], object),
    )
    return Offers(
        shown,
        [r[1] for r in rows],
        [r[2] for r in rows],
        np.array([UNKNOWN if r[10] is None else r[10] for r in rows], np.int8),
        seconds([r[11] or "" for r in rows]),
    )


def same(a, b):
    assert (a.shopper_keys, a.product_id, a.shown_at) == (b.shopper_keys, b.product_id, b.shown_at)
    assert list(a.columns) == list(b.columns)
    for name, values in a.columns.items():
        assert values.dtype == b.columns[name].dtype, name
        assert values.tolist() == b.columns[name].tolist(), name
    for name in ("shopper", "clicked", "converted"):
        x, y = getattr(a, name), getattr(b, name)
        assert x.dtype == y.dtype and x.tobytes() == y.tobytes()
    left, right = (ShopperData.from_exposures(SPEC, e) for e in (a, b))
    for name in ("ids", "numeric", "click", "conversion", "start"):
        assert getattr(left, name).tobytes() == getattr(right, name).tobytes()


@pytest.mark.parametrize("seed", range(3))
def test_columns_are_to_the_byte_what_rows_gave(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(history, "CHUNK", 7)
    with random_shop(tmp_path, random.Random(seed), True) as store:
        # the same moment many times: there the order is by the impression's id
        with store.db.conn:
            store.db.execute(
                "UPDATE impressions SET shown_at = substr(shown_at, 1, 7) || '-01T00:00:00Z'"
            )
            store.db.execute("UPDATE impressions SET clicked = 1 WHERE rowid % 3 = 0")
        cases = [
            lambda: load(store),
            lambda: load(store, shown_before="2024-06-01T00:00:00Z"),
            lambda: load(store, shown_from="2024-03-02T00:00:00Z"),
            lambda: candidates(store, "P2"),
        ]
        new = [case() for case in cases]
        monkeypatch.setattr(exposures, "read_history", history_by_rows)
        monkeypatch.setattr(exposures, "read_impressions", impressions_by_rows)
        for case, found in zip(cases, new, strict=True):
            same(found, case())


def filled(home):
    return shop(
        home,
        [f"{who},purchase,2024-01-01,P1,1" for who in "ab"],
        [f"i{n}{who},{who},P1,2024-02-0{n},A,0" for who in "ab" for n in (1, 2)],
        ["i1a,2024-02-01"],
    )


def test_what_was_set_aside_is_not_there(tmp_path):
    with filled(tmp_path) as store:

        def aside(table, where):
            with store.db.conn:
                store.db.execute(f"UPDATE {table} SET aside = 4 WHERE {where}")

        assert (len(load(store)), load(store).converted.sum()) == (4, 1)
        aside("conversions", "1")
        assert load(store).converted.tolist() == [0] * 4
        assert load(store).columns["past_conversions"].sum() == 0
        aside("events", "1")
        assert load(store).columns["own_purchases"].sum() == 0
        aside("impressions", "shown_at >= '2024-02-02'")
        assert len(load(store)) == 2
        assert after_everything(store) == "2024-02-01T00:00:01Z"
        aside("shoppers", "shopper = (SELECT min(shopper) FROM impressions)")
        assert (len(load(store)), len(candidates(store, "P1"))) == (1, 1)


@pytest.mark.privacy
def test_minors_are_not_there(tmp_path):
    with filled(tmp_path) as store:
        with store.db.conn:
            store.db.execute(
                "UPDATE shoppers SET minor = 1 WHERE shopper = (SELECT min(shopper) FROM impressions)"
            )
        assert (len(load(store)), len(candidates(store, "P1"))) == (2, 1)
