"""Clusters: k that bootstraps find again, enough people in each, ids and names that stay."""

import numpy as np
import pytest

from client.profiles import clusters
from client.profiles.cluster_words import FEATURE_NAMES, FEATURES, names_for
from client.profiles.clusters import Clusters, Refused, again, fresh, match, merge
from client.profiles.run import Choices, recompute
from client.store import profiles
from tests.client.test_segments import add_days, shop

D = len(FEATURE_NAMES)


def blobs(sizes: tuple[int, ...], seed: int = 0, shift: float = 0.0) -> np.ndarray:
    """Clouds of people far from one another, feature by feature."""
    rng = np.random.default_rng(seed)
    centres = np.eye(len(sizes), D) * 8 + shift
    return np.concatenate([rng.normal(c, 0.7, (n, D)) for c, n in zip(centres, sizes, strict=True)])


def test_the_planted_number_is_found():
    found = fresh(blobs((120, 90, 150)), None, 50, random_state=1)
    assert isinstance(found, Clusters)
    assert len(found.centroids) == 3 and found.ari > 0.95 and found.silhouette > 0.15
    assert sorted(np.bincount(found.labels)) == [90, 120, 150]


def test_the_same_state_gives_the_same_clusters():
    table = blobs((120, 90, 150))
    a, b = (fresh(table, None, 50, random_state=5) for _ in range(2))
    assert np.array_equal(a.labels, b.labels) and np.array_equal(a.centroids, b.centroids)


def test_a_small_cluster_is_merged():
    found = fresh(blobs((120, 20, 150)), 3, 50, random_state=1)
    assert len(found.centroids) == 2 and np.bincount(found.labels).min() >= 50


def test_merging_ends_with_enough_people_or_one_cluster():
    z = np.random.default_rng(0).normal(size=(60, D))
    labels, centroids = merge(z, np.arange(60) % 7, 7, 50)
    assert len(centroids) == 1 and (labels == 0).all()


@pytest.mark.parametrize(
    ("table", "k", "word"),
    [
        (blobs((40, 40)), None, "need 200"),
        (blobs((150, 150)), 9, "need 450"),
        (np.ones((300, D)), None, "alike"),
    ],
)
def test_a_shop_that_is_too_small_is_refused_with_a_reason(table, k, word):
    found = fresh(table, k, 50, random_state=0)
    assert isinstance(found, Refused) and word in found.reason


def test_chance_groups_are_refused(monkeypatch):
    monkeypatch.setattr(clusters, "CANDIDATES", (5, 7))
    found = fresh(np.random.default_rng(3).normal(size=(400, D)), None, 50, random_state=0)
    assert isinstance(found, Refused) and "stable" in found.reason


def test_ids_stay_when_the_order_of_the_centroids_does_not():
    table = blobs((120, 90, 150))
    first = fresh(table, 3, 50, random_state=1)
    later = np.concatenate([table + 0.05, blobs((10, 10, 10), seed=4)])
    was = np.concatenate([first.labels, np.full(30, -1)])
    now = again(later, first, was, random_state=77)
    assert np.array_equal(now.labels[:360], first.labels)
    anew = fresh(table, 3, 50, random_state=9, old=first.centroids * first.std + first.mean)
    assert np.array_equal(anew.old[anew.labels], first.labels)
    new_at, old_at = match(first.centroids[[2, 0, 1]], first.centroids)
    assert dict(zip(new_at.tolist(), old_at.tolist(), strict=True)) == {0: 2, 1: 0, 2: 1}


def test_between_two_centroids_people_stay_where_they_were():
    z = np.zeros((2, D))
    z[0, 0], z[1, 0] = 0.51, 0.9
    table = np.concatenate([z, np.zeros((50, D)), np.eye(1, D).repeat(50, 0)])
    before = Clusters(
        np.zeros(0, np.int64),
        np.stack([np.zeros(D), np.eye(1, D)[0]]),
        np.zeros(D),
        np.ones(D),
        np.arange(2),
        0.0,
        1.0,
    )
    was = np.concatenate([[0, 0], np.zeros(50), np.ones(50)]).astype(np.int64)
    now = again(table, before, was, random_state=0)
    assert now.labels[:2].tolist() == [0, 1]


def test_names_say_what_stands_out_and_differ():
    rows = np.zeros((3, D))
    orders, evening = FEATURE_NAMES.index("orders"), FEATURE_NAMES.index("evening")
    rows[0, [orders, evening]] = 2.0, 1.0
    rows[1, [orders, evening]] = -2.0, 1.0
    rows[2, [orders, evening]] = 2.0, 1.0
    names = names_for(rows)
    assert names[0].en == "buy often, in the evening" and names[0].zh == "常下单，晚间活跃"
    assert names[1].en == "hardly buy, in the evening"
    assert len({n.en for n in names}) == 3
    assert len({f.high.zh for f in FEATURES} | {f.low.zh for f in FEATURES}) == 2 * D


def test_in_the_shop_clusters_keep_ids_and_names_over_a_week(tmp_path):
    with shop(tmp_path, n=400) as store:
        one = Choices(method="kmeans", k=3, as_of="2024-06-11T00:00:00Z")
        recompute(store, one)
        named = {s.segment_id: s.name_en for s in profiles.segments(store) if s.method == "kmeans"}
        was = dict(store.db.execute("SELECT shopper, cluster_id FROM profiles").fetchall())
        assert len(named) == 3 and set(was.values()) <= {*named, ""}
        add_days(store, 400, 150, 157, seed=9)
        recompute(store, Choices(method="kmeans", as_of="2024-06-18T00:00:00Z"))
        now = dict(store.db.execute("SELECT shopper, cluster_id FROM profiles").fetchall())
        assert named == {
            s.segment_id: s.name_en for s in profiles.segments(store) if s.method == "kmeans"
        }
        assert np.mean([was[i] != now[i] for i in was if was[i]]) < 0.15
        # rules alone leave the clusters as they are
        recompute(store, Choices(as_of="2024-06-18T00:00:00Z"))
        kept = dict(store.db.execute("SELECT shopper, cluster_id FROM profiles").fetchall())
        assert kept == now


def test_a_refusal_says_why_and_the_rules_are_there_all_the_same(tmp_path):
    with shop(tmp_path, n=60, days=60) as store:
        done = recompute(store, Choices(method="kmeans"))
        assert any("clusters need" in note for note in done.notes)
        assert {r.method for r in profiles.overview(store)} == {"rfm"}
