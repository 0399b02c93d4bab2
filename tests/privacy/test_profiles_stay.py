"""Profiles stay: training batches are the same bytes with and without them, and no way leads there."""

import subprocess
import sys
from pathlib import Path

import grimp
import numpy as np
import pytest

from client.dataset import ShopperData
from client.profiles.run import Choices, recompute
from client.store import Store, exposures
from common.features import default_spec
from tests.client.made_up import Seeded
from tests.client.made_up_shop import shop

pytestmark = pytest.mark.privacy

ROOT = Path(__file__).resolve().parents[2]
#: What learns, sends, or decides what is sent.
OUT = (
    *(
        "client.door",
        "client.app",
        "client.sums",
        "client.train",
        "client.inside",
        "client.dataset",
    ),
    *("client.prepared", "client.node", "client.league", "client.personal", "common.rounds"),
    "client.store.exposures",
)
HERE = ("client.profiles", "client.store.profiles", "client.store.profiles_read")


def batches(store: Store) -> list[bytes]:
    """Every tensor of three batches, and the arrays they are drawn from."""
    data = ShopperData.from_exposures(default_spec(), exposures.load(store))
    noise = Seeded(11)
    arrays = [data.ids, data.numeric, data.click, data.conversion, data.start]
    for batch in (data.sample(0.5, 2, noise), data.sample(0.9, 8, noise), data.everybody(3, noise)):
        arrays += [batch.ids, batch.numeric, batch.click, batch.conversion, batch.mask]
    return [f"{a.dtype}{tuple(a.shape)}".encode() + np.asarray(a).tobytes() for a in arrays]


def count(store: Store, table: str) -> int:
    return int(store.db[table].count)


def test_training_batches_are_byte_identical_with_and_without_profiles(tmp_path):
    with shop(tmp_path, n=300) as store:
        bare = batches(store)
        texts = {}

        def vectors(of):
            rng = np.random.default_rng(0)
            for text in of:
                texts[text] = rng.standard_normal(8).astype(np.float32)
            return np.stack([texts[t] for t in of])

        done = recompute(store, Choices(method="kmeans", k=2, least=10), vectors=vectors)
        store.db.conn.executemany(
            "INSERT INTO text_vectors (model, digest, vector) VALUES ('made-up', ?, ?)",
            [(f"{i:064d}", v.tobytes()) for i, v in enumerate(texts.values())],
        )
        assert done.n_people == 270 and count(store, "profiles") == 270
        clustered = store.db.execute("SELECT count(DISTINCT cluster_id) FROM profiles").fetchone()
        assert clustered[0] > 1 and count(store, "segments") > 3 and count(store, "text_vectors")
        body = store.db.execute('SELECT body FROM profiles WHERE body LIKE \'%"vector":"_%\'')
        assert body.fetchone() is not None
        assert batches(store) == bare
        # nor do wrong ones: what is in these tables is not looked at at all
        store.db.execute(
            "UPDATE profiles SET segment_id = 'rfm-best', cluster_id = '', body = '{}'"
        )
        store.db.execute("UPDATE text_vectors SET vector = x'00'")
        assert batches(store) == bare


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("client", "common", cache_dir=None)


@pytest.mark.parametrize("start", OUT)
def test_no_import_leads_from_what_leaves_to_profiles(graph, start):
    assert start in graph.modules
    for end in HERE:
        chains = graph.find_shortest_chains(importer=start, imported=end, as_packages=True)
        assert not chains, sorted(chains)


def test_importing_what_leaves_loads_neither_profiles_nor_a_shops_own_head():
    """The ways of imports to a head: tests/privacy/test_head_stays.py."""
    names = [n for n in OUT if n not in ("client.league", "client.personal")]
    code = (
        f"import sys, {', '.join(names)}; print(sorted(m for m in sys.modules if 'profiles' in m"
        " or m.startswith(('client.personal', 'client.store.personal'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_the_way_that_the_test_looks_for_would_be_found(graph):
    """A planted import shows: the test above can fail."""
    graph.add_import(importer="client.sums", imported="client.profiles.run")
    try:
        chains = graph.find_shortest_chains(
            importer="client.door", imported="client.profiles", as_packages=True
        )
        direct = graph.find_shortest_chains(
            importer="client.sums", imported="client.profiles", as_packages=True
        )
        assert direct and (chains or not graph.chain_exists("client.door", "client.sums"))
    finally:
        graph.remove_import(importer="client.sums", imported="client.profiles.run")
