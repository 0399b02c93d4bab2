"""A real league over TLS: a killed merchant, a killed run, foreign code, Flower's own node."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.league import QUICK, SAMPLE, League, snapshot

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(not SAMPLE.exists(), reason="the sample data is not here"),
    pytest.mark.skipif(os.name == "nt", reason="signals of Unix"),
]


#: Three of the sample's smallest, with conversions in them.
MERCHANTS = ("m1011", "m1318", "m5846")


@pytest.fixture(scope="module")
def league(tmp_path_factory):
    folder = tmp_path_factory.mktemp("league")
    found = League(folder, snapshot(folder / "code"))
    try:
        for name in MERCHANTS:
            found.node(found.merchant(name))
        for node in found.nodes.values():
            node.wait_for(lambda x: x.get("state") == "online")
        yield found
    finally:
        found.stop()


def training(round_):
    return lambda x: x.get("state") == "training" and x.get("round") == round_


def column(home, sql, *values):
    """First column of a query, on a connection that is closed at once.

    One that lingers would read stale files: copying a database in this process drops its locks.
    """
    with closing(sqlite3.connect(f"file:{home / 'hansa.db'}?mode=ro", uri=True)) as db:
        return [r[0] for r in db.execute(sql, values)]


def ledger(home):
    return column(home, "SELECT kind FROM ledger ORDER BY sequence")


def heads(home):
    """Numbers of the ledger's entries that the coordinator has co-signed."""
    return column(home, "SELECT sequence FROM receipts ORDER BY sequence")


def test_1_a_merchant_is_killed_in_a_round_and_the_run_ends(league):
    name, victim = next(iter(league.nodes.items()))
    run = league.run(*QUICK, "--rounds", "2", "--merchants-min", "2", "--quorum", "0.6")
    victim.wait_for(training(1))
    until = time.monotonic() + 60
    while "reserve" not in ledger(league.folder / name) and time.monotonic() < until:
        time.sleep(0.02)
    victim.end(signal.SIGKILL)
    code, result = run.result()
    assert code == 0, result
    assert (result["status"], result["rounds"], result["void"]) == ("finished", 2, 0)
    assert result["installed"] == 2 and len(result["bundle_digest"]) == 64
    rounds = league.server("rounds", result["run"])["rounds"]
    assert [r["n_admitted"] for r in rounds] == [2, 2, 2]
    # killed without a word, it is back at once: nobody waits for a session to time out
    again = league.node(league.folder / name)
    began = time.monotonic()
    again.wait_for(lambda x: x.get("state") == "online", 40)
    assert time.monotonic() - began < 40
    # reserved before it was killed: charged, and nothing was released
    assert ledger(league.folder / name)[:2] == ["open", "reserve"]


def test_2_the_run_is_killed_and_resumed(league):
    run = league.run(*QUICK, "--rounds", "3", "--merchants-min", "3", "--quorum", "1")
    name = run.wait_for(lambda x: x.get("step") == "run")["note"]
    run.wait_for(lambda x: x.get("step") == "round 1", 120)
    run.end(signal.SIGKILL)
    before = {n: ledger(league.folder / n).count("commit") for n in league.nodes}
    resumed = league.run("--resume", name)
    code, result = resumed.result()
    assert code == 0, result
    assert (result["run"], result["rounds"], result["installed"]) == (name, 3, 3)
    rounds = league.server("rounds", name)["rounds"]
    assert [r["round"] for r in rounds] == [1, 2, 3, 4]
    for merchant in league.nodes:
        # three rounds and one evaluation, each charged once, crash or no crash
        commits = ledger(league.folder / merchant).count("commit")
        assert commits - before[merchant] <= 3
        sql = "SELECT count(*) FROM ledger WHERE kind = 'commit' AND run_id = ?"
        assert column(league.folder / merchant, sql, name) == [4]


def test_3_other_code_is_refused_by_every_merchant(league, tmp_path):
    foreign = snapshot(tmp_path / "foreign")
    with (foreign / "server" / "options.py").open("a") as changed:
        changed.write("\n# not what the merchants installed\n")
    before = {n: ledger(league.folder / n) for n in league.nodes}
    run = league.run(
        *QUICK, "--rounds", "1", "--attempts", "1", "--merchants-min", "3", code=foreign
    )
    code, error = run.result()
    assert code == 5 and error["error"] == "federation"
    for name, node in league.nodes.items():
        node.wait_for(lambda x: x.get("code") == "code-not-allowed", 5)
        assert ledger(league.folder / name) == before[name]  # nothing was charged


