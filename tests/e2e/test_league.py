"""A real league over TLS: a killed merchant, a killed run, the model before put back, foreign code, Flower's own node."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.league import MARKS, MERCHANTS, QUICK, column, ledger, snapshot

pytestmark = MARKS
THREE = ("--merchants-min", "3", "--quorum", "1")


def training(round_):
    return lambda x: x.get("state") == "training" and x.get("round") == round_


def used(league):
    """What each merchant scores with."""
    homes = [league.folder / name for name in league.nodes]
    listed = league.at_once(*(("client", "bundle", "list", "--home", home) for home in homes))
    return [b["digest"] for found in listed for b in found["bundles"] if b["current"]]


def models(league):
    """Every model that was handed out, the newest first."""
    return league.server("bundles")["bundles"]


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
    assert result["started_from"] == "fresh" and not result["held"]
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
    run = league.run(*QUICK, "--rounds", "3", *THREE)
    name = run.wait_for(lambda x: x.get("step") == "run")["note"]
    run.wait_for(lambda x: x.get("step") == "round 1", 120)
    run.end(signal.SIGKILL)
    before = {n: ledger(league.folder / n).count("commit") for n in league.nodes}
    resumed = league.run("--resume", name)
    code, result = resumed.result()
    assert code == 0, result
    assert (result["run"], result["rounds"], result["installed"]) == (name, 3, 3)
    earlier = models(league)[1:]
    assert result["started_from"] == (earlier[0]["digest"] if earlier else "fresh")
    rounds = league.server("rounds", name)["rounds"]
    assert [r["round"] for r in rounds] == [1, 2, 3, 4]
    for merchant in league.nodes:
        # three rounds and one evaluation, each charged once, crash or no crash
        commits = ledger(league.folder / merchant).count("commit")
        assert commits - before[merchant] <= 3
        sql = "SELECT count(*) FROM ledger WHERE kind = 'commit' AND run_id = ?"
        assert column(league.folder / merchant, sql, name) == [4]


def test_3_the_model_before_is_put_back_and_forward_again(league):
    while len(known := models(league)) < 2:  # two, where the tests before have run
        code, result = league.run(*QUICK, "--rounds", "1", *THREE, "--no-evaluation").result()
        assert code == 0 and result["installed"] == 3 and not result["held"], result
    second, first = (b["digest"] for b in known[:2])
    assert used(league) == [second] * 3
    done = league.server("bundles", "rollback", "--why", "a test")
    # one of them was killed while the first was learned: it is given that model now
    assert (done["digest"], done["installed"], done["instead_of"]) == (first, 3, second)
    assert used(league) == [first] * 3
    done = league.server("bundles", "promote", second[:12], "--why", "better after all")
    assert (done["digest"], done["installed"]) == (second, 3)
    assert used(league) == [second] * 3
    states = {b["digest"]: (b["state"], b["why"]) for b in models(league)}
    assert states[second] == ("current", "better after all")
    assert states[first] == ("earlier", "a test")
    assert league.server("ledger", "verify")["holds"]


def test_4_other_code_is_refused_by_every_merchant(league, tmp_path):
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


def test_5_flowers_own_node_takes_part(league, tmp_path):
    home = league.folder / MERCHANTS[-1]
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
            "--no-evaluation",
        )  # fmt: skip
        code, result = run.result()
        assert code == 0, (result, (league.folder / "supernode.log").read_text()[-3000:])
        assert result["merchants"] == 4 and result["installed"] == 4
        assert ledger(home) == ["open", "reserve", "commit"]
    finally:
        stock.terminate()
        stock.wait(30)


def free_port():
    from server.folder import free_port as free

    return free()
