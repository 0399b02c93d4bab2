"""Secure sums of a real league over TLS: both sides' proofs, the auditor, one killed in a round, one from a backup."""

import json
import shutil
import signal
from types import SimpleNamespace

import pytest

from tests.e2e.league import MARKS, MERCHANTS, QUICK, column, ledger

pytestmark = MARKS
SUMS = [*QUICK, "--mode", "league", "--merchants-min", "4"]
#: It is set back to a backup in the end.
ONE = MERCHANTS[0]


def heads(home):
    """Numbers of the ledger's entries that the coordinator has co-signed."""
    return column(home, "SELECT sequence FROM receipts ORDER BY sequence")


@pytest.fixture(scope="module")
def summed(league):
    """A run of secure sums by four, and a copy of one shop's folder from before it."""
    home, backup = league.folder / ONE, league.folder / "backup"
    assert league.nodes[ONE].end() == 0
    shutil.copytree(home, backup)
    for name in (ONE, MERCHANTS[-1]):
        league.node(league.folder / name)
    league.online()
    # a stage ends when all have answered: only a loaded machine waits so long
    patient = ("--stage-seconds", "30", "--straggler-seconds", "30")
    code, result = league.run(*SUMS, *patient, "--rounds", "2").result()
    assert code == 0, result
    return SimpleNamespace(backup=backup, result=result)


def test_1_two_rounds_and_an_evaluation(league, summed):
    result = summed.result
    assert (result["mode"], result["rounds"], result["void"]) == ("league-noise", 2, 0)
    assert result["installed"] == 4 and "1 colluding" in result["adversary"]
    rounds = league.server("rounds", result["run"])["rounds"]
    assert [r["task"] for r in rounds] == ["train", "train", "evaluate"]
    for r in rounds:
        assert sorted(r["sum"]["members"]) == sorted(MERCHANTS)
        assert (r["sum"]["threshold"], r["sum"]["dropped"], r["sum"]["liars"]) == (3, {}, [])
    for shop in MERCHANTS:
        sql = "SELECT mechanism FROM ledger WHERE kind = 'reserve' AND run_id = ? ORDER BY sequence"
        charged = [json.loads(x) for x in column(league.folder / shop, sql, result["run"])]
        assert [m["mode"] for m in charged] == ["league-noise"] * 3
        assert all(m["league"]["n_min"] == 3 and m["league"]["f"] == 1 for m in charged)


def test_2_both_sides_hold_proofs_of_every_kind_of_round(league, summed):
    """Own noise of the tests before, where they ran, and secure sums, in one book."""
    exports = league.folder / "exports"
    exports.mkdir()
    homes = {shop: league.folder / shop for shop in MERCHANTS}
    told = league.at_once(*(("client", "ledger", "verify", "--home", h) for h in homes.values()))
    for home, one in zip(homes.values(), told, strict=True):
        assert len(heads(home)) >= 2
        # the last commit is co-signed: its receipt came with the bundle
        assert heads(home)[-1] == len(ledger(home)) - 1
        assert one["holds"] and one["receipts"] == len(heads(home))
    league.at_once(
        *(
            ("client", "ledger", "export", "--home", home, "--out", exports / f"{shop}.json")
            for shop, home in homes.items()
        )
    )
    at = ("--home", league.home)
    holds, book, _ = league.at_once(
        ("server.cli", "ledger", "verify", *at),
        ("server.cli", "ledger", "export", "--out", exports / "book.json", *at),
        ("server.cli", "bundles", "--out", exports / "model.hansa", *at),
    )
    assert holds["holds"] and book["rounds"] >= 2 and book["entries"] > 10
    found = league.call("common.audit", "verify", exports)
    assert found["holds"], found


def test_3_one_is_killed_and_the_others_finish(league, summed):
    victim = league.nodes[ONE]
    seen = len(victim.lines())
    run = league.run(*SUMS, "--stage-seconds", "4", "--rounds", "1", "--no-evaluation")
    victim.wait_for(lambda x: x.get("run_id") and x.get("round") == 1, since=seen)
    victim.end(signal.SIGKILL)
    code, result = run.result()
    assert code == 0, result
    last = [r for r in league.server("rounds", result["run"])["rounds"] if r["status"] == "closed"]
    told = last[-1]["sum"]
    # killed after its vector was sent it is in the sum all the same
    assert set(MERCHANTS) - {ONE} <= set(told["members"])
    assert ONE in told["dropped"] or ONE not in told["members"]


def test_4_a_restored_backup_is_refused(league, summed):
    home = league.folder / ONE
    league.nodes[ONE].end()
    shutil.rmtree(home)
    shutil.copytree(summed.backup, home)
    restored = league.node(home)
    league.online()
    before = ledger(home)
    code, result = league.run(*QUICK, "--rounds", "1", "--no-evaluation").result()
    assert code == 0 and result["merchants"] == 3, result
    restored.wait_for(lambda x: "ledger-broken" in x.get("code", ""), 10)
    assert ledger(home) == before  # nothing was trained or charged
    rounds = league.server("rounds", result["run"])["rounds"]
    assert rounds[0]["refused"][ONE] == ["merchant-error-2"]
    verify = league.start("client", ["ledger", "verify", "--home", home], "verify")
    code, told = verify.result()
    assert code == 4 and not told["holds"]
    assert any("rolled back" in p["text"] or "backup" in p["text"] for p in told["problems"])
