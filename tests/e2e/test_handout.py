"""A real league over TLS: two models, the second put back for the first, at the merchants too."""

import os

import pytest

from tests.e2e.league import QUICK, SAMPLE, League, snapshot

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(not SAMPLE.exists(), reason="the sample data is not here"),
    pytest.mark.skipif(os.name == "nt", reason="signals of Unix"),
]

MERCHANTS = ("m1011", "m1318")
RUN = [*QUICK, "--rounds", "1", "--merchants-min", "2", "--quorum", "1", "--no-evaluation"]


@pytest.fixture(scope="module")
def league(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handout")
    found = League(folder, snapshot(folder / "code"))
    try:
        for name in MERCHANTS:
            found.node(found.merchant(name))
        for node in found.nodes.values():
            node.wait_for(lambda x: x.get("state") == "online")
        yield found
    finally:
        found.stop()


def used(league):
    """What each merchant scores with."""
    found = []
    for name in MERCHANTS:
        listed = league.call("client", "bundle", "list", "--home", league.folder / name)["bundles"]
        found += [b["digest"] for b in listed if b["current"]]
    return found


def test_rollback_and_forward_again(league):
    made = []
    for _ in range(2):
        code, result = league.run(*RUN).result(300)
        assert code == 0, result
        assert result["installed"] == 2 and not result["held"]
        made.append(result)
    first, second = (r["bundle_digest"] for r in made)
    assert (made[0]["started_from"], made[1]["started_from"]) == ("fresh", first)
    assert used(league) == [second, second]

    done = league.server("bundles", "rollback", "--why", "a test")
    assert (done["digest"], done["installed"], done["instead_of"]) == (first, 2, second)
    assert used(league) == [first, first]
    done = league.server("bundles", "promote", second[:12], "--why", "better after all")
    assert (done["digest"], done["installed"]) == (second, 2)
    assert used(league) == [second, second]
    assert league.server("ledger", "verify")["holds"]
    states = {b["digest"]: (b["state"], b["why"]) for b in league.server("bundles")["bundles"]}
    assert states[second] == ("current", "better after all")
    assert states[first] == ("earlier", "a test")
