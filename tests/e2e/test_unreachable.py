"""A coordinator that is not there. The last of the e2e tests: it stops the league that they share."""

from tests.e2e.league import MARKS, MERCHANTS, QUICK

pytestmark = MARKS


def test_a_coordinator_that_is_not_there(league):
    name = MERCHANTS[0]
    node = league.nodes[name]
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
