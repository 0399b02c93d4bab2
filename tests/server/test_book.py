"""The coordinator's book: it only grows, says what happened, and a broken one stops everything."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from common import merkle
from common.book import BookEntry, BookKind, leaves, seal
from common.canonical import canonical
from common.errors import FederationError, InternalError, LedgerBroken
from common.keys import Identity
from common.rounds import RoundPlan, tensors_digest
from server.registry import Registry
from server.schema import FIRST
from server.selfcheck import problems, verified
from tests.server.fake_league import INITIAL, League, Shop, options


def shops(*behaviours: str) -> list[Shop]:
    return [Shop(f"shop{i}", 7 + i, b, value=i + 1) for i, b in enumerate(behaviours)]


def kinds(league: League) -> list[str]:
    return [e.kind.value for e in league.registry.book.entries()]


def a_league(tmp_path: Path, *behaviours: str) -> League:
    return League(tmp_path, shops(*(behaviours or ("answer", "answer", "answer"))))


def test_everything_that_happens_is_in_it(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    run = league.run()
    run.train_round()
    run.evaluate()
    who = league.shops[2].identity.public.fingerprint
    league.registry.set_ban(who, "spam")
    league.registry.set_ban(who, "still")
    league.registry.set_ban(who, None)
    weights = tensors_digest(run.state.tensors)
    league.registry.add_bundle("b" * 64, "r1", "bundles/b.hansa", {}, weights)
    assert kinds(league) == [
        "open", "enrol", "enrol", "enrol", "plan", "round", "plan", "round", "ban", "unban",
        "bundle",
    ]  # fmt: skip
    entries = league.registry.book.entries()
    assert [e.label for e in entries[1:4]] == ["shop0", "shop1", "shop2"]
    assert entries[1].subject == league.shops[0].identity.public.hex
    assert entries[8].subject == entries[9].subject == who
    assert entries[10].before == weights == entries[5].after
    assert problems(league.registry) == []
    verified(league.registry)


def test_a_plan_names_the_head_before_its_own_entry(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    run = league.run()
    for number in (4, 6):
        run.train_round()
        entry = league.registry.book.at(number)
        row = league.registry.rounds("r1")[-1]
        plan = RoundPlan.from_header(row.plan, _sent(league, row.round), row.signature)
        assert plan.book == league.registry.book.at(number - 1).head
        assert (entry.kind, entry.subject) == (BookKind.PLAN, plan.digest())
        assert league.identity.public.verify(plan.signed_bytes(), plan.signature)


def _sent(league: League, round_: int) -> dict:
    rows = league.registry.rounds("r1", tensors=True)
    return INITIAL if round_ == 1 else rows[round_ - 2].result


@pytest.mark.parametrize("behaviours", [("answer",) * 3, ("answer", "silent", "silent")])
def test_a_round_says_what_was_admitted_and_what_became_of_it(
    tmp_path: Path, behaviours: tuple[str, ...]
) -> None:
    league = a_league(tmp_path, *behaviours)
    run = league.run()
    try:
        run.train_round()
    except FederationError:
        assert "silent" in behaviours
    entry = league.registry.book.entries()[-1]
    reports = league.registry.admitted("r1", 1)
    assert [r.merchant for r in reports] == sorted(r.merchant for r in reports)
    assert entry.root == merkle.root(leaves([r.digest for r in reports]))
    assert entry.n_leaves == len(reports) == behaviours.count("answer")
    assert entry.before == tensors_digest(INITIAL)
    closed = entry.status == "closed"
    assert closed == ("silent" not in behaviours)
    assert entry.after == (tensors_digest(run.state.tensors) if closed else "")
    assert entry.velocity == (tensors_digest(run.state.velocity) if closed else "")
    assert problems(league.registry) == []


def test_it_only_grows_at_its_end(tmp_path: Path) -> None:
    db = a_league(tmp_path).registry.db
    row = db.execute("SELECT * FROM book WHERE sequence = 2").fetchone()
    for statement, values in (
        ("UPDATE book SET content = 'x'", ()),
        ("DELETE FROM book", ()),
        ("INSERT INTO book VALUES (?,?,?,?,?,?)", row),
        ("INSERT OR REPLACE INTO book VALUES (?,?,?,?,?,?)", row),
        ("INSERT INTO book VALUES (?,?,?,?,?,?)", (9, *row[1:4], "h", row[5])),
        ("INSERT INTO book VALUES (?,?,?,?,?,?)", (4, *row[1:3], "no link", "h", row[5])),
    ):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(statement, values)


def test_what_failed_is_not_in_it(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    run = league.run()
    run.train_round()
    plan = RoundPlan.from_header(league.registry.rounds("r1")[0].plan, INITIAL, "")
    before = kinds(league)
    with pytest.raises(InternalError):
        league.registry.close_round(plan, "void", [])
    assert kinds(league) == before


def test_without_the_key_it_is_read_and_not_written(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    reader = Registry(tmp_path / "registry.db")
    assert len(reader.book.entries()) == 4 and len(reader.merchants()) == 3
    with pytest.raises(InternalError):
        reader.set_ban(league.shops[0].identity.public.fingerprint, "spam")
    assert reader.merchants()[0].banned_at == ""


def test_the_book_of_another_coordinator(tmp_path: Path) -> None:
    a_league(tmp_path)
    with pytest.raises(LedgerBroken) as e:
        Registry(tmp_path / "registry.db", Identity.generate())
    assert "another coordinator" in e.value.what and e.value.exit_code == 4


def test_an_older_registry_gets_a_book_that_knows_who_is_in(tmp_path: Path) -> None:
    path, old = tmp_path / "registry.db", shops("answer", "answer")
    db = sqlite3.connect(path)
    db.executescript(FIRST)
    db.execute("PRAGMA user_version = 1")
    for i, shop in enumerate(old):
        m = shop.merchant()
        db.execute(
            "INSERT INTO merchants VALUES (?,?,?,?,?,?,?,?)",
            (m.fingerprint, m.name, m.merchant_key, m.node_key_pem, str(m.node_id), m.enrolled_at,
             m.enrolled_at if i else None, "spam" if i else ""),
        )  # fmt: skip
    run = ("r0", canonical(options().as_dict()).decode(), "2026-01-01T00:00:00.000+00:00")
    db.execute(
        "INSERT INTO runs (run_id, options, status, started_at, noise_multiplier, spec_digest, "
        "initial) VALUES (?, ?, 'failed', ?, 1.0, 's', x'00')",
        run,
    )
    db.execute(
        "INSERT INTO rounds (run_id, round, task, status, plan_digest, plan, signature, sent, "
        "opened_at) VALUES ('r0', 1, 'train', 'open', 'd', '{}', '', x'00', ?)",
        run[2:],
    )
    db.commit()
    db.close()
    registry = Registry(path, Identity.generate())
    entries = registry.book.entries()
    assert [e.kind.value for e in entries] == ["open", "enrol", "enrol", "ban"]
    assert entries[3].subject == old[1].identity.public.fingerprint
    assert problems(registry) == []
    # the open plan of the older protocol is not asked again, and counts as paid for
    assert registry.db.execute("SELECT status, sent FROM rounds").fetchone() == ("void", None)


def tampered(league: League, statement: str, *values: object) -> list[str]:
    db = league.registry.db
    for name in ("book_no_update", "book_no_delete", "book_in_order"):
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
    db.execute(statement, values)
    return [p.code for p in problems(league.registry)]


def last(league: League) -> BookEntry:
    return league.registry.book.entries()[-1]


def test_what_is_done_to_it_is_named(tmp_path: Path) -> None:
    def fresh(name: str) -> League:
        (tmp_path / name).mkdir()
        league = a_league(tmp_path / name)
        league.run().train_round()
        return league

    one = fresh("cut")
    assert tampered(one, "DELETE FROM book WHERE sequence = 5") == ["cut"]
    with pytest.raises(LedgerBroken) as e:
        verified(one.registry)
    assert "cut off" in e.value.what and "hansa-server ledger verify" in e.value.todo
    assert "No merchant was asked" in e.value.safe
    assert "cut" in tampered(fresh("two"), "DELETE FROM book WHERE sequence >= 4")
    assert "missing" in tampered(fresh("hole"), "DELETE FROM book WHERE sequence = 2")

    one = fresh("edited")
    other = replace(last(one), n_leaves=2)
    text = canonical(other.as_dict()).decode()
    assert "edited" in tampered(one, "UPDATE book SET content = ? WHERE sequence = 5", text)
    with pytest.raises(LedgerBroken):
        one.registry.set_ban(one.shops[0].identity.public.fingerprint, "spam")

    one = fresh("sealed anew")  # by whoever has the key: the tables still know better
    other = seal(one.identity, replace(last(one), n_leaves=2), last(one).previous)
    text = canonical(other.as_dict()).decode()
    assert tampered(one, "UPDATE book SET content = ? WHERE sequence = 5", text) == ["differs"]

    assert tampered(fresh("garbage"), "UPDATE book SET content = '{}'") == ["unreadable"]
    assert "differs" in tampered(fresh("report"), "UPDATE reports SET report_digest = 'x'")
    assert "differs" in tampered(fresh("status"), "UPDATE rounds SET status = 'void'")
    who = "UPDATE merchants SET banned_at = '2026-01-01' WHERE name = 'shop1'"
    assert tampered(fresh("ban"), who) == ["differs"]


def test_a_shop_under_another_key_is_in_it_twice(tmp_path: Path) -> None:
    league = a_league(tmp_path)
    old = league.shops[0]
    league.registry.set_ban(old.identity.public.fingerprint, "lost its key")
    new = Shop("shop0", 99)
    league.registry.add_merchant(new.merchant())
    enrolled = [e.subject for e in league.registry.book.entries() if e.label == "shop0"]
    assert enrolled == [old.identity.public.hex, new.identity.public.hex]
    assert league.registry.merchant("shop0").fingerprint == new.identity.public.fingerprint
    assert problems(league.registry) == []


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    """`enrol` beside a `run`: whoever comes second chains to whoever was first."""
    league = a_league(tmp_path)
    who = league.shops[0].identity.public.fingerprint

    def flip() -> None:
        mine = Registry(tmp_path / "registry.db", league.identity)
        for i in range(15):
            mine.set_ban(who, None if i % 2 else "x")
        mine.close()

    threads = [threading.Thread(target=flip) for _ in range(3)]
    for t in threads:
        t.start()
    league.run().train_round()
    for t in threads:
        t.join()
    assert [e.sequence for e in league.registry.book.entries()] == list(
        range(len(league.registry.book.entries()))
    )
    assert problems(league.registry) == []


def test_entries_survive_as_json(tmp_path: Path) -> None:
    for e in a_league(tmp_path).registry.book.entries():
        assert BookEntry.from_dict(json.loads(canonical(e.as_dict()))) == e