def test_4_flowers_own_node_takes_part(league, tmp_path):
    home = league.folder / "stock"
    source = next(iter(league.nodes))
    league.call("client", "init", "--home", home, "--name", "stock")
    with (home / "hansa.toml").open("a") as toml:
        toml.write("\n[policy]\nepsilon = 20\n")
    files = sorted((league.folder / f"{source}-files").iterdir())
    league.call("client", "import", *files, "--home", home)
    league.enrol(home, "stock")
    binaries = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "FLWR_HOME": str(tmp_path / "flwr"),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "OMP_NUM_THREADS": "1",
    }
    kit = json.loads(league.kit.read_text())
    with (league.folder / "supernode.log").open("wb") as log:
        stock = subprocess.Popen(
            [
                binaries / "flower-supernode", "--superlink", kit["address"],
                "--root-certificates", home / "league" / "ca.pem",
                "--auth-supernode-private-key", home / "keys" / "node",
                "--isolation", "subprocess", "--port", str(free_port()),
                "--node-config", f'home="{home}"',
            ],
            env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path,
        )  # fmt: skip
    try:
        run = league.run(
            *QUICK, "--rounds", "1", "--merchants-min", "4", "--quorum", "1",
            "--round-seconds", "90", "--no-evaluation",
        )  # fmt: skip
        code, result = run.result(240)
        assert code == 0, (result, (league.folder / "supernode.log").read_text()[-3000:])
        assert result["merchants"] == 4 and result["installed"] == 4
        assert ledger(home) == ["open", "reserve", "commit"]
    finally:
        stock.terminate()
        stock.wait(30)


def test_5_both_sides_hold_proofs_and_a_restored_backup_is_refused(league):
    name, node = next(iter(league.nodes.items()))
    home, backup = league.folder / name, league.folder / "backup"
    assert node.end() == 0
    shutil.copytree(home, backup)
    league.node(home).wait_for(lambda x: x.get("state") == "online")
    everybody = ("--merchants-min", "3", "--quorum", "1", "--no-evaluation")
    code, result = league.run(*QUICK, "--rounds", "2", *everybody).result()
    assert code == 0 and result["installed"] == 3, result

    exports = league.folder / "exports"
    exports.mkdir()
    for shop in league.nodes:
        folder = league.folder / shop
        assert len(heads(folder)) >= 2
        # the last commit is co-signed: its receipt came with the bundle
        assert heads(folder)[-1] == len(ledger(folder)) - 1
        told = league.call("client", "ledger", "verify", "--home", folder)
        assert told["holds"] and told["receipts"] == len(heads(folder))
        league.call(
            "client", "ledger", "export", "--home", folder, "--out", exports / f"{shop}.json"
        )
    assert league.server("ledger", "verify")["holds"]
    told = league.server("ledger", "export", "--out", exports / "book.json")
    assert told["rounds"] >= 2 and told["entries"] > 10
    league.server("bundles", "--out", exports / "model.hansa")
    found = league.call("common.audit", "verify", exports)
    assert found["holds"], found

    league.nodes[name].end()
    shutil.rmtree(home)
    shutil.move(backup, home)
    restored = league.node(home)
    restored.wait_for(lambda x: x.get("state") == "online")
    before = ledger(home)
    code, result = league.run(*QUICK, "--rounds", "1", "--no-evaluation").result()
    assert code == 0 and result["merchants"] == 2, result
    restored.wait_for(lambda x: "ledger-broken" in x.get("code", ""), 10)
    assert ledger(home) == before  # nothing was trained or charged
    rounds = league.server("rounds", result["run"])["rounds"]
    assert rounds[0]["refused"][name] == ["merchant-error-2"]
    verify = league.start("client", ["ledger", "verify", "--home", home], "verify")
    code, told = verify.result()
    assert code == 4 and not told["holds"]
    assert any("rolled back" in p["text"] or "backup" in p["text"] for p in told["problems"])


def test_6_a_coordinator_that_is_not_there(league):
    """Last: it stops the coordinator."""
    name, node = next(iter(league.nodes.items()))
    seen = len(node.lines())
    assert league.serving.end() == 0
    offline = node.wait_for(lambda x: x.get("state") == "offline", 30, since=seen)
    assert "nothing is lost" in offline["note"] and node.child.poll() is None
    assert node.end() == 0  # SIGTERM, while it waits
    home = league.folder / name
    once = league.start("client", ["node", "--home", home, "--once"], "once")
    code, error = once.result(30)
    assert code == 5 and error["error"] == "coordinator-unreachable"
    assert "no privacy was spent" in error["safe"]
    run = league.run(*QUICK, "--rounds", "1")
    code, error = run.result(60)
    assert code == 5 and "hansa-server serve" in error["do"]


def free_port():
    from server.folder import free_port as free

    return free()
