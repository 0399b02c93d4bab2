"""Held, promoted, rolled back, gone on from: what the registry, the book and an auditor say of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from client.store import Store, models
from common.audit.verify import audit
from common.book import BookKind
from common.book_file import dump
from common.bundle import unpack
from common.errors import BadSignature, BundleError, InputError, LedgerBroken, WrongSpec
from common.features import default_spec
from common.model import initial_tensors, trainable
from common.rounds import Task, tensors_digest
from server import handout, runner
from server.book_export import book_export
from server.bundles import CURRENT, EARLIER, HELD
from server.commands.bundles import bundles as verb
from server.commands.runs import _story
from server.enrolment import found_league
from server.folder import Config, Folder
from server.publish import weights_in
from server.registry import Registry
from server.release import Released, release
from server.rows import now
from server.selfcheck import problems
from server.starting import starting, weights_of
from server.strategy import LeagueRun
from tests.server.fake_league import FakeGrid, Shop, options

SPEC = default_spec()
GOOD = np.array([[900, 700, 90, 9], [1, 9, 60, 90]], np.float32)
BAD = np.array([[400, 400, 400, 400], [40, 40, 40, 40]], np.float32)


class Learner(Shop):
    """Its updates fit the real model; its evaluation is what the test says."""

    seen = GOOD

    def tensors(self, plan: object) -> dict[str, np.ndarray]:
        if plan.task is Task.EVALUATE:
            return {"histogram": self.seen}
        names = trainable(SPEC, ("conversion",))
        return {n: np.full_like(plan.tensors[n], 0.01) for n in names}


class League:
    """A coordinator's folder, two shops, as many runs as a test likes."""

    def __init__(self, home: Path) -> None:
        self.folder = Folder(home)
        found_league(self.folder, Config("Test league", "127.0.0.1", 1, 2, "127.0.0.1"))
        self.registry = Registry.of(self.folder)
        self.shops = [Learner("a", 1), Learner("b", 2)]
        for shop in self.shops:
            self.registry.add_merchant(shop.merchant())

    def open(self, name: str, start: str = "fresh", **changes: object) -> LeagueRun:
        start, initial = starting(self.folder, self.registry, start, SPEC)
        chosen = options(start=start, **changes)
        self.registry.add_run(name, chosen, 1.0, SPEC.digest(), initial)
        row = self.registry.run(name)
        names = trainable(SPEC, ("conversion",))
        return LeagueRun(FakeGrid(self.shops), self.registry, row, names, lambda _: None)

    def play(self, name: str, seen: np.ndarray = GOOD, start: str = "fresh", **o: object):
        for shop in self.shops:
            shop.seen = seen
        run = self.open(name, start, **o)
        run.train_round()
        run.evaluate()
        made = release(self.folder, run)
        self.registry.end_run(name, "finished", bundle=made.digest)
        return run, made

    def states(self) -> list[str]:
        return [row.state for row in reversed(self.registry.bundle_rows())]


@pytest.fixture
def league(tmp_path: Path) -> League:
    return League(tmp_path / "coordinator")


def audited(league: League, folder: Path, *made: Released) -> object:
    folder.mkdir()
    (folder / "book.json").write_bytes(dump(book_export(league.registry, "Test").as_dict()))
    for one in made:
        (folder / f"{one.digest[:8]}.hansa").write_bytes(one.packed)
    return audit([folder])


