"""A whole run with a funnel of clicks and conversions: real shops, real training, a bundle, an audit, scores."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from flwr.app import Error, Message

from client import door
from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store, models
from client.store.exposures import load
from client.targeting import calibrate, open_scorer, own_rows
from common import wire
from common.audit.verify import audit
from common.book_file import dump
from common.bundle import unpack
from common.errors import InputError
from common.features import default_spec
from common.keys import Identity
from common.model import initial_tensors, trainable
from common.recipe import Recipe
from common.settings import Policy, Settings
from server import runner
from server.book_export import book_export
from server.commands import runs
from server.enrolment import found_league
from server.folder import Config, Folder
from server.options import RunOptions
from server.registry import Registry
from server.release import release
from server.starting import starting
from server.strategy import LeagueRun
from tests.client.made_up_league import merchant
from tests.server.fake_league import FakeGrid, Shop, options

SPEC = default_spec()
BOTH = ("click", "conversion")
RECIPE = Recipe(rounds=2, heads=BOTH, funnel=True)


class RealShop(Shop):
    """A shop with rows; its door, its training and its models are the client's own."""

    def __init__(self, home: Path, node_id: int, coordinator: Identity) -> None:
        super().__init__(home.name, node_id)
        self.home, self.coordinator, self.errors = home, coordinator.public, []
        make_shop(home, home.name, "en", {})
        with Store.open(home) as store:
            import_files(store, [merchant(home / "files", node_id, conversions=True)])

    def answer(self, message: Message) -> Message:
        content, receipt = wire.take_receipt(message.content)
        try:
            with Store.open(self.home) as store:
                if message.metadata.message_type == wire.BUNDLE:
                    digest = models.install(
                        store, wire.bundle_from_records(content), self.coordinator
                    )
                    return Message(wire.installed_to_records(digest), reply_to=message)
                report = door.answer(
                    store, Settings(policy=Policy(epsilon=20.0)), self.identity,
                    wire.plan_from_records(content), self.coordinator, datetime.now(UTC),
                    receipt=receipt,
                )  # fmt: skip
        except Exception as e:
            self.errors.append(e)
            return Message(Error(code=2, reason=door.reason_of(e)), reply_to=message)
        return Message(wire.report_to_records(report), reply_to=message)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "coordinator")
    found_league(made, Config("Test league", "127.0.0.1", 1, 2, "127.0.0.1"))
    return made


@pytest.mark.slow
def test_from_rows_to_scores(folder: Folder, tmp_path: Path) -> None:
    registry, identity = Registry.of(folder), folder.identity()
    shops = [RealShop(tmp_path / f"m{i}", i, identity) for i in (1, 2)]
    for shop in shops:
        registry.add_merchant(shop.merchant())
    _, initial = starting(folder, registry, "fresh", SPEC, funnel=True)
    chosen = options(train_before_at="2024-03-20T00:00:00Z", round_s=120.0, recipe=RECIPE)
    registry.add_run("r1", chosen, 4.0, SPEC.digest(), initial)
    names = trainable(SPEC, BOTH)
    run = LeagueRun(FakeGrid(shops), registry, registry.run("r1"), names, lambda _: None)
    for _ in range(RECIPE.rounds):
        run.train_round()
    run.evaluate()
    assert [shop.errors for shop in shops] == [[], []]
    made = release(folder, run)
    assert run.distribute(made.packed) == 2
    told = unpack(made.packed).provenance
    assert told["funnel"] is True and told["heads"] == list(BOTH)
    assert told["parity_error"] < 1e-5
    changed = [n for n in initial if (initial[n] != run.state.tensors[n]).any()]
    assert set(changed) == set(names)
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "book.json").write_bytes(dump(book_export(registry, "Test").as_dict()))
    (exports / "m.hansa").write_bytes(made.packed)
    found = audit([exports])
    assert found.holds, found.as_dict()
    assert dict(found.checked)["models compared weight by weight"] == 1
    with Store.open(shops[0].home) as store:
        for scorer in (open_scorer(store, shared_only=True), calibrate(store)[0]):
            rows = own_rows(scorer, load(store))
            p_click, p_conversion = scorer.score(rows.encoded)
            assert p_click is not None and len(p_click) == len(rows.shopper) > 0
            assert (p_conversion <= p_click).all() and np.isfinite(p_conversion).all()


def test_a_funnel_needs_both_heads_and_no_warm_start() -> None:
    base = RunOptions(train_before_at="")
    assert RunOptions.from_dict(replace(base, recipe=RECIPE).as_dict()).recipe.funnel is True
    old = base.as_dict()
    del old["recipe"]["funnel"]
    assert RunOptions.from_dict(old).recipe.funnel is False
    with pytest.raises(InputError, match="both heads"):
        runner.with_recipe(base, funnel=True)
    with pytest.raises(InputError, match="warm start"):
        replace(base, recipe=RECIPE, start="synthetic")


def test_the_command_refuses_and_says_what_to_do(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[RunOptions] = []

    def opened(_: object, chosen: RunOptions, *__: object) -> str:
        seen.append(chosen)
        raise KeyError("far enough")

    monkeypatch.setattr(runner, "new_run", opened)
    home = ["--home", str(folder.home), "--funnel"]
    wrong = CliRunner().invoke(runs.run, [*home, "--head", "conversion"])
    assert isinstance(wrong.exception, InputError) and "both heads" in wrong.exception.what
    assert not seen
    CliRunner().invoke(runs.run, home)
    assert seen[0].recipe.heads == BOTH and seen[0].recipe.funnel is True


def test_a_bundle_whose_conversions_mean_something_else_is_no_beginning(folder: Folder) -> None:
    registry = Registry.of(folder)
    registry.add_run("r1", options(), 1.0, SPEC.digest(), initial_tensors(SPEC))
    for digit, facts in (("a", {}), ("b", {"funnel": True})):
        fresh = initial_tensors(SPEC, funnel=bool(facts))
        registry.add_bundle(digit * 64, "r1", "bundles/x", facts, "e" * 64, tensors=fresh)
        same, other = bool(facts), not facts
        for start in (digit * 64, "last"):
            assert starting(folder, registry, start, SPEC, funnel=same)[0] == digit * 64
            with pytest.raises(InputError, match="given") as refused:
                starting(folder, registry, start, SPEC, funnel=other)
            assert "--from fresh" in refused.value.todo
    assert json.dumps(registry.bundle("b" * 64).provenance) == '{"funnel": true}'
