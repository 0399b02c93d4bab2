"""What was learned stays: no import leads from what leaves to the tuning room, and none loads its libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

pytestmark = pytest.mark.privacy

ROOT = Path(__file__).resolve().parents[2]
#: What learns with the league, sends, or decides what is sent.
OUT = (
    *("client.door", "client.app", "client.sums", "client.train", "client.inside", "client.node"),
    *("client.dataset", "client.prepared", "client.league", "common.rounds", "common.wire"),
)
HERE = ("client.creative.tuning", "client.creative.tuned", "client.commands.ads_learn")
HEAVY = ("peft", "trl", "datasets", "accelerate", "torch", "transformers")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("client", "common", cache_dir=None)


def test_no_import_leads_from_what_leaves_to_what_was_learned(graph: grimp.ImportGraph) -> None:
    for start in OUT:
        assert start in graph.modules
        for end in HERE:
            assert end in graph.modules
            chains = graph.find_shortest_chains(importer=start, imported=end, as_packages=True)
            assert not chains, sorted(chains)


def test_nor_does_the_room_reach_what_sends(graph: grimp.ImportGraph) -> None:
    for end in ("client.app", "client.node", "client.door", "common.wire", "common.flower"):
        chains = graph.find_shortest_chains(importer=HERE[0], imported=end, as_packages=True)
        assert not chains, sorted(chains)


def test_the_way_that_the_test_looks_for_would_be_found(graph: grimp.ImportGraph) -> None:
    graph.add_import(importer="client.sums", imported="client.creative.tuning.job")
    try:
        assert graph.find_shortest_chains(
            importer="client.sums", imported=HERE[0], as_packages=True
        )
    finally:
        graph.remove_import(importer="client.sums", imported="client.creative.tuning.job")


def test_the_verb_starts_without_the_heavy_libraries() -> None:
    code = f"import sys, client.commands.ads_learn; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
