"""From a bundle to the weights to the rounds: what a release says of itself, and what the book keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from common.book import BookKind
from common.book_file import BookExport
from common.bundle import unpack
from common.errors import InputError, InternalError, LedgerBroken
from common.features import default_spec
from common.heads import LedgerHead
from common.model import initial_tensors, trainable
from common.rounds import tensors_digest
from server import runner
from server.book_export import book_export
from server.enrolment import found_league
from server.folder import Config, Folder
from server.publish import recentre
from server.registry import Registry
from server.release import release
from server.strategy import LeagueRun
from tests.server.fake_league import FakeGrid, Shop, options


class Learner(Shop):
    """Its updates fit the real model."""

    def tensors(self, plan: object) -> dict[str, np.ndarray]:
        names = trainable(default_spec(), ("conversion",))
        return {n: np.full_like(plan.tensors[n], 0.01) for n in names}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "coordinator")
    found_league(made, Config("Test league", "127.0.0.1", 1, 2, "127.0.0.1"))
    return made


def a_run(folder: Folder) -> LeagueRun:
    registry = Registry.of(folder)
    chosen = [Learner("a", 1), Learner("b", 2)]
    for shop in chosen:
        registry.add_merchant(shop.merchant())
    spec = default_spec()
    registry.add_run("r1", options(), 1.0, spec.digest(), initial_tensors(spec))
    names = trainable(spec, ("conversion",))
    return LeagueRun(FakeGrid(chosen), registry, registry.run("r1"), names, lambda _: None)


@pytest.mark.slow
@pytest.mark.parametrize("pcoc", [0.5, None])
def test_from_the_bundle_to_the_rounds(folder: Folder, pcoc: float | None) -> None:
    run = a_run(folder)
    run.train_round()
    metrics = {} if pcoc is None else {"pcoc": pcoc}
    run.state = replace(run.state, metrics=metrics, evaluated=True)
    made = release(folder, run)
    facts = unpack(made.packed).provenance
    entries = run.registry.book.entries()
    assert facts["book"] == entries[-2].head.as_dict()
    assert LedgerHead.from_dict(facts["book"]) == entries[-2].head
    assert (entries[-1].kind, entries[-1].subject) == (BookKind.BUNDLE, made.digest)
    rounds = [e for e in entries if e.kind is BookKind.ROUND]
    assert facts["weights_digest"] == rounds[-1].after == tensors_digest(run.state.tensors)
    if pcoc is None:
        assert "recentred" not in facts and entries[-1].before == facts["weights_digest"]
    else:
        assert facts["recentred"] == {"head": "conversion", "pcoc": pcoc}
        moved = recentre(run.state.tensors, **facts["recentred"])
        assert entries[-1].before == tensors_digest(moved) != facts["weights_digest"]
    export = book_export(run.registry, "Test league")
    assert isinstance(export, BookExport) and export.problems() == []


def test_a_book_that_does_not_hold_stops_a_run_before_anybody_is_asked(folder: Folder) -> None:
    run = a_run(folder)
    run.train_round()
    run.registry.db.execute("DROP TRIGGER book_no_delete")
    run.registry.db.execute("DELETE FROM book WHERE sequence = 4")
    with pytest.raises(LedgerBroken) as e:
        runner.play(folder, "r1", lambda _: None)
    assert "No merchant was asked" in e.value.safe


def test_a_run_from_before_the_book_does_not_go_on(folder: Folder) -> None:
    registry = Registry.of(folder)
    spec = default_spec()
    registry.add_run("old", options(), 1.0, spec.digest(), initial_tensors(spec))
    registry.db.execute(
        "INSERT INTO rounds (run_id, round, task, status, plan_digest, plan, signature, opened_at)"
        " VALUES ('old', 1, 'train', 'closed', 'd', '{}', '', '2020-01-01T00:00:00.000+00:00')"
    )
    with pytest.raises(InputError) as e:
        runner.play(folder, "old", lambda _: None)
    assert "before this coordinator kept a book" in e.value.what


def test_a_run_without_a_round_is_not_published(folder: Folder) -> None:
    with pytest.raises(InternalError):
        release(folder, a_run(folder))
