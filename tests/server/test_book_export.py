"""An operator's export: signed, whole, and enough to compute the weights again bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from common.averaging import aggregate
from common.book import BookKind
from common.book_file import BookExport, dump, load
from common.canonical import canonical
from common.errors import InputError
from common.recipe import Recipe
from common.rounds import RoundReport, tensors_digest
from server.book_export import book_export
from server.commands.ledger import ledger as commands
from server.enrolment import found_league
from server.folder import Config, Folder, free_port
from server.registry import Registry
from tests.server.fake_league import League, Shop, options


def a_run(tmp_path: Path, n: int = 3) -> League:
    recipe = Recipe(
        rounds=3, local_steps=2, sampling_rate=0.5, clip_norm=1.0, learning_rate=0.1,
        expected_batch=10.0, server_momentum=0.5, n_bins=4,
    )  # fmt: skip
    members = [Shop(f"shop{i}", 7 + i, value=1 / (3 + i)) for i in range(n)]
    league = League(tmp_path, members, options(recipe=recipe))
    run = league.run()
    while run.wants_training:
        run.train_round()
    run.evaluate()
    weights = tensors_digest(run.state.tensors)
    league.registry.add_bundle("b" * 64, "r1", "bundles/b.hansa", {}, weights)
    return league


def test_the_weights_are_computed_again_bit_for_bit(tmp_path: Path) -> None:
    league = a_run(tmp_path)
    export = load(dump(book_export(league.registry, "Test").as_dict()))
    assert export.problems() == [] and export.league == "Test"
    run = export.runs[0]
    tensors, velocity = run.initial, None
    rounds = {e.subject: e for e in export.entries if e.kind is BookKind.ROUND}
    for evidence in export.rounds:
        entry = rounds[_plan_digest(evidence.plan)]
        merchants = [r.header["merchant"] for r in evidence.reports]
        assert merchants == sorted(merchants) and len(merchants) == 3
        updates = [dict(r.tensors or {}) for r in evidence.reports]
        assert entry.before == tensors_digest(tensors)
        if entry.task == "train":
            done = aggregate(tensors, updates, momentum=run.server_momentum, velocity=velocity)
            tensors, velocity = done.tensors, done.velocity
            assert entry.velocity == tensors_digest(velocity)
            assert entry.after == tensors_digest(tensors)
        else:
            total = np.stack([u["histogram"] for u in updates]).astype(np.float64).sum(axis=0)
            assert entry.after == tensors_digest({"histogram": total.astype(np.float32)})
    assert export.entries[-1].before == tensors_digest(tensors)


def _plan_digest(header: object) -> str:
    from common.canonical import digest

    return digest(header)


def test_every_report_in_it_is_as_its_merchant_signed_it(tmp_path: Path) -> None:
    league = a_run(tmp_path)
    keys = {s.identity.public.fingerprint: s.identity.public for s in league.shops}
    for evidence in book_export(league.registry, "Test").rounds:
        for r in evidence.reports:
            report = RoundReport.from_header(r.header, r.tensors or {}, r.signature)
            assert keys[report.merchant].verify(report.signed_bytes(), report.signature)
            assert report.ledger_tail[-1].report_digest == report.content_digest()


def test_without_updates_and_of_one_run(tmp_path: Path) -> None:
    league = a_run(tmp_path)
    whole = book_export(league.registry, "Test")
    small = book_export(league.registry, "Test", updates=False)
    assert len(dump(small.as_dict())) < len(dump(whole.as_dict()))
    assert all(r.tensors is None for e in small.rounds for r in e.reports)
    assert load(dump(small.as_dict())).problems() == []
    one = book_export(league.registry, "Test", run_id="r1")
    assert [r.run_id for r in one.runs] == ["r1"] and len(one.rounds) == 4
    with pytest.raises(InputError):
        book_export(league.registry, "Test", run_id="nothing")


def test_refused_reports_and_the_operators_own_notes_are_not_in_it(tmp_path: Path) -> None:
    league = League(tmp_path, [Shop("a", 1), Shop("b", 2), Shop("c", 3, "forged")])
    league.registry.set_ban(league.shops[0].identity.public.fingerprint, "private words")
    league.registry.set_ban(league.shops[0].identity.public.fingerprint, None)
    league.run().train_round()
    text = dump(book_export(league.registry, "Test").as_dict()).decode()
    bad = league.shops[2].identity.public.fingerprint
    assert bad not in text.split('"rounds"')[1] and "private words" not in text
    names = set(json.loads(text)["rounds"][0]["reports"][0]["header"])
    assert not {n for n in names if n.startswith("n_")} and "examples" not in text


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "coordinator")
    found_league(made, Config("Test league", "127.0.0.1", free_port(), free_port(), "127.0.0.1"))
    return made


def call(*arguments: str) -> tuple[int, dict]:
    done = CliRunner().invoke(commands, [*arguments, "--json"], catch_exceptions=False)
    return done.exit_code, json.loads(done.stdout)


def test_the_commands(folder: Folder, tmp_path: Path) -> None:
    home = ["--home", str(folder.home)]
    with_shop = Registry.of(folder)
    with_shop.add_merchant(Shop("tea", 5).merchant())
    assert [e["kind"] for e in call("show", *home)[1]["entries"]] == ["open", "enrol"]
    assert call("verify", *home) == (0, {"holds": True, "entries": 2, "problems": []})
    out = tmp_path / "book.json"
    code, told = call("export", *home, "--out", str(out))
    assert code == 0 and told["entries"] == 2 and told["bytes"] == out.stat().st_size
    export = load(out.read_bytes())
    assert isinstance(export, BookExport) and export.league == "Test league"
    assert export.coordinator == folder.identity().public and export.problems() == []
    shown = CliRunner().invoke(commands, ["show", *home]).stdout
    assert "tea" in shown and "open" in shown
    with_shop.db.execute("DROP TRIGGER book_no_delete")
    with_shop.db.execute("DELETE FROM book WHERE sequence = 1")
    code, told = call("verify", *home)
    assert code == 4 and told["problems"][0]["code"] == "cut"
    with pytest.raises(InputError):
        call("export", *home, "--out", str(tmp_path / "no" / "book.json"))


def test_a_changed_byte_is_seen(tmp_path: Path) -> None:
    league = a_run(tmp_path, 2)
    data = dump(book_export(league.registry, "Test").as_dict())
    for at in range(0, len(data), max(1, len(data) // 60)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        try:
            assert load(changed).problems()
        except InputError:
            continue
    assert canonical(json.loads(data)) + b"\n" == data
