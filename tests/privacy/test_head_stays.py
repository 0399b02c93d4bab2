"""The shop's own head stays: it moves with a shopper, the body's update for a plan does not move with it."""

from pathlib import Path

import grimp
import numpy as np
import pytest

from client import personal, personal_choose, personal_folds
from client.personal_choose import choose
from client.personal_folds import crossed, sampled
from client.train import train
from common.features import Encoded
from tests.client.made_up import SPEC, Seeded, plan, without
from tests.client.made_up import shop as rows_of

pytestmark = pytest.mark.privacy

ROOT = Path(__file__).resolve().parents[2]
#: What learns, sends, or decides what is sent.
OUT = (
    *("client.door", "client.app", "client.sums", "client.train", "client.inside"),
    *("client.dataset", "client.prepared", "client.node", "client.league", "common.rounds"),
)
HERE = (
    *("client.personal", "client.personal_choose", "client.personal_fit", "client.personal_folds"),
    "client.personal_mix",
    *("client.personal_head", "client.personal_isotonic", "client.store.personal_heads"),
    *("client.targeting", "client.drift"),
)


def body(data) -> bytes:
    """One round's update under a noise source that repeats itself."""
    found = train(plan(), SPEC, data, Seeded(7))
    tensors = getattr(found, "tensors", found)
    return b"".join(np.asarray(tensors[name]).tobytes() for name in sorted(tensors))


def head(data):
    """A head fitted on these rows, whatever cross-validation would choose."""
    who = np.repeat(np.arange(data.n_shoppers), np.diff(data.start))
    rng = np.random.default_rng(0)
    shared = np.zeros(data.n_rows)
    fold = personal_folds.folds_of(who, data.conversion, rng)
    shop = personal_folds.Shop(Encoded(data.ids, data.numeric), shared, data.conversion, who, fold)
    rows, weight = sampled(data.conversion, rng)
    y = (data.conversion[rows] == 1).astype(float)
    design = personal_choose.Design.build(
        data.ids[rows], data.numeric[rows], shared[rows], y, weight, SPEC.n_ids
    )
    return crossed(shop, design, rows, [10.0])[False, 10.0].whole


def test_a_shopper_changes_the_head_and_the_head_changes_no_update():
    data = rows_of(60, seed=3, rate=0.4)
    fewer = without(data, 5)
    before = body(data), body(fewer)
    one, other = head(data), head(fewer)
    assert np.abs(one.ids - other.ids).max() > 1e-4
    who = np.repeat(np.arange(data.n_shoppers), np.diff(data.start))
    choose(
        Encoded(data.ids, data.numeric),
        np.zeros(data.n_rows, np.float32),
        data.conversion,
        who,
        SPEC.n_ids,
    )
    # the body's update is that of the plan and the rows: a fitted head moves not one byte of it
    assert (body(data), body(fewer)) == before


def test_no_update_reads_a_head_or_a_calibration(monkeypatch):
    data = rows_of(40, seed=4)
    bare = body(data)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a head was asked for while learning")

    monkeypatch.setattr(personal, "fit", forbidden)
    monkeypatch.setattr(personal_choose, "choose", forbidden)
    monkeypatch.setattr(personal_folds, "crossed", forbidden)
    assert body(data) == bare


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("client", "common", cache_dir=None)


@pytest.mark.parametrize("start", OUT)
def test_no_import_leads_from_what_leaves_to_the_head(graph, start):
    assert start in graph.modules
    for end in HERE:
        assert end in graph.modules
        chains = graph.find_shortest_chains(importer=start, imported=end, as_packages=True)
        assert not chains, sorted(chains)


def test_the_way_that_the_test_looks_for_would_be_found(graph):
    """A planted import shows: the test above can fail."""
    graph.add_import(importer="client.sums", imported="client.personal_head")
    try:
        assert graph.find_shortest_chain("client.sums", "client.personal_head")
    finally:
        graph.remove_import(importer="client.sums", imported="client.personal_head")
