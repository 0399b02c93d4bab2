"""verify over what the client and the coordinator really write: no fake ledger, no fake book."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flwr.app import Message

from common import wire
from common.audit.verify import Findings, audit
from common.book_file import dump
from common.rounds import tensors_digest
from server.book_export import book_export
from tests.server.test_two_sides import TwoSides


def files(league: TwoSides, folder: Path) -> Path:
    folder.mkdir()
    made = book_export(league.registry, "Test")
    (folder / "book.json").write_bytes(dump(made.as_dict()))
    for member in league.members:
        member.export(folder)
    return folder


def codes(found: Findings) -> set[str]:
    alone = [p for v in found.ledgers for p in v.problems]
    alone += [p for b in found.books for p in b.problems]
    return {p.code for p in (*found.problems, *alone)}


@pytest.fixture
def league(tmp_path: Path) -> TwoSides:
    made = TwoSides(tmp_path, 3)
    run = made.run()
    run.train_round()
    run.train_round()
    run.evaluate()
    weights = tensors_digest(run.state.tensors)
    made.registry.add_bundle("b" * 64, "r1", "bundles/b.hansa", {}, weights)
    run.distribute(b"zip")
    return made


def test_a_sound_league_holds(league: TwoSides, tmp_path: Path) -> None:
    found = audit([files(league, tmp_path / "out")])
    assert found.holds, codes(found)
    done = dict(found.checked)
    assert done["rounds computed again"] == 2 and done["receipts"] == 9
    assert done["reports found in their ledger"] == 9


@pytest.mark.privacy
def test_a_merchant_restored_from_a_backup(league: TwoSides, tmp_path: Path) -> None:
    member = league.members[0]
    shutil.copytree(member.home, tmp_path / "backup")
    league.run().train_round()
    shutil.rmtree(member.home)
    shutil.copytree(tmp_path / "backup", member.home)
    assert "cut" in codes(audit([files(league, tmp_path / "out")]))


@pytest.mark.privacy
def test_a_reinstalled_client_that_hides_its_receipt(league: TwoSides, tmp_path: Path) -> None:
    """The same key and an empty database: it trains, and is refused; its export tells."""
    cheat = league.members[0]
    shutil.rmtree(cheat.home)
    honest = cheat.answer

    def deaf(message: Message) -> Message:
        message.content, _ = wire.take_receipt(message.content)
        return honest(message)

    cheat.answer = deaf
    league.run().train_round()
    assert league.refused(cheat) == ["ledger-went-back"]
    found = audit([files(league, tmp_path / "out")])
    # opened within the same second, the two ledgers share even their opening
    assert codes(found) & {"reinstalled", "forked"} and "unledgered" in codes(found)