@pytest.fixture
def sent(league: League, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """No network: what would go to the merchants."""
    gone: list[bytes] = []

    class Loopback:
        def __init__(self, address: str) -> None: ...

        def start_run(self, *_: object) -> int:
            return 7

        def close(self) -> None: ...

    def perform(folder: Folder, flower_run: int, config: dict, tell: object) -> None:
        row = league.registry.bundle(config["bundle"])
        gone.append(handout.read_bundle(folder, row))
        league.registry.note_installed(row.digest, 2)

    monkeypatch.setattr(handout, "Control", Loopback)
    monkeypatch.setattr(runner, "perform", perform)
    return gone


@pytest.mark.slow
def test_held_then_promoted_then_rolled_back(
    league: League, sent: list[bytes], tmp_path: Path
) -> None:
    _, first = league.play("r1")
    assert not first.held and first.verdict.reasons[0].startswith("The first bundle: AUC")
    _, second = league.play("r2", BAD)
    assert second.held and league.states() == [CURRENT, HELD]
    assert second.verdict.against == first.digest
    said = unpack(second.packed).provenance["gates"]
    assert said["promote"] is False and "AUC falls" in said["reasons"][0]
    told = runner.summary(league.registry, "r2")
    assert told["held"] and told["installed"] == 0 and "HELD" in _story({**told, "seconds": 1.0})

    with pytest.raises(InputError):  # nobody ever had it
        handout.rollback(league.folder, second.digest[:8], "", lambda _: None)
    with pytest.raises(InputError):
        handout.promote(league.folder, second.digest, " ", lambda _: None)
    assert sent == []

    done = handout.promote(league.folder, second.digest[:10], "a new season", lambda _: None)
    assert done["instead_of"] == first.digest and done["installed"] == 2
    assert sent == [second.packed] and league.states() == [EARLIER, CURRENT]
    assert league.registry.bundle(second.digest).why == "a new season"

    done = handout.rollback(league.folder, None, "it sells less", lambda _: None)
    assert done["digest"] == first.digest and sent[-1] == first.packed
    assert league.states() == [CURRENT, EARLIER]
    with pytest.raises(InputError):
        handout.rollback(league.folder, None, "", lambda _: None)

    made = [e for e in league.registry.book.entries() if e.kind is BookKind.BUNDLE]
    assert [e.subject for e in made] == [first.digest, second.digest, second.digest, first.digest]
    assert problems(league.registry) == []
    found = audited(league, tmp_path / "audit", first, second)
    alone = [p for b in found.books for p in b.problems]
    assert not alone and not found.problems, (alone, found.problems)
    assert dict(found.checked)["models compared weight by weight"] == 2


@pytest.mark.slow
def test_a_merchant_installs_the_earlier_bundle_again(league: League, tmp_path: Path) -> None:
    _, first = league.play("r1")
    _, second = league.play("r2", gates=False)
    assert not second.held and second.verdict.reasons[0].startswith("The gates were switched off")
    with Store.open(tmp_path / "shop", create=True) as store:
        key = league.folder.identity().public
        for packed in (first.packed, second.packed, first.packed):
            models.install(store, packed, key)
        now_used = models.current(store)
        assert now_used is not None and now_used.digest() == first.digest
        assert len(models.listing(store)) == 2


@pytest.mark.slow
def test_a_run_goes_on_from_the_last_bundle(league: League, tmp_path: Path) -> None:
    run, first = league.play("r1", start="last")
    assert unpack(first.packed).provenance["started_from"] == "fresh"
    kept = league.registry.bundle_weights(first.digest)
    entry = league.registry.book.of(BookKind.BUNDLE, first.digest)[0]
    assert kept is not None and tensors_digest(kept) == entry.before
    assert "recentred" in unpack(first.packed).provenance
    # the same bits are in the file, for bundles that are older than the table's column
    inside = weights_in(unpack(first.packed).onnx)
    assert set(inside) == set(trainable(SPEC, ("conversion",)))
    assert all((inside[n] == kept[n]).all() for n in inside)
    league.registry.db.execute("UPDATE bundles SET weights = NULL")
    row = league.registry.bundle(first.digest)
    from_file = weights_of(league.folder, league.registry, row, SPEC)
    assert tensors_digest(from_file) == tensors_digest(kept)

    run, second = league.play("r2", start="last")
    assert run.run.options.start == first.digest
    assert tensors_digest(run.run.initial) == entry.before
    assert unpack(second.packed).provenance["started_from"] == first.digest
    found = audited(league, tmp_path / "audit", first, second)
    assert not found.problems, found.problems


def test_where_a_run_may_start(league: League) -> None:
    folder, registry = league.folder, league.registry
    fresh = tensors_digest(initial_tensors(SPEC))
    for name in ("fresh", "last"):  # no bundle yet
        start, weights = starting(folder, registry, name, SPEC)
        assert start == "fresh" and tensors_digest(weights) == fresh
    with pytest.raises(InputError):
        starting(folder, registry, "abcdef", SPEC)
    registry.add_run("r1", options(), 1.0, SPEC.digest(), initial_tensors(SPEC))
    other = {**initial_tensors(SPEC), "numeric_click.bias": np.zeros(2, np.float32)}
    broken = {**initial_tensors(SPEC), "numeric_click.bias": np.full(1, np.nan, np.float32)}
    cases = [("a", {"spec_digest": "0" * 64}, None), ("b", {}, other), ("c", {}, broken)]
    for letter, provenance, tensors in cases:
        registry.add_bundle(letter * 64, "r1", "bundles/x", provenance, "e" * 64, tensors=tensors)
        with pytest.raises(WrongSpec):
            starting(folder, registry, letter * 64, SPEC)
        assert starting(folder, registry, "last", SPEC)[0] == "fresh"


@pytest.mark.slow
def test_a_file_that_was_changed_is_not_handed_out(league: League, sent: list[bytes]) -> None:
    _, first = league.play("r1")
    _, second = league.play("r2", BAD)
    path = league.folder.home / league.registry.bundle(second.digest).path
    path.write_bytes(first.packed)
    with pytest.raises(BundleError):
        handout.promote(league.folder, second.digest, "why not", lambda _: None)
    path.write_bytes(second.packed[:-1] + b"x")
    with pytest.raises(BadSignature):
        handout.promote(league.folder, second.digest, "why not", lambda _: None)
    path.unlink()
    with pytest.raises(BundleError):
        handout.promote(league.folder, second.digest, "why not", lambda _: None)
    assert sent == [] and league.states() == [CURRENT, HELD]
    assert len([e for e in league.registry.book.entries() if e.kind is BookKind.BUNDLE]) == 2


def test_without_an_evaluation_there_is_no_gate(league: League) -> None:
    run = league.open("r1", evaluate=False)
    from server.release import judge

    assert judge(run, {}).promote
    run = league.open("r2")
    run.state = replace(run.state, evaluated=True)
    assert judge(run, {}).promote and judge(run, {}).cautions


def test_the_verbs(league: League, sent: list[bytes], tmp_path: Path) -> None:
    registry, home = league.registry, ["--home", str(league.folder.home)]

    def call(*words: str) -> dict:
        done = CliRunner().invoke(verb, [*words, "--json"], catch_exceptions=False)
        return json.loads(done.stdout.splitlines()[-1])

    assert call(*home) == {"bundles": []}
    with pytest.raises(InputError):
        call(*home, "--out", str(tmp_path / "x"))
    registry.add_run("r1", options(), 1.0, SPEC.digest(), initial_tensors(SPEC))
    for letter, held in (("a", False), ("b", True)):
        path = league.folder.home / "bundles" / f"{letter}.hansa"
        path.write_text(letter)
        registry.add_bundle(
            letter * 64, "r1", f"bundles/{letter}.hansa", {}, "e" * 64, held=held, why="so"
        )
    assert [b["state"] for b in call(*home)["bundles"]] == [HELD, CURRENT]
    out = tmp_path / "out.hansa"
    call(*home, "--out", str(out))
    assert out.read_text() == "a"  # what merchants are given, not the newest
    call(*home, "--out", str(out), "--digest", "bb")
    assert out.read_text() == "b"
    with pytest.raises(
        LedgerBroken
    ):  # a run without a round: the book says so before anything is sent
        call("promote", "bb", "--why", "test", *home)
    text = CliRunner().invoke(verb, home).stdout
    assert "held" in text and "current" in text and "so" in text
    for wrong in (["promote", "bb"], ["promote"]):
        assert CliRunner().invoke(verb, [*wrong, *home]).exit_code == 2


def test_bundles_of_before_the_gates_were_all_handed_out(tmp_path: Path) -> None:
    from common.database import open_database
    from server.schema import MIGRATIONS

    path = tmp_path / "old.db"
    db = open_database(path, MIGRATIONS[:3])
    with db.conn:
        db.execute(
            "INSERT INTO runs (run_id, options, status, started_at, noise_multiplier, spec_digest,"
            " initial) VALUES ('r', '{}', 'finished', ?, 1.0, 's', x'')",
            [now()],
        )
        for n, letter in enumerate("xy"):
            db.execute(
                "INSERT INTO bundles (digest, run_id, path, provenance, created_at)"
                " VALUES (?, 'r', 'p', '{}', ?)",
                [letter * 64, f"2026-01-0{n + 1}T00:00:00.000+00:00"],
            )
    db.close()
    registry = Registry(path)
    assert [(r.digest[0], r.state) for r in registry.bundle_rows()] == [
        ("y", CURRENT),
        ("x", EARLIER),
    ]
    before = registry.bundle_before()
    assert before is not None and before.digest[0] == "x"
    assert registry.bundle_weights("y" * 64) is None
