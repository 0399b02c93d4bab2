"""A real league's secure sums over TLS: four merchants, one killed in a round, the auditor, what the operator sees."""

import json
import os
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.e2e.league import QUICK, SAMPLE, League, snapshot

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(not SAMPLE.exists(), reason="the sample data is not here"),
    pytest.mark.skipif(os.name == "nt", reason="signals of Unix"),
]

#: Four of the sample's smallest, with conversions in them.
MERCHANTS = ("m1011", "m1318", "m5846", "m0201")
SUMS = [*QUICK, "--mode", "league", "--stage-seconds", "4"]


@pytest.fixture(scope="module")
def league(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sums")
    found = League(folder, snapshot(folder / "code"))
    try:
        with ThreadPoolExecutor(2) as side_by_side:
            for home in side_by_side.map(found.merchant, MERCHANTS):
                found.node(home)
        for node in found.nodes.values():
            node.wait_for(lambda x: x.get("state") == "online")
        yield found
    finally:
        found.stop()


def reserves(home):
    """Mechanisms that a merchant's ledger charged."""
    sql = "SELECT mechanism FROM ledger WHERE kind = 'reserve' ORDER BY sequence"
    with closing(sqlite3.connect(f"file:{home / 'hansa.db'}?mode=ro", uri=True)) as db:
        return [json.loads(r[0]) for r in db.execute(sql)]


def test_1_two_rounds_an_evaluation_and_an_audit(league):
    code, result = league.run(*SUMS, "--rounds", "2", "--merchants-min", "4").result()
    assert code == 0, result
    assert (result["mode"], result["rounds"], result["void"]) == ("league-noise", 2, 0)
    assert result["installed"] == 4 and "1 colluding" in result["adversary"]
    rounds = league.server("rounds", result["run"])["rounds"]
    assert [r["task"] for r in rounds] == ["train", "train", "evaluate"]
    for r in rounds:
        assert sorted(r["sum"]["members"]) == sorted(MERCHANTS)
        assert (r["sum"]["threshold"], r["sum"]["dropped"], r["sum"]["liars"]) == (3, {}, [])
    exports = league.folder / "exports"
    exports.mkdir()
    for shop in MERCHANTS:
        charged = reserves(league.folder / shop)
        assert [m["mode"] for m in charged] == ["league-noise"] * 3
        assert all(m["league"]["n_min"] == 3 and m["league"]["f"] == 1 for m in charged)
        league.call(
            "client", "ledger", "export", "--home", league.folder / shop,
            "--out", exports / f"{shop}.json",
        )  # fmt: skip
    league.server("ledger", "export", "--out", exports / "book.json")
    league.server("bundles", "--out", exports / "model.hansa")
    found = league.call("common.audit", "verify", exports)
    assert found["holds"], found


def test_2_one_is_killed_and_the_others_finish(league):
    name, victim = next(iter(league.nodes.items()))
    seen = len(victim.lines())
    run = league.run(*SUMS, "--rounds", "1", "--merchants-min", "4", "--no-evaluation")
    victim.wait_for(lambda x: x.get("run_id") and x.get("round") == 1, since=seen)
    victim.end(signal.SIGKILL)
    code, result = run.result()
    assert code == 0, result
    last = [r for r in league.server("rounds", result["run"])["rounds"] if r["status"] == "closed"]
    told = last[-1]["sum"]
    # killed after its vector was sent it is in the sum all the same
    assert set(MERCHANTS) - {name} <= set(told["members"])
    assert name in told["dropped"] or name not in told["members"]
